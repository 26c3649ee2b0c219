"""onnx_graph.py - builds the graph of a network while an ONNX model is walked:
tensors, where their axes lie (onnx_axes.py), nodes and inputs.

What a node reads and nothing here makes comes in as an input of the network;
what no node reads in the end is left out. Layouts are settled by whoever asks
first; another one costs a transpose, or nothing where only the division into
rows and columns differs (a reshape).
SPDX-License-Identifier: MIT
"""

from importers.onnx_axes import (Layout, axis, flat, refined, regrouped,
                                 size_of, translated, usual_roles)
from importers.onnx_layers import CannotBe
from importers.onnx_values import known, product
from importers.said import Node

MAC_OPS = ("conv", "fc", "gemm", "matmul", "conv_transpose")


# What may go wrong with a node whose attributes contradict its inputs.
FAULTS = (CannotBe, ValueError, ArithmeticError, LookupError, TypeError,
          AttributeError)


class NoGraph(Exception):
    """Why the model can be a list of layers only."""


class Tensor:
    """Words that a node makes, or (`maker` None) that come in. `axes` are those
    at its making, without the images."""

    def __init__(self, name, axes, layout, maker=None, part=None):
        self.name, self.axes, self.layout = name, axes, layout
        self.maker, self.part = maker, part
        self.is_weight = False
        # Its maker puts each word where a reader wants it.
        self.is_scattered = False

    def shape(self):
        """C, H and W."""
        if self.layout.roles is None:
            self.layout.bind(usual_roles(self.axes))
        return [size_of(role) for role in self.layout.roles]


class Held:
    """A tensor as an ONNX value sees it."""

    def __init__(self, tensor, axes):
        self.tensor, self.axes = tensor, axes


HOST = Held(None, [])  # a value of shapes and masks, which the host works out


class Builder:
    def __init__(self, place):
        self.place = place
        self.images = []   # the atom of images, if there are several
        self.nodes = []
        self.arranged = {}  # what was put in front of readers, by what it is
        self.remark = ""   # the node that is walked
        self.counts = {}   # (what, consequence or None): {operator: nodes}

    def set_images(self, count):
        self.images = axis(count)

    def count_of_images(self):
        return size_of(self.images)

    def tell(self, operator, what, consequence=None):
        """Notes what becomes of an operator's node, to be told once."""
        of_kind = self.counts.setdefault((what, consequence), {})
        of_kind[operator] = of_kind.get(operator, 0) + 1

    # Tensors

    def own(self, axes):
        """Axes without the atoms of images."""
        images = set(flat(self.images))
        return [[a for a in flat(one) if a not in images] for one in axes]

    def input(self, name, shape, is_weight=False):
        """A tensor that comes in; weights are not an image's own."""
        axes = [axis(d) for d in shape]
        if self.images and not is_weight and shape and \
                shape[0] == size_of(self.images):
            axes[0] = list(self.images)
        tensor = Tensor(name, self.own(axes), Layout())
        tensor.is_weight = is_weight
        return Held(tensor, axes)

    def map_input(self, name, c, h, w=1):
        """A tensor of C channels of H rows of W columns."""
        axes = [axis(c), axis(h), axis(w)]
        tensor = Tensor(name, axes, Layout(axes))
        return tensor

    def held(self, value, name):
        """What a value is on the chip: an input where nothing made it."""
        if value.held is None or value.held is HOST:
            if not known(value.shape) or min(value.shape, default=1) < 1:
                raise CannotBe("the size of an operand cannot be told")
            value.held = self.input(name, value.shape, value.is_weight)
        return value.held

    def made(self, name, op, ins, axes, layout, keys=(), remark="", parts=0):
        """A node and what it makes; `parts`: several outputs, a list."""
        node = Node(name, op, ins, dict(keys), self.place,
                    remark or self.remark)
        self.nodes.append(node)
        outs = [Tensor(name, self.own(one), layout if not parts else Layout(),
                       node, k if parts else None)
                for k, one in enumerate(axes if parts else [axes])]
        held = [Held(*pair) for pair in zip(outs, axes if parts else [axes])]
        return held if parts else held[0]

    def like(self, name, op, held, keys=(), ins=None):
        """What an operation makes word by word of a tensor."""
        node = Node(name, op, ins or [held.tensor], dict(keys), self.place,
                    self.remark)
        self.nodes.append(node)
        return Held(Tensor(name, held.tensor.axes, held.tensor.layout, node),
                    held.axes)

    # Layouts

    def settle(self, held, roles=None):
        """Binds a layout that nobody has asked for, and returns it."""
        layout = held.tensor.layout
        if layout.roles is None:
            layout.bind(roles or usual_roles(held.tensor.axes))
        return [flat(role) for role in layout.roles]

    def arranged_as(self, held, roles, is_view=False):
        """The tensor with these channels, rows and columns."""
        want = [flat(role) for role in self.own(roles)]
        atoms = [a for one in held.tensor.axes for a in flat(one)]
        if sorted(map(id, atoms)) != sorted(map(id, sum(want, []))):
            raise CannotBe("its axes are repeated or cut")
        have = self.settle(held, want)
        if have == want:
            return held.tensor
        key = (held.tensor, tuple(map(tuple, want)), is_view)
        if key not in self.arranged:
            self.arranged[key] = [self.rearrange(held.tensor, have, want,
                                                 is_view)]
        return self.arranged[key][0]

    def rearrange(self, tensor, have, want, is_view):
        alone = [[role for role in roles if role] for roles in (have, want)]
        if is_view or tensor.is_scattered or (
                have[0] == want[0] and
                have[1] + have[2] == want[1] + want[2]) or \
                (len(alone[0]) == 1 and alone[0] == alone[1]):
            return self.step(tensor, "reshape", want)
        if all(role in have for role in want):
            return self.step(tensor, "transpose", want, order_of(have, want))
        across = [want[1], want[0], want[2]]
        middle = self.step(tensor, "reshape", across)
        return self.step(middle, "transpose", want, "hcw")

    def step(self, tensor, op, roles, order=None):
        """A node of the importer's own, in front of one that needs it."""
        base = tensor.name if tensor.part is None else \
            f"{tensor.name}_{tensor.part}"
        keys = {"order": order} if order else \
            {"to": [size_of(role) for role in roles]}
        return self.made(f"{base}_{op}", op, [tensor], roles, Layout(roles),
                         keys, "words as the next node reads them").tensor

    def pairs(self, held, other):
        """Atoms of a tensor that is broadcast over another, each with that of
        the other."""
        mine, theirs = held.axes, other.axes
        theirs = [[]] * (len(mine) - len(theirs)) + list(theirs)
        mine = [[]] * (len(theirs) - len(mine)) + list(mine)
        out = []
        for one, two in zip(mine, theirs):
            if flat(one):
                out += refined(one, two)
        return out

    def beside(self, held, other):
        """The tensor `held`, in the layout in which it is read word by word
        beside `other`."""
        pairs = self.pairs(held, other)
        images = set(flat(self.images))
        pairs = [(a, b) for a, b in pairs if a not in images]
        tensor = held.tensor
        if tensor.layout.roles is None and tensor.maker is None:
            if tensor.layout.source is None:
                tensor.layout.own = None
                tensor.layout.source = other.tensor.layout
                tensor.layout.pairs = [(b, a) for a, b in pairs]
            return tensor
        mine = self.settle(held)
        if other.tensor.layout.roles is None:
            whole = translated(mine, pairs)
            covers = size_of(sum(whole, [])) == \
                size_of(sum(map(flat, self.own(other.axes)), []))
            self.settle(other, whole if covers else None)
        theirs = self.settle(other)
        want = translated(theirs, [(b, a) for a, b in pairs])
        for k in (1, 2):
            if want[k] and size_of(want[k]) != size_of(theirs[k]):
                raise CannotBe("it is repeated over a part of the rows")
        return self.arranged_as(held, want)

    def grouped(self, name, held, sizes):
        """A reshape: other axes of the same words, or a view of them in new
        ones where the old ones would be cut."""
        images = size_of(self.images)
        if size_of(sum(held.axes, [])) != product(sizes):
            raise CannotBe("a reshape makes other words than it reads")
        try:
            return Held(held.tensor, regrouped(held.axes, sizes))
        except ValueError:
            axes = [axis(d) for d in sizes]
            if images > 1:
                if not sizes or sizes[0] != images or \
                        flat(held.axes[0]) != flat(self.images):
                    raise NoGraph("a reshape takes images apart") from None
                axes[0] = list(self.images)
            return self.made(name, "reshape", [held.tensor], axes, Layout(),
                             {"to": None})

    def forget(self, count):
        """Takes back all nodes behind the first so many."""
        gone = {id(node) for node in self.nodes[count:]}
        del self.nodes[count:]
        self.arranged = {key: tensors for key, tensors in
                         self.arranged.items()
                         if id(tensors[0].maker) not in gone}

    # The end

    def finish(self):
        """(inputs, nodes); inputs are what nodes read and none makes."""
        inputs = dict.fromkeys(t for node in self.nodes for t in node.ins
                               if t.maker is None)
        return list(inputs), self.nodes


def operand(b, op, i=0):
    """The tensor that a node reads."""
    return b.held(op.input(i), op.node.input[i] if i < len(op.node.input)
                  else "")


def order_of(have, want):
    """The letters of a transpose: which axis of the input each output's is."""
    left, out = [0, 1, 2], ""
    for role in want:
        at = next(i for i in left if have[i] == role)
        left.remove(at)
        out += "chw"[at]
    return out
