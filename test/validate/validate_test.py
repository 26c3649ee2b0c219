"""validate_test.py - `accelsim validate` on the program itself: the shipped
claims hold, docs/validation.md is what it prints, and a miss is told.

SPDX-License-Identifier: MIT
"""

import filecmp
import json
import os
import subprocess
import sys

from program import (IS_SHORT, SOURCE, check, finish, new_folder, report, run,
                     write)

PLAN = 'files = ["own"];\n'
OWN = """title = "own";
runs = ( { name = "r"; shape = "M=2,C=3,H=4,W=4,R=1,S=1"; simulate = false; } );
checks = ( { claim = "work"; run = "r"; quantity = "macs"; tolerance = 0.01;
  values = ( { item = "right"; published = 96; },
             { item = "wrong"; published = %d; %s } ); } );
"""


def shipped():
    done = run("validate", "--format", "markdown")
    check(done.returncode == 0 and done.stderr == "",
          "no published claim is missed unexpectedly", done.stderr)
    with open(os.path.join(SOURCE, "docs", "validation.md")) as page:
        check(page.read() == done.stdout,
              "docs/validation.md is what 'accelsim validate --format "
              "markdown -o docs/validation.md' writes")


def own_claims():
    with new_folder() as folder:
        def validate(published, explained, *words):
            write(folder, "plan.cfg", PLAN)
            write(folder, "own.cfg", OWN % (published, explained))
            return run("validate", *words, folder=folder,
                       environment={"ACCELSIM_PATH": folder})

        right = validate(96, "")
        check(right.returncode == 0 and "2 pass, 0 missed" in right.stdout,
              "claims that hold succeed", right.stdout + right.stderr)
        wrong = validate(100, "")
        check(wrong.returncode == 3 and "MISS" in wrong.stdout and
              wrong.stderr == "accelsim: error: 1 claim is missed; each should "
              "hold or be explained as a known miss\n",
              "a claim that is missed ends with status 3",
              wrong.stdout + wrong.stderr)
        known = validate(100, 'known_miss = "printed wrongly";')
        check(known.returncode == 0 and "printed wrongly" in known.stdout,
              "an explained miss stays in the table and succeeds",
              known.stdout + known.stderr)
        part = validate(100, "", "--filter", "ri*", "--format", "json")
        rows = json.loads(part.stdout)["rows"]
        check(part.returncode == 0 and
              [(r["item"], r["ours"], r["verdict"]) for r in rows] ==
              [("right", 96, "pass")], "--filter takes a glob",
              part.stdout + part.stderr)
        written = validate(96, "", "-o", "page.txt")
        with open(os.path.join(folder, "page.txt")) as page:
            check(written.stdout == "" and page.read() == right.stdout,
                  "-o takes what would have gone to standard output")


def made_of_figures():
    """The script on the shipped figures makes the shipped files, and on others
    what runs: here one layer, under a mapping with sums that stay."""
    script = os.path.join(SOURCE, "configs", "validation", "gemmini_rtl.py")
    parts = ("networks", "mappings", "validation")
    with new_folder() as folder:
        done = subprocess.run([sys.executable, script, script[:-2] + "csv",
                               folder], check=False)
        same = all(
            filecmp.cmp(os.path.join(folder, part, "gemmini_rtl.cfg"),
                        os.path.join(SOURCE, "configs", part,
                                     "gemmini_rtl.cfg"), shallow=False)
            for part in parts)
        check(done.returncode == 0 and same,
              "gemmini_rtl.py makes the files of its name")
        write(folder, "one.csv", "net,C,K,P,Q,R,S,stride,rtl_dosa_cycles,"
              "mapping_dosa\nn,32,24,6,6,3,3,1,9000,L3[WIO] C2 P2 K2 - L2[WI] "
              "N1 K12X - L1[O] S3 R3 Q6 P3 C16X - L0[W] N1\n")
        subprocess.run([sys.executable, script, os.path.join(folder, "one.csv"),
                        folder], check=False)
        ran = report("--cfg", "gemmini", "--check", "--net",
                     os.path.join(folder, "networks", "one.cfg"), "--mapping",
                     os.path.join(folder, "mappings", "one.cfg"))
        layer = ran["layers"][0]
        check(layer["check"]["mismatches"] == 0 and
              layer["passes"] == 2 * 2 * 2 * 9,
              "a mapping of another row runs as it says", layer)


def mean_errors():
    with new_folder() as folder:
        write(folder, "plan.cfg", PLAN)
        write(folder, "own.cfg", OWN.replace("tolerance = 0.01",
              "mean_error = 0.1; bias = 0.01") % (80, ""))
        done = run("validate", "--format", "json", folder=folder,
                   environment={"ACCELSIM_PATH": folder})
        found = [(r["item"], round(r["ours"], 9), r["verdict"])
                 for r in json.loads(done.stdout)["rows"]]
        check(done.returncode == 3 and found[2:] ==
              [("mean absolute error", 10, "pass"), ("mean error", 10, "miss")],
              "a check may be of the mean of its values' errors", found)


if not IS_SHORT:
    shipped()
own_claims()
made_of_figures()
mean_errors()
finish()
