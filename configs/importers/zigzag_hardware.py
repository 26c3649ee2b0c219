"""zigzag_hardware.py - accelerators of ZigZag and cores of Stream: memories by
operand, innermost first, around an array, as an architecture and its energies.

A memory of each PE is its register files, memories of the whole array are L2,
the outermost one DRAM. What serves some of the array's dimensions becomes
registers of each PE, and is told. ZigZag has no clock and, but for inputs, no
widths; both are assumed and told.
SPDX-License-Identifier: MIT
"""

from importers import yaml_source
from importers.said import Energy, Machine

OPERANDS = {"I1": "ifmap", "I2": "filter", "O": "psum"}
BITS = {"ifmap": 8, "filter": 8, "psum": 16}
CLOCK_HZ = 1000000000
RF_WORDS_MAX = 16384
SIDE_MAX = 1024
BYTES_MAX = 1 << 40
BANKS = 1024


def recognises(source, said):
    root = yaml_source.document(source, said)
    return root.is_map and (root.get("operational_array") is not None or
                            root.get("cores") is not None)


class Memory:
    def __init__(self, name, item, dimensions):
        self.name, self.item, self.place = name, item, item.place
        self.bits = self.need("size").need_int("size")
        self.operands = [OPERANDS[one.text] for one in
                         self.need("operands").list()
                         if one.text in OPERANDS]
        served = [one.need_text("served_dimensions") for one in
                  self.need("served_dimensions").list()]
        self.is_of_pe = not set(served) & set(dimensions)
        self.is_shared = set(dimensions) <= set(served)
        self.served = served
        self.width = self.port_width()

    def need(self, key):
        item = self.item.get(key)
        if item is None:
            self.item.refuse(f"memory '{self.name}' has no '{key}'",
                             "it is needed")
        return item

    def port_width(self):
        """Bits that its widest port moves in a cycle."""
        ports = self.item.get("ports")
        widths = [port.get("bandwidth_max").int() or 0
                  for port in (ports.list() if ports is not None else [])
                  if port.is_map and port.get("bandwidth_max") is not None]
        return max(widths, default=0) or 64

    def cost(self, key):
        item = self.item.get(key)
        value = item.number() if item is not None else None
        return value if value is not None and value >= 0 else 0


class Reader:
    def __init__(self, source, said):
        self.source, self.said = source, said
        root = yaml_source.document(source, said)
        cores = root.get("cores")
        if cores is not None:
            cores.refuse("several cores", "one accelerator is needed; the "
                         "file of a core can be imported")
        self.array = root.get("operational_array")
        if self.array.has("is_imc") or self.array.has("imc_type"):
            self.array.refuse("an array that computes in memory",
                              "an array of digital MACs is needed")
        name = root.get("name")
        self.machine = Machine(name.text if name is not None and name.text
                               else source.stem, source.place())
        self.dimensions = self.texts("dimensions")
        self.machine.zigzag_dimensions = self.dimensions or ["D1"]
        memories = root.get("memories")
        self.memories = [Memory(key, item, self.dimensions) for key, item in
                         (memories.entries.items()
                          if memories is not None else ())]
        if not self.memories:
            self.source.refuse(1, "it has no memories", "some are needed")

    def texts(self, key):
        item = self.array.get(key)
        if item is None:
            self.array.refuse(f"the array has no '{key}'", "it is needed")
        return [one.need_text(key) for one in item.list()]

    def shape(self):
        sizes = [one.need_int("sizes") for one in
                 self.array.get("sizes").list()] \
            if self.array.get("sizes") is not None else []
        if len(sizes) != len(self.dimensions) or not sizes:
            self.array.refuse(f"{len(self.dimensions)} dimensions and "
                              f"{len(sizes)} sizes", "as many are needed")
        cols, rows = sizes[0], 1
        for size in sizes[1:]:
            rows *= size
        if len(sizes) > 2:
            self.said.approximated(
                self.array.place, f"an array of {len(sizes)} dimensions",
                f"{self.dimensions[0]} are its columns, the others its rows")
        if max(rows, cols) > SIDE_MAX:
            self.array.refuse(f"an array of {rows} x {cols}",
                              f"up to {SIDE_MAX} a side are needed")
        m = self.machine
        m.set("clock_hz", CLOCK_HZ, None, "assumed: ZigZag has no clock")
        m.set("default.dataflow", "os", None, "assumed, where no mapping is "
              "given")
        m.set("dataflows", ["os", "ws", "is", "rs", "nest"])
        m.set("array.rows", rows, self.array.place)
        m.set("array.cols", cols, self.array.place)
        m.set("array.network", "multicast", None, "assumed")
        return rows, cols

    def widths(self):
        given = self.array.get("input_precision")
        numbers = [one.int() for one in given.list()] \
            if given is not None else []
        bits = dict(BITS)
        for tensor, value in zip(("ifmap", "filter"), numbers):
            if value and 1 <= value <= 32:
                bits[tensor] = value
        for tensor in bits:
            is_given = given is not None and tensor != "psum"
            self.machine.set(f"precision.{tensor}_bits", bits[tensor],
                             given.place if is_given else None,
                             "" if is_given else "assumed: layers have "
                             "widths in ZigZag")
        self.said.approximated(self.array.place, "ZigZag's words have the "
                               "widths of each layer", "here they are "
                               f"{bits['ifmap']}, {bits['filter']} and "
                               f"{bits['psum']} bits: --set precision.* has "
                               "others")
        return bits

    def registers(self, bits):
        words = {}
        for memory in self.memories:
            if memory.is_shared:
                continue
            if not memory.is_of_pe:
                self.said.approximated(
                    memory.place, f"'{memory.name}' serves "
                    f"{', '.join(memory.served)} of the array",
                    "each PE has one of its own")
            for tensor in memory.operands:
                count = memory.bits // bits[tensor]
                if tensor in words:
                    self.said.not_expressible(
                        memory.place, f"'{memory.name}', a further memory of "
                        f"{tensor} in the array", "a PE has one register "
                        "file a tensor: the larger counts")
                    count = max(count, words[tensor][0])
                words[tensor] = (max(1, min(count, RF_WORDS_MAX)),
                                 memory.place)
        for tensor in BITS:
            count, place = words.get(tensor, (1, None))
            self.machine.set(f"pe.rf.{tensor}_words", count, place,
                             "" if place else "a register an operand")
        self.machine.set("pe.pipeline_cycles", 1, None, "a MAC is a cycle")

    def levels(self):
        """(memories of L2, DRAM or None)."""
        shared = [memory for memory in self.memories if memory.is_shared]
        last = shared[-1] if shared else None
        is_dram = last is not None and (
            "dram" in last.name.lower() or
            (len(shared) > 1 and len(last.operands) == 3))
        inner = shared[:-1] if is_dram else shared
        kept = []
        for memory in reversed(inner):
            held = {tensor for one in kept for tensor in one.operands}
            if set(memory.operands) & held:
                self.said.not_expressible(
                    memory.place, f"'{memory.name}', between PEs and "
                    "another memory of the whole array", "at most one such "
                    "level can be expressed today; it is left out")
            else:
                kept.insert(0, memory)
        return kept, last if is_dram else None

    def shared(self, rows, cols, bits):
        kept, dram = self.levels()
        m = self.machine
        total = sum(memory.bits // 8 for memory in kept)
        place = kept[0].place if kept else None
        slots = max((memory.width // bits[tensor] for memory in kept
                     for tensor in memory.operands), default=rows * cols)
        slots = max(1, min(slots, 1024))
        for network in ("filter", "ifmap", "psum_in", "psum_out"):
            m.set(f"noc.{network}.words_per_slot", 1)
            m.set(f"noc.{network}.slots_per_cycle", slots, place,
                  "words that the widest port moves")
        total = max(1, min(total, BYTES_MAX)) if kept else BYTES_MAX
        banks, row = BANKS, min(1024, slots)
        while row > 1 and total // 16 < -(-row * max(bits.values()) // 8):
            row //= 2
        while banks > 1 and (total % banks or total // banks <
                             -(-row * max(bits.values()) // 8)):
            banks //= 2
        m.set("l2.bytes", total, place, "" if kept else "no such memory")
        m.set("l2.banks", banks, None, "assumed: ZigZag has none")
        m.set("l2.bank_row_words", row, None, "assumed")
        m.set("l2.ports", "1r1w", None, "assumed")
        m.set("l2.latency_cycles", 1, place)
        if dram is None:
            m.set("dram.model", "ideal", None, "the file has no DRAM")
        else:
            m.set("dram.model", "bandwidth", dram.place)
            m.set("dram.bytes_per_second",
                  min(max(1, dram.width * CLOCK_HZ // 8), 10**15), dram.place,
                  f"{dram.width} bits a cycle")
        m.set("energy", "45nm", None, "beside it stand the file's own")
        return kept, dram

    def energies(self, kept, dram):
        energy = Energy(self.source.stem, self.source.place())
        groups = (("dram", [dram] if dram is not None else []), ("l2", kept),
                  ("l1", []),
                  ("rf", [one for one in self.memories if not one.is_shared]))
        for kind, memories in groups:
            best = max(memories, key=lambda one: one.cost("r_cost"),
                       default=None)
            bits = best.width if best is not None else 16
            cost = best.cost("r_cost") if best is not None else 0
            name = "".join(c for c in best.name if c.isalnum() or c in "_.-") \
                if best is not None else "none: the file has none"
            energy.rows.append((f"{kind} = {{ bits = {bits}; energy = "
                                f"{float(cost)!r}; source = \"{name}\"; }};",
                                best.place if best is not None else None))
        unit = self.array.get("unit_energy")
        value = unit.number() if unit is not None else None
        energy.rows.append(
            (f"mac = {{ energy = {float(max(value or 0, 0))!r}; source = "
             "\"unit_energy\"; };", unit.place if unit is not None else None))
        energy.rows.append(("noc_hop = { bits = 16; energy = 0.0; source = "
                            "\"none: the file has no networks\"; };", None))
        self.said.approximated(
            self.source.place(), "reads and writes of each memory have costs "
            "of their own", "an energy table has one for each level: a read's "
            "of the costliest memory")
        self.said.energies.append(energy)

    def read(self):
        rows, cols = self.shape()
        bits = self.widths()
        self.registers(bits)
        kept, dram = self.shared(rows, cols, bits)
        self.said.machines.append(self.machine)
        self.energies(kept, dram)


def read(source, said):
    Reader(source, said).read()
