"""svg.py - pieces of pictures: text, boxes, axes and stacks of bars.

Colours are classes of the page's style, so that a picture follows the theme.
Each mark has a <title>, which browsers show when it is pointed at and readers
of screens say.
SPDX-License-Identifier: MIT
"""

import math
from html import escape

from seeing.numbers import short

WIDTH = 960
LABEL = 190  # room for names at the left
ROW = 22


def picture(height, inside, name, width=WIDTH):
    return (f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
            f'aria-label="{escape(name, quote=True)}">{inside}</svg>')


def text(x, y, words, anchor="start", style=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
            f' class="{style}">{escape(words)}</text>')


def box(x, y, width, height, colour, title):
    return (f'<rect x="{x:.2f}" y="{y:.1f}" width="{max(width, 0):.2f}" '
            f'height="{height:.1f}" class="{colour}">'
            f'<title>{escape(title)}</title></rect>')


def line(x1, y1, x2, y2, style):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'class="{style}"/>')


def dot(x, y, title, style="mark"):
    return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" class="{style}" '
            f'tabindex="0"><title>{escape(title)}</title></circle>')


def clipped(name, letters=26):
    return name if len(name) <= letters else name[:letters - 1] + "…"


def colour_of(parts, part):
    """What is not there is grey."""
    return "without" if part.startswith("without") else \
        f"c{parts.index(part) % 12}"


def stacks(rows, parts, name, unit):
    """A bar a row, as long as its share of the largest; each part in its
    colour.  rows: (label, {part: value}); parts: names in their order."""
    most = max((sum(values.values()) for _, values in rows), default=0)
    room = WIDTH - LABEL - 10
    inside = []
    for k, (label, values) in enumerate(rows):
        x, y = LABEL, k * ROW
        inside.append(text(LABEL - 8, y + 15, clipped(label), "end"))
        for part in parts:
            value = values.get(part, 0)
            if value <= 0 or most <= 0:
                continue
            wide = room * value / most
            inside.append(box(x, y + 3, wide, ROW - 6,
                              colour_of(parts, part),
                              f"{label}, {part}: {unit(value)}"))
            x += wide
    return picture(max(len(rows), 1) * ROW, "".join(inside), name)


def legend(parts, meaning):
    return '<ul class="legend">' + "".join(
        f'<li title="{escape(meaning.get(part, ""), quote=True)}">'
        f'<i class="{colour_of(parts, part)}"></i>{escape(part)}</li>'
        for part in parts) + "</ul>"


class LogAxes:
    """A plane with logarithmic axes, a little wider than what is on it."""

    def __init__(self, xs, ys, height=420, left=80):
        self.height, self.left = height, left
        self.x = math.log10(min(xs)), math.log10(max(xs))
        self.y = math.log10(min(ys)), math.log10(max(ys))

    def at(self, x, y):
        across = (math.log10(x) - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (math.log10(y) - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        return (self.left + across * (WIDTH - self.left - 20),
                self.height - 50 - up * (self.height - 70))

    @staticmethod
    def ticks(ends):
        """Of a long axis, powers of ten; of shorter ones, more digits of each,
        until there are a few."""
        powers = range(math.floor(ends[0]), math.ceil(ends[1]) + 1)
        for digits in ((1,), (1, 2, 5), range(1, 10),
                       [digit / 10 for digit in range(10, 100, 2)]):
            out = [digit * 10.0 ** power for power in powers
                   for digit in digits
                   if ends[0] - 1e-9 <= math.log10(digit * 10.0 ** power) <=
                   ends[1] + 1e-9]
            if len(out) >= 3:
                break
        return out[::-(-len(out) // 10)]

    def grid(self, x_name, y_name):
        out = []
        left, low = self.at(10.0 ** self.x[0], 10.0 ** self.y[0])
        for value in self.ticks(self.x):
            x, _ = self.at(value, 10.0 ** self.y[0])
            out.append(line(x, low, x, 20, "grid"))
            out.append(text(x, low + 18, short(value), "middle"))
        for value in self.ticks(self.y):
            _, y = self.at(10.0 ** self.x[0], value)
            out.append(line(left, y, WIDTH - 20, y, "grid"))
            out.append(text(left - 6, y + 5, short(value), "end"))
        out.append(text(WIDTH / 2, self.height - 8, x_name, "middle"))
        out.append(text(self.left, 14, y_name))
        return "".join(out)
