"""program.py - runs the accelsim program for the end-to-end tests.

A test prints `ok - WHAT` or `not ok - WHAT` for each thing that it looks at,
and ends with finish(), whose status is its verdict.  $ACCELSIM is the program,
$srcdir the source tree; with $ACCELSIM_TEST_LONG, tests run in their long form
(`make check-long`), with $ACCELSIM_TEST_SHORT in that for the sanitizers; with
$ACCELSIM_TEST_SLOW a program may take ten times as long (`make coverage`).
Standard library only.
SPDX-License-Identifier: MIT
"""

import json
import os
import subprocess
import sys
import tempfile

import json_schema

PROGRAM = os.environ["ACCELSIM"]
SOURCE = os.environ["srcdir"]
with open(os.path.join(SOURCE, "docs", "schema.json"),
          encoding="utf-8") as _schema:
    SCHEMA = json.load(_schema)
# Quick: one layer of a few passes.
SMALL = ["--cfg", "eyeriss", "--net", "lenet5", "--batch", "1"]

_counts = {"ok": 0, "not ok": 0}
# test/sample.h reads the first.
IS_LONG = bool(os.environ.get("ACCELSIM_TEST_LONG"))
IS_SHORT = not IS_LONG and bool(os.environ.get("ACCELSIM_TEST_SHORT"))

# How much longer a program may take than in `make check`.
TIMES = 10 if IS_LONG or os.environ.get("ACCELSIM_TEST_SLOW") else 1


def check(is_right, what, seen=""):
    """Prints the line; `seen` explains one that is not ok."""
    verdict = "ok" if is_right else "not ok"
    _counts[verdict] += 1
    print(f"{verdict} - {what}", flush=True)
    if not is_right and seen != "":
        print("    " + str(seen)[:2000].replace("\n", "\n    "), flush=True)
    return is_right


def sample(count, what, whole=None):
    """How many cases to try: `count` in `make check`; in the long form all of
    the `whole`, or ten times `count` when they are drawn at random; under the
    sanitizers a quarter of `count`."""
    whole = 10 * count if whole is None else whole
    tried = whole if IS_LONG else min(count, whole)
    tried = -(-tried // 4) if IS_SHORT else tried
    print(f"sample: {tried} of {whole} {what}", flush=True)
    return tried


def run(*words, folder=None, stdin=None, seconds=120, environment=None):
    """Runs accelsim; the result has returncode, stdout and stderr."""
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          cwd=folder, stdin=stdin,
                          timeout=seconds * TIMES,
                          errors="replace",
                          env={**os.environ, **(environment or {})})


def report(*words, **how):
    """Runs accelsim, which must succeed; its JSON, as docs/schema.json has
    it."""
    done = run(*words, "--format", "json", **how)
    if done.returncode != 0:
        check(False, " ".join(words), done.stderr)
        finish()
    document = json.loads(done.stdout)
    wrong = list(json_schema.faults(document, SCHEMA, SCHEMA))
    if wrong:
        check(False, f"{' '.join(words)} is as docs/schema.json says",
              "\n".join(wrong[:5]))
    return document


def sweep_faults(document, name):
    """What docs/sweep_schema.json does not allow of a document of its
    definition `name`, a line each."""
    with open(os.path.join(SOURCE, "docs", "sweep_schema.json"),
              encoding="utf-8") as file:
        schema = json.load(file)
    return list(json_schema.faults(document, schema["$defs"][name], schema))


def new_folder():
    """A folder that is gone with the test."""
    return tempfile.TemporaryDirectory(prefix="accelsim-")


def write(folder, name, text):
    """The path of a new file."""
    path = os.path.join(folder, name)
    mode = "wb" if isinstance(text, bytes) else "w"
    with open(path, mode) as file:
        file.write(text)
    return path


def leave_to_the_plain_build():
    """Ends a test of numbers and texts under the sanitizers, as skipped: they
    are the plain build's there, and its commands run in other tests."""
    if IS_SHORT:
        print("skipped: numbers and texts are the plain build's")
        sys.exit(77)


def go_on_with_packages():
    """Starts the test again by the Python that configure found to have the
    most of what accelsim's package may use, where this is another."""
    best = os.environ.pop("PACKAGES_PYTHON", "")
    if best and best != sys.executable:
        os.execv(best, [best, "-B", *sys.argv])


def finish():
    """Ends the test."""
    sys.exit(_counts["not ok"] != 0 or _counts["ok"] == 0)
