#!/usr/bin/env python3
"""outputs_test.py - files that are written while disks fill, while the program
is killed and while others write the same one: each is what it was before or
whole, and nothing lies beside it.

SPDX-License-Identifier: MIT
"""

import os
import random
import resource
import signal
import subprocess
import time

from program import PROGRAM, check, finish, new_folder, run, sample, write

LAYER = ["--net", "lenet5", "--batch", "1"]
RUN = ["--cfg", "eyeriss", *LAYER, "--layer", "c1"]
OLD = "old\n"
# What writes the file "out"; the first takes some time before it does.
WRITERS = (["map", "--cfg", "systolic", *LAYER, "--save", "out"],
           ["model", *RUN, "--format", "json", "-o", "out"],
           ["run", *RUN, "-o", "out"])


def content(folder, name="out"):
    with open(os.path.join(folder, name)) as file:
        return file.read()


def whole_outputs():
    """What each writer writes when nothing is in its way."""
    texts = []
    with new_folder() as folder:
        for words in WRITERS:
            done = run(*words, folder=folder)
            texts.append(content(folder))
            check(done.returncode == 0, " ".join(words[:3]), done.stderr)
    return texts


def the_disk_is_full(whole, chance):
    """The system refuses bytes from a random one on."""
    for words, text in zip(WRITERS, whole):
        wrong = []
        for _ in range(sample(6, "sizes of a file")):
            most = chance.randrange(len(text) + 1)

            def limit(most=most):
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            with new_folder() as folder:
                write(folder, "out", OLD)
                done = subprocess.run(
                    [PROGRAM, *words], cwd=folder, stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE, text=True, timeout=60, check=False,
                    preexec_fn=limit)
                said = [line for line in done.stderr.splitlines()
                        if "error" in line]
                fits = most >= len(text)
                now = content(folder)
                is_part = "the search did not end" in now
                if (os.listdir(folder) != ["out"] or
                        (now not in (OLD, text) and not is_part) or
                        (not fits and (done.returncode != 4 or
                                       len(said) != 1))):
                    wrong.append(f"{most}: {done.returncode} {done.stderr}")
        check(not wrong, f"{' '.join(words[:3])}: a full disk is one line and "
              "status 4", "\n".join(wrong))
    done = run(*RUN, "-o", "/dev/full")
    check(done.returncode == 4 and "No space left" in done.stderr,
          "so is a full device", done.stderr)


def it_is_killed(whole, chance):
    for words, text in zip(WRITERS, whole):
        wrong = []
        for _ in range(sample(6, "moments at which it is killed")):
            kind = chance.choice((signal.SIGTERM, signal.SIGINT,
                                  signal.SIGHUP, signal.SIGKILL))
            with new_folder() as folder:
                write(folder, "out", OLD)
                with subprocess.Popen(
                        [PROGRAM, *words], cwd=folder,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL) as child:
                    time.sleep(chance.random() * 0.04)
                    child.send_signal(kind)
                    child.wait(timeout=60)
                names = os.listdir(folder)
                now = content(folder)
                # A signal that cannot be handled may leave a hidden file.
                is_left = names != ["out"] and kind != signal.SIGKILL
                part = "the search did not end" in now
                if is_left or (now not in (OLD, text) and not part):
                    wrong.append(f"{kind} {names} {len(now)}")
        check(not wrong, f"{' '.join(words[:3])}: killed, the file is the old "
              "one or whole", "\n".join(wrong))


def many_write():
    """At once, the same file."""
    with new_folder() as folder:
        write(folder, "out", OLD)
        shapes = [f"M={m},C=2,H=6,W=6,R=3,S=3" for m in range(1, 9)]
        children = [subprocess.Popen(
            [PROGRAM, "model", "--cfg", "eyeriss", "--shape", shape,
             "--format", "json", "-o", "out"], cwd=folder) for shape in shapes]
        codes = [child.wait(timeout=60) for child in children]
        now = content(folder)
        ones = [run("model", "--cfg", "eyeriss", "--shape", shape, "--format",
                    "json").stdout for shape in shapes]
        check(set(codes) == {0} and now in ones and
              os.listdir(folder) == ["out"],
              "of eight writers one wins, whole", f"{codes} {now[:200]}")


_chance = random.Random(25)
_whole = whole_outputs()
the_disk_is_full(_whole, _chance)
it_is_killed(_whole, _chance)
many_write()
finish()
