"""accelforge_arch.py - architectures of AccelForge: nodes outermost first, of
memories with sizes in bits, containers that fan out, and compute units.

A level's words follow from its bits and the width of words, which AccelForge
has in the workload: 8 bits are assumed, or --dim BITS_PER_VALUE=N. The levels are
then those of an architecture of Timeloop's.
SPDX-License-Identifier: MIT
"""

from importers import yaml_source
from importers.expression import Unknown, value_of
from importers.timeloop_levels import StorageLevel
from importers.timeloop_machine import MachineReader
from importers.tree import scalar

BITS = 8
BITS_NAME = "BITS_PER_VALUE"
TENSORS = ("input", "weight", "output")
OF_COMPUTE = "Compute"


def arch_of(root):
    arch = root.get("arch") if root.is_map else None
    nodes = arch.get("nodes") if arch is not None else None
    return arch if nodes is not None and nodes.is_list else None


def recognises(source, said):
    arch = arch_of(yaml_source.document(source, said))
    return arch is not None and any(
        one.tag in ("Memory", "Compute", "Container", "Toll")
        for one in arch.get("nodes").items)


class Reader:
    def __init__(self, source, said):
        self.source, self.said = source, said
        self.bits = said.dims.get(BITS_NAME, BITS)
        said.used_dims |= {BITS_NAME} & set(said.dims)
        self.levels, self.others = [], []
        self.fan_out, self.mesh_x = 1, None

    def spread(self, item):
        """What a node fans out to."""
        spatial = item.get("spatial")
        for one in spatial.list() if spatial is not None else ():
            fan_out = one.get("fanout")
            if fan_out is None:
                continue
            value = self.number(fan_out, "fanout")
            if value != int(value) or value < 1:
                fan_out.refuse(f"a fanout of {value:g}",
                               "a whole number is needed")
            self.fan_out *= int(value)
            if self.mesh_x is None and value > 1:
                self.mesh_x = int(value)

    def number(self, item, what):
        value = item.number()
        if value is None:
            try:
                value = value_of(item.text or "", self.said.dims)
            except Unknown as fault:
                item.refuse(f"'{what}' is {item.shown()}: {fault}",
                            "a number is needed; --dim NAME=N gives a name "
                            "its value")
        return value

    def words(self, item):
        """Words of a memory; None: without a limit. A size that depends on
        the words' width is one word."""
        size = item.get("size")
        if size is None or (size.text or "").strip() in ("inf", ".inf"):
            return None
        if "bits_per_value" in (size.text or ""):
            return 1
        return max(1, int(self.number(size, "size") // self.bits))

    def add(self, item):
        name = item.get("name")
        name = name.text if name is not None and name.text else item.tag
        words = self.words(item) if item.tag == "Memory" else None
        attributes = {"word_bits": scalar(str(self.bits), item.place)}
        if words is not None:
            attributes["entries"] = scalar(str(words),
                                           item.get("size").place)
        level = StorageLevel(name, item, attributes, {})
        level.instances, level.mesh_x = self.fan_out, self.mesh_x
        level.is_compute = item.tag == OF_COMPUTE
        level.is_dram = not self.levels
        tensors = item.get("tensors")
        keep = tensors.get("keep") if tensors is not None else None
        parts = [part.strip() for part in
                 ((keep.text or "") if keep is not None else "").split("|")]
        if parts and all(part in TENSORS for part in parts):
            level.keep = parts
        self.levels.append(level)

    def read(self, nodes):
        for item in nodes.items:
            if item.tag == "Memory":
                self.spread(item)
                self.add(item)
            elif item.tag == OF_COMPUTE and item.get("spatial") is None and \
                    not any(level.is_compute for level in self.levels):
                later = nodes.items[nodes.items.index(item) + 1:]
                if any(one.tag == OF_COMPUTE for one in later):
                    self.leave_out(item, "a compute unit beside another")
                    continue
                self.add(item)
            elif item.tag == "Container":
                self.spread(item)
            else:
                self.leave_out(item, f"a node !{item.tag}")
        self.said.approximated(
            self.source.place(), "words have the widths that a workload gives "
            "them", f"they have {self.bits} bits here; --dim {BITS_NAME}=N "
            "has others")

    def leave_out(self, item, what):
        name = item.get("name")
        self.said.not_expressible(
            item.place, f"{what}, "
            f"'{name.text if name is not None else ''}'",
            "accelsim has no place for it; it is left out")


def read(source, said):
    arch = arch_of(yaml_source.document(source, said))
    reader = Reader(source, said)
    reader.read(arch.get("nodes"))
    MachineReader(source, said, arch, reader.levels, reader.others).read()
