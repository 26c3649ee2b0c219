#!/usr/bin/env python3
"""output_test.py - what -o does with limits, signals and streams.

SPDX-License-Identifier: MIT
"""

import os
import signal
import subprocess
import time

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


def others_files_are_left_alone():
    """In a folder that others write to, nothing that lies beside an output is
    opened under a name that could be guessed."""
    with new_folder() as folder:
        victim = write(folder, "victim", "mine")
        for name in ("w.vcd.part.vcd", "w.part.vcd", "w.vcd.part", "w.vcd~"):
            os.symlink(victim, os.path.join(folder, name))
        done = run(*C1, "--kernel", "systemc", "--vcd",
                   os.path.join(folder, "w.vcd"))
        with open(victim) as file:
            check(done.returncode == 0 and file.read() == "mine",
                  "a waveform overwrites no file of somebody else",
                  done.stderr)


def a_file_keeps_its_mode():
    with new_folder() as folder:
        for option in (["-o"], ["--kernel", "systemc", "--vcd"]):
            path = write(folder, "private", "old")
            os.chmod(path, 0o600)
            done = run(*C1, *option, path)
            mode = os.stat(path).st_mode & 0o777
            check(done.returncode == 0 and mode == 0o600,
                  f"{option[-1]} leaves a private file private", oct(mode))


def a_signal_leaves_nothing():
    with new_folder() as folder:
        path = write(folder, "w.vcd", "old")
        with subprocess.Popen(
                [PROGRAM, "--cfg", "eyeriss", "--layer", "conv1", "--dataflow",
                 "nlr", "--no-memo", "--kernel", "systemc", "--vcd", path],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            for _ in range(3000):
                if len(os.listdir(folder)) > 1 or child.poll() is not None:
                    break
                time.sleep(0.01)
            started = len(os.listdir(folder)) > 1
            child.send_signal(signal.SIGTERM)
            child.wait(timeout=60)
        # The kernel's own process ends behind the one that started it.
        for _ in range(3000):
            if os.listdir(folder) == ["w.vcd"]:
                break
            time.sleep(0.01)
        with open(path) as file:
            check(started and file.read() == "old" and
                  os.listdir(folder) == ["w.vcd"],
                  "a waveform that a signal ends leaves the old file alone",
                  f"{started} {os.listdir(folder)}")


a_limit_of_size_is_an_error()
others_files_are_left_alone()
a_file_keeps_its_mode()
a_signal_leaves_nothing()
standard_output_has_a_name()
finish()
