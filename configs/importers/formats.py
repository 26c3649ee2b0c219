"""formats.py - what a file is, by what stands in it.

Each row is a format: its name, the module that reads it, and the syntax that
must fit before the module is asked. A module has `recognises(source, said)` and
`read(source, said)`.
SPDX-License-Identifier: MIT
"""

import importlib
import re

from importers.braces_source import begins_as_json, begins_as_settings
from importers.ini_source import begins_with_section
from importers.said import Refused

# Of those whose syntax fits, the first that recognises a file reads it.
FORMATS = (
    ("ONNX model", "onnx_model", "bytes"),
    ("SCALE-Sim configuration", "scalesim_config", "ini"),
    ("DRAM part", "dram_parts", "ini"),
    ("DRAM part", "dram_parts", "json"),
    ("DRAM part", "dram_parts", "settings"),
    ("DRAM part", "dram_parts", "yaml"),
    ("MAESTRO network", "maestro", "text"),
    ("MAESTRO hardware", "maestro_hw", "text"),
    ("GAMMA model", "gamma_model", "text"),
    ("Timeloop mapping", "timeloop_map_text", "text"),
    ("accelsim network", "own_network", "settings"),
    ("accelsim mapping", "own_mapping", "settings"),
    ("accelsim architecture", "own_machine", "settings"),
    ("Timeloop design", "timeloop", "settings"),
    ("Accelergy table", "accelergy", "yaml"),
    ("Timeloop design", "timeloop", "yaml"),
    ("ZigZag workload", "zigzag_workload", "yaml"),
    ("ZigZag hardware", "zigzag_hardware", "yaml"),
    ("ZigZag mapping", "zigzag_mapping", "yaml"),
    ("AccelForge architecture", "accelforge_arch", "yaml"),
    ("AccelForge mapping", "accelforge_mapping", "yaml"),
    ("AccelForge workload", "accelforge_workload", "yaml"),
    ("SCALE-Sim topology", "scalesim_topology", "text"),
) + tuple(("another tool's file", "without_place", syntax)
          for syntax in ("ini", "json", "settings", "yaml", "text"))
YAML_SUFFIXES = (".yaml", ".yml")


def module_of(name):
    return importlib.import_module(f"importers.{name}")


def looks_like_yaml(source):
    """A key with a colon, an item of a list or a template begins it; a CSV's
    heading does not."""
    if source.path.lower().endswith(YAML_SUFFIXES):
        return True
    return re.match(r"(?:\s*(?:#[^\n]*|---[^\n]*|%[^\n]*)?\n)*\s*"
                    r"(?:-\s+\S|\{[{%]|[\w\"'<-]+\s*:(?:\s|$))",
                    source.text + "\n") is not None


def syntaxes_of(source):
    """Which syntaxes the file may have."""
    if not source.is_text:
        return ("bytes",)
    text = source.text
    # The first field of a model's is its version.
    first = ("bytes",) if source.data[:1] == b"\x08" else ()
    if source.path.lower().endswith(YAML_SUFFIXES):
        return first + ("yaml",)
    if begins_with_section(text):
        return first + ("ini",)
    if begins_as_json(text):
        return first + ("json",)
    if begins_as_settings(text):
        return first + ("text", "settings")
    return first + (("text", "yaml") if looks_like_yaml(source) else
                    ("text",))


def recognised(source, said):
    """The format's name and module."""
    syntaxes = syntaxes_of(source)
    for name, module, syntax in FORMATS:
        if syntax not in syntaxes:
            continue
        found = module_of(module)
        if found.recognises(source, said):
            return name, found
    known = dict.fromkeys(name for name, module, _ in FORMATS
                          if module != "without_place")
    raise Refused(source.place(), "it is of no format that is known",
                  "known are: " + ", ".join(known))
