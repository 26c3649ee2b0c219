"""rooflines.py - each layer below what the PEs and one resource allow: DRAM, L2
and each network.
SPDX-License-Identifier: MIT
"""

from seeing import svg
from seeing.numbers import percent, ratio, real

NAMES_MAX = 12  # layers whose names are drawn; all have titles

# Of each resource, by its name among the bounds: what it is called, and the
# words that a layer sends over it.
LINKS = {"filter_network": "filter", "ifmap_network": "ifmap",
         "psum_in_network": "psum_in", "psum_out_network": "psum_out",
         "filter_l1_network": "filter_l1", "ifmap_l1_network": "ifmap_l1"}
CALLED = {"l2_ports": "L2", "filter_network": "the network of filters",
          "ifmap_network": "the network of ifmaps",
          "psum_in_network": "the network that brings psums",
          "psum_out_network": "the network that takes psums",
          "filter_l1_network": "the network of filters from L2 to L1",
          "ifmap_l1_network": "the network of ifmaps from L2 to L1"}


class Roof:
    """What a picture is of: its axes, and the rate of its slope."""

    def __init__(self, name, x_name, y_name, peak, rate, peak_text, rate_text):
        self.name, self.x_name, self.y_name = name, x_name, y_name
        self.peak, self.rate = peak, rate
        self.peak_text, self.rate_text = peak_text, rate_text


def of_points(roof, points):
    """points: (name, x, y)."""
    xs, ys = [x for _, x, _ in points], [y for _, _, y in points]
    ridge = roof.peak / roof.rate
    low, high = min(xs + [ridge]) / 2, max(xs + [ridge]) * 2
    axes = svg.LogAxes([low, high], [min(ys) / 2, roof.peak * 1.4])
    corner = axes.at(ridge, roof.peak)
    start = max(low, min(ys) / 2 / roof.rate)
    foot = axes.at(start, start * roof.rate)
    middle = (start * ridge) ** 0.5
    middle = axes.at(middle, middle * roof.rate)
    end = axes.at(high, roof.peak)
    inside = [axes.grid(roof.x_name, roof.y_name),
              svg.line(*foot, *corner, "roof"),
              svg.line(*corner, *end, "roof"),
              svg.text(end[0], end[1] - 8, roof.peak_text, "end"),
              svg.text(middle[0] + 12, middle[1] + 14, roof.rate_text)]
    taken = []  # where names stand
    for name, x, y in points:
        place = axes.at(x, y)
        inside.append(svg.dot(
            *place, f"{name}: {real(y)} {roof.y_name} at {real(x)} "
            f"{roof.x_name}, {percent(y / min(roof.peak, x * roof.rate))} % "
            "of what is attainable"))
        if len(points) > NAMES_MAX:
            continue
        # At the left where the right edge would cut the name.
        is_left = place[0] > svg.WIDTH - 110
        at = [place[0] + (-9 if is_left else 9), place[1] + 4]
        while any(abs(at[0] - a) < 90 and abs(at[1] - b) < 14
                  for a, b in taken):
            at[1] += 14
        taken.append(at)
        inside.append(svg.text(*at, svg.clipped(name, 14),
                               "end" if is_left else "start"))
    return svg.picture(axes.height, "".join(inside),
                       f"roofline of {roof.name}")


def of_dram(results):
    """By operations per DRAM byte; None where the DRAM has no bandwidth, or
    no layer uses it."""
    points, bandwidth, peak = [], 0, 0
    for layer in results["layers"]:
        metrics = layer.get("metrics", {})
        x = metrics.get("intensity_ops_per_byte", 0)
        y = metrics.get("throughput_gops", 0)
        bandwidth = max(bandwidth, metrics.get("dram_gbytes_per_second", 0))
        peak = max(peak, metrics.get("peak_gops", 0))
        if x > 0 and y > 0:
            points.append((layer["name"], x, y))
    if not points or bandwidth <= 0 or peak <= 0:
        return None
    return of_points(Roof("DRAM", "operations per DRAM byte", "GOPS", peak,
                          bandwidth, f"{real(peak)} GOPS",
                          f"{real(bandwidth)} GB/s"), points)


def words_over(layer, resource):
    """Words that the array side of a layer moves over a resource."""
    if resource != "l2_ports":
        return layer["noc"].get(LINKS[resource], {}).get("words_sent", 0)
    return sum(of["reads"] - of["dma_reads"] + of["writes"] -
               of["dma_writes"]
               for of in layer["accesses"].get("l2", {}).values())


def of_resource(results, resource, words_per_cycle):
    """By MACs per word; None where no layer uses it."""
    points = [(layer["name"], layer["macs"] / words_over(layer, resource),
               layer["macs"] / layer["cycles"])
              for layer in results["layers"]
              if words_over(layer, resource) > 0 and layer["macs"] > 0 and
              layer["cycles"] > 0]
    if not points or words_per_cycle <= 0:
        return None
    return of_points(Roof(CALLED[resource], "MACs per word", "MACs a cycle",
                          results["pes"], words_per_cycle,
                          f"{real(results['pes'])} PEs",
                          f"{real(words_per_cycle)} word"
                          f"{'s' * (words_per_cycle != 1)} a cycle"), points)


def part(page, results):
    """The section of a page."""
    dram = of_dram(results)
    peaks = results.get("peak_words_per_cycle", {})
    drawn = [(CALLED[name], of_resource(results, name, peaks[name]))
             for name in CALLED if name in peaks]
    drawn = [("DRAM", dram)] + drawn if dram is not None else drawn
    drawn = [(name, picture) for name, picture in drawn if picture is not None]
    if not drawn:
        return
    page.section("Rooflines", "Each layer as it ran, below what PEs and one "
                 "resource allow: no layer can be above the lines. On the "
                 "slope the resource binds, on the flat part the PEs; a layer "
                 "far below both is held up by another resource, or waits.")
    page.add('<div class="pair">')
    for name, picture in drawn:
        page.figure(picture, caption=f"Roofline of {name}")
    page.add("</div>")
