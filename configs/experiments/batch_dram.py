#!/usr/bin/env python3
"""Batch size against DRAM energy, for CONV and FC layers.

AlexNet on Eyeriss, each dataflow with the mappings that it chooses itself.

SPDX-License-Identifier: MIT
"""

import experiment

BATCHES = [1, 2, 4, 8, 16, 32, 64]
KINDS = {"CONV": "conv*", "FC": "fc*"}
TENSORS = ("ifmap", "filter", "psum")


def row_of(point, kind, word_pj):
    """word_pj: by tensor, what DRAM takes for a word."""
    macs, batch = point["macs"], point["batch"]
    row = {"dataflow": point["dataflow"], "kind": kind, "batch": batch,
           "macs": macs, "cycles_per_image": point["cycles"] / batch,
           "total_pj_per_mac": point["energy_pj.total"] / macs}
    for tensor in TENSORS:
        words = (point[f"accesses.dram.{tensor}.reads"] +
                 point[f"accesses.dram.{tensor}.writes"])
        row[f"dram_{tensor}_pj_per_mac"] = words * word_pj[tensor] / macs
    row["dram_pj_per_mac"] = sum(row[f"dram_{t}_pj_per_mac"] for t in TENSORS)
    return row


def measure(dataflows):
    table = experiment.accelsim("model", "--cfg", "eyeriss", "--layer",
                                "conv1")["energy_table"]["dram"]
    points = experiment.sweep({
        "cfg": "eyeriss", "set": {"mapping.table": "none"},
        "axes": {"dataflow": dataflows, "layer": list(KINDS.values()),
                 "batch": BATCHES}})
    kinds = {layers: kind for kind, layers in KINDS.items()}
    return [row_of(point, kinds[point["layer"]], table) for point in points]


def draw(rows, dataflows):
    pyplot = experiment.plot()
    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3.2))
    for axis, kind in zip(axes, KINDS):
        for name in dataflows:
            mine = [r for r in rows
                    if r["dataflow"] == name and r["kind"] == kind]
            for field, style, what in (("total_pj_per_mac", "-", "all"),
                                       ("dram_pj_per_mac", "--", "DRAM")):
                axis.plot([r["batch"] for r in mine],
                          [r[field] for r in mine], style,
                          marker=experiment.MARK[name], markersize=4,
                          color=experiment.COLOUR[name],
                          label=f"{name}, {what}")
        axis.set_xscale("log", base=2)
        if kind == "FC":
            axis.set_yscale("log")
        else:
            axis.set_ylim(0)
        axis.set_xticks(BATCHES, [str(b) for b in BATCHES])
        axis.set_xlabel("batch size, images")
        axis.set_ylabel("energy, pJ/MAC")
        axis.set_title(f"AlexNet {kind} layers on Eyeriss")
    axes[1].legend(fontsize=7, ncol=2)
    return figure


def main():
    parser = experiment.options(__doc__)
    parser.add_argument("--dataflows", default="rs,ws,os")
    args = experiment.read_options(parser)
    dataflows = args.dataflows.split(",")
    rows = measure(dataflows)
    experiment.write_csv(args, "batch_dram", rows)
    experiment.write_figure(args, "batch_dram", draw(rows, dataflows))

    def dram(kind, batch):
        return next(r["dram_pj_per_mac"] for r in rows if r["kind"] == kind and
                    r["batch"] == batch and r["dataflow"] == dataflows[0])

    share = next(r["dram_filter_pj_per_mac"] / r["dram_pj_per_mac"]
                 for r in rows if r["kind"] == "FC" and r["batch"] == 1)
    print(f"""
A CONV layer's filters are used by every output pixel, so a larger batch saves
little: with {dataflows[0]}, {dram('CONV', 1):.3g} pJ/MAC of DRAM at N=1, {dram('CONV', 64):.3g} at N=64. An FC
layer uses each weight once an image: at N=1 filters are {100 * share:.1f} % of its DRAM
energy, and DRAM energy falls almost as 1/N, from {dram('FC', 1):.3g} to {dram('FC', 64):.3g} pJ/MAC,
until activations and the buffers' capacity take over.""")


if __name__ == "__main__":
    experiment.run(main)
