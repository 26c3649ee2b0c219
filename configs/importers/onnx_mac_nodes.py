"""onnx_mac_nodes.py - the nodes of a graph that an ONNX node of MACs is: how its
operands have to lie, and what it makes.

Each function takes a builder, an `Op`, its layers as (end of the name, op,
sizes) and a name, and returns what its outputs are. A node whose operands
cannot be brought into place reads inputs of its own instead (`alone`), so that
each layer of MACs is there whatever comes before it.
SPDX-License-Identifier: MIT
"""

from importers.onnx_axes import (Layout, axis, flat, fresh, refined, regrouped,
                                 size_of)
from importers.onnx_graph import FAULTS, Held, NoGraph, operand
from importers.onnx_layers import CannotBe, past_of
from importers.onnx_reshapes import einsum_terms

FROM_INPUT = ("N", "C", "H", "W")  # what a node has from its input


def full_name(name, end):
    return f"{name}_{end}" if end and name else name or end


def mac_node(b, name, layer, ins, out_axes, roles, keys=()):
    """One node with a MAC loop; its `layer` is (op, sizes)."""
    op, sizes = layer
    held = b.made(name, dict(keys).pop("op", op), ins, out_axes,
                  Layout(b.own(roles)), {k: v for k, v in dict(keys).items()
                                         if k != "op"})
    b.nodes[-1].layer = sizes
    return held


def check_images(b, held):
    if b.images and (not held.axes or
                     flat(held.axes[0])[:1] != flat(b.images)[:1]):
        raise NoGraph("a node of MACs has not all images")


def conv_keys(sizes):
    return {k: v for k, v in sizes.items() if k not in FROM_INPUT}


def conv_sides(op):
    """The shape of what it makes, as the model has it."""
    out = op.outs[0].shape
    if out is None or len(out) < 3 or not all(isinstance(d, int)
                                              for d in out):
        raise CannotBe("what it makes has no known size")
    return out


def conv(x):
    def nodes(b, op, layers, name):
        _, kind, sizes = layers[0][:3]
        if sizes.get("N", 1) != size_of(b.images):
            raise NoGraph("a convolution has not all images")
        ifmap = operand(b, op, x)
        check_images(b, ifmap)
        axes = ifmap.axes
        rows = axes[2] if len(axes) > 3 else []
        shape = conv_sides(op)
        tensor = b.arranged_as(ifmap, [axes[1], rows, axes[-1]])
        new = [axis(d) for d in shape[1:]]
        roles = [new[0], new[1] if len(new) > 2 else [], new[-1]]
        return [mac_node(b, name, (kind, sizes), [tensor],
                         [list(axes[0])] + new, roles, conv_keys(sizes))]
    return nodes


def product(b, name, layer, a, c, letters, out):
    """A matmul of two tensors, whose axes are given by letters: the stacks, M
    rows, K that are added up, N columns, each a list of atoms of a and of c;
    `out` gives the axes of the output for those of the columns, which are other
    indices than the same ones of the rows: scores have both."""
    (stack_a, m, k_a), (stack_c, k_c, n) = letters
    columns = fresh(b.own([n])[0])
    if size_of(stack_a) != size_of(stack_c):
        m, stack_a = stack_a + m, []
    held = {a for one in c.tensor.axes for a in flat(one)}
    pairs = refined(stack_a, stack_c)
    # What repeats for several of the stack has them as further rows.
    stack_c = [two for _, two in pairs if two in held]
    stack_a = [one for one, two in pairs if two in held]
    m = [one for one, two in pairs if two not in held] + m
    is_repeated = len(stack_a) < len(pairs)
    refined(k_a, k_c)
    first = b.arranged_as(a, [stack_a + k_a, m, []], is_repeated)
    by_rows = [stack_c + n, k_c, []]
    have = c.tensor.layout.roles
    if have is None or [flat(r) for r in have] == \
            [flat(r) for r in b.own(by_rows)]:
        second, over = b.arranged_as(c, by_rows), True
    else:
        second, over = b.arranged_as(c, [stack_c + k_c, n, []]), False
    keys = {"B": size_of(stack_a)} if stack_a else {}
    if over:
        keys["over"] = "rows"
    made = mac_node(b, name, layer, [first, second], out(columns),
                    [stack_a + columns, m, []], keys)
    made.tensor.is_scattered = is_repeated
    return made


def rows_times_weights(b, name, layer, a, k, n):
    """A product with weights: rows of K channels, or a whole map each."""
    rows = [atom for one in b.own(a.axes) for atom in one
            if atom not in set(flat(k))]
    check_images(b, a)
    if layer[1]["M"] != size_of(b.images) * size_of(rows):
        raise CannotBe("its rows are not those of its first operand")
    out = a.axes[:-1] + [n]
    roles = a.tensor.layout.roles
    if not rows and roles is not None and len([r for r in roles if r]) > 1:
        held = sum(map(flat, roles), [])
        if sorted(map(id, held)) == sorted(map(id, flat(k))):
            return mac_node(b, name, layer, [a.tensor], out, [n, [], []],
                            {"op": "fc", "M": layer[1]["N"]})
    tensor = b.arranged_as(a, [k, rows, []])
    return mac_node(b, name, layer, [tensor], out, [n, rows, []],
                    {"N": layer[1]["N"]})


def gemm(b, op, layers, name):
    _, kind, sizes = layers[0][:3]
    a = operand(b, op, 0)
    if op.int("transA", 0):
        a = Held(a.tensor, a.axes[::-1])
    if len(a.axes) > 2:
        a = Held(a.tensor, [a.axes[0], sum(a.axes[1:], [])])
    c = op.input(1).held
    if c is not None and c.tensor is not None and c.tensor.maker is not None:
        k_c, n = c.axes[::-1] if op.int("transB", 0) else c.axes
        if b.images:
            raise NoGraph("two maps of several images are multiplied")
        return [product(b, name, ("matmul", sizes), a, c,
                        (([], a.axes[0], a.axes[1]), ([], k_c, n)),
                        lambda columns: [a.axes[0], columns])]
    return [rows_times_weights(b, name, (kind, sizes), a, a.axes[-1],
                               axis(sizes["N"]))]


def swapped(held, is_swapped):
    axes = held.axes
    return Held(held.tensor, axes[:-2] + axes[:-3:-1]) if is_swapped else held


def matmul(x, w):
    def nodes(b, op, layers, name):
        _, kind, sizes = layers[0][:3]
        if op.input(x).is_weight and not op.input(w).is_weight:
            raise CannotBe("its first operand is weights")
        a = swapped(operand(b, op, x), op.int("transA", 0))
        if len(a.axes) == 1:
            a = Held(a.tensor, [[]] + a.axes)
        if kind == "gemm":
            return [rows_times_weights(b, name, (kind, sizes), a, a.axes[-1],
                                       axis(sizes["N"]))]
        c = swapped(operand(b, op, w), op.int("transB", 0))
        if len(c.axes) == 1:
            c = Held(c.tensor, c.axes + [[]])
        check_images(b, a)
        check_images(b, c)
        stacks = [sum(b.own(one.axes[:-2]), []) for one in (a, c)]
        if size_of(stacks[1]) == 1:
            stacks[1] = []
        elif size_of(stacks[0]) == 1:
            raise CannotBe("its first operand is the same for all products")
        return [product(b, name, (kind, sizes), a, c,
                        ((stacks[0], a.axes[-2], a.axes[-1]),
                         (stacks[1], c.axes[-2], c.axes[-1])),
                        lambda columns: a.axes[:-1] + [columns])]
    return nodes


def einsum(b, op, layers, name):
    """Letters of both operands and the result are stacks, and so on."""
    _, kind, sizes = layers[0][:3]
    (one, two), result = einsum_terms(op.text("equation"))
    a = operand(b, op, 0)
    check_images(b, a)
    axes_a = dict(zip(one, a.axes))
    if kind == "gemm":
        n = {letter: axis(op.shape(1)[i]) for i, letter in enumerate(two)}
        rows = [c for c in one if c in result]
        cols = [c for c in two if c in result]
        k = [c for c in one if c not in result]
        if list(result) != rows + cols or not k:
            raise CannotBe("its result has another order")
        roles = [sum((n[c] for c in cols), []),
                 sum((axes_a[c] for c in rows), []), []]
        tensor = b.arranged_as(a, [sum((axes_a[c] for c in k), []), roles[1],
                                   []])
        return [mac_node(b, name, (kind, sizes), [tensor],
                         [axes_a[c] if c in axes_a else n[c] for c in result],
                         roles, {"N": sizes["N"]})]
    c = operand(b, op, 1)
    check_images(b, c)
    if b.images and one[0] != two[0]:
        raise NoGraph("an einsum of several images")
    axes_c = dict(zip(two, c.axes))
    stack = [x for x in result if x in one and x in two]
    m = [x for x in result if x in one and x not in two]
    n = [x for x in result if x in two and x not in one]
    k = [x for x in one if x in two and x not in result]

    def of(axes, letters):
        return sum((b.own([axes[x]])[0] for x in letters), [])
    def out(columns):
        axes = {**axes_c, **axes_a}
        for x, own in zip(n, regrouped([columns], [size_of(axes_c[x])
                                                   for x in n])):
            axes[x] = own
        return [axes[x] for x in result]
    return [product(b, name, (kind, sizes), a, c,
                    ((of(axes_a, stack), of(axes_a, m), of(axes_a, k)),
                     (of(axes_c, stack), of(axes_c, k), of(axes_c, n))),
                    out)]


def by_heads(b, held, heads):
    """Heads, rows and features of an operand of attention."""
    axes = held.axes
    if len(axes) == 4:
        return list(axes[1]), list(axes[2]), list(axes[3])
    size = size_of(axes[2])
    first, rest = regrouped([axes[2]], [heads, size // heads])
    return first, list(axes[1]), rest


def with_past(b, op, i, name, now, heads):
    """Keys or values behind those of an input of the past."""
    if not op.has_input(i):
        return now
    past = operand(b, op, i)
    mine = by_heads(b, past, heads)
    both = (now, past)
    parts = [by_heads(b, one, heads) for one in both]
    tensors = [b.arranged_as(one, [part[0] + part[2], part[1], []])
               for one, part in zip(both, parts)]
    rows = axis(size_of(parts[0][1]) + size_of(mine[1]))
    head, _, rest = parts[0]
    image = list(now.axes[0])
    return b.made(f"{name}_cache", "concat", tensors[::-1],
                  [image, head, rows, rest],
                  Layout(b.own([head + rest, rows, []])), {"over": "rows"},
                  "the cache")


def packed(b, op, layer, name):
    """Queries, keys and values of one product with weights."""
    x = operand(b, op, 0)
    made = rows_times_weights(b, full_name(name, "qkv"), layer[1:3], x,
                              x.axes[-1], axis(layer[2]["N"]))
    if op.ints("qkv_hidden_sizes"):
        raise CannotBe("its parts differ in size")
    three, rest = regrouped([made.axes[-1]], [3, layer[2]["N"] // 3])
    roles = [flat(role) for role in made.tensor.layout.roles]
    left = [[a for a in role if a not in three] for role in roles]
    parts = b.made(full_name(name, "parts"), "split", [made.tensor],
                   [left] * 3, None, {"parts": 3}, parts=3)
    for one in parts:
        one.tensor.layout.bind(left)
    return [Held(one.tensor, made.axes[:-1] + [rest]) for one in parts]


def attention(b, op, layers, name):
    scores, values = layers[-2:]
    is_packed = len(layers) == 3
    q, k, v = packed(b, op, layers[0], name) if is_packed else \
        [operand(b, op, i) for i in range(3)]
    for one in (q, k, v):
        check_images(b, one)
    heads = op.int("q_num_heads", op.int("num_heads"))
    kv_heads = op.int("kv_num_heads", op.int("num_heads"))
    if len(q.axes) == 4:
        heads, kv_heads = (size_of(one.axes[1]) for one in (q, k))
    past = past_of(op)
    if not is_packed:
        k = with_past(b, op, past, f"{name}_k", k, kv_heads)
        v = with_past(b, op, past + 1, f"{name}_v", v, kv_heads)
    head, rows, k_q = by_heads(b, q, heads)
    head_k, keys, k_k = by_heads(b, k, kv_heads)
    head_v, keys_v, n = by_heads(b, v, kv_heads)
    refined(keys, keys_v)
    group = axis(heads // kv_heads)  # queries that share keys
    image = list(q.axes[0])
    made = product(b, full_name(name, "scores"), scores[1:3],
                   Held(q.tensor, [image, head, rows, k_q]), k,
                   ((head, rows, k_q), (head_k + group, k_k, keys)),
                   lambda columns: [image, head, rows, columns])
    made = b.like(full_name(name, "softmax"), "softmax", made,
                  {"G": kv_heads} if kv_heads > 1 else {})
    made = product(b, full_name(name, "values"), values[1:3], made, v,
                   ((head, rows, made.axes[3]), (head_v + group, keys_v, n)),
                   lambda columns: [image, head, rows, columns])
    if len(q.axes) == 4:
        return [made]
    return [Held(made.tensor, [image, rows, head + made.axes[3]])]


def recurrent(b, op, layers, name):
    """The products alone; the gates between them are not imported."""
    x = operand(b, op, 0)
    images = size_of(b.images)
    for layer in layers:
        end, kind, sizes = layer[:3]
        full = full_name(name, end)
        if sizes["M"] % images:
            raise NoGraph("steps of several images")
        rows = sizes["M"] // images
        if end.endswith("input"):
            own = b.own(x.axes)
            tensor = b.arranged_as(x, [own[2], own[0] + own[1], []])
        else:
            tensor = b.map_input(f"{full}_state", sizes["K"], rows)
        n, m = axis(sizes["N"]), axis(rows)
        mac_node(b, full, (kind, sizes), [tensor], [m, n], [n, m, []],
                 {"N": sizes["N"]})
    return []


def alone(b, layer, name):
    """A node that reads inputs of its own."""
    _, kind, sizes = layer[:3]
    images = size_of(b.images)
    if kind in ("conv", "conv_transpose"):
        if sizes.get("N", 1) != images:
            raise NoGraph("a convolution has not all images")
        ins = [b.map_input(f"{name}_in", sizes["C"], sizes["H"], sizes["W"])]
        keys = conv_keys(sizes)
    else:
        split = "B" if kind == "matmul" and "B" in sizes else "M"
        if sizes[split] % images:
            raise NoGraph("a product has not all images")
        sizes_own = {**sizes, split: sizes[split] // images}
        of = sizes_own.get
        ins = [b.map_input(f"{name}_in", of("B", 1) * of("K"), of("M"))]
        keys = {"N": of("N")}
        if kind == "matmul":
            ins.append(b.map_input(f"{name}_in2", of("B", 1) * of("K"),
                                   of("N")))
            keys = {"B": of("B")} if of("B", 1) > 1 else {}
    mac_node(b, name, (kind, sizes), ins, [], [[], [], []], keys)


NODES = {
    "Conv": conv(0), "ConvInteger": conv(0), "FusedConv": conv(0),
    "QLinearConv": conv(0), "DeformConv": conv(0), "ConvTranspose": conv(0),
    "Gemm": gemm, "MatMul": matmul(0, 1), "FusedMatMul": matmul(0, 1),
    "MatMulInteger": matmul(0, 1), "QLinearMatMul": matmul(0, 3),
    "MatMulNBits": matmul(0, 1), "Einsum": einsum,
    "Attention": attention, "MultiHeadAttention": attention,
    "GroupQueryAttention": attention, "QAttention": attention,
    "DynamicQuantizeMatMul": matmul(0, 1), "MatMulIntegerToFloat": matmul(0, 1),
    "QGemm": gemm,
    "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent,
}


def add(b, op, layers, name):
    """The nodes of all layers of an ONNX node, and what its outputs are."""
    before = len(b.nodes)
    try:
        return NODES[op.node.op_type](b, op, layers, name)
    except FAULTS as fault:
        b.forget(before)
        for layer in layers:
            alone(b, layer, full_name(name, layer[0]))
        b.tell(op.node.op_type, "reads an input of its own, not what comes "
               f"before it: {fault}")
        return []
