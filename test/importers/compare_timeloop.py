#!/usr/bin/env python3
"""compare_timeloop.py - holds accelsim's counts to complete runs of Timeloop's.

    test/importers/compare_timeloop.py FOLDER

FOLDER has a folder for each run, with its architecture, problem and printed
mapping, and counts.csv (case, level, tensor, reads, fills, updates, macs,
cycles) of what Timeloop counted.  Each run is imported with its levels by
name, and `accelsim model` counts it.  MACs and the cycles of the busiest PE
must be equal.  Words of each row must be equal (writes are fills and updates),
or the difference must be, to the word, what these differences in meaning make:

  drain   accelsim counts the read with which a psum leaves a level
  window  a step of any loop but the innermost fetches a sliding tile anew in
          Timeloop; accelsim keeps what overlaps
  halo    Timeloop sends one word to all only of equal tiles; accelsim sends
          each word once
  share   Timeloop reads psums back into all children that share a reduction,
          accelsim into the first
  zeros   older versions of Timeloop count a fill of zeros before a first sum

What Timeloop counts is worked out here from the mapping alone, by its rules,
and held to its own figures first.
SPDX-License-Identifier: MIT
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PROGRAM = os.environ.get("ACCELSIM", "accelsim")
TENSORS = {"Weights": "filter", "Inputs": "ifmap", "Outputs": "psum"}
HAS = {"ifmap": "gncpqrs", "filter": "gmcrs", "psum": "gnmpq"}


class Place:
    """A level of the mapping: loops as (letter, steps), outermost first."""

    def __init__(self, name, text):
        self.name = name
        self.time, rows, cols = (self.loops(text, key)
                                 for key in ("loops", "rows", "cols"))
        self.space = rows + cols
        kept = re.search(r"keep = \[(.*?)\]", text)
        self.keep = re.findall(r'"(\w+)"', kept.group(1)) if kept else \
            list(HAS)

    @staticmethod
    def loops(text, key):
        found = re.search(key + r" = \[(.*?)\]", text)
        return [(letter, int(steps)) for letter, steps in
                re.findall(r'"(\w) (\d+)"', found.group(1) if found else "")
                if int(steps) > 1]


def places_of(machine, mapping):
    names = re.findall(r'{ name = "(\w+)";', machine)
    texts = dict(re.findall(r"^  (\w+) = \{(.*)\};$", mapping, re.M))
    return [Place(name, texts.get(name, "")) for name in names]


class Timeloop:
    """What Timeloop counts of a mapping."""

    def __init__(self, places, layer, is_old):
        self.places, self.is_old = places, is_old
        self.shape = layer["shape"]
        self.macs = layer["macs"]
        s = self.shape
        self.outputs = s["N"] * s["M"] * s["P"] * s["Q"]

    def keeper(self, k, tensor):
        """The next place outside k that keeps the tensor."""
        k -= 1
        while tensor not in self.places[k].keep:
            k -= 1
        return k

    def inner(self, k, tensor):
        """The next place inside k that does; one past the last: the MACs."""
        k += 1
        while k < len(self.places) and tensor not in self.places[k].keep:
            k += 1
        return k

    def tile(self, k, letter):
        size = 1
        for place in self.places[k:]:
            for one, steps in place.time + place.space:
                size *= steps if one == letter else 1
        return size

    def side(self, k, rows):
        s = self.shape
        out, tap = ("p", "r") if rows else ("q", "s")
        axis = "h" if rows else "w"
        return ((self.tile(k, out) - 1) * s[f"stride_{axis}"] +
                (self.tile(k, tap) - 1) * s[f"dilation_{axis}"] + 1)

    def words(self, k, tensor):
        if tensor != "ifmap":
            size = 1
            for letter in HAS[tensor]:
                size *= self.tile(k, letter)
            return size
        return (self.tile(k, "g") * self.tile(k, "n") * self.tile(k, "c") *
                self.side(k, True) * self.side(k, False))

    def stepped(self, k, tensor, letter, step):
        """New words of a step of the innermost loop, by `step` of a letter."""
        full = self.words(k, tensor)
        if letter not in HAS[tensor]:
            return 0
        if tensor != "ifmap" or letter in "gnc":
            return full
        rows, axis = letter in "pr", "h" if letter in "pr" else "w"
        unit = self.shape[("stride_" if letter in "pq" else "dilation_") +
                          axis]
        side = self.side(k, rows)
        return full // side * min(side, step * unit)

    def fills(self, k, tensor):
        """Words that come to all instances of a place."""
        loops, size = [], {}
        for place in reversed(self.places[:k]):
            for letter, steps in reversed(place.space):
                size[letter] = size.get(letter, self.tile(k, letter)) * steps
            for letter, steps in reversed(place.time):
                loops.insert(0, (letter, steps,
                                 size.get(letter, self.tile(k, letter))))
                size[letter] = loops[0][2] * steps
        total, outer = self.words(k, tensor), 1
        for i, (letter, steps, step) in enumerate(loops):
            inside = loops[i + 1:]
            if not inside:
                cost = self.stepped(k, tensor, letter, step)
            else:
                is_seen = any(one in HAS[tensor]
                              for one, _, _ in [loops[i], *inside])
                cost = self.words(k, tensor) if is_seen else 0
            total += outer * (steps - 1) * cost
            outer *= steps
        return total * self.instances(0, k, None)

    def instances(self, first, end, letters):
        """Children side by side below places [first, end)."""
        n = 1
        for place in self.places[first:end]:
            for letter, steps in place.space:
                n *= steps if letters is None or letter in letters else 1
        return n

    def operand(self, k, tensor):
        child = self.inner(k, tensor)
        came = self.macs if child == len(self.places) else \
            self.fills(child, tensor)
        alike = "".join(set("gnmcpqrs") - set(HAS[tensor]))
        reads = came // self.instances(k, child, alike)
        return reads, self.fills(k, tensor) if k > 0 else 0

    def updates(self, k):
        """Psum words that are written to a place from inside."""
        child = self.inner(k, "psum")
        if child == len(self.places):
            return self.macs // self.instances(k, child, "crs")
        return self.left(child) // self.instances(k, child, "crs")

    def left(self, k):
        """Psum words that leave a place: its tiles, whenever replaced."""
        loops = [(letter, steps) for place in self.places[:k]
                 for letter, steps in place.time]
        while loops and loops[-1][0] in "crs":
            loops.pop()
        n = self.words(k, "psum") * self.instances(0, k, None)
        for _, steps in loops:
            n *= steps
        return n

    def sharing(self, k):
        return self.instances(0, k, "crs") * self.outputs

    def psum(self, k):
        """reads, fills, updates, zeros among the fills"""
        reads = self.updates(k) - self.sharing(k)
        if k == 0:
            return reads, 0, self.updates(k), 0
        outer = self.keeper(k, "psum")
        share = self.instances(outer, k, "crs")
        fills = share * (self.updates(outer) - self.sharing(outer))
        zeros = share * self.sharing(outer) if self.is_old else 0
        return reads, fills + zeros, self.updates(k), zeros


def explained(timeloop, k, tensor, ours):
    """Timeloop's reads and writes, and the difference of ours by meaning."""
    if tensor == "psum":
        reads, fills, updates, zeros = timeloop.psum(k)
        drain = timeloop.left(k) if k > 0 else 0
        return (reads, fills + updates), {
            "drain": (drain, 0), "zeros": (0, -zeros),
            "share": (ours[0] - drain - reads,
                      ours[1] - updates - fills + zeros)}
    reads, fills = timeloop.operand(k, tensor)
    named = "window" if ours[1] != fills else "halo"
    return (reads, fills), {
        named: (ours[0] - reads, ours[1] - fills)}


def files_of(folder):
    names = sorted(os.listdir(folder))
    printed = [name for name in names if name.endswith(".map.txt")]
    whole = [name for name in names if name.startswith("parsed-processed")]
    parts = [name for name in names if name.endswith(".arch.yaml") or
             name in ("arch.yaml", "eyeriss_like.yaml")]
    parts += [name for name in names if name.endswith(".prob.yaml") or
              re.match(r"VGG\d+_layer\d+\.yaml", name)]
    files = [os.path.join(folder, name)
             for name in (whole or parts) + printed]
    if not whole and not any("prob" in name or "layer" in name
                             for name in parts):
        files.insert(0, os.path.join(os.path.dirname(os.path.abspath(
            __file__)), "files", "alexnet_layer1.prob.yaml"))
    return files


def counted(files, out):
    """The layer's result, and the texts of machine and mapping."""
    done = subprocess.run([PROGRAM, "import", "--listed", "-o", out, *files],
                          capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr.strip(), None, None
    made = {re.search(r"\.(\w+)\.cfg$", name).group(1):
            os.path.join(out, name) for name in os.listdir(out)}
    done = subprocess.run(
        [PROGRAM, "model", "--cfg", made["architecture"], "--net",
         made["network"], "--mapping", made["mapping"], "--format", "json"],
        capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr.strip(), None, None
    texts = [open(made[kind]).read() for kind in ("architecture", "mapping")]
    return json.loads(done.stdout)["layers"][0], *texts


def compare(case, rows, folder):
    """Whether all of a case is equal or explained."""
    with tempfile.TemporaryDirectory() as out:
        layer, machine, mapping = counted(files_of(folder), out)
    if machine is None:
        print(f"{case}: not run: {layer}")
        return False
    places = places_of(machine, mapping)
    timeloop = Timeloop(places, layer, case.startswith("v02"))
    cycles = int(float(rows[0]["cycles"]))
    right = layer["bounds_cycles"]["busiest_pe"] == cycles and \
        rows[0]["macs"] in ("", str(layer["macs"]))
    print(f"{case}: {layer['macs']} MACs, busiest PE "
          f"{layer['bounds_cycles']['busiest_pe']} of {cycles} cycles: "
          f"{'equal' if right else 'DIFFERENT'}")
    names = [place.name for place in places]
    for row in rows:
        tensor = TENSORS[row["tensor"]]
        words = layer["accesses"][row["level"]][tensor]
        ours = (words["reads"], words["writes"])
        theirs = (int(row["reads"]), int(row["fills"]) + int(row["updates"]))
        line = f"  {row['level']} {tensor}: {ours[0]} read, {ours[1]} written"
        if ours == theirs:
            print(line + ": equal")
            continue
        expected, terms = explained(timeloop, names.index(row["level"]),
                                    tensor, ours)
        found = "".join(f", {name} {value[0]:+d} {value[1]:+d}"
                        for name, value in terms.items() if any(value))
        if expected != theirs:
            right = False
            found += f", UNEXPLAINED (by its rules {expected})"
        print(f"{line}; Timeloop {theirs[0]}, {theirs[1]}{found}")
    return right


def main(folder):
    with open(os.path.join(folder, "counts.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    cases = list(dict.fromkeys(row["case"] for row in rows))
    wrong = [case for case in cases if not
             compare(case, [row for row in rows if row["case"] == case],
                     os.path.join(folder, case))]
    print(f"{len(cases) - len(wrong)} of {len(cases)} runs equal or explained"
          + (f"; not: {', '.join(wrong)}" if wrong else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
