"""onnx_vector_nodes.py - the nodes of a graph that ONNX nodes without MACs are:
pools, activations, norms, sums (and, from onnx_moves.py, joins and cuts).

A row of `NODES` is an operator and its function, which takes a builder, an `Op`
and a name, returns what the outputs are, and raises `CannotBe` or `Mismatch`
where the graph has no such node; what it makes is then an input of whatever
reads it.
SPDX-License-Identifier: MIT
"""

from importers import onnx_moves
from importers.onnx_axes import Layout, axis, flat, regrouped, size_of
from importers.onnx_graph import MAC_OPS, Held, operand
from importers.onnx_layers import CannotBe, put_pads, put_pair, two_axes
from importers.onnx_shapes import Windows
from importers.onnx_values import axis_of, known, size_of as words_of

INPUTS_MAX = 64  # of an add, a mul
FOLDED = "folded into the weights and the requantisation of the MAC loops " \
         "before"
# Operators of one word, and what they count as where accelsim has no such one.
UNARY = {"Relu": "relu", "Clip": "relu6", "Relu6": "relu6", "Gelu": "gelu",
         "FastGelu": "gelu", "BiasGelu": "gelu", "QuickGelu": "gelu",
         "Silu": "silu", "Swish": "silu", "Sigmoid": "sigmoid",
         "QLinearSigmoid": "sigmoid", "Tanh": "tanh"}
NEAR = {"relu": "LeakyRelu PRelu ThresholdedRelu Abs Neg Sign Floor Ceil Round "
                "Not IsNaN IsInf QLinearLeakyRelu Shrink",
        "silu": "HardSwish Mish",
        "sigmoid": "HardSigmoid Softplus Softsign Exp Log Sqrt Reciprocal Erf "
                   "Elu Selu Celu Sin Cos Acos Asin Atan Tan Sinh Cosh "
                   "ScaledTanh ParametricSoftplus"}
# Of two operands or more, and whether that is what they do.
BINARY = {"Add": ("add", True), "Sub": ("add", True), "Sum": ("add", True),
          "Mul": ("mul", True), "Div": ("mul", False), "Max": ("add", False),
          "Min": ("add", False), "Mean": ("add", False),
          "Pow": ("mul", False), "Where": ("mul", False),
          "QLinearAdd": ("add", True), "QLinearMul": ("mul", True)}
ALIASES = """Identity Dropout Cast CastLike QuantizeLinear DequantizeLinear
DynamicQuantizeLinear""".split()


def operands_of(op):
    """Which inputs are tensors: of quantised forms, not the scales."""
    if op.node.op_type in ("QLinearAdd", "QLinearMul"):
        return [0, 3]
    if op.node.op_type.startswith("Skip"):
        return [0, 1]
    return [i for i in range(len(op.node.input)) if op.has_input(i)]


def alias(b, op, name):
    del name
    return [operand(b, op)]


def is_folded(b, op, held, i):
    """Whether what the operator does to the outputs of a MAC loop can be done
    by its weights or as its outputs are requantised: one number for each
    channel, or one for all, and nobody else reads those outputs."""
    maker = held.tensor.maker
    if maker is None or maker.op not in MAC_OPS or op.uses[i] != 1:
        return False
    if op.node.op_type == "BatchNormalization":
        return all(value.is_weight for value in op.inputs[1:])
    roles = b.settle(held)
    for k, name in enumerate(op.node.input):
        shape = op.shape(k)
        if k == i or name == "":
            continue
        if not op.input(k).is_weight or not known(shape):
            return False
        own = [held.axes[at - len(shape)] if len(shape) - at <=
               len(held.axes) else [] for at, d in enumerate(shape) if d != 1]
        if any(atom not in roles[0] for one in own for atom in flat(one)):
            return False
    return True


def unary(kind):
    def nodes(b, op, name):
        return [b.like(name, kind, operand(b, op))]
    return nodes


def near(kind):
    def nodes(b, op, name):
        out = b.like(name, kind, operand(b, op))
        b.tell(op.node.op_type, f"counted as {kind}",
               "it reads and writes as many words, and its operations are "
               "about as many")
        return [out]
    return nodes


def binary(kind, is_exact):
    def nodes(b, op, name):
        which = operands_of(op)
        live = [i for i in which if not op.input(i).is_weight]
        if len(live) == 1 and is_folded(b, op, operand(b, op, live[0]),
                                        live[0]):
            b.tell(op.node.op_type, FOLDED)
            return [operand(b, op, live[0])]
        full = op.outs[0].shape
        if not known(full):
            raise CannotBe("the size of what it makes cannot be told")
        whole = [i for i in which if known(op.shape(i)) and
                 words_of(op.shape(i)) == words_of(full)]
        whole.sort(key=lambda i: op.input(i).is_weight)
        if not whole or len(which) > INPUTS_MAX:
            raise CannotBe("no operand is as large as what it makes")
        if op.input(whole[0]).is_weight and b.images:
            raise CannotBe("its operands differ in their images")
        if len(which) == 1:
            return [operand(b, op, which[0])]
        first = operand(b, op, whole[0])
        others = [operand(b, op, i) for i in which if i != whole[0]]
        ins = [first.tensor] + [b.beside(one, first) for one in others]
        axes = [[]] * (len(full) - len(first.axes)) + first.axes
        out = b.like(name, kind, Held(first.tensor, axes), ins=ins)
        if not is_exact:
            b.tell(op.node.op_type, f"counted as {kind}",
                   "it reads and writes as many words")
        return [out]
    return nodes


def skip_norm(kind):
    """SkipLayerNormalization: a sum, and a norm of it."""
    return lambda b, op, name: sum_and_norm(b, op, name, kind)


def sum_and_norm(b, op, name, kind):
    total = binary("add", True)(b, op, f"{name}_add")[0]
    axes = b.own(total.axes)
    b.settle(total, [axes[-1], sum(axes[:-1], []), []])
    out = b.like(name, kind, total)
    return [out, None, None, total]


def batchnorm(b, op, name):
    held = operand(b, op)
    if is_folded(b, op, held, 0):
        b.tell(op.node.op_type, FOLDED)
        return [held]
    axes = b.own(held.axes)
    b.settle(held, [axes[1], sum(axes[2:3], []), sum(axes[3:], [])])
    return [b.like(name, "batchnorm", held)]


def rows_and_channels(b, held, channels, name):
    """The tensor with these atoms as its channels, and the others in rows."""
    del name
    inside = set(map(id, flat(channels)))
    roles = b.settle(held, [channels, [a for one in b.own(held.axes)
                                       for a in one if id(a) not in inside],
                            []])
    if [id(a) for a in roles[0]] == [id(a) for a in flat(channels)]:
        return held.tensor
    rest = [a for role in roles for a in role if id(a) not in inside]
    return b.arranged_as(held, [channels, rest, []])


def softmax(b, op, name):
    held = operand(b, op)
    rank = len(held.axes)
    at = axis_of(op.int("axis", -1 if op.opset >= 13 else 1), rank)
    if at is None:
        raise CannotBe("it has no such axis")
    over = flat(held.axes[at]) if op.opset >= 13 else \
        [a for one in b.own(held.axes[at:]) for a in flat(one)]
    axes = b.own(held.axes)
    if rank >= 4 and at == 1:
        usual = [axes[1], axes[2], sum(axes[3:], [])]
    else:
        usual = [over, [a for one in axes for a in one if a not in over], []]
    roles = b.settle(held, usual)
    inner = roles[0][len(roles[0]) - len(over):]
    if inner == over:
        groups = size_of(roles[0]) // size_of(over)
        return [b.like(name, "softmax", held,
                       {"G": groups} if groups > 1 else {})]
    tensor = rows_and_channels(b, held, over, name)
    return [b.like(name, "softmax", Held(tensor, held.axes))]


def norm(kind):
    """Over the last axes, from `axis` on."""
    def nodes(b, op, name):
        held = operand(b, op)
        at = axis_of(op.int("axis", -1), len(held.axes))
        if at is None:
            raise CannotBe("it has no such axis")
        over = [a for one in b.own(held.axes[at:]) for a in one]
        tensor = rows_and_channels(b, held, over, name)
        return [b.like(name, kind, Held(tensor, held.axes))]
    return nodes


def by_maps(b, op, name):
    """Norms over the pixels of each channel, or of groups of them: the words of
    one group are put side by side, which moves none."""
    held = operand(b, op)
    axes = b.own(held.axes)
    groups = op.int("num_groups", size_of(axes[1]))
    first, rest = regrouped([axes[1]], [groups, size_of(axes[1]) // groups])
    over = rest + [a for one in axes[2:] for a in one]
    have = b.settle(held)
    tensor = b.arranged_as(held, [over, first, []], True)
    out = b.like(name, "layernorm", Held(tensor, held.axes))
    b.tell(op.node.op_type, "counted as layernorm over the words of each "
           "group", "two numbers are stored for each of these words, not for "
           "each channel")
    back = b.arranged_as(out, have, True)
    return [Held(back, held.axes)]


def lrn(b, op, name):
    held = operand(b, op)
    axes = b.own(held.axes)
    b.settle(held, [axes[1], axes[2], sum(axes[3:], [])])
    return [b.like(name, "lrn", held, {"size": op.int("size", 1)})]


def pool_keys(taps, windows, sides, out):
    """Windows of a pool that has so many outputs: floor(...) + 1 of them."""
    taps = [d * (k - 1) + 1 for k, d in zip(taps, windows.dilations)]
    taps, strides = two_axes(taps, 1), two_axes(windows.strides, 1)
    pads = two_axes(windows.pads, (0, 0))
    sides, out = two_axes(sides, 1), two_axes(out, 1)
    fitted = []
    for size, k, s, (before, after), o in zip(sides, taps, strides, pads, out):
        room = size + before + after - k
        if room < 0 or room // s + 1 != o:  # rounded up
            after = (o - 1) * s + k - size - before
        if after < 0:
            raise CannotBe("its windows do not fit the map")
        fitted.append((before, after))
    keys = {"R": taps[0], "S": taps[1]}
    put_pair(keys, "stride", strides, 1)
    put_pads(keys, fitted)
    return keys


def pool(kind):
    def nodes(b, op, name):
        held = operand(b, op)
        taps, shape, out = op.ints("kernel_shape"), op.shape(), \
            op.outs[0].shape
        if not known(out) or not known(shape) or not taps or \
                len(taps) != len(shape) - 2 or len(out) != len(shape):
            raise CannotBe("its size cannot be told")
        if op.int("channels_last", 0) or len(taps) > 2:
            raise CannotBe("pools of two axes are known")
        keys = pool_keys(taps, Windows(op, taps, shape[2:]), shape[2:],
                         out[2:])
        axes = held.axes
        tensor = b.arranged_as(held, [axes[1],
                                      axes[2] if len(axes) > 3 else [],
                                      axes[-1]])
        sides = [axis(d) for d in out[2:]]
        roles = [b.own(axes)[1], sides[0] if len(sides) > 1 else [],
                 sides[-1]]
        if max(op.ints("dilations", [1])) > 1:
            b.tell(op.node.op_type, "has dilated windows, which run without "
                   "their gaps", "they are as wide, and meet the words in the "
                   "gaps too")
        return [b.made(name, kind, [tensor], [axes[0], axes[1]] + sides,
                       Layout(roles), keys)]
    return nodes


def over_axes(b, held, gone, kind, name, keeps):
    """A pool over whole axes."""
    axes = b.own(held.axes)
    over = [a for i in sorted(gone) for a in axes[i]]
    rest = [a for i, one in enumerate(axes) for a in one if i not in gone]
    if not over:
        tensor = held.tensor
    else:
        ids = set(over)
        roles = b.settle(held, usual_of_pool(axes, gone))
        pixels = [a for role in roles[1:] for a in role]
        keys, left = {}, [roles[0], [], []]
        if set(pixels) != ids:
            if roles[1] == over and roles[2]:
                keys = {"R": size_of(over), "S": 1}
                left = [roles[0], [], roles[2]]
                tensor = held.tensor
            else:
                tensor = b.arranged_as(held, [rest, over, []])
                left = [rest, [], []]
        else:
            tensor = held.tensor
        tensor = b.made(name, kind, [tensor], left, Layout(left), keys).tensor
    out = [[] if i in gone else list(one) for i, one in enumerate(held.axes)]
    if not keeps:
        out = [one for i, one in enumerate(out) if i not in gone]
    return [Held(tensor, out)]


def usual_of_pool(axes, gone):
    """Of a map nobody asked for: its channels are what is left."""
    rest = [a for i, one in enumerate(axes) for a in one if i not in gone]
    over = [a for i in sorted(gone) for a in axes[i]]
    return [rest, over, []]


def global_pool(kind):
    def nodes(b, op, name):
        held = operand(b, op)
        return over_axes(b, held, set(range(2, len(held.axes))), kind, name,
                         True)
    return nodes


def reduced(kind, is_exact):
    def nodes(b, op, name):
        held = operand(b, op)
        rank = len(held.axes)
        axes = op.axes(1)
        if op.has_input(1) and axes is None:
            raise CannotBe("its axes cannot be told")
        gone = set(range(rank)) if axes is None else \
            {axis_of(int(a), rank) for a in axes}
        if None in gone or (b.images and 0 in gone):
            raise CannotBe("it has no such axis")
        if not is_exact:
            b.tell(op.node.op_type, f"counted as {kind} over the same words",
                   "it reads and writes as many")
        return over_axes(b, held, gone, kind, name, op.int("keepdims", 1))
    return nodes


NODES = {
    "BatchNormalization": batchnorm, "Softmax": softmax, "LogSoftmax": softmax,
    "QLinearSoftmax": softmax, "LayerNormalization": norm("layernorm"),
    "SimplifiedLayerNormalization": norm("rmsnorm"),
    "RMSNormalization": norm("rmsnorm"),
    "InstanceNormalization": by_maps, "GroupNormalization": by_maps,
    "LRN": lrn, "MaxPool": pool("maxpool"), "AveragePool": pool("avgpool"),
    "QLinearAveragePool": pool("avgpool"), "LpPool": pool("avgpool"),
    "GlobalAveragePool": global_pool("avgpool"),
    "QLinearGlobalAveragePool": global_pool("avgpool"),
    "GlobalMaxPool": global_pool("maxpool"),
    "ReduceMean": reduced("avgpool", True),
    "ReduceMax": reduced("maxpool", True),
    "ReduceMin": reduced("maxpool", True),
}
NODES.update((name, unary(kind)) for name, kind in UNARY.items())
NODES.update((name, near(kind)) for kind, names in NEAR.items()
             for name in names.split())
NODES.update((name, binary(*row)) for name, row in BINARY.items())
NODES.update(onnx_moves.NODES)
NODES["SkipLayerNormalization"] = skip_norm("layernorm")
NODES["SkipSimplifiedLayerNormalization"] = skip_norm("rmsnorm")
NODES.update((name, alias) for name in ALIASES)
NODES.update((name, reduced("avgpool", False)) for name in
             "ReduceSum ReduceL1 ReduceL2 ReduceProd ReduceLogSum "
             "ReduceLogSumExp ReduceSumSquare".split())
