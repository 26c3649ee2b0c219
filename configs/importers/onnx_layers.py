"""onnx_layers.py - which layers of MACs a node of an ONNX graph is.

A row of `LAYERS` is an operator and its function, which takes an `Op` and
returns layers as (end of the name, op, sizes), and raises `CannotBe` with what
lacks where the node cannot be expressed.
SPDX-License-Identifier: MIT
"""

from importers.onnx_reshapes import einsum_sides, einsum_terms
from importers.onnx_shapes import (Windows, conv_taps, gemm_sides,
                                   transposed_sides)
from importers.onnx_values import Value, broadcast, known, product


class CannotBe(Exception):
    """Why a node is no layer of accelsim's."""


def need(values, what):
    """Dimensions that must be numbers."""
    names = [d for d in values if isinstance(d, str)]
    if names:
        raise CannotBe(f"{what} has open dimensions; --dim {names[0]}=N gives "
                       f"'{names[0]}'")
    if not known(values):
        raise CannotBe(f"the size of {what} cannot be told from the model")
    if min(values, default=1) < 1:
        raise CannotBe(f"{what} has a dimension of {min(values)}")
    return values


def need_shape(value, what):
    if value.shape is None:
        raise CannotBe(f"the shape of {what} cannot be told from the model")
    return need(value.shape, what)


def two_axes(values, filler):
    """Of a convolution of one axis: one row."""
    if len(values) > 2:
        raise CannotBe("a convolution of three dimensions is not modelled")
    return [filler] * (2 - len(values)) + list(values)


def put_pair(sizes, name, pair, default):
    """A key for both axes where they are alike, else one for each."""
    if pair[0] == pair[1]:
        if pair[0] != default:
            sizes[name] = pair[0]
        return
    for axis, value in zip("hw", pair):
        if value != default:
            sizes[f"{name}_{axis}"] = value


def put_pads(sizes, pads):
    """(before, after) of rows and columns."""
    (top, bottom), (left, right) = pads
    if min(top, bottom, left, right) < 0:
        raise CannotBe("negative padding cuts the ifmap, which is not "
                       "modelled")
    if top == bottom and left == right:
        put_pair(sizes, "pad", (top, left), 0)
        return
    for name, value in (("top", top), ("bottom", bottom), ("left", left),
                        ("right", right)):
        if value:
            sizes[f"pad_{name}"] = value


def ifmap_of_output(op, w):
    """An ifmap that nothing is known of, from the declared ofmap: what its
    windows touch."""
    out = op.declared[0] if op.declared else None
    weights, taps = op.shape(w), conv_taps(op, op.input(w))
    if not known(out) or not known(weights) or not known(taps) or \
            len(out) != len(weights) or len(taps) != len(out) - 2 or \
            op.text("auto_pad", "NOTSET").startswith("SAME"):
        return None
    try:
        windows = Windows(op, taps, None)
    except ValueError:
        return None
    sides = [(o - 1) * s + d * (t - 1) + 1 - sum(p) for o, s, d, t, p in
             zip(out[2:], windows.strides, windows.dilations, taps,
                 windows.pads)]
    return Value([out[0], weights[1] * op.int("group", 1), *sides])


def conv_operands(op, x, w):
    ifmap = op.input(x)
    if not known(ifmap.shape) and op.node.op_type != "ConvTranspose":
        ifmap = ifmap_of_output(op, w) or ifmap
    data = need_shape(ifmap, "the ifmap")
    weights = need_shape(op.input(w), "the filter")
    taps = conv_taps(op, op.input(w)) or []
    if len(data) != len(weights) or len(taps) != len(data) - 2 or \
            len(data) < 3:
        raise CannotBe("ifmap and filter differ in their dimensions")
    try:
        windows = Windows(op, taps, data[2:])
    except ValueError as fault:
        raise CannotBe(str(fault)) from None
    return data, weights, windows


def conv_sizes(op, data, channels, filters, windows):
    rows, cols = two_axes(data[2:], 1)
    taps = two_axes(windows.taps, 1)
    sizes = {"N": data[0], "M": filters, "C": channels, "H": rows, "W": cols,
             "R": taps[0], "S": taps[1]}
    groups = op.int("group", 1)
    if groups != 1:
        sizes["G"] = groups
    put_pair(sizes, "stride", two_axes(windows.strides, 1), 1)
    put_pair(sizes, "dilation", two_axes(windows.dilations, 1), 1)
    return sizes


def conv(x, w):
    def layers(op):
        data, weights, windows = conv_operands(op, x, w)
        if weights[1] * op.int("group", 1) != data[1]:
            raise CannotBe(f"filters of {weights[1]} channels in "
                           f"{op.int('group', 1)} groups do not fit an ifmap "
                           f"of {data[1]}")
        sizes = conv_sizes(op, data, data[1], weights[0], windows)
        put_pads(sizes, two_axes(windows.pads, (0, 0)))
        return [("", "conv", sizes)]
    return layers


def deform_conv(op):
    layers = conv(0, 1)(op)
    layers[0] += ("its offsets move the words that are read: the layer runs "
                  "as a convolution of the same sizes, and the offsets are "
                  "not fetched",)
    return layers


def conv_transpose(op):
    data, weights, windows = conv_operands(op, 0, 1)
    groups = op.int("group", 1)
    out, pads = transposed_sides(op, windows, data[2:])
    sizes = conv_sizes(op, data, data[1], weights[1] * groups, windows)
    more = [o - ((n - 1) * s + d * (t - 1) + 1 - sum(p)) for o, n, s, d, t, p
            in zip(out, data[2:], windows.strides, windows.dilations,
                   windows.taps, pads)]
    put_pads(sizes, two_axes(pads, (0, 0)))
    put_pair(sizes, "output_pad", two_axes(more, 0), 0)
    if min(more) < 0:
        raise CannotBe("its output_shape cuts more than its padding")
    return [("", "conv_transpose", sizes)]


def gemm_of(w):
    def layers(op):
        sides = gemm_sides(op, 0, w)
        if sides is None:
            raise CannotBe("the shape of an operand cannot be told from the "
                           "model")
        m, k, n = need(sides, "an operand")
        return [("", "gemm", {"M": m, "N": n, "K": k})]
    return layers


def stacked(m, n, k, stacks):
    """Products side by side, of which nothing is shared."""
    sizes = {"M": m, "N": n, "K": k}
    if stacks > 1:
        sizes["B"] = stacks
    return ("", "matmul", sizes)


def matmul(x, w):
    def layers(op):
        a = need_shape(op.input(x), "the first operand")
        b = need_shape(op.input(w), "the second operand")
        if not a or not b:
            raise CannotBe("an operand is a single number")
        a = [1] + a if len(a) == 1 else a
        b = b + [1] if len(b) == 1 else b
        if op.int("transA", 0):
            a = a[:-2] + a[:-3:-1]
        if op.int("transB", 0):
            b = b[:-2] + b[:-3:-1]
        (m, k), (k2, n) = a[-2:], b[-2:]
        if k != k2:
            raise CannotBe(f"operands of {k} and {k2} products do not fit")
        stacks = broadcast(a[:-2], b[:-2])
        count = product(need(stacks, "the stack of products"))
        if product(b[:-2]) == 1:
            m, count = m * count, 1  # all share the second operand
        if op.input(w).is_weight and count == 1:
            return [("", "gemm", {"M": m, "N": n, "K": k})]
        return [stacked(m, n, k, count)]
    return layers


def heads_of(shape, heads):
    """(batch, heads, length, size) of an operand of attention."""
    if len(shape) == 4:
        return shape
    if len(shape) != 3 or not heads or shape[2] % heads:
        raise CannotBe("the heads of attention cannot be told")
    return [shape[0], heads, shape[1], shape[2] // heads]


def is_packed(op):
    """Whether one product makes queries, keys and values, with weights as the
    second input: the Attention of com.microsoft."""
    w = op.shape(1)
    return op.node.domain == "com.microsoft" and w is not None and \
        len(w) == 2 and op.input(1).is_weight


def attention(op):
    if is_packed(op):
        return packed_attention(op)
    q_heads = op.int("q_num_heads", op.int("num_heads"))
    kv_heads = op.int("kv_num_heads", op.int("num_heads"))
    q = heads_of(need_shape(op.input(0), "Q"), q_heads)
    k = heads_of(need_shape(op.input(1), "K"), kv_heads)
    v = heads_of(need_shape(op.input(2), "V"), kv_heads)
    length = k[2]
    past = past_of(op)
    if op.has_input(past):
        length += need_shape(op.input(past), "the past keys")[2]
    stacks = q[0] * q[1]
    return [("scores",) + stacked(q[2], length, q[3], stacks)[1:],
            ("values",) + stacked(q[2], v[3], length, stacks)[1:]]


def past_of(op):
    """Which input the keys of the past are."""
    return {"GroupQueryAttention": 3, "MultiHeadAttention": 6}.get(
        op.node.op_type, 4)


def packed_attention(op):
    x = need_shape(op.input(0), "the input")
    w = need_shape(op.input(1), "the weights")
    sizes = op.ints("qkv_hidden_sizes", [w[1] // 3] * 3)
    heads = op.int("num_heads") or 0
    if len(x) != 3 or len(sizes) != 3 or heads < 1 or \
            any(size < heads or size % heads for size in sizes):
        raise CannotBe("its heads cannot be told")
    rows, stacks = x[1], x[0] * heads
    return [("qkv", "gemm", {"M": x[0] * rows, "N": w[1], "K": w[0]}),
            ("scores",) + stacked(rows, rows, sizes[0] // heads, stacks)[1:],
            ("values",) + stacked(rows, sizes[2] // heads, rows, stacks)[1:]]


def recurrent(gates):
    def layers(op):
        x = need_shape(op.input(0), "the input")
        r = need_shape(op.input(2), "the recurrent weights")
        w = need_shape(op.input(1), "the weights")
        if len(x) != 3 or len(r) != 3 or len(w) != 3:
            raise CannotBe("its operands have other than 3 dimensions")
        steps, batch = x[:2] if not op.int("layout", 0) else x[1::-1]
        hidden, out = r[2], []
        for k in range(r[0]):
            end = ("forward", "backward")[k % 2] if r[0] > 1 else ""
            end += "_" if end else ""
            out.append((end + "input", "gemm",
                        {"M": steps * batch, "N": gates * hidden,
                         "K": x[2]}))
            out.append((end + "recurrent", "gemm",
                        {"M": steps * batch, "N": gates * hidden,
                         "K": hidden},
                        f"its {steps} steps, of which each needs the one "
                        "before, run as rows of one product: they share their "
                        "weights, which hardware fetches again"))
        return out
    return layers


def einsum(op):
    terms, out = einsum_terms(op.text("equation"))
    shapes = [need_shape(value, "an operand") for value in op.inputs]
    sides = einsum_sides(terms, shapes)
    if len(terms) != 2 or sides is None:
        raise CannotBe(f"einsum '{op.text('equation')}' is no product of two "
                       "operands with plain letters")
    a, b = (set(term) for term in terms)
    alone = (a ^ b) - set(out)
    if alone or len(terms[0]) != len(a) or len(terms[1]) != len(b):
        raise CannotBe(f"einsum '{op.text('equation')}' sums or repeats a "
                       "letter within an operand")
    groups = {"B": a & b & set(out), "K": (a & b) - set(out),
              "M": a - b, "N": b - a}
    size = {key: product([sides[c] for c in letters])
            for key, letters in groups.items()}
    need(list(size.values()), "an operand")
    if op.input(1).is_weight and size["B"] == 1:
        return [("", "gemm", {key: size[key] for key in "MNK"})]
    return [stacked(size["M"], size["N"], size["K"], size["B"])]


def matmul_bits(op):
    """com.microsoft's MatMulNBits: weights of K x N in blocks."""
    a = need_shape(op.input(0), "the first operand")
    n, k = op.int("N"), op.int("K")
    if not a or not n or not k:
        raise CannotBe("it lacks N or K")
    return [("", "gemm", {"M": product(a[:-1]), "N": n, "K": k})]


LAYERS = {
    "Conv": conv(0, 1), "ConvInteger": conv(0, 1), "FusedConv": conv(0, 1),
    "QLinearConv": conv(0, 3), "DeformConv": deform_conv,
    "ConvTranspose": conv_transpose, "Gemm": gemm_of(1),
    "MatMul": matmul(0, 1), "FusedMatMul": matmul(0, 1),
    "MatMulInteger": matmul(0, 1), "QLinearMatMul": matmul(0, 3),
    "Attention": attention, "MultiHeadAttention": attention,
    "GroupQueryAttention": attention, "QAttention": attention,
    "DynamicQuantizeMatMul": matmul(0, 1), "MatMulIntegerToFloat": matmul(0, 1),
    "QGemm": gemm_of(3),
    "LSTM": recurrent(4), "GRU": recurrent(3), "RNN": recurrent(1),
    "Einsum": einsum, "MatMulNBits": matmul_bits,
}
