"""onnx_shapes.py - shapes of what the nodes of an ONNX graph make, and the
numbers where shapes are computed from them.

Each rule takes an `Op` and returns the values of its outputs, of which those
that are left out are unknown. The rules follow the operators' definitions in
ONNX (docs/Operators.md of onnx), opsets 1 to 23.
SPDX-License-Identifier: MIT
"""

from importers.onnx_values import (NUMBERS_MAX, UNKNOWN, Value, axis_of,
                                   broadcast, elements, known, product,
                                   size_of, strides_of)

SAME_SHAPE = """Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Cast CastLike
Ceil Celu Clip Cos Cosh CumSum Dropout Elu Erf Exp Floor Gelu HardSigmoid
HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN LeakyRelu Log
LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not PRelu
QuantizeLinear DequantizeLinear Reciprocal Relu Round Selu Shrink Sigmoid Sign
Silu Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu
Trilu BatchNormalization LayerNormalization RMSNormalization
GroupNormalization SimplifiedLayerNormalization SkipLayerNormalization
SkipSimplifiedLayerNormalization FastGelu BiasGelu QuickGelu
RotaryEmbedding ScatterElements ScatterND Scatter Bernoulli RandomNormalLike
RandomUniformLike EyeLike DynamicQuantizeLinear ReverseSequence ImageScaler
Relu6 Affine ParametricSoftplus ScaledTanh TensorScatter QLinearSigmoid
QLinearLeakyRelu QLinearSoftmax""".split()
BROADCAST = """Add Sub Mul Div Pow Mod And Or Xor Equal Greater Less
GreaterOrEqual LessOrEqual BitShift BitwiseAnd BitwiseOr BitwiseXor Sum Min Max
Mean Where""".split()
# What has no arithmetic of its own: tensors are named, cut or counted.
FREE = """Constant ConstantOfShape Identity Shape Size Reshape Flatten Squeeze
Unsqueeze Dropout Cast CastLike Range EyeLike""".split()


class Op:
    """One node with what is known of its inputs."""

    def __init__(self, node, inputs, opset):
        self.node, self.inputs, self.opset = node, inputs, opset
        self.declared = []  # shapes that the model declares of its outputs
        self.attributes = {a.name: a for a in node.attribute}

    def input(self, i):
        return self.inputs[i] if i < len(self.inputs) else UNKNOWN

    def has_input(self, i):
        return i < len(self.node.input) and self.node.input[i] != ""

    def shape(self, i=0):
        return self.input(i).shape

    def int(self, name, otherwise=None):
        a = self.attributes.get(name)
        return otherwise if a is None or a.i is None else a.i

    def ints(self, name, otherwise=None):
        a = self.attributes.get(name)
        return otherwise if a is None or not a.ints else list(a.ints)

    def floats(self, name):
        a = self.attributes.get(name)
        return list(a.floats) if a is not None else []

    def text(self, name, otherwise=""):
        a = self.attributes.get(name)
        if a is None or a.s is None:
            return otherwise
        return bytes(a.s).decode("utf-8", "replace")

    def tensor(self, name):
        a = self.attributes.get(name)
        return None if a is None else a.t

    def axes(self, i):
        """Axes, which older opsets have as an attribute, newer as input i."""
        if self.has_input(i):
            return self.input(i).data
        return self.ints("axes")

    @property
    def is_weight(self):
        return bool(self.inputs) and all(
            value.is_weight for value, name in
            zip(self.inputs, self.node.input) if name != "")


def window_side(size, taps, stride, dilation, before, after, up):
    """Outputs along an axis of windows."""
    if not isinstance(size, int) or stride < 1:
        return None
    left = size + before + after - dilation * (taps - 1) - 1
    out = (-(-left // stride) if up else left // stride) + 1
    # The last window begins inside the tensor or its first padding.
    if up and (out - 1) * stride >= size + before:
        out -= 1
    return max(out, 0)


def same_pads(size, taps, stride, dilation, lower):
    """Padding before and after, so that outputs are size / stride, up."""
    out = -(-size // stride)
    total = max((out - 1) * stride + dilation * (taps - 1) + 1 - size, 0)
    small, large = total // 2, total - total // 2
    return (large, small) if lower else (small, large)


class Windows:
    """Kernel, strides, dilations and pads of a convolution or pool; None of
    what is not known of the input's sides."""

    def __init__(self, op, taps, sides):
        n = len(taps)
        self.taps = taps
        self.strides = op.ints("strides", [1] * n)
        self.dilations = op.ints("dilations", [1] * n)
        pads = op.ints("pads", [0] * (2 * n))
        if len(self.strides) != n or len(self.dilations) != n or \
                len(pads) != 2 * n:
            raise ValueError("strides, dilations or pads do not fit the "
                             "kernel")
        if min(self.strides + self.dilations) < 1:
            raise ValueError("a stride or dilation is less than 1")
        self.pads = [(pads[k], pads[n + k]) for k in range(n)]
        auto = op.text("auto_pad", "NOTSET")
        if auto.startswith("SAME") and known(sides):
            self.pads = [same_pads(*each, auto == "SAME_LOWER") for each in
                         zip(sides, taps, self.strides, self.dilations)]
        elif auto == "VALID":
            self.pads = [(0, 0)] * n

    def sides(self, sides, up=False):
        return [window_side(size, taps, stride, dilation, *pads, up)
                for size, taps, stride, dilation, pads in
                zip(sides, self.taps, self.strides, self.dilations,
                    self.pads)]


def conv_taps(op, weights):
    taps = op.ints("kernel_shape")
    return taps or (weights.shape[2:] if weights.shape else None)


def conv_like(x, w):
    """The rule of a convolution whose operands are inputs x and w."""
    def rule(op):
        data, weights = op.input(x), op.input(w)
        taps = conv_taps(op, weights)
        if data.shape is None or weights.shape is None or not known(taps) or \
                len(data.shape) != len(taps) + 2:
            return []
        windows = Windows(op, taps, data.shape[2:])
        return [Value([data.shape[0], weights.shape[0],
                       *windows.sides(data.shape[2:])])]
    return rule


def transposed_sides(op, windows, sides):
    """The sides of a transposed convolution's ofmap, and its padding on each:
    what is cut off before and after."""
    n = len(sides)
    more = op.ints("output_padding", [0] * n)
    full = [(size - 1) * stride + dilation * (taps - 1) + 1 + extra
            for size, taps, stride, dilation, extra in
            zip(sides, windows.taps, windows.strides, windows.dilations, more)]
    wanted = op.ints("output_shape")
    auto = op.text("auto_pad", "NOTSET")
    if wanted is None and auto.startswith("SAME"):
        wanted = [size * stride for size, stride in
                  zip(sides, windows.strides)]
    if wanted is None:
        return [f - sum(p) for f, p in zip(full, windows.pads)], windows.pads
    wanted, pads = wanted[-n:], []
    for f, out in zip(full, wanted):
        total = max(f - out, 0)
        small, large = total // 2, total - total // 2
        pads.append((small, large) if auto == "SAME_UPPER"
                    else (large, small))
    return wanted, pads


def conv_transpose(op):
    data, weights = op.input(0), op.input(1)
    taps = conv_taps(op, weights)
    if data.shape is None or weights.shape is None or not known(taps) or \
            len(data.shape) != len(taps) + 2 or not known(data.shape[2:]) or \
            not isinstance(weights.shape[1], int):
        return []
    sides, _ = transposed_sides(op, Windows(op, taps, None), data.shape[2:])
    return [Value([data.shape[0], weights.shape[1] * op.int("group", 1),
                   *sides])]


def pool(op):
    taps, shape = op.ints("kernel_shape"), op.shape()
    if shape is None or not taps or len(shape) != len(taps) + 2:
        return []
    windows = Windows(op, taps, shape[2:])
    out = Value([*shape[:2],
                 *windows.sides(shape[2:], bool(op.int("ceil_mode", 0)))])
    return [out, out]


def global_pool(op):
    shape = op.shape()
    return [] if shape is None else [Value([*shape[:2],
                                            *[1] * (len(shape) - 2)])]


def same(op):
    value = op.input(0)
    whole = value.data if op.node.op_type in ("Identity", "Cast", "CastLike",
                                              "Dropout") else None
    if op.node.op_type.startswith("Cast") and whole is not None:
        whole = [int(v) for v in whole] if op.int("to", 7) in (6, 7) else whole
    out = Value(value.shape, whole)
    has_mask = op.node.op_type == "Dropout"
    return [out, Value(value.shape)] if has_mask else [out]


ARITHMETIC = {
    "Add": lambda a, b: a + b, "Sub": lambda a, b: a - b,
    "Mul": lambda a, b: a * b, "Mod": lambda a, b: a % b,
    "Div": lambda a, b: abs(a) // abs(b) * (1 if a * b >= 0 else -1),
    "Equal": lambda a, b: int(a == b), "Greater": lambda a, b: int(a > b),
    "Less": lambda a, b: int(a < b), "Min": min, "Max": max,
}


def spread(value, shape):
    """The numbers of a tensor that is broadcast to a shape."""
    own = [1] * (len(shape) - len(value.shape)) + list(value.shape)
    steps = [0 if d == 1 else s for d, s in zip(own, strides_of(own))]
    return elements(shape, value.data,
                    lambda index: sum(i * s for i, s in zip(index, steps)))


def arithmetic(op, shape):
    """The numbers, where all that they are made of is known."""
    values = op.inputs
    if any(value.data is None for value in values) or not known(shape) or \
            size_of(shape) > NUMBERS_MAX:
        return None
    parts = [spread(value, shape) for value in values]
    if op.node.op_type == "Where" and len(parts) == 3:
        return [b if a else c for a, b, c in zip(*parts)]
    of_two = ARITHMETIC.get(op.node.op_type)
    if of_two is None or len(parts) != 2 or any(
            isinstance(v, float) for part in parts for v in part):
        return None
    if op.node.op_type in ("Div", "Mod") and 0 in parts[1]:
        return None
    return [of_two(a, b) for a, b in zip(*parts)]


def elementwise(op):
    shape = broadcast(*[value.shape for value in op.inputs])
    if op.int("broadcast", 0) == 1 and op.opset < 7:
        shape = op.shape()  # the older form, with an axis
    return [] if shape is None else [Value(shape, arithmetic(op, shape))]


def quantised_pair(op):
    """QLinearAdd and its like: operands are inputs 0 and 3."""
    shape = broadcast(op.shape(0), op.shape(3))
    return [] if shape is None else [Value(shape)]


def matmul_shape(a, b):
    """Of a product of stacks of matrices."""
    if not a or not b:
        return None
    if len(a) == 1 and len(b) == 1:
        return []
    if len(a) == 1:
        return b[:-2] + b[-1:]
    if len(b) == 1:
        return a[:-1]
    stacks = broadcast(a[:-2], b[:-2])
    return None if stacks is None else stacks + [a[-2], b[-1]]


def matmul_like(x, w):
    def rule(op):
        shape = matmul_shape(op.shape(x), op.shape(w))
        return [] if shape is None else [Value(shape)]
    return rule


def gemm_sides(op, x=0, w=1):
    """M, K, N of a Gemm."""
    a, b = op.shape(x), op.shape(w)
    if a is None or b is None or len(b) != 2:
        return None
    if len(a) > 2:  # opset 1 to 6 and exporters flatten
        a = [a[0], product(a[1:])]
    if len(a) != 2:
        return None
    m, k = a[::-1] if op.int("transA", 0) else a
    k2, n = b[::-1] if op.int("transB", 0) else b
    return m, k if isinstance(k, int) else k2, n


def gemm_like(w):
    def rule(op):
        sides = gemm_sides(op, 0, w)
        return [] if sides is None else [Value([sides[0], sides[2]])]
    return rule


def attention(op):
    """Attention of opset 23: (batch, heads, length, size) or (batch, length,
    heads x size)."""
    q, w, v = op.shape(0), op.shape(1), op.shape(2)
    if op.node.domain == "com.microsoft" and w is not None and len(w) == 2 \
            and q is not None and len(q) == 3 and known(w):
        sizes = op.ints("qkv_hidden_sizes", [w[1] // 3] * 3)
        return [Value([q[0], q[1], sizes[-1]])]
    if q is None or v is None or len(q) != len(v):
        return []
    if len(q) == 4:
        return [Value([*q[:3], v[3]])]
    heads = op.int("q_num_heads", op.int("num_heads"))
    kv_heads = op.int("kv_num_heads", op.int("num_heads"))
    if len(q) != 3 or not heads or not kv_heads or not isinstance(v[2], int):
        return [Value(q)]
    return [Value([q[0], q[1], v[2] // kv_heads * heads])]


def recurrent(op):
    """LSTM, GRU, RNN."""
    x, r = op.shape(0), op.shape(2)
    if x is None or r is None or len(x) != 3 or len(r) != 3:
        return []
    directions, hidden = r[0], r[2]
    if op.int("layout", 0):
        return [Value([x[0], x[1], directions, hidden])]
    return [Value([x[0], directions, x[1], hidden]),
            Value([directions, x[1], hidden]),
            Value([directions, x[1], hidden])]


def concat(op):
    return joined(op, op.inputs)


def quantised_concat(op):
    """QLinearConcat: behind a scale and a zero, three inputs a tensor."""
    return joined(op, op.inputs[2::3])


def joined(op, values):
    shapes = [value.shape for value in values]
    if not shapes or any(s is None or len(s) != len(shapes[0])
                         for s in shapes):
        return []
    axis = axis_of(op.int("axis", 1), len(shapes[0]))
    if axis is None:
        return []
    out = list(shapes[0])
    for shape in shapes[1:]:
        out = [a if isinstance(a, int) else b for a, b in zip(out, shape)]
    sides = [shape[axis] for shape in shapes]
    out[axis] = sum(sides) if known(sides) else None
    data = None
    if len(out) == 1 and all(value.data is not None for value in values):
        data = [v for value in values for v in value.data]
    return [Value(out, data)]


def depth_to_space(op):
    shape, block = op.shape(), op.int("blocksize", 1)
    if shape is None or len(shape) != 4 or not known(shape[1:]) or block < 1:
        return []
    n, c, h, w = shape
    return [Value([n, c // (block * block), h * block, w * block])]


def space_to_depth(op):
    shape, block = op.shape(), op.int("blocksize", 1)
    if shape is None or len(shape) != 4 or not known(shape[1:]) or block < 1:
        return []
    n, c, h, w = shape
    return [Value([n, c * block * block, h // block, w // block])]


RULES = {
    "Conv": conv_like(0, 1), "ConvInteger": conv_like(0, 1),
    "FusedConv": conv_like(0, 1), "QLinearConv": conv_like(0, 3),
    "DeformConv": conv_like(0, 1), "ConvTranspose": conv_transpose,
    "MaxPool": pool, "AveragePool": pool, "LpPool": pool,
    "GlobalAveragePool": global_pool, "GlobalMaxPool": global_pool,
    "QLinearAdd": quantised_pair, "QLinearMul": quantised_pair,
    "QLinearConcat": quantised_concat, "QLinearAveragePool": pool,
    "GlobalLpPool": global_pool, "QLinearGlobalAveragePool": global_pool,
    "MatMul": matmul_like(0, 1), "FusedMatMul": matmul_like(0, 1),
    "MatMulInteger": matmul_like(0, 1), "QLinearMatMul": matmul_like(0, 3),
    "Gemm": gemm_like(1), "QGemm": gemm_like(3), "Attention": attention,
    "MultiHeadAttention": attention, "GroupQueryAttention": attention,
    "QAttention": attention, "DynamicQuantizeMatMul": matmul_like(0, 1),
    "MatMulIntegerToFloat": matmul_like(0, 1), "LSTM": recurrent,
    "GRU": recurrent, "RNN": recurrent, "Concat": concat,
    "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth,
}
RULES.update((name, same) for name in SAME_SHAPE)
RULES.update((name, elementwise) for name in BROADCAST)


def outputs_of(op):
    """The values of the node's outputs, as far as they can be told."""
    # pylint: disable=import-outside-toplevel
    from importers import onnx_reshapes
    rule = RULES.get(op.node.op_type) or \
        onnx_reshapes.RULES.get(op.node.op_type)
    try:
        values = rule(op) if rule is not None else []
    except (ValueError, IndexError, TypeError, OverflowError):
        values = []  # its attributes contradict its inputs
    values = list(values) + [UNKNOWN] * len(op.node.output)
    values = [Value(v.shape, v.data, v.is_weight or op.is_weight)
              for v in values[:len(op.node.output)]]
    return values
