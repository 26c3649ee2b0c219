#!/usr/bin/python3
"""The row-stationary paper's comparison: dataflows at equal area.

256 PEs, AlexNet's CONV layers, batch 16, each dataflow with the buffers that
its register files leave room for, and with the mapping of least energy that
`accelsim map` proves (Chen, Emer, Sze, ISCA 2016, Fig. 7 and 12).  OSA, whose
PEs slide over neighbouring pixels of one ofmap plane, is a space of loop nests
(isca16_osa_nests.cfg).

Two ways of counting stand side by side:

  accelsim  every access that the machine makes: a word is written to a
            register file before it is read, L2 is written and read by the DMA
            too, a psum on its way to or from L2 crosses the network.
  paper     as the paper's model has it: register files are charged for what
            MACs read and write, L2 for what the array reads and writes, the
            array for deliveries to PEs and psums between them.

The same mappings, not searched anew, are then priced in other ways: by the
ratios that they were searched under, by the 45nm table's register files and
buffers by size, and by components, without and with the clock of all registers
in the least cycles that the mappings take.

SPDX-License-Identifier: MIT
"""
import os
import textwrap

import experiment

LEVELS = ["mac", "rf", "noc", "l2", "dram"]
WAYS = ("accelsim", "paper")

# name: dataflow; energy per operation, RS at batch 1 being 1 (Fig. 12).
BARS = {
    "rs": ("rs", 0.939),
    "ws": ("ws", 1.804),
    "osa": ("nest", 1.329),
    "osb": ("os", 1.357),
    "osc": ("os", 1.640),
    "nlr": ("nlr", 2.024),
}
TOLERANCE = 0.20
PRICES = ("eyeriss_normalized", "45nm", "65nm_components",
          "65nm_components and clock")


def dataflows():
    text = experiment.printed("--list-dataflows")
    return {line.split(":")[0] for line in text.splitlines()
            if line[:1].strip() and ":" in line}


def by_paper(total, energy_of):
    """Energy per level as the paper's model counts it."""
    rf, l2, dram = (total["accesses"][k] for k in ("rf", "l2", "dram"))
    noc = total["noc"]
    hops = (noc["filter"]["words_delivered"] + noc["ifmap"]["words_delivered"]
            + noc["psum_link"]["hops"])
    mac_rf = (rf["ifmap"]["reads"] + rf["filter"]["reads"] +
              rf["psum"]["reads"] + rf["psum"]["writes"])
    array_l2 = sum(t["reads"] + t["writes"] - t["dma_reads"] - t["dma_writes"]
                   for t in l2.values())
    words = sum(t["reads"] + t["writes"] for t in dram.values())
    return {"mac": total["macs"] * energy_of["mac"],
            "rf": mac_rf * energy_of["rf"], "noc": hops * energy_of["noc"],
            "l2": array_l2 * energy_of["l2"], "dram": words * energy_of["dram"]}


def row_of(name, total, table, proven):
    energy_of = {"mac": table["mac"]["each"]}
    for level in LEVELS[1:]:
        energy_of[level] = table[level]["ifmap"]
    macs = total["macs"]
    ours = {k: total["energy_pj"][k] / macs for k in LEVELS}
    paper = {k: v / macs for k, v in by_paper(total, energy_of).items()}
    words = {f"{level}_{tensor}":
             (n["reads"] + n["writes"]) * energy_of[level] / macs
             for level in ("rf", "l2", "dram")
             for tensor, n in total["accesses"][level].items()}
    words.update({f"noc_{link}": n["hops"] * energy_of["noc"] / macs
                  for link, n in total["noc"].items()})
    return {"name": name, "accelsim": ours, "paper": paper, "words": words,
            "proven": proven}


def saved_mappings(name, folder):
    return os.path.join(folder, f"isca16_{name}_mappings.cfg")


def cfg_of(name):
    return os.path.join(experiment.HERE, f"isca16_{name}.cfg")


def price(rows, folder):
    """Energy per MAC of the mappings under each of PRICES."""
    points = experiment.sweep({
        "command": "model", "layer": "conv*",
        "axes": {("cfg", "mapping.file"): [
            [cfg_of(row["name"]), saved_mappings(row["name"], folder)]
            for row in rows], "energy": PRICES[:3]}})
    for i, row in enumerate(rows):
        row["prices"] = {}
        for point in points[3 * i:3 * i + 3]:
            total, clock = point["energy_pj.total"], point["energy_pj.clock"]
            row["prices"][point["energy"]] = (total - clock) / point["macs"]
        row["prices"][PRICES[3]] = total / point["macs"]


def measure(name, folder):
    saved = saved_mappings(name, folder)
    nests = [] if BARS[name][0] != "nest" else [
        "--dataflow", "nest", "--constraints",
        os.path.join(experiment.HERE, f"isca16_{name}_nests.cfg")]
    found = experiment.accelsim("map", "--cfg", cfg_of(name), "--layer",
                                "conv*", "--top", "0", "--save", saved, *nests)
    said = experiment.accelsim("model", "--cfg", cfg_of(name), "--layer",
                               "conv*", "--mapping" if nests else "--mappings",
                               saved)
    return row_of(name, said["total"], said["energy_table"],
                  all(layer["proven"] for layer in found["layers"]))


def compare(rows):
    """Ratios to RS, beside the published ones."""
    for row in rows:
        published = BARS[row["name"]][1] / BARS["rs"][1]
        row["published"] = published
        for way in WAYS:
            ratio = (sum(row[way].values()) / sum(rows[0][way].values()))
            row[f"{way}_ratio"] = ratio
            row[f"{way}_error"] = ratio / published - 1
        row["price_ratio"] = {way: each / rows[0]["prices"][way]
                              for way, each in row["prices"].items()}


def cells(row):
    out = {"dataflow": row["name"], "proven": row["proven"],
           "published_ratio": row["published"]}
    for way in WAYS:
        out.update({f"{way}_{k}_per_mac": v for k, v in row[way].items()})
        out.update({f"{way}_total_per_mac": sum(row[way].values()),
                    f"{way}_ratio": row[f"{way}_ratio"],
                    f"{way}_error": row[f"{way}_error"]})
    out.update({f"{k}_per_mac": v for k, v in row["words"].items()})
    out.update({f"{way} ratio": v for way, v in row["price_ratio"].items()})
    return out


def draw(rows):
    pyplot = experiment.plot()
    colours = ["#4d4d4d", "#2b83ba", "#abdda4", "#fdae61", "#d7191c"]
    label = {"mac": "MAC", "rf": "RF", "noc": "array network", "l2": "L2",
             "dram": "DRAM"}
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.8), sharey=True)
    for axis, way, title in zip(
            axes, WAYS,
            ("every access of the machine", "as the paper counts")):
        rs = sum(rows[0][way].values())
        bottom = [0.0] * len(rows)
        for k, colour in zip(LEVELS, colours):
            part = [row[way][k] / rs for row in rows]
            axis.bar(range(len(rows)), part, bottom=bottom, color=colour,
                     label=label[k], width=0.62)
            bottom = [a + b for a, b in zip(bottom, part)]
        axis.plot(range(len(rows)), [row["published"] for row in rows], "kD",
                  label="published", markersize=5)
        for x, row in enumerate(rows):
            axis.annotate(f"{row[way + '_error']:+.0%}",
                          (x, max(bottom[x], row["published"]) + 0.06),
                          ha="center", va="bottom", fontsize=8)
        axis.set_xticks(range(len(rows)))
        axis.set_xticklabels([row["name"].upper() for row in rows])
        axis.set_title(title)
    axes[0].set_ylabel("energy per MAC, RS = 1")
    axes[0].legend(fontsize=8, loc="upper left", ncol=2)
    top = max(max(sum(r[w].values()) / sum(rows[0][w].values())
                  for r in rows) for w in WAYS)
    axes[0].set_ylim(0, 1.35 * top)
    figure.suptitle("AlexNet CONV, 256 PEs at equal area, batch 16: optimal "
                    "mapping of each dataflow")
    figure.tight_layout()
    return figure


def largest(words, without):
    """The three largest parts that one dataflow has beyond another."""
    beyond = {k: words[k] - without[k] for k in words}
    names = sorted(beyond, key=beyond.get, reverse=True)[:3]
    return ", ".join(f"{k} {beyond[k]:+.2f}" for k in names)


def paragraph(rows, missing):
    rs = rows[0]
    others = rows[1:]
    cheapest = all(row[f"{way}_ratio"] >= 1 for row in rows
                   for way in WAYS)
    text = [
        "Energy per MAC of AlexNet's CONV layers, batch 16, 256 PEs at equal "
        f"area, in MACs: row stationary {sum(rs['accelsim'].values()):.2f}"
        f"{', the cheapest' if cheapest else ''}. "
        "Relative to it (published; accelsim; counted as the paper does): " +
        "; ".join(f"{r['name'].upper()} {r['published']:.2f}, "
                  f"{r['accelsim_ratio']:.2f} ({r['accelsim_error']:+.0%}), "
                  f"{r['paper_ratio']:.2f} ({r['paper_error']:+.0%})"
                  for r in others) + ". "]
    proven = [r["name"].upper() for r in rows if r["proven"]]
    text.append(f"The mappings of {', '.join(proven)} are proven optimal. ")
    for row in others:
        hit = [way for way in WAYS
               if abs(row[f"{way}_error"]) <= TOLERANCE]
        if len(hit) == 2:
            continue
        text.append(
            f"{row['name'].upper()} misses its bar by more than "
            f"{TOLERANCE:.0%}{' in accelsim counts' if hit else ''}; beyond "
            "row stationary it spends, per MAC: "
            f"{largest(row['words'], rs['words'])}. ")
    for way in PRICES:
        text.append(f"Priced by {way}, relative to RS: " + ", ".join(
            f"{r['name'].upper()} {r['price_ratio'][way]:.2f}"
            for r in others) + ". ")
    best = {way: min(rows, key=lambda r: r["price_ratio"][way])["name"]
            for way in PRICES}
    text.append("The cheapest: " + ", ".join(
        f"{name.upper()} by {way}" for way, name in best.items()) + ". ")
    if missing:
        text.append("Not in this build: " + ", ".join(missing) + ".")
    return "\n".join(textwrap.wrap("".join(text), 79)) + "\n"


def main():
    args = experiment.read_options(experiment.options(__doc__))
    known = dataflows()
    missing = [name for name, bar in BARS.items()
               if bar[0] != "nest" and bar[0] not in known]
    rows = [measure(name, args.output) for name in BARS
            if name not in missing]
    price(rows, args.output)
    compare(rows)
    experiment.write_csv(args, "isca16", [cells(row) for row in rows])
    experiment.write_figure(args, "isca16", draw(rows))
    print("\n" + paragraph(rows, missing), end="")


if __name__ == "__main__":
    experiment.run(main)
