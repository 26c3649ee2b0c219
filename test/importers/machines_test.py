"""machines_test.py - imports architectures of other tools that the test writes,
looks at what they became, and runs a layer on each.
SPDX-License-Identifier: MIT
"""

import glob
import os

from importing import machine, refused
from machine_texts import (LEGACY, MAPPING, NODES, PRINTED, PROBLEM, SCALESIM,
                           SUBTREE)
from program import (check, finish, leave_to_the_plain_build, new_folder,
                     report, run, write)

leave_to_the_plain_build()


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


def test_timeloop():
    for name, text, words in (("tree.yaml", SUBTREE, ()),
                              ("nodes.yaml", NODES, ("--dim", "BITS=8")),
                              ("old.cfg", LEGACY, ())):
        rows, _, layer = machine(name, text, *words)
        wanted = {"array.rows": "2", "array.cols": "4", "l2.bytes": "8192",
                  "dram.model": "ideal", "precision.filter_bits": "8"}
        check(all(str(rows[key]) == value for key, value in wanted.items()),
              f"Timeloop, {name}: array and levels",
              {key: rows[key] for key in wanted})
        check(layer["macs"] > 0, f"{name} runs")
        if name == "nodes.yaml":
            check([rows[f"pe.rf.{tensor}_words"] for tensor in
                   ("ifmap", "filter", "psum")] == ["48", "32", "48"] and
                  rows["clock_hz"] == "500000000",
                  "stores of some tensors, and the clock", rows)


def test_timeloop_mapping():
    seen = []
    for name, text in (("small.yaml", MAPPING), ("small.map.txt", PRINTED)):
        with new_folder() as folder:
            files = [write(folder, one, what) for one, what in
                     (("prob.yaml", PROBLEM), ("arch.yaml", SUBTREE),
                      (name, text))]
            done = run("import", *files, "-o", folder)
            made = [glob.glob(os.path.join(folder, f"*.{kind}.cfg"))[0]
                    for kind in ("architecture", "network", "mapping")]
            check(done.returncode == 0, f"{name} is a mapping", done.stderr)
            with open(made[2], encoding="utf-8") as file:
                seen.append(file.read().split("mappings =")[1].split("\n", 2))
            layer = report("run", "--cfg", made[0], "--net", made[1],
                           "--mapping", made[2], "--check")["layers"][0]
            # 8 PEs of 8 * 8 * 3 * 16 / 8 MACs each.
            check(layer["macs"] == 3072 and layer["active_pes"] == 8 and
                  layer["cycles"] >= 384 and
                  layer["accesses"]["l2"]["filter"]["reads"] == 0,
                  "it runs, its outputs right; filters bypass L2",
                  layer["accesses"]["l2"])
    check(seen[0][2] == seen[1][2], "both forms are the same nest", seen)
    check('dram = { loops = ["c 2"]; };' in seen[0][2] and
          'l2 = { loops = ["c 2", "m 2", "s 3"]; rows = ["c 2"]; '
          'cols = ["m 4"]; keep = ["ifmap", "psum"]; };' in seen[0][2] and
          'rf = { loops = ["q 16"]; };' in seen[0][2],
          "loops outermost first, side by side by axis, and what is kept",
          seen[0])


def test_timeloop_is_taken_directly():
    with new_folder() as folder:
        files = [write(folder, name, text) for name, text in
                 (("prob.yaml", PROBLEM), ("arch.yaml", SUBTREE),
                  ("map.yaml", MAPPING))]
        run("import", *files, "-o", folder)
        kept = [os.path.join(folder, name) for name in
                ("prob.network.cfg", "arch.architecture.cfg",
                 "map.mapping.cfg")]
        outputs = [run("--net", one[0], "--cfg", one[1], "--mapping", one[2],
                       "--format", "json") for one in (files, kept)]
        check(outputs[0].returncode == 0 and
              outputs[0].stdout == outputs[1].stdout,
              "a run of three files of Timeloop's is one of the imported",
              outputs[0].stderr)


def test_timeloop_levels():
    """Levels by their own names: where the usual ones are too few, and where
    they are asked for."""
    deep = SUBTREE.replace(
        "      - name: GlobalBuffer",
        "      - {name: Second, class: SRAM, attributes: {depth: 900,"
        " width: 8, word-bits: 8}}\n      - name: GlobalBuffer", 1)
    with new_folder() as folder:
        for name, text, words, levels in (
                ("deep.yaml", deep, [], ["Second"]),
                ("flat.yaml", SUBTREE, ["--listed"], [])):
            files = [write(folder, "p.yaml", PROBLEM),
                     write(folder, name, text),
                     write(folder, "m.yaml", MAPPING)]
            to = os.path.join(folder, name[:4])
            done = run("import", *words, *files, "-o", to)
            check(done.returncode == 0, f"{name} is a list of levels",
                  done.stderr)
            made = [glob.glob(os.path.join(to, f"*.{kind}.cfg"))[0]
                    for kind in ("network", "architecture", "mapping")]
            layer = report("model", "--net", made[0], "--cfg", made[1],
                           "--mapping", made[2])["layers"][0]
            listed = set(layer["accesses"])
            check(listed == {"MainMemory", "GlobalBuffer", "RegisterFile",
                             *levels}, "levels have Timeloop's names", listed)
            check(layer["accesses"]["MainMemory"]["psum"]["writes"] ==
                  layer["shape"]["M"] * layer["shape"]["P"] *
                  layer["shape"]["Q"], "outputs leave once")


def test_timeloop_refusals():
    with new_folder() as folder:
        for name, text, message in (
                ("alone.yaml", MAPPING, "a mapping is of one problem and one "
                 "architecture; 0 and 0"),
                ("open.yaml", NODES, "'BITS' has no value"),
                ("stuck.yaml", NODES.replace("datawidth: BITS", "datawidth: 8if"),
                 "'8if' is no arithmetic"),
                ("wide.yaml", SUBTREE.replace("word-bits: 8, mesh",
                                              "word-bits: 99, mesh"),
                 "words of 99 bits")):
            refused(write(folder, name, text), message)
        files = [write(folder, "p.yaml", PROBLEM),
                 write(folder, "a.yaml", SUBTREE),
                 write(folder, "m.yaml", MAPPING.replace("target: Main",
                                                         "target: No"))]
        done = run("import", *files, "-o", folder)
        check(done.returncode == 1 and "m.yaml:2: error: 'NoMemory' is no "
              "level" in done.stderr, "a level that is not there is refused",
              done.stderr)


for test in (test_timeloop, test_timeloop_mapping,
             test_timeloop_is_taken_directly, test_timeloop_levels,
             test_timeloop_refusals,
             test_scalesim, test_scalesim_is_taken_directly,
             test_scalesim_refusals):
    test()
finish()
