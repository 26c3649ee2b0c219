#!/usr/bin/env python3
"""zeros_choice_test.py - mappings of layers whose zeros are skipped: estimates
are near what simulations come to, and what the rules choose is near what the
search finds.  Layers are drawn from a seed, on Eyeriss v2.
SPDX-License-Identifier: MIT
"""

import json
import os
import random
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["srcdir"], "test"))
from program import check, finish, leave_to_the_plain_build, run

leave_to_the_plain_build()

LAYERS = 10
CYCLES_MIN = 1000  # of shorter runs ramps are the most
FLOWS = ("rs", "ws", "os", "is")
# Zeros come by chance and PEs wait for each other: a run may take longer than
# its estimate, by what was seen, and hardly less.
LONGER_MAX, LONGER_MEDIAN, SHORTER_MAX = 2.5, 1.5, 0.8
RULES_SLOWER_MAX, RULES_SLOWER_MEDIAN = 3.0, 1.4


def draw(dice, k, ifmap=(0.0, 0.4, 0.7), filters=(0.0, 0.5, 0.8)):
    kernel = dice.choice((1, 1, 3, 3, 5))
    side = dice.choice((1, 7, 9, 13)) if kernel == 1 else dice.choice((7, 13))
    return (f'  {{ name = "layer{k}"; type = "conv"; '
            f"M = {dice.choice((24, 32, 64, 100))}; "
            f"C = {dice.choice((16, 48, 64))}; H = {side}; W = {side}; "
            f"R = {kernel}; S = {kernel}; stride = 1; "
            f"pad = {kernel // 2}; G = 1;\n"
            f"    ifmap_zero_share = {dice.choice(ifmap)}; "
            f"filter_zero_share = {dice.choice(filters)}; }}")


def layers(network, dataflow, policy):
    found = run("--cfg", "eyeriss_v2_sparse", "--net", network, "--dataflow",
                dataflow, "--mapping-policy", policy, "--format", "json",
                "--set", "dram.model=ideal")
    check(found.returncode == 0, f"{dataflow}, {policy}", found.stderr)
    return json.loads(found.stdout)["layers"]


def write(folder, drawn):
    path = os.path.join(folder, "zeros.cfg")
    with open(path, "w", encoding="ascii") as file:
        file.write('name = "zeros";\nlayers = (\n' + ",\n".join(drawn) +
                   "\n);\n")
    return path


def hold(what, ratios, most, median):
    check(max(ratios)[0] <= most, f"{what}: at most {most}", max(ratios))
    middle = statistics.median(ratio for ratio, *_ in ratios)
    check(middle <= median, f"{what}: {median} in the median", middle)


def main():
    dice = random.Random(20261201)
    longer, slower = [], []
    with tempfile.TemporaryDirectory() as folder:
        network = write(folder, [draw(dice, k) for k in range(LAYERS)])
        for dataflow in FLOWS:
            for rules, found in zip(layers(network, dataflow, "rules"),
                                    layers(network, dataflow, "search")):
                where = dataflow, found["name"], str(found["shape"])
                slower.append((rules["cycles"] / found["cycles"], *where))
                longer += [(tried["cycles"] / tried["estimate_cycles"], *where)
                           for tried in found["mapping"]["tried"]
                           if tried.get("cycles", 0) >= CYCLES_MIN]
        # Nothing is left of an operand: every estimate is of few cycles.
        none = write(folder, [draw(dice, 0, (1.0,)),
                              draw(dice, 1, (0.4,), (1.0,)),
                              draw(dice, 2, (1.0,), (1.0,))])
        for dataflow in FLOWS:
            for layer in layers(none, dataflow, "search"):
                check(layer["macs_performed"] == 0 and
                      all(tried["estimate_cycles"] < 10 * layer["cycles"]
                          for tried in layer["mapping"]["tried"]),
                      f"{dataflow}: no product is left", str(layer["cycles"]))
    hold("runs over estimates", longer, LONGER_MAX, LONGER_MEDIAN)
    check(min(longer)[0] >= SHORTER_MAX,
          f"runs over estimates: at least {SHORTER_MAX}", min(longer))
    hold("rules over the search", slower, RULES_SLOWER_MAX,
         RULES_SLOWER_MEDIAN)
    finish()


main()
