#!/usr/bin/env python3
"""start_bench.py - what a process of accelsim costs before it simulates.

CPU time (user and system) of a run of a tiny layer, of `accelsim model` of the
same, and of a program that does nothing, one after the other, many times; the
least and the median of each, and what the first two cost above the last.
SPDX-License-Identifier: MIT
"""

import argparse
import os
import statistics
import subprocess

# No candidates are simulated to find the mapping.
TINY = ["--cfg", "eyeriss", "--shape", "M=4,C=4,H=4,W=4,R=3,S=3",
        "--mapping-policy", "estimate"]


def cpu_ms(words):
    """User and system time of one process, in milliseconds."""
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    status, used = os.wait4(child.pid, 0)[1:]
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"start_bench: {' '.join(words)}: {child.returncode}")
    return 1e3 * (used.ru_utime + used.ru_stime)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default="./accelsim")
    parser.add_argument("--times", type=int, default=400)
    options = parser.parse_args()
    commands = {
        "nothing (true)": ["true"],
        "a tiny layer, run": [options.program, *TINY],
        "a tiny layer, model": [options.program, "model", *TINY],
    }
    taken = {name: [] for name in commands}
    for _ in range(options.times):
        for name, words in commands.items():
            taken[name].append(cpu_ms(words))
    nothing = taken["nothing (true)"]
    print(f"{'CPU ms of a process':24}{'least':>8}{'median':>8}"
          f"{'above true: least':>20}{'median':>8}")
    for name, ms in taken.items():
        print(f"{name:24}{min(ms):8.2f}{statistics.median(ms):8.2f}"
              f"{min(ms) - min(nothing):20.2f}"
              f"{statistics.median(ms) - statistics.median(nothing):8.2f}")


main()
