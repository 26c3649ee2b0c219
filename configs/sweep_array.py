#!/usr/bin/env python3
"""Array size against cycles, utilization and energy.

Asks one accelsim for each number of rows and columns, each dataflow and each
layer, and prints a line of each.  Standard library only.

    configs/sweep_array.py --layers conv2,conv3 --sizes 4,8,12,14,16,32

The program is --program, else $ACCELSIM, else the source tree's build, else
the one in PATH.

SPDX-License-Identifier: MIT
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys

try:
    import accelsim
except ImportError:
    sys.exit("sweep_array.py: error: Python finds no package accelsim; the "
             "folder that 'make install' put it in is needed in PYTHONPATH")

HERE = os.path.dirname(os.path.abspath(__file__))


def fail(text):
    sys.exit(f"sweep_array.py: error: {text}")


def find_program():
    built = os.path.join(HERE, os.pardir, "build", "accelsim")
    return (os.environ.get("ACCELSIM") or
            (os.path.exists(built) and os.path.abspath(built)) or
            shutil.which("accelsim") or
            fail("there is no accelsim in build/ or PATH; build it, or name "
                 "it by --program"))


def read_sizes(text):
    if not re.fullmatch(r"[0-9]+(,[0-9]+)*", text):
        fail(f"'--sizes' is '{text}'; whole numbers are needed, as in '4,8'")
    return [int(size) for size in text.split(",")]


def layer_names(program, args):
    """The layers that --layers names, in the network's order, from a report of
    the machine as it is."""
    command = [program, "model", "--cfg", args.cfg, "--layer", args.layers,
               "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              errors="replace")
    except OSError as why:
        fail(f"cannot run '{program}' ({why.strerror}); accelsim is needed, "
             "by --program")
    if done.returncode != 0:
        fail(f"{' '.join(command)}: "
             f"{done.stderr.strip() or f'status {done.returncode}'}")
    try:
        return [layer["name"] for layer in json.loads(done.stdout)["layers"]]
    except (ValueError, KeyError, TypeError):
        fail(f"'{program}' prints no report; accelsim is needed, by --program")


def rows(program, args, sizes):
    """The table's lines, each as soon as it is known."""
    names = layer_names(program, args)
    points = [{"cfg": args.cfg, "layer": layer, "dataflow": dataflow,
               "set": {"array.rows": n_rows, "array.cols": n_cols}}
              for n_rows in sizes for n_cols in sizes
              for dataflow in args.dataflows.split(",")
              for layer in names]
    with accelsim.Server(program=program) as server:
        for point, row in zip(points, server.run_all(points)):
            rows_cols = tuple(point["set"].values())
            if not row.is_ok:
                fail(f"{rows_cols[0]} x {rows_cols[1]} PEs, "
                     f"{point['dataflow']}: {row['reason']}")
            pj = row["energy_pj.total"] / row["macs"]
            yield (f"{rows_cols[0]:>4} {rows_cols[1]:>4} "
                   f"{point['dataflow']:>4} {point['layer']:<8} "
                   f"{row['cycles']:>12} "
                   f"{100 * row['utilization']:>7.2f} {pj:>8.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", help="accelsim")
    parser.add_argument("--cfg", default="eyeriss.cfg")
    parser.add_argument("--layers", default="conv2,conv3")
    parser.add_argument("--sizes", default="4,8,12,14,16,32")
    parser.add_argument("--dataflows", default="rs,ws,os")
    args = parser.parse_args()
    sizes = read_sizes(args.sizes)
    program = args.program or find_program()

    head = (f"{'rows':>4} {'cols':>4} {'flow':>4} {'layer':<8} "
            f"{'cycles':>12} {'util %':>7} {'pJ/MAC':>8}\n")
    for row in rows(program, args, sizes):
        print(head + row, flush=True)
        head = ""


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as in '| head'
    try:
        main()
    except OSError as why:
        print("sweep_array.py: error: cannot write standard output "
              f"({why.strerror}); a place that can be written is needed",
              file=sys.stderr, flush=True)
        os._exit(4)  # without another try at what is left
