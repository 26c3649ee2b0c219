"""onnx_moves.py - the nodes of a graph that ONNX nodes without arithmetic are:
joins and cuts, reshapes, rows of tables, maps of other sizes.

SPDX-License-Identifier: MIT
"""

import math

from importers.onnx_axes import Layout, axis, flat, regrouped, size_of
from importers.onnx_graph import Held, operand
from importers.onnx_layers import CannotBe
from importers.onnx_reshapes import slice_bounds
from importers.onnx_values import axis_of, known, size_of as words_of

INPUTS_MAX = 64    # of a concat
PARTS_MAX = 1024   # of a split


def joined(b, name, parts, at):
    """Tensors behind each other along an axis; rows or channels."""
    # What is settled already says how the others lie.
    first = next((p for p in parts if p.tensor.layout.roles is not None),
                 parts[0])
    over = flat(first.axes[at])
    axes = b.own(first.axes)
    if len(axes) >= 4 and at == 2:  # rows, whatever the channels are
        b.settle(first, [axes[1], axes[2], sum(axes[3:], [])])
    roles = b.settle(first)
    if roles[2] and set(over) == set(roles[1] + roles[2]):
        roles = [roles[0], over, []]
        first = Held(b.arranged_as(first, roles), first.axes)
    role = next((k for k in range(3) if not over or
                 any(a in roles[k] for a in over)), 0)
    if not over:
        role = 1 if len(axes) <= 3 and at < len(axes) - 1 else 0
        where, count = (0 if role == 1 else len(roles[0])), 0
    else:
        where, count = roles[role].index(over[0]), len(over)
    if roles[role][where:where + count] != over or role == 2:
        raise CannotBe("it joins along columns, or along a part of an axis")
    ins = []
    for one in parts:
        pairs = []
        for k, (mine, theirs) in enumerate(zip(one.axes, first.axes)):
            if k != at:
                if size_of(mine) != size_of(theirs):
                    raise CannotBe("it joins maps of other sizes")
                pairs += b.pairs(Held(one.tensor, [mine]),
                                 Held(first.tensor, [theirs]))
        atom_of = {theirs: mine for mine, theirs in pairs}
        want = [[atom_of[a] for a in flat(r) if a in atom_of] for r in
                b.settle(first)]
        here = len([a for a in flat(b.settle(first)[role][:where])
                    if a in atom_of])
        want[role][here:here] = flat(one.axes[at])
        ins.append(b.arranged_as(one, want))
    new = axis(sum(size_of(one.axes[at]) for one in parts))
    roles = b.settle(first)
    roles[role][where:where + count] = new
    out = [list(one) for one in first.axes]
    out[at] = new
    return b.made(name, "concat", ins, out, Layout(roles),
                  {"over": "rows"} if role == 1 else {})


def concat(b, op, name):
    first = 2 if op.node.op_type == "QLinearConcat" else 0
    step = 3 if first else 1
    which = range(first, len(op.node.input), step)
    parts = [operand(b, op, i) for i in which
             if known(op.shape(i)) and words_of(op.shape(i)) > 0]
    rank = len(op.outs[0].shape or [])
    at = axis_of(op.int("axis", 1), rank)
    if at is None or not parts or any(len(p.axes) != rank for p in parts) or \
            any(not known(op.shape(i)) for i in which):
        raise CannotBe("its operands differ in their dimensions")
    if len(parts) == 1:
        return parts
    if len(parts) > INPUTS_MAX or (b.images and at == 0):
        raise CannotBe(f"it joins more than {INPUTS_MAX} tensors, or images")
    return [joined(b, name, parts, at)]


def part_of(b, held, at, count, name):
    """`count` equal parts along an axis; each as a tensor."""
    size = size_of(held.axes[at])
    outer, inner = regrouped([held.axes[at]], [count, size // count])
    roles = b.settle(held)
    role = next((k for k in (0, 1) if any(a in roles[k] for a in outer)), None)
    if role is None or count > PARTS_MAX:
        raise CannotBe("it is cut along columns, or into more than "
                       f"{PARTS_MAX} parts")
    key = (held.tensor, "split", tuple(outer))
    if key not in b.arranged:
        gone = set(outer)
        left = [[a for a in r if a not in gone] for r in roles]
        keys = {"parts": count}
        if role == 1:
            keys["over"] = "rows"
        made = b.made(name, "split", [held.tensor], [left] * count, None, keys,
                      parts=count)
        for one in made:
            one.tensor.layout.bind(left)
        b.arranged[key] = [one.tensor for one in made]
    axes = [list(one) for one in held.axes]
    axes[at] = inner
    return [Held(tensor, axes) for tensor in b.arranged[key]]


def pieces(b, held, at, bounds, name):
    """An axis from one bound to the next, each: parts of equal size, of which
    some are put together again."""
    size = size_of(held.axes[at])
    if b.images and at == 0:
        raise CannotBe("it cuts images apart")
    each = math.gcd(*bounds, size)
    parts = part_of(b, held, at, size // each, name) if each < size else [held]
    for start, end in zip(bounds, bounds[1:]):
        piece = parts[start // each:end // each]
        if len(piece) > INPUTS_MAX or not piece:
            raise CannotBe(f"a piece of more than {INPUTS_MAX} parts")
        yield piece[0] if len(piece) == 1 else \
            joined(b, f"{name}_from_{start}", piece, at)


def split(b, op, name):
    held = operand(b, op)
    at = axis_of(op.int("axis", 0), len(held.axes))
    sizes = [v.shape[at] if known(v.shape) else None for v in op.outs]
    if at is None or None in sizes:
        raise CannotBe("its parts cannot be told")
    bounds = [sum(sizes[:k]) for k in range(len(sizes) + 1)]
    if bounds[-1] != size_of(held.axes[at]):
        raise CannotBe("its parts are not the whole")
    return list(pieces(b, held, at, bounds, name))


def slices(b, op, name):
    held, bounds = operand(b, op), slice_bounds(op)
    if bounds is None:
        raise CannotBe("its bounds cannot be told")
    for at, start, end, step in bounds:
        at = axis_of(at, len(held.axes))
        if at is None or step != 1:
            raise CannotBe("it takes every second word, or has no such axis")
        size = size_of(held.axes[at])
        start, end, _ = slice(start, end, 1).indices(size)
        held = piece_of(b, held, at, start, end, name)
    return [held]


def piece_of(b, held, at, start, end, name):
    """What stands from start to end along an axis."""
    size = size_of(held.axes[at])
    if start >= end:
        raise CannotBe("it takes nothing")
    if (start, end) == (0, size):
        return held
    parts = part_of(b, held, at, size // math.gcd(start, end, size), name)
    each = size // len(parts)
    piece = parts[start // each:end // each]
    if len(piece) > INPUTS_MAX:
        raise CannotBe(f"a piece of more than {INPUTS_MAX} parts")
    return piece[0] if len(piece) == 1 else \
        joined(b, f"{name}_part", piece, at)


def gather(b, op, name):
    data, indices = op.input(0), op.input(1)
    if data.is_weight:
        if not known(data.shape) or len(data.shape) != 2 or \
                op.int("axis", 0) != 0:
            raise CannotBe("its table has other than two dimensions")
        held = operand(b, op, 1)
        rows = [a for one in b.own(held.axes) for a in one]
        tensor = b.arranged_as(held, [[], rows, []])
        new = axis(data.shape[1])
        return [b.made(name, "gather", [tensor], held.axes + [new],
                       Layout([new, rows, []]),
                       {"rows": data.shape[0], "M": data.shape[1]})]
    held = operand(b, op)
    at = axis_of(op.int("axis", 0), len(held.axes))
    if at is None or not indices.data or \
            indices.data != list(range(indices.data[0], indices.data[0] +
                                       len(indices.data))):
        raise CannotBe("what it picks cannot be told")
    size = size_of(held.axes[at])
    start = indices.data[0] % size
    out = piece_of(b, held, at, start, start + len(indices.data), name)
    if indices.shape == []:
        out = Held(out.tensor, out.axes[:at] + out.axes[at + 1:])
    return [out]


def reshape(b, op, name):
    out = op.outs[0].shape
    if not known(out):
        raise CannotBe("the shape of what it makes cannot be told")
    return [b.grouped(name, operand(b, op), out)]


def transpose(b, op, name):
    del name
    held = operand(b, op)
    order = op.ints("perm", list(range(len(held.axes)))[::-1])
    return [Held(held.tensor, [held.axes[i] for i in order])]


def expand(b, op, name):
    held, out = operand(b, op), op.outs[0].shape
    if not known(out) or not known(op.shape()):
        raise CannotBe("the shape of what it makes cannot be told")
    if words_of(out) == words_of(op.shape()):
        return [b.grouped(name, held, out)]
    # Words that repeat: a product may read them more than once.
    axes = [[]] * (len(out) - len(held.axes)) + held.axes
    if op.node.op_type == "Tile" or any(
            size_of(one) not in (1, d) for one, d in zip(axes, out)):
        raise CannotBe("words are repeated")
    return [Held(held.tensor, [axis(d) if not flat(one) else one
                               for one, d in zip(axes, out)])]


def to_shape(kind):
    """Resize, and pads that no convolution takes."""
    def nodes(b, op, name):
        held, out = operand(b, op), op.outs[0].shape
        if not known(out) or len(out) != len(held.axes) or len(out) < 3 or \
                out[:2] != op.shape()[:2]:
            raise CannotBe("it changes other than rows and columns")
        axes = held.axes
        tensor = b.arranged_as(held, [axes[1], axes[2] if len(axes) > 3 else
                                      [], sum(b.own(axes[3:] or axes[2:]),
                                              [])])
        sides = [axis(d) for d in out[2:]]
        rows = sides[0] if len(sides) > 1 else []
        cols = sum(sides[1:], []) if len(sides) > 1 else sides[0]
        if op.node.op_type == "Pad":
            b.tell("Pad", "counted as a resize", "it reads each word and "
                   "writes them with those that it adds")
        return [b.made(name, kind, [tensor], [axes[0], axes[1]] + sides,
                       Layout([b.own(axes)[1], rows, cols]),
                       {"to": [size_of(b.own(axes)[1]), size_of(rows),
                               size_of(cols)]})]
    return nodes


def blocks(b, op, name):
    """DepthToSpace and SpaceToDepth: words where their reader wants them."""
    held, out = operand(b, op), op.outs[0].shape
    if not known(out) or len(out) != 4:
        raise CannotBe("its size cannot be told")
    axes = held.axes
    tensor = b.arranged_as(held, [axes[1], axes[2], axes[3]])
    new = [axis(d) for d in out[1:]]
    return [b.made(name, "reshape", [tensor], [axes[0]] + new, Layout(new),
                   {"to": out[1:]})]


NODES = {
    "Concat": concat, "QLinearConcat": concat, "Split": split,
    "Slice": slices, "Gather": gather, "Reshape": reshape,
    "Flatten": reshape, "Squeeze": reshape, "Unsqueeze": reshape,
    "Transpose": transpose, "Expand": expand, "Tile": expand,
    "Resize": to_shape("resize"), "Upsample": to_shape("resize"),
    "Pad": to_shape("resize"), "DepthToSpace": blocks,
    "SpaceToDepth": blocks,
}
