"""timelines.py - what --timeline wrote, drawn: a lane a kind of event.
SPDX-License-Identifier: MIT
"""

from html import escape

from seeing import svg
from seeing.numbers import count, ratio

# That are drawn; the file has all.  A mark takes some 200 bytes of a page.
LAYERS_MAX, MARKS_MAX = 12, 22000


# Lanes in their order: of what, the beginning of their names, their colour.
GROUPS = (("passes", "pass", "c0"), ("waits", "wait ", "c10"),
          ("DRAM", "DRAM ", "c6"), ("networks", "network ", "c1"),
          ("tiles in L2", "L2 tile ", "c4"))


def group_of(name):
    for k, (_, begin, _) in enumerate(GROUPS):
        if name.startswith(begin):
            return k
    return len(GROUPS) - 1


def says(e):
    """What a mark stands for."""
    args = e["args"]
    out = (f"{e['name']}: {count(args['count'])} of them take "
           f"{count(args['cycles'])} cycles from cycle {count(e['ts'])} to "
           f"{count(e['ts'] + e['dur'])}")
    if "words" in args:
        out += f"; {count(args['words'])} words"
    waits = [f"{cause} {count(n)}" for cause, n in
             args.get("waits", {}).items()]
    return out + ("; PE-cycles that waited: " + ", ".join(waits)
                  if waits else "")


def lanes(events, names, layer):
    """A lane a kind; a mark is as high as the share of its span that its
    events take."""
    # Of a window, a tile may begin long before and end long after it.
    inner = [e for e in events if not e["name"].startswith("L2 tile ")] or \
        events
    end = max(e["ts"] + e["dur"] for e in inner)
    start = min(e["ts"] for e in inner)
    room = svg.WIDTH - svg.LABEL - 10
    kinds = sorted({e["tid"] for e in events},
                   key=lambda tid: (group_of(names[tid]), tid))
    inside = []
    for row, kind in enumerate(kinds):
        y = row * svg.ROW
        colour = GROUPS[group_of(names[kind])][2]
        inside.append(svg.text(svg.LABEL - 8, y + 15,
                               svg.clipped(names[kind]), "end"))
        inside.append(svg.line(svg.LABEL, y + svg.ROW - 3, svg.WIDTH - 10,
                               y + svg.ROW - 3, "grid"))
        for e in events:
            if e["tid"] != kind:
                continue
            begin, behind = max(e["ts"], start), min(e["ts"] + e["dur"], end)
            if begin >= behind:
                continue
            x = room * (begin - start) / max(end - start, 1)
            high = (svg.ROW - 6) * min(ratio(e["args"]["cycles"], e["dur"]), 1)
            high = max(high, 1)
            inside.append(svg.box(
                svg.LABEL + x, y + svg.ROW - 3 - high,
                max(room * (behind - begin) / max(end - start, 1) - 0.2, 0.5),
                high,
                colour, says(e)))
    y = len(kinds) * svg.ROW
    inside.append(svg.text(svg.LABEL, y + 15, "cycle " + count(start)))
    inside.append(svg.text(svg.WIDTH - 10, y + 15, count(end), "end"))
    return svg.picture(y + svg.ROW, "".join(inside), f"timeline of {layer}")


def part(page, document):
    layers, names, events = {}, {}, {}
    for e in document.data["traceEvents"]:
        if e["ph"] == "M" and e["name"] == "process_name":
            layers[e["pid"]] = e["args"]["name"]
        elif e["ph"] == "M":
            names[e["tid"]] = e["args"]["name"]
        elif e["ph"] == "X":
            events.setdefault(e["pid"], []).append(e)
    page.add(f"<h1>Timeline {escape(document.path)}</h1>")
    page.section("What happened when",
                 "From left to right, cycles of the run. A mark stands for "
                 "neighbours where there were too many, and is as high as the "
                 "share of its span that they take; pointed at, it says how "
                 "many they are. Networks: the cycles that their "
                 "words need at least. Tiles: places of L2 that hold one.")
    page.add('<ul class="legend">' + "".join(
        f'<li><i class="{colour}"></i>{name}</li>'
        for name, _, colour in GROUPS) + "</ul>")
    window = document.data.get("otherData", {}).get("window")
    if window:
        page.add(f'<p class="note">Events of the cycles {count(window[0])} to '
                 f"{count(window[1])} of each layer alone.</p>")
    drawn, marks = 0, 0
    for pid in sorted(events)[:LAYERS_MAX]:
        marks += len(events[pid])
        if drawn > 0 and marks > MARKS_MAX:
            break
        drawn += 1
        page.add(f"<h3>{escape(layers.get(pid, str(pid)))}</h3>")
        page.figure(lanes(events[pid], names, layers.get(pid, str(pid))))
    if len(events) > drawn:
        page.add(f'<p class="note">{len(events) - drawn} layers more are '
                 "in the file.</p>")
