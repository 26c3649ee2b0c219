#!/usr/bin/env python3
"""mutate.py - breaks the model's sources one place at a time and says which
breakages no test notices (`make mutate`).

    mutate.py --count N [--seed S] [--only pe,noc]

Works in ./mutate, a copy of the sources with a build of its own.  A mutant is
one change of a line: an operator, a comparison, a constant by one, a condition
turned round, a statement left out.  It is compiled, and the tests of its folder
run until one fails, which kills it; what does not compile or compiles to the
same object is none.  Survivors are printed with their line; those that are
argued to be equivalent stand in test/mutate/equivalent.txt and count apart.
SPDX-License-Identifier: MIT
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys

SOURCE = os.environ.get("srcdir", ".")
# The folders of the model, and the programs that test each, quick ones first.
TESTS = {
    "noc": ["multicast_test", "tree_test", "mesh_test"],
    "pe": ["lanes_test", "systolic_test"],
    "mem": ["l1_test", "dma_test", "dram_test", "dram_memory_test"],
    "traces": ["reuse_test"],
    "dataflows": ["dram_layout_test", "pass_events_test", "dataflow_test",
                  "l1_dataflow_test"],
    "dataflows/gemm": ["dataflow_test", "l1_dataflow_test"],
    "dataflows/rs": ["rs_choose_test", "dataflow_test", "l1_dataflow_test"],
    "dataflows/nest": ["nest_test", "levels_test"],
    "dataflows/search": ["search_test", "search_nest_test"],
    "sim/energy": ["energy_test"],
    "sim/base": ["config_test", "report_test"],
    "sim/array": ["multicast_machine_test", "probes_test", "pass_periods_test"],
}
# For what these let live.
ALL = ["simulate_test", "model_test", "multicast_machine_test", "monotone_test"]
CHANGES = (
    (r"(?<![-+<>=!&|*/(,] )(?<=\w |\) |\] )\+(?= \w| \()", "-"),
    (r"(?<=\w |\) |\] )-(?= \w| \()", "+"), (r"(?<=\w |\) )\*(?= \w| \()", "+"),
    (r"(?<= )<(?= )", "<="), (r"(?<= )<=(?= )", "<"), (r"(?<= )>(?= )", ">="),
    (r"(?<= )>=(?= )", ">"), (r"(?<= )==(?= )", "!="),
    (r"(?<= )!=(?= )", "=="), (r"(?<= )&&(?= )|(?<= )&&$", "||"),
    (r"(?<= )\|\|(?= )|(?<= )\|\|$", "&&"), (r"(?<=\+)\+(?=[;)])", None),
    (r"(?<= )\+=(?= )", "-="), (r"(?<= )-=(?= )", "+="),
    (r"\bif \((?=\w)", "if (!!!"), (r"\bmin_int\(", "max_int("),
    (r"\bcount_add\(", "count_mul("), (r"(?<=[ (\[])1(?=[;) \],])", "2"),
    (r"(?<=[ (\[])0(?=[;) \],])", "1"), (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"), (r"^\s+[\w.>\-\[\]]+(\+\+| \+?= [^;{]+);$", ""),
)


def code_lines(path):
    """(number, line) of what is no comment, directive, table or message."""
    inside = False
    with open(path) as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            begins = line.lstrip()
            inside = inside or begins.startswith("/*")
            is_code = (not inside and begins and '"' not in line and
                       line[0] in " \t" and
                       not begins.startswith(("//", "static const", "case ",
                                              "SIM_CHECK", "return diag")))
            if "*/" in line:
                inside = False
            if is_code:
                yield number, line


def mutants_of(path):
    for number, line in code_lines(path):
        for k, (pattern, by) in enumerate(CHANGES):
            for found in re.finditer(pattern, line):
                text = ("-" if by is None else by)
                if by is None:  # x++ becomes x--
                    new = (line[:found.start() - 1] + "--" +
                           line[found.end():])
                elif by == "if (!!!":
                    new = negated(line, found.start())
                else:
                    new = line[:found.start()] + text + line[found.end():]
                if new is not None and new != line:
                    yield number, line, new, k


def negated(line, at):
    """The condition of an `if` that ends in its line, turned round."""
    begin = line.index("(", at)
    depth = 0
    for i in range(begin, len(line)):
        depth += (line[i] == "(") - (line[i] == ")")
        if depth == 0:
            return (line[:begin] + "(!" + line[begin:i + 1] + ")" +
                    line[i + 1:])
    return None


def all_mutants(root, only):
    for folder in sorted(TESTS):
        if only and folder not in only:
            continue
        place = os.path.join(root, folder)
        for name in sorted(os.listdir(place)):
            if name.endswith(".c"):
                path = os.path.join(folder, name)
                for mutant in mutants_of(os.path.join(root, path)):
                    yield (folder, path, *mutant)


class Bench:
    """The copy of the sources, and its build."""

    def __init__(self, root):
        self.root = os.path.join(root, "source")
        self.build = os.path.join(root, "build")
        if not os.path.exists(os.path.join(self.build, "Makefile")):
            shutil.copytree(SOURCE, self.root, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns(
                                "build", "build-[!a]*", ".git", "mutate"))
            os.makedirs(self.build, exist_ok=True)
            subprocess.run([os.path.join(self.root, "configure"),
                            "--without-systemc", "-q", "CFLAGS=-O1",
                            "CXXFLAGS=-O1"], cwd=self.build, check=True)
        self.environment = {**os.environ, "srcdir": self.root,
                            "builddir": self.build,
                            "ACCELSIM": os.path.join(self.build, "accelsim")}

    def make(self, *targets):
        return subprocess.run(["make", "-s", *targets], cwd=self.build,
                              capture_output=True, text=True,
                              check=False).returncode == 0

    def fails(self, program):
        """Whether the test notices; a hang is noticed, too."""
        if not self.make(program):
            return True
        try:
            return subprocess.run(
                [os.path.join(self.build, program), "--gtest_fail_fast"],
                cwd=self.build, env=self.environment, timeout=120,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                check=False).returncode != 0
        except subprocess.TimeoutExpired:
            return True

    def library(self):
        """What the mutated sources compile to; None: they do not."""
        if not self.make("libaccel.a", "libhot.a"):
            return None
        out = b""
        for name in ("libaccel.a", "libhot.a"):
            with open(os.path.join(self.build, name), "rb") as file:
                out += file.read()
        return re.sub(rb"\n[^\n]{0,20}/ +\d+ +\d+ +\d+ +\d+ +\d+ +`", b"", out)


def judge(bench, plain, mutant):
    """"killed by TEST", "survived" or "none"."""
    folder, path, number, old, new, _ = mutant
    full = os.path.join(bench.root, path)
    with open(full) as file:
        text = file.read()
    lines = text.split("\n")
    assert lines[number - 1] == old
    lines[number - 1] = new
    try:
        with open(full, "w") as file:
            file.write("\n".join(lines))
        library = bench.library()
        if library is None or library == plain:
            return "none"
        for program in dict.fromkeys(TESTS[folder] + ALL):
            if bench.fails(program):
                return f"killed by {program}"
        return "survived"
    finally:
        with open(full, "w") as file:
            file.write(text)


def equivalents():
    path = os.path.join(SOURCE, "test", "mutate", "equivalent.txt")
    with open(path) as file:
        return {tuple(line.rstrip("\n").split("\t")[:2]) for line in file
                if not line.startswith("#") and "\t" in line}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    bench = Bench(os.path.abspath("mutate"))
    only = [name for name in args.only.split(",") if name]
    chance = random.Random(args.seed)
    mutants = list(all_mutants(bench.root, only))
    chance.shuffle(mutants)
    plain = bench.library()
    if plain is None:
        sys.exit("mutate.py: error: the sources do not compile; 'make' says "
                 "why")
    argued = equivalents()
    counts = {"killed": 0, "survived": 0, "equivalent": 0}
    print(f"mutate: {len(mutants)} mutants, {args.count} of them by seed "
          f"{args.seed}", flush=True)
    for mutant in mutants:
        if sum(counts.values()) == args.count:
            break
        verdict = judge(bench, plain, mutant)
        if verdict == "none":
            continue
        _, path, number, old, new, _ = mutant
        if verdict == "survived" and (path, new.strip()) in argued:
            verdict = "equivalent"
        counts[verdict.split()[0]] += 1
        print(f"{path}:{number}: {verdict}: {old.strip()} -> {new.strip()}",
              flush=True)
    tried = counts["killed"] + counts["survived"]
    print(f"mutate: {counts['killed']} of {tried} killed, "
          f"{counts['survived']} survived, {counts['equivalent']} equivalent")
    sys.exit(10 * counts["survived"] > tried)


main()
