"""plots.py - pictures of records, by matplotlib.

Each function draws on `ax`, or on axes of its own, and returns them.

SPDX-License-Identifier: MIT
"""

from typing import Any, Iterable, List, Optional, Sequence

from .records import Record
from .records import pareto as pareto_front


def _axes(ax: Optional[Any]) -> Any:
    if ax is not None:
        return ax
    from matplotlib import pyplot  # pylint: disable=import-outside-toplevel
    return pyplot.subplots(layout="constrained")[1]


def _name(record: Record, by: Sequence[str]) -> str:
    return ", ".join(str(record.get(key, "")) for key in by)


def roofline(records: Iterable[Record], by: Sequence[str] = ("layer",),
             ax: Optional[Any] = None) -> Any:
    """Throughput over operational intensity, below the machine's roof: its
    peak, and DRAM's bandwidth.  by: the columns that name a point."""
    points = [one for one in records if one.is_ok and "cycles" in one]
    if not points:
        raise ValueError("no record was simulated; a roofline needs cycles")
    ax = _axes(ax)
    intensity = [one.number("metrics.intensity_ops_per_byte")
                 for one in points]
    low, high = min(intensity) / 4, max(intensity) * 4
    roofs = sorted({(one.number("metrics.peak_gops"),
                     one.number("metrics.dram_gbytes_per_second"))
                    for one in points})
    for peak, bandwidth in roofs:
        knee = peak / bandwidth if bandwidth > 0 else low
        xs = [low, min(max(knee, low), high), high]
        ax.plot(xs, [min(peak, x * bandwidth) if bandwidth > 0 else peak
                     for x in xs], color="0.4", linewidth=1)
    for x, one in zip(intensity, points):
        ax.plot([x], [one.number("metrics.throughput_gops")], "o")
        ax.annotate(_name(one, by), (x, one.number("metrics.throughput_gops")),
                    textcoords="offset points", xytext=(4, -8), fontsize=7)
    ax.set(xscale="log", yscale="log", xlabel="operations per DRAM byte",
           ylabel="Gop/s")
    return ax


def breakdown(records: Iterable[Record], group: str = "energy_pj",
              by: Sequence[str] = ("layer",), ax: Optional[Any] = None) -> Any:
    """Bars that are made of the columns of a group: energy_pj, or
    ledger_pe_cycles."""
    points = [one for one in records if one.is_ok]
    parts: List[str] = []
    for one in points:
        parts += [part for part in one.group(group)
                  if part != "total" and part not in parts]
    ax = _axes(ax)
    left = [0.0] * len(points)
    names = [_name(one, by) for one in points]
    for part in parts:
        size = [one.group(group).get(part, 0) for one in points]
        if not any(size):
            continue
        ax.barh(range(len(points)), size, left=left, label=part)
        left = [a + b for a, b in zip(left, size)]
    ax.set_yticks(range(len(points)), names)
    ax.invert_yaxis()
    ax.set_xlabel(group)
    ax.legend(fontsize=7)
    return ax


def pareto(records: Iterable[Record], x: str, y: str,
           by: Sequence[str] = (), ax: Optional[Any] = None) -> Any:
    """All points that have two columns, which are to be least, and those that
    no other beats."""
    points = [one for one in records if one.is_ok and x in one and y in one]
    front = pareto_front(points, (x, y))
    ax = _axes(ax)
    ax.plot([one.number(x) for one in points],
            [one.number(y) for one in points], ".", color="0.6")
    ax.step([one.number(x) for one in front],
            [one.number(y) for one in front], "o-", where="post",
            color="#0072b2")
    for i, one in enumerate(front if by else []):
        # In turns above and below, since neighbours lie close.
        ax.annotate(_name(one, by), (one.number(x), one.number(y)),
                    textcoords="offset points",
                    xytext=(4, 5 if i % 2 == 0 else -11), fontsize=7)
    ax.set(xlabel=x, ylabel=y)
    return ax


def heat_map(records: Iterable[Record], x: str, y: str, value: str,
             ax: Optional[Any] = None) -> Any:
    """A column over two keys; where several points share both, the least."""
    cells = {}
    for one in records:
        if one.is_ok:
            at = (one[x], one[y])
            cells[at] = min(cells.get(at, one.number(value)),
                            one.number(value))
    xs = sorted({at[0] for at in cells}, key=_in_order)
    ys = sorted({at[1] for at in cells}, key=_in_order)
    grid = [[cells.get((one, other), float("nan")) for one in xs]
            for other in ys]
    ax = _axes(ax)
    image = ax.imshow(grid, origin="lower", aspect="auto")
    ax.set_xticks(range(len(xs)), [str(one) for one in xs])
    ax.set_yticks(range(len(ys)), [str(one) for one in ys])
    ax.set(xlabel=x, ylabel=y)
    ax.figure.colorbar(image, ax=ax, label=value)
    return ax


def _in_order(value: Any) -> Any:
    """Numbers before texts, each by size."""
    is_text = isinstance(value, str)
    return (is_text, value if is_text else "", 0 if is_text else value)
