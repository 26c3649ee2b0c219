"""write_part.py - a DRAM part in accelsim's syntax, for --set dram.part=FILE.
SPDX-License-Identifier: MIT
"""

import os

from importers.write_machine import lines_of
from importers.write_network import one_line


def text_of(part, said, known_as):
    where = one_line(os.path.basename(part.place.file))
    said.read(part.place, f"a DRAM part, as '{part.name}' in {known_as}")
    source = where.replace("\\", " ").replace('"', " ")
    return "\n".join([f"# {known_as} - imported from {where}.",
                      f'name = "{part.name}";', f'source = "{source}";',
                      *lines_of(part.keys, "")]) + "\n"
