"""timeloop_machine.py - an architecture of Timeloop's as one of accelsim's: the
outermost level is DRAM, a level of one instance L2, the innermost the register
files of PEs, and what stands between with several instances L1.

Timeloop's networks have no width and its buffers no banks; what accelsim needs
beside is assumed, so that it does not bind, and says so. `assigned` tells the
mappings which of accelsim's levels each of Timeloop's is.
SPDX-License-Identifier: MIT
"""

from importers.said import Machine, Refused

TENSORS = ("ifmap", "filter", "psum")
RF_WORDS_MAX = 16384
SIDE_MAX = 1024
CLUSTERS_MAX = 64
BYTES_MAX = 1 << 40
CLOCK_HZ = 1000000000
BANKS = 1024  # into which L2 is cut, so that tiles take what they need


class NeedsList(Refused):
    """What the usual levels cannot be, and a list of levels can."""


class Stores:
    """Which levels are DRAM, L2, L1 and RF; each of the last three a list of
    levels that hold tensors of their own."""

    def __init__(self, source, levels):
        self.source = source
        storage = [level for level in levels if not level.is_compute]
        self.all_levels = storage
        storage = [level for level in storage if not level.is_dummy]
        if not storage:
            source.refuse(levels[0].place.line if levels else 0,
                          "the architecture has no storage",
                          "a DRAM and what is below it are needed")
        self.compute = next((level for level in levels if level.is_compute),
                            None)
        self.pes = max(level.instances for level in levels)
        self.dram, inner = storage[0], storage[1:]
        self.levels = storage
        self.rf = self.innermost(inner)
        between = inner[:len(inner) - len(self.rf)]
        self.l2, self.l1 = [], []
        self.needs_list = None  # why it cannot be DRAM, L2, L1 and RF
        for level in between:
            if level.instances == 1 and not self.l1:
                self.put(self.l2, level, "one instance")
            else:
                self.put(self.l1, level, "several instances")

    def put(self, stores, level, what):
        """A level beside others of its kind holds other tensors than they."""
        stores.append(level)
        if len(stores) > 1 and not self.are_apart(stores):
            self.needs_list = NeedsList(
                level.place, f"'{level.name}' is another level of {what} "
                f"below '{stores[0].name}'", "a list of levels is needed")

    def are_apart(self, levels):
        held = [self.holds(level) for level in levels]
        return all(held) and len(set().union(*held)) == sum(map(len, held))

    def holds(self, level):
        """The tensors of a layer that only this level keeps, where its name
        or its constraints tell; else an empty set."""
        words = level.keep or []
        found = {tensor for word in words for tensor in
                 [tensor_of(word)] if tensor}
        return found or level.holds_by_name()

    def innermost(self, inner):
        """The levels of the register files: the innermost one, and those
        beside it that hold other tensors."""
        if not inner or inner[-1].instances < self.pes and self.pes > 1:
            return []
        last = inner[-1]
        words = last.words()
        if words is None or words > RF_WORDS_MAX:
            return []
        group = [last]
        for level in reversed(inner[:-1]):
            if level.instances != last.instances or \
                    not self.are_apart([level, *group]) or \
                    (level.words() or BYTES_MAX) > RF_WORDS_MAX:
                break
            group.insert(0, level)
        return group

    def assigned(self):
        """{Timeloop's name: accelsim's level}."""
        out = {self.dram.name: "dram"}
        for name, levels in (("l2", self.l2), ("l1", self.l1),
                             ("rf", self.rf)):
            out.update((level.name, name) for level in levels)
        return out


def tensor_of(name):
    """A tensor of a layer by what files usually call it."""
    name = name.lower()
    for words, tensor in ((("weight", "filter"), "filter"),
                          (("input", "ifmap"), "ifmap"),
                          (("output", "psum", "ofmap"), "psum")):
        if name.startswith(words):
            return tensor
    return None


class MachineReader:
    """`levels`: all levels, outermost first; `others`: what holds nothing."""

    def __init__(self, source, said, architecture, levels, others):
        self.source, self.said = source, said
        self.levels, self.others = levels, others
        if not self.levels:
            architecture.refuse("the architecture has no levels",
                                "storage and compute are needed")
        self.stores = Stores(source, self.levels)
        self.machine = Machine(source.stem, source.place())
        self.architecture = architecture

    def bits(self, tensor):
        """Bits of a tensor's words, and where they stand."""
        for level in (*self.stores.rf, *self.stores.l1, *self.stores.l2,
                      self.stores.dram):
            held = self.stores.holds(level)
            if level.word_bits() and (not held or tensor in held):
                return level.word_bits(), level.place_of(
                    "word_bits", "datawidth", "word_width")
        return 16, None

    def precision(self):
        seen = {}
        for tensor in TENSORS:
            bits, place = self.bits(tensor)
            most = 64 if tensor == "psum" else 32
            if not 1 <= bits <= most:
                self.source.refuse(place.line if place else 0,
                                   f"words of {bits} bits",
                                   f"1 to {most} are needed")
            self.machine.set(f"precision.{tensor}_bits", bits, place,
                             "" if place else "Timeloop's default")
            seen[tensor] = bits
        for level in self.stores.levels:
            held = self.stores.holds(level) or set(TENSORS)
            bits = level.word_bits()
            if bits and any(bits != seen[tensor] for tensor in held):
                self.said.approximated(
                    level.place_of("word_bits", "datawidth"),
                    f"words of '{level.name}' have {bits} bits, others "
                    "other widths", "a tensor's words are as wide at every "
                    "level: that of the innermost")
        return seen

    def array(self):
        pes, place = self.stores.pes, None
        mesh_x = next((level.mesh_x for level in reversed(self.levels)
                       if level.mesh_x and level.instances == pes), None)
        cols = mesh_x if mesh_x and pes % mesh_x == 0 else pes
        rows = pes // cols
        while cols > SIDE_MAX and cols % 2 == 0:
            cols, rows = cols // 2, rows * 2
        while rows > SIDE_MAX and rows % 2 == 0:
            cols, rows = cols * 2, rows // 2
        widest = max(self.levels, key=lambda level: level.instances)
        place = widest.place
        if max(cols, rows) > SIDE_MAX:
            self.source.refuse(place.line, f"{pes} PEs",
                               f"up to {SIDE_MAX} x {SIDE_MAX} are needed")
        self.machine.set("array.rows", rows, place)
        self.machine.set("array.cols", cols, place)
        self.machine.set("array.network", "multicast", None,
                         "Timeloop sends a word to all that want it")
        return rows, cols

    def clock(self):
        seconds = next((level.number("global_cycle_seconds")
                        for level in self.levels
                        if level.number("global_cycle_seconds")), None)
        if seconds and 1 <= round(1 / seconds) <= 10**11:
            self.machine.set("clock_hz", round(1 / seconds),
                             self.levels[0].place, "global_cycle_seconds")
        else:
            self.machine.set("clock_hz", CLOCK_HZ, None,
                             "assumed: the file has no clock")

    def registers(self):
        for tensor in TENSORS:
            words, place = 1, None
            for level in self.stores.rf:
                held = self.stores.holds(level)
                if not held or tensor in held or len(self.stores.rf) == 1:
                    words = max(1, level.words())
                    place = level.place_of("depth", "memory_depth",
                                           "entries", "sizeKB")
            self.machine.set(f"pe.rf.{tensor}_words", words, place,
                             "" if place else "a register an operand")
        rf = self.stores.rf
        if len(rf) == 1 and (rf[0].words() or 0) > 1 and \
                len(self.stores.holds(rf[0])) != 1:
            self.said.approximated(
                rf[0].place, f"'{rf[0].name}' has {rf[0].words()} words for "
                "all tensors together", "each tensor has as many of its own")
        self.machine.set("pe.pipeline_cycles", 1, None,
                         "a MAC is one cycle in Timeloop")

    def bytes_of(self, levels, bits):
        """Bytes of a store, and whether its size is known."""
        total = 0
        for level in levels:
            words = level.words()
            if words is None:
                return BYTES_MAX, level.place
            total += words * (level.word_bits() or max(bits.values())) // 8
        place = levels[0].place_of("depth", "memory_depth", "entries",
                                   "sizeKB")
        return min(max(total, 1), BYTES_MAX), place

    def networks(self, rows, cols):
        """As many words as all PEs take in a cycle, or the bandwidth of the
        level that feeds them."""
        feeds = (self.stores.l1 or self.stores.l2 or [self.stores.dram])[0]
        words = feeds.number("read_bandwidth", "shared_bandwidth",
                             "bandwidth")
        slots = max(1, min(int(words), 1024)) if words else \
            min(rows * cols, 1024)
        place = feeds.place_of("read_bandwidth", "shared_bandwidth",
                               "bandwidth") if words else None
        remark = "words a cycle, of each tensor" if words else \
            "no network binds in Timeloop"
        for network in ("filter", "ifmap", "psum_in", "psum_out"):
            self.machine.set(f"noc.{network}.words_per_slot", 1)
            self.machine.set(f"noc.{network}.slots_per_cycle", slots, place,
                             remark)
        if words:
            self.said.approximated(
                place, f"'{feeds.name}' reads {words:g} words a cycle of all "
                "tensors together", "each tensor's network has as many")
        return slots

    def l1(self, rows, cols, bits):
        stores = self.stores.l1
        if not stores:
            return
        total, place = self.bytes_of(stores, bits)
        count = stores[0].instances
        each_cols = max(1, cols // count) if cols >= count else 1
        over = -(-cols // each_cols)
        each_rows = rows // (count // over) if count % over == 0 and \
            rows % (count // over) == 0 else None
        if count > CLUSTERS_MAX or each_rows is None or cols % each_cols:
            raise NeedsList(stores[0].place, f"{count} instances of "
                            f"'{stores[0].name}' over {rows} x {cols} PEs, "
                            f"no {CLUSTERS_MAX} clusters of one size",
                            "a list of levels is needed")
        self.machine.set("l1.bytes", total, place)
        self.machine.set("l1.cluster_cols", each_cols, stores[0].place)
        self.machine.set("l1.cluster_rows", each_rows, stores[0].place)

    def banks(self, total, bits, slots):
        """Banks and the words of their rows: rows that feed the networks,
        as long as there are enough banks for the tiles of three tensors."""
        row = min(1024, max(1, slots))
        while True:
            banks = BANKS
            while banks > 1 and (total % banks or
                                 total // banks < -(-row * bits // 8)):
                banks //= 2
            if banks >= 16 or row == 1:
                return banks, row
            row //= 2

    def l2(self, slots, bits):
        stores = self.stores.l2
        if stores:
            total, place = self.bytes_of(stores, bits)
            remark = "" if total < BYTES_MAX else "Timeloop's has no limit"
        else:
            total, place = BYTES_MAX, None
            remark = "no such level: mappings keep nothing in it"
        banks, row = self.banks(total, max(bits.values()), slots)
        self.machine.set("l2.bytes", total, place, remark)
        self.machine.set("l2.banks", banks, None,
                         "assumed: Timeloop has none that hold tensors")
        self.machine.set("l2.bank_row_words", row, None,
                         "assumed: no bank binds, where it has the room")
        self.machine.set("l2.ports", "1r1w", None, "assumed")
        self.machine.set("l2.latency_cycles", 0, None,
                         "Timeloop's levels have none")

    def dram(self):
        level = self.stores.dram
        words = level.number("read_bandwidth", "shared_bandwidth",
                             "bandwidth")
        if words:
            clock = self.machine.keys["clock_hz"].value
            rate = int(words * (level.word_bits() or 16) / 8 * clock)
            self.machine.set("dram.model", "bandwidth", level.place)
            self.machine.set("dram.bytes_per_second",
                             max(1, min(rate, 10**15)),
                             level.place_of("read_bandwidth",
                                            "shared_bandwidth", "bandwidth"))
        else:
            self.machine.set("dram.model", "ideal", level.place,
                             "without a bandwidth, Timeloop's never binds")

    def tell(self):
        for level in self.others:
            self.said.not_expressible(level.place, f"component "
                                      f"'{level.name}'", "it holds no tensor; "
                                      "its energy is not counted")
        for level in self.levels:
            for key in ("metadata_storage_depth", "allow_overbooking"):
                item = level.attributes.get(key)
                if item is not None and str(item.text).lower() not in \
                        ("0", "false", "none"):
                    self.said.not_expressible(
                        item.place, f"'{key}' of '{level.name}'",
                        "sparse formats are not modelled: tensors are dense")

    def read(self):
        if self.stores.needs_list is not None:
            raise self.stores.needs_list
        self.clock()
        self.machine.set("dataflows", ["nest", "os", "ws", "is", "rs"], None,
                         "mappings are loop nests; others to compare")
        rows, cols = self.array()
        self.machine.keys["default.dataflow"] = \
            self.machine.keys["dataflows"]._replace(value="os",
                                                    remark="assumed, where "
                                                    "no mapping is given")
        bits = self.precision()
        self.registers()
        slots = self.networks(rows, cols)
        self.l1(rows, cols, bits)
        self.l2(slots, bits)
        self.dram()
        self.machine.set("energy", "45nm", None, "an ERT has others")
        self.tell()
        self.machine.timeloop_levels = self.stores
        self.said.machines.append(self.machine)
