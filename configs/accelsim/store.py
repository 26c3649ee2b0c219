"""store.py - sweeps: runs a plan into a store, and reads it.

SPDX-License-Identifier: MIT
"""

import os
import sqlite3
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

from .plan import plan_text
from .program import call
from .records import Record, frame, pareto

Path = Union[str, "os.PathLike[str]"]


class Store:
    """The points of a sweep, in its SQLite file; it may still be running."""

    def __init__(self, path: Path, program: Optional[str] = None) -> None:
        self.path = os.fspath(path)
        self.program = program
        if not os.path.exists(self.path):
            raise FileNotFoundError(f"there is no store '{self.path}'")

    def _query(self, sql: str, words: Sequence[Any] = ()) -> List[Record]:
        store = sqlite3.connect(self.path)
        try:
            store.row_factory = sqlite3.Row
            return [Record({key: row[key] for key in row.keys()
                            if row[key] is not None})
                    for row in store.execute(sql, tuple(words))]
        finally:
            store.close()

    def records(self, where: str = "", words: Sequence[Any] = ()
                ) -> List[Record]:
        """The points by their numbers; where: a condition of SQL, with the
        values of its question marks, as '"array.rows" = ?', [12]."""
        condition = f" WHERE {where}" if where else ""
        return self._query(f"SELECT * FROM points{condition} ORDER BY point",
                           words)

    def frame(self) -> Any:
        """All points as a pandas.DataFrame."""
        return frame(self.records())

    def pareto(self, objectives: Sequence[str]) -> List[Record]:
        """The points that no other beats in these columns."""
        return pareto(self.records("status = 'ok'"), objectives)

    def counts(self) -> Dict[str, int]:
        """How many points have each status."""
        return {str(row["status"]): int(row.number("n")) for row in
                self._query("SELECT status, count(*) AS n FROM points "
                            "GROUP BY status ORDER BY status")}

    def export(self, form: str = "csv") -> str:
        """The text of `accelsim sweep export`: "csv", "json" or "pareto"."""
        return call(["sweep", "export", self.path, "--format", form],
                    self.program)


def _plan_file(plan: Union[Path, Mapping[str, Any]], store: str) -> str:
    """The plan's file; one that is a dictionary is written beside the
    store."""
    if not isinstance(plan, Mapping):
        return os.fspath(plan)
    path = os.path.splitext(store)[0] + ".cfg"
    text = plan_text(plan)
    try:
        with open(path, encoding="utf-8") as file:
            is_there = file.read() == text
    except OSError:
        is_there = False
    if not is_there:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return path


def sweep(plan: Union[Path, Mapping[str, Any]], store: Path, *,
          jobs: Optional[int] = None, shard: Optional[str] = None,
          program: Optional[str] = None) -> Store:
    """Runs the points of a plan, a file or a dictionary (plan_text), that the
    store lacks, and returns it.  shard: "1/4", the first of four parts."""
    words = ["sweep", _plan_file(plan, os.fspath(store)), "--store",
             os.fspath(store)]
    if jobs is not None:
        words += ["-j", str(jobs)]
    if shard is not None:
        words += ["--shard", shard]
    call(words, program)
    return Store(store, program)
