"""timeloop_stats.py - what Timeloop printed of a run (stats.txt): words read,
filled and updated at each level, of all its instances, and cycles.
SPDX-License-Identifier: MIT
"""

import re

from importers.timeloop_counts import TENSORS

LEVEL = re.compile(r"=== (\S+) ===")
TENSOR = re.compile(r"\s+(\w+):\s*$")
FIGURE = re.compile(r"\s+(Scalar (?:reads|fills|updates)|Utilized instances)"
                    r" \((?:per-instance|max)\)\s*:\s*([\d.]+)")
COMPUTES = re.compile(r"\s+Computes \(total\)\s*:\s*(\d+)")
CYCLES = re.compile(r"Cycles\s*:\s*(\d+)")
NETWORKS = re.compile(r"Networks\s*$")


class Row:
    """Words of one tensor at one level; `line` is where they begin."""

    def __init__(self, level, tensor, line):
        self.level, self.tensor, self.line = level, tensor, line
        self.figures = {}

    def words(self, what):
        """Of all instances, a whole number."""
        return round(self.figures.get(f"Scalar {what}", 0) *
                     self.figures.get("Utilized instances", 1))


class Stats:
    """`is_old`: printed by a version that fills in zeros first; it has updates
    before fills."""

    def __init__(self, source):
        self.source = source
        self.rows, self.macs, self.cycles = [], None, None
        self.is_old = False
        level, row = None, None
        for number, line in enumerate(source.text.split("\n"), 1):
            if NETWORKS.match(line):
                level = row = None
            found = LEVEL.search(line)
            if found:
                level, row = found.group(1), None
            found = TENSOR.match(line)
            if found and level is not None and found.group(1) in TENSORS:
                row = Row(level, TENSORS[found.group(1)], number)
                self.rows.append(row)
            self.take(row, line)
        if not self.rows or self.cycles is None:
            source.refuse(0, "it is no report of Timeloop's", "a stats.txt, "
                          "with levels, tensors and cycles, is needed")
        self.rows = [row for row in self.rows if row.figures]

    def take(self, row, line):
        found = FIGURE.match(line)
        if found and row is not None:
            if found.group(1) == "Scalar fills":
                self.is_old = self.is_old or \
                    "Scalar updates" in row.figures
            row.figures[found.group(1)] = float(found.group(2))
        found = COMPUTES.match(line)
        if found:
            self.macs = int(found.group(1))
        found = CYCLES.match(line)
        if found:
            self.cycles = int(found.group(1))
