"""maestro_nest.py - a dataflow of MAESTRO as a loop nest: maps and clusters,
outermost first, for a layer on an array.

A TemporalMap is a loop in time, a SpatialMap one side by side, as far as there
are PEs, and the rest in time outside it. What stands above the first Cluster is
worked on from DRAM, maps inside clusters from L2; what the last maps leave of
each dimension is a PE's. A window over Y of so many rows is so many outputs.
SPDX-License-Identifier: MIT
"""

from importers.export_sizes import full
from importers.said import Level

LETTERS = {"K": "m", "C": "c", "R": "r", "S": "s", "N": "n", "G": "g",
           "Y'": "p", "X'": "q"}
OF_GEMM = {"M": "p", "N": "m", "K": "c"}
WINDOWS = {"Y": ("p", "r", "stride_h"), "X": ("q", "s", "stride_w")}
REST = "gnmcpqrs"  # the order in which a PE goes over what is left


class CannotBe(Exception):
    """Why a dataflow is no nest."""


class Map:
    """One directive: kind, size and offset, dimension, place. A Cluster has
    its size alone."""

    def __init__(self, kind, size, offset, dimension, place):
        self.kind, self.size, self.offset = kind, size, offset
        self.dimension, self.place = dimension, place


def number_of(tokens, constants, dims):
    """`12`, `Sz(R)` or a constant's name; None where it is none of these."""
    word = tokens.take()
    if word == "Sz" and tokens.peek() == "(":
        tokens.take()
        name = tokens.take()
        tokens.take()
        return dims.get(name, f"Sz({name})")
    if word is not None and word.isdecimal():
        return int(word)
    return constants.get(word)


def maps_of(tokens, source, constants):
    """The directives of `{ ... }`, whose first brace is taken. Sizes that a
    layer gives stay names."""
    out = []
    while tokens.peek() not in ("}", None):
        line, word = tokens.line(), tokens.take()
        if word in ("TemporalMap", "SpatialMap", "Cluster") and \
                tokens.peek() == "(":
            tokens.take()
            size = number_of(tokens, constants, {})
            offset, dimension = size, None
            if word != "Cluster" and tokens.peek() == ",":
                tokens.take()
                offset = number_of(tokens, constants, {})
            while tokens.peek() not in (")", ";", "}", None):
                tokens.take()
            if tokens.peek() == ")":
                tokens.take()
            if word != "Cluster":
                dimension = tokens.take()
            out.append(Map(word, size, offset, dimension, source.place(line)))
        while tokens.peek() not in (";", "}", None):
            tokens.take()
        if tokens.peek() == ";":
            tokens.take()
    tokens.expect("}", "where a dataflow ends")
    return out


def levels_of(maps):
    """Maps between clusters, outermost first, with each cluster's size."""
    out = [(None, [])]
    for one in maps:
        if one.kind == "Cluster":
            out.append((one.size, []))
        else:
            out[-1][1].append(one)
    return out


class Nest:
    """Works out the loops of one layer."""

    def __init__(self, layer, kind, dims, maps, rows, cols):
        self.kind, self.dims, self.told = kind, dims, []
        sizes = full(layer)
        self.sizes = sizes
        self.left = {"n": sizes["N"], "g": sizes["G"],
                     "m": sizes["M"] // sizes["G"],
                     "c": sizes["C"] // sizes["G"], "p": sizes["P"],
                     "q": sizes["Q"], "r": sizes["R"], "s": sizes["S"]}
        self.levels = levels_of(maps)
        self.array = (rows, cols)
        self.time = [[] for _ in self.levels]
        self.space = []  # (letter, steps, PEs that there are)

    def value(self, size):
        """A number, also of Sz(R)."""
        if isinstance(size, str) and size.startswith("Sz("):
            name = size[3:-1]
            size = self.dims.get(name, self.dims.get(name.rstrip("'")))
        if not isinstance(size, int) or size < 1:
            raise CannotBe("a map or cluster has no size")
        return size

    def letter(self, dimension):
        if self.kind == "GEMM":
            return OF_GEMM.get(dimension)
        if self.kind == "DSCONV" and dimension in ("C", "K"):
            return "g" if dimension == "C" else None
        return LETTERS.get(dimension)

    def steps_of(self, one):
        """(letter, steps, what a step has), or None: the map does nothing."""
        size, offset = self.value(one.size), self.value(one.offset)
        if one.dimension in WINDOWS and self.kind != "GEMM":
            letter, tap, stride = WINDOWS[one.dimension]
            taps = (self.left[tap] - 1) * \
                self.sizes["dilation_h" if tap == "r" else "dilation_w"] + 1
            each = max(1, (size - taps) // self.sizes[stride] + 1)
            moved = max(1, offset // self.sizes[stride])
        else:
            letter, each, moved = self.letter(one.dimension), size, offset
        if letter is None:
            if one.dimension in ("K",) and self.kind == "DSCONV":
                return None
            raise CannotBe(f"it maps '{one.dimension}', which the layer has "
                           "not")
        each = min(each, self.left[letter])
        if moved != each and self.left[letter] > each:
            self.told.append((one.place, f"{one.kind}({size},{offset}) "
                              f"{one.dimension}: steps of {moved} over "
                              f"{each}", f"each step has {each} of its own"))
        return letter, -(-self.left[letter] // each), each

    def spatial(self, maps):
        """The one of a cluster's maps side by side that is a loop: rows or
        columns beside taps follow from these, on the diagonal."""
        taps = [one for one in maps if one.dimension in ("R", "S")]
        others = [one for one in maps if one.dimension not in
                  ("R", "S", "Y", "X")]
        chosen = (taps if taps and len(maps) > 1 else maps)[:1]
        if len(maps) > 1 and not taps or len(taps) > 1 or \
                (taps and others):
            self.told.append((maps[1].place, f"{len(maps)} SpatialMaps of one "
                              "cluster", f"that of {chosen[0].dimension} runs "
                              "side by side, the others in time"))
        ignored = {id(one) for one in maps if taps and len(maps) > 1 and
                   one.dimension in ("Y", "X")}
        return chosen, ignored

    def walk(self):
        units = self.array[0] * self.array[1]
        for size, _ in self.levels[1:]:
            units //= self.value(size)
        if units < 1:
            raise CannotBe("its clusters have more PEs than the array")
        for k, (size, maps) in enumerate(self.levels):
            here = units if k == 0 else self.value(size)
            chosen, ignored = self.spatial(
                [one for one in maps if one.kind == "SpatialMap"])
            for one in maps:
                if id(one) in ignored:
                    continue
                found = self.steps_of(one)
                if found is None:
                    continue
                letter, steps, each = found
                self.left[letter] = each
                if steps == 1:
                    continue
                if one in chosen:
                    self.space.append((k, letter, steps, here,
                                       len(self.time[k]), one.place))
                else:
                    self.time[k].append((letter, steps))

    def side_by_side(self):
        """Rows and columns: inner loops first, along the columns as far as
        these go, then along rows; what does not fit is a loop in time."""
        rows, cols = self.array
        out = ([], [])
        for k, letter, steps, here, at, place in reversed(self.space):
            count = min(steps, here)
            along = min(count, cols)
            while along > 1 and count % along and count > along:
                along -= 1
            down = min(-(-count // along), rows)
            for side, n in ((1, along), (0, down)):
                if n > 1:
                    out[side].insert(0, (letter, n))
            if along * down < count:
                self.told.append((place, f"{count} steps side by side, of "
                                  f"which {along * down} fit the rows and "
                                  "columns that are left",
                                  "the others are in time"))
            rows, cols = rows // down, cols // along
            rest = -(-steps // (along * down))
            if rest > 1:
                self.time[k].insert(at, (letter, rest))
        return out

    def levels_of_machine(self, place):
        self.walk()
        rows, cols = self.side_by_side()
        inner = [loop for loops in self.time[1:] for loop in loops]
        pe = [(letter, self.left[letter]) for letter in REST
              if self.left[letter] > 1]
        if len(self.levels) == 1:
            inner = []
        return {"dram": Level(self.time[0], place=place),
                "l2": Level(inner, rows, cols, place=place),
                "rf": Level(pe, place=place)}
