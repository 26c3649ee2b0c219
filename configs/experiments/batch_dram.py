#!/usr/bin/env python3
"""Batch size against DRAM energy, for CONV and FC layers.

AlexNet on Eyeriss, each dataflow with the mappings that it chooses itself.

SPDX-License-Identifier: MIT
"""

import experiment

BATCHES = [1, 2, 4, 8, 16, 32, 64]
KINDS = {"CONV": "conv*", "FC": "fc*"}
TENSORS = ("ifmap", "filter", "psum")


def dram_pj(document, layer, tensor):
    words = layer["accesses"]["dram"].get(tensor, {"reads": 0, "writes": 0})
    return ((words["reads"] + words["writes"]) *
            document["energy_table"]["dram"][tensor])


def measure(dataflow, kind, batch):
    document = experiment.accelsim(
        "--cfg", "eyeriss", "--layer", KINDS[kind], "--batch", str(batch),
        "--dataflow", dataflow, "--set", "mapping.table=none")
    macs = document["total"]["macs"]
    row = {"dataflow": dataflow, "kind": kind, "batch": batch, "macs": macs,
           "cycles_per_image": document["total"]["cycles"] / batch,
           "total_pj_per_mac": document["total"]["energy_pj"]["total"] / macs}
    for tensor in TENSORS:
        row[f"dram_{tensor}_pj_per_mac"] = sum(
            dram_pj(document, layer, tensor)
            for layer in document["layers"]) / macs
    row["dram_pj_per_mac"] = sum(row[f"dram_{t}_pj_per_mac"] for t in TENSORS)
    return row


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
    rows = [measure(name, kind, batch) for name in dataflows
            for kind in KINDS for batch in BATCHES]
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
