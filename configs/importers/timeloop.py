"""timeloop.py - files of Timeloop's, of which each may hold a problem, an
architecture, a mapping, constraints, a mapper and variables, in any of their
versions; what a file holds, its keys say.

Order between files does not matter: variables are known before architectures,
and a mapping is put together with its problem and architecture when all files
have been read.
SPDX-License-Identifier: MIT
"""

from importers import timeloop_listed, timeloop_machine, timeloop_mapping, timeloop_problem
from importers.timeloop_levels import read_levels
from importers.tree import same_key

WITHOUT_PLACE = {
    "constraints": "a mapping, or 'map --constraints', says what may run",
    "architecture_constraints": "a mapping, or 'map --constraints', says "
                                "what may run",
    "mapspace_constraints": "a mapping, or 'map --constraints', says what "
                            "may run",
    "mapspace": "a mapping, or 'map --constraints', says what may run",
    "mapper": "'accelsim map' has --objective, --top and --time-limit",
    "components": "an energy table prices accesses",
    "compound_components": "an energy table prices accesses",
    "sparse_optimizations": "tensors are dense",
}


def part_of(root, *names):
    """The first of the parts that a document has, with its place."""
    for name in names:
        item = root.get(name)
        if item is not None and not (item.is_scalar and item.text is None):
            return item
    return None


def recognises(source, said):
    root = timeloop_problem.document(source, said)
    if timeloop_problem.problem_of(root) is not None:
        return True
    if not root.is_map:
        return False
    architecture = part_of(root, "architecture", "arch")
    if architecture is not None:
        return architecture.is_map and (
            architecture.has("subtree") or architecture.has("storage") or
            is_of_timeloop(architecture))
    mapping = root.get("mapping")
    if mapping is not None:
        return mapping.is_list and all(
            one.is_map and one.has("target") for one in mapping.items)
    return any(same_key(key) in WITHOUT_PLACE or key == "variables"
               for key in root.entries)


def is_of_timeloop(architecture):
    """Nodes of version 0.4 have classes and attributes; AccelForge's have
    tags of their own."""
    nodes = architecture.get("nodes")
    tags = {one.tag for one in nodes.items} \
        if nodes is not None and nodes.is_list else set()
    return not tags & {"Memory", "Compute", "Toll"} and bool(
        tags & {"Component", "Container", "Hierarchical", "Parallel",
                "Pipelined"})


def variables_of(root, said):
    """Numbers that files call by name, and those of --dim."""
    out = getattr(said, "timeloop_variables", None)
    if out is None:
        out = said.timeloop_variables = dict(said.dims)
        said.used_dims |= set(said.dims)
    item = root.get("variables") if root.is_map else None
    for key, value in (item.entries.items()
                       if item is not None and item.is_map else ()):
        number = value.number() if value.is_scalar else None
        if number is not None:
            out[key] = number
    return out


def prepare(source, said):
    """Called for all files before any is read."""
    variables_of(timeloop_problem.document(source, said), said)


def read_machine(source, said, architecture, levels, others):
    """As one of the usual levels where it can be one, for that runs cycle by
    cycle; else as a list, and as the user wishes."""
    notes = len(said.notes)
    if not said.lists_levels:
        try:
            timeloop_machine.MachineReader(source, said, architecture, levels,
                                           others).read()
            return
        except timeloop_machine.NeedsList as why:
            del said.notes[notes:]
            said.approximated(why.place, why.what, "the machine is a list of "
                              "levels, which runs under its mapping")
    timeloop_listed.ListedReader(source, said, architecture, levels,
                                 others).read()


def read(source, said):
    root = timeloop_problem.document(source, said)
    variables = variables_of(root, said)
    problem = timeloop_problem.problem_of(root)
    if problem is not None:
        timeloop_problem.read(source, said)
    architecture = part_of(root, "architecture", "arch")
    if architecture is not None and architecture.is_map:
        levels, others = read_levels(architecture, said, variables)
        read_machine(source, said, architecture, levels, others)
    mapping = part_of(root, "mapping")
    if mapping is not None and mapping.is_list and mapping.items:
        timeloop_mapping.note_mapping(source, said, mapping)
    for key, item in root.entries.items():
        consequence = WITHOUT_PLACE.get(same_key(key))
        if consequence and item.weight > 1 and \
                not (item.is_map and holds_nothing(item)):
            said.not_expressible(root.key_places.get(key, item.place),
                                 f"'{key}'", consequence)


def holds_nothing(item):
    return all(value.is_list and not value.items or value.text is None and
               value.is_scalar for value in item.entries.values())


def finish(said):
    """Called when all files have been read."""
    timeloop_mapping.finish(said)
