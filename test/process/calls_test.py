#!/usr/bin/env python3
"""calls_test.py - system calls that fail or are interrupted (failing_calls.c):
the program does without, calls again, or ends with one line that says why, and
leaves nothing behind but a sweep's store.

SPDX-License-Identifier: MIT
"""

import errno
import os
import signal
import subprocess

from program import (PROGRAM, check, finish,
                     leave_to_the_plain_build, new_folder, write)

leave_to_the_plain_build()
AGAIN, NO, BAD, DISK = errno.EINTR, errno.EAGAIN, errno.EIO, errno.ENOSPC
BREAKS = -signal.SIGSEGV
FAILING = os.path.join(os.path.dirname(PROGRAM), "test", "process",
                       "failing_calls.so")
PLUGIN = os.path.join(os.path.dirname(PROGRAM), "test", "dataflows",
                      "plugin_dataflow.so")
NET = ["--cfg", "eyeriss", "--net", "lenet5", "--batch", "1"]
C1 = [*NET, "--layer", "c1"]
TO_FILE = [*C1, "-o", "out", "--format", "json"]
PLUGGED = [*C1, "--plugin", PLUGIN]
PAGE = [*C1, "--format", "html"]
APART = [*C1, "--kernel", "systemc"]
CHECKED = [*APART, "--check"]
WAVE = [*APART, "--vcd", "x", "--trace-window", "0:4000", "--trace-pes", "0:0",
        "--set", "dram.model=ddr3_1600"]
SAFE = [*C1, "--safe"]
LIMITED = [*C1, "--memory-limit", "500"]
IMPORT = ["import", "layers.csv"]
COMPARE = ["compare", "eyeriss", "systolic", "--net", "lenet5", "--layer", "c1",
           "--batch", "1"]
SWEEP = ["sweep", "plan", "-j", "2"]
SWEEP1 = ["sweep", "plan", "-j", "1"]
MERGE = ["sweep", "merge", "--store", "both", "first", "second"]
SERVE = ["serve", "-j", "2"]
LAYERS = """Layer name, IFMAP Height, IFMAP Width, Filter Height, \
Filter Width, Channels, Num Filter, Strides,
c, 8, 8, 3, 3, 4, 4, 1,
"""
PLAN = """cfg = "eyeriss"; net = "lenet5"; layer = "c1"; batch = 1;
axes = ( { keys = ["array.rows", "l2.bytes"];
           values = ( [6, 110592], [12, 64] ); } );
limits = { memory_mib = 400; };
"""
INPUTS = {"layers.csv", "plan", "first", "second"}
WISH = '{"id": 1, "command": "model", "cfg": "eyeriss", "net": "lenet5"}\n'
# (what is run, the call, which of them, its error, the status, a part of what
# is said).  Where the status is 0, all is as if nothing had failed.
ROWS = (
    (C1, "isatty", 1, BAD, 0, ""),
    *(([*NET, "-j", "3"], "pthread_create", n, NO, 0, "") for n in (1, 2)),
    (PLUGGED, "fork", 1, NO, 4, "the plugin cannot be tried out"),
    (PLUGGED, "mmap", 1, NO, 4, "the plugin cannot be tried out"),
    (PLUGGED, "waitpid", 1, AGAIN, 0, ""),
    (PLUGGED, "waitpid", 1, BAD, 4, "the plugin cannot be tried out"),
    (PAGE, "fork", 1, NO, 4, "could not be made as 'html'"),
    (PAGE, "waitpid", 1, AGAIN, 0, ""),
    *((PAGE, "dup2", n, BAD, 4, "could not be made") for n in (1, 2, 3)),
    (PAGE, "dup2", 1, BREAKS, 4, "could not be made"),
    (COMPARE, "dup2", 1, BREAKS, 4, "(Segmentation fault)"),
    (COMPARE, "readlink", 1, BAD, 4, ""),
    *((PAGE, "tmpfile", n, BAD, 4, "could not be made") for n in (1, 2, 3)),
    (IMPORT, "fork", 1, NO, 4, "a Python 3 is needed"),
    (IMPORT, "pipe", 1, NO, 4, "a Python 3 is needed"),
    (IMPORT, "dup2", 1, BAD, 4, "it did not start"),
    (IMPORT, "dup2", 1, BREAKS, 4, "Segmentation fault"),
    (IMPORT, "read", 1, AGAIN, 0, ""),
    (IMPORT, "waitpid", 1, AGAIN, 0, ""),
    (TO_FILE, "fstat", 1, BAD, 4, "cannot read "),
    (TO_FILE, "fdopen", 1, BAD, 4, "cannot read "),
    (TO_FILE, "fsync", 1, BAD, 4, "cannot write 'out'"),
    (TO_FILE, "rename", 1, BAD, 4, "cannot write 'out'"),
    (APART, "fork", 1, NO, 5, "no process can be started"),
    (APART, "waitpid", 1, AGAIN, 0, ""),
    (APART, "write", 1, BREAKS, 5, "its process ended early (signal 11)"),
    (APART, "dup2", 1, BREAKS, 5, "its process ended early (signal 11)"),
    (APART, "mmap", 1, NO, 5, "more memory, or '--kernel native'"),
    (CHECKED, "write", 2, BREAKS, 5, "its process ended early (signal 11)"),
    *((WAVE, "fopen", n, BAD, 4, "cannot write 'x'") for n in (2, 3, 4, 5)),
    (SAFE, "setrlimit", 1, BAD, 4, "no limits for '--safe'"),
    (SAFE, "setrlimit", 2, BAD, 4, "no limits for '--safe'"),
    (SAFE, "getrlimit", 1, BAD, 0, ""),
    (LIMITED, "getrlimit", 1, BAD, 4, "sets no '--memory-limit' of 500"),
    (LIMITED, "setrlimit", 1, BAD, 4, "sets no '--memory-limit' of 500"),
    (SWEEP, "fork", 1, NO, 4, ""),
    (SWEEP, "socketpair", 1, NO, 4, ""),
    (SWEEP1, "getrlimit", 1, BREAKS, 4, "ended with signal 11"),
    (SWEEP, "getrlimit", 1, BAD, 0, ""),
    (SWEEP, "setrlimit", 1, BAD, 0, ""),
    *((SWEEP1, "fopen", n, BAD, 0, "") for n in (2, 4, 5, 6)),
    (SWEEP1, "write", 2, BAD, 4, "ended with "),
    (SWEEP, "waitpid", 1, AGAIN, 0, ""),
    *((SWEEP, "read", n, AGAIN, 0, "") for n in (1, 2, 3)),
    (SWEEP, "write", 1, AGAIN, 0, ""),
    (SWEEP, "pthread_create", 1, NO, 4, ""),
    (SWEEP, "pthread_create", 2, NO, 0, ""),
    *((SWEEP, "pread64", n, DISK, 4, "") for n in (1, 4)),
    *((SWEEP, "pwrite64", n, DISK, 4, "") for n in range(1, 26, 3)),
    *((MERGE, call, n, DISK, 4, "") for call in ("pread64", "pwrite64")
      for n in range(1, 38, 4)),
    (SERVE, "pthread_create", 1, NO, 4, ""),
    (SERVE, "pthread_create", 2, NO, 0, ""),
)


def run(words, folder, environment):
    """What came of it, with the names of what it left behind, which is taken
    away."""
    done = subprocess.run(
        [PROGRAM, *words], cwd=folder, capture_output=True, text=True,
        input=WISH if words == SERVE else "", timeout=120,
        env={**os.environ, **environment})
    done.left = sorted(set(os.listdir(folder)) - INPUTS)
    for name in done.left:
        os.remove(os.path.join(folder, name))
    return done


def main():
    if not os.path.exists(FAILING):
        print("skipped: a call that fails needs a program of its own")
        return
    with new_folder() as folder:
        write(folder, "layers.csv", LAYERS)
        write(folder, "plan", PLAN)
        for shard, name in enumerate(("first", "second"), 1):
            run(["sweep", "plan", "--shard", f"{shard}/2", "--store", name],
                folder, {})
        whole = {}
        for words, call, number, error, status, part in ROWS:
            key = " ".join(words)
            if key not in whole:
                whole[key] = run(words, folder, {})
            usual = whole[key]
            if usual.returncode != 0:
                print(f"skipped: {key}: {usual.stderr}", end="")
                continue
            done = run(words, folder, {
                "LD_PRELOAD": FAILING, "FAIL_CALL": call,
                "FAIL_AT": str(number), "FAIL_ERRNO": str(error)})
            is_right = (done.returncode, done.stdout, done.left) == \
                (0, usual.stdout, usual.left)
            if status != 0:
                is_right = not set(done.left) - {"plan.sqlite", "both"} and \
                    (done.returncode, done.stdout,
                     done.stderr.count("\n")) == (status, "", 1)
            check(is_right and part in done.stderr,
                  f"{call} {number} fails, {os.strerror(error)}: {key}",
                  f"{done.returncode} {done.stderr} {done.left}")


main()
finish()
