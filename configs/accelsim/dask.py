"""dask.py - a sweep on many machines, by Dask distributed.

The plan is cut into shards of a few seconds each.  Workers run them, each with
the accelsim that it finds, and send their stores back; here they are kept in a
folder beside the store until all are there, and then merged.  A worker that
goes takes its shards with it, which others run again; a sweep that was ended
goes on with the shards that are not there yet.

Files that the plan names have to be where the workers find them; the plan
itself is sent.

SPDX-License-Identifier: MIT
"""

import json
import os
import subprocess
import tempfile
import time
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple, Union

from .program import ProgramError, call, find_program
from .store import Path, Store, _plan_file

SHARDS_MAX = 32768


def _run_shard(plan_name: str, plan: bytes, shard: str, jobs: int,
               program: Optional[str]) -> bytes:
    """On a worker: the bytes of a shard's store."""
    with tempfile.TemporaryDirectory(prefix="accelsim-") as folder:
        path = os.path.join(folder, plan_name)
        with open(path, "wb") as file:
            file.write(plan)
        done = subprocess.run(
            [find_program(program), "sweep", path, "--shard", shard, "--store",
             os.path.join(folder, "store.sqlite"), "-j", str(jobs)],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ProgramError(done.stderr.strip(), done.returncode)
        with open(os.path.join(folder, "store.sqlite"), "rb") as file:
            return file.read()


def _seconds_per_shard(plan: str, shards: int, folder: str,
                       program: Optional[str]) -> float:
    """How long one of so many shards takes here."""
    begin = time.monotonic()
    call(["sweep", plan, "--shard", f"1/{shards}", "--store",
          os.path.join(folder, "tried.sqlite"), "-j", "1"], program)
    return time.monotonic() - begin


def _choose_shards(plan: str, batch_seconds: float, program: Optional[str]
                   ) -> int:
    """As many shards as take about so many seconds each, by one that is large
    enough to be measured."""
    shards, seconds = SHARDS_MAX, 0.0
    with tempfile.TemporaryDirectory(prefix="accelsim-") as folder:
        while shards > 1 and seconds < batch_seconds / 4:
            shards //= 8
            seconds = _seconds_per_shard(plan, max(1, shards), folder, program)
            os.unlink(os.path.join(folder, "tried.sqlite"))
    return max(1, min(SHARDS_MAX, round(shards * seconds / batch_seconds)))


def _missing(folder: str, shards: int) -> Iterator[int]:
    for i in range(1, shards + 1):
        if not os.path.exists(os.path.join(folder, f"{i}.sqlite")):
            yield i


def _keep(folder: str, number: int, store: bytes) -> None:
    """Whole, or not at all."""
    path = os.path.join(folder, f"{number}.sqlite")
    with open(path + ".part", "wb") as file:
        file.write(store)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".part", path)


def _shards_of(folder: str, plan: bytes, asked: Optional[int], choose: Any
               ) -> int:
    """How many shards there are: of a sweep that goes on, as before."""
    note = os.path.join(folder, "shards.json")
    text = plan.decode("utf-8", "replace")
    if os.path.exists(note):
        with open(note, encoding="utf-8") as file:
            said: Dict[str, Any] = json.load(file)
        if said["plan"] != text:
            raise ProgramError(f"'{folder}' has shards of another plan; "
                               "another store is needed")
        return int(said["shards"])
    shards = asked if asked is not None else choose()
    with open(note, "w", encoding="utf-8") as file:
        json.dump({"plan": text, "shards": shards}, file)
    return shards


def sweep(plan: Union[Path, Mapping[str, Any]], store: Path, client: Any, *,
          shards: Optional[int] = None, batch_seconds: float = 4.0,
          jobs: int = 1, retries: int = 3, ahead: int = 2,
          program: Optional[str] = None) -> Store:
    """Runs a plan on the workers of a Dask client, and returns its store.

    shards: how many parts; None: as many as take about batch_seconds each.
    jobs: threads of a part.  retries: how often a part is run again that
    failed, beside those whose worker has gone.  ahead: parts that wait for
    each of the workers' threads."""
    from distributed import as_completed  # pylint: disable=C0415
    path = _plan_file(plan, os.fspath(store))
    folder = os.fspath(store) + ".shards"
    os.makedirs(folder, exist_ok=True)
    with open(path, "rb") as file:
        text = file.read()
    n = _shards_of(folder, text, shards,
                   lambda: _choose_shards(path, batch_seconds, program))
    left = _missing(folder, n)
    running: Dict[Any, int] = {}

    def submit() -> Optional[Tuple[Any, int]]:
        number = next(left, None)
        if number is None:
            return None
        future = client.submit(
            _run_shard, os.path.basename(path), text, f"{number}/{n}", jobs,
            program, pure=False, retries=retries)
        running[future] = number
        return future, number

    room = max(1, ahead * sum(client.nthreads().values()))
    first = [one[0] for one in iter(
        lambda: submit() if len(running) < room else None, None)]
    completed = as_completed(first)
    for future in completed:
        _keep(folder, running.pop(future), future.result())
        following = submit()
        if following is not None:
            completed.add(following[0])
    parts = [os.path.join(folder, f"{i}.sqlite") for i in range(1, n + 1)]
    for i in range(0, n, 500):
        call(["sweep", "merge", "--store", os.fspath(store),
              *parts[i:i + 500]], program)
    for part in parts:
        os.unlink(part)
    os.unlink(os.path.join(folder, "shards.json"))
    os.rmdir(folder)
    return Store(store, program)
