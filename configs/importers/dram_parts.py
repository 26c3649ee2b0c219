"""dram_parts.py - DRAM parts of DRAMsim3 (.ini), DRAMSys and DRAMPower
(memspec .json) as parts of accelsim's (dram.part), and those of Ramulator, which
only names tables of its own sources and is refused with the nearest part.

accelsim's part is one channel of one rank under an open-page controller; what
the files say of channels (dram.channels), ranks, address mappings and queues is
told.
SPDX-License-Identifier: MIT
"""

from importers import braces_source, ini_source, yaml_source
from importers.names import plain
from importers.said import Part, Refused
from importers.tree import scalar

NAME_MAX = 31
# Clocks of the data bus for a burst: BL / these transfers of a clock.
TRANSFERS = {"GDDR5": 4, "GDDR5X": 8, "GDDR6": 16}
SHIPPED = ("ddr3_1600", "ddr4_2400", "lpddr4_2400", "hbm2")
CLOCKS_MAX = 1000000000  # of a timing of a part
# What is taken for a timing that a file lacks: times another one, and why.
ASSUMED = {"tCCD_S": ("clocks_per_burst", 1, "a burst"),
           "tCCD_L": ("tCCD_S", 1, "as within other groups"),
           "tRRD_S": ("tRRD_L", 1, "as within a group"),
           "tRRD_L": ("tRRD_S", 1, "as between groups"),
           "tWTR_S": ("tWTR_L", 1, "as within a group"),
           "tWTR_L": ("tWTR_S", 1, "as between groups"),
           "tFAW": ("tRRD_S", 4, "four activations, no limit of its own"),
           "tRTP": ("clocks_per_burst", 1, "a burst")}
SILENT = ("tCCD_S", "tCCD_L")  # tools leave them to the burst
TIMINGS = ("CL", "CWL", "tRCD", "tRP", "tRAS", "tRC", "tRFC", "tREFI",
           "tCCD_S", "tCCD_L", "tRRD_S", "tRRD_L", "tFAW", "tWR", "tWTR_S",
           "tWTR_L", "tRTP")
CURRENTS = ("IDD0", "IDD2N", "IDD3N", "IDD4R", "IDD4W", "IDD5")


def kind_of(source, said):
    """Which reader is for the file, or None."""
    if ini_source.begins_with_section(source.text):
        sections = ini_source.document(source).sections
        return DramSim if "dram_structure" in sections else None
    if braces_source.begins_as_json(source.text):
        root = braces_source.document(source)
        return MemSpec if memspec_of(root) is not None else None
    if not source.path.lower().endswith((".yaml", ".yml", ".cfg")):
        return None
    if source.path.lower().endswith(".cfg"):
        words = [line.split("=")[0].strip().lower() for line in
                 source.text.split("\n")
                 if "=" in line and line.strip()[0] != "#"]
        return RamulatorNames if "standard" in words and "org" in words \
            else None
    root = yaml_source.document(source, said)
    return Ramulator if root.is_map and root.get("MemorySystem") is not None \
        else None


def recognises(source, said):
    return kind_of(source, said) is not None


def read(source, said):
    kind_of(source, said)(source, said).read()


def memspec_of(root):
    if not root.is_map:
        return None
    spec = root.get("memspec")
    if spec is None and root.get("simulation") is not None:
        spec = root.get("simulation").get("memspec")
    if spec is not None and spec.is_map and spec.has("memtimingspec"):
        return spec
    return None


class PartReader:
    """Collects values by accelsim's keys, each with its place."""

    def __init__(self, source, said):
        self.source, self.said = source, said
        self.part = Part(source.stem, source.place())

    def put(self, key, value, place, remark=""):
        self.part.set(key, value, place, remark)

    def whole(self, item, what, least=1):
        value = item.number()
        if value is None or value != int(value) or value < least:
            item.refuse(f"'{what}' is {item.shown()}",
                        f"a whole number of at least {least} is needed")
        return int(value)

    def currents(self, volts, items):
        """Takes the currents of a device, mA, where the file has them all."""
        found = {"volts": volts, **dict(zip(CURRENTS, items))}
        values = {key: item.number() if item is not None else None
                  for key, item in found.items()}
        if any(value is None or value <= 0 for value in values.values()):
            return
        # A current of less than 1 is in amperes.
        scale = 1000 if values["IDD0"] < 1 else 1
        for key, value in values.items():
            value *= 1 if key == "volts" else scale
            self.put(key, round(value, 6), found[key].place,
                     "A, as mA" if scale > 1 and key != "volts" else "")

    def lacks(self, key, place):
        raise Refused(place, f"the part has no '{key}'",
                      "every timing and size of it is needed")

    def timing(self, key, item, name):
        """A timing that the file has; False: it has none, or 0, and what is
        taken for it is said at the end."""
        if item is not None and (key not in ASSUMED or item.number() != 0):
            self.put(key, self.whole(item, name), item.place)
            return True
        return False

    def assume(self, name_of, place):
        """Fills in timings that a file may leave out: each other's, a burst, or
        what limits nothing; the others must be there."""
        value = self.part.keys
        if "tRFC" not in value and "tREFI" not in value:
            self.put("tRFC", 1, None, "no refresh")
            self.put("tREFI", CLOCKS_MAX, None, "no refresh")
            self.said.approximated(place, "the part has no refresh",
                                   f"one of a clock in {CLOCKS_MAX}")
        for key in TIMINGS:
            if key in value or key == "tRC":
                continue
            if key not in ASSUMED:
                self.lacks(name_of(key), place)
            other, times, why = ASSUMED[key]
            if other not in value:
                other, times, why = "clocks_per_burst", 1, "a burst"
            self.put(key, times * value[other].value, None,
                     f"the file has none: {why}")
            if key not in SILENT:
                self.said.approximated(
                    place, f"the part has no {name_of(key)}, or 0",
                    f"{times * value[other].value} clocks are taken, {why}")

    def finish(self, protocol):
        value = self.part.keys
        if "tRC" not in value:
            both = value["tRAS"].value + value["tRP"].value
            self.put("tRC", both, None, "tRAS + tRP")
        for key in ("tRAS", "tRP"):
            if value["tRC"].value < value["tRAS"].value + value["tRP"].value:
                self.said.approximated(
                    value["tRC"].place or self.part.place,
                    f"tRC = {value['tRC'].value} is less than tRAS + tRP",
                    "a row is open and closed within it: their sum is taken")
                self.put("tRC", value["tRAS"].value + value["tRP"].value,
                         value[key].place, "tRAS + tRP")
        self.part.name = plain(self.part.name, "part")[:NAME_MAX].strip("_.")
        if self.part.name in SHIPPED or \
                self.part.name in ("ideal", "bandwidth"):
            self.part.name = f"{self.part.name}_own"[:NAME_MAX]
        order = ["clock_hz", *TIMINGS, "BL", "clocks_per_burst", "bankgroups",
                 "banks_per_group", "rows", "columns", "bus_bytes"]
        if "volts" in value:
            order += ["devices", "volts", *CURRENTS]
        self.part.keys = {key: value[key] for key in order}
        self.part.protocol = protocol
        self.said.parts.append(self.part)


class DramSim(PartReader):
    """DRAMsim3: timings in clocks, tCK in ns."""

    ALIASES = {"trefi": ("trefi", "refi"), "trcd": ("trcd", "trcdrd"),
               "trtp": ("trtp", "trtp_l")}

    def item(self, section, key):
        ini = ini_source.document(self.source)
        return ini.get(section, *self.ALIASES.get(key.lower(),
                                                  (key.lower(),)))

    def need(self, section, key):
        item = self.item(section, key)
        if item is None:
            places = ini_source.document(self.source).places
            self.lacks(key, places.get(section, self.part.place))
        return item

    def read(self):
        protocol = self.need("dram_structure", "protocol")
        kind = (protocol.text or "").upper()
        if kind.startswith("HMC"):
            protocol.refuse("an HMC, whose packets and vaults are not "
                            "modelled", "a part with a bus is needed")
        clock = self.need("timing", "tCK")
        nanoseconds = clock.number()
        if nanoseconds is None or not 0.01 <= nanoseconds <= 1000:
            clock.refuse(f"'tCK' is {clock.shown()}", "nanoseconds are needed")
        self.put("clock_hz", round(1e9 / nanoseconds), clock.place)
        self.sizes(kind)
        for key in TIMINGS:
            if key == "tRC":
                continue
            self.timing(key, self.item("timing", key), key)
        places = ini_source.document(self.source).places
        self.assume(lambda key: key, places.get("timing", clock.place))
        write = self.item("timing", "tRCDWR")
        if write is not None and write.int() != \
                self.part.keys["tRCD"].value:
            self.said.approximated(
                write.place, f"tRCDWR = {write.text} differs from tRCDRD",
                f"both are {self.part.keys['tRCD'].value}")
        self.tell()
        self.finish(kind)

    def sizes(self, kind):
        length = self.need("dram_structure", "BL")
        transfers = self.whole(length, "BL")
        self.put("BL", transfers, length.place)
        each = TRANSFERS.get(kind, 2)
        self.put("clocks_per_burst", max(1, transfers // each), length.place,
                 f"{each} transfers a clock")
        for key in ("bankgroups", "banks_per_group", "rows", "columns"):
            item = self.need("dram_structure", key)
            self.put(key, self.whole(item, key), item.place)
        width = self.item("system", "bus_width") or \
            self.need("dram_structure", "device_width")
        bits = self.whole(width, "bus_width", 8)
        self.put("bus_bytes", bits // 8, width.place)
        device = self.item("dram_structure", "device_width")
        each = device.int() if device is not None else None
        self.put("devices", max(1, bits // each) if each else 1, width.place)
        self.currents(self.item("power", "VDD"),
                      [self.item("power", key) for key in
                       (*CURRENTS[:-1], "IDD5AB")])

    def tell(self):
        channels = self.item("system", "channels")
        if channels is not None and channels.int() not in (None, 1):
            self.said.not_expressible(
                channels.place, f"{channels.int()} channels",
                f"the part is one of them: --set dram.channels="
                f"{channels.int()} has as many")
        for key in ("address_mapping", "row_buf_policy", "queue_structure"):
            item = self.item("system", key)
            if item is not None and (item.text or "").upper() not in \
                    ("OPEN_PAGE", "PER_BANK"):
                self.said.not_expressible(item.place, f"'{key}' is "
                                          f"{item.text}", "accelsim has an "
                                          "address mapping and an open-page "
                                          "policy of its own")


class MemSpec(PartReader):
    """DRAMSys and DRAMPower: tCK in seconds, or clkMhz."""

    NAMES = {"CL": ("RL", "CL"), "CWL": ("WL", "CWL"), "tRCD": ("RCD",
             "RCD_R", "RCDRD"), "tRP": ("RP", "RPAB", "RPPB"),
             "tRAS": ("RAS",), "tRC": ("RC", "RCAB", "RCPB"),
             "tRFC": ("RFC", "RFC1", "RFCAB"),
             "tREFI": ("REFI", "REFI1"),
             "tCCD_S": ("CCD_S", "CCDS", "CCD", "CCD_R"),
             "tCCD_L": ("CCD_L", "CCDL", "CCD", "CCD_R"),
             "tRRD_S": ("RRD_S", "RRDS", "RRD", "RRD_R"),
             "tRRD_L": ("RRD_L", "RRDL", "RRD"), "tFAW": ("FAW", "TAW"),
             "tWR": ("WR",), "tWTR_S": ("WTR_S", "WTRS", "WTR"),
             "tWTR_L": ("WTR_L", "WTRL", "WTR"),
             "tRTP": ("RTP", "RBTP", "RTP_L", "RTP_S")}

    def read(self):
        spec = memspec_of(braces_source.document(self.source))
        timing = spec.get("memtimingspec")
        sizes = spec.get("memarchitecturespec") or spec
        name = spec.get("memoryId")
        if name is not None and name.text:
            self.part.name = name.text
        self.clock(timing)
        lower = {key.lower(): item for key, item in timing.entries.items()}
        for key in TIMINGS:
            item = next((lower[name.lower()] for name in self.NAMES[key]
                         if name.lower() in lower), None)
            if key == "tRC" and (item is None or item.int() == 0):
                continue
            self.timing(key, item, self.NAMES[key][0])
        self.sizes(sizes)
        self.assume(lambda key: self.NAMES[key][0], timing.place)
        power = spec.get("mempowerspec")
        if power is not None and power.is_map:
            lower = {key.lower(): item for key, item in power.entries.items()}
            self.currents(lower.get("vdd"),
                          [lower.get(key.lower()) for key in CURRENTS[:-1]] +
                          [lower.get("idd5b", lower.get("idd5"))])
        kind = spec.get("memoryType")
        self.finish(kind.text if kind is not None else "")

    def clock(self, timing):
        seconds, megahertz = timing.get("tCK"), timing.get("clkMhz", "clkMHz")
        item = seconds if seconds is not None else megahertz
        if item is None:
            self.lacks("tCK", timing.place)
        value = item.number()
        if value is None or value <= 0:
            item.refuse(f"'tCK' is {item.shown()}", "seconds are needed")
        rate = 1 / value if seconds is not None else value * 1e6
        if not 1e6 <= rate <= 1e11:
            item.refuse(f"a clock of {rate:g} Hz", "1 MHz to 100 GHz, of tCK "
                        "in seconds or clkMhz, are needed")
        self.put("clock_hz", round(rate), item.place)

    def sizes(self, sizes):
        def need(*keys, otherwise=None):
            item = sizes.get(*keys)
            if item is None and otherwise is not None:
                return scalar(otherwise, self.part.place)
            if item is None:
                self.lacks(keys[0], sizes.place)
            return item
        length, rate = need("burstLength", "defaultBurstLength"), \
            need("dataRate", otherwise="2")
        transfers = self.whole(length, "burstLength")
        self.put("BL", transfers, length.place)
        self.put("clocks_per_burst",
                 max(1, transfers // self.whole(rate, "dataRate")),
                 rate.place)
        groups = need("nbrOfBankGroups", otherwise="1")
        banks = need("nbrOfBanks")
        count = self.whole(groups, "nbrOfBankGroups")
        self.put("bankgroups", count, groups.place)
        self.put("banks_per_group",
                 max(1, self.whole(banks, "nbrOfBanks") // count),
                 banks.place)
        for key, name in (("rows", "nbrOfRows"), ("columns", "nbrOfColumns")):
            item = need(name)
            self.put(key, self.whole(item, name), item.place)
        width, devices = need("width"), need("nbrOfDevices",
                                             "nbrOfDevicesOnDIMM",
                                             otherwise="1")
        bits = self.whole(width, "width") * self.whole(devices,
                                                       "nbrOfDevices")
        if bits < 8:
            width.refuse(f"a bus of {bits} bits", "at least 8 are needed")
        self.put("bus_bytes", bits // 8, width.place)
        self.put("devices", self.whole(devices, "nbrOfDevices"), devices.place)
        for key, what in (("nbrOfChannels", "channels"),
                          ("nbrOfRanks", "ranks")):
            item = sizes.get(key)
            if item is not None and item.int() not in (None, 0, 1):
                self.said.not_expressible(
                    item.place, f"{item.int()} {what}",
                    "one is modelled" if what == "ranks" else
                    f"the part is one of them: --set dram.channels="
                    f"{item.int()} has as many")


class Ramulator(PartReader):
    """Ramulator 2 names presets of its sources."""

    def read(self):
        root = yaml_source.document(self.source, self.said)
        dram = root.get("MemorySystem").get("DRAM")
        if dram is None:
            self.source.refuse(0, "MemorySystem has no DRAM", "it is needed")
        kind, timing = dram.get("impl"), dram.get("timing")
        preset = timing.get("preset") if timing is not None else None
        self.refuse_names(kind, preset or kind)

    def refuse_names(self, kind, preset):
        family = (kind.text or "").lower() if kind is not None else ""
        near = next((one for one in SHIPPED
                     if family and one.startswith(family)), None)
        place = preset.place if preset is not None else self.part.place
        text = preset.text if preset is not None else ""
        raise Refused(place, f"'{text}' is the name of a table in Ramulator's "
                      "sources, which are not here",
                      f"the nearest part is --set dram.model={near}" if near
                      else "the file of a part with its timings is needed; "
                      "'accelsim list memories' has those that are shipped")


class RamulatorNames(Ramulator):
    """Ramulator 1: `standard`, `org` and `speed` are names of tables."""

    def read(self):
        found = {}
        for number, line in enumerate(self.source.text.split("\n"), 1):
            key, equals, value = line.partition("=")
            if equals:
                found[key.strip().lower()] = scalar(
                    value.split("#")[0].strip(), self.source.place(number))
        self.refuse_names(found.get("standard"), found.get("speed"))
