"""sweeps.py - pictures of a sweep's points: cycles against energy with the
points that no other beats, and a map over two of the keys that vary.
SPDX-License-Identifier: MIT
"""

from seeing import svg
from seeing.numbers import count, percent, ratio, real

COST = ("cycles", "energy_pj.total")


def finished(sweep):
    return [point for point in sweep["points"]
            if point.get("status") == "ok" and
            all(point.get(key, 0) > 0 for key in COST)]


def varied(sweep):
    """Keys that were given to points, and differ among them."""
    keys = []
    for point in sweep["points"]:
        for key in point:
            if key == "status":
                break
            if key != "point" and key not in keys:
                keys.append(key)
    return [key for key in keys
            if len({str(point.get(key)) for point in sweep["points"]}) > 1]


def name_of(point, keys):
    return ", ".join(f"{key}={point.get(key, '')}" for key in keys)


def front(points):
    """Those that no other beats in both."""
    return [p for p in points
            if not any(all(q[k] <= p[k] for k in COST) and
                       any(q[k] < p[k] for k in COST) for q in points)]


def pareto(sweep):
    points, keys = finished(sweep), varied(sweep)
    if not points:
        return None
    xs = [point["cycles"] for point in points]
    ys = [point["energy_pj.total"] for point in points]
    axes = svg.LogAxes([min(xs) * 0.8, max(xs) * 1.2],
                       [min(ys) * 0.8, max(ys) * 1.2])
    best = front(points)
    inside = [axes.grid("cycles", COST[1])]
    ends = sorted(axes.at(p["cycles"], p["energy_pj.total"]) for p in best)
    for a, b in zip(ends, ends[1:]):
        inside.append(svg.line(*a, *b, "roof"))
    for point in points:
        place = axes.at(point["cycles"], point["energy_pj.total"])
        inside.append(svg.dot(
            *place, f"{name_of(point, keys)}: {count(point['cycles'])} cycles,"
            f" energy {real(point['energy_pj.total'])}",
            "mark" if point in best else "other"))
    return svg.picture(axes.height, "".join(inside), "cycles and energy")


def heat_map(sweep):
    """The least cycles for each pair of values of the first two keys."""
    keys, points = varied(sweep)[:2], finished(sweep)
    if len(keys) < 2 or not points:
        return None
    across, down = keys
    columns = sorted({point[across] for point in points}, key=str)
    rows = sorted({point[down] for point in points}, key=str)
    if all(isinstance(v, (int, float)) for v in columns + rows):
        columns, rows = sorted(columns), sorted(rows)
    least = {}
    for point in points:
        at = point[down], point[across]
        least[at] = min(point["cycles"], least.get(at, point["cycles"]))
    most = max(least.values())
    wide = (svg.WIDTH - svg.LABEL - 10) / len(columns)
    inside = [svg.text(svg.LABEL - 8, 14, f"{down} \\ {across}", "end",
                       "small")]
    for k, column in enumerate(columns):
        inside.append(svg.text(svg.LABEL + wide * (k + 0.5), 14, str(column),
                               "middle"))
    for r, row in enumerate(rows):
        y = 20 + r * svg.ROW
        inside.append(svg.text(svg.LABEL - 8, y + 15, str(row), "end"))
        for k, column in enumerate(columns):
            if (row, column) not in least:
                continue
            cycles = least[row, column]
            inside.append(
                f'<g style="--near:{ratio(cycles, most):.3f}">' +
                svg.box(svg.LABEL + wide * k, y, wide - 1, svg.ROW - 1,
                        "near", f"{down}={row}, {across}={column}: "
                        f"{count(cycles)} cycles") + "</g>")
            inside.append(svg.text(svg.LABEL + wide * (k + 0.5), y + 15,
                                   f"{percent(ratio(cycles, most))} %",
                                   "middle", "small"))
    return svg.picture(20 + len(rows) * svg.ROW, "".join(inside),
                       "cycles by two keys")


def rows(sweep):
    keys = varied(sweep)
    out = []
    for point in sweep["points"]:
        row = [(str(point.get(key, "")), point.get(key, "")) for key in keys]
        row.append(point.get("status", ""))
        for cost in COST:
            value = point.get(cost)
            row.append((count(value) if isinstance(value, int) else
                        real(value) if value is not None else "",
                        value if value is not None else 0))
        out.append(row)
    return keys + ["status", *COST], out
