"""formats.py - what a file is, by what stands in it.

Each row is a format: its name, the module that reads it, and which syntax must
fit before the module is asked. A module has `recognises(source)` and
`read(source, said)`.
SPDX-License-Identifier: MIT
"""

import importlib

from importers.said import Refused

# The first that recognises a file reads it.
FORMATS = (
    ("ONNX model", "onnx_model"),
    ("SCALE-Sim topology", "scalesim_topology"),
)


def module_of(name):
    return importlib.import_module(f"importers.{name}")


def recognised(source):
    """The format's name and module."""
    for name, module in FORMATS:
        found = module_of(module)
        if found.recognises(source):
            return name, found
    raise Refused(source.place(), "it is of no format that is known",
                  "known are: " + ", ".join(name for name, _ in FORMATS))
