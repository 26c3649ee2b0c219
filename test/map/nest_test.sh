#!/bin/sh
# nest_test.sh - mapping files on the command line: the textbook's 1-D examples
# by simulation, the round trip through --show-mapping, exit statuses.
# SPDX-License-Identifier: MIT
exec python3 - "$ACCELSIM" "$srcdir/configs" <<'PY'
import json
import os
import subprocess
import sys
import tempfile

ACCELSIM, CONFIGS = sys.argv[1:]
failed = 0


def expect(what, ours, want):
    global failed
    ok = ours == want
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} - {what}: {ours}"
          + ("" if ok else f", not {want}"))


def call(*options):
    return subprocess.run([ACCELSIM, *options], capture_output=True, text=True,
                          check=False)


def layers(cfg, mapping, *options):
    run = call("--cfg", f"{CONFIGS}/{cfg}.cfg", "--mapping",
               f"{CONFIGS}/mappings/{mapping}.cfg", "--format", "json",
               *options)
    if run.returncode != 0:
        print(run.stderr)
    return {layer["name"]: layer for layer in json.loads(run.stdout)["layers"]}


# Sze, Chen, Yang, Emer (2020), s. 5.2: what an L1 of 1, 2 and 4 words for one
# tensor asks of its source; for psums, what it gives back.
TEMPORAL = {
    "order1": {"weight": (16, 16, 4), "input": (16, 16, 7), "psum": (4, 4, 4)},
    "order2": {"weight": (4, 4, 4), "input": (16, 16, 7), "psum": (16, 16, 4)},
    # Under LRU, 7 inputs with 4 words: a tile knows its predecessor only.
    "tile2": {"weight": (8, 8, 4), "input": (10, 10, 8), "psum": (16, 4, 4)},
}
TENSOR = {"weight": "filter", "input": "ifmap", "psum": "psum"}
for order, by_data in TEMPORAL.items():
    for k, words in enumerate((1, 2, 4)):
        found = layers(f"conv1d_l1_{words}", f"conv1d_{order}_{words}",
                       "--check")
        for data, want in by_data.items():
            l2 = found[data]["accesses"]["l2"][TENSOR[data]]
            ours = l2["writes"] - l2["dma_writes"] if data == "psum" else \
                l2["reads"]
            expect(f"{order}, {data}, an L1 of {words}: source accesses", ours,
                   want[k])
            expect(f"{order}, {data}, an L1 of {words}: mismatches",
                   found[data]["check"]["mismatches"], 0)

# The same by the distances between uses: shortest, longest, and what LRU
# memories of 1, 2 and 4 words miss.
DISTANCES = {
    "order1": {"filter": (4, 4, 16, 16, 4), "ifmap": (3, 3, 16, 16, 7),
               "psum": (1, 1, 4, 4, 4)},
    "order2": {"filter": (1, 1, 4, 4, 4), "ifmap": (3, 3, 16, 16, 7),
               "psum": (4, 4, 16, 16, 4)},
    "tile2": {"filter": (1, 7, 8, 8, 4), "ifmap": (1, 4, 10, 10, 7),
              "psum": (2, 2, 16, 4, 4)},
}
for order, by_tensor in DISTANCES.items():
    run = call("reuse", "--cfg", f"{CONFIGS}/conv1d_l1_1.cfg", "--mapping",
               f"{CONFIGS}/mappings/conv1d_{order}_1.cfg", "--layer",
               "weight", "--format", "json")
    for stream in json.loads(run.stdout)["subjects"][0]["streams"]:
        if stream["level"] != "pe":
            continue
        misses = [[m for capacity, m in stream["miss_curve"]
                   if capacity <= words][-1] for words in (1, 2, 4)]
        distance = stream["reuse_distance"]
        expect(f"{order}, {stream['name']}: distances, misses",
               (distance["min"], distance["max"], *misses),
               by_tensor[stream["name"]])

# s. 5.3: one read for all that want a word at once.
for pes, reads in ((4, 4), (2, 8)):
    one = layers("conv1d_pes", f"conv1d_shared_by_{pes}")["weight"]
    expect(f"weights shared by {pes} PEs: reads of L2",
           one["accesses"]["l2"]["filter"]["reads"], reads)
    expect(f"weights shared by {pes} PEs: deliveries",
           one["noc"]["filter"]["words_delivered"], pes * reads)
one = layers("conv1d_banks", "conv1d_across_banks")["weight"]["accesses"]
expect("4 weights for PEs under 2 L1 banks: reads of L2, writes of L1, reads "
       "of L1, writes of RF",
       [one["l2"]["filter"]["reads"], one["l1"]["filter"]["writes"],
        one["l1"]["filter"]["reads"], one["rf"]["filter"]["writes"]],
       [4, 8, 8, 16])

# Tiles that do not fill the array.
one = layers("conv1d_pes", "conv1d_mismatched")["weight"]
ledger = one["ledger_pe_cycles"]
expect("mismatched tiles: PEs in use", one["active_pes"], 3)
expect("mismatched tiles: a PE without work in the layer",
       ledger["idle_mapping"], one["array_cycles"])
expect("mismatched tiles: MAC cycles of two idle PEs are charged to the edge",
       ledger["idle_edge"] >= 2 * 4, True)
expect("mismatched tiles: all PE-cycles", sum(ledger.values()),
       4 * one["cycles"])

# The architecture's own mapping; the round trip; model = run.
with tempfile.TemporaryDirectory() as folder:
    shown = f"{folder}/shown.cfg"
    first = json.loads(call("--cfg", f"{CONFIGS}/conv1d_banks.cfg", "--layer",
                            "psum", "--format", "json").stdout)
    text = call("--cfg", f"{CONFIGS}/conv1d_banks.cfg", "--layer", "psum",
                "--show-mapping").stdout
    with open(shown, "w", encoding="ascii") as to:
        to.write(text[text.index("mappings = ("):])
    again = json.loads(call("--cfg", f"{CONFIGS}/conv1d_banks.cfg", "--layer",
                            "psum", "--mapping", shown, "--format",
                            "json").stdout)
    expect("a shown mapping reads back to the same result", again, first)
    model = json.loads(call("model", "--cfg", f"{CONFIGS}/conv1d_banks.cfg",
                            "--layer", "psum", "--format", "json").stdout)
    expect("the closed form counts what the simulation counts",
           model["layers"][0]["accesses"], first["layers"][0]["accesses"])
    tiled = os.path.join(folder, "tiled.cfg")
    with open(tiled, "w", encoding="ascii") as to:
        to.write('mappings = ( { dram = { loops = ["m 4", "c 4", "p 2"]; };\n'
                 '  l2 = { loops = ["m 2", "p 4"]; rows = ["r 3"];\n'
                 '         cols = ["q 7"]; };\n'
                 '  rf = { loops = ["q 2", "m 2", "s 3"]; }; } );\n')
    of = ("--cfg", f"{CONFIGS}/eyeriss.cfg", "--mapping", tiled, "--shape",
          "M=16,C=4,H=10,W=16,R=3,S=3", "--format", "json")
    native = json.loads(call(*of).stdout)
    expect("without pass memory: the same", json.loads(
        call(*of, "--no-memo").stdout), native)
    for grain in ("array", "block"):
        run = call(*of, "--kernel", "systemc", "--sc-granularity", grain)
        if "was made without" in run.stderr:
            continue
        other = json.loads(run.stdout)
        other["kernel"] = native["kernel"]
        expect(f"on SystemC by {grain}: the same", other, native)
    # L1s as line buffers: PE fifos steer such a nest, and both kernels agree.
    behind = os.path.join(folder, "behind.cfg")
    with open(behind, "w", encoding="ascii") as to:
        to.write('mappings = ( { dram = { loops = ["m 2", "p 2"]; };\n'
                 '  l2 = { loops = ["p 4", "c 4"]; rows = ["m 4"];\n'
                 '         cols = ["q 2"]; };\n'
                 '  l1 = { line_buffer = true; rows = ["r 3"];\n'
                 '         cols = ["q 4"]; };\n'
                 '  rf = { loops = ["q 2", "m 2", "s 3"]; }; } );\n')
    of = ("--cfg", f"{CONFIGS}/eyeriss_v2_dense.cfg", "--set",
          "noc.l2_to_l1=multicast", "--set", "pe.fifo_words=9", "--mapping",
          behind, "--shape", "M=16,C=4,H=10,W=18,R=3,S=3", "--batch", "1")
    native = json.loads(call(*of, "--check", "--format", "json").stdout)
    one = native["layers"][0]
    expect("line buffers: bit-exact", one["check"]["mismatches"], 0)
    expect("line buffers: what enters the L1s leaves them",
           one["noc"]["ifmap_l1"]["words_delivered"],
           one["noc"]["ifmap"]["words_sent"])
    expect("line buffers: the closed form counts alike", json.loads(
        call("model", *of, "--format", "json").stdout)["layers"][0]["accesses"],
        one["accesses"])
    for grain in ("array", "block"):
        run = call(*of, "--check", "--format", "json", "--kernel", "systemc",
                   "--sc-granularity", grain)
        if "was made without" in run.stderr:
            continue
        other = json.loads(run.stdout)
        other["kernel"] = native["kernel"]
        expect(f"line buffers on SystemC by {grain}: the same", other, native)
    text = call(*of, "--show-mapping").stdout
    with open(shown, "w", encoding="ascii") as to:
        to.write(text[text.index("mappings = ("):])
    again = [shown if word == behind else word for word in of]
    expect("line buffers: the shown mapping reads back", json.loads(
        call(*again, "--check", "--format", "json").stdout), native)
    for old, new, message in (
            ("line_buffer = true;", 'line_buffer = true; keep = ["psum"];',
             "is a line buffer has no loops"),
            ("line_buffer = true;", "line_buffer = 1;", "true or false"),
            ("line_buffer = true;", "", "has no effect under a loop nest")):
        with open(behind, encoding="ascii") as file:
            other = file.read().replace(old, new)
        with open(shown, "w", encoding="ascii") as to:
            to.write(other)
        run = call(*again)
        expect(f"line buffers: {message}", message in run.stderr, True)
    wrong = os.path.join(folder, "wrong.cfg")
    with open(wrong, "w", encoding="ascii") as to:
        to.write('mappings = ( {\n  l2 = { loops = ["s 4"];\n'
                 '         cols = ["q 5"]; };\n} );\n')
    run = call("--cfg", f"{CONFIGS}/conv1d_pes.cfg", "--mapping", wrong)
    expect("an illegal nest: exit status", run.returncode, 2)
    expect("an illegal nest: message", run.stderr.replace(folder + "/", ""),
           "wrong.cfg:2: error: the children of l2 take 5 columns and "
           "'conv1d_pes' has 4; up to 4 are legal\n")
    expect("an illegal nest: nothing on standard output", run.stdout, "")
run = call("--cfg", f"{CONFIGS}/conv1d_pes.cfg", "--set", "mapping.q=2")
expect("a parameter for a nest: exit status", run.returncode, 1)
expect("a parameter for a nest: message", run.stderr,
       "accelsim: --set mapping.q=2: error: the dataflow 'nest' has no "
       "parameter 'mapping.q'; the nearest is 'mapping.table'\n")
run = call("--cfg", f"{CONFIGS}/conv1d_pes.cfg", "--mapping", "nowhere.cfg")
expect("a mapping file that is not there: exit status", run.returncode, 1)
run = call("--cfg", f"{CONFIGS}/eyeriss.cfg", "--layer", "conv1", "--dataflow",
           "nest")
expect("a nest without loops: exit status", run.returncode, 1)
expect("a nest without loops: message", run.stderr,
       "accelsim: error: '--dataflow nest' lacks its loops; '--mapping FILE' "
       "is needed\n")
run = call("--cfg", f"{CONFIGS}/eyeriss.cfg", "--layer", "conv1", "--set",
           "default.dataflow=nest", "--set", "dataflows=nest")
expect("a machine's own nest without loops: message", run.stderr,
       "accelsim: error: the machine's own dataflow is 'nest', which lacks its "
       "loops; '--mapping FILE' or another '--dataflow' is needed\n")
sys.exit(failed != 0)
PY
