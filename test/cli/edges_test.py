"""edges_test.py - options at the ends of what they may be: each is refused in
one line, or does what it says.
SPDX-License-Identifier: MIT
"""

import os

from program import (SMALL, check, finish, leave_to_the_plain_build, new_folder,
                     run, write)

leave_to_the_plain_build()
C1 = [*SMALL, "--layer", "c1"]
# What is run, its status, and a part of what is printed or said.
ROWS = (
    (["list", "layers", "--cfg", "eyeriss"], 0, "conv1"),
    (["list", "layers", "--net", "lenet5", "--batch", "3"], 0, "c1"),
    (["list", "layers", "--cfg", "none"], 1, "'none'"),
    (["list", "layers", "--net", ""], 1, "'--net NAME' is needed"),
    (["list", "layers", "--net", "lenet6"], 1, "lenet"),
    (["list", "layers", "--net", "lenet5", "-o", "none/x"], 4, "none/x"),
    *((["--cfg", "eyeriss", "--net", "lenet5", "--dim", text], 1, "--dim")
      for text in ("x", "=3", "n=x", "n=0")),
    *(([*C1, "--timeline", "t.json", "--timeline-window", text], 1,
       "'--timeline-window'") for text in ("5", "x:5", "-1:5", "5:5", "5:x",
                                           "1" * 40 + ":5")),
    ([*C1, "--timeline", "t.json", "--timeline-events", "5"], 0, "c1"),
    ([*C1, "--show-config", "--energy", "45nm_rough"], 0, "45nm_rough"),
    ([*C1, "--show-config", "--max-cycles", "5"], 0, "max-cycles"),
    (["map", *C1, "--show-config", "--time-limit", "5"], 0, "time-limit"),
    ([*C1, "--show-config", "--kernel", "systemc", "--sc-memory", "5,7"], 0,
     "sc-memory"),
    (["reuse", "--cfg", "eyeriss_spads", "--net", "lenet5", "--layer", "c1"], 0,
     ""),
    (["explain", *C1, "--energy", "eyeriss_normalized"], 0, "10^6 MAC"),
    ([*SMALL, "--layer", "c1", "--gemm", "M=4,N=4,K=4"], 1, "'--gemm'"),
    ([*C1, "--energy", "45nm,45nm"], 1, "45nm"),
    ([*C1, "--energy", ","], 1, "--energy"),
    ([*C1, "--energy", ",".join(["45nm", "45nm_rough"] * 40)], 1, "--energy"),
    (["--cfg", "eyeriss", "--net", "lenet5_graph", "--kernel", "systemc",
      "--sc-memory", "5,7"], 1, "have no MAC loop and ask the machine's own"),
    (["map", "--cfg", "eyeriss", "--net", "lenet5_graph", "--layer", "s2"], 1,
     "no node that was chosen has a MAC loop"),
    ([*C1, "--kernel", "systemc", "--vcd", "x", "--trace-pes", "0:99"], 1,
     "--trace-pes"),
    ([*C1, "--kernel", "systemc", "--vcd", "x", "--trace-pes", "99:0"], 1,
     "--trace-pes"),
)
# A name whose 240th byte is within a letter; its GTKWave file has less of it.
LONG = "a" + "\u00e4" * 122
WAVE = [*C1, "--kernel", "systemc", "--vcd", LONG + ".vcd", "--trace-window",
        "0:9", "--trace-pes", "0:0"]
# Files of a network's own form, however they begin.
BEGINNINGS = ("/* of two\nlines */\n", "// a line\n", "# a line\n\n", " \t\n",
              "/* one */ /* two */ ")
NETWORK = 'name = "n"; layers = ( { name = "c1"; M = 2; C = 3; H = 4; W = 4; } );\n'


def changes_that_are_made():
    """explain tries no change of a machine that has it already, and no larger
    array than there can be."""
    tried = [run("explain", "--cfg", "systolic", "--format", "json", "--shape",
                 "M=4,C=4,H=6,W=6,R=3,S=3", *words).stdout for words in (
                     [], ["--set", "array.drain=overlapped"],
                     ["--set", "array.tight_folds=true"],
                     ["--set", "array.rows=1024"])]
    for k, change in enumerate(("array.drain=overlapped",
                                "array.tight_folds=true", "array.cols=256"),
                               1):
        check(tried[0].count(change) > tried[k].count(change) == (k == 3),
              f"{change} is tried where it is one", tried[k][:300])


def main():
    changes_that_are_made()
    with new_folder() as folder:
        for words, status, part in ROWS:
            done = run(*words, folder=folder)
            if "SystemC kernel" in done.stderr:
                continue  # built without it
            check(done.returncode == status and part in done.stdout +
                  done.stderr and (status == 0 or (
                      done.stdout == "" and done.stderr.count("\n") == 1)),
                  " ".join(words)[:70], f"{done.returncode} {done.stderr}")
        done = run(*WAVE, folder=folder)
        if "SystemC kernel" not in done.stderr:
            check(done.returncode == 0 and LONG[:120] + ".gtkw" in
                  os.listdir(folder), "a name is cut between two letters",
                  done.stderr)
        for begin in BEGINNINGS:
            done = run("list", "layers", "--net",
                       write(folder, "net.yaml.cfg", begin + NETWORK))
            check(done.returncode == 0 and "c1" in done.stdout,
                  f"a network that begins with {begin!r}", done.stderr)
        done = run("list", "layers", "--net",
                   write(folder, "open.cfg", "/* no end " + NETWORK))
        check(done.returncode == 1 and "open.cfg:1: error: " in done.stderr,
              "a comment without an end", done.stderr)


main()
finish()
