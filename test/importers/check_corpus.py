#!/usr/bin/env python3
"""check_corpus.py - imports every file of a corpus and compares the MACs and
weights of each layer with the corpus' own account: `make check-corpus
CORPUS=DIR`.

DIR has MANIFEST.csv (format, file), expected.csv (file, layer, macs, weights;
a row 'total' a file) and files/. The account is read here apart from the
importers, and layers are those that `accelsim list layers` says an imported
network has. A table of all files replaces the one in docs/importers.md.
SPDX-License-Identifier: MIT
"""

import csv
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["ACCELSIM"]
SOURCE = os.environ["srcdir"]
PAGE = os.path.join(SOURCE, "docs", "importers.md")
BEGIN = "<!-- made by make check-corpus -->"
SLOW_SECONDS = 2
PARTS_MAX = 4  # layers that make up one


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          errors="replace", timeout=120)


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text):
    """A count of the account; None where it knows none."""
    return int(text) if text not in ("", None) else None


def expected_layers(corpus):
    """(name, macs, weights) of the layers of each file that has some."""
    out = {}
    for row in rows_of(os.path.join(corpus, "expected.csv")):
        layers = out.setdefault(row["file"], [])
        if row["layer"] != "total":
            layers.append((row["layer"], number(row["macs"]),
                           number(row["weights"])))
    return out


def found_layers(folder):
    """The layers of all networks that were made."""
    out = []
    for path in sorted(glob.glob(os.path.join(folder, "*.network.cfg"))):
        done = run("list", "layers", "--net", path, "--format", "json")
        if done.returncode != 0:
            raise AssertionError(f"{path}: {done.stderr}")
        out += [(row["name"], row["macs"], row["weights"])
                for row in json.loads(done.stdout)["rows"]]
    return out


def is_equal(found, expected):
    return ((expected[1] is None or found[1] == expected[1]) and
            (expected[2] is None or found[2] == expected[2]))


def compare(found, expected):
    """How many expected layers were found, in order, and the others. Layers
    that follow each other may make up one: the two products of attention."""
    equal, missing, at = 0, [], 0
    for layer in expected:
        here = next(((k, count) for count in range(1, PARTS_MAX + 1)
                     for k in range(at, len(found) - count + 1)
                     if is_sum(found, k, count, layer)), None)
        if layer[1] is None:  # the account has no figure of it
            continue
        if here is None:
            missing.append(layer)
        else:
            equal, at = equal + 1, sum(here)
    return equal, missing


def reasons(report):
    """What the report says was not taken as it stood, or is weights here."""
    marks = (": approximated: ", ": not expressible: ",
             "and counts as weights")
    return [line for line in report.split("\n")
            if any(mark in line for mark in marks)]


def tidy(line, path):
    """Without the corpus' folder, in a cell of a table."""
    line = line.replace(os.path.dirname(path) + "/", "")
    line = line.replace(os.path.basename(path), "").lstrip(": ")
    return " ".join(line.replace("|", "\\|").split())


def shorter(text, letters=160):
    return text if len(text) <= letters else text[:letters - 3] + "..."


class Row:
    """One file's outcome."""

    def __init__(self, corpus, entry, expected):
        path = os.path.join(corpus, "files", entry["file"])
        self.file, self.path = entry["file"], path
        self.wanted = expected.get(entry["file"])
        with tempfile.TemporaryDirectory() as folder:
            start = time.monotonic()
            done = run("import", path, "-o", folder)
            self.seconds = time.monotonic() - start
            self.status = done.returncode
            self.made = len(os.listdir(folder))
            found = found_layers(folder) if done.returncode == 0 else []
        self.has_traceback = "Traceback" in done.stderr
        self.reasons = reasons(done.stdout)
        self.refusal = done.stderr.strip().split("\n")[0]
        self.equal, self.missing = compare(found, self.wanted or [])
        self.found = len(found)

    def is_unexplained(self):
        """Layers differ, and nothing says why; or it ended as none may."""
        if self.has_traceback or self.status not in (0, 1):
            return True
        if self.status == 1:
            return False
        return bool(self.missing) and not self.reasons

    def cells(self):
        name = self.file.split("/", 1)
        what = "refused" if self.status else "imported"
        layers = ""
        if self.wanted is not None and self.status == 0:
            layers = f"{self.equal} of {len(self.wanted)}"
            if self.found > self.equal:
                layers += f", {self.found - self.equal} more"
        why = self.refusal if self.status else \
            (self.reasons[0] if self.reasons else "")
        more = len(self.reasons) - 1 if self.status == 0 else 0
        why = shorter(tidy(why, self.path))
        why += f" (and {more} more)" if more > 0 else ""
        return (name[0], name[1].replace("__", " ").replace("~", "/"), what,
                layers, why)


def table_of(rows):
    lines = ["| format | file | | layers equal | why not, or what is told |",
             "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    return "\n".join(lines)


def summary_of(rows):
    """Lines of counts by format."""
    lines = ["| format | files | imported | refused | layers equal | of |",
             "|---|---|---|---|---|---|"]
    for name in sorted({row.file.split("/")[0] for row in rows}):
        own = [row for row in rows if row.file.split("/")[0] == name]
        wanted = sum(len(row.wanted or []) for row in own)
        lines.append("| " + " | ".join(map(str, (
            name, len(own), sum(row.status == 0 for row in own),
            sum(row.status != 0 for row in own),
            sum(row.equal for row in own) if wanted else "",
            wanted if wanted else ""))) + " |")
    return "\n".join(lines)


def renew(page, text):
    """Replaces what follows the mark."""
    with open(page, encoding="utf-8") as file:
        before = file.read().split(BEGIN)[0]
    with open(page, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n\n" + text + "\n")


def is_sum(found, at, count, layer):
    """Whether some layers that follow each other make up one."""
    part = found[at:at + count]
    return is_equal(("", sum(one[1] for one in part),
                     sum(one[2] for one in part)), layer)


def main(corpus, only=""):
    expected = expected_layers(corpus)
    rows = [Row(corpus, entry, expected) for entry in
            rows_of(os.path.join(corpus, "MANIFEST.csv"))
            if entry["file"].startswith(only) and
            os.path.exists(os.path.join(corpus, "files", entry["file"]))]
    rows.sort(key=lambda row: row.file)
    if not only:
        renew(PAGE, summary_of(rows) + "\n\n" + table_of(rows))
    print(summary_of(rows))
    bad = [row for row in rows if row.is_unexplained()]
    for row in bad:
        print(f"not explained: {row.file}: {row.refusal or row.missing[:3]}")
    for row in rows:
        if row.seconds > SLOW_SECONDS:
            print(f"slow: {row.file}: {row.seconds:.1f} s")
    sys.exit(bool(bad))


main(*sys.argv[1:])
