"""transposed.py - how many MACs a transposed convolution has: as accelsim
counts them, which makes every output from all taps that its place meets, also
where those lie outside the ifmap, and as others do, who multiply each word of
the ifmap by all taps.
SPDX-License-Identifier: MIT
"""

STRIDE_MAX = 64   # of accelsim's transposed convolutions
TAPS_MAX = 65535  # more are not looked at one by one


def products_of_axis(taps, stride, dilation, before, outputs):
    """Taps met, summed over the outputs of an axis."""
    period = min(outputs, stride)
    met = [sum((y + before - dilation * r) % stride == 0 for r in range(taps))
           for y in range(period)]
    whole, rest = divmod(outputs, stride)
    return whole * sum(met) + sum(met[:rest])


def fault(sizes):
    """Why accelsim cannot run it, or None."""
    for axis, taps in (("h", "R"), ("w", "S")):
        stride = sizes.get(f"stride_{axis}", sizes.get("stride", 1))
        dilation = sizes.get(f"dilation_{axis}", sizes.get("dilation", 1))
        if stride > STRIDE_MAX:
            return f"a transposed convolution of stride {stride}; " \
                   f"{STRIDE_MAX} is the most"
        met = {dilation * r % stride
               for r in range(min(sizes.get(taps, 1), stride))}
        if len(met) < stride:
            return f"a stride of {stride} and {sizes.get(taps, 1)} taps " \
                   "leave outputs that no input meets"
    return None


def note(said, place, what, sizes):
    """Tells where the two differ. `sizes`: of the layer."""
    if fault(sizes) is not None or max(sizes.get("R", 1),
                                       sizes.get("S", 1)) > TAPS_MAX:
        return
    each = sizes.get("N", 1) * sizes["M"] * sizes["C"] // sizes.get("G", 1)
    gathered, scattered = each, each
    for size, taps, axis, before, after in (
            ("H", "R", "h", "pad_top", "pad_bottom"),
            ("W", "S", "w", "pad_left", "pad_right")):
        def of(key, default):
            return sizes.get(f"{key}_{axis}", sizes.get(key, default))
        r = sizes.get(taps, 1)
        pads = [sizes.get(side, of("pad", 0)) for side in (before, after)]
        outputs = (sizes[size] - 1) * of("stride", 1) + \
            of("dilation", 1) * (r - 1) + 1 - sum(pads) + of("output_pad", 0)
        gathered *= products_of_axis(r, of("stride", 1),
                                     of("dilation", 1), pads[0], outputs)
        scattered *= sizes[size] * r
    if gathered != scattered:
        said.approximated(
            place, f"{what}: {scattered} MACs are words of the ifmap times "
            "taps", f"{gathered} run: outputs at the edges multiply zeros "
            "outside the ifmap, and outputs that padding cuts off are not "
            "made")
