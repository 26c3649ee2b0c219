"""documents.py - the JSON documents that a page is made of, by what they are.
SPDX-License-Identifier: MIT
"""

import json
import math
import os
import re
import sys

from seeing import waves


class Fault(Exception):
    """What is wrong, and what would be right."""


def _number(text):
    """NaN, Infinity and 1e400 are no numbers of JSON."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"'{text}' is no number of JSON")
    return value


# What a figure of a layer may be below zero in: a mapping's parameters, and the
# low ends of ranges.
_MAY_BE_NEGATIVE = ("mapping", "energy_range", "energy_by_table")


def _negative(figures, where):
    """Where a figure is below zero, and the figure; None: nowhere."""
    if isinstance(figures, (int, float)):
        return (where, figures) if figures < 0 else None
    if isinstance(figures, dict):
        inside = [(f"{where}.{name}", value)
                  for name, value in figures.items()
                  if name not in _MAY_BE_NEGATIVE]
    elif isinstance(figures, list):
        inside = [(f"{where}[{k}]", value)
                  for k, value in enumerate(figures)]
    else:
        inside = []
    found = (_negative(value, place) for place, value in inside)
    return next(filter(None, found), None)


class Document:
    """A document, its kind ("results", "reuse", "explanation", "sweep",
    "timeline" or "waveform") and name."""

    def __init__(self, path, data):
        self.path = path
        self.data = data
        self.kind = kind_of(data)


def kind_of(data):
    if isinstance(data, tuple):
        return "waveform"
    if not isinstance(data, dict):
        return None
    if "layers" in data and "total" in data:
        return "results"
    if "what_ifs" in data:
        return "explanation"
    if "subjects" in data:
        return "reuse"
    if "traceEvents" in data:
        return "timeline"
    if "points" in data and "plan" in data:
        return "sweep"
    return None


def read(path):
    try:
        if path == "-":
            text = sys.stdin.read()
        else:
            with open(path, encoding="utf-8") as file:
                text = file.read()
    except OSError as why:
        raise Fault(f"cannot read '{path}' ({why.strerror}); a file that "
                    "can be read is needed") from why
    except UnicodeDecodeError as why:
        raise Fault(f"'{path}' is no text; JSON of accelsim's is "
                    "needed") from why
    if waves.is_waveform(text):
        return Document(path, waves.read(text))
    try:
        document = Document(path, json.loads(text, parse_float=_number,
                                             parse_constant=_number))
    except (ValueError, RecursionError) as why:
        raise Fault(f"'{path}' is no JSON ({why}); what --format json printed "
                    "is needed") from why
    if document.kind is None:
        raise Fault(f"'{path}' is JSON of another kind; what 'accelsim run', "
                    "'model', 'reuse', 'explain' or 'sweep export' print with "
                    "--format json, or --timeline and --vcd write, is "
                    "needed")
    negative = None
    if document.kind == "results":
        negative = _negative(document.data["total"], "total") or \
            _negative(document.data["layers"], "layers")
    if negative is not None:
        raise Fault(f"'{path}' has {negative[1]} for '{negative[0]}'; cycles, "
                    "counts and energies of 0 and more are needed")
    return document


def glossary(path):
    """What the words mean; none where there is no such file."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return dict(re.findall(r"^## (.+)\n(.+)$", file.read(), re.M))


def wait_causes(layer):
    """PE-cycles of each wait by what it is made of."""
    out = {f"wait_dram of {tensor}: {cause}": value
           for tensor, causes in layer.get("wait_dram_by", {}).items()
           for cause, value in causes.items()}
    out.update({f"wait_{name}: {cause}": value
                for name, causes in layer.get("wait_by", {}).items()
                for cause, value in causes.items()})
    return out
