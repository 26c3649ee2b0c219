#!/usr/bin/env python3
"""PE array size and aspect ratio against utilization, cycles and energy.

AlexNet's CONV layers, N=4, on an Eyeriss with another array, each dataflow
with the mappings that it chooses itself. Networks keep the chip's widths, or
grow with the array's columns (a slot a cycle for every 14 columns, as the
chip has).

SPDX-License-Identifier: MIT
"""

import experiment

SIZES = [(8, 8), (12, 14), (16, 16), (32, 32), (64, 64)]
SHAPES = [(4, 64), (8, 32), (16, 16), (32, 8), (64, 4)]
NETWORKS = ("filter", "ifmap", "psum_in", "psum_out")
CHIP_COLS = 14


def machine(rows, cols, scaled):
    values = {"array.rows": rows, "array.cols": cols}
    if scaled:
        slots = max(1, round(rows * cols / (12 * CHIP_COLS)))
        values.update({f"noc.{name}.slots_per_cycle": slots
                       for name in NETWORKS})
        values["l2.bank_row_words"] = 4 * slots
    return values


def row_of(point, scaled):
    start = "ledger_pe_cycles."
    ledger = {name[len(start):]: n for name, n in point.items()
              if name.startswith(start)}
    pe_cycles = sum(ledger.values())
    return {"dataflow": point["dataflow"], "rows": point["array.rows"],
            "cols": point["array.cols"],
            "networks": "scaled" if scaled else "as the chip's",
            "cycles": point["cycles"], "utilization": point["utilization"],
            "pj_per_mac": point["energy_pj.total"] / point["macs"],
            **{f"{cause}_share": n / pe_cycles
               for cause, n in ledger.items()}}


def measure(dataflows, sizes):
    """A row of each dataflow, size and kind of networks."""
    both = []
    for scaled in (False, True):
        points = experiment.sweep({
            "cfg": "eyeriss", "layer": "conv*",
            "axes": {"dataflow": dataflows, **experiment.side_by_side(
                [machine(*size, scaled) for size in sizes])}})
        both.append([row_of(point, scaled) for point in points])
    return [row for pair in zip(*both) for row in pair]


def curves(axis, rows, dataflows, points, field, scaled):
    labels = [f"{r}x{c}" for r, c in points]
    for name in dataflows:
        mine = [next(x for x in rows if x["dataflow"] == name and
                     (x["rows"], x["cols"]) == p and
                     x["networks"] == ("scaled" if scaled
                                       else "as the chip's"))
                for p in points]
        axis.plot(labels, [x[field] for x in mine], "-" if scaled else ":",
                  marker=experiment.MARK[name], markersize=4,
                  color=experiment.COLOUR[name],
                  label=f"{name}, networks {'scaled' if scaled else 'fixed'}")


def draw(rows, dataflows):
    pyplot = experiment.plot()
    figure, axes = pyplot.subplots(2, 3, figsize=(10.5, 5.6))
    fields = (("utilization", "utilization of the PEs", None),
              ("cycles", "cycles, 4 images", "log"),
              ("pj_per_mac", "energy, pJ/MAC", None))
    for line, (points, title) in zip(axes, ((SIZES, "PE array size"),
                                            (SHAPES, "shape of 256 PEs"))):
        for axis, (field, label, scale) in zip(line, fields):
            for scaled in (False, True):
                curves(axis, rows, dataflows, points, field, scaled)
            axis.set_xlabel(f"{title}, rows x columns")
            axis.set_ylabel(label)
            if scale:
                axis.set_yscale(scale)
            else:
                axis.set_ylim(0)
    figure.suptitle("AlexNet CONV layers, N=4, on Eyeriss with other arrays")
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="lower center",
                  ncol=6, fontsize=8)
    return figure


def main():
    parser = experiment.options(__doc__)
    parser.add_argument("--dataflows", default="rs,ws,os")
    args = experiment.read_options(parser)
    dataflows = args.dataflows.split(",")
    points = list(dict.fromkeys(SIZES + SHAPES))
    rows = measure(dataflows, points)
    experiment.write_csv(args, "array_shape", rows)
    experiment.write_figure(args, "array_shape", draw(rows, dataflows))

    def of(name, point, scaled=True):
        return next(x for x in rows if x["dataflow"] == name and
                    (x["rows"], x["cols"]) == point and
                    x["networks"] == ("scaled" if scaled else "as the chip's"))

    name = dataflows[0]
    small, large = of(name, SIZES[0]), of(name, SIZES[-1])
    fixed = of(name, SIZES[-1], False)
    best = max(SHAPES, key=lambda p: of(name, p)["utilization"])
    worst = min(SHAPES, key=lambda p: of(name, p)["utilization"])
    print(f"""
With {name}, {SIZES[0][0]}x{SIZES[0][1]} PEs are {100 * small['utilization']:.0f} % utilized and 64x64 ones {100 * large['utilization']:.0f} %: {100 * large['idle_mapping_share']:.0f} % of
the large array's PE-cycles have no work in the mapping and {100 * large['wait_dram_share']:.0f} % wait for a DRAM
that did not grow. With networks as wide as the chip's, 64x64 PEs take
{fixed['cycles'] / large['cycles']:.1f} times the cycles. Of 256 PEs, {best[0]}x{best[1]} is the best shape ({100 * of(name, best)['utilization']:.0f} %) and {worst[0]}x{worst[1]} the
worst ({100 * of(name, worst)['utilization']:.0f} %): rows hold filter rows and channels, columns ofmap rows, and
what does not divide them idles. Energy moves little with the array, for most of
it is spent in register files, whose accesses a MAC are the same everywhere.""")


if __name__ == "__main__":
    experiment.run(main)
