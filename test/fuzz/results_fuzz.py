"""results_fuzz.py - has `accelsim report` and `accelsim compare` read damaged
results, in this process: each becomes a page or a table, or is refused in one
line, in a moment; nothing else may happen.

    results_fuzz.py [COUNT [SEED]]

The seeds are what the program prints of small layers. A damaged one has a
value of another kind or size in the place of one of its own, a member left
out, or bytes of its text cut, changed or put in.
SPDX-License-Identifier: MIT
"""

import copy
import io
import json
import os
import random
import signal
import sys
import traceback

from program import (SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, run, sample, write)

leave_to_the_plain_build()

sys.path.insert(0, os.path.join(SOURCE, "configs"))

# pylint: disable=wrong-import-position
from seeing import command  # noqa: E402

SECONDS = 2  # for one file
C1 = ("--cfg", "eyeriss", "--net", "lenet5", "--layer", "c1", "--batch", "1")
PLAN = ('cfg = "eyeriss"; net = "lenet5"; layer = "c1"; batch = 1;\n'
        'axes = ( { key = "array.rows"; values = [6, 12]; } );\n')
STRANGE = (None, True, False, 0, -1, 1, 10**30, 1e308, -1e-320, 0.5, "", "x",
           "</script>", "\ud800", [], [1], {}, {"a": 1}, [[]], "1e9",
           float("nan"), float("inf"))
WORDS = ("{", "}", "[", "]", ",", ":", '"', "null", "NaN", "-", "1e999",
         "[" * 5000, "\\u0000", "\\ud800", "\0", "\ufeff")


def seeds(folder):
    """The documents, read."""
    texts = []
    for words in (("run", *C1), ("run", "--cfg", "systolic", *C1[2:]),
                  ("model", "--cfg", "eyeriss", "--net", "lenet5"),
                  ("reuse", *C1), ("explain", *C1)):
        done = run(*words, "--format", "json")
        check(done.returncode == 0, " ".join(words), done.stderr)
        texts.append(done.stdout)
    time = os.path.join(folder, "time.json")
    check(run(*C1, "--timeline", time).returncode == 0, "a timeline")
    with open(time, encoding="utf-8") as file:
        texts.append(file.read())
    store = os.path.join(folder, "store")
    plan = write(folder, "plan.cfg", PLAN)
    check(run("sweep", plan, "--store", store).returncode == 0, "a sweep")
    texts.append(run("sweep", "export", store, "--format", "json").stdout)
    return [json.loads(text) for text in texts]


def places(value, found):
    """Each (container, key) of a document."""
    pairs = (value.items() if isinstance(value, dict) else
             enumerate(value) if isinstance(value, list) else ())
    for key, member in pairs:
        found.append((value, key))
        places(member, found)
    return found


def damaged(document, others, chance):
    """The text of a copy with a few things wrong."""
    value = copy.deepcopy(document)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        found = places(value, [])
        if not found:
            break
        at, key = chance.choice(found)
        way = chance.randrange(5)
        if way == 0 and isinstance(at, dict):
            del at[key]
        elif way == 1:
            other, name = chance.choice(places(chance.choice(others), []))
            at[key] = copy.deepcopy(other[name])
        else:
            at[key] = copy.deepcopy(chance.choice(STRANGE))
    text = json.dumps(value)
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        at = chance.randrange(len(text) + 1)
        way = chance.randrange(3)
        text = (text[:at] if way == 0 else
                text[:at] + chance.choice(WORDS) + text[at:] if way == 1 else
                text[:at] + text[at + chance.randrange(40):])
    return text.encode("utf-8", "surrogatepass")


def too_long(signal_number, frame):
    raise TimeoutError(f"more than {SECONDS} s")


def attempt(words):
    """What went wrong with the words, or None."""
    before = sys.stdout, sys.stderr
    sys.stdout = io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.stderr = io.StringIO()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        status = command.main(words)
        said = sys.stderr.getvalue()
        if status == 0:
            return said or None
        one_line = said.startswith("error: ") and said.count("\n") == 1
        return None if one_line else f"status {status}: {said}"
    except BaseException:  # pylint: disable=broad-except
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout, sys.stderr = before


def main():
    signal.signal(signal.SIGPROF, too_long)
    count = (int(sys.argv[1]) if len(sys.argv) > 1 else
             sample(300, "damaged results", 20000))
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    failures = 0
    with new_folder() as folder:
        documents = seeds(folder)
        paths = [os.path.join(folder, f"{k}.json") for k in range(2)]
        for i in range(count):
            for path in paths:
                with open(path, "wb") as file:
                    file.write(damaged(chance.choice(documents), documents,
                                       chance))
            fault = attempt(["compare", *paths] if i % 2 else
                            ["report", *paths[:1 + i % 4 // 2]])
            if fault is not None and failures < 5:
                failures += 1
                kept = []
                for path in paths:
                    with open(path, "rb") as file:
                        kept.append(file.read())
                check(False, f"results {i}", fault + repr(kept)[:3000])
    check(failures == 0, "each damaged result is shown or refused")


main()
finish()
