"""onnx_models.py - small models as exporters write them: a layer of BERT and of
a Llama, blocks of vision networks, quantised ones. Weights have shapes only.
SPDX-License-Identifier: MIT
"""

from onnx_file import model, node, tensor, value


class Made:
    """Nodes and weights that are put together; each step returns the name of
    what it makes."""

    def __init__(self):
        self.nodes, self.weights, self.count = [], [], 0

    def weight(self, *dims):
        self.count += 1
        self.weights.append(tensor(f"w{self.count}", dims, elsewhere=True))
        return f"w{self.count}"

    def numbers(self, *values):
        self.count += 1
        self.weights.append(tensor(f"i{self.count}", [len(values)], values))
        return f"i{self.count}"

    def number(self, value_):
        self.count += 1
        self.weights.append(tensor(f"i{self.count}", [], [value_]))
        return f"i{self.count}"

    def step(self, op, *inputs, name="", outputs=1, domain="", **attributes):
        self.count += 1
        out = [f"t{self.count}_{k}" for k in range(outputs)]
        self.nodes.append(node(op, inputs, out, name, domain, **attributes))
        return out[0] if outputs == 1 else out

    def model(self, inputs, opset=13):
        return model(self.nodes, [value(*one) for one in inputs],
                     self.weights, opset=opset)


def dense(m, x, ins, outs, name):
    """A MatMul with a bias behind it, as torch exports a Linear layer."""
    product = m.step("MatMul", x, m.weight(ins, outs), name=name)
    return m.step("Add", m.weight(outs), product)


def layer_norm(m, x, size):
    """As torch exported it before opset 17."""
    less = m.step("Sub", x, m.step("ReduceMean", x, axes=[-1]))
    square = m.step("ReduceMean", m.step("Pow", less, m.weight()), axes=[-1])
    root = m.step("Sqrt", m.step("Add", square, m.weight()))
    norm = m.step("Mul", m.step("Div", less, root), m.weight(size))
    return m.step("Add", norm, m.weight(size))


def heads(m, x, rows, count, size, perm):
    return m.step("Transpose", m.step("Reshape", x, m.numbers(
        0, rows, count, size)), perm=perm)


def bert(batch=1, rows=6, count=2, size=4, inner=16):
    """One layer, with ids and a mask: MACs are rows x (4 features^2 + 2
    features x inner) and twice rows^2 x features."""
    m, width = Made(), count * size
    ids = m.step("Gather", m.weight(50, width), "ids")
    x = m.step("Add", ids, m.weight(1, rows, width))
    mask = m.step("Unsqueeze", "mask", m.numbers(1, 2))
    mask = m.step("Mul", m.step("Sub", m.weight(), mask), m.weight())
    q, k, v = (dense(m, x, width, width, c) for c in "qkv")
    q = heads(m, q, rows, count, size, [0, 2, 1, 3])
    k = heads(m, k, rows, count, size, [0, 2, 3, 1])
    v = heads(m, v, rows, count, size, [0, 2, 1, 3])
    scores = m.step("Div", m.step("MatMul", q, k, name="scores"), m.weight())
    soft = m.step("Softmax", m.step("Add", scores, mask), axis=-1)
    context = m.step("Transpose", m.step("MatMul", soft, v, name="context"),
                     perm=[0, 2, 1, 3])
    context = m.step("Reshape", context, m.numbers(0, 0, width))
    x = layer_norm(m, m.step("Add", dense(m, context, width, width, "out"),
                             x), width)
    up = dense(m, x, width, inner, "up")
    erf = m.step("Erf", m.step("Div", up, m.weight()))
    gelu = m.step("Mul", m.step("Mul", up, m.step("Add", erf, m.weight())),
                  m.weight())
    x = layer_norm(m, m.step("Add", dense(m, gelu, inner, width, "down"), x),
                   width)
    first = m.step("Gather", x, m.number(0), axis=1)
    m.step("Tanh", m.step("Gemm", first, m.weight(width, width),
                          m.weight(width), name="pooler", transB=1))
    return m.model([("ids", [batch, rows]), ("mask", [batch, rows])])


def rotated(m, x, rows, size):
    """Rotary positions: halves change places, one negated."""
    half = m.numbers(size // 2)
    axis = m.numbers(3)
    low = m.step("Slice", x, m.numbers(0), half, axis)
    high = m.step("Slice", x, half, m.numbers(2**31), axis)
    turned = m.step("Concat", m.step("Neg", high), low, axis=-1)
    return m.step("Add", m.step("Mul", x, m.weight(1, 1, rows, size)),
                  m.step("Mul", turned, m.weight(1, 1, rows, size)))


def repeated(m, x, rows, kv, group, size):
    x = m.step("Unsqueeze", x, m.numbers(2))
    x = m.step("Expand", x, m.numbers(1, kv, group, rows, size))
    return m.step("Reshape", x, m.numbers(1, kv * group, rows, size))


def llama(rows=6, count=4, kv=2, size=4, inner=24):
    """A layer whose queries share keys, its norm in parts, silu in two."""
    m, width = Made(), count * size
    square = m.step("ReduceMean", m.step("Pow", "x", m.weight()), axes=[-1])
    root = m.step("Sqrt", m.step("Add", square, m.weight()))
    norm = m.step("Mul", "x", m.step("Div", m.weight(), root))
    x = m.step("Mul", m.weight(width), m.step("Cast", norm, to=1))
    q = m.step("MatMul", x, m.weight(width, width), name="q")
    k = m.step("MatMul", x, m.weight(width, kv * size), name="k")
    v = m.step("MatMul", x, m.weight(width, kv * size), name="v")
    q = rotated(m, heads(m, q, rows, count, size, [0, 2, 1, 3]), rows, size)
    k = rotated(m, heads(m, k, rows, kv, size, [0, 2, 1, 3]), rows, size)
    v = heads(m, v, rows, kv, size, [0, 2, 1, 3])
    k, v = (repeated(m, one, rows, kv, count // kv, size) for one in (k, v))
    scores = m.step("MatMul", q, m.step("Transpose", k, perm=[0, 1, 3, 2]),
                    name="scores")
    soft = m.step("Softmax", m.step("Mul", scores, m.weight()), axis=-1)
    context = m.step("MatMul", soft, v, name="context")
    context = m.step("Reshape", m.step("Transpose", context,
                                       perm=[0, 2, 1, 3]),
                     m.numbers(1, rows, width))
    x = m.step("Add", "x", m.step("MatMul", context, m.weight(width, width),
                                  name="out"))
    gate = m.step("MatMul", x, m.weight(width, inner), name="gate")
    gate = m.step("Mul", gate, m.step("Sigmoid", gate))
    both = m.step("Mul", gate, m.step("MatMul", x, m.weight(width, inner),
                                      name="up"))
    m.step("Add", x, m.step("MatMul", both, m.weight(inner, width),
                            name="down"))
    return m.model([("x", [1, rows, width])])


def vit(patch=4, width=16, count=2):
    """Patches, a class token in front of them, and the cut of one product
    into queries, keys and values."""
    m, rows, size = Made(), 16 + 1, width // count
    x = m.step("Conv", "image", m.weight(width, 3, patch, patch), name="patch",
               strides=[patch, patch])
    x = m.step("Transpose", m.step("Reshape", x, m.numbers(1, width, -1)),
               perm=[0, 2, 1])
    x = m.step("Concat", m.weight(1, 1, width), x, axis=1)
    x = m.step("Add", x, m.weight(1, rows, width))
    qkv = dense(m, m.step("LayerNormalization", x, m.weight(width),
                          m.weight(width), axis=-1), width, 3 * width, "qkv")
    qkv = m.step("Transpose", m.step("Reshape", qkv, m.numbers(
        1, rows, 3, count, size)), perm=[2, 0, 3, 1, 4])
    q, k, v = (m.step("Gather", qkv, m.number(i), axis=0) for i in range(3))
    scores = m.step("MatMul", m.step("Mul", q, m.weight()),
                    m.step("Transpose", k, perm=[0, 1, 3, 2]), name="scores")
    context = m.step("MatMul", m.step("Softmax", scores, axis=3), v,
                     name="context")
    context = m.step("Reshape", m.step("Transpose", context,
                                       perm=[0, 2, 1, 3]),
                     m.numbers(1, rows, width))
    m.step("Add", m.step("MatMul", context, m.weight(width, width),
                         name="out"), x)
    return m.model([("image", [1, 3, 16, 16])])


def mobile(batch=2):
    """Batch norm behind a convolution, hard swish in parts, squeeze and
    excite, a mean over rows and columns."""
    m = Made()
    x = m.step("Conv", "x", m.weight(8, 3, 3, 3), name="stem", strides=[2, 2],
               pads=[1, 1, 1, 1])
    x = m.step("BatchNormalization", x, *(m.weight(8) for _ in range(4)))
    six = m.weight()
    x = m.step("Div", m.step("Mul", x, m.step(
        "Clip", m.step("Add", x, m.weight()), m.weight(), six)), six)
    s = m.step("Conv", m.step("GlobalAveragePool", x), m.weight(4, 8, 1, 1),
               name="squeeze")
    s = m.step("Conv", m.step("Relu", s), m.weight(8, 4, 1, 1), name="excite")
    x = m.step("Mul", x, m.step("HardSigmoid", s))
    x = m.step("Conv", x, m.weight(12, 8, 1, 1), name="project")
    x = m.step("ReduceMean", x, axes=[2, 3], keepdims=0)
    m.step("MatMul", x, m.weight(12, 10), name="classes")
    return m.model([("x", [batch, 3, 16, 16])])


def detector():
    """Unequal parts of channels, a resize, joins, and a head whose rows are
    rearranged."""
    m = Made()
    x = m.step("Conv", "x", m.weight(16, 3, 3, 3), name="c1", strides=[2, 2],
               pads=[1, 1, 1, 1])
    x = m.step("Mul", x, m.step("Sigmoid", x))
    one, two = m.step("Split", x, m.numbers(4, 12), axis=1, outputs=2)
    two = m.step("Conv", two, m.weight(8, 12, 3, 3), name="c2",
                 pads=[1, 1, 1, 1])
    x = m.step("Concat", one, two, axis=1)
    low = m.step("MaxPool", x, kernel_shape=[5, 5], strides=[2, 2],
                 pads=[2, 2, 2, 2])
    up = m.step("Resize", low, "", "", m.numbers(1, 12, 16, 16))
    x = m.step("Conv", m.step("Concat", up, x, axis=1),
               m.weight(30, 24, 1, 1), name="head")
    x = m.step("Transpose", m.step("Reshape", x, m.numbers(1, 3, 10, 16, 16)),
               perm=[0, 1, 3, 4, 2])
    m.step("Sigmoid", x)
    return m.model([("x", [1, 3, 32, 32])])


def quantised():
    """Operators of ONNX Runtime, whose operands have scales beside them."""
    m = Made()
    s = m.weight()

    def conv(x, name, *dims, **more):
        return m.step("QLinearConv", x, s, s, m.weight(*dims), s, s, s, s,
                      name=name, **more)
    x = m.step("QuantizeLinear", "x", s, s)
    x = conv(x, "c1", 8, 3, 3, 3, pads=[1, 1, 1, 1])
    y = conv(x, "c2", 8, 8, 3, 3, pads=[1, 1, 1, 1])
    own = {"domain": "com.microsoft"}
    y = m.step("QLinearAdd", x, s, s, y, s, s, s, s, **own)
    y = m.step("QLinearConcat", s, s, x, s, s, y, s, s, axis=1, **own)
    y = conv(y, "c3", 6, 16, 1, 1)
    y = m.step("QLinearGlobalAveragePool", y, s, s, s, s, **own)
    m.step("QLinearMatMul", m.step("Flatten", y), s, s, m.weight(6, 5), s, s,
           s, s, name="classes")
    return m.model([("x", [1, 3, 8, 8])])


def shuffle():
    """A shuffle of channels between groups: words change their places."""
    m = Made()
    x = m.step("Conv", "x", m.weight(12, 3, 1, 1), name="in")
    x = m.step("Reshape", x, m.numbers(1, 3, 4, 8, 8))
    x = m.step("Reshape", m.step("Transpose", x, perm=[0, 2, 1, 3, 4]),
               m.numbers(1, 12, 8, 8))
    m.step("Conv", x, m.weight(12, 1, 3, 3), name="depthwise", group=12)
    return m.model([("x", [1, 3, 8, 8])])


def tensorflow():
    """Channels last around a convolution, and a first dimension left open."""
    m = Made()
    x = m.step("Transpose", m.step("Sub", "x", m.weight(3)),
               perm=[0, 3, 1, 2])
    x = m.step("Conv", x, m.weight(8, 3, 3, 3), name="c", strides=[2, 2],
               auto_pad="SAME_UPPER")
    x = m.step("Transpose", m.step("Relu", x), perm=[0, 2, 3, 1])
    x = m.step("ReduceMean", x, axes=[1, 2], keepdims=0)
    m.step("MatMul", x, m.weight(8, 10), name="classes")
    return m.model([("x", ["unk", 8, 8, 3])])


def runtime(rows=6, width=8):
    """A layer as ONNX Runtime fuses it: one attention, sums inside norms."""
    m, own = Made(), {"domain": "com.microsoft"}
    y = m.step("Attention", "x", m.weight(width, 3 * width),
               m.weight(3 * width), name="attention", num_heads=2, **own)
    y = m.step("MatMul", y, m.weight(width, width), name="out")
    y = m.step("SkipLayerNormalization", y, "x", m.weight(width),
               m.weight(width), m.weight(width), **own)
    z = m.step("BiasGelu", m.step("MatMul", y, m.weight(width, 4 * width),
                                  name="up"), m.weight(4 * width), **own)
    z = m.step("MatMul", z, m.weight(4 * width, width), name="down")
    q, k, v = (m.step("MatMul", z, m.weight(width, n), name=c)
               for c, n in (("q", width), ("k", width // 2),
                            ("v", width // 2)))
    m.step("GroupQueryAttention", q, k, v, name="shared", num_heads=4,
           kv_num_heads=2, **own)
    return m.model([("x", [1, rows, width])])
