#!/usr/bin/env python3
"""make_conv1d.py - the orderings of Sze, Chen, Yang, Emer (2020), s. 5.2, for
an L1 of 1, 2 and 4 words that holds one tensor alone: conv1d_ORDER_WORDS.cfg.

The loops around L1 fetch its tile, the loops inside find their words there;
together they are the ordering.  A tile remembers its predecessor only, so of
the 27 numbers of the book's tables (under LRU) one is out of reach: the input
under the psum tile of 2 and 4 words takes 8 reads here and 7 there.
SPDX-License-Identifier: MIT
"""
import os

ORDERS = {
    "order1": ("for q: for s", ["q 4", "s 4"]),
    "order2": ("for s: for q", ["s 4", "q 4"]),
    "tile2": ("for q1: for s: for q0 < 2", ["q 2", "s 4", "q 2"]),
}
# Loops (of the ordering, from the inside) that the L1 of so many words holds
# the tile of; left out: one word.
INSIDE = {
    ("order1", "weight", 4): 1, ("order1", "input", 4): 1,
    ("order2", "input", 4): 1, ("order2", "psum", 4): 1,
    ("tile2", "weight", 4): 2,
    ("tile2", "psum", 2): 1, ("tile2", "psum", 4): 1,
}
# A loop cut in two, where only part of it fits.
CUT = {("tile2", "input", 4): (["q 2", "s 2"], ["s 3", "q 2"])}
TENSOR = {"weight": "filter", "input": "ifmap", "psum": "psum"}


def loops(texts):
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


def entry(order, data, words):
    all_loops = ORDERS[order][1]
    cut = len(all_loops) - INSIDE.get((order, data, words), 0)
    outside, inside = CUT.get((order, data, words),
                              (all_loops[:cut], all_loops[cut:]))
    return (f'  {{ layer = "{data}";\n'
            f"    l2 = {{ loops = {loops(outside)}; }};\n"
            f"    l1 = {{ loops = {loops(inside)};"
            f' keep = ["{TENSOR[data]}"]; }}; }}')


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for order, (text, _) in ORDERS.items():
        for words in (1, 2, 4):
            name = f"conv1d_{order}_{words}.cfg"
            with open(os.path.join(here, name), "w", encoding="ascii") as to:
                to.write(f"# {name} - {text}, an L1 of {words} for one tensor;"
                         " made by make_conv1d.py.\n"
                         "# SPDX-License-Identifier: MIT\n"
                         "mappings = (\n")
                to.write(",\n".join(entry(order, data, words)
                                    for data in TENSOR) + "\n);\n")


if __name__ == "__main__":
    main()
