"""timeloop_listed.py - an architecture of Timeloop's as a list of levels by
their own names (`levels` of accelsim's, docs/nest.md), and the nest of a mapping
on them. A level that holds nothing gives its children to the one outside it.
SPDX-License-Identifier: MIT
"""

import re

from importers.said import Level, Machine
from importers.timeloop_machine import BYTES_MAX, TENSORS, MachineReader

ON_CHIP_MAX = 6
SIDE_MAX = 1024
NAME_MOST = 31


class ListedLevel:
    """A level on chip: its name here, its stores' bytes and tensors, and the
    children of an instance."""

    def __init__(self, name, level):
        self.name, self.level = name, level
        self.bytes, self.size_place = 1, level.place
        self.row_words = 1
        self.holds = set(TENSORS)
        self.rows = self.cols = self.slots = 1
        self.slots_place = None
        self.keeps_nothing = False


def name_of(name, taken):
    """As a level may be called: letters, digits and '_', a letter first."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:NAME_MOST - 2]
    if not name or not name[0].isalpha():
        name = "level_" + name
    if name in ("layer", "network", "dataflow"):
        name += "_1"
    while name in taken:
        name = (name[:NAME_MOST - 2] + "_2") if not name.endswith("_2") else \
            name + "x"
    return name


class ListedReader(MachineReader):
    """Reads what `MachineReader` reads into a list of levels."""

    def read(self):
        self.clock()
        self.machine.set("default.batch", 1)
        bits = self.precision()
        self.machine.set("pe.pipeline_cycles", 1, None,
                         "a MAC is one cycle in Timeloop")
        self.dram()
        self.machine.set("energy", "45nm", None, "an ERT has others")
        self.machine.levels = self.levels_of(bits)
        self.tell()
        self.machine.timeloop_levels = self.stores
        self.said.machines.append(self.machine)

    def levels_of(self, bits):
        storage = self.stores.levels
        inner = storage[1:]
        if len(inner) > ON_CHIP_MAX:
            self.source.refuse(inner[-1].place.line,
                               f"{len(inner)} levels on chip",
                               f"up to {ON_CHIP_MAX} can be expressed")
        out = [ListedLevel(name_of(storage[0].name, ()), storage[0])]
        for level in inner:
            one = ListedLevel(name_of(level.name,
                                      {other.name for other in out}), level)
            one.holds = self.stores.holds(level) or set(TENSORS)
            self.size(one, bits)
            out.append(one)
        if not inner: # the MACs take their words from the only level
            out.append(ListedLevel("registers", storage[0]))
            out[1].keeps_nothing = True
        elif inner[0].instances > 1: # side by side below DRAM itself
            out.insert(1, ListedLevel("fan_out", storage[0]))
            out[1].keeps_nothing = True
        self.children(out)
        return out

    def size(self, one, bits):
        words = one.level.words()
        widest = max(bits[tensor] for tensor in one.holds)
        one.size_place = one.level.place_of("depth", "memory_depth", "entries",
                                            "sizeKB")
        one.bytes = BYTES_MAX if words is None else \
            min(max(-(-words * widest // 8), 1), BYTES_MAX)
        one.row_words = min(words or 1024, 1024)
        rate = one.level.number("read_bandwidth", "shared_bandwidth",
                                "bandwidth")
        if rate:
            one.slots = max(1, min(int(rate), 1024))
            one.slots_place = one.level.place_of(
                "read_bandwidth", "shared_bandwidth", "bandwidth")

    def children(self, levels):
        """Instances of the next level in each, or MACs."""
        counts = [1 if one.keeps_nothing else one.level.instances
                  for one in levels] + [self.stores.pes]
        meshes = [1 if one.keeps_nothing else
                  one.level.mesh_x or one.level.instances for one in levels]
        last = self.stores.compute
        meshes.append((last.mesh_x if last is not None else None) or
                      counts[-1])
        for k, one in enumerate(levels):
            count = counts[k + 1] // max(counts[k], 1)
            if count < 1 or counts[k + 1] % counts[k]:
                self.source.refuse(one.level.place.line, f"{counts[k + 1]} "
                                   f"instances below {counts[k]} of "
                                   f"'{one.level.name}'",
                                   "as many below each are needed")
            across = meshes[k + 1] // max(meshes[k], 1)
            if across < 1 or count % across:
                across = count
            one.rows, one.cols = count // across, across
            if max(one.rows, one.cols) > SIDE_MAX:
                self.source.refuse(one.level.place.line, f"{count} children",
                                   f"up to {SIDE_MAX} x {SIDE_MAX} are needed")
            if one.slots_place is None:
                one.slots = min(count, 1024)


def nest_of(reader, machine):
    """The levels of a nest: {name: Level}, from a Reader of a mapping."""
    names = {one.level.name: one for one in machine.levels
             if not one.keeps_nothing}
    out, at = {}, machine.levels[0]
    roles = reader.roles()
    for name in reader.order:
        at = names.get(name, at)
        level = out.setdefault(at.name, Level())
        level.loops += reader.named(reader.temporal.get(name, []))
        rows, cols = (reader.named(part) for part in
                      reader.spatial.get(name, ([], [])))
        beside = at
        if at is machine.levels[0] and (rows or cols):
            beside = machine.levels[1]
        split = out.setdefault(beside.name, Level())
        split.rows += rows
        split.cols += cols
        fit_children(split, beside)
        if name in names and at is not machine.levels[0]:
            level.keep = kept_of(reader, at, roles)
            at.holds |= set(level.keep)
    for one in machine.levels:
        if one.keeps_nothing:
            out.setdefault(one.name, Level()).keep = []
    return out


def fit_children(level, at):
    """Timeloop's meshes bind no mapping: the sides are as the loops need."""
    rows = cols = 1
    for _, steps in level.rows:
        rows *= steps
    for _, steps in level.cols:
        cols *= steps
    children = at.rows * at.cols
    if rows <= at.rows and cols <= at.cols:
        return
    if rows * cols <= children:
        for side in range(rows, children + 1):
            if children % side == 0 and children // side >= cols:
                at.rows, at.cols = side, children // side
                return


def kept_of(reader, at, roles):
    level = at.level
    bypassed = {roles.get(one) for one in
                reader.kept.get(level.name, level.bypass or [])}
    held = {roles.get(one) for one in level.keep or []} - {None} or \
        set(TENSORS)
    if level.name not in reader.kept and not level.keep and not level.bypass:
        held = set(at.holds)
    return [tensor for tensor in TENSORS
            if tensor in held and tensor not in bypassed]
