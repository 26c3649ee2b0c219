"""yaml_source.py - YAML documents as the front ends of Timeloop, Accelergy and
AccelForge read them: jinja2 templates first, tags kept, `<<` and the recursive
merge `<<<`.

A file that is included and is not there is told, and so is what it would have
named: its aliases stand for empty maps.
SPDX-License-Identifier: MIT
"""

import difflib
import os
import re

from importers.said import Refused
from importers.tree import Item, merge_deep, merge_missing, scalar

ALIASES_MAX = 20  # that lead nowhere
TEXT_MAX = 16 << 20
# A line that stands for a file, in some tools' form of YAML.
INCLUDE_LINE = re.compile(r"^!include\s+(\S+)\s*$", re.MULTILINE)


def need_module(source, name, package):
    """A Python module that a format needs."""
    try:
        return __import__(name)
    except ImportError:
        source.refuse(0, f"YAML needs the Python module {name}" if
                      name == "yaml" else
                      f"a template needs the Python module {name}",
                      f"on Debian and Ubuntu: apt-get install {package}")


def is_template(text):
    return "{{" in text or "{%" in text


class Includes:
    """Files that a template includes, beside it or in folders that it adds."""

    def __init__(self, source, said):
        self.source, self.said = source, said
        self.folders = [os.path.dirname(source.path) or "."]
        self.missing = []

    def add_to_path(self, folder):
        self.folders.append(os.path.join(self.folders[0], str(folder)))
        return ""

    def may_read(self, path):
        """Whether accelsim's --safe lets a file name this one."""
        root = self.said.reads_below
        return (root is None or
                os.path.realpath(path).startswith(os.path.join(root, "")))

    def find(self, name):
        for folder in self.folders:
            path = os.path.join(folder, str(name))
            if self.may_read(path) and os.path.isfile(path):
                return path
        return None

    def text(self, name, *_, **__):
        path = self.find(name)
        if path is None or os.path.getsize(path) > TEXT_MAX:
            self.missing.append(str(name))
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def functions(self):
        return {"include_text": self.text, "include": self.text,
                "include_all": self.text, "add_to_path": self.add_to_path,
                "find_path": lambda name: self.find(name) or str(name),
                "path_exists": lambda name: self.find(name) is not None,
                "cwd": lambda: self.folders[0]}


def rendered(source, said, includes):
    """The text of a template, with the names that --dim gives."""
    text = INCLUDE_LINE.sub(
        lambda found: includes.text(found.group(1)), source.text)
    if not is_template(text):
        tell_missing(source, said, includes)
        return text
    jinja2 = need_module(source, "jinja2", "python3-jinja2")
    __import__("jinja2.sandbox")
    environment = jinja2.sandbox.SandboxedEnvironment(
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.globals.update(includes.functions())
    try:
        out = environment.from_string(text).render(said.dims)
        used = {name for name in said.dims if name in text}
    except jinja2.TemplateSyntaxError as error:
        source.refuse(error.lineno, f"a template that cannot be read: "
                      f"{error.message}", "jinja2's syntax is needed")
    except jinja2.UndefinedError as error:
        name = re.search(r"'(\w+)'", str(error.message))
        name = name.group(1) if name else "NAME"
        line = line_of(source, name)
        source.refuse(line, f"the template leaves '{name}' open",
                      f"--dim {name}=N gives it")
    except Exception as error:  # pylint: disable=broad-except
        # A template may raise whatever its expressions do.
        source.refuse(0, f"a template that cannot be filled in: {error}",
                      "values that its expressions can take are needed")
    said.used_dims |= used
    if len(out) > TEXT_MAX:
        source.refuse(0, "the template makes more than 16 MiB",
                      "a smaller one is needed")
    tell_missing(source, said, includes)
    return out


def tell_missing(source, said, includes):
    for name in includes.missing:
        said.not_expressible(
            source.place(line_of(source, name)),
            f"'{name}', which it includes, is not there",
            "what would come from it has the format's defaults")


def line_of(source, word):
    at = source.text.find(word)
    return source.text.count("\n", 0, at) + 1 if at >= 0 else 0


LINES_COMPARED_MAX = 4000


def lines_in_template(source, text):
    """For each line of what a template makes, the line that it comes from."""
    own, made = source.text.split("\n"), text.split("\n")
    if text == source.text or len(made) > LINES_COMPARED_MAX or \
            len(own) > LINES_COMPARED_MAX:
        return None
    matcher = difflib.SequenceMatcher(None, own, made, autojunk=False)
    lines = []
    for _, own_from, own_to, made_from, made_to in matcher.get_opcodes():
        last = max(own_to - 1, own_from, 0)
        lines += [min(own_from + k, last) + 1
                  for k in range(made_to - made_from)]
    return lines


class Builder:
    """Makes the tree from the parser's events, without recursion."""

    def __init__(self, source, said, yaml, lines):
        self.source, self.said, self.yaml = source, said, yaml
        self.lines = lines  # of the file, by those of the text; or None
        self.anchors = {}
        self.open = []    # (item, key or None) of what is not ended yet
        self.root = None
        self.lost = []    # aliases that lead nowhere

    def place(self, event):
        line = event.start_mark.line
        if self.lines is not None and line < len(self.lines):
            return self.source.place(self.lines[line])
        return self.source.place(line + 1)

    def put(self, item):
        """Adds a finished item to what is open."""
        if not self.open:
            if self.root is None:
                self.root = item
            elif item.is_map and self.root.is_map:  # documents in a row
                merge_missing(self.root, item)
            return
        top, key = self.open[-1]
        if top.is_list:
            top.items.append(item)
        elif key is None:
            self.open[-1] = (top, item)
        else:
            self.open[-1] = (top, None)
            self.enter(top, key, item)

    def enter(self, top, key, item):
        name = key.text if key.is_scalar and key.text is not None else \
            key.shown()
        if name == "<<" or name == "<<<":
            top.items.append((name, item))  # merged when the map ends
            return
        top.entries[name] = item
        top.key_places[name] = key.place

    def close(self):
        top, _ = self.open.pop()
        if top.is_map and top.items:
            merges, top.items = top.items, []
            for name, base in merges:
                for one in base.list():
                    if not one.is_map:
                        base.refuse(f"'{name}' is {base.shown()}",
                                    "a map is needed")
                    if name == "<<":
                        merge_missing(top, one)
                    else:
                        top.entries = dict(merge_deep(top, one).entries)
        top.measure()
        self.put(top)

    def start(self, event, kind):
        item = Item(kind, self.place(event), (event.tag or "").lstrip("!"))
        if event.anchor:
            self.anchors[event.anchor] = item
        self.open.append((item, None))
        if len(self.open) > 100:
            item.refuse("nested more than 100 deep", "less nesting is needed")

    def alias(self, event):
        item = self.anchors.get(event.anchor)
        if item is None:
            self.lost.append((event.anchor, self.place(event)))
            if len(self.lost) > ALIASES_MAX:
                raise Refused(self.place(event), "its aliases lead nowhere",
                              "the files that it includes are needed")
            item = Item("map", self.place(event))
        if any(item is top for top, _ in self.open):
            raise Refused(self.place(event),
                          f"alias '{event.anchor}' stands within what it "
                          "names", "a value that ends is needed")
        self.put(item)

    def step(self, event):
        yaml = self.yaml
        if isinstance(event, yaml.MappingStartEvent):
            self.start(event, "map")
        elif isinstance(event, yaml.SequenceStartEvent):
            self.start(event, "list")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self.close()
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            quoted = event.style in ("'", '"', "|", ">")
            text = event.value
            if not quoted and text in ("", "~", "null"):
                text = None
            item = scalar(text, self.place(event), quoted,
                          (event.tag or "").lstrip("!"))
            if event.anchor:
                self.anchors[event.anchor] = item
            self.put(item)


def document(source, said):
    """The tree of a YAML file; kept with the source."""
    if "yaml" in source.trees:
        return source.trees["yaml"]
    yaml = need_module(source, "yaml", "python3-yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    includes = Includes(source, said)
    text = rendered(source, said, includes)
    builder = Builder(source, said, yaml, lines_in_template(source, text))
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.step(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source.refuse(mark.line + 1 if mark else 0,
                      f"no YAML: {error.problem or error.context}",
                      "YAML's syntax is needed")
    except (yaml.YAMLError, UnicodeError) as error:
        source.refuse(0, f"no YAML: {str(error).splitlines()[0]}",
                      "YAML's syntax is needed")
    if builder.root is None:
        source.refuse(0, "it is empty", "a document is needed")
    for name, place in builder.lost:
        if not includes.missing:
            raise Refused(place, f"alias '{name}' leads nowhere",
                          f"an anchor '&{name}' before it is needed")
    source.trees["yaml"] = builder.root
    return builder.root
