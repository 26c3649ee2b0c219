#!/usr/bin/env python3
"""Array size against cycles, utilization and energy.

Runs accelsim for each number of rows and columns and each dataflow, and
prints one line a run.  Standard library only.

    configs/sweep_array.py --layers conv2,conv3 --sizes 4,8,12,14,16,32

SPDX-License-Identifier: MIT
"""

import argparse
import json
import os
import subprocess
import sys


def run(program, cfg, layers, rows, cols, dataflow):
    """Returns the layers of one run as the program's JSON has them."""
    command = [program, "--cfg", cfg, "--layer", layers,
               "--dataflow", dataflow, "--format", "json",
               "--set", f"array.rows={rows}", "--set", f"array.cols={cols}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)["layers"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program",
                        default=os.environ.get("ACCELSIM", "accelsim"))
    parser.add_argument("--cfg", default="eyeriss.cfg")
    parser.add_argument("--layers", default="conv2,conv3")
    parser.add_argument("--sizes", default="4,8,12,14,16,32")
    parser.add_argument("--dataflows", default="rs,ws,os")
    args = parser.parse_args()
    sizes = [int(size) for size in args.sizes.split(",")]

    print(f"{'rows':>4} {'cols':>4} {'flow':>4} {'layer':<8} "
          f"{'cycles':>12} {'util %':>7} {'pJ/MAC':>8}")
    for rows in sizes:
        for cols in sizes:
            for dataflow in args.dataflows.split(","):
                for layer in run(args.program, args.cfg, args.layers, rows,
                                 cols, dataflow):
                    pj = layer["energy_pj"]["total"] / layer["macs"]
                    print(f"{rows:>4} {cols:>4} {dataflow:>4} "
                          f"{layer['name']:<8} {layer['cycles']:>12} "
                          f"{100 * layer['utilization']:>7.2f} {pj:>8.3f}")


if __name__ == "__main__":
    main()
