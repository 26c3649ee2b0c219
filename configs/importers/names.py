"""names.py - names of foreign files as accelsim can have them: letters, digits,
'_' and '.', no two alike.
SPDX-License-Identifier: MIT
"""

import re

MOST = 63  # letters; a layer's name has no more
TAKEN = ("all", "total")  # reports have other uses for them


def plain(name, otherwise):
    """The name as accelsim shows it."""
    name = name.strip().lower().replace("-", "_").replace("/", "_")
    name = re.sub(r"[^a-z0-9_.]+", "_", name).strip("_")
    if len(name) > MOST:
        name = name[:MOST - 9] + "_" + digest(name)
    if name in TAKEN:
        name += "_1"
    return name or otherwise


def digest(text):
    """Eight digits that tell long names apart."""
    value = 0xcbf29ce484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001b3) & 0xffffffffffffffff
    return f"{value >> 32:08x}"


class Names:
    """Names given so far."""

    def __init__(self):
        self.given = set()
        self.next = {}

    def new(self, name, otherwise):
        """A name like `name` that was not given before."""
        base = plain(name, otherwise)
        candidate = base
        while candidate in self.given:
            self.next[base] = self.next.get(base, 1) + 1
            end = f"_{self.next[base]}"
            candidate = base[:MOST - len(end)] + end
        self.given.add(candidate)
        return candidate


def differs(shown, name):
    """Whether a user who looks for the name would miss what is shown; upper
    case, '-' and '/' are found as they are."""
    return shown != name.lower().replace("-", "_").replace("/", "_")
