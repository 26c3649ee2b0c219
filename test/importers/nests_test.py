"""nests_test.py - imports mappings of MAESTRO, ZigZag and AccelForge as loop
nests: the loops are worked out by hand, and each runs, bit for bit.
SPDX-License-Identifier: MIT
"""

import json
import os
import re

from importing import imported
from nest_texts import (ACCELERATOR, ACCELFORGE, EINSUMS, FUSED, HARDWARE,
                        MAESTRO, NODES, WORKLOAD, ZIGZAG)
from program import (check, finish, leave_to_the_plain_build, new_folder, run,
                     write)

leave_to_the_plain_build()

def nests(folder):
    """{layer: {level: its text}}, in one line each."""
    name = next(name for name in os.listdir(folder) if "mapping" in name)
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        text = re.sub(r"#.*", "", file.read())
    out = {}
    for block in text.split("}, {"):
        layer = re.search(r'layer = "(\w+)"', block)
        levels = dict(re.findall(r"(\w+) = \{ (.*) \};", block))
        dataflow = re.search(r'dataflow = "(\w+)"', block)
        out[layer.group(1) if layer else None] = \
            dataflow.group(1) if dataflow else levels
    return out


def is_right(folder, what, *words):
    """Runs all that was imported with real operands."""
    made = {re.search(r"\.(\w+)\.cfg$", name).group(1):
            os.path.join(folder, name) for name in os.listdir(folder)
            if name.endswith(".cfg")}
    done = run("--cfg", made["architecture"], "--net", made["network"],
               "--mapping", made["mapping"], "--check", "--format", "json",
               *words)
    if check(done.returncode == 0, f"{what} runs", done.stderr):
        checks = [layer["check"] for layer in
                  json.loads(done.stdout)["layers"]]
        check(all(one["mismatches"] == 0 for one in checks),
              f"{what} makes the right outputs", checks)


def test_maestro():
    with new_folder() as folder:
        net = write(folder, "small.m", MAESTRO)
        report = imported(folder, net, write(folder, "hw.m", HARDWARE))
        found = nests(folder)
        check(found["a"] == {
            "dram": 'loops = ["c 3", "q 8", "m 2"];',
            "l2": 'loops = ["c 2", "p 2"]; rows = ["m 4"]; cols = ["p 4"];',
            "rf": 'loops = ["r 3", "s 3"];'},
            "maps above a cluster, side by side, in it and what is left",
            found["a"])
        check(found["b"] == {
            "dram": 'loops = ["g 3", "q 8"];',
            "l2": 'loops = ["g 2", "p 2"]; cols = ["p 4"];',
            "rf": 'loops = ["r 3", "s 3"];'},
            "a layer without a dataflow has that before it, and channels of a "
            "depthwise one are groups", found["b"])
        check(found[None] == "os" and "transposed convolutions run as several"
              in report, "a layer that can be no nest has a dataflow", report)
        is_right(folder, "MAESTRO's dataflow", "--layer", "a,b")
        done = run("model", "--cfg", os.path.join(folder, "hw.m"), "--net",
                   net, "--mapping", net, "--format", "json")
        check(done.returncode == 0 and json.loads(done.stdout)["layers"][0]
              ["mapping"]["source"] == "given",
              "--cfg, --net and --mapping take the files as they are",
              done.stderr)
    with new_folder() as folder:
        report = imported(folder, write(folder, "small.m", MAESTRO))
        check("with its hardware among the files" in report and
              len(os.listdir(folder)) == 2, "without hardware it is told",
              report)


def test_zigzag():
    with new_folder() as folder:
        files = [write(folder, name, text) for name, text in (
            ("w.yaml", WORKLOAD), ("hw.yaml", ACCELERATOR),
            ("map.yaml", ZIGZAG))]
        done = run("import", *files, "-o", folder)
        check(done.returncode == 0, "a workload, hardware and its mapping",
              done.stderr)
        found = nests(folder)["layer"]
        # A PE has a word of the ifmap and one sum: nothing but the MAC is in
        # it. 200 bytes hold taps and pixels of a row, 2 x 8 + 4 x 2 x 3 + 4 x
        # 6 of two bytes, and further filters, 2 x 8 + 8 x 2 x 3 + 2 x 8 x 6;
        # six rows of pixels no more.
        check(found == {"dram": 'loops = ["c 3", "r 3", "p 6"];',
                        "l2": 'loops = ["m 2", "s 3", "q 6"]; rows = ["c 2"]; '
                              'cols = ["m 4"];'},
              "what is unrolled, its order, and what each memory holds",
              found)
        check("4 steps of C side by side, of which 2 fit the array's rows" in
              done.stdout and "the file says no memory of a loop" in
              done.stdout, "what is not the file's is told", done.stdout)
        is_right(folder, "ZigZag's mapping")
        done = run("import", files[2], "-o", folder)
        check(done.returncode == 1 and "map.yaml:1: error: a mapping of "
              "ZigZag's is of a workload and an accelerator" in done.stderr,
              "a mapping alone is refused", done.stderr)
        for loop in ("[]", "[K, -2]", "[K, 0]", "''"):
            files[2] = write(folder, "map.yaml",
                             ZIGZAG.replace("[FX, 3]", loop))
            done = run("import", *files, "-o", folder)
            check(done.returncode == 1 and "map.yaml:5: error: " in done.stderr
                  and "is no loop with its steps" in done.stderr,
                  f"{loop} is no loop", done.stderr)


def test_accelforge():
    with new_folder() as folder:
        files = [write(folder, name, text) for name, text in (
            ("w.yaml", EINSUMS), ("arch.yaml", NODES),
            ("map.yaml", ACCELFORGE))]
        done = run("import", *files, "-o", folder)
        check(done.returncode == 0, "a workload, hardware and its mapping",
              done.stderr)
        check(nests(folder)["product"] == {
            "dram": 'loops = ["p 4"];',
            "l2": 'loops = ["c 4"]; cols = ["m 4"];',
            "rf": 'loops = ["p 4", "c 2"];'},
            "loops run where some tensor still comes from", nests(folder))
        is_right(folder, "AccelForge's mapping")
    with new_folder() as folder:
        files[2] = write(folder, "fused.yaml", FUSED)
        files[0] = write(folder, "w.yaml", EINSUMS)
        files[1] = write(folder, "arch.yaml", NODES)
        done = run("import", *files, "-o", folder)
        check(done.returncode == 0 and "loops around several einsums" in
              done.stdout, "fusion is told", (done.stdout, done.stderr))
        done = run("import", files[2], "-o", folder)
        check(done.returncode == 1 and "fused.yaml:3: error: a mapping of "
              "AccelForge's is of a workload and an architecture" in
              done.stderr, "a mapping alone is refused", done.stderr)


for test in (test_maestro, test_zigzag, test_accelforge):
    test()
finish()
