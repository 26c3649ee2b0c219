"""ini_source.py - files of sections and keys: `[section]`, `key = value` or
`key : value`, comments behind ';' and '#'.
SPDX-License-Identifier: MIT
"""

import re

from importers.tree import scalar

SECTION = re.compile(r"\s*\[([^\]\n]*)\]\s*(?:[;#].*)?$")
KEY = re.compile(r"\s*([^=:\[\];#\n]+?)\s*[=:]\s*(.*)$")


def without_comment(value):
    """A comment begins with ';' or '#' behind a blank."""
    return re.split(r"(?:^|\s)[;#]|;\s*$", value, maxsplit=1)[0].strip()


class Ini:
    """Sections by their name in lower case, of keys in lower case: items that
    know their line."""

    def __init__(self, source):
        self.source, self.sections, self.places = source, {}, {}
        section = None
        for number, line in enumerate(source.text.split("\n"), 1):
            if not line.strip() or line.lstrip()[0] in ";#":
                continue
            heading, key = SECTION.match(line), KEY.match(line)
            if heading is not None:
                section = heading.group(1).strip().lower()
                self.sections.setdefault(section, {})
                self.places.setdefault(section, source.place(number))
            elif key is not None and section is not None:
                value = without_comment(key.group(2))
                self.sections[section][key.group(1).lower()] = scalar(
                    value.strip('"') or None, source.place(number))
            elif section is None:
                source.refuse(number, f"'{line.strip()[:60]}' stands before "
                              "the first section", "a [section] is needed")
            elif not line[0].isspace():  # else: a value goes on
                source.refuse(number, f"'{line.strip()[:60]}' is no key with "
                              "a value", "as in 'key = value'")

    def get(self, section, *keys):
        """The first of the keys that the section has, or None."""
        for key in keys:
            if key in self.sections.get(section, {}):
                return self.sections[section][key]
        return None


def begins_with_section(text):
    """Whether a section's heading is the first that is no comment."""
    return re.match(r"(?:\s*(?:[;#][^\n]*)?\n)*\s*\[[^\]\n]+\]\s*(?:[;#].*)?"
                    r"(?:\n|\Z)", text) is not None


def document(source):
    if "ini" not in source.trees:
        source.trees["ini"] = Ini(source)
    return source.trees["ini"]
