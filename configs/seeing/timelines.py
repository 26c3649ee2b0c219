"""timelines.py - what --timeline wrote, drawn: a lane a kind of event.
SPDX-License-Identifier: MIT
"""

from html import escape

from seeing import svg
from seeing.numbers import count, short

LAYERS_MAX = 12  # that are drawn; the file has all


def lanes(events, names, layer):
    """Pictures are as wide as the layer's cycles."""
    end = max(e["ts"] + e["dur"] for e in events)
    start = min(e["ts"] for e in events)
    room = svg.WIDTH - svg.LABEL - 10
    kinds = sorted({e["tid"] for e in events})
    inside = []
    for row, kind in enumerate(kinds):
        y = row * svg.ROW
        inside.append(svg.text(svg.LABEL - 8, y + 15,
                               svg.clipped(names[kind]), "end"))
        for e in events:
            if e["tid"] != kind:
                continue
            x = room * (e["ts"] - start) / max(end - start, 1)
            inside.append(svg.box(
                svg.LABEL + x, y + 3,
                max(room * e["dur"] / max(end - start, 1), 0.5), svg.ROW - 6,
                f"c{row % 12}",
                f"{e['name']}: {count(e['args']['count'])} of them take "
                f"{count(e['args']['cycles'])} cycles from cycle "
                f"{count(e['ts'])} to {count(e['ts'] + e['dur'])}"))
    y = len(kinds) * svg.ROW
    inside.append(svg.text(svg.LABEL, y + 15, short(start)))
    inside.append(svg.text(svg.WIDTH - 10, y + 15, short(end) + " cycles",
                           "end"))
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
    page.section("Passes, waits and DRAM transfers",
                 "A mark stands for neighbours where there were too many; its "
                 "title says how many, and what they take.")
    for pid in sorted(events)[:LAYERS_MAX]:
        page.add(f"<h3>{escape(layers.get(pid, str(pid)))}</h3>")
        page.figure(lanes(events[pid], names, layers.get(pid, str(pid))))
    if len(events) > LAYERS_MAX:
        page.add(f'<p class="note">{len(events) - LAYERS_MAX} layers more are '
                 "in the file.</p>")
