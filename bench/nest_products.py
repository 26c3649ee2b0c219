#!/usr/bin/env python3
"""nest_products.py - the search of nests on fifty matrix products, up to those
of large language models: what it takes, how far from the optimum what it finds
may be, and how it stands beside the best mapping of the named dataflows.

    ACCELSIM=build/accelsim bench/nest_products.py [--cfg eyeriss] [--count 50]
        [--objective energy]

Fails where a nest costs more than the best named mapping, where the gap is more
than 5 %, where a product whose sizes are powers of two is not proven, or where a
search takes more than 10 seconds of the processor.  Nothing is simulated: the
first cycle of what was found is one too many.

SPDX-License-Identifier: MIT
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("ACCELSIM", os.path.join(HERE, "..", "build",
                                                  "accelsim"))
GAP_MOST = 0.05
SECONDS_MOST = 10

# Of published models: M x N x K, as in their papers' tables of sizes.
KNOWN = [(2048, 4096, 4096), (32768, 32000, 4096), (4096, 11008, 4096),
         (11008, 128, 4096), (768, 128, 768), (3072, 128, 768),
         (4096, 1, 4096), (1024, 1024, 1024), (512, 512, 64)]


def products(count):
    """The known ones, then powers of two and any sizes in turn."""
    chance = random.Random(1)
    out = list(KNOWN[:count])
    for k in range(count - len(out)):
        most = (32768, 32000, 4096)
        if k % 2 == 0:
            out.append(tuple(2 ** chance.randint(0, m.bit_length() - 1)
                             for m in most))
        else:
            out.append(tuple(round(m ** chance.random()) for m in most))
    return out


def search(options, size, words):
    """(objective's value of the best, gap, seconds of the processor)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    m, n, k = size
    done = subprocess.run(
        [PROGRAM, "map", "--cfg", options.cfg, "--gemm", f"M={m},N={n},K={k}",
         "--objective", options.objective, "--top", "1", "-j", "1",
         "--max-cycles", "1", "--format", "json", *words], check=False,
        capture_output=True,
        env={**os.environ,
             "ACCELSIM_PATH": os.path.join(HERE, "..", "configs")})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    layer = json.loads(done.stdout)["layers"][0]
    best = layer["best"][0]
    value = {"energy": best["energy"], "delay": best["bound_cycles"],
             "edp": best["energy"] * best["bound_cycles"]}
    return (value[options.objective], layer["gap"],
            after.ru_utime - before.ru_utime)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cfg", default="eyeriss")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--objective", default="energy",
                        choices=["energy", "delay", "edp"])
    options = parser.parse_args()
    failed = proven = 0
    ratios, gaps, times = [], [], []
    for size in products(options.count):
        value, gap, seconds = search(options, size, ["--dataflow", "nest"])
        named, _, _ = search(options, size, [])
        is_power = all(one & (one - 1) == 0 for one in size)
        faults = [word for word, is_so in (
            ("worse than named", value > named * (1 + 1e-9)),
            ("gap", gap > GAP_MOST),
            ("not proven", is_power and gap > 0),
            ("seconds", seconds > SECONDS_MOST)) if is_so]
        failed += bool(faults)
        proven += gap == 0
        ratios.append(value / named)
        gaps.append(gap)
        times.append(seconds)
        print(f"{'x'.join(map(str, size)):>18}  of named "
              f"{value / named:.3f}  gap {100 * gap:.1f} %  "
              f"{seconds:.1f} s  {', '.join(faults)}", flush=True)
    print(f"{len(gaps)} products by {options.objective}: {proven} proven, "
          f"greatest gap {100 * max(gaps):.1f} %, of the best named "
          f"{min(ratios):.2f} to {max(ratios):.2f}, at most {max(times):.1f} s "
          f"of the processor; {failed} fall short")
    sys.exit(failed > 0)


main()
