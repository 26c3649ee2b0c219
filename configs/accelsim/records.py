"""records.py - what points came to, as dictionaries, and several of them.

SPDX-License-Identifier: MIT
"""

from typing import Any, Dict, Iterable, List, Sequence, Union

Value = Union[int, float, str, None]


class Record(Dict[str, Value]):
    """A point: its columns by name, as in a sweep's CSV.  Columns whose name
    has no dot are attributes, too: `point.cycles`."""

    def __getattr__(self, name: str) -> Value:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def is_ok(self) -> bool:
        """Whether it has results."""
        return self.get("status") == "ok"

    def number(self, name: str) -> float:
        """A column as a number; KeyError where the point has none."""
        value = self[name]
        if not isinstance(value, (int, float)):
            raise KeyError(name)
        return value

    def group(self, prefix: str) -> Dict[str, float]:
        """The numbers of the columns below a prefix, without it:
        group("energy_pj") has mac, rf, ..., total."""
        start = prefix + "."
        return {name[len(start):]: value for name, value in self.items()
                if name.startswith(start) and
                isinstance(value, (int, float))}


class PointError(RuntimeError):
    """A point that came to no results: its status and its reason."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


def frame(records: Iterable[Record]) -> Any:
    """The records as a pandas.DataFrame."""
    import pandas  # pylint: disable=import-outside-toplevel
    return pandas.DataFrame.from_records(list(records))


def _beats(a: Sequence[float], b: Sequence[float]) -> bool:
    return all(x <= y for x, y in zip(a, b)) and tuple(a) != tuple(b)


def pareto(records: Iterable[Record], objectives: Sequence[str]
           ) -> List[Record]:
    """The records with results that no other beats: none is as good in all
    columns, which are to be least, and better in one.  A record that lacks a
    column is worse in it than any that has it; KeyError where none has it."""
    listed = [one for one in records if one.is_ok]
    for name in objectives:
        if listed and not any(name in one for one in listed):
            raise KeyError(name)
    points = [(tuple(one.number(name) if name in one else float("inf")
                     for name in objectives), one) for one in listed]
    points.sort(key=lambda point: point[0])
    front: List[Any] = []
    for values, one in points:
        if not any(_beats(other, values) for other, _ in front):
            front.append((values, one))
    return [one for _, one in front]
