#!/usr/bin/env python3
"""compare_timeloop.py - holds accelsim's counts to complete runs of Timeloop's.

    test/importers/compare_timeloop.py FOLDER

FOLDER has a folder for each run, with its architecture, problem, printed mapping
and report (stats.txt). Each is compared by `accelsim import --compare`, as it is
and with --count-as timeloop, where each row must be equal.
SPDX-License-Identifier: MIT
"""

import os
import re
import subprocess
import sys

PROGRAM = os.environ.get("ACCELSIM", "accelsim")
OWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def files_of(folder):
    """What the run was made of; a problem that lacks is AlexNet's first
    layer."""
    names = sorted(os.listdir(folder))
    printed = [name for name in names if name.endswith(".map.txt")]
    whole = [name for name in names if name.startswith("parsed-processed")]
    parts = [name for name in names if name.endswith(".arch.yaml") or
             name in ("arch.yaml", "eyeriss_like.yaml")]
    problems = [name for name in names if name.endswith(".prob.yaml") or
                re.match(r"VGG\d+_layer\d+\.yaml", name)]
    files = [os.path.join(folder, name)
             for name in (whole or parts + problems) + printed]
    if not whole and not problems:
        files.insert(0, os.path.join(OWN, "alexnet_layer1.prob.yaml"))
    return files


def compare(folder, *words):
    stats = next(os.path.join(folder, name) for name in os.listdir(folder)
                 if name.endswith("stats.txt"))
    done = subprocess.run([PROGRAM, "import", "--compare", stats, *words,
                           *files_of(folder)], capture_output=True, text=True)
    lines = (done.stdout + done.stderr).strip().split("\n")
    return done.returncode == 0, lines


def main(folder):
    cases = sorted(name for name in os.listdir(folder)
                   if os.path.isdir(os.path.join(folder, name)))
    wrong = []
    for case in cases:
        path = os.path.join(folder, case)
        is_right, lines = compare(path)
        print(f"{case}: {'; '.join(lines[:2])}; {lines[-1]}")
        is_alike, as_theirs = compare(path, "--count-as", "timeloop")
        if not is_alike or any(re.search(r"[+-]\d", line)
                               for line in as_theirs):
            is_right = False
            print("  counted as Timeloop does:", *as_theirs, sep="\n    ")
        if not is_right:
            wrong.append(case)
            print(*lines, sep="\n    ")
    print(f"{len(cases) - len(wrong)} of {len(cases)} runs equal or explained"
          + (f"; not: {', '.join(wrong)}" if wrong else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
