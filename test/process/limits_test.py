#!/usr/bin/env python3
"""limits_test.py - what the program may use: time (--wall-limit) and memory
(--memory-limit), for every command and for what it starts; and an allocator
that runs out after any number of pieces.

SPDX-License-Identifier: MIT
"""

import os
import random
import re
import signal
import subprocess
import time

from program import (IS_SHORT, PROGRAM, check, finish, new_folder, run, sample,
                     write)

LAYER = ["--net", "lenet5", "--batch", "1", "--layer", "c1"]
C1 = ["--cfg", "eyeriss", *LAYER]
# Minutes of work for each command.
SLOW = ["--cfg", "eyeriss", "--shape", "N=64,M=512,C=512,H=114,W=114,R=3,S=3"]
NO_MEMORY = os.path.join(os.path.dirname(PROGRAM), "test", "process",
                         "no_memory.so")
OUT = re.compile(r"accelsim: error: out of memory: there is no room for [^\n]*;"
                 r" more memory or less work is needed")


def time_ends_each_command():
    with new_folder() as folder:
        spin = write(folder, "spin.yaml",
                     "{% for i in range(99999) %}{% for j in range(99999) %}"
                     "{% endfor %}{% endfor %}\n")
        commands = (["run", *SLOW, "--no-memo", "--check"],
                    ["run", *SLOW, "--no-memo", "--kernel", "systemc"],
                    ["map", *SLOW, "--dataflow", "nest"], ["reuse", *SLOW],
                    ["import", spin],
                    ["run", "--cfg", "eyeriss", "--net", spin])
        start = time.monotonic()
        children = [subprocess.Popen(  # at once, as each waits a second
            [PROGRAM, *words, "--wall-limit", "1"], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for words in commands]
        for words, child in zip(commands, children):
            out, said = child.communicate(timeout=60)
            took = time.monotonic() - start
            if words[-1] == "systemc" and child.returncode == 4:
                continue  # built without it
            if spin in words and "jinja2" in said:
                continue  # not installed
            check(child.returncode == 5 and out == "" and
                  "'--wall-limit' of 1 s has passed" in said and
                  took < 20, f"a limit of time ends {' '.join(words[:3])}",
                  f"{child.returncode} {took:.1f} s {said}")
        check(os.listdir(folder) == ["spin.yaml"], "and nothing is left behind")


def memory_ends_each_command():
    if IS_SHORT:
        print("skipped: a sanitizer has memory of its own")
        return
    for words in (["run", "--cfg", "systolic", "--set", "array.rows=1024",
                   "--set", "array.cols=1024", "--shape",
                   "M=64,C=64,H=8,W=8,R=3,S=3"],
                  ["map", "--cfg", "systolic", "--gemm",
                   "M=65535,N=65535,K=65535", "--dataflow", "ws"],
                  ["reuse", "--cfg", "eyeriss", "--net", "lenet5"],
                  ["import", "none.csv"]):
        done = run(*words, "--memory-limit", "1", seconds=60)
        check(done.returncode == 4 and done.stdout == "",
              f"a limit of memory ends {words[0]}",
              f"{done.returncode} {done.stderr}")
        if words[0] != "import":
            check(OUT.fullmatch(done.stderr.strip()) and
                  "the limit of memory is 1 MiB (--memory-limit)" in
                  done.stderr, "and is named", done.stderr)
    done = run(*C1, "--memory-limit", "256")
    check(done.returncode == 0 and done.stdout == run(*C1).stdout,
          "what a run needs is less", done.stderr)
    with new_folder() as folder:
        bomb = write(folder, "bomb.yaml", "a: {{ 'x' * (1 << 27) }}\n")
        done = run("import", bomb, "--memory-limit", "100", folder=folder)
        check(done.returncode in (1, 4) and done.stderr.count("\n") == 1,
              "an importer ends by it, too", done.stderr)


def lower_limits_stay():
    """Those of whoever started the program, where they are lower."""
    if IS_SHORT:
        return
    for limit in ("-d 400000", "-S -d 400000", "-d 600000", "-f 100"):
        for words in (["--memory-limit", "500"], ["--safe"]):
            done = subprocess.run(
                ["sh", "-c", f'ulimit {limit}; exec "$@"', "sh", PROGRAM, *C1,
                 *words], capture_output=True, text=True, timeout=60)
            check(done.returncode == 0 and done.stdout == run(*C1).stdout,
                  f"with ulimit {limit}: {words[0]}", done.stderr)


def pieces(words, folder, after=None, once=False):
    """The run with an allocator that ends after so many pieces; and how many
    there were."""
    count = os.path.join(folder, "count")
    environment = {"LD_PRELOAD": NO_MEMORY, "NO_MEMORY_COUNT": count}
    if after is not None:
        environment["NO_MEMORY_AFTER"] = str(after)
    if once:
        environment["NO_MEMORY_ONCE"] = "1"
    done = run(*words, folder=folder, environment=environment)
    with open(count) as file:
        return done, int(file.read())


def memory_may_end_anywhere():
    """Whichever piece of memory is missing, the program says so and prints
    nothing, or did not need it."""
    if IS_SHORT or not os.path.exists(NO_MEMORY):
        print("skipped: a sanitizer has an allocator of its own")
        return
    chance = random.Random(25)
    with new_folder() as folder:
        for words in ([*C1, "-j", "1"],
                      ["model", *C1, "--format", "json"],
                      ["list", "networks"], ["help", "words"],
                      ["--cfg", "eyeris"],
                      ["map", "--cfg", "systolic", *LAYER, "-j", "1", "--save",
                       "saved"]):
            whole, n = pieces(words, folder)
            wrong = []
            for _ in range(sample(16, "pieces", n)):
                after, once = chance.randrange(n), chance.random() < 0.5
                done, _ = pieces(words, folder, after, once)
                is_refused = (done.returncode == 4 and done.stdout == "" and
                              done.stderr.count("\n") == 1 and
                              ("out of memory" in done.stderr or
                               "Cannot allocate" in done.stderr))
                if not is_refused and not (
                        once and done.stdout == whole.stdout and
                        done.returncode == whole.returncode):
                    wrong.append(f"{after} {once}: {done.returncode} "
                                 f"{done.stderr}")
            check(not wrong, f"without memory: {' '.join(words[:3])}, {n} "
                  "pieces", "\n".join(wrong))
        check(not [name for name in os.listdir(folder)
                   if name not in ("saved", "count")],
              "and nothing is left behind")


def a_reader_may_go():
    """A pipe that nobody reads any more is an error of writing."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([PROGRAM, "model", *C1], stdout=writer,
                          stderr=subprocess.PIPE, text=True, timeout=60,
                          check=False)
    os.close(writer)
    check(done.returncode == 4 and
          done.stderr.startswith("accelsim: error: cannot write 'standard "
                                 "output' (Broken pipe)") and
          done.stderr.count("\n") == 1,
          "a pipe without a reader is one line and status 4", done.stderr)


def what_was_found_is_kept():
    layers = ('name = "n";\nlayers = (\n  { name = "quick"; M = 2; C = 1; H = '
              '4; W = 4; R = 1; S = 1; },\n  { name = "slow"; M = 512; C = 512;'
              " H = 114; W = 114; R = 3; S = 3; }\n);\n")
    with new_folder() as folder:
        write(folder, "n.cfg", layers)
        saved = os.path.join(folder, "saved")
        with subprocess.Popen(
                [PROGRAM, "map", "--cfg", "eyeriss", "--net", "./n.cfg",
                 "--dataflow", "nest", "--top", "1", "--save", "saved"],
                cwd=folder, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL) as child:
            for _ in range(6000):
                if os.path.exists(saved) or child.poll() is not None:
                    break
                time.sleep(0.01)
            child.send_signal(signal.SIGKILL)
            child.wait(timeout=60)
        done = run("--cfg", "eyeriss", "--net", "./n.cfg", "--layer", "quick",
                   "--mappings", "saved", folder=folder)
        check(done.returncode == 0 and "(given)" in done.stdout,
              "map --save keeps what was found before its end", done.stderr)
        with open(saved) as file:
            check("# 1 of 2 layers: the search did not end." in file.read(),
                  "and says that it is not all")


time_ends_each_command()
memory_ends_each_command()
memory_may_end_anywhere()
lower_limits_stay()
a_reader_may_go()
what_was_found_is_kept()
finish()
