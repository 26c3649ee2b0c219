"""write_scalesim.py - a network as a topology of SCALE-Sim's: convolutions, and
products as it reads them itself, an ifmap of M x K under filters of 1 x K.

An ifmap there includes its padding, cut to what the windows touch, so that all
versions have as many outputs. A depthwise layer has `DP` in its name, from
which SCALE-Sim 2 and 3 make a layer a channel; other groups are a line each.
SPDX-License-Identifier: MIT
"""

from importers.export_sizes import cannot, full
from importers.names import Names
from importers.said import Refused

SUFFIX = "topology.csv"
HEADING = "Layer name, IFMAP Height, IFMAP Width, Filter Height, " \
          "Filter Width, Channels, Num Filter, Strides,"
GROUPS_MAX = 1024


def lines_of(layer, name, said):
    sizes = full(layer)
    if sizes["N"] > 1:
        said.not_expressible(layer.place, f"layer '{layer.name}': "
                             f"{sizes['N']} images", "one is written")
    if "K" in layer.sizes:
        one = layer.sizes
        row = f"{one['M']}, {one['K']}, 1, {one['K']}, 1, {one['N']}, 1,"
        count = one.get("B", 1)
        return numbered(name, count, row, layer, said)
    if sizes["stride_h"] != sizes["stride_w"]:
        said.not_expressible(layer.place, f"layer '{layer.name}': strides "
                             f"{sizes['stride_h']} and {sizes['stride_w']}",
                             "SCALE-Sim has one; it is left out")
        return []
    if max(sizes["dilation_h"], sizes["dilation_w"]) > 1:
        said.not_expressible(layer.place, f"layer '{layer.name}': a dilation",
                             "SCALE-Sim has none; it is left out")
        return []
    stride, g = sizes["stride_h"], sizes["G"]
    rows = (sizes["P"] - 1) * stride + sizes["R"]
    cols = (sizes["Q"] - 1) * stride + sizes["S"]
    window = f"{rows}, {cols}, {sizes['R']}, {sizes['S']}"
    if g > 1 and g == sizes["C"]:
        return [f"{name}_DP, {window}, {g}, {sizes['M'] // g}, {stride},"]
    row = f"{window}, {sizes['C'] // g}, {sizes['M'] // g}, {stride},"
    return numbered(name, g, row, layer, said)


def numbered(name, count, row, layer, said):
    """A line, or one for each of several alike."""
    if count == 1:
        return [f"{name}, {row}"]
    if count > GROUPS_MAX:
        said.not_expressible(layer.place, f"layer '{layer.name}': {count} "
                             "products or groups side by side",
                             f"up to {GROUPS_MAX} lines are written for a "
                             "layer; it is left out")
        return []
    said.approximated(layer.place, f"layer '{layer.name}': {count} products "
                      "or groups side by side", "a line is written for each")
    return [f"{name}_{k}, {row}" for k in range(count)]


def files_of(network, said, stem):
    """(name, text) of the one file."""
    names, lines = Names(), [HEADING]
    for i, layer in enumerate(network.layers, 1):
        why = cannot(layer)
        if why is not None:
            said.not_expressible(layer.place, f"layer '{layer.name}': {why}",
                                 "SCALE-Sim has none; it is left out")
            continue
        # Without the letters DP, which mean a depthwise layer there.
        lines += lines_of(layer, names.new(layer.name, f"layer{i}"), said)
    if len(lines) == 1:
        raise Refused(network.place, "no layer of it can be written",
                      "a network of convolutions or products is needed")
    return [(f"{stem}.{SUFFIX}", "\n".join(lines) + "\n")]
