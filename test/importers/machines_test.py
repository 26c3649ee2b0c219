"""machines_test.py - imports architectures of other tools that the test writes,
looks at what they became, and runs a layer on each.
SPDX-License-Identifier: MIT
"""

import glob
import json
import os

from importing import imported, refused
from program import check, finish, new_folder, report, run, write

SCALESIM = """[general]
run_name = small
; a comment
[architecture_presets]
ArrayHeight : 8
ArrayWidth: 12
IfmapSramSzkB: 32
FilterSramSzkB = 64
OfmapSramSzkB: 16
IfmapOffset: 0
Bandwidth : 10
Dataflow : WS   ; weights stay
[sparsity]
SparsitySupport : true
[run_presets]
InterfaceBandwidth: USER
"""


def machine(name, text, *words):
    """The values of the architecture that a text says, by path, the report,
    and a layer's result on it."""
    with new_folder() as folder:
        told = imported(folder, write(folder, name, text), *words)
        made = glob.glob(os.path.join(folder, "*.architecture.cfg"))
        done = run("run", "--cfg", made[0], "--show-config", "--shape",
                   "M=8,C=4,H=6,W=6,R=3,S=3", "--format", "json")
        if not check(done.returncode == 0, f"{name} is an architecture",
                     done.stderr):
            finish()
        rows = {row["key"]: row["value"]
                for row in json.loads(done.stdout)["rows"]}
        result = report("--cfg", made[0], "--shape",
                        "M=8,C=4,H=6,W=6,R=3,S=3")
    return rows, told, result["layers"][0]


def test_scalesim():
    rows, told, layer = machine("old.cfg", SCALESIM)
    wanted = {"array.rows": "8", "array.cols": "12",
              "array.network": "systolic", "default.dataflow": "ws",
              "l2.bytes": str(112 * 1024), "dram.model": "bandwidth",
              "dram.bytes_per_second": "10000000000",
              "precision.ifmap_bits": "8"}
    check(all(str(rows[key]) == value for key, value in wanted.items()),
          "SCALE-Sim: array, memories, dataflow, bandwidth",
          {key: rows[key] for key in wanted})
    each = int(rows["l2.bytes"]) // int(rows["l2.banks"])
    check([int(rows[f"l2.{tensor}_banks"]) * each for tensor in
           ("ifmap", "filter", "psum")] == [32768, 65536, 16384],
          "each tensor has the banks of its memory", rows)
    check("old.cfg:14: not expressible: sparse filters" in told,
          "sparsity is told", told)
    check(layer["macs"] == 8 * 4 * 9 * 16, "it runs", layer["macs"])


def test_scalesim_is_taken_directly():
    with new_folder() as folder:
        path = write(folder, "old.cfg", SCALESIM)
        done = run("--cfg", path, "--net", "lenet5", "--layer", "c1")
        check(done.returncode == 0 and "not expressible: sparse filters" in
              done.stderr, "--cfg takes it, and tells beside the run",
              done.stderr)


def test_scalesim_refusals():
    with new_folder() as folder:
        for text, message in (
                (SCALESIM.replace("ArrayHeight : 8", "ArrayHeight : 8,16"),
                 "old.cfg:5: error: 'arrayheight' is '8,16'"),
                (SCALESIM.replace("ArrayWidth: 12", "ArrayWidth: twelve"),
                 "old.cfg:6: error: 'arraywidth' is 'twelve'"),
                (SCALESIM.replace("Dataflow : WS", "Dataflow : rs"),
                 "old.cfg:12: error: 'Dataflow' is 'rs'"),
                (SCALESIM.replace("OfmapSramSzkB: 16\n", ""),
                 "old.cfg:4: error: [architecture_presets] has no "
                 "'ofmapsramszkb'"),
                (SCALESIM.replace("Bandwidth : 10\n", ""),
                 "old.cfg:15: error: InterfaceBandwidth is USER"),
                (SCALESIM.replace("[sparsity]", "what is this\n[sparsity]"),
                 "old.cfg:13: error: 'what is this' is no key")):
            refused(write(folder, "old.cfg", text), message)


for test in (test_scalesim, test_scalesim_is_taken_directly,
             test_scalesim_refusals):
    test()
finish()
