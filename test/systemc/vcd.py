"""vcd.py - reads a waveform.
SPDX-License-Identifier: MIT
"""

import bisect
import math


def read_vcd(path):
    """Values of each signal over time: {name: [(time, value), ...]}, end."""
    names, changes, scope, now = {}, {}, [], 0
    with open(path) as file:
        for line in file:
            words = line.split()
            if not words:
                continue
            if words[0] == "$scope":
                scope.append(words[2])
            elif words[0] == "$upscope":
                scope.pop()
            elif words[0] == "$var":
                names[words[3]] = ".".join([*scope[1:], words[4]])
                changes[names[words[3]]] = []
            elif words[0][0] == "#":
                now = int(words[0][1:])
            elif words[0][0] == "b" and len(words) == 2:
                changes[names[words[1]]].append((now, int(words[0][1:], 2)))
            elif words[0][0] in "01" and len(words) == 1 and scope == []:
                changes[names[words[0][1:]]].append((now, int(words[0][0])))
    return changes, now


def time_in(changes, value, end):
    """For how long a signal had the value."""
    spent = 0
    for (start, seen), (stop, _) in zip(changes, [*changes[1:], (end, 0)]):
        spent += (stop - start) * (seen == value)
    return spent


def area(changes, end):
    """Value times time, summed."""
    return sum((stop - start) * seen for (start, seen), (stop, _) in
               zip(changes, [*changes[1:], (end, 0)]))


def value_at(changes, time):
    """The last one up to then; before any, 0."""
    at = bisect.bisect_right(changes, (time, math.inf))
    return changes[at - 1][1] if at > 0 else 0
