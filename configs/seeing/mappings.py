"""mappings.py - a layer's mapping as a nest of loops and as the array of PEs
that it fills, from the text that the program writes of it.
SPDX-License-Identifier: MIT
"""

import re
from html import escape

from seeing import svg
from seeing.numbers import count

CELL = 30          # of the picture of the array
LARGEST = 40000    # PEs that a page draws one by one


def comments(text):
    return [line.strip()[1:].removeprefix(" ") for line in text.splitlines()
            if line.strip().startswith("#")]


def level_lines(text):
    """A nest of levels, as mapping files have it, as loops: outermost first,
    with what lies side by side and what each level holds."""
    out, depth = [], 0
    for line in text.splitlines():
        level = re.match(r"\s*(\w+) = \{ (.*)\};", line)
        if level is None:
            held = re.match(r"\s*# (holds .*)", line)
            if held and out:
                out[-1] += f"   {held[1]}"
            continue
        for what, word in (("loops", "for"), ("rows", "side by side, rows: "),
                           ("cols", "side by side, columns: ")):
            found = re.search(what + r" = \[([^\]]*)\]", level[2])
            for loop in re.findall(r'"(\w+) (\d+)"', found[1]) if found else ():
                out.append("  " * depth + f"{word} {loop[0]} in 0..{loop[1]}")
                depth += 1
        out.append("  " * depth + f"[{level[1]}]")
    return out


def nest_of(text):
    """The lines of the nest, with what they say of themselves below each
    other."""
    loops = [re.split(r"\s{2,}", line.rstrip(), maxsplit=1)
             if not line.startswith("  ") else
             [line[:len(line) - len(line.lstrip())] + part for part in
              re.split(r"\s{2,}", line.strip(), maxsplit=1)]
             for line in comments(text)
             if re.match(r"\s*(parallel-)?for ", line)]
    if not loops:
        return level_lines(text)
    wide = max(len(loop[0]) for loop in loops) + 3
    return [loop[0].ljust(wide) + (loop[1].strip() if len(loop) > 1 else "")
            for loop in loops]


def grid_of(text):
    """Rows of cells, as the program draws the array; [] where it does not."""
    lines, rows = comments(text), []
    start = [k for k, line in enumerate(lines)
             if line.startswith("PE array") and line.endswith(":")]
    for line in lines[start[0] + 1:] if start else ():
        if not line.startswith(" ") or not line.strip():
            break
        rows.append(line.split())
    return rows


def rectangle_of(text, array):
    """Rows and columns of the array, and how many PEs have work."""
    said = re.search(r"PE array: (\d+) of (\d+) x (\d+) PEs", text)
    if said:
        return int(said[2]), int(said[3]), int(said[1])
    return None if not array else (array["rows"], array["cols"], None)


SET_COLOURS = ("c0", "c1", "c4", "c6", "c9", "c11")


def drawn_cells(rows):
    """A cell a PE, in the colour of its set; a dot has no work.  A set is one
    shape, so that a page of many layers stays small."""
    wide, high = len(rows[0]), len(rows)
    size = min(CELL, (svg.WIDTH - 4) / wide)
    shapes = {}
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            shapes.setdefault(cell[0], []).append(
                f"M{x * size:.4g} {y * size:.4g}h{size - 2:.4g}"
                f"v{size - 2:.4g}h{2 - size:.4g}z")
    inside = []
    for k, name in enumerate(sorted(set(shapes) - {"."}) + ["."]):
        if name in shapes:
            says = "no work" if name == "." else f"set {name}"
            colour = "without" if name == "." else \
                SET_COLOURS[k % len(SET_COLOURS)]
            inside.append(f'<path class="{colour}" d="{"".join(shapes[name])}">'
                          f"<title>{says}: {len(shapes[name])} PEs</title>"
                          "</path>")
    return svg.picture(high * size, "".join(inside), "PEs with work",
                       wide * size)


def drawn_rectangle(rows, cols, active):
    """The array as a whole, filled by the share of its PEs that have work."""
    size = min(300 / rows, 460 / cols)
    wide, high = cols * size, rows * size
    share = active / (rows * cols)
    inside = [svg.box(0, 0, wide, high, "without",
                      f"{rows} x {cols} PEs, {count(active)} with work"),
              svg.box(0, high * (1 - share), wide, high * share, "c0",
                      f"{count(active)} PEs with work")]
    return svg.picture(high, "".join(inside), "PEs with work", wide)


def array_picture(layer, results):
    text, array = layer["mapping"].get("text", ""), results.get("array")
    rows = grid_of(text)
    if rows and len(rows) * len(rows[0]) * len(results["layers"]) <= LARGEST:
        return drawn_cells(rows), f"{len(rows)} x {len(rows[0])} PEs: a " \
            "colour is a set of PEs; grey ones have no work."
    found = rectangle_of(text, array)
    if found is None:
        return None, ""
    rows, cols, active = found
    active = layer["active_pes"] if active is None else active
    return drawn_rectangle(rows, cols, active), f"{count(active)} of " \
        f"{rows} x {cols} PEs have work; their share of the array is filled."


def part(page, results, layer):
    """One layer's: a fold of the page that can be opened."""
    picture, says = array_picture(layer, results)
    nest = nest_of(layer["mapping"].get("text", ""))
    if picture is None and not nest:
        return
    page.add(f"<details{' open' if len(results['layers']) == 1 else ''}>"
             f"<summary>{escape(layer['name'])} by "
             f"{escape(layer['dataflow'])}</summary>")
    if nest:
        lines = "\n".join(line.rstrip() for line in nest)
        page.add(f'<div class="scroll"><pre>{escape(lines)}</pre></div>')
    if picture is not None:
        page.figure(picture, caption=says, style="array")
    page.add("</details>")
