"""braces_source.py - documents of libconfig's syntax and of JSON: settings
NAME = VALUE; with groups { }, lists ( ) and arrays [ ].
SPDX-License-Identifier: MIT
"""

import re

from importers.tree import DEPTH_MAX, Item, scalar

TOKEN = re.compile(r"""
    (?P<skip>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<mark>[{}()\[\]=:;,])
  | (?P<word>[^\s{}()\[\]=:;,"\#]+)
""", re.VERBOSE | re.DOTALL)
CLOSING = {"{": "}", "(": ")", "[": "]"}


class Reader:
    """Cuts the text into words and builds the tree by a stack."""

    def __init__(self, source):
        self.source = source
        self.tokens = self.cut(source.text)
        self.at = 0

    def cut(self, text):
        out, at, line = [], 0, 1
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                self.source.refuse(line, f"'{text[at:at + 20]}' cannot be "
                                   "read", "a setting is needed")
            if found.lastgroup != "skip":
                out.append((found.lastgroup, found.group(), line))
            line += found.group().count("\n")
            at = found.end()
        return out

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else \
            ("end", "the end", self.source.text.count("\n") + 1)

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def refuse(self, token, right):
        self.source.refuse(token[2], f"{token[1]} stands there", right)

    def value(self, depth):
        kind, text, line = token = self.take()
        place = self.source.place(line)
        if depth > DEPTH_MAX:
            self.source.refuse(line, f"nested more than {DEPTH_MAX} deep",
                               "less nesting is needed")
        if kind == "string":
            body = text
            while self.peek()[0] == "string":
                body = body[:-1] + self.take()[1][1:]
            plain = re.sub(r"\\(.)", r"\1", body[1:-1], flags=re.DOTALL)
            return scalar(plain, place, True)
        if kind == "word":
            return scalar(text.rstrip("L") if re.fullmatch(r"\d+L+", text)
                          else text, place)
        if text == "{":
            return self.group(Item("map", place), "}", depth)
        if text in ("(", "["):
            return self.list(Item("list", place), CLOSING[text], depth)
        self.refuse(token, "a value is needed")
        return None

    def group(self, item, end, depth):
        while self.peek()[1] != end or self.peek()[0] not in ("mark", "end"):
            kind, text, line = token = self.take()
            if kind not in ("word", "string"):
                self.refuse(token, "the name of a setting is needed")
            name = text[1:-1] if kind == "string" else text
            between = self.take()
            if between[1] not in ("=", ":"):
                self.refuse(between, f"'=' or ':' behind '{name}' is needed")
            item.entries[name] = self.value(depth + 1)
            item.key_places[name] = self.source.place(line)
            while self.peek()[0] == "mark" and self.peek()[1] in ";,":
                self.at += 1
        self.at += 1
        item.measure()
        return item

    def list(self, item, end, depth):
        while self.peek()[1] != end:
            item.items.append(self.value(depth + 1))
            if self.peek()[1] == ",":
                self.at += 1
            elif self.peek()[1] != end:
                self.refuse(self.peek(), f"',' or '{end}' is needed")
        self.at += 1
        item.measure()
        return item


def document(source):
    """The tree; a JSON file's outermost braces are the document."""
    if "braces" in source.trees:
        return source.trees["braces"]
    reader = Reader(source)
    if reader.peek()[1] in ("{", "["):
        root = reader.value(0)
        if reader.peek()[0] != "end":
            reader.refuse(reader.peek(), "the end of the file is needed")
    else:
        root = reader.group(Item("map", source.place(1)), "the end", 0)
    source.trees["braces"] = root
    return root


def begins_as_json(text):
    """Whether a brace begins it that is no template's."""
    return re.match(r"\s*\{(?![{%])", text) is not None


def begins_as_settings(text):
    """Whether a text is of libconfig's syntax: NAME = ..., or NAME : { or (."""
    text = re.sub(r"\A(?:\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)*", "", text,
                  flags=re.DOTALL)
    return re.match(r"[A-Za-z_][\w-]*\s*(=|:\s*[{(])", text) is not None
