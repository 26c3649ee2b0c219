"""pictures.py - what is drawn of results: where PE-cycles, waits and energy
went, and how near each layer came to each resource; and miss curves.
SPDX-License-Identifier: MIT
"""

from seeing import documents, svg
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


def ledger_rows(results):
    rows = []
    for layer in results["layers"]:
        whole = sum(layer["ledger_pe_cycles"].values())
        rows.append((name_of(layer),
                     {cause: ratio(value, whole) for cause, value in
                      layer["ledger_pe_cycles"].items()}))
    return rows


WAITS_MAX = 11  # parts that have a colour of their own


def waits_of(layer):
    return {part: value for part, value in
            documents.wait_causes(layer).items() if value > 0}


def wait_parts(results):
    """The largest first; what comes behind is "other waits"."""
    sums = {}
    for layer in results["layers"]:
        whole = sum(layer["ledger_pe_cycles"].values())
        for part, value in waits_of(layer).items():
            sums[part] = sums.get(part, 0) + ratio(value, whole)
    parts = sorted(sums, key=lambda part: (-sums[part], part))
    return parts[:WAITS_MAX] + ["other waits"] * (len(parts) > WAITS_MAX)


def wait_rows(results):
    """By part, as a share of the layer's PE-cycles."""
    rows, parts = [], wait_parts(results)
    for layer in results["layers"]:
        whole = sum(layer["ledger_pe_cycles"].values())
        shares = {}
        for part, value in waits_of(layer).items():
            part = part if part in parts else "other waits"
            shares[part] = shares.get(part, 0) + ratio(value, whole)
        rows.append((name_of(layer), shares))
    return rows


def energy_parts(results):
    return [part for part in results["total"]["energy_pj"]
            if part != "total" and results["total"]["energy_pj"][part] > 0]


def energy_rows(results):
    return [(name_of(layer), {part: value for part, value in
                              layer["energy_pj"].items() if part != "total"})
            for layer in results["layers"]]


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


def used_rows(results):
    """PEs that some pass of the layer uses."""
    return [(name_of(layer), {"at work": layer["active_pes"],
                              "without work": results["pes"] -
                              layer["active_pes"]})
            for layer in results["layers"]]


def miss_curves(subject):
    """Misses of LRU memories by their capacity, a curve a stream; and where the
    machine's own levels are."""
    shown = [stream for stream in subject["streams"] if stream["miss_curve"]]
    if not shown:
        return None, []
    sizes = {}
    for stream in shown:
        if "capacity_words" in stream:
            sizes.setdefault((stream["level"], stream["capacity_words"]),
                             []).append(stream["name"])
    most = max([words for stream in shown
                for words, _ in stream["miss_curve"]] +
               [words for _, words in sizes])
    axes = svg.LogAxes([1, max(most, 10) * 1.5], [0.1, 100])
    inside = [axes.grid("words that an LRU memory holds",
                        "% of the accesses miss")]
    for k, ((level, words), names) in enumerate(sorted(sizes.items(),
                                                       key=lambda s: s[0][1])):
        x, low = axes.at(words, 0.1)
        inside.append(svg.line(x, low, x, 20, "size"))
        whose = "" if len(names) == 3 else ", " + " and ".join(names)
        inside.append(svg.text(x - 4, low - 8 - 15 * (k % 4),
                               f"{level} holds {count(words)}{whose}", "end",
                               "small"))
    parts = [f"{stream['level']} {stream['name']}" for stream in shown]
    for k, stream in enumerate(shown):
        points = [axes.at(max(words, 1),
                          max(100 * ratio(misses, stream["accesses"]), 0.1))
                  for words, misses in stream["miss_curve"]]
        points.append((axes.at(10 ** axes.x[1], 1)[0], points[-1][1]))
        inside.append(
            '<polyline class="curve s%d" points="%s"><title>%s</title>'
            "</polyline>" % (k % 12, " ".join(f"{x:.1f},{y:.1f}"
                                              for x, y in points), parts[k]))
    return svg.picture(axes.height, "".join(inside), "miss curves"), parts
