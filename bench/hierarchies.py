#!/usr/bin/env python3
"""hierarchies.py - what nests and listed levels are held to, as one list.

    bench/hierarchies.py --program ./accelsim [--tests FOLDER] [--runs FOLDER]

Prints each figure beside what it must be: the tests of FOLDER in their long form
(random nests against closed form, oracles, SystemC's blocks and named mappings;
searches against brute force), a nest's speed, one that bypasses L2, the machine
of six levels in both kernels, Gemmini against RTL, and with --runs complete runs
of Timeloop (test/importers/compare_timeloop.py). Status 1 where one is missed.
SPDX-License-Identifier: MIT
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

from machines import Machines

HERE = os.path.dirname(os.path.abspath(__file__))
CONV2 = """mappings = ( { layer = "conv2";
  dram = { loops = ["m 4", "c 48", "n 4", "g 2"]; };
  l2 = { loops = ["m 4", "p 27"]; rows = ["r 5"]; cols = ["q 14"];
         keep = [%s]; };
  rf = { loops = ["q 2", "m 8", "s 5"]; }; } );
"""
# Of each program the tests that say what this list is about.
TESTS = (
    ("nest_test", "*NamedNest*"),
    ("nest_test", "NestMachine.*:NestModel.*"),
    ("nest_clock_test", "*"),
    ("fold_nest_test", "*"),
    ("levels_test", "LevelsClock.*"),
    ("levels_test", "LevelsMachine.*:Levels.*"),
    ("levels_test", "SearchLevels.*"),
)


def tests(m, folder):
    """Random nests, in the numbers of the long form."""
    for program, names in TESTS:
        done = subprocess.run(
            [os.path.join(folder, program), f"--gtest_filter={names}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False, env={**os.environ, "ACCELSIM_TEST_LONG": "1",
                              "srcdir": os.path.dirname(HERE)})
        for line in done.stdout.splitlines():
            if re.match(r"sample: |\w+( behind L1s)?: \d+ as|\d+ nests", line):
                print(f"       {line}")
        passed = re.search(r"PASSED  \] (\d+) tests?", done.stdout)
        m.say(done.returncode == 0, f"{program} {names}",
              f"{passed[1] if passed else 0} tests passed", "all")


def seconds_of(words):
    """Of the processor, by a child."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def nests(m, folder):
    """The nest of docs/nest.md: how long it takes, and without filters in
    L2."""
    cycles = {}
    for keep in ('"ifmap", "filter", "psum"', '"ifmap", "psum"'):
        path = os.path.join(folder, "conv2.cfg")
        with open(path, "w", encoding="ascii") as to:
            to.write(CONV2 % keep)
        words = ["--cfg", "eyeriss", "--layer", "conv2", "--mapping", path]
        cycles[keep] = m.layers(*words, "--set",
                                "dram.model=ideal")[0]["cycles"]
        if len(cycles) == 1:
            taken = min(seconds_of([m.program, *words, "-j", "1"])
                        for _ in range(5))
            m.say(taken <= 0.2, "conv2's nest, s", f"{taken:.3f}", "0.2")
    kept, bypassed = cycles.values()
    m.say(bypassed <= 1.1 * kept, "conv2's nest that has no filters in L2",
          f"{bypassed / kept:.2f} times", "at most 1.1")


def levels(m):
    """Six levels: bit-exact in both kernels."""
    words = ["--cfg", "simba_like", "--shape", "M=64,C=32,H=9,W=9,R=3,S=3",
             "--mapping", "AUTO"]
    with tempfile.TemporaryDirectory() as folder:
        words[-1] = os.path.join(folder, "found.cfg")
        subprocess.run([m.program, "map", *words[:4], "--save", words[-1]],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=True)
        native = m.layers(*words, "--check")[0]
        m.equal("simba_like under a nest that 'map' found, wrong outputs",
                native["check"]["mismatches"], 0)
        for grain in ("array", "block"):
            done = subprocess.run(
                [m.program, *words, "--check", "--kernel", "systemc",
                 "--sc-granularity", grain, "--format", "json"],
                capture_output=True, text=True, check=False)
            if "was made without" in done.stderr:
                continue
            other = json.loads(done.stdout)["layers"][0]
            m.say(other == native, f"... by SystemC, {grain}",
                  other["cycles"], native["cycles"])


def gemmini(m):
    """Means of its classes against RTL; validate says which are missed."""
    done = subprocess.run([m.program, "validate"], capture_output=True,
                          text=True, check=False)
    title = ""
    for line in done.stdout.splitlines():
        if "cycles of layers" in line:
            title = line.strip()
        elif title and re.match(r" *(mean|bias)", line):
            print(f"       {title}: {' '.join(line.split())}")
    m.say(done.returncode == 0, "accelsim validate", f"status {done.returncode}",
          "0")


def timeloop(m, folder):
    """Rows equal or explained, cycles at least Timeloop's."""
    script = os.path.join(os.path.dirname(HERE), "test", "importers",
                          "compare_timeloop.py")
    done = subprocess.run([sys.executable, script, folder],
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "ACCELSIM": m.program})
    for line in done.stdout.splitlines():
        if "  runs " in line:
            print("     " + line)
    m.say(done.returncode == 0, "runs of Timeloop",
          done.stdout.strip().split("\n")[-1], "all")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--program", default="./accelsim")
    options.add_argument("--tests", help="a folder with the test programs")
    options.add_argument("--runs", help="a folder with runs of Timeloop")
    given = options.parse_args()
    m = Machines(os.path.abspath(given.program))
    with tempfile.TemporaryDirectory() as folder:
        nests(m, folder)
    levels(m)
    gemmini(m)
    if given.runs:
        timeloop(m, given.runs)
    if given.tests:
        tests(m, given.tests)
    return 1 if m.missed else 0


if __name__ == "__main__":
    sys.exit(main())
