"""write_machine.py - an architecture in accelsim's syntax, each value with the
line that it comes from, or with why it is there.
SPDX-License-Identifier: MIT
"""

import os

from importers.names import plain
from importers.write_network import one_line

# Groups in the order of docs/config.md; keys within one as they were given.
ORDER = ("name", "clock_hz", "default", "dataflows", "array", "precision",
         "pe", "noc", "l1", "l2", "dram", "energy", "mapping")
COLUMN = 40  # where comments begin


def written(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value)


def comment_of(value):
    parts = []
    if value.place is not None:
        where = os.path.basename(value.place.file)
        parts.append(where + (f":{value.place.line}" if value.place.line
                              else ""))
    if value.remark:
        parts.append(value.remark)
    return one_line(", ".join(parts))


def tree_of(keys):
    tree = {}
    for path, value in keys.items():
        *groups, name = path.split(".")
        at = tree
        for group in groups:
            at = at.setdefault(group, {})
        at[name] = value
    return tree


def lines_of(tree, indent):
    out = []
    for name, value in tree.items():
        if isinstance(value, dict):
            out.append(f"{indent}{name} = {{")
            out += lines_of(value, indent + "  ")
            out.append(f"{indent}}};")
            continue
        line = f"{indent}{name} = {written(value.value)};"
        comment = comment_of(value)
        out.append(line.ljust(COLUMN) + f"# {comment}" if comment else line)
    return out


def level_lines(levels):
    """The list of levels, outermost first."""
    blocks = [f'  {{ name = "{levels[0].name}"; }}']
    for one in levels[1:]:
        holds = written([tensor for tensor in ("ifmap", "filter", "psum")
                         if tensor in one.holds])
        where = os.path.basename(one.level.place.file)
        blocks.append(
            f'  {{ name = "{one.name}";  # {where}:{one.level.place.line}\n'
            f"    rows = {one.rows}; cols = {one.cols};\n"
            f"    stores = ( {{ bytes = {one.bytes}; holds = {holds};\n"
            f"                 # no bank binds in Timeloop\n"
            f"                 bank_row_words = {one.row_words}; "
            f'ports = "1r1w"; '
            f"latency_cycles = 0; }} );\n"
            f"    network = {{ slots_per_cycle = {one.slots}; }}; }}")
    return ["levels = (", ",\n".join(blocks), ");"]


def text_of(machine, said, known_as):
    tree = tree_of(machine.keys)
    own = plain(machine.name, "architecture")
    where = one_line(os.path.basename(machine.place.file))
    said.read(machine.place, f"an architecture, as '{own}' in {known_as}")
    lines = [f"# {known_as} - imported from {where}.", f'name = "{own}";']
    for name in ORDER:
        if name in tree:
            lines += lines_of({name: tree[name]}, "")
    if machine.levels is not None:
        lines += level_lines(machine.levels)
    return "\n".join(lines) + "\n"
