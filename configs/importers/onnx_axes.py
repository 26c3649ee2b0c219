"""onnx_axes.py - where the axes of an ONNX tensor lie in a tensor of accelsim's,
which has C channels of H rows of W columns for each image.

An axis is a list of atoms, index ranges that reshapes split and never cut
otherwise; an axis of size 1 has none. A reshape or a transpose so changes the
axes alone, and no word moves: heads, for instance, become atoms of the
channels. A tensor whose layout nobody has asked for yet has none, and tensors
that are read word by word beside it share it.
SPDX-License-Identifier: MIT
"""


class Mismatch(ValueError):
    """Axes that do not fit each other; what is wrong, as a part of a sentence."""


class Atom:
    """A range of indices; `parts`, outer first, once it is split."""

    __slots__ = ("size", "parts")

    def __init__(self, size):
        self.size, self.parts = size, None

    def split(self, inner):
        """Splits it in two, of which the inner one has so many."""
        self.parts = [Atom(self.size // inner), Atom(inner)]
        return self.parts


def axis(size):
    """A new axis."""
    return [Atom(size)] if size != 1 else []


def flat(atoms):
    """The atoms that are left after all splits, outer first."""
    out, stack = [], list(atoms)[::-1]
    while stack:
        atom = stack.pop()
        if atom.parts is None:
            out.append(atom)
        else:
            stack += atom.parts[::-1]
    return out


def fresh(atoms):
    """New atoms of the same sizes: other indices of as many."""
    return [Atom(atom.size) for atom in flat(atoms)]


def size_of(atoms):
    size = 1
    for atom in atoms:
        size *= atom.size
    return size


def refined(one, two):
    """The atoms of two axes of one size, split until they are alike: pairs."""
    one, two, pairs = flat(one)[::-1], flat(two)[::-1], []
    while one and two:
        a, b = one.pop(0), two.pop(0)
        if a.size > b.size and a.size % b.size == 0:
            outer, a = a.split(b.size)
            one.insert(0, outer)
        elif b.size > a.size and b.size % a.size == 0:
            outer, b = b.split(a.size)
            two.insert(0, outer)
        if a.size != b.size:
            raise Mismatch(f"axes of {a.size} and {b.size} lie across each "
                           "other")
        pairs.append((a, b))
    if one or two:
        raise Mismatch("axes of other sizes meet")
    return pairs[::-1]


def regrouped(axes, sizes):
    """The axes of a reshape: the same words in the same order."""
    rest, out = [atom for one in axes for atom in flat(one)], []
    if min(sizes, default=1) < 1:
        raise Mismatch("a reshape to nothing")
    for size in sizes:
        own = []
        while size > 1:
            if not rest:
                raise Mismatch("a reshape makes more words")
            atom = rest.pop(0)
            if atom.size > size and atom.size % size == 0:
                atom, inner = atom.split(atom.size // size)
                rest.insert(0, inner)
            if size % atom.size:
                raise Mismatch(f"a reshape cuts an axis of {atom.size} at "
                               f"{size}")
            own.append(atom)
            size //= atom.size
        out.append(own)
    if rest:
        raise Mismatch("a reshape loses words")
    return out


class Layout:
    """Which atoms are channels, rows and columns: `roles`, a list of three
    lists, or None as long as nobody has asked. `source`: the layout of a tensor
    beside which this one is read word by word; `pairs` are its atoms, each with
    the one of this tensor."""

    def __init__(self, roles=None):
        self.own, self.source, self.pairs = roles, None, None

    @property
    def roles(self):
        if self.source is None or self.own is not None:
            return self.own
        theirs = self.source.roles
        if theirs is None:
            return None
        mine = translated(theirs, self.pairs)
        # Rows and columns are repeated as a whole, or there is one for all.
        return mine[:1] + [one if size_of(one) == size_of(two) else []
                           for one, two in zip(mine[1:], theirs[1:])]

    def bind(self, roles):
        self.own = [list(role) for role in roles]


def translated(roles, pairs):
    """Roles in another tensor's atoms, of which each stands beside its own;
    what the other has not is left out."""
    atom_of = {}
    for one, two in pairs:
        atom_of.update(refined([one], [two]))
    return [[atom_of[atom] for atom in flat(role) if atom in atom_of]
            for role in roles]


def usual_roles(axes):
    """The roles of axes that nobody asks for: channels behind the first, rows,
    columns of four or more, else rows before channels."""
    axes = [flat(one) for one in axes]
    if len(axes) >= 4:
        return [axes[1], axes[0] + axes[2],
                [a for one in axes[3:] for a in one]]
    if not axes:
        return [[], [], []]
    return [axes[-1], [a for one in axes[:-1] for a in one], []]
