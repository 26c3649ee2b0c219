"""gamma_model.py - models of GAMMA (.csv): a layer a line, K,C,Y,X,R,S,T, or
of type 3 the M, N, K of a GEMM. Y and X are of the input; there are no strides.
SPDX-License-Identifier: MIT
"""

from importers.said import Layer, Network

HEADINGS = (["k", "c", "y", "x", "r", "s", "t"],
            ["m", "n", "k", "0", "0", "0", "t"],
            ["o", "i", "0", "0", "0", "0", "t"])
GEMM = 3
DEPTHWISE = 2
DIM_MAX = 2**31 - 1


def fields_of(line):
    return [field.strip() for field in line.split(",")]


def recognises(source, said):
    del said
    first = [field.lower() for field in
             fields_of(source.text.split("\n", 1)[0])]
    return first in HEADINGS


def layer_of(kind, numbers, place, i):
    k, c, y, x, r, s = numbers
    if kind == GEMM:
        return Layer(f"layer{i}", "gemm", {"M": k, "N": c, "K": y}, place)
    sizes = {"M": k, "C": c, "H": y, "W": x, "R": r, "S": s}
    if kind == DEPTHWISE:
        sizes["M"] = sizes["G"] = c
    return Layer(f"layer{i}", "conv", sizes, place)


def read(source, said):
    network = Network(source.stem, source.place())
    for number, line in enumerate(source.text.split("\n")[1:], 2):
        fields, place = fields_of(line), source.place(number)
        if fields == [""]:
            continue
        if len(fields) != 7 or not all(field.isdecimal() for field in fields):
            said.not_expressible(place, f"'{line.strip()}' is no layer: seven "
                                 "whole numbers are needed",
                                 "it is left out of the network")
            continue
        *numbers, kind = (int(field) for field in fields)
        layer = layer_of(kind, numbers, place, len(network.layers))
        bad = [key for key, value in layer.sizes.items()
               if not 1 <= value <= DIM_MAX]
        if bad or (layer.op == "conv" and
                   (numbers[4] > numbers[2] or numbers[5] > numbers[3])):
            said.not_expressible(place, f"'{line.strip()}' is no layer: " +
                                 (f"'{bad[0]}' may be 1 to {DIM_MAX}" if bad
                                  else "the filter is larger than the ifmap"),
                                 "it is left out of the network")
            continue
        network.layers.append(layer)
    if not network.layers:
        source.refuse(2, "no line is a layer",
                      "lines of seven whole numbers are needed")
    if any(layer.op == "conv" and layer.sizes["R"] > 1
           for layer in network.layers):
        said.approximated(source.place(1), "the format has no strides and no "
                          "padding", "every convolution runs with stride 1, "
                          "without padding")
    said.networks.append(network)
