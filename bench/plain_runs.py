#!/usr/bin/env python3
"""plain_runs.py - the mapping that a layer gets without asking, against others:
the distinct layers of the shipped networks on every machine and dataflow that
`map` searches, judged as test/map/plain_run.py says.

    ACCELSIM=build/accelsim bench/plain_runs.py [--sample N] [--seed S]
        [--part K/N] [--store FILE] [--layers WORD] [WORD ...]

No other mapping may take 1 % less energy at no more cycles than the plain run;
the plain run may take 2 % more cycles than the best of them for 95 % of the
pairs, 5 % for all.  A sample has as many layers of each machine and dataflow; a
WORD keeps those whose names hold it.  What was seen is kept in FILE, a line of
JSON each, and not looked at again.

It prints a line for each that breaks, then the shares, and fails where they
fall short.
SPDX-License-Identifier: MIT
"""

import argparse
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "test", "map"))
import plain_run


def sampled(cases, count, seed):
    """Cases in an order of their own for each seed: one of each machine and
    dataflow, then another of each, ..."""
    dice = random.Random(seed)
    by_machine = {}
    for case in cases:
        by_machine.setdefault(case[2:], []).append(case)
    for some in by_machine.values():
        dice.shuffle(some)
    turns = max(map(len, by_machine.values()), default=0)
    out = [some[turn] for turn in range(turns)
           for some in by_machine.values() if turn < len(some)]
    return out[:count] if count else out


def kept(path):
    if not path or not os.path.exists(path):
        return {}
    with open(path, encoding="ascii") as file:
        lines = [json.loads(line) for line in file]
    return {tuple(line["case"]): line["seen"] for line in lines}


def keep(path, case, seen):
    if path:
        with open(path, "a", encoding="ascii") as file:
            file.write(json.dumps({"case": case, "seen": seen}) + "\n")


def told(case, seen):
    print(*case, " ".join(f"{key} {seen[key]:.4f}" for key
                          in ("slower", "dominated", "energy") if key in seen),
          "quicker:", seen["quicker"], "more frugal:", seen["more_frugal"],
          flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=plain_run.SEED)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--store")
    parser.add_argument("--layers", default="")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    cases = [case for case in plain_run.cases()
             if options.layers in " ".join(case[:2]) and
             (not options.words or
              any(word in " ".join(case[2:]) for word in options.words))]
    mappings, known = plain_run.drawn(), kept(options.store)
    every = []
    for case in sampled(cases, options.sample, options.seed)[part - 1::parts]:
        if case not in known:
            known[case] = plain_run.look_at(case, mappings.get(case, []))
            keep(options.store, case, known[case])
        if known[case] is None:
            continue
        every.append(known[case])
        if plain_run.breaks(known[case]):
            told(case, known[case])
    share = plain_run.share
    slower = [one["slower"] for one in every]
    frugal = [one["dominated"] for one in every]
    energy = [one["energy"] for one in every if "energy" in one]
    not_dominated = share(frugal, plain_run.DOMINATED)
    print(f"{len(every)} of {len(cases)} pairs of a layer and a machine, "
          f"{sum(one['simulated'] for one in every)} other mappings simulated, "
          f"{sum(one['drawn'] for one in every)} drawn ones: "
          f"{not_dominated:.1%} not dominated; delay within 2 % for "
          f"{share(slower, 1.02):.1%}, within 5 % for "
          f"{share(slower, 1.05):.1%}, at most {max(slower, default=1):.3f} of "
          f"the best; the proven least energy for {share(energy, 1.001):.1%} "
          f"of {len(energy)}")
    sys.exit(not_dominated < 1 or share(slower, 1.02) < 0.95 or
             share(slower, 1.05) < 1 or share(energy, 1.001) < 1)


main()
