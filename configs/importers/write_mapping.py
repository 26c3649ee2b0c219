"""write_mapping.py - loop nests in accelsim's syntax (docs/nest.md).
SPDX-License-Identifier: MIT
"""

import os

from importers.names import plain
from importers.write_network import count, one_line

LEVELS = ("dram", "l2", "l1", "rf")  # of which not all may be there


def list_of(words):
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def loops_of(loops):
    return list_of(f"{letter} {steps}" for letter, steps in loops)


def level_line(name, level):
    parts = []
    for key, loops in (("loops", level.loops), ("rows", level.rows),
                       ("cols", level.cols)):
        if loops:
            parts.append(f"{key} = {loops_of(loops)};")
    if level.keep is not None and name not in ("dram", "rf"):
        parts.append(f"keep = {list_of(level.keep)};")
    return f"  {name} = {{ {' '.join(parts)} }};" if parts else None


def order_of(levels):
    """The usual levels outermost first; listed ones as they come."""
    return [name for name in LEVELS if name in levels] \
        if set(levels) <= set(LEVELS) else list(levels)


def text_of(mapping, said, known_as):
    where = one_line(os.path.basename(mapping.place.file))
    blocks = []
    for layer, levels, place in mapping.entries:
        lines = [f"  # {where}:{place.line}" if place.line else
                 f"  # {where}"]
        if layer is not None:
            lines.append(f'  layer = "{plain(layer, "layer1")}";')
        if isinstance(levels, str):
            lines.append(f'  dataflow = "{levels}";')
            levels = {}
        lines += [line for line in (level_line(name, levels[name])
                                    for name in order_of(levels))
                  if line is not None]
        blocks.append("{\n" + "\n".join(lines) + "\n}")
    said.read(mapping.place, f"{count(len(blocks), 'loop nest')}, in {known_as}")
    return f"# {known_as} - imported from {where}.\nmappings = ( " + \
        ", ".join(blocks) + " );\n"
