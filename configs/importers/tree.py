"""tree.py - a document as a tree whose every value knows its line, whatever
syntax it was written in.
SPDX-License-Identifier: MIT
"""

from importers.said import Refused

DEPTH_MAX = 100
NUMBER_MAX = 1e30  # what is larger is no size of anything
WEIGHT_MAX = 1 << 20  # values of a document, those that are named again too


def same_key(key):
    """Hyphens stand for underscores in known keywords."""
    return key.replace("-", "_")


class Item:
    """A map (`entries`: {text: Item}), a list (`items`) or a scalar (`text`,
    None where nothing is written). `tag`: a YAML tag without its '!'."""

    __slots__ = ("kind", "entries", "items", "text", "is_quoted", "place",
                 "tag", "weight", "depth", "key_places")

    def __init__(self, kind, place, tag=""):
        self.kind, self.place, self.tag = kind, place, tag
        self.entries, self.items = {}, []
        self.text, self.is_quoted = None, False
        self.weight, self.depth = 1, 1
        self.key_places = {}

    @property
    def is_map(self):
        return self.kind == "map"

    @property
    def is_list(self):
        return self.kind == "list"

    @property
    def is_scalar(self):
        return self.kind == "scalar"

    def measure(self):
        """Takes note of how much is in it; refused where it is too much."""
        inside = list(self.entries.values()) + self.items
        self.weight = 1 + sum(item.weight for item in inside)
        self.depth = 1 + max((item.depth for item in inside), default=0)
        if self.weight > WEIGHT_MAX:
            raise Refused(self.place, f"more than {WEIGHT_MAX} values",
                          "a smaller document is needed")
        if self.depth > DEPTH_MAX:
            raise Refused(self.place, f"nested more than {DEPTH_MAX} deep",
                          "less nesting is needed")

    def get(self, *names):
        """The entry of a map under the first of the names that it has, '-'
        and '_' alike; or None."""
        if not self.is_map:
            return None
        for name in names:
            if name in self.entries:
                return self.entries[name]
            for key, item in self.entries.items():
                if same_key(key) == name:
                    return item
        return None

    def has(self, name):
        return self.get(name) is not None

    def list(self):
        """Its items; of anything else itself alone, of nothing none."""
        if self.is_list:
            return self.items
        if self.is_scalar and self.text in (None, ""):
            return []
        return [self]

    def number(self):
        """Its value as an int where it is whole, else a float; None: it is no
        number."""
        if not self.is_scalar or self.text is None:
            return None
        return number_of(self.text)

    def int(self):
        """Its value if it is a whole number, or None."""
        value = self.number()
        if isinstance(value, float) and value.is_integer() and \
                abs(value) < 2**63:
            value = int(value)
        return value if isinstance(value, int) else None

    def refuse(self, what, right):
        raise Refused(self.place, what, right)

    def need_int(self, what, least=1):
        value = self.int()
        if value is None or value < least:
            self.refuse(f"'{what}' is {self.shown()}",
                        f"a whole number of at least {least} is needed")
        return value

    def need_list(self, what):
        if not self.is_list:
            self.refuse(f"'{what}' is {self.shown()}", "a list is needed")
        return self.items

    def need_map(self, what):
        if not self.is_map:
            self.refuse(f"'{what}' is {self.shown()}", "a map is needed")
        return self

    def need_text(self, what):
        if not self.is_scalar or self.text in (None, ""):
            self.refuse(f"'{what}' is {self.shown()}", "a word is needed")
        return self.text

    def shown(self):
        """For messages."""
        if self.is_map:
            return "a map"
        if self.is_list:
            return "a list"
        return "nothing" if self.text is None else f"'{self.text[:60]}'"


def number_of(text):
    text = text.strip()
    try:
        if text[:2].lower() == "0x":
            return int(text, 16)
        if len(text) <= 30:
            return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        return None
    if value != value or abs(value) > NUMBER_MAX:
        return None
    return value


def scalar(text, place, is_quoted=False, tag=""):
    item = Item("scalar", place, tag)
    item.text, item.is_quoted = text, is_quoted
    return item


def merge_missing(own, base):
    """Takes entries of another map that the map lacks: YAML's `<<`."""
    for key, item in base.entries.items():
        if key not in own.entries:
            own.entries[key] = item
            own.key_places[key] = base.key_places.get(key, item.place)


def merge_deep(own, base):
    """The same, within maps of both as well: Accelergy's `<<<`. Neither is
    changed; returns a new map."""
    out = Item("map", own.place, own.tag or base.tag)
    merge_missing(out, own)
    for key, item in base.entries.items():
        mine = out.entries.get(key)
        if mine is not None and mine.is_map and item.is_map:
            out.entries[key] = merge_deep(mine, item)
        elif mine is None:
            out.entries[key] = item
            out.key_places[key] = base.key_places.get(key, item.place)
    out.measure()
    return out
