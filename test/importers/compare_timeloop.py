#!/usr/bin/env python3
"""compare_timeloop.py - holds accelsim's counts to complete runs of Timeloop's.

    test/importers/compare_timeloop.py FOLDER

FOLDER has a folder for each run, with its architecture, problem, printed mapping
and report (stats.txt). Each is compared by `accelsim import --compare`, as it is
and with --count-as timeloop, where each row must be equal. Each then runs on
its levels: with the counts of `accelsim model`, and Timeloop's cycles at least;
what it takes beyond is told by cause.
SPDX-License-Identifier: MIT
"""

import json
import os
import re
import subprocess
import sys
import tempfile

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


def counted(command, files):
    done = subprocess.run(
        [PROGRAM, command, "--cfg", files["architecture"], "--net",
         files["network"], "--mapping", files["mapping"], "--format", "json"],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise ValueError(done.stderr.strip())
    return json.loads(done.stdout)["layers"][0]


def simulate(folder):
    """Whether a run is as it must be, and a line on its cycles."""
    stats = next(os.path.join(folder, name) for name in os.listdir(folder)
                 if name.endswith("stats.txt"))
    with open(stats) as file:
        cycles = int(re.search(r"^Cycles: (\d+)", file.read(), re.M)[1])
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([PROGRAM, "import", "--listed", "-o", out,
                        *files_of(folder)], capture_output=True)
        files = {re.search(r"\.(\w+)\.cfg$", name)[1]: os.path.join(out, name)
                 for name in os.listdir(out)}
        try:
            model, layer = (counted(one, files) for one in ("model", "run"))
        except (KeyError, ValueError) as why:
            return False, f"not run: {why}"
    is_right = layer["cycles"] >= cycles and \
        all(layer.get(key) == model.get(key)
            for key in ("accesses", "noc", "macs"))
    pes = sum(layer["ledger_pe_cycles"].values()) / layer["cycles"]
    causes = ", ".join(
        f"{name} {count / pes:.0f}"
        for name, count in layer["ledger_pe_cycles"].items()
        if name not in ("mac", "idle_mapping") and count > 0)
    return is_right, f"  runs {layer['cycles']} cycles, " \
        f"{layer['cycles'] - cycles} more ({causes or 'none'})"


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
        runs_right, line = simulate(path)
        print(line)
        if not is_right or not runs_right:
            wrong.append(case)
            print(*lines, sep="\n    ")
    print(f"{len(cases) - len(wrong)} of {len(cases)} runs equal or explained"
          + (f"; not: {', '.join(wrong)}" if wrong else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
