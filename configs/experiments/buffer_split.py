#!/usr/bin/env python3
"""Register files against the global buffer, at constant area.

256 PEs of Eyeriss's kind with register files from 16 to 512 bytes a PE, and a
global buffer of what area is left. Which pairs have equal area is read off the
dataflow comparison of Chen, Emer, Sze, ISCA 2016 (Fig. 7: 256 PEs; RF bytes a
PE, GLB KB: 512, 128; 98, 244; 10, 304; 2, 334; 0, 338), with straight lines in
the logarithm of the RF's size in between. A PE's register file is divided as
the chip's: 224 filter, 12 ifmap and 24 psum words of 16 bits.

SPDX-License-Identifier: MIT
"""

import math

import experiment

# RF bytes a PE, GLB bytes.
EQUAL_AREA = [(2, 334 * 1024), (10, 304 * 1024), (98, 244 * 1024),
              (512, 128 * 1024)]
RF_BYTES = [32, 64, 96, 128, 192, 256, 320, 384, 448, 512]
CHIP_WORDS = {"filter": 224, "ifmap": 12, "psum": 24}
BANK_BYTES = 4096
PARTS = ("mac", "rf", "noc", "l2", "dram")


def glb_bytes(rf_bytes):
    for (low, at_low), (high, at_high) in zip(EQUAL_AREA, EQUAL_AREA[1:]):
        if rf_bytes <= high:
            share = math.log(rf_bytes / low) / math.log(high / low)
            return at_low + share * (at_high - at_low)
    raise ValueError(rf_bytes)


def machine(rf_bytes):
    words = rf_bytes // 2
    chip = sum(CHIP_WORDS.values())
    banks = int(glb_bytes(rf_bytes)) // BANK_BYTES
    values = {f"pe.rf.{tensor}_words": max(1, n * words // chip)
              for tensor, n in CHIP_WORDS.items()}
    values["pe.rf.filter_words"] = words - sum(
        n for key, n in values.items() if "filter" not in key)
    values.update({"l2.banks": banks, "l2.bytes": banks * BANK_BYTES})
    return values


def row_of(point, rf_bytes):
    row = {"dataflow": point["dataflow"], "rf_bytes_per_pe": rf_bytes,
           "glb_bytes": point["l2.bytes"], "cycles": point["cycles"],
           "utilization": point["utilization"]}
    for part in PARTS:
        row[f"{part}_per_mac"] = point[f"energy_pj.{part}"] / point["macs"]
    row["energy_per_mac"] = point["energy_pj.total"] / point["macs"]
    return row


def measure(dataflows):
    points = experiment.sweep({
        "cfg": "eyeriss", "layer": "conv*", "batch": 16,
        "set": {"array.rows": 16, "array.cols": 16,
                "energy": "eyeriss_normalized"},
        "axes": {"dataflow": dataflows, **experiment.side_by_side(
            [machine(size) for size in RF_BYTES])}}, may_lack_mapping=True)
    rows = []
    for i, point in enumerate(points):
        size = RF_BYTES[i % len(RF_BYTES)]
        if point["status"] == "ok":
            rows.append(row_of(point, size))
        else:
            print(f"{point['dataflow']}, {size} bytes a PE: "
                  f"{point['reason']}")
    return rows


def draw(rows, dataflows):
    pyplot = experiment.plot()
    figure, axes = pyplot.subplots(1, 1 + len(dataflows),
                                   figsize=(3.3 * (1 + len(dataflows)), 3.2))
    for name in dataflows:
        mine = [r for r in rows if r["dataflow"] == name]
        axes[0].plot([r["rf_bytes_per_pe"] for r in mine],
                     [r["energy_per_mac"] for r in mine], markersize=4,
                     marker=experiment.MARK[name],
                     color=experiment.COLOUR[name], label=name)
    axes[0].set_ylim(0)
    axes[0].legend()
    axes[0].set_title("all")
    parts = ["#999999", "#56b4e9", "#cc79a7", "#e69f00", "#000000"]
    for axis, name in zip(axes[1:], dataflows):
        mine = [r for r in rows if r["dataflow"] == name]
        axis.stackplot([r["rf_bytes_per_pe"] for r in mine],
                       *[[r[f"{part}_per_mac"] for r in mine]
                         for part in PARTS], labels=PARTS, colors=parts)
        axis.set_title(name)
        axis.set_ylim(0, axes[0].get_ylim()[1])
    axes[-1].legend(*(x[::-1] for x in
                      axes[-1].get_legend_handles_labels()), loc="lower left",
                    frameon=True, fontsize=7)
    for axis in axes:
        axis.set_xlabel("register file, bytes a PE")
        axis.set_ylabel("energy, MACs a MAC")
    figure.suptitle("AlexNet CONV layers, N=16, 256 PEs: RF against GLB at "
                    "equal area")
    figure.tight_layout()
    return figure


def main():
    parser = experiment.options(__doc__)
    parser.add_argument("--dataflows", default="rs,ws,os")
    args = experiment.read_options(parser)
    dataflows = args.dataflows.split(",")
    rows = measure(dataflows)
    experiment.write_csv(args, "buffer_split", rows)
    experiment.write_figure(args, "buffer_split", draw(rows, dataflows))
    name = dataflows[0]
    mine = [r for r in rows if r["dataflow"] == name]
    best = min(mine, key=lambda r: r["energy_per_mac"])
    first, last = mine[0], mine[-1]
    print(f"""
With {name}, {best['rf_bytes_per_pe']} bytes a PE beside a GLB of {best['glb_bytes'] // 1024} KB is the cheapest split: {best['energy_per_mac']:.2f} MACs
a MAC. With {first['rf_bytes_per_pe']} bytes it is {first['energy_per_mac']:.2f}, of which {first['l2_per_mac']:.2f} at the GLB and {first['noc_per_mac']:.2f} on the
network: what a PE can't keep comes again and again. With {last['rf_bytes_per_pe']} bytes it is
{last['energy_per_mac']:.2f}, of which {last['dram_per_mac']:.2f} at DRAM ({best['dram_per_mac']:.2f} at the best). Register files cost one
MAC an access whatever their size here, so the curve shows capacity alone.""")


if __name__ == "__main__":
    experiment.run(main)
