#!/usr/bin/env python3
"""reading_test.py - how configuration files are read: whole numbers have 64
bits, an include lies beside its includer or anywhere, hostile files end with an
error in bounded time, and what a result depends on may not be missing.

SPDX-License-Identifier: MIT
"""

import json
import os
import resource
import subprocess

from program import PROGRAM, SOURCE, check, finish, new_folder, write

SHAPE = ["--shape", "M=2,C=1,H=4,W=4,R=1,S=1"]
CPU_SECONDS = 8  # for files that once took longer, or for ever

with open(os.path.join(SOURCE, "configs", "eyeriss.cfg")) as _file:
    EYERISS = _file.read()


def changed(old, new):
    """The Eyeriss file with a part of it replaced."""
    if old not in EYERISS:
        raise ValueError(f"eyeriss.cfg has no '{old}'")
    return EYERISS.replace(old, new, 1)


def bounded(*words):
    """Runs accelsim with a limit of CPU time, so that a hang is a signal."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          timeout=120, check=False, preexec_fn=limit)


def layers(done):
    """The layers of a run's JSON."""
    return json.loads(done.stdout)["layers"]


def numbers_are_whole():
    """A number beyond 32 bits is that number, wherever the lines break, or it
    is refused; it is never what is left of it."""
    with new_folder() as folder:
        write(folder, "empty.inc", "")
        fast = write(folder, "fast.cfg", changed(
            "clock_hz = 200000000;",
            '@include "empty.inc" clock_hz = 4294967496;'))
        done = bounded("--cfg", fast, *SHAPE)
        check(done.returncode == 1 and "clock_hz" in done.stderr or
              done.returncode == 0 and "4294.97 MHz" in done.stdout,
              "clock_hz = 4294967496 behind an include is not 200 Hz",
              done.stdout + done.stderr)
        name, _, rest = EYERISS.partition("l2 = {")
        inside, _, rest = rest.partition("};")
        lines = [line for line in inside.split("\n")
                 if not line.strip().startswith("bytes")]
        large = write(folder, "large.cfg", name + "l2 = {" +
                      "\n".join(['@include "empty.inc" bytes = 4295077888;',
                                 *lines]) +
                      "};" + rest)
        by_file = bounded("--cfg", large, *SHAPE, "--format", "json")
        by_set = bounded("--cfg", "eyeriss", *SHAPE, "--format", "json",
                         "--set", "l2.bytes=4295077888")
        check(by_file.returncode == 0 and layers(by_file) == layers(by_set) and
              layers(by_set) != layers(bounded("--cfg", "eyeriss", *SHAPE,
                                               "--format", "json")),
              "l2.bytes = 4295077888 is not 110592, however it is written",
              by_file.stderr)


def includes_are_found():
    with new_folder() as folder:
        part = write(folder, "clock.inc", "clock_hz = 200000000;\n")
        os.mkdir(os.path.join(folder, "below"))
        for name in (part, "../clock.inc"):
            path = write(os.path.join(folder, "below"), "a.cfg",
                         changed("clock_hz = 200000000;",
                                 f'@include "{name}"'))
            done = bounded("--cfg", path, *SHAPE)
            check(done.returncode == 0, "an include by its "
                  + ("whole path" if name == part else "path from its includer"),
                  done.stderr)


def hostile_files_end():
    with new_folder() as folder:
        keys = "".join(f"unknown_{k} = {k};\n" for k in range(40000))
        path = write(folder, "keys.cfg", EYERISS + keys)
        done = bounded("--cfg", path, *SHAPE)
        check(done.returncode == 1 and "unknown_0" in done.stderr,
              "40,000 unknown keys are refused at once", done.returncode)
        for level in range(9):
            below = "" if level == 8 else "\n".join(
                [f'@include "{level + 1}.inc"'] * 8)
            write(folder, f"{level}.inc", below)
        path = write(folder, "nine.cfg", '@include "0.inc"\n' + EYERISS)
        done = bounded("--cfg", path, *SHAPE)
        check(done.returncode == 1 and done.stderr.count("\n") == 1 and
              "include" in done.stderr,
              "nine levels of eight includes are refused at once",
              f"{done.returncode} {done.stderr}")


def what_is_missing_is_said():
    """A file that is cut short does not run with other numbers."""
    with new_folder() as folder:
        for group in ("dram", "precision", "l2", "array"):
            head, _, rest = EYERISS.partition(f"\n{group} = {{")
            path = write(folder, "cut.cfg", head + "\n" +
                         rest.partition("\n};")[2])
            done = bounded("--cfg", path, *SHAPE)
            check(done.returncode == 1 and done.stdout == "" and
                  done.stderr.startswith(path + ":") and group in done.stderr,
                  f"'{group}' may not be missing", done.stderr or "it ran")
        path = write(folder, "cut.cfg", EYERISS.replace(
            'mapping = { table = "jssc, vgg16_inferred"; };\n', ""))
        done = bounded("--cfg", path, *SHAPE)
        check(done.returncode == 1 and "'mapping.table' is missing" in
              done.stderr, "nor which published mappings hold",
              done.stderr or "it ran")


def tables_that_are_cut_are_refused():
    """An energy table without its last settings is refused, or says the
    same."""
    tables = os.path.join(SOURCE, "configs", "energy")
    with new_folder() as folder:
        for name in sorted(os.listdir(tables)):
            if not name.endswith("nm.cfg") and "components" not in name:
                continue
            with open(os.path.join(tables, name)) as file:
                lines = file.read().split("\n")
            ends = [n for n, line in enumerate(lines, 1)
                    if line[:1] in ("}", ")") or
                    (line[:1].isalpha() and line.endswith(";"))]
            words = ["model", "--cfg", "eyeriss", "--net", "lenet5", "--layer",
                     "c1", "--format", "csv", "--energy"]
            whole = bounded(*words, os.path.join(tables, name)).stdout
            wrong = []
            for n in ends[-4:-1]:
                path = write(folder, name, "\n".join(lines[:n]) + "\n")
                done = bounded(*words, path)
                if done.returncode == 0 and done.stdout != whole:
                    wrong.append(lines[n - 1])
            check(not wrong, f"{name} runs with no other numbers when it is "
                  "cut short", wrong)


numbers_are_whole()
includes_are_found()
hostile_files_end()
what_is_missing_is_said()
tables_that_are_cut_are_refused()
finish()
