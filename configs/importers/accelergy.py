"""accelergy.py - Accelergy's tables of energies (ERT) as an energy table of
accelsim's, and of areas (ART), which have no place today.

An action of a DRAM or an SRAM is a whole line. How many bits that is, the
architecture says, if one of Timeloop's is among the files; else it is assumed
and told. Of an action's energies for several arguments the largest counts, as
in Timeloop.
SPDX-License-Identifier: MIT
"""

import re

from importers import yaml_source
from importers.said import Energy
from importers.tree import same_key

KINDS = ("dram", "l2", "l1", "rf", "mac")
# Where no architecture tells what a component is: words of its name.
WORDS = (("mac", ("mac", "alu", "multiplier", "compute")),
         ("dram", ("dram", "mainmemory", "main_memory", "offchip", "backing")),
         ("rf", ("spad", "regfile", "registerfile", "register", "reg", "rf")),
         ("l2", ("glb", "globalbuffer", "global_buffer", "buffer", "sram",
                 "cache", "scratchpad")))
ASSUMED_BITS = {"dram": 64, "l2": 64, "l1": 64, "rf": 16}
LEFT = ("idle", "leak")


def table_of(root, *names):
    """The tables under one of these names, or None."""
    if not root.is_map:
        return None
    for key, item in root.entries.items():
        if same_key(key) in names and item.is_map and \
                item.get("tables", "table_summary") is not None or \
                same_key(key) in names and item.is_list:
            return item
    return None


def recognises(source, said):
    root = yaml_source.document(source, said)
    return any(table_of(root, name) is not None for name in
               ("ERT", "ERT_summary", "ART", "ART_summary"))


class Component:
    def __init__(self, path, place):
        self.path, self.place = path, place
        self.name = re.sub(r"\[[^\]]*\]", "", path).rsplit(".", 1)[-1]
        self.actions = {}  # name: (largest energy, place)

    def add(self, name, energy, place):
        if name not in self.actions or self.actions[name][0] < energy:
            self.actions[name] = (energy, place)

    def figure(self, *names):
        """The largest energy of actions whose names begin so, or None."""
        found = [value for action, value in self.actions.items()
                 if action.lower().startswith(names) and
                 not any(left in action.lower() for left in LEFT)]
        return max(found, key=lambda value: value[0]) if found else None


def energy_of(item):
    """A number, or the largest of those that a summary has."""
    value = item.number()
    if value is None and item.is_map:
        values = [one.number() for one in item.entries.values()]
        values = [one for one in values if one is not None]
        value = max(values) if values else None
    if value is None or value < 0:
        item.refuse(f"an energy is {item.shown()}",
                    "a number of pJ is needed")
    return value


def actions_of(component, item):
    """0.3 and 0.4: a list with names; 0.2: a map of lists."""
    if item.is_map:
        for name, cases in item.entries.items():
            for case in cases.list():
                energy = case.get("energy") if case.is_map else case
                if energy is not None:
                    component.add(name, energy_of(energy), energy.place)
        return
    for action in item.list():
        name, energy = action.get("name"), action.get("energy", "max_energy",
                                                      "average_energy")
        if name is None or energy is None:
            action.refuse("an action lacks its name or energy",
                          "both are needed")
        component.add(name.need_text("name"), energy_of(energy),
                      energy.place)


def components_of(table):
    tables = table if table.is_list else table.get("tables", "table_summary")
    out = []
    if tables.is_map:
        for path, item in tables.entries.items():
            out.append(Component(path, item.place))
            actions_of(out[-1], item)
        return out
    for item in tables.list():
        path = item.get("name")
        actions = item.get("actions")
        if path is None:
            item.refuse("a table lacks its name", "it is needed")
        out.append(Component(path.need_text("name"), item.place))
        if actions is not None:
            actions_of(out[-1], actions)
    return out


class Table:
    """Which of accelsim's figures each component gives."""

    def __init__(self, source, said, components):
        self.source, self.said, self.components = source, said, components
        machines = [machine.timeloop_levels for machine in said.machines
                    if hasattr(machine, "timeloop_levels")]
        self.stores = machines[0] if len(machines) == 1 else None
        self.energy = Energy(source.stem, source.place())
        self.leaks = {}  # kind: (pJ in a cycle of one instance, place)

    def kind(self, component):
        if self.stores is not None:
            assigned = self.stores.assigned()
            if component.name in assigned:
                return assigned[component.name]
            compute = self.stores.compute
            if compute is not None and compute.name == component.name:
                return "mac"
        name = component.name.lower()
        return next((kind for kind, words in WORDS
                     if any(word in name for word in words)), None)

    def bits(self, kind, component):
        """Bits that an action moves, and where that stands."""
        for level in self.stores.levels if self.stores is not None else ():
            if level.name == component.name and level.word_bits():
                return level.word_bits() * level.line_words(), level.place
        return ASSUMED_BITS[kind], None

    def memory(self, kind, component):
        read = component.figure("read")
        write = component.figure("write", "update", "fill")
        figure = read or write
        if figure is None:
            return None
        bits, place = self.bits(kind, component)
        if place is None:
            self.said.approximated(
                component.place, f"how many bits an action of "
                f"'{component.name}' moves, the table does not say",
                f"{bits} are assumed; with the architecture among the files "
                "they are known")
        return bits, figure, (write or figure)[0]

    def read(self):
        found = {}
        for component in self.components:
            kind = self.kind(component)
            if kind is None:
                if any(value[0] > 0 for value in component.actions.values()):
                    self.said.not_expressible(
                        component.place, f"energies of '{component.name}'",
                        "it is no level and no MAC; they are not counted")
                continue
            if kind == "mac":
                figure = component.figure("mac", "compute", "multiply", "add")
                figure = figure and (None, figure, figure[0])
            else:
                figure = self.memory(kind, component)
            if figure is not None:
                found.setdefault(kind, []).append((component, *figure))
            self.take_leaks(kind, component)
        missing = [kind for kind in KINDS if kind not in found]
        for kind in KINDS:
            if kind in found:
                self.put(kind, found[kind])
        if not found:
            self.source.refuse(0, "no component of it is a level or a MAC",
                               "names such as DRAM, buffer, spad or mac, or "
                               "the architecture, are needed")
        if missing:
            self.fill(missing)
        if self.leaks:
            self.energy.rows.append(
                ("leakage = { " + " ".join(f"{kind} = {energy!r};" for
                                           kind, (energy, _) in
                                           self.leaks.items()) + " };",
                 next(iter(self.leaks.values()))[1]))
        self.energy.rows.append(
            ("noc_hop = { bits = 16; energy = 0.0; source = \"none: the table "
             "has no networks\"; };", None))
        self.said.energies.append(self.energy)

    def put(self, kind, entries):
        """The costliest of several components of one kind."""
        component, bits, (energy, place), write = max(
            entries, key=lambda one: one[2][0])
        if len(entries) > 1:
            self.said.approximated(
                component.place, f"{len(entries)} components are {kind}: " +
                ", ".join(f"'{one.name}' {figure[0]:g} pJ"
                          for one, _, figure, _ in entries),
                f"each access costs what '{component.name}' takes")
        width = f"bits = {bits}; " if bits is not None else ""
        source = component.path.replace("\\", " ").replace('"', " ")[:80]
        cost = f"energy = {energy!r};" if write == energy else \
            f"read = {energy!r}; write = {write!r};"
        self.energy.rows.append(
            (f"{kind} = {{ {width}{cost} source = \"{source}\"; }};", place))

    def fill(self, missing):
        """What the table lacks costs nothing."""
        self.said.approximated(self.source.place(), "the table has no " +
                               ", ".join(missing), "these cost nothing")
        for kind in missing:
            width = "" if kind == "mac" else "bits = 16; "
            self.energy.rows.append(
                (f"{kind} = {{ {width}energy = 0.0; source = \"none: the "
                 "table lacks it\"; };", None))

    def take_leaks(self, kind, component):
        """Energies of a cycle, whether or not an access is made."""
        for name, (energy, place) in component.actions.items():
            if "leak" in name.lower() and energy > 0 and kind != "dram":
                before = self.leaks.get(kind, (0, place))
                self.leaks[kind] = (before[0] + energy, before[1])
            elif any(left in name.lower() for left in LEFT) and energy > 0:
                self.said.not_expressible(
                    place, f"'{name}' of '{component.name}', {energy:g} pJ a "
                    "cycle", "energy that no access takes is not counted")


def read(source, said):
    root = yaml_source.document(source, said)
    table = table_of(root, "ERT", "ERT_summary")
    areas = table_of(root, "ART", "ART_summary")
    if areas is not None:
        said.not_expressible(areas.place, "areas of components", "accelsim "
                             "works areas out of what its energy tables say of "
                             "a bit or a byte")
    if table is None:
        return
    waiting = said.accelergy_tables = getattr(said, "accelergy_tables", [])
    waiting.append((source, components_of(table)))


def finish(said):
    """When the architecture, if there is one, has been read."""
    for source, components in getattr(said, "accelergy_tables", []):
        Table(source, said, components).read()
    said.accelergy_tables = []


