"""timeloop_levels.py - the levels of an architecture of Timeloop's, outermost
first, whichever of its forms they are written in: `arch` with `storage`
(innermost first), `subtree` with `local`, or `nodes` with tags.
SPDX-License-Identifier: MIT
"""

import re

from importers.expression import Unknown, value_of
from importers.tree import same_key

RANGE = re.compile(r"(.*?)\[\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*\]\s*$")
COMPUTE = ("mac", "intmac", "fpmac", "compute", "alu", "multiplier")
STORAGE = ("dram", "sram", "regfile", "smartbuffer", "storage", "buffer",
           "register", "reg", "rf", "memory", "spad", "scratchpad")
# Components that are neither: they cost energy and hold nothing.
LEVELS_MAX = 64
SIZE_MAX = 1e15  # words, bits, instances
DEPTH_MAX = 8  # of expressions in expressions
# A level by its name: which tensor of a layer a store of its own holds.
BY_NAME = (("weight", "filter"), ("wgt", "filter"), ("filter", "filter"),
           ("ifmap", "ifmap"), ("input", "ifmap"), ("psum", "psum"),
           ("ofmap", "psum"), ("output", "psum"), ("accu", "psum"))


class Names:
    """What an expression may call by name: variables, and other attributes,
    which may be expressions themselves."""

    def __init__(self, attributes, variables, depth=0):
        self.attributes, self.variables = attributes, variables
        self.depth = depth

    def __contains__(self, name):
        return name in self.variables or (name in self.attributes and
                                          self.depth < DEPTH_MAX)

    def __getitem__(self, name):
        if name in self.variables:
            return self.variables[name]
        item = self.attributes[name]
        number = item.number()
        return number if number is not None else value_of(
            item.text or "", Names(self.attributes, self.variables,
                                   self.depth + 1))


class StorageLevel:
    """One storage level, or the compute level (`is_compute`)."""

    def __init__(self, name, item, attributes, names):
        self.name, self.item, self.place = name, item, item.place
        self.attributes, self.names = attributes, names
        self.instances, self.mesh_x = 1, None
        self.is_compute = self.is_dram = self.is_dummy = False
        self.keep = self.bypass = None  # Timeloop's names of tensors

    def number(self, *keys):
        """The attribute of the first of these names as a number, or None."""
        for key in keys:
            item = self.attributes.get(key)
            if item is None or item.text is None:
                continue
            value = item.number()
            try:
                if value is None:
                    value = value_of(item.text, Names(self.attributes,
                                                      self.names))
                if abs(value) > SIZE_MAX:
                    raise Unknown("it is too large")
                return value
            except Unknown as fault:
                item.refuse(f"'{key}' of '{self.name}' is '{item.text}': "
                            f"{fault}", "a number is needed; --dim NAME=N "
                            "gives a name its value")
        return None

    def place_of(self, *keys):
        for key in keys:
            if key in self.attributes:
                return self.attributes[key].place
        return self.place

    def whole(self, *keys):
        value = self.number(*keys)
        if value is None:
            return None
        if value != int(value) or value < 0:
            self.attributes[next(k for k in keys if k in self.attributes)] \
                .refuse(f"'{keys[0]}' of '{self.name}' is {value}",
                        "a whole number is needed")
        return int(value)

    def word_bits(self):
        return self.whole("word_bits", "word_width", "datawidth") or None

    def line_words(self):
        """Words of a line of the memory."""
        block = self.whole("block_size", "n_words")
        width = self.whole("width", "memory_width")
        bits = self.word_bits()
        if width and bits and width >= bits:
            return width // bits
        return block or 1

    def words(self):
        """Words of one instance; None: as many as there are."""
        entries = self.whole("entries")
        depth = self.whole("depth", "memory_depth")
        kilobytes = self.number("sizeKB")
        if entries is not None:
            words = entries
        elif depth is not None:
            words = depth * (self.whole("block_size", "n_words") or
                             self.line_words())
        elif kilobytes is not None:
            words = int(kilobytes * 1024 * 8 / (self.word_bits() or 8))
        else:
            return None
        buffers = self.number("multiple_buffering") or 1
        return int(words / buffers) if buffers >= 1 else words

    def holds_by_name(self):
        """The tensors that its name speaks of, if it is not all."""
        name = self.name.lower()
        found = {tensor for word, tensor in BY_NAME if word in name}
        return found if len(found) < 3 else set()


def attributes_of(item, inherited):
    out = dict(inherited)
    own = item.get("attributes")
    for key, value in (own.entries.items()
                       if own is not None and own.is_map else ()):
        out[same_key(key)] = value
    return out


class LevelReader:
    def __init__(self, said, variables):
        self.said, self.variables = said, variables
        self.levels, self.others = [], []

    def add(self, item, attributes, fan_out, mesh_x):
        """A component of some class."""
        name_item = item.get("name")
        name = name_item.text if name_item is not None and name_item.text \
            else "unnamed"
        ranged = RANGE.match(name)
        if ranged is not None:
            name = ranged.group(1)
            fan_out *= max(int(ranged.group(3)) - int(ranged.group(2)) + 1, 1)
        kind = item.get("subclass") or item.get("class")
        kind = (kind.text or "").lower() if kind is not None else ""
        whole = item.get("class")
        level = StorageLevel(name, item, attributes,
                             self.variables)
        level.instances = level.whole("instances") or fan_out
        level.mesh_x = level.whole("meshX") or mesh_x
        classes = kind + " " + ((whole.text or "").lower()
                                if whole is not None else "")
        level.is_dummy = "dummy" in classes or "dummy" in name.lower()
        if "dram" in classes:
            level.is_dram = True
        elif any(one in classes for one in COMPUTE) and \
                not any(one in classes for one in STORAGE):
            level.is_compute = True
        elif not level.is_dummy and \
                not any(one in classes for one in STORAGE):
            self.others.append(level)
            return
        self.constraints(level, item)
        self.levels.append(level)
        if len(self.levels) > LEVELS_MAX:
            item.refuse(f"more than {LEVELS_MAX} levels",
                        "fewer are needed")

    def constraints(self, level, item):
        """What a node of version 0.4 says of the tensors that it keeps."""
        own = item.get("constraints")
        kept = own.get("dataspace", "datatype") if own is not None else None
        if kept is None or not kept.is_map:
            return
        for key in ("keep", "bypass"):
            names = kept.get(key)
            if names is not None:
                setattr(level, key, [one.text for one in names.list()
                                     if one.text])

    def subtree(self, item, attributes, fan_out):
        """Versions 0.2 and 0.3."""
        for one in item.list():
            own = attributes_of(one, attributes)
            name = one.get("name")
            ranged = RANGE.match(name.text) if name is not None and \
                name.text else None
            count = fan_out
            if ranged is not None:
                count *= max(int(ranged.group(3)) - int(ranged.group(2)) + 1,
                             1)
            local = one.get("local")
            for part in local.list() if local is not None else ():
                self.add(part, attributes_of(part, without_mesh(own)), count,
                         None)
            inner = one.get("subtree")
            if inner is not None:
                self.subtree(inner, own, count)

    def nodes(self, item, attributes=None, fan_out=(1, None)):
        """Version 0.4: a container's fan-out holds for all that follow."""
        attributes = dict(attributes or {})
        count, mesh_x = fan_out
        for one in item.list():
            if one.tag == "Nothing" or not one.is_map or \
                    is_off(one.get("enabled")):
                continue
            if one.has("nodes"):
                count, mesh_x = self.nodes(one.get("nodes"), attributes,
                                           (count, mesh_x))
                continue
            spatial = one.get("spatial")
            if spatial is not None:
                x, y = (self.mesh(spatial, key, attributes)
                        for key in ("meshX", "meshY"))
                count *= x * y
                mesh_x = (mesh_x or 1) * x if x > 1 or mesh_x else mesh_x
                if one.tag == "Container" or one.get("class") is None:
                    self.add_spatial(one, attributes, count, mesh_x)
            if one.tag == "Container" or one.get("class") is None:
                attributes = attributes_of(one, attributes)
                continue
            self.add(one, attributes_of(one, attributes), count, mesh_x)
        return count, mesh_x

    def add_spatial(self, item, attributes, count, mesh_x):
        """A container side by side, which mappings call by its name: it holds
        nothing, and its loops are of the level outside it."""
        name = item.get("name")
        if name is None or not name.text:
            return
        level = StorageLevel(name.text, item, attributes, self.variables)
        level.instances, level.mesh_x = count, mesh_x
        level.is_dummy = True
        self.levels.append(level)

    def mesh(self, spatial, key, attributes):
        item = spatial.get(key)
        if item is None or item.text is None:
            return 1
        level = StorageLevel("spatial", spatial, {key: item},
                             self.variables)
        return max(level.whole(key), 1)

    def legacy(self, arch):
        """`arithmetic` and `storage`, innermost first."""
        storage = arch.get("storage")
        stores = storage.list() if storage is not None else []
        for item in reversed(stores):
            own = {same_key(key): value for key, value in
                   item.entries.items() if value.is_scalar}
            self.add_legacy(item, own, "dram" if "DRAM" in
                            str(getattr(own.get("technology"), "text", ""))
                            or item is stores[-1] else "storage")
        arithmetic = arch.get("arithmetic")
        if arithmetic is not None and arithmetic.is_map:
            own = {same_key(key): value for key, value in
                   arithmetic.entries.items() if value.is_scalar}
            self.add_legacy(arithmetic, own, "compute")

    def add_legacy(self, item, attributes, kind):
        name = item.get("name")
        level = StorageLevel(name.text if name is not None and name.text
                             else kind, item, attributes,
                             self.variables)
        level.instances = level.whole("instances") or 1
        level.mesh_x = level.whole("meshX")
        level.is_dram, level.is_compute = kind == "dram", kind == "compute"
        level.is_dummy = "dummy" in level.name.lower()
        self.levels.append(level)


def without_mesh(attributes):
    return {key: value for key, value in attributes.items()
            if key not in ("meshX", "meshY", "instances")}


def is_off(item):
    return item is not None and str(item.text).lower() in ("false", "0")


def read_levels(architecture, said, variables):
    """(levels outermost first, components that hold nothing)."""
    reader = LevelReader(said, variables)
    if architecture.has("nodes"):
        reader.nodes(architecture.get("nodes"))
    elif architecture.has("subtree"):
        reader.subtree(architecture.get("subtree"), {}, 1)
    else:
        reader.legacy(architecture)
    return reader.levels, reader.others
