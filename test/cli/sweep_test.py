"""sweep_test.py - arrays of other sizes than the chip's run, by every dataflow
that its file has, and configs/sweep_array.py prints what the program says.
What is wrong with its words, or those of the other scripts, is one line.

SPDX-License-Identifier: MIT
"""

import os
import subprocess
import sys

from program import (PROGRAM, SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, report, write)

leave_to_the_plain_build()

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


def script(path, *words, environment=None, folder=None, out=subprocess.PIPE):
    return subprocess.run(
        [sys.executable, "-B", os.path.join(os.path.abspath(SOURCE), "configs",
                                            path), *words],
        stdout=out, stderr=subprocess.PIPE, text=True, cwd=folder, timeout=600,
        env={**os.environ, **(environment or {})})


def is_one_line(done, part):
    return (done.returncode != 0 and not done.stdout and part in done.stderr
            and done.stderr.count("\n") == 1)


QUICK = ("--program", PROGRAM, "--layers", "conv3", "--dataflows", "rs",
         "--sizes", "14")
for words, part in ((("--sizes", "x"), "'--sizes' is 'x'"),
                    (("--sizes", ""), "'--sizes' is ''"),
                    (("--program", "/none"), "cannot run '/none' ("),
                    (("--program", "/"), "cannot run '/' ("),
                    (("--program", "true"), "'true' prints no report"),
                    (("--program", "false"), "status 1"),
                    (("--layers", "conv9"), "has no layer 'conv9'")):
    done = script("sweep_array.py", *QUICK, *words)
    check(is_one_line(done, part), f"the sweep refuses {words}",
          str(done.stdout) + done.stderr)
if os.path.exists("/dev/full"):
    with open("/dev/full", "w") as full:
        done = script("sweep_array.py", *QUICK, out=full)
    check(done.returncode == 4 and is_one_line(done, "cannot write standard"),
          "a sweep onto a full disk is an I/O error", done.stderr)
with new_folder() as folder:
    write(folder, "file", "")
    for name, init in (("none", "raise ImportError()"),
                       ("some", "rcParams = {}\nuse = str")):
        os.makedirs(os.path.join(folder, name, "matplotlib"))
        write(folder, f"{name}/matplotlib/__init__.py", init)
        write(folder, f"{name}/matplotlib/pyplot.py", "")
    none, some = ({"PYTHONPATH": os.path.join(folder, name),
                   "ACCELSIM": "/none"} for name in ("none", "some"))
    for name in ("array_shape", "batch_dram", "buffer_split", "isca16",
                 "reuse_steps"):
        path = f"experiments/{name}.py"
        done = script(path, "-o", "new", environment=none, folder=folder)
        check(is_one_line(done, "has no matplotlib") and
              not os.path.exists(os.path.join(folder, "new")),
              f"{name} asks for matplotlib before it runs", done.stderr)
        done = script(path, "-o", "file", environment=some, folder=folder)
        check(is_one_line(done, "'--output' is 'file'"),
              f"{name} refuses a file for a folder", done.stderr)
        done = script(path, environment=some, folder=folder)
        check(is_one_line(done, "cannot run '/none' ("),
              f"{name} says that it finds no program", done.stderr)
    done = script("networks/make_networks.py", "--bogus", folder=folder)
    check(done.returncode == 2 and "arguments: --bogus" in done.stderr,
          "make_networks knows its options", done.stderr)
    done = script("networks/make_networks.py", "none/x", folder=folder)
    check(is_one_line(done, "cannot use 'none/x/"),
          "make_networks refuses a folder that is not there", done.stderr)
finish()
