"""sweep_test.py - arrays of other sizes than the chip's run, by every dataflow
that its file has, and configs/sweep_array.py prints what the program says.

SPDX-License-Identifier: MIT
"""

import os
import subprocess
import sys

from program import PROGRAM, SOURCE, check, finish, report

SIZES = ("4", "14", "32")
FLOWS = ("rs", "ws", "os")

done = subprocess.run(
    [sys.executable, os.path.join(SOURCE, "configs", "sweep_array.py"),
     "--program", PROGRAM, "--layers", "conv3", "--sizes", ",".join(SIZES),
     "--dataflows", ",".join(FLOWS)],
    capture_output=True, text=True, timeout=600)
check(done.returncode == 0 and done.stderr == "", "the sweep runs",
      done.stderr)
lines = [line.split() for line in done.stdout.splitlines()]
check(lines[:1] == [["rows", "cols", "flow", "layer", "cycles", "util", "%",
                     "pJ/MAC"]], "its table has a head", lines[:1])
rows = {tuple(line[:3]): line for line in lines[1:]}
check(sorted(rows) == sorted((r, c, f) for r in SIZES for c in SIZES
                             for f in FLOWS),
      "its table has a row for each size and dataflow", sorted(rows))
for key, row in rows.items():
    check(row[3] == "conv3" and int(row[4]) > 0 and
          0 < float(row[5]) <= 100 and float(row[6]) > 0,
          f"{key[0]} x {key[1]} PEs, {key[2]}", row)
layer = report("--cfg", "eyeriss", "--layer", "conv3", "--dataflow", "os",
               "--set", "array.rows=4", "--set", "array.cols=32")["layers"][0]
row = rows.get(("4", "32", "os"), ["0"] * 7)
check(row[4:] == [str(layer["cycles"]), f"{100 * layer['utilization']:.2f}",
                  f"{layer['energy_pj']['total'] / layer['macs']:.3f}"],
      "a row is what the program says of that array", row)
wide = int(rows[("32", "32", "rs")][4])
check(wide < int(rows[("4", "4", "rs")][4]),
      "more PEs take fewer cycles", wide)
finish()
