#!/usr/bin/env python3
"""improvements_test.py - more hardware never makes a layer slower: one key of
Eyeriss is improved at a time, mappings are searched, and no layer may take more
than 1 % more cycles, under rs, ws and os.  A sample of the grid is looked at;
with ACCELSIM_TEST_LONG=1 all of it, with FLOWS=is another dataflow's.
SPDX-License-Identifier: MIT
"""

import csv
import os
import random
import sys

sys.path.insert(0, os.path.join(os.environ["srcdir"], "test"))
from program import check, finish, leave_to_the_plain_build, run

leave_to_the_plain_build()

SLOWER_MAX = 1.01
BETTER = {
    "array.rows": (13, 14, 16, 20, 24),
    "array.cols": (15, 16, 20, 28),
    "pe.rf.ifmap_words": (13, 16, 24, 48),
    "pe.rf.filter_words": (240, 256, 448, 896),
    "pe.rf.psum_words": (25, 32, 48, 96),
    "pe.fifo_words": (17, 32, 64),
    "pe.pipeline_cycles": (2, 1),
    "l2.bytes": (138240, 221184, 442368, 884736),
    "l2.latency_cycles": (1, 0),
    "noc.filter.slots_per_cycle": (2, 4),
    "noc.ifmap.slots_per_cycle": (2, 3, 4),
    "noc.psum_in.slots_per_cycle": (2, 4),
    "noc.psum_out.slots_per_cycle": (2, 4),
    "dram.bytes_per_second": (600000000, 960000000, 1920000000, 9600000000),
}
LAYERS = [f"conv{k}" for k in range(1, 6)]
FLOWS = os.environ.get("FLOWS", "rs,ws,os").split(",")
LONG = os.environ.get("ACCELSIM_TEST_LONG")


def cycles(dataflow, layers, *words):
    """By layer, one image, under searched mappings."""
    found = run("--cfg", "eyeriss", "--net", "alexnet", "--batch", "1",
                "--layer", ",".join(layers), "--dataflow", dataflow,
                "--mapping-policy", "search", "--format", "csv", *words)
    check(found.returncode == 0, " ".join(words), found.stderr)
    return {row["name"]: int(row["cycles"])
            for row in csv.DictReader(found.stdout.splitlines())
            if row["name"] in layers}


def main():
    dice = random.Random(19)
    points = [(dataflow, key, value) for dataflow in FLOWS
              for key, values in BETTER.items() for value in values]
    layers = LAYERS
    if not LONG:
        points = dice.sample(points, 12)
        layers = ["conv3", "conv5"]
    base = {dataflow: cycles(dataflow, layers)
            for dataflow in sorted({point[0] for point in points})}
    for dataflow, key, value in points:
        found = cycles(dataflow, layers, "--set", f"{key}={value}")
        for layer in layers:
            ratio = found[layer] / base[dataflow][layer]
            check(ratio <= SLOWER_MAX,
                  f"{dataflow}, {layer}: {key}={value} makes it no slower",
                  f"{ratio:.4f} times the cycles")


main()
finish()
