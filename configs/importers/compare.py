"""compare.py - sets accelsim's counts beside those of a run of Timeloop's: its
architecture, problem and mapping are imported with their levels, `accelsim
model` counts, and each difference gets the name of what it means.

A row that is neither equal nor explained, to the word, ends in a message and
status 3.
SPDX-License-Identifier: MIT
"""

import json
import os
import subprocess
import sys
import tempfile

from importers.said import Place, Refused
from importers.source import Source
from importers.timeloop_counts import Timeloop, explained, places_of
from importers.timeloop_stats import Stats

DIFFERENT = 3
NEEDED = ("architecture", "network", "mapping")
MEANS = {
    "drain": "reads with which psums leave a level, which Timeloop does not "
             "count",
    "window": "words of sliding tiles that Timeloop fetches anew",
    "halo": "words that several children share, which Timeloop sends to each",
    "share": "psums that Timeloop reads back into all children that share a "
             "reduction",
    "zeros": "fills of zeros before a first sum",
}


def counted(texts, program, place):
    """What `accelsim model` says of the one layer, and the machine's and the
    mapping's texts."""
    made = {name.rsplit(".", 2)[1]: (name, text) for name, text in texts}
    lacking = [kind for kind in NEEDED if kind not in made]
    if lacking:
        raise Refused(place, f"no {' and no '.join(lacking)} stands in the "
                      "files", "an architecture, a problem and a mapping are "
                      "compared with a report")
    with tempfile.TemporaryDirectory() as folder:
        path = {}
        for kind in NEEDED:
            path[kind] = os.path.join(folder, f"{kind}.cfg")
            with open(path[kind], "w", encoding="utf-8") as file:
                file.write(made[kind][1])
        done = subprocess.run(
            [program, "model", "--cfg", path["architecture"], "--net",
             path["network"], "--mapping", path["mapping"], "--format",
             "json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        line = done.stderr.strip().split("\n")[0]
        raise Refused(place, f"'accelsim model' ends with {line}", "a mapping "
                      "that it can count is needed")
    return json.loads(done.stdout)["layers"], made["architecture"][1], \
        made["mapping"][1]


class Comparison:
    def __init__(self, layer, machine, mapping, stats, as_theirs):
        self.layer, self.stats, self.as_theirs = layer, stats, as_theirs
        self.places = places_of(machine, mapping)
        self.timeloop = Timeloop(self.places, layer, stats.is_old)
        self.words = {}  # by class: (reads, writes) that it explains
        self.wrong = 0

    def place_of(self, row):
        names = [place.name for place in self.places]
        name = row.level if row.level in names else row.level.lower()
        if name not in names:
            raise Refused(Place(self.stats.source.path, row.line),
                          f"level '{row.level}' is none of the "
                          "architecture's", "a report of the same machine is "
                          "needed")
        return names.index(name)

    def row(self, row):
        """One line of the table."""
        k = self.place_of(row)
        words = self.layer["accesses"][self.places[k].name][row.tensor]
        ours = (words["reads"], words["writes"])
        theirs = (row.words("reads"), row.words("fills") +
                  row.words("updates"))
        ruled, terms = explained(self.timeloop, k, row.tensor, ours)
        if self.as_theirs:
            ours, terms = ruled, {}
        if ours == theirs:
            verdict = "equal"
        elif ruled == theirs:
            found = {name: value for name, value in terms.items()
                     if any(value)}
            for name, value in found.items():
                before = self.words.get(name, (0, 0))
                self.words[name] = (before[0] + abs(value[0]),
                                    before[1] + abs(value[1]))
            verdict = ", ".join(f"{name} {value[0]:+d} {value[1]:+d}"
                                for name, value in found.items())
        else:
            self.wrong += 1
            verdict = f"NOT EXPLAINED: {ruled[0]} and {ruled[1]} by its rules"
        return (self.places[k].name, row.tensor, *ours, *theirs, verdict)

    def print(self):
        cycles = self.layer["bounds_cycles"]["busiest_pe"]
        for what, ours, theirs in (
                ("MACs", self.layer["macs"], self.stats.macs),
                ("cycles of the busiest PE", cycles, self.stats.cycles)):
            if theirs is None:
                continue
            is_equal = ours == theirs
            self.wrong += not is_equal
            print(f"{what}: {ours}, Timeloop {theirs}: "
                  f"{'equal' if is_equal else 'NOT EXPLAINED'}")
        rows = [("level", "tensor", "reads", "writes", "Timeloop", "writes",
                 "difference: reads, writes")]
        rows += [self.row(row) for row in self.stats.rows]
        widths = [max(len(str(row[k])) for row in rows) for k in range(6)]
        for row in rows:
            cells = [str(cell).ljust(width) if k < 2 else
                     str(cell).rjust(width)
                     for k, (cell, width) in enumerate(zip(row, widths))]
            print("  ".join(cells) + "  " + row[6])
        for name, (reads, writes) in self.words.items():
            print(f"{name}: {reads} read, {writes} written: {MEANS[name]}")
        if self.wrong:
            sys.stdout.flush()
            raise Refused(Place(self.stats.source.path),
                          f"{self.wrong} of its figures differ from "
                          "accelsim's, and no difference in meaning explains "
                          "it", "the report of this machine, problem and "
                          "mapping is needed", DIFFERENT)
        print(f"all {len(self.stats.rows)} rows are equal or explained")


def compare(request, texts):
    """Prints the table."""
    stats = Stats(Source(request.compare))
    layers, machine, mapping = counted(texts, request.program,
                                       Place(request.files[0]))
    if len(layers) != 1:
        raise Refused(Place(request.files[0]), f"{len(layers)} layers stand "
                      "in the files", "a report is of one")
    if request.count_as not in (None, "accelsim", "timeloop"):
        raise Refused("accelsim", f"'--count-as' is '{request.count_as}'",
                      "it may be accelsim or timeloop")
    Comparison(layers[0], machine, mapping, stats,
               request.count_as == "timeloop").print()
