"""write_timeloop.py - a network as problems of Timeloop's, version 0.4, one file
a layer: the shape of a convolution with groups, and an instance.

Timeloop has no padding: the outputs are given, and what its windows touch
counts as input.
SPDX-License-Identifier: MIT
"""

from importers.export_sizes import cannot, full
from importers.names import Names
from importers.said import Refused

SHAPE = """  shape:
    name: convolution
    dimensions: [G, C, M, R, S, N, P, Q]
    coefficients:
    - {name: Wstride, default: 1}
    - {name: Hstride, default: 1}
    - {name: Wdilation, default: 1}
    - {name: Hdilation, default: 1}
    data_spaces:
    - name: Weights
      projection: [ [[G]], [[C]], [[M]], [[R]], [[S]] ]
    - name: Inputs
      projection:
      - [ [N] ]
      - [ [G] ]
      - [ [C] ]
      - [ [R, Hdilation], [P, Hstride] ]
      - [ [S, Wdilation], [Q, Wstride] ]
    - name: Outputs
      projection: [ [[N]], [[G]], [[M]], [[P]], [[Q]] ]
      read_write: True
"""
KEYS = (("G", "G"), ("C", "C"), ("M", "M"), ("R", "R"), ("S", "S"),
        ("N", "N"), ("P", "P"), ("Q", "Q"), ("Hstride", "stride_h"),
        ("Wstride", "stride_w"), ("Hdilation", "dilation_h"),
        ("Wdilation", "dilation_w"))


def text_of(layer, said):
    sizes = full(layer)
    sizes["C"] //= sizes["G"]
    sizes["M"] //= sizes["G"]
    pads = [sizes[f"pad_{side}"] for side in ("top", "bottom", "left",
                                              "right")]
    if any(pads):
        said.approximated(layer.place, f"layer '{layer.name}': padding "
                          f"{pads}", "Timeloop has none: zeros that its "
                          "windows touch count as input")
    values = ", ".join(f"{key}: {sizes[name]}" for key, name in KEYS)
    return f"problem:\n  version: 0.4\n{SHAPE}  instance: {{{values}}}\n"


def files_of(network, said, stem):
    """(name, text) of a file a layer."""
    names, out = Names(), []
    for i, layer in enumerate(network.layers, 1):
        why = cannot(layer)
        if why is not None:
            said.not_expressible(layer.place, f"layer '{layer.name}': {why}",
                                 "Timeloop has none; it is left out")
            continue
        name = names.new(layer.name, f"layer{i}")
        out.append((f"{stem}.{name}.problem.yaml", text_of(layer, said)))
    if not out:
        raise Refused(network.place, "no layer of it can be written",
                      "a network of convolutions or products is needed")
    return out
