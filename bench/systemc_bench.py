#!/usr/bin/env python3
"""systemc_bench.py - PE-cycles per second of the kernels: AlexNet conv2, N=1,
on Eyeriss and on a systolic array, whole runs, CPU time, best of three.
SPDX-License-Identifier: MIT
"""

import os
import re
import resource
import subprocess

PROGRAM = os.environ.get("ACCELSIM", "./accelsim")
LAYER = ["--net", "alexnet", "--layer", "conv2", "--batch", "1", "--stats"]
MACHINES = ["eyeriss", "systolic"]
KERNELS = {
    "native --no-memo": ["--no-memo"],
    "systemc array": ["--kernel", "systemc"],
    "systemc block": ["--kernel", "systemc", "--sc-granularity", "block"],
}


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


print(f"{'machine':<9} {'kernel':<18} {'CPU s':>8} {'M PE-cycles/s':>14}")
for machine in MACHINES:
    for kernel, words in KERNELS.items():
        best = float("inf")
        for _ in range(3):
            before = cpu_seconds()
            done = subprocess.run([PROGRAM, "--cfg", machine, *LAYER, *words],
                                  check=True, capture_output=True, text=True)
            best = min(best, cpu_seconds() - before)
        pe_cycles = int(re.search(r"(\d+) PE-cycles:", done.stderr).group(1))
        print(f"{machine:<9} {kernel:<18} {best:>8.2f} "
              f"{pe_cycles / best / 1e6:>14.1f}")
