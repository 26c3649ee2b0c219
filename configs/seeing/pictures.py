"""pictures.py - what is drawn of results: the roofline, where PE-cycles, waits
and energy went, and how near each layer came to each resource.
SPDX-License-Identifier: MIT
"""

from seeing import svg
from seeing.numbers import count, percent, ratio, real, short


def name_of(layer):
    return layer["name"]


def is_simulated(results):
    return all("cycles" in layer for layer in results["layers"])


def causes_of(results):
    """In the order of the ledger, MACs first."""
    return list(results["layers"][0]["ledger_pe_cycles"])


def waterfall(results):
    """From all PE-cycles down to those that issued a MAC, a cause a step."""
    ledger = results["total"]["ledger_pe_cycles"]
    whole = sum(ledger.values())
    room = svg.WIDTH - svg.LABEL - 130
    causes = causes_of(results)
    left, inside, y = whole, [], 0

    def bar(label, start, value, colour, said):
        inside.append(svg.text(svg.LABEL - 8, y + 15, label, "end"))
        inside.append(svg.box(svg.LABEL + room * ratio(start, whole), y + 3,
                              room * ratio(value, whole), svg.ROW - 6, colour,
                              f"{label}: {said}"))
        inside.append(svg.text(svg.WIDTH - 4, y + 15, said, "end"))

    bar("PEs x cycles", 0, whole, "whole", short(whole))
    for cause in causes:
        if cause == "mac" or ledger[cause] == 0:
            continue
        y += svg.ROW
        left -= ledger[cause]
        bar(cause, left, ledger[cause], f"c{causes.index(cause) % 12}",
            f"{percent(ledger[cause] / whole)} %")
    y += svg.ROW
    bar("mac", 0, ledger["mac"], "c0", f"{percent(ratio(ledger['mac'], whole))} %")
    return svg.picture(y + svg.ROW, "".join(inside),
                       "from all PE-cycles to MACs")


def ledgers(results):
    rows = []
    for layer in results["layers"]:
        whole = sum(layer["ledger_pe_cycles"].values())
        rows.append((name_of(layer),
                     {cause: ratio(value, whole) for cause, value in
                      layer["ledger_pe_cycles"].items()}))
    return svg.stacks(rows, causes_of(results), "PE-cycles of each layer",
                      lambda share: f"{percent(share)} %")


def wait_parts(results):
    found = []
    for layer in results["layers"]:
        for tensor, causes in layer.get("wait_dram_by", {}).items():
            for cause, value in causes.items():
                part = f"{tensor} {cause}"
                if value > 0 and part not in found:
                    found.append(part)
    return sorted(found)


def waits(results):
    """wait_dram by tensor and cause, as a share of the layer's PE-cycles."""
    rows = []
    for layer in results["layers"]:
        whole = sum(layer["ledger_pe_cycles"].values())
        rows.append((name_of(layer), {
            f"{tensor} {cause}": ratio(value, whole)
            for tensor, causes in layer["wait_dram_by"].items()
            for cause, value in causes.items()}))
    return svg.stacks(rows, wait_parts(results), "wait_dram of each layer",
                      lambda share: f"{percent(share)} % of its PE-cycles")


def energy_parts(results):
    return [part for part in results["total"]["energy_pj"]
            if part != "total" and results["total"]["energy_pj"][part] > 0]


def energies(results, unit):
    rows = [(name_of(layer), layer["energy_pj"])
            for layer in results["layers"]]
    return svg.stacks(
        [(name, {part: value for part, value in parts.items()
                 if part != "total"}) for name, parts in rows],
        energy_parts(results), "energy of each layer",
        lambda value: f"{real(value / 1e6)} {unit}")


def roofline(results):
    """Each layer by its operations per DRAM byte, below what PEs and DRAM
    allow; None where the DRAM has no bandwidth, or no layer uses it."""
    shown = [layer for layer in results["layers"]
             if layer["metrics"].get("throughput_gops", 0) > 0 and
             layer["metrics"]["intensity_ops_per_byte"] > 0]
    peak = results["total"]["metrics"]["peak_gops"]
    bandwidth = results["total"]["metrics"]["dram_gbytes_per_second"]
    if not shown or bandwidth <= 0:
        return None
    xs = [layer["metrics"]["intensity_ops_per_byte"] for layer in shown]
    ys = [layer["metrics"]["throughput_gops"] for layer in shown]
    ridge = peak / bandwidth
    low, high = min(xs + [ridge]) / 2, max(xs + [ridge]) * 2
    axes = svg.LogAxes([low, high], [min(ys) / 2, peak * 1.2])
    corner = axes.at(ridge, peak)
    start = max(low, min(ys) / 2 / bandwidth)
    foot, end = axes.at(start, start * bandwidth), axes.at(high, peak)
    inside = [axes.grid("operations per DRAM byte", "GOPS"),
              svg.line(*foot, *corner, "roof"),
              svg.line(*corner, *end, "roof"),
              svg.text(corner[0], corner[1] - 8, f"{real(peak)} GOPS"),
              svg.text(foot[0] + 12, foot[1] - 10,
                       f"{real(bandwidth)} GB/s")]
    taken = []  # where names stand
    for layer, x, y in zip(shown, xs, ys):
        place = axes.at(x, y)
        inside.append(svg.dot(
            *place, f"{name_of(layer)}: {real(y)} GOPS at {real(x)} "
            f"operations per byte, {percent(y / min(peak, x * bandwidth))} % "
            "of what is attainable"))
        if len(shown) > 12:
            continue
        at = [place[0] + 9, place[1] + 4]
        while any(abs(at[0] - a) < 90 and abs(at[1] - b) < 13
                  for a, b in taken):
            at[1] += 14
        taken.append(at)
        inside.append(svg.text(*at, svg.clipped(name_of(layer), 14)))
    return svg.picture(axes.height, "".join(inside), "roofline of DRAM")


def nearness(results):
    """How near each layer comes to the bound of each resource: its own
    roofline, for networks, ports and DRAM alike."""
    bounds = [name for name in results["layers"][0]["bounds_cycles"]
              if any(layer["bounds_cycles"].get(name, 0) > 0
                     for layer in results["layers"])]
    if not bounds:
        return None
    wide = (svg.WIDTH - svg.LABEL - 10) / len(bounds)
    inside = []
    for k, name in enumerate(bounds):
        parts = name.replace("_network", "").replace("_", " ")
        inside.append(svg.text(svg.LABEL + wide * (k + 0.5), 14, parts,
                               "middle", "small"))
    for row, layer in enumerate(results["layers"]):
        y = 20 + row * svg.ROW
        inside.append(svg.text(svg.LABEL - 8, y + 15,
                               svg.clipped(name_of(layer)), "end"))
        for k, name in enumerate(bounds):
            share = ratio(layer["bounds_cycles"].get(name, 0), layer["cycles"])
            x = svg.LABEL + wide * k
            inside.append(
                f'<g style="--near:{share:.3f}">' +
                svg.box(x, y, wide - 1, svg.ROW - 1, "near",
                        f"{name_of(layer)}, {name}: needs "
                        f"{count(layer['bounds_cycles'].get(name, 0))} of "
                        f"{count(layer['cycles'])} cycles") + "</g>")
            inside.append(svg.text(x + wide / 2, y + 15, percent(share),
                                   "middle", "small"))
    return svg.picture(20 + len(results["layers"]) * svg.ROW,
                       "".join(inside), "how near to each bound")


def used(results):
    """PEs at work: a cell a layer, filled as the mapping fills the array."""
    rows = [(name_of(layer), {"at work": layer["active_pes"],
                              "without work": results["pes"] -
                              layer["active_pes"]})
            for layer in results["layers"]]
    return svg.stacks(rows, ["at work", "without work"], "PEs with work",
                      lambda value: f"{count(value)} PEs")


def miss_curves(subject):
    """Misses of LRU memories by their capacity, a curve a stream."""
    shown = [stream for stream in subject["streams"] if stream["miss_curve"]]
    if not shown:
        return None
    most = max(words for stream in shown for words, _ in stream["miss_curve"])
    axes = svg.LogAxes([1, max(most, 10)], [0.1, 100])
    inside = [axes.grid("words that an LRU memory holds",
                        "% of the accesses miss")]
    for k, stream in enumerate(shown):
        points = [axes.at(max(words, 1),
                          max(100 * ratio(misses, stream["accesses"]), 0.1))
                  for words, misses in stream["miss_curve"]]
        name = f"{stream['level']} {stream['name']}"
        inside.append(
            '<polyline class="curve s%d" points="%s"><title>%s</title>'
            "</polyline>" % (k % 12, " ".join(f"{x:.1f},{y:.1f}"
                                              for x, y in points), name))
        inside.append(svg.text(points[-1][0] - 4, points[-1][1] - 4 - 2 * k,
                               name, "end", "small"))
    return svg.picture(axes.height, "".join(inside), "miss curves")
