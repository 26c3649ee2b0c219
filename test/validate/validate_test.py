"""validate_test.py - `accelsim validate` on the program itself: the shipped
claims hold, docs/validation.md is what it prints, and a miss is told.

SPDX-License-Identifier: MIT
"""

import json
import os

from program import IS_SHORT, SOURCE, check, finish, new_folder, run, write

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


if not IS_SHORT:
    shipped()
own_claims()
finish()
