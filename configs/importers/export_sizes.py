"""export_sizes.py - a layer's sizes with all that keys for both axes say.
SPDX-License-Identifier: MIT
"""


def full(layer):
    """H W R S M C N G, strides, dilations and pads of each axis and side, and
    the outputs P and Q. A product is a convolution of one column."""
    sizes = layer.sizes
    if "K" in sizes:
        b = sizes.get("B", 1)
        sizes = {"M": sizes["N"] * b, "C": sizes["K"] * b, "H": sizes["M"],
                 "W": 1, "G": b}
    out = {key: sizes.get(key, 1) for key in ("N", "G", "M", "C", "H", "W",
                                              "R", "S")}
    for name, default in (("stride", 1), ("dilation", 1), ("output_pad", 0)):
        for axis in "hw":
            out[f"{name}_{axis}"] = sizes.get(f"{name}_{axis}",
                                              sizes.get(name, default))
    for side, axis in (("top", "h"), ("bottom", "h"), ("left", "w"),
                       ("right", "w")):
        out[f"pad_{side}"] = sizes.get(
            f"pad_{side}", sizes.get(f"pad_{axis}", sizes.get("pad", 0)))
    for size, taps, axis, before, after, outputs in (
            ("H", "R", "h", "top", "bottom", "P"),
            ("W", "S", "w", "left", "right", "Q")):
        padded = out[size] + out[f"pad_{before}"] + out[f"pad_{after}"]
        reach = out[f"dilation_{axis}"] * (out[taps] - 1) + 1
        out[outputs] = (padded - reach) // out[f"stride_{axis}"] + 1
    return out


def cannot(layer):
    """Why no other tool's layer is this one, or None."""
    if layer.op == "conv_transpose":
        return "a transposed convolution"
    sizes = full(layer)
    if min(sizes["P"], sizes["Q"]) < 1:
        return "a filter larger than its padded ifmap"
    return None
