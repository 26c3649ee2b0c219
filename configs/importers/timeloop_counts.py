"""timeloop_counts.py - what Timeloop counts of a mapping on listed levels, worked
out by its own rules, and what the differences to accelsim's counts are called.

accelsim's writes are Timeloop's fills and updates. Where the two differ they
mean different things:

  drain   accelsim counts the read with which a psum leaves a level
  window  a step of any loop but the innermost fetches a sliding tile anew in
          Timeloop; accelsim keeps what overlaps
  halo    Timeloop sends one word to all only of equal tiles; accelsim sends
          each word once
  share   Timeloop reads psums back into all children that share a reduction,
          accelsim into the first
  zeros   older versions of Timeloop count a fill of zeros before a first sum

SPDX-License-Identifier: MIT
"""

import re

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
