#!/usr/bin/env python3
"""Runs the plans beside this file and draws a picture of each.

    configs/sweeps/pictures.py -o pictures [PLAN...]

Stores stay beside the pictures, so that what has run is not run again.  Needs
matplotlib.

SPDX-License-Identifier: MIT
"""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir))
import accelsim  # noqa: E402  (behind the path)
from accelsim import plots  # noqa: E402


def axes(pyplot, n, width):
    return pyplot.subplots(1, n, figsize=(width, 3.6), layout="constrained")


def array_sizes(records, pyplot):
    """Cycles over the array, and energy against them."""
    figure, (left, right) = axes(pyplot, 2, 9)
    plots.heat_map(records, "array.cols", "array.rows", "cycles", ax=left)
    plots.pareto(records, "cycles", "energy_pj.total",
                 by=("array.rows", "array.cols"), ax=right)
    return figure


def buffer_split(records, pyplot):
    """Energy and cycles by what the register files get."""
    figure, (left, right) = axes(pyplot, 2, 9)
    best = {}
    for one in records:
        if one.is_ok:
            key = one["pe.rf.filter_words"]
            if key not in best or one.number("energy_pj.total") < \
                    best[key].number("energy_pj.total"):
                best[key] = one
    plots.breakdown([best[key] for key in sorted(best)],
                    by=("pe.rf.filter_words", "l2.bytes"), ax=left)
    left.set_ylabel("filter words of a PE, L2 bytes")
    plots.pareto(records, "cycles", "energy_pj.total",
                 by=("pe.rf.filter_words", "l2.bytes"), ax=right)
    return figure


def dataflows(records, pyplot):
    """What each dataflow takes on each layer, over the best of them."""
    figure, both = axes(pyplot, 2, 9)
    flows = sorted({one["dataflow"] for one in records})
    for ax, column in zip(both, ("cycles", "energy_pj.total")):
        layers = {}
        for one in records:
            if one.is_ok:
                layers.setdefault((one["net"], one["layer"]),
                                  {})[one["dataflow"]] = one.number(column)
        for flow in flows:
            worse = sorted(layer[flow] / min(layer.values())
                           for layer in layers.values() if flow in layer)
            ax.step(worse, [100 * (i + 1) / len(layers)
                            for i in range(len(worse))], where="post",
                    label=flow)
        ax.set(xscale="log", xlabel=f"{column} over the best dataflow's",
               ylabel="% of layers at most so much")
        ax.legend(fontsize=8)
    return figure


def energy_delay_area(records, pyplot):
    """All machines, and those that no other beats in all three."""
    front = accelsim.pareto(records, ["cycles", "energy_pj.total",
                                      "area_mm2"])
    figure, both = axes(pyplot, 2, 10)
    for ax, (x, y, colour) in zip(both, (
            ("cycles", "energy_pj.total", "area_mm2"),
            ("area_mm2", "cycles", "energy_pj.total"))):
        ax.plot([one.number(x) for one in records],
                [one.number(y) for one in records], ".", color="0.8",
                markersize=3)
        dots = ax.scatter([one.number(x) for one in front],
                          [one.number(y) for one in front], s=14,
                          c=[one.number(colour) for one in front], zorder=2)
        figure.colorbar(dots, ax=ax, label=colour)
        ax.set(xlabel=x, ylabel=y, yscale="log")
    return figure


PICTURES = {"array_sizes": array_sizes, "buffer_split": buffer_split,
            "dataflows": dataflows, "energy_delay_area": energy_delay_area}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", "--output", default=".", metavar="FOLDER")
    parser.add_argument("plans", nargs="*", default=sorted(PICTURES),
                        metavar="PLAN")
    args = parser.parse_args()
    for name in args.plans:
        if name not in PICTURES:
            parser.error(f"there is no picture of '{name}'; there are "
                         f"{', '.join(PICTURES)}")
    try:
        from matplotlib import pyplot
    except ImportError:
        sys.exit("pictures.py: error: this Python has no matplotlib; on "
                 "Debian: apt-get install python3-matplotlib")
    os.makedirs(args.output, exist_ok=True)
    for name in args.plans:
        store = accelsim.sweep(os.path.join(HERE, f"{name}.cfg"),
                               os.path.join(args.output, f"{name}.sqlite"))
        figure = PICTURES[name](store.records(), pyplot)
        figure.savefig(os.path.join(args.output, f"{name}.png"), dpi=110)
        print(os.path.join(args.output, f"{name}.png"), flush=True)


if __name__ == "__main__":
    main()
