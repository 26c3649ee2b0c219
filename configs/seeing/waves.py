"""waves.py - a waveform that --vcd wrote, drawn: a lane a signal, cycles from
left to right.

States are coloured, with the words of configs/gtkwave/; numbers are heights;
signals that never change are named below instead of drawn.
SPDX-License-Identifier: MIT
"""

import os
import re

from seeing import svg
from seeing.numbers import count

WORDS = os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "gtkwave")
# Of each kind of state, the file of its words and their colours.
KINDS = (
    (r"(^|\.)pe_\d+_\d+ state$|^macs state$", "pe_state",
     {"idle": "without", "mac": "c0", "psum": "c1", "fill": "c4",
      "drain": "c5", "wait_filter": "c6", "wait_ifmap": "c7",
      "wait_psum_in": "c8", "wait_psum_out": "c9", "skip": "c3"}),
    (r"_network state$|routers? .*state$|l1.* state$", "network_state",
     {"done": "without", "latency": "c5", "moves": "c11", "blocked": "c10"}),
    (r"^dram transfer$", "dram_transfer", {}),
    (r"^dram command$", "dram_command", {}),
    (r"^bank.* state$", "bank_state", {}))
SPARE = ("without", "c0", "c1", "c6", "c11", "c10", "c4", "c9")
LETTER = 7.2  # width of one, about
LANES_MAX = 80
LABEL = 250      # room for names


class Signal:
    def __init__(self, name):
        self.name = name
        self.changes = []  # (time, value)

    def is_constant(self):
        return len({value for _, value in self.changes}) < 2


def number_of(text):
    return int(text, 2) if re.fullmatch("[01]+", text) else 0


def read(text):
    """Its signals by name, in their order, without the clock; the cycles that
    it is of: (first, end, time of one)."""
    signals, by_id, scopes, edges = [], {}, [], []
    head, _, body = text.partition("$enddefinitions")
    for line in head.splitlines():
        word = line.split()
        if word[:2] == ["$scope", "module"]:
            scopes.append(word[2])
        elif word[:1] == ["$upscope"]:
            scopes.pop()
        elif word[:1] == ["$var"]:
            place = ".".join(scopes[2:]).removeprefix("array.")
            by_id[word[3]] = Signal(f"{place} {word[4]}".strip())
            signals.append(by_id[word[3]])
    now = 0
    for line in body.splitlines():
        if line[:1] == "#":
            now = int(line[1:])
            continue
        value, _, key = line[1:].partition(" ") if line[:1] == "b" else \
            (line[:1], "", line[1:])
        signal = by_id.get(key.strip())
        if signal is None:
            continue
        if signal.name == "clk" and value == "1":
            edges.append(now)
        elif not signal.changes or signal.changes[-1][1] != number_of(value):
            signal.changes.append((now, number_of(value)))
    step = min((b - a for a, b in zip(edges, edges[1:])), default=0)
    if not edges or step <= 0:
        return [], (0, 0, 1)
    return ([s for s in signals if s.name != "clk"],
            (edges[0] // step, now // step + 1, step))


def is_waveform(text):
    return "$enddefinitions" in text and "$scope" in text


def words_of(name):
    """Of a state's values: the words and their colours; None: it is a
    number."""
    for pattern, file, colours in KINDS:
        path = os.path.join(WORDS, file + ".txt")
        if re.search(pattern, name) and os.path.exists(path):
            with open(path, encoding="utf-8") as lines:
                found = re.findall(r"^(\d+) \?\w+\?(\w+)", lines.read(), re.M)
            return {int(value): (word, colours.get(
                word, SPARE[int(value) % len(SPARE)]))
                for value, word in found}
    return None


def spans(signal, first, end, step):
    """(from, to, value), in cycles."""
    changes = [(max(time / step, first), value)
               for time, value in signal.changes]
    for k, (begin, value) in enumerate(changes):
        behind = changes[k + 1][0] if k + 1 < len(changes) else end
        if behind > begin:
            yield begin, behind, value


def lane(signal, y, cycles):
    first, end, step = cycles
    room = svg.WIDTH - LABEL - 10
    scale = room / max(end - first, 1)
    words = words_of(signal.name)
    most = max(value for _, value in signal.changes)
    name = signal.name if words else f"{signal.name} ≤ {count(most)}"
    inside = [svg.text(LABEL - 8, y + 15, svg.clipped(name, 36), "end"),
              svg.line(LABEL, y + svg.ROW - 2, svg.WIDTH - 10,
                       y + svg.ROW - 2, "grid")]
    for begin, behind, value in spans(signal, first, end, step):
        x, wide = LABEL + (begin - first) * scale, (behind - begin) * scale
        said = words[value][0] if words and value in words else count(value)
        colour = words[value][1] if words and value in words else "whole"
        if words is None and value == 0:
            continue
        high = svg.ROW - 5 if words else (svg.ROW - 5) * value / max(most, 1)
        inside.append(svg.box(
            x, y + svg.ROW - 2 - high, max(wide - 0.3, 0.4), high, colour,
            f"{signal.name}: {said} in cycles {begin:.0f} to {behind:.0f}"))
        if words and colour != "without" and wide > LETTER * len(said) + 4:
            inside.append(svg.text(x + 3, y + 15, said, "start", "small cell"))
    return "".join(inside)


def order_of(signal):
    """What is not of a PE first; then PEs by columns."""
    place = re.search(r"pe_(\d+)_(\d+)", signal.name)
    return (1, int(place[2]), int(place[1])) if place else (0, 0, 0)


def lanes(signals, cycles):
    high = len(signals) * svg.ROW
    inside = [lane(signal, k * svg.ROW, cycles)
              for k, signal in enumerate(signals)]
    inside.append(svg.text(LABEL, high + 15, f"cycle {count(cycles[0])}"))
    inside.append(svg.text(svg.WIDTH - 10, high + 15, count(cycles[1]), "end"))
    return svg.picture(high + svg.ROW, "".join(inside), "waveform")


def part(page, document):
    signals, cycles = document.data
    drawn = [s for s in signals if not s.is_constant()]
    left = [s for s in signals if s.is_constant() and s.changes]
    page.add(f"<h1>Waveform {page.text(document.path)}</h1>")
    page.section("Signals by cycle", "States are coloured; of numbers, the "
                 "height is the value, and the largest stands behind ≤. "
                 "Pointed at, a mark says its value and cycles.")
    used = {}
    for signal in drawn:
        words = words_of(signal.name) or {}
        for word, colour in (words[value] for value in
                             sorted({value for _, value in signal.changes})
                             if value in words):
            kind = "PEs" if re.search(r"pe_|macs", signal.name) else \
                "networks and DRAM"
            used.setdefault(kind, {})[word] = colour
    for kind, words in used.items():
        page.add('<ul class="legend"><li>' + kind + ":</li>" + "".join(
            f'<li><i class="{colour}"></i>{word}</li>'
            for word, colour in words.items()) + "</ul>")
    drawn = sorted(drawn, key=order_of)[:LANES_MAX]
    inner = [s for s in drawn if order_of(s)[0] == 1 and
             words_of(s.name) is None]
    page.figure(lanes([s for s in drawn if s not in inner], cycles))
    if inner:
        page.add("<details><summary>fifos and register files of the PEs, in "
                 "words</summary>")
        page.figure(lanes(inner, cycles))
        page.add("</details>")
    if left:
        page.add('<p class="note">Never changing: ' + page.text(", ".join(
            f"{s.name} {s.changes[-1][1]}" for s in left)) + ".</p>")
    more = len(signals) - len(left) - len(drawn)
    if more > 0:
        page.add(f'<p class="note">{more} signals more are in the file; '
                 "--trace-pes chooses PEs.</p>")
