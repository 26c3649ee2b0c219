"""accelforge_mapping.py - mappings of AccelForge as loop nests, one for each
einsum: storages say from where on a tensor is at a level, loops the size of what
a step works on. A loop runs at the outermost level that some tensor of the
einsum still comes from.

Einsums whose steps alternate (fusion) have no nest; they are told. A mapping is
of a workload and an architecture, which have to be among the files.
SPDX-License-Identifier: MIT
"""

from importers import yaml_source
from importers.nest_letters import letters_of, steps_of
from importers.said import Level, Mapping, Refused
from importers.write_network import network_names

ORDER = ("dram", "l2", "l1", "rf")
REST = "gnmcpqrs"
BRANCHES = ("Sequential", "Pipeline", "Parallel")


class CannotBe(Exception):
    """Why there is no nest of an einsum."""


def nodes_of(root):
    mapping = root.get("mapping") if root.is_map else None
    nodes = mapping.get("nodes") if mapping is not None and mapping.is_map \
        else None
    return nodes if nodes is not None and nodes.is_list else None


def recognises(source, said):
    return nodes_of(yaml_source.document(source, said)) is not None


def paths_of(nodes, before=()):
    """(what stands above an einsum's Compute, its name, place) of each."""
    above = list(before)
    for item in nodes.items:
        inside = item.get("nodes") if item.is_map else None
        if item.tag == "Compute":
            name = item.get("einsum")
            yield above, name.text if name is not None else "", item.place
        elif item.tag in BRANCHES and inside is not None:
            for branch in inside.list():
                own = branch.get("nodes") if branch.is_map else None
                if own is not None:
                    yield from paths_of(own, above)
        elif inside is not None:
            yield from paths_of(inside, above)
        else:
            above.append(item)


def shared_loops(nodes):
    """Whether loops stand around several einsums."""
    loops = 0
    for item in nodes.items:
        loops += item.tag in ("Temporal", "Spatial")
        if item.tag in BRANCHES:
            return loops > 0
    return False


class Nest:
    def __init__(self, layer, nest, tensors, assigned):
        self.assigned = assigned
        self.letters = letters_of(nest)
        self.left = steps_of(layer)
        self.at = {name: 0 for name in tensors}  # how far in each tensor is
        self.kept = {"l2": set(), "l1": set()}
        self.tensors = tensors
        self.levels = {name: Level(keep=None) for name in ORDER}

    def storage(self, item):
        name = item.get("component")
        level = self.assigned.get(name.text) if name is not None else None
        if level is None:
            item.refuse("a storage is at "
                        f"'{name.text if name is not None else ''}', which "
                        "the architecture has not", "a level of it is needed")
        tensors = item.get("tensors")
        for one in tensors.list() if tensors is not None else []:
            if one.text in self.at:
                self.at[one.text] = max(self.at[one.text],
                                        ORDER.index(level))
                if level in self.kept:
                    self.kept[level].add(one.text)

    def loop(self, item, usual):
        variable = item.get("rank_variable")
        letter = self.letters.get(variable.text if variable is not None
                                  else "")
        if letter is None:
            return
        tile = item.get("tile_shape", "tile_size")
        each = min(self.left[letter],
                   tile.need_int("tile_shape") if tile is not None else 1)
        steps = -(-self.left[letter] // each)
        self.left[letter] = each
        level = self.levels[ORDER[min(min(self.at.values()), 3)]]
        if item.tag == "Spatial":
            name = item.get("name", "dimension")
            is_row = name is not None and (name.text or "").lower()[:1] in "yr"
            side = level if level is not self.levels["rf"] else usual
            if steps > 1:
                (side.rows if is_row else side.cols).append((letter, steps))
        elif steps > 1:
            level.loops.append((letter, steps))

    def made(self, above, usual, place):
        for item in above:
            if item.tag == "Storage":
                self.storage(item)
            elif item.tag in ("Temporal", "Spatial"):
                self.loop(item, self.levels[usual])
        dram = self.levels["dram"]
        if dram.rows or dram.cols:
            raise CannotBe("it has loops side by side outside the chip")
        self.levels["rf"].loops += [(letter, self.left[letter])
                                    for letter in REST
                                    if self.left[letter] > 1]
        for name in ("l2", "l1"):
            own = [self.tensors[one] for one in self.tensors
                   if one in self.kept[name]]
            self.levels[name].keep = own if len(own) < 3 else None
        used = {name: self.levels[name] for name in ORDER
                if name != "l1" or "l1" in self.assigned.values()}
        for level in used.values():
            level.place = place
        return used


def read(source, said):
    waiting = said.accelforge_mappings = getattr(said, "accelforge_mappings",
                                                 [])
    waiting.append(source)


def finish(said):
    for source in getattr(said, "accelforge_mappings", []):
        nodes = nodes_of(yaml_source.document(source, said))
        machines = [machine for machine in said.machines
                    if hasattr(machine, "timeloop_levels")]
        layers = getattr(said, "accelforge_layers", {})
        if len(machines) != 1 or not layers:
            raise Refused(nodes.place, "a mapping of AccelForge's is of a "
                          "workload and an architecture, of which "
                          f"{'no' if not layers else 'a'} workload and "
                          f"{len(machines)} architectures stand in the files",
                          "accelsim import WORKLOAD ARCHITECTURE MAPPING has "
                          "both")
        add(source, said, nodes, machines[0].timeloop_levels.assigned(),
            layers)
    said.accelforge_mappings = []


def add(source, said, nodes, assigned, layers):
    mapping = Mapping(source.stem, source.place())
    names = {}
    for network in said.networks:
        names.update(network_names(network))
    if shared_loops(nodes):
        said.not_expressible(nodes.place, "loops around several einsums",
                             "their steps alternate (fusion), which no nest "
                             "of one layer does; network.fuse counts such "
                             "chains")
        nodes = None
    for above, name, place in paths_of(nodes) if nodes is not None else ():
        if name not in layers or id(layers[name][0]) not in names:
            said.not_expressible(place, f"einsum '{name}'",
                                 "it is no layer of the workload's")
            continue
        layer, nest, tensors = layers[name]
        try:
            levels = Nest(layer, nest, tensors, assigned).made(above, "l2",
                                                               place)
        except CannotBe as why:
            said.not_expressible(place, f"the mapping of einsum '{name}': "
                                 f"{why}", "it is left out")
            continue
        mapping.entries.append((names[id(layer)], levels, place))
    if mapping.entries:
        said.mappings.append(mapping)
