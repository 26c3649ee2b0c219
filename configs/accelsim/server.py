"""server.py - points one by one, from a resident `accelsim serve`.

SPDX-License-Identifier: MIT
"""

import atexit
import json
import subprocess
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Type

from .program import ProgramError, find_program
from .records import PointError, Record


class Server:
    """A process that answers; safe to use from several threads.

    jobs: its threads; None: as many as there are processors.  memo_bytes:
    what it keeps of passes, for each of them.
    """

    def __init__(self, jobs: Optional[int] = None,
                 program: Optional[str] = None,
                 memo_bytes: Optional[int] = None) -> None:
        words = [find_program(program), "serve"]
        if jobs is not None:
            words += ["-j", str(jobs)]
        if memo_bytes is not None:
            words += ["--memo-bytes", str(memo_bytes)]
        try:
            self._process = subprocess.Popen(
                words, text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as why:
            raise ProgramError(f"cannot run '{words[0]}' ({why.strerror}); "
                               "accelsim is needed") from why
        self._lock = threading.Lock()
        self._waiting: Dict[int, "Future[Record]"] = {}
        self._next = 0
        self._is_closed = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def submit(self, cfg: str, *, command: str = "run",
               **request: Any) -> "Future[Record]":
        """Asks for a point and does not wait: the members of a request as
        docs/sweeps.md has them (net, layer, batch, shape, gemm, dataflow,
        objective, set, max_cycles, max_seconds).  The record has its status;
        that it is not ok is no exception."""
        future: "Future[Record]" = Future()
        future.set_running_or_notify_cancel()
        asked = {key: value for key, value in request.items()
                 if value is not None}
        with self._lock:
            if self._is_closed or self._process.stdin is None:
                raise ProgramError("the server is closed")
            number = self._next
            self._next += 1
            self._waiting[number] = future
        self._send({"id": number, "command": command, "cfg": cfg, **asked})
        return future

    def cancel(self, future: "Future[Record]") -> None:
        """Gives a point up; its record then has the status "cancelled", unless
        it was done before."""
        with self._lock:
            numbers = [n for n, one in self._waiting.items() if one is future]
        for number in numbers:
            self._send({"cancel": number})

    def ask(self, cfg: str, *, command: str = "run", **request: Any) -> Record:
        """A point's record, whatever became of it."""
        return self.submit(cfg, command=command, **request).result()

    def run(self, cfg: str, **request: Any) -> Record:
        """A point, simulated; PointError where it has no results."""
        return _checked(self.ask(cfg, **request))

    def model(self, cfg: str, **request: Any) -> Record:
        """The same by closed forms, without cycles."""
        return _checked(self.ask(cfg, command="model", **request))

    def run_all(self, points: Iterable[Mapping[str, Any]],
                waiting: int = 64) -> Iterator[Record]:
        """The records of many points, each a mapping of `submit`'s arguments,
        in their order; at most so many are asked for ahead."""
        ahead: List["Future[Record]"] = []
        for point in points:
            ahead.append(self.submit(**point))
            if len(ahead) >= waiting:
                yield ahead.pop(0).result()
        for future in ahead:
            yield future.result()

    def close(self) -> None:
        """Waits for what was asked, and ends the process."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:
                pass
        self._reader.join()
        self._process.wait()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 value: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def _send(self, request: Mapping[str, Any]) -> None:
        line = json.dumps(request) + "\n"
        try:
            with self._lock:
                assert self._process.stdin is not None
                self._process.stdin.write(line)
                self._process.stdin.flush()
        except (OSError, ValueError):
            pass  # it is gone, as the reader tells all who wait

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            answer = json.loads(line)
            with self._lock:
                future = self._waiting.pop(answer.pop("id", None), None)
            if future is not None:
                future.set_result(Record(answer))
        said = self._process.stderr.read() if self._process.stderr else ""
        with self._lock:
            self._is_closed = True
            left = list(self._waiting.values())
            self._waiting.clear()
        for future in left:
            future.set_exception(ProgramError(
                said.strip() or "accelsim serve ended before it answered"))


def _checked(record: Record) -> Record:
    if not record.is_ok:
        raise PointError(str(record.get("status")), str(record.get("reason")))
    return record


_shared: Optional[Server] = None
_shared_lock = threading.Lock()


def _server() -> Server:
    """The one that `run` and `model` ask, made when it is needed."""
    global _shared  # pylint: disable=global-statement
    with _shared_lock:
        if _shared is None or _shared._is_closed:
            _shared = Server()
            atexit.register(_shared.close)
        return _shared


def run(cfg: str, *, net: Optional[str] = None, layer: Optional[str] = None,
        set: Optional[Mapping[str, Any]] = None, **more: Any) -> Record:
    """Simulates one point: an architecture, a network's layers (all without
    `layer`), keys of the architecture; more: batch, shape, gemm, dataflow,
    objective, max_cycles, max_seconds.  PointError where it has no results."""
    return _server().run(cfg, net=net, layer=layer, set=set, **more)


def model(cfg: str, *, net: Optional[str] = None, layer: Optional[str] = None,
          set: Optional[Mapping[str, Any]] = None, **more: Any) -> Record:
    """The same by closed forms: counts and energy, and of cycles a bound."""
    return _server().model(cfg, net=net, layer=layer, set=set, **more)


def run_all(points: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
    """The records of many points, each a mapping of `run`'s arguments, in
    their order, several at once; each has its status."""
    return _server().run_all(points)
