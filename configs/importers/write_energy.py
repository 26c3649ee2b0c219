"""write_energy.py - an energy table in accelsim's syntax (docs/energy.md).
SPDX-License-Identifier: MIT
"""

import os

from importers.names import plain
from importers.write_network import one_line


def text_of(energy, said, known_as):
    own = plain(energy.name, "energies")
    where = one_line(os.path.basename(energy.place.file))
    said.read(energy.place, f"an energy table, as '{own}' in {known_as}")
    lines = [f"# {known_as} - imported from {where}.", f'name = "{own}";',
             'unit = "pJ";',
             'source = "' + where.replace("\\", " ").replace('"', " ") + '";']
    for row, place in energy.rows:
        comment = f" # {where}:{place.line}" if place is not None else ""
        lines.append(one_line(row + comment))
    return "\n".join(lines) + "\n"
