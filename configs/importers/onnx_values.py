"""onnx_values.py - what is known of the tensors of an ONNX graph: shapes, whose
dimensions are numbers, names or unknown (None), and the numbers of small
integer tensors, which shapes are computed from.
SPDX-License-Identifier: MIT
"""

NUMBERS_MAX = 1 << 16


class Value:
    """`shape`: a list, None where not even the rank is known. `data`: the
    numbers in order, or None. `is_weight`: it does not depend on the inputs.
    `held`: what it is in the network's graph, or None."""

    __slots__ = ("shape", "data", "is_weight", "held")

    def __init__(self, shape=None, data=None, is_weight=False):
        self.shape = shape
        self.data = data
        self.is_weight = is_weight
        self.held = None
        if data is not None and (shape is None or not known(shape) or
                                 size_of(shape) != len(data)):
            self.data = None


    def take_shape(self, shape):
        """What else is known of the shape."""
        self.shape = shape
        if self.data is not None and (not known(shape) or
                                      size_of(shape) != len(self.data)):
            self.data = None


UNKNOWN = Value()


def known(shape):
    return shape is not None and all(isinstance(d, int) for d in shape)


def size_of(shape):
    """How many elements a known shape has."""
    count = 1
    for d in shape:
        count *= d
    return count


def product(dims):
    """Of dimensions, None when one of them is not known."""
    return size_of(dims) if known(dims) else None


def broadcast_dim(one, two):
    if one == 1:
        return two
    if two == 1 or one == two:
        return one
    if isinstance(one, int) and not isinstance(two, int):
        return one
    if isinstance(two, int) and not isinstance(one, int):
        return two
    return None


def broadcast(*shapes):
    """The shape of several tensors of one operation."""
    if not shapes or any(shape is None for shape in shapes):
        return None
    rank = max(len(shape) for shape in shapes)
    out = [1] * rank
    for shape in shapes:
        wide = [1] * (rank - len(shape)) + list(shape)
        out = [broadcast_dim(one, two) for one, two in zip(out, wide)]
    return out


def axis_of(axis, rank):
    """An axis counted from the front; None: there is none."""
    if not isinstance(axis, int) or not -rank <= axis < rank:
        return None
    return axis % rank if rank else 0


def strides_of(shape):
    out, step = [], 1
    for d in reversed(shape):
        out.append(step)
        step *= d
    return out[::-1]


def elements(shape, data, index_of):
    """The numbers of a tensor of `shape` whose element at each index is that
    of `data` at the place that index_of gives."""
    if size_of(shape) > NUMBERS_MAX:
        return None
    out, index = [], [0] * len(shape)
    for _ in range(size_of(shape)):
        out.append(data[index_of(index)])
        for axis in reversed(range(len(shape))):
            index[axis] += 1
            if index[axis] < shape[axis]:
                break
            index[axis] = 0
    return out


def merged(one, two):
    """What two shapes say of one tensor; numbers before names."""
    if one is None or two is None or len(one) != len(two):
        return one if one is not None else two
    return [d if isinstance(d, int) or not isinstance(e, int) else e
            for d, e in zip(one, two)]
