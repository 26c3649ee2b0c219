"""scalesim_config.py - SCALE-Sim's configurations, versions 1 to 3: a systolic
array with a memory for each tensor.

SCALE-Sim has no clock, no widths and no energy; what it has not is assumed, and
says so beside the value.
SPDX-License-Identifier: MIT
"""

import math

from importers import ini_source
from importers.said import Machine
from importers.tree import scalar

PRESETS = "architecture_presets"
CLOCK_HZ = 1000000000
SIDE_MAX = 1024
DATAFLOWS = ("os", "ws", "is")
SRAMS = (("ifmap", "ifmapsramszkb", "ifmapsramsz"),
         ("filter", "filtersramszkb", "filtersramsz"),
         ("psum", "ofmapsramszkb", "ofmapsramsz"))
BANKS = 64  # about as many as memories are cut into
# What has no counterpart, and whether it says so only when it is switched on.
WITHOUT_PLACE = (
    ("sparsity", "sparsitysupport", "sparse filters", "filters are dense"),
    ("run_presets", "useramulatortrace", "latencies from a trace of DRAM",
     "dram.model says how DRAM answers"),
    ("layout", "ifmapcustomlayout", "a layout of the ifmap in banks",
     "accelsim deals banks to tiles"),
    ("layout", "filtercustomlayout", "a layout of filters in banks",
     "accelsim deals banks to tiles"),
)
UNREAD = ("ifmapoffset", "filteroffset", "ofmapoffset", "memorybanks",
          "onchipmemorybanks", "onchipmemorybankports", "readrequestbuffer",
          "writerequestbuffer")


def recognises(source, said):
    del said
    return ini_source.begins_with_section(source.text) and \
        PRESETS in ini_source.document(source).sections


def is_on(item):
    return item is not None and str(item.text).lower() in ("true", "1", "yes")


class Reader:
    def __init__(self, source, said):
        self.source, self.said = source, said
        self.ini = ini_source.document(source)
        name = self.ini.get("general", "run_name")
        self.machine = Machine(name.text if name is not None and name.text
                               else source.stem, source.place())

    def need(self, *keys):
        item = self.ini.get(PRESETS, *keys)
        if item is None:
            self.source.refuse(self.ini.places[PRESETS].line,
                               f"[{PRESETS}] has no '{keys[0]}'",
                               "a whole number is needed")
        if item.text is not None and "," in item.text:
            item.refuse(f"'{keys[0]}' is '{item.text}': arrays of several "
                        "sizes", "one array is needed")
        return item

    def side(self, key):
        item = self.need(key)
        value = item.need_int(key)
        if value > SIDE_MAX:
            item.refuse(f"'{key}' is {value}", f"1 to {SIDE_MAX} are needed")
        return value, item.place

    def array(self):
        rows, rows_place = self.side("arrayheight")
        cols, cols_place = self.side("arraywidth")
        m = self.machine
        m.set("clock_hz", CLOCK_HZ, None, "assumed: SCALE-Sim has no clock")
        m.set("default.batch", 1, None, "SCALE-Sim has no batch")
        dataflow = self.dataflow()
        m.set("dataflows", [dataflow.value, *(one for one in DATAFLOWS
                                              if one != dataflow.value)])
        m.set("array.rows", rows, rows_place)
        m.set("array.cols", cols, cols_place)
        m.set("array.network", "systolic", None, "SCALE-Sim has no other")
        return rows, cols

    def dataflow(self):
        item = self.ini.get(PRESETS, "dataflow")
        text = (item.text or "").lower() if item is not None else "os"
        kind = text[:2]
        if kind not in DATAFLOWS:
            item.refuse(f"'Dataflow' is '{item.text}'",
                        "os, ws or is is needed")
        if text != kind:
            self.said.approximated(item.place, f"dataflow '{item.text}' is of "
                                   "a variant of SCALE-Sim",
                                   f"'{kind}' runs, as SCALE-Sim itself has "
                                   "it")
        place = item.place if item is not None else None
        self.machine.set("default.dataflow", kind, place)
        return self.machine.keys["default.dataflow"]

    def words(self):
        word = self.ini.get(PRESETS, "wordsizebytes")
        bits = 8 * (word.need_int("WordSizeBytes") if word is not None else 1)
        if bits > 32:
            word.refuse(f"words of {bits} bits", "up to 4 bytes are needed")
        place = word.place if word is not None else None
        remark = "" if word is not None else "SCALE-Sim counts bytes"
        self.machine.set("precision.ifmap_bits", bits, place, remark)
        self.machine.set("precision.filter_bits", bits, place, remark)
        self.machine.set("precision.psum_bits", 32, None,
                         "assumed: sums that do not wrap")
        self.said.approximated(
            place or self.ini.places[PRESETS],
            f"SCALE-Sim counts sums as words of {bits} bits",
            "they have 32 here: --set precision.psum_bits has another")
        for tensor in ("ifmap", "filter", "psum"):
            self.machine.set(f"pe.rf.{tensor}_words", 1, None,
                             "a register an operand")
        self.machine.set("pe.pipeline_cycles", 1, None, "a MAC is one cycle")
        return bits

    def edges(self, rows, cols):
        for network in ("filter", "ifmap", "psum_in", "psum_out"):
            self.machine.set(f"noc.{network}.words_per_slot", 1)
            self.machine.set(f"noc.{network}.slots_per_cycle",
                             min(rows + cols, 1024), None,
                             "no edge waits in SCALE-Sim")

    def memories(self, rows, cols):
        sizes = {}
        for tensor, *keys in SRAMS:
            item = self.need(*keys)
            bytes_ = (item.number() or 0) * 1024
            if not 1 <= bytes_ <= 2**40 or bytes_ != int(bytes_):
                item.refuse(f"'{keys[0]}' is {item.shown()}",
                            "KiB of at least a byte are needed")
            sizes[tensor] = (int(bytes_), item.place)
        total = sum(size for size, _ in sizes.values())
        unit = math.gcd(*(size for size, _ in sizes.values()))
        parts = total // unit
        cut = max(1, BANKS // parts)
        while unit % cut:
            cut -= 1
        banks = parts * cut
        if banks > 4096:
            self.source.refuse(self.ini.places[PRESETS].line,
                               "the three memories have no common bank of "
                               "which 4096 are enough",
                               "sizes with a larger common divisor are needed")
        least = min(size for size, _ in sizes.values()) // (unit // cut)
        m = self.machine
        m.set("l2.bytes", total, sizes["ifmap"][1],
              "the three memories, each of its banks")
        m.set("l2.banks", banks)
        m.set("l2.bank_row_words", min(1024, -(-max(rows, cols) // least)),
              None, "an edge gets a word for each of its PEs in a cycle")
        m.set("l2.ports", "1r1w", None, "assumed: SCALE-Sim reads and writes "
              "at once")
        m.set("l2.latency_cycles", 1, None, "assumed: read ahead")
        for tensor, (size, place) in sizes.items():
            m.set(f"l2.{tensor}_banks", size // (unit // cut), place)

    def dram(self, bits):
        mode = self.ini.get("run_presets", "interfacebandwidth")
        width = self.ini.get(PRESETS, "bandwidth")
        m = self.machine
        if mode is None or str(mode.text).upper() != "USER":
            m.set("dram.model", "ideal", mode.place if mode else None,
                  "a tile is there when asked for")
            return
        words = width.number() if width is not None else None
        if words is None and width is not None and "," in (width.text or ""):
            each = [scalar(one.strip(), width.place).number()
                    for one in width.text.split(",")]
            words = each[0] if each[0] else None
            self.said.approximated(
                width.place, f"'Bandwidth' is {width.text}, one for each "
                "tensor", f"all share a DRAM of {each[0]} words a cycle")
        if words is None or words <= 0:
            mode.refuse("InterfaceBandwidth is USER and there is no "
                        "Bandwidth", "words a cycle are needed")
        m.set("dram.model", "bandwidth", mode.place)
        m.set("dram.bytes_per_second",
              max(1, min(int(words * CLOCK_HZ * bits / 8), 10**15)),
              width.place, f"{words:g} words a cycle")

    def tell(self):
        for section, key, what, consequence in WITHOUT_PLACE:
            item = self.ini.get(section, key)
            if is_on(item):
                self.said.not_expressible(item.place, what, consequence)
        for key in UNREAD:
            item = self.ini.get(PRESETS, key)
            if item is not None:
                self.said.read(item.place, f"'{key}' steers no count of "
                               "SCALE-Sim's that accelsim has")

    def read(self):
        rows, cols = self.array()
        bits = self.words()
        self.edges(rows, cols)
        self.memories(rows, cols)
        self.dram(bits)
        self.machine.set("energy", "45nm", None, "SCALE-Sim has no energies")
        self.tell()
        self.said.machines.append(self.machine)


def read(source, said):
    Reader(source, said).read()
