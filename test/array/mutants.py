#!/usr/bin/env python3
"""mutants.py - changes the machines of nests in one place at a time and tells
which changes their oracles catch.

    test/array/mutants.py BUILD              # runs those of mutants.txt
    test/array/mutants.py BUILD 3 7          # the third and the seventh
    test/array/mutants.py --make N SEED      # prints N made by chance

BUILD is a build folder with its test programs.  Of each mutant one file is
compiled anew and linked with the objects of the tests that hold its machine to
an oracle, in their long form: 2,000 random nests of the credit machine and the
named mappings as nests; 1,500 on listed levels, and 2,000 of which words are
counted.
SPDX-License-Identifier: MIT
"""

import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
LIST = os.path.join(HERE, "mutants.txt")
SECONDS = 600

CREDIT = ["sim/array/credit/credit_l1.c", "sim/array/credit/credit_lanes.c",
          "sim/array/credit/credit_machine.c",
          "sim/array/credit/credit_stream.c"]
LEVELS = ["sim/array/levels/levels_machine.c",
          "sim/array/levels/levels_steps.c", "sim/array/levels/levels_words.c"]
PROGRAMS = {
    "credit": (["test/run/nest_clock_test.o", "test/array/nest_clock.o",
                "test/array/nest_script.o", "test/run/named_nest_test.o"],
               "NestClock.*:*NamedNest*"),
    "levels": (["test/run/levels_clock_test.o", "test/run/levels_clock.o",
                "test/run/levels_run_test.o"],
               "LevelsClock.*:LevelsMachine.*"),
}
CHANGES = [(r" < ", " <= "), (r" > ", " >= "), (r" <= ", " < "),
           (r" >= ", " > "), (r" && ", " || "), (r" \|\| ", " && "),
           (r" \+ 1\b", ""), (r" - 1\b", ""), (r" == ", " != "),
           (r" & ~", " & "), (r" \+= ", " -= "), (r"= 0;", "= 1;"),
           (r"\btrue\b", "false"), (r"\bfalse\b", "true")]
# What only counts, and takes no part in the time of anything.
COUNTS = re.compile(r"n_\w+ -=|cause|counts->|cycles_of|words_sent|assert|"
                    r"SIM_CHECK|^ \*|^/\*|#|for \(|values|ledger|LEDGER|hops")


def read_list():
    """[(file, before, after, why it changes no cycle, or "")]"""
    with open(LIST) as file:
        blocks = [block for block in file.read().split("\n\n")
                  if not block.startswith("#")]
    mutants = []
    for block in blocks:
        lines = block.strip("\n").split("\n")
        before = [line[1:] for line in lines[1:] if line[:1] == "-"]
        after = [line[1:] for line in lines[1:] if line[:1] == "+"]
        why = [line[1:].strip() for line in lines[1:] if line[:1] == "="]
        mutants.append((lines[0], "\n".join(before) + "\n",
                        "".join(line + "\n" for line in after),
                        " ".join(why)))
    return mutants


def make(count, seed):
    """Prints so many changes of a line that stands once in its file."""
    pick, seen = random.Random(seed), set()
    while len(seen) < count:
        name = pick.choice(CREDIT + LEVELS)
        with open(os.path.join(SOURCE, name)) as file:
            lines = file.read().split("\n")
        line = pick.choice(lines)
        old, new = pick.choice(CHANGES)
        if COUNTS.search(line) or not re.search(old, line) or \
                lines.count(line) > 1 or (name, line) in seen:
            continue
        seen.add((name, line))
        print(f"{name}\n-{line}\n+{re.sub(old, new, line, count=1)}\n")


def variable(build, name):
    with open(os.path.join(build, "Makefile")) as file:
        found = re.search(rf"^{name} = (.*)$", file.read(), re.M)
    return found[1].split() if found else []


def run(build, mutant):
    """"caught", "alive", or why there is none."""
    name, before, after, _ = mutant
    objects, tests = PROGRAMS["levels" if "levels" in name else "credit"]
    with open(os.path.join(SOURCE, name)) as file:
        text = file.read()
    if text.count("\n" + before) != 1:
        return f"stands {text.count(before)} times in the file"
    with tempfile.TemporaryDirectory() as work:
        source = os.path.join(work, os.path.basename(name))
        with open(source, "w") as file:
            file.write(text.replace("\n" + before, "\n" + after))
        made = os.path.join(work, "mutant.o")
        program = os.path.join(work, "test")
        compiled = subprocess.run(
            ["gcc", "-std=gnu11", "-O2", "-w", "-I", SOURCE, "-I", build, "-c",
             source, "-o", made], capture_output=True, text=True)
        if compiled.returncode != 0:
            return "does not compile: " + compiled.stderr.split("\n")[0]
        libraries = ["libaccel.a", "libhot.a", "libaccel.a"]
        linked = subprocess.run(
            ["g++", made, *objects, *libraries, "-lgtest", "-lgtest_main",
             "-lpthread", *variable(build, "LIBS"), "-o", program], cwd=build,
            capture_output=True, text=True)
        if linked.returncode != 0:
            return "does not link: " + linked.stderr.split("\n")[0]
        try:
            done = subprocess.run(
                [program, f"--gtest_filter={tests}", "--gtest_fail_fast"],
                capture_output=True, timeout=SECONDS,
                env={**os.environ, "ACCELSIM_TEST_LONG": "1"})
        except subprocess.TimeoutExpired:
            return "caught (never ends)"
        return "caught" if done.returncode != 0 else "ALIVE"


def main(words):
    if words[:1] == ["--make"]:
        make(int(words[1]), int(words[2]))
        return 0
    build, mutants = os.path.abspath(words[0]), read_list()
    chosen = [int(word) for word in words[1:]] or range(1, len(mutants) + 1)
    counted = {"caught": 0, "changes no cycle": 0}
    for number in chosen:
        name, _, _, why = mutants[number - 1]
        verdict = run(build, mutants[number - 1])
        if why and verdict == "ALIVE":
            verdict = "changes no cycle: " + why
        elif why:
            verdict = f"argued to change no cycle, but {verdict}"
        for kind in counted:
            counted[kind] += verdict.startswith(kind)
        print(f"{number}: {name}: {verdict}", flush=True)
    print(f"{counted['caught']} of {len(chosen)} caught, "
          f"{counted['changes no cycle']} change no cycle")
    return 0 if sum(counted.values()) == len(chosen) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
