"""own_mapping.py - loop nests in a mapping file of accelsim's own, to be written
in another tool's form (docs/nest.md).
SPDX-License-Identifier: MIT
"""

import re

from importers import braces_source
from importers.said import Level, Mapping

LOOP = re.compile(r"([gnmcpqrs]) +(\d+)$")
NOT_LEVELS = ("layer", "network", "dataflow", "pass")


def recognises(source, said):
    del said
    root = braces_source.document(source)
    mappings = root.get("mappings") if root.is_map else None
    return mappings is not None and mappings.is_list and \
        bool(mappings.items) and all(one.is_map for one in mappings.items)


def loops_of(item, key):
    said = item.get(key)
    out = []
    for one in said.list() if said is not None else []:
        found = LOOP.match(one.need_text(key))
        if found is None or int(found.group(2)) < 1:
            one.refuse(f"loop '{one.text}'", "a letter of gnmcpqrs and a "
                       "number of steps are needed, as in \"m 4\"")
        out.append((found.group(1), int(found.group(2))))
    return out


def level_of(item):
    kept = item.get("keep")
    return Level(*(loops_of(item, key) for key in ("loops", "rows", "cols")),
                 None if kept is None else
                 [one.need_text("keep") for one in kept.list()], item.place)


def read(source, said):
    root = braces_source.document(source)
    mapping = Mapping(source.stem, source.place())
    for item in root.get("mappings").items:
        dataflow, layer = item.get("dataflow"), item.get("layer")
        if dataflow is not None and dataflow.text != "nest":
            said.not_expressible(
                dataflow.place, f"dataflow '{dataflow.text}' by its "
                "parameters", "its loops follow from the machine; "
                "--show-mapping prints them")
            continue
        levels = {key: level_of(value) for key, value in item.entries.items()
                  if key not in NOT_LEVELS and value.is_map}
        mapping.entries.append((layer.text if layer is not None else None,
                                levels, item.place))
    if not mapping.entries:
        source.refuse(0, "no loop nest stands in it", "entries with levels are "
                      "needed, as docs/nest.md has them")
    said.mappings.append(mapping)
