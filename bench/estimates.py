#!/usr/bin/env python3
"""estimates.py - how near the closed form's bound, and the estimate by which a
run's candidates are ranked, come to the cycles that its mapping then takes.

    ACCELSIM=build/accelsim bench/estimates.py [COUNT] [WORD ...]

A sample of COUNT distinct layers (3) of the shipped networks runs on every
machine and dataflow whose names hold a WORD, under the machine's own DRAM and
under each kind of part.  A line for each machine and DRAM has the medians of
bound and estimate over simulation, and of how far the estimate is off; the
last line those of all.
SPDX-License-Identifier: MIT
"""

import json
import os
import random
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "test", "map"))
import plain_run

DRAMS = ("own", "ddr4_2400", "hbm2")
SEED = 19


def look_at(case, dram):
    """(bound / cycles, estimate / cycles) of the mapping that a run takes, or
    None where nothing runs, or no closed form knows the machine."""
    way = [] if dram == "own" else ["--set", f"dram.model={dram}"]
    if plain_run.run("model", *plain_run.words_of(case), *way).returncode != 0:
        return None
    found = plain_run.run("run", *plain_run.words_of(case), *way, "--format",
                          "json", "--mapping-policy", "search")
    if found.returncode != 0:
        return None
    layer = json.loads(found.stdout)["layers"][0]
    cycles = layer["cycles"]
    taken = [one["estimate_cycles"] for one in layer["mapping"]["tried"]
             if one.get("cycles") == cycles]
    if not taken:
        return None
    return max(layer["bounds_cycles"].values()) / cycles, taken[0] / cycles


def told(name, seen):
    bound, estimate = zip(*seen)
    off = statistics.median(abs(one - 1) for one in estimate)
    print(f"{name}: {len(seen)} runs, bound {statistics.median(bound):.3f}, "
          f"estimate {statistics.median(estimate):.3f} of the cycles, "
          f"off by {off:.1%}", flush=True)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    by_pair = {}
    for net, layer, cfg, dataflow in plain_run.cases():
        if not sys.argv[2:] or any(word in f"{cfg} {dataflow}"
                                   for word in sys.argv[2:]):
            by_pair.setdefault((cfg, dataflow), []).append((net, layer))
    dice = random.Random(SEED)
    every = []
    for (cfg, dataflow), layers in by_pair.items():
        chosen = dice.sample(layers, min(count, len(layers)))
        for dram in DRAMS:
            seen = [one for net, layer in chosen
                    if (one := look_at((net, layer, cfg, dataflow), dram))]
            if seen:
                told(f"{cfg} {dataflow}, dram {dram}", seen)
                every += seen
    told("all", every)


main()
