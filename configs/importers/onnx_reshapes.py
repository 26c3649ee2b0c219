"""onnx_reshapes.py - the rules of onnx_shapes.py for nodes that cut, join and
rename tensors, or compute shapes.
SPDX-License-Identifier: MIT
"""

from importers.onnx_values import (NUMBERS_MAX, Value, axis_of, broadcast,
                                   elements, known, product, size_of,
                                   strides_of)
from importers.onnx_wire import numbers_of


def of_tensor(tensor):
    return Value(list(tensor.dims), numbers_of(tensor), True)


def constant(op):
    tensor = op.tensor("value")
    if tensor is not None:
        return [of_tensor(tensor)]
    for name in ("value_int", "value_float"):
        a = op.attributes.get(name)
        if a is not None:
            return [Value([], [a.i if name == "value_int" else a.f], True)]
    ints = op.ints("value_ints")
    floats = op.floats("value_floats")
    data = ints if ints is not None else floats
    return [Value([len(data)], data, True)] if data else []


def constant_of_shape(op):
    shape = op.input(0).data
    if shape is None or any(d < 0 for d in shape):
        return []
    shape = [int(d) for d in shape]
    tensor = op.tensor("value")
    fill = numbers_of(tensor) if tensor is not None else [0]
    data = None
    if fill and size_of(shape) <= 1024:
        data = fill[:1] * size_of(shape)
    return [Value(shape, data, True)]


def reshape(op):
    value, wanted = op.input(0), op.input(1).data
    if wanted is None:
        wanted = op.ints("shape")
    if wanted is None:
        rank = op.shape(1)
        if op.has_input(1) and known(rank) and len(rank) == 1 and \
                rank[0] <= 64:
            return [Value([None] * rank[0])]
        return []
    out = []
    for i, d in enumerate(wanted):
        if d == 0 and not op.int("allowzero", 0):
            d = value.shape[i] if value.shape is not None and \
                i < len(value.shape) else None
        out.append(d)
    if -1 in out:
        rest = [d for d in out if d != -1]
        whole = product(value.shape) if value.shape is not None else None
        part = product(rest)
        at = out.index(-1)
        if whole is not None and part:
            out[at] = whole // part
        else:
            # A name that stands on both sides falls out.
            out[at] = left_over(value.shape, rest)
    return [Value(out, value.data)]


def left_over(shape, rest):
    """What remains of a shape with names when others are taken out."""
    if shape is None:
        return None
    shape, rest = list(shape), list(rest)
    for d in list(rest):
        if not isinstance(d, int) and d is not None and d in shape:
            shape.remove(d)
            rest.remove(d)
    whole, part = product(shape), product(rest)
    if whole is not None and part:
        return whole // part
    names = [d for d in shape if not isinstance(d, int)]
    numbers = product([d for d in shape if isinstance(d, int)])
    if len(names) == 1 and known(rest) and product(rest) == numbers:
        return names[0]
    return None


def flatten(op):
    shape = op.shape()
    if shape is None:
        return []
    axis = op.int("axis", 1)
    axis = axis + len(shape) if axis < 0 else axis
    sides = [shape[:axis], shape[axis:]]
    return [Value([side[0] if len(side) == 1 else product(side)
                   for side in sides])]


def squeeze(op):
    value, axes = op.input(0), op.axes(1)
    if value.shape is None:
        return []
    rank = len(value.shape)
    if axes is None:
        if not known(value.shape):
            return []
        gone = {i for i, d in enumerate(value.shape) if d == 1}
    else:
        gone = {axis_of(axis, rank) for axis in axes}
    return [Value([d for i, d in enumerate(value.shape) if i not in gone],
                  value.data)]


def unsqueeze(op):
    value, axes = op.input(0), op.axes(1)
    if value.shape is None or axes is None:
        return []
    rank = len(value.shape) + len(axes)
    new = {axis_of(axis, rank) for axis in axes}
    rest = iter(value.shape)
    return [Value([1 if i in new else next(rest, None) for i in range(rank)],
                  value.data)]


def transpose(op):
    value = op.input(0)
    if value.shape is None:
        return []
    order = op.ints("perm", list(range(len(value.shape)))[::-1])
    if sorted(order) != list(range(len(value.shape))):
        return []
    shape, data = [value.shape[i] for i in order], None
    if value.data is not None:
        steps = [strides_of(value.shape)[i] for i in order]
        data = elements(shape, value.data, lambda index: sum(
            i * s for i, s in zip(index, steps)))
    return [Value(shape, data)]


def shape_of(op):
    shape = op.shape()
    if shape is None:
        return []
    shape = shape[slice(op.int("start", 0), op.int("end"))]
    return [Value([len(shape)], list(shape) if known(shape) else None)]


def size(op):
    count = product(op.shape()) if op.shape() is not None else None
    return [Value([], [count] if count is not None else None)]


def split(op):
    shape = op.shape()
    axis = axis_of(op.int("axis", 0), len(shape)) if shape else None
    if axis is None:
        return []
    sizes = op.input(1).data if op.has_input(1) else op.ints("split")
    n = len(op.node.output)
    if sizes is None and not op.has_input(1):
        side = shape[axis]
        if not isinstance(side, int):
            sizes = [None] * n
        else:
            each = -(-side // n)
            sizes = [min(each, max(side - each * i, 0)) for i in range(n)]
    if sizes is None:
        sizes = [None] * n
    return [Value([*shape[:axis], s, *shape[axis + 1:]]) for s in sizes]


def slice_bounds(op):
    if op.has_input(1):
        starts, ends = op.input(1).data, op.input(2).data
        axes = op.input(3).data if op.has_input(3) else None
        steps = op.input(4).data if op.has_input(4) else None
        missing = (op.has_input(3) and axes is None) or \
            (op.has_input(4) and steps is None)
        if missing:
            return None
    else:
        starts, ends = op.ints("starts"), op.ints("ends")
        axes, steps = op.ints("axes"), None
    if starts is None or ends is None or len(starts) != len(ends):
        return None
    axes = axes if axes is not None else list(range(len(starts)))
    steps = steps if steps is not None else [1] * len(starts)
    return list(zip(axes, starts, ends, steps))


def cut(op):
    value, bounds = op.input(0), slice_bounds(op)
    if value.shape is None:
        return []
    if bounds is None:
        return [Value([None] * len(value.shape))]
    shape, data = list(value.shape), value.data
    for axis, start, end, step in bounds:
        axis = axis_of(axis, len(shape))
        if axis is None or step == 0:
            return []
        if isinstance(shape[axis], int):
            taken = range(shape[axis])[slice(start, end, step)]
            if step < 0 and end < -shape[axis]:
                taken = range(shape[axis])[start::step]
            if data is not None and len(shape) == 1:
                data = [data[i] for i in taken]
            elif len(shape) > 1:
                data = None
            shape[axis] = len(taken)
        elif (start, step) != (0, 1) or end < 2**31 - 1:
            shape[axis], data = None, None
    return [Value(shape, data)]


def gather(op):
    value, indices = op.input(0), op.input(1)
    if value.shape is None or indices.shape is None:
        return []
    axis = axis_of(op.int("axis", 0), len(value.shape))
    if axis is None:
        return []
    data = None
    if value.data is not None and indices.data is not None and \
            len(value.shape) == 1 and \
            all(-len(value.data) <= i < len(value.data)
                for i in indices.data):
        data = [value.data[i] for i in indices.data]
    return [Value([*value.shape[:axis], *indices.shape,
                   *value.shape[axis + 1:]], data)]


def like_indices(op):
    return [Value(op.shape(1))] if op.shape(1) is not None else []


def gather_nd(op):
    data, indices = op.shape(0), op.shape(1)
    if data is None or indices is None or not isinstance(indices[-1], int):
        return []
    batch = op.int("batch_dims", 0)
    return [Value([*indices[:-1], *data[batch + indices[-1]:]])]


def expand(op):
    wanted = op.input(1).data
    if wanted is None or op.shape() is None:
        return []
    return [Value(broadcast(op.shape(), wanted))]


def tile(op):
    times, shape = op.input(1).data, op.shape()
    if shape is None:
        return []
    if times is None or len(times) != len(shape):
        return [Value([None] * len(shape))]
    return [Value([d * t if isinstance(d, int) else (d if t == 1 else None)
                   for d, t in zip(shape, times)])]


def pad(op):
    shape = op.shape()
    pads = op.input(1).data if op.has_input(1) else \
        op.ints("pads", op.ints("paddings"))
    if shape is None:
        return []
    rank = len(shape)
    axes = op.input(3).data if op.has_input(3) else list(range(rank))
    if pads is None or axes is None or len(pads) != 2 * len(axes):
        return [Value([None] * rank)]
    out = list(shape)
    for i, axis in enumerate(axes):
        both = pads[i] + pads[len(axes) + i]
        axis = axis_of(axis, rank)
        out[axis] = out[axis] + both if isinstance(out[axis], int) else \
            (out[axis] if both == 0 else None)
    return [Value(out)]


def resize(op):
    shape = op.shape()
    if shape is None:
        return []
    is_old = op.node.op_type == "Upsample" or op.opset < 11
    scales = op.input(1 if is_old else 2).data or op.floats("scales")
    sizes = op.input(3).data if not is_old and op.has_input(3) else None
    axes = op.ints("axes", list(range(len(shape))))
    out = list(shape)
    for i, axis in enumerate(axes):
        if sizes and i < len(sizes):
            out[axis] = int(sizes[i])
        elif scales and i < len(scales):
            whole = isinstance(out[axis], int)
            out[axis] = int(out[axis] * scales[i]) if whole else \
                (out[axis] if scales[i] == 1 else None)
        else:
            out[axis] = None
    return [Value(out)]


def reduced(op):
    shape, axes = op.shape(), op.axes(1)
    if shape is None:
        return []
    if op.has_input(1) and axes is None:
        return [Value([None] * len(shape))] if op.int("keepdims", 1) else []
    if axes is None:
        axes = [] if op.int("noop_with_empty_axes", 0) else range(len(shape))
    gone = {axis_of(axis, len(shape)) for axis in axes}
    if op.int("keepdims", 1):
        return [Value([1 if i in gone else d for i, d in enumerate(shape)])]
    return [Value([d for i, d in enumerate(shape) if i not in gone])]


def arg(op):
    shape = op.shape()
    axis = axis_of(op.int("axis", 0), len(shape)) if shape else None
    if axis is None:
        return []
    keep = [1] if op.int("keepdims", 1) else []
    return [Value([*shape[:axis], *keep, *shape[axis + 1:]])]


def top_k(op):
    shape = op.shape()
    axis = axis_of(op.int("axis", -1), len(shape)) if shape else None
    k = op.input(1).data if op.has_input(1) else [op.int("k")]
    if axis is None:
        return []
    out = Value([*shape[:axis], k[0] if k else None, *shape[axis + 1:]])
    return [out, out]


def one_hot(op):
    shape, depth = op.shape(), op.input(1).data
    if shape is None:
        return []
    axis = op.int("axis", -1)
    axis = axis + len(shape) + 1 if axis < 0 else axis
    return [Value([*shape[:axis], int(depth[0]) if depth else None,
                   *shape[axis:]])]


def numbered(op):
    """Range."""
    parts = [op.input(i).data for i in range(3)]
    if any(part is None or len(part) != 1 for part in parts):
        return [Value([None])]
    start, limit, step = (part[0] for part in parts)
    if step == 0:
        return []
    if all(isinstance(v, int) for v in (start, limit, step)):
        run = range(start, limit, step)
        return [Value([len(run)],
                      list(run) if len(run) <= NUMBERS_MAX else None)]
    return [Value([max(int(-(-(limit - start) // step)), 0)])]


def einsum(op):
    terms, out = einsum_terms(op.text("equation"))
    sides = einsum_sides(terms, [value.shape for value in op.inputs])
    return [] if sides is None else [Value([sides.get(c) for c in out])]


def einsum_terms(equation):
    """The letters of each operand and of the result."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow:
        letters = "".join(terms)
        right = "".join(sorted(c for c in set(letters)
                               if letters.count(c) == 1))
    return terms, right


def einsum_sides(terms, shapes):
    """The size of each letter; None where letters and shapes differ."""
    sides = {}
    if len(terms) != len(shapes):
        return None
    for term, shape in zip(terms, shapes):
        if shape is None or len(term) != len(shape) or not term.isalpha():
            return None
        for letter, d in zip(term, shape):
            if not isinstance(sides.get(letter), int):
                sides[letter] = d
    return sides


RULES = {
    "Constant": constant, "ConstantOfShape": constant_of_shape,
    "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze,
    "Unsqueeze": unsqueeze, "Transpose": transpose, "Shape": shape_of,
    "Size": size, "Split": split, "Slice": cut, "Gather": gather,
    "GatherElements": like_indices, "GatherND": gather_nd, "Expand": expand,
    "Tile": tile, "Pad": pad, "Resize": resize, "Upsample": resize,
    "ArgMax": arg, "ArgMin": arg, "TopK": top_k, "OneHot": one_hot,
    "Range": numbered, "Einsum": einsum,
}
RULES.update((name, reduced) for name in
             "ReduceMax ReduceMin ReduceMean ReduceSum ReduceProd ReduceL1 "
             "ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare".split())
