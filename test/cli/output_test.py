#!/usr/bin/env python3
"""output_test.py - what -o does with limits, signals and streams.

SPDX-License-Identifier: MIT
"""

import os
import subprocess

from program import PROGRAM, check, finish, new_folder, run, write

C1 = ["--cfg", "eyeriss", "--net", "lenet5", "--batch", "1", "--layer", "c1"]


def shell(line, *words):
    """Runs accelsim with the words in a shell that stands at "$@"."""
    return subprocess.run(["sh", "-c", line, "sh", PROGRAM, *words],
                          capture_output=True, text=True, timeout=60,
                          check=False)


def a_limit_of_size_is_an_error():
    with new_folder() as folder:
        path = write(folder, "r", "old")
        for command in (["-o", path], ["--format", "json", "-o", path]):
            done = shell('ulimit -f 0; "$@"', *C1, *command)
            with open(path) as file:
                check(done.returncode == 4 and done.stderr == "accelsim: "
                      f"error: cannot write '{path}' (File too large); a "
                      "place that can be written is needed\n" and
                      file.read() == "old" and os.listdir(folder) == ["r"],
                      "a limit of size is one line and status 4", done.stderr)
        done = shell(f'ulimit -f 0; "$@" > {folder}/out', *C1)
        check(done.returncode == 4 and done.stderr.count("\n") == 1 and
              "'standard output' (File too large)" in done.stderr,
              "so it is on standard output", done.stderr)
        done = shell('ulimit -f 0; "$@"', "map", "--cfg", "eyeriss", *C1[2:],
                     "--save", f"{folder}/s.cfg")
        check(done.returncode == 4 and done.stderr.count("error:") == 1 and
              sorted(os.listdir(folder)) == ["out", "r"],
              "a saved mapping is not half there", done.stderr)


def standard_output_has_a_name():
    table = run(*C1).stdout
    with new_folder() as folder:
        log = write(folder, "log", "before\n")
        done = shell(f'"$@" >> {log}', *C1, "-o", "/dev/stdout")
        with open(log) as file:
            check(done.returncode == 0 and file.read() == "before\n" + table,
                  "-o /dev/stdout goes where standard output goes",
                  done.stderr)
    check(run(*C1, "-o", "/dev/stdout").stdout == table,
          "-o /dev/stdout writes to a pipe")
    check(shell('"$@" >&-', *C1, "-o", "/dev/null").returncode in (0, 4),
          "-o /dev/null needs no standard output")


a_limit_of_size_is_an_error()
standard_output_has_a_name()
finish()
