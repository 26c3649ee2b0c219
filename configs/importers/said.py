"""said.py - what the authors of foreign files said, each value with the place
where it stands: layers, machines, mappings, energies, and notes on all that was
read otherwise than it was written.

The modules that read a format fill a `Said`; those that write know nothing of
formats.
SPDX-License-Identifier: MIT
"""

from typing import NamedTuple

# What an importer did with something that stands in a file.
READ = "read"
RENAMED = "renamed"
APPROXIMATED = "approximated"
NOT_EXPRESSIBLE = "not expressible"
KINDS = (READ, RENAMED, APPROXIMATED, NOT_EXPRESSIBLE)


class Place(NamedTuple):
    """Where something stands; line 0: the whole file."""

    file: str
    line: int = 0

    def __str__(self):
        return f"{self.file}:{self.line}" if self.line else self.file


class Refused(Exception):
    """A file that cannot be read: what is wrong where, and what would be
    right."""

    def __init__(self, place, what, right, status=1):
        super().__init__(what)
        self.place, self.what, self.right = place, what, right
        self.status = status

    def line(self):
        """The message, in one line."""
        text = f"{self.place}: error: {self.what} ({self.right})"
        return " ".join(text.split())


class Note(NamedTuple):
    """What was done with something, and what follows from it."""

    kind: str
    place: Place
    what: str
    consequence: str

    def line(self):
        text = f"{self.place}: {self.kind}: {self.what}"
        text += f"; {self.consequence}" if self.consequence else ""
        return " ".join(text.split())


class Layer:
    """One loop nest of MACs, in the letters of accelsim's network files.
    `sizes` has only what differs from a key's default."""

    def __init__(self, name, op, sizes, place, remark=""):
        self.name, self.op, self.sizes = name, op, sizes
        self.place, self.remark = place, remark


class Node:
    """A node of a graph: `ins` are tensors, each with a `name`, a `shape()` of
    C, H and W, its `maker` (a node, or None: it comes in) and which `part` of
    the maker's it is, or None. A node with a MAC loop has its `layer`."""

    def __init__(self, name, op, ins, keys, place, remark=""):
        self.name, self.op, self.ins, self.keys = name, op, ins, keys
        self.place, self.remark = place, remark
        self.layer = None


class Network:
    """Layers, and where the format says how they are connected, a graph: its
    inputs (tensors) and nodes, among them one for each layer, in order."""

    def __init__(self, name, place):
        self.name, self.place = name, place
        self.layers = []
        self.inputs, self.nodes, self.images = [], [], 1


class Value(NamedTuple):
    """One value of a machine: `place` None where no file says it."""

    value: object
    place: Place = None
    remark: str = ""


class Machine:
    """An architecture: `keys` has values by their path, as in docs/config.md,
    in the order in which they are to be written."""

    def __init__(self, name, place):
        self.name, self.place = name, place
        self.keys = {}
        self.levels = None  # listed ones (timeloop_listed.py), outermost first

    def set(self, path, value, place=None, remark=""):
        self.keys[path] = Value(value, place, remark)


class Part(Machine):
    """A DRAM part: `keys` are those of a file of --set dram.part."""


class Level:
    """The part of a loop nest at one level: loops outermost first as (letter,
    steps), those side by side, and the tensors kept (None: all)."""

    def __init__(self, loops=(), rows=(), cols=(), keep=None, place=None):
        self.loops, self.rows, self.cols = list(loops), list(rows), list(cols)
        self.keep, self.place = keep, place


class Mapping:
    """Loop nests: (name of the layer or None, {level: Level}, place) each; in
    the place of levels, the name of a dataflow that chooses its own loops."""

    def __init__(self, name, place):
        self.name, self.place = name, place
        self.entries = []


class Energy:
    """An energy table: `rows` are the lines of its file, each with its place or
    None."""

    def __init__(self, name, place):
        self.name, self.place = name, place
        self.rows = []


class Said:
    """All that some files say."""

    def __init__(self, dims=None):
        self.dims = dict(dims or {})  # sizes that the user gives, by name
        self.used_dims = set()
        self.lists_levels = False  # machines are lists of levels
        # What is written, and the program that can say what machines cost.
        self.form, self.program = "accelsim", None
        self.reads_below = None  # the folder that includes may not leave
        self.networks, self.machines = [], []
        self.mappings, self.energies, self.parts = [], [], []
        self.notes = []

    def note(self, kind, place, what, consequence=""):
        self.notes.append(Note(kind, place, what, consequence))

    def read(self, place, what):
        self.note(READ, place, what)

    def renamed(self, place, what, consequence=""):
        self.note(RENAMED, place, what, consequence)

    def approximated(self, place, what, consequence):
        self.note(APPROXIMATED, place, what, consequence)

    def not_expressible(self, place, what, consequence):
        self.note(NOT_EXPRESSIBLE, place, what, consequence)
