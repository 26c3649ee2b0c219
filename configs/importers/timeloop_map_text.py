"""timeloop_map_text.py - a mapping as Timeloop prints it (map.txt): levels
outermost first, each with the tensors that it keeps and its loops, of which none
has one step.
SPDX-License-Identifier: MIT
"""

import re

from importers import timeloop_mapping
from importers.timeloop_mapping import Loop

HEADING = re.compile(r"([A-Za-z_][\w<>.-]*)\s*\[([^\]]*)\]\s*$")
LOOP = re.compile(r"[|\s]*for\s+(\w+)\s+in\s+\[0:(\d+)(?:,(\d+))?\)"
                  r"\s*(?:\(Spatial-([XY])\))?\s*$")


class Block:
    """One level: its name, the tensors that it keeps, and its loops as
    (Loop, 'X', 'Y' or None)."""

    def __init__(self, name, kept, place):
        self.name, self.kept, self.place = name, kept, place
        self.loops = []


def blocks_of(source):
    out = []
    for number, line in enumerate(source.text.split("\n"), 1):
        heading, loop = HEADING.match(line), LOOP.match(line)
        if heading is not None:
            kept = re.findall(r"(\w+):", heading.group(2))
            out.append(Block(heading.group(1), kept, source.place(number)))
        elif loop is not None and out:
            dimension, steps, last, axis = loop.groups()
            out[-1].loops.append((Loop(dimension, int(steps),
                                       int(last) if last else None,
                                       source.place(number)), axis))
        elif line.strip() and set(line.strip()) != {"-"} and \
                "<< Compute >>" not in line:
            source.refuse(number, f"'{line.strip()[:60]}' is no line of a "
                          "mapping", "'for P in [0:16)' or a level's name and "
                          "tensors are needed")
    return out


def recognises(source, said):
    del said
    lines = [line for line in source.text.split("\n")[:40] if line.strip()]
    return len(lines) > 1 and HEADING.match(lines[0]) is not None and \
        (set(lines[1].strip()) == {"-"} or
         HEADING.match(lines[1]) is not None)


def read(source, said):
    timeloop_mapping.note_mapping(source, said, blocks_of(source))


def finish(said):
    timeloop_mapping.finish(said)
