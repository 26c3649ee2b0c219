#!/usr/bin/env python3
"""sweep_bench.py - how many points of a sweep a second are run or counted, how
much memory that takes and how many bytes a point has in the store.

    bench/sweep_bench.py [--accelsim build/accelsim] [--jobs 2] [--points N]

Three plans: `model`, N points of eyeriss-like machines x AlexNet's layers, with
the dataflow's own mappings; `choose`, the same with mappings by estimate, of
some points, for what choosing costs; `run`, a tenth of N on up to 1000
machines, with mappings by estimate.  Standard library only.
SPDX-License-Identifier: MIT
"""

import argparse
import os
import resource
import subprocess
import tempfile
import time

MODEL = """
command = "model";
cfg = "eyeriss";
net = "alexnet";
batch = 1;
set = ["mapping.policy={policy}"];
axes = (
  {{ key = "array.rows"; from = 6; to = 14; step = 2; }},
  {{ key = "array.cols"; from = 8; to = 16; step = 4; }},
  {{ key = "layer"; values = "each"; }},
  {{ key = "energy"; values = ["45nm", "65nm_components"]; }},
  {{ key = "clock_hz"; from = 1000000; to = {clocks}000000; step = 1000000; }}
);
"""
RUN = """
cfg = "eyeriss";
net = "alexnet";
batch = 1;
set = ["mapping.policy={policy}"];
axes = (
  {{ key = "array.rows"; from = 5; to = 14; }},
  {{ key = "array.cols"; from = 7; to = 16; }},
  {{ key = "l2.bytes"; from = 65536; to = {l2_bytes}; step = 16384; }},
  {{ key = "dram.latency_cycles"; from = 10; to = {latency}; }},
  {{ key = "layer"; values = "each"; }}
);
"""


def measure(program, folder, name, text, jobs):
    plan = os.path.join(folder, f"{name}.cfg")
    store = os.path.join(folder, f"{name}.sqlite")
    with open(plan, "w", encoding="utf-8") as file:
        file.write(text)
    start = time.monotonic()
    done = subprocess.run([program, "sweep", plan, "--store", store, "-j",
                           str(jobs)], capture_output=True, text=True,
                          check=True)
    seconds = time.monotonic() - start
    points = int(done.stdout.split(": ")[1].split(" of ")[0])
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{name:<6} -j {jobs}: {points:>8} points {seconds:>8.1f} s "
          f"{points / seconds:>9.0f} points/s "
          f"{1e6 * seconds / points:>8.1f} us a point, "
          f"{os.path.getsize(store) / points:>6.0f} B a point, "
          f"{most / 1024:>6.1f} MB at most; "
          f"{done.stdout.split('; ')[1].strip()}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accelsim", default="build/accelsim")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--points", type=int, default=100000)
    args = parser.parse_args()
    layers = 8
    with tempfile.TemporaryDirectory() as folder:
        clocks = max(1, args.points // (5 * 3 * layers * 2))
        measure(args.accelsim, folder, "model", MODEL.format(
            clocks=clocks, policy="rules"), 1)
        measure(args.accelsim, folder, "choose", MODEL.format(
            clocks=1 + clocks // 200, policy="estimate"), 1)
        machines = max(1, args.points // 10 // layers)
        sizes = max(1, min(10, machines // 100))
        measure(args.accelsim, folder, "run", RUN.format(
            policy="estimate", l2_bytes=65536 + 16384 * (sizes - 1),
            latency=9 + max(1, machines // (100 * sizes))), args.jobs)


if __name__ == "__main__":
    main()
