"""zigzag_mapping.py - mappings of ZigZag's as loop nests: what the array unrolls,
and the order of the other loops. Which memory a loop is at is ZigZag's to
choose: here each memory has as many of the innermost loops as it holds.

A mapping is of a workload and an accelerator, which have to be among the files.
SPDX-License-Identifier: MIT
"""

import re

from importers import yaml_source
from importers.export_sizes import full
from importers.nest_letters import letters_of, steps_of
from importers.said import Level, Mapping, Refused
from importers.write_network import network_names

UNROLLED = re.compile(r"\s*([A-Za-z]\w*)\s*,\s*(\d+)\s*$")
USUAL = "qpsrcmng"  # innermost first, where the author gives no order
HELD = {"filter": "gmcrs", "ifmap": "gncpqrs", "psum": "gnmpq"}


def recognises(source, said):
    root = yaml_source.document(source, said)
    return root.is_list and bool(root.items) and all(
        item.is_map and (item.has("spatial_mapping") or
                         item.has("temporal_ordering") or
                         item.has("memory_operand_links"))
        for item in root.items) and not any(
            item.has("core_allocation") or item.has("intra_core_tiling")
            for item in root.items)


def unrolled_of(item):
    """{dimension of the array: [(loop, steps)]}."""
    spatial, out = item.get("spatial_mapping"), {}
    if spatial is None or not spatial.is_map:
        return out
    for dimension, loops in spatial.entries.items():
        out[dimension] = []
        for one in loops.list():
            text = one.text if one.is_scalar else \
                ", ".join(part.text or "" for part in one.list())
            found = UNROLLED.match(text or "")
            if found is None or int(found.group(2)) < 1:
                one.refuse(f"'{(text or '')[:40]}' is no loop with a number",
                           "as in 'K, 32'")
            out[dimension].append((found.group(1).lower(),
                                   int(found.group(2))))
    return out


def order_of(item):
    """[(loop, steps or None for all)], innermost first."""
    ordering, out = item.get("temporal_ordering"), []
    for one in ordering.list() if ordering is not None else []:
        parts = one.list() if one.is_list else [one]
        steps = parts[1].int() if len(parts) > 1 else None
        if not parts or not parts[0].text or \
                steps is not None and steps < 1:
            one.refuse(f"{one.shown()} is no loop with its steps",
                       "as in '[K, 4]', or '[K]' for all its steps")
        out.append((parts[0].text.lower(), steps))
    return out


class Nest:
    """The loops of one layer on one machine."""

    def __init__(self, layer, nest, machine, item):
        self.machine, self.item, self.told = machine, item, []
        self.sizes = full(layer)
        self.letters = letters_of(nest)
        self.left = steps_of(layer)

    def take(self, letter, steps):
        """So many steps of what is left of a letter, or fewer."""
        steps = min(steps, self.left[letter])
        self.left[letter] = -(-self.left[letter] // steps)
        return steps

    def space(self):
        """Rows and columns: the first dimension is the columns, as in the
        accelerator's."""
        out = {"rows": [], "cols": []}
        room = {side: self.key(f"array.{side}") for side in out}
        first = self.machine.zigzag_dimensions[0]
        for dimension, loops in unrolled_of(self.item).items():
            side = "cols" if dimension == first else "rows"
            for loop, count in loops:
                letter = self.letters.get(loop)
                wanted = min(count, self.left[letter]) if letter else 1
                steps = self.take(letter, min(wanted, room[side])) \
                    if letter else 1
                if steps < wanted:
                    self.told.append(f"{wanted} steps of {loop.upper()} side "
                                     f"by side, of which {steps} fit the "
                                     f"array's {side}")
                if steps > 1:
                    room[side] //= steps
                    out[side].append((letter, steps))
        return out["rows"], out["cols"]

    def time(self):
        """Loops innermost first."""
        out = []
        for loop, count in order_of(self.item):
            letter = self.letters.get(loop)
            steps = self.take(letter, count or self.left[letter]) \
                if letter else 1
            if steps > 1:
                out.append((letter, steps))
        for letter in USUAL:
            if self.left[letter] > 1:
                out.append((letter, self.take(letter, self.left[letter])))
        return out

    def words(self, tile, tensor):
        size = 1
        for letter in HELD[tensor]:
            if tensor != "ifmap" or letter in "gnc":
                size *= tile.get(letter, 1)
        if tensor == "ifmap":
            for out, tap, axis in (("p", "r", "h"), ("q", "s", "w")):
                size *= (tile.get(out, 1) - 1) * \
                    self.sizes[f"stride_{axis}"] + \
                    (tile.get(tap, 1) - 1) * self.sizes[f"dilation_{axis}"] + 1
        return size

    def key(self, path):
        return self.machine.keys[path].value

    def fits_pe(self, tile):
        return all(self.words(tile, tensor) <=
                   self.key(f"pe.rf.{tensor}_words") for tensor in HELD)

    def fits_l2(self, tile):
        bits = sum(self.words(tile, tensor) *
                   self.key(f"precision.{tensor}_bits") for tensor in HELD)
        return bits <= 8 * self.key("l2.bytes")

    @staticmethod
    def inside(loops, tile, fits):
        """As many of the innermost loops as fit; they are taken off."""
        out = []
        while loops:
            letter, steps = loops[0]
            larger = {**tile, letter: tile.get(letter, 1) * steps}
            if not fits(larger):
                break
            tile = larger
            out.insert(0, loops.pop(0))
        return out, tile

    def levels(self, place):
        rows, cols = self.space()
        loops = self.time()
        pe, tile = self.inside(loops, {}, self.fits_pe)
        for letter, steps in rows + cols:
            tile[letter] = tile.get(letter, 1) * steps
        l2, _ = self.inside(loops, tile, self.fits_l2)
        return {"dram": Level(loops[::-1], place=place),
                "l2": Level(l2, rows, cols, place=place),
                "rf": Level(pe, place=place)}


def read(source, said):
    waiting = said.zigzag_mappings = getattr(said, "zigzag_mappings", [])
    waiting.append(source)


def item_of(items, layer, kind):
    """What stands for a layer: by its name, its operator, or the default."""
    named = {}
    for item in items:
        name = item.get("name", "id")
        named.setdefault((name.text or "").lower() if name is not None
                         else "default", item)
    for name in (layer.name, kind, "default"):
        if name.lower() in named:
            return named[name.lower()]
    return None


def finish(said):
    for source in getattr(said, "zigzag_mappings", []):
        items = yaml_source.document(source, said).items
        machines = [machine for machine in said.machines
                    if hasattr(machine, "zigzag_dimensions")]
        layers = getattr(said, "zigzag_layers", [])
        if len(machines) != 1 or not layers:
            raise Refused(source.place(items[0].place.line), "a mapping of "
                          "ZigZag's is of a workload and an accelerator, of "
                          f"which {'no' if not layers else 'a'} workload and "
                          f"{len(machines)} accelerators stand in the files",
                          "accelsim import WORKLOAD HARDWARE MAPPING has both")
        add(source, said, items, machines[0], layers)
    said.zigzag_mappings = []


def add(source, said, items, machine, layers):
    mapping = Mapping(source.stem, source.place())
    names = {}
    for network in said.networks:
        names.update(network_names(network))
    for layer, nest, kind in layers:
        item = item_of(items, layer, kind)
        if item is None:
            item = items[0]
            said.approximated(
                layer.place, f"layer '{layer.name}' has no mapping and there "
                "is no default", "it has the first one")
        if id(layer) in names:
            loops = Nest(layer, nest, machine, item)
            mapping.entries.append((names[id(layer)],
                                    loops.levels(item.place), item.place))
            for what in loops.told:
                said.approximated(item.place, f"layer '{layer.name}': {what}",
                                  "the others are in time")
    said.approximated(
        source.place(items[0].place.line), "the file says no memory of a loop",
        "each memory has as many of the innermost loops as it holds")
    if any(not order_of(item) for item in items):
        said.approximated(
            source.place(items[0].place.line), "loops without a "
            "temporal_ordering", "pixels are innermost, then taps, channels, "
            "filters")
    said.mappings.append(mapping)
