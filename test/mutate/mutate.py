#!/usr/bin/env python3
"""mutate.py - breaks the model's sources one place at a time and says which
breakages no test notices (`make mutate`).

    mutate.py --count N [--seed S] [--only pe,noc] [--tests lanes_test,...]

A mutant is one change of a line: an operator, a comparison, a constant by one,
a condition turned round, a statement left out.  It is compiled, linked into a
library and run under the tests that enter its function (bench.py), quick ones
first, until one fails, which kills it; what does not compile or compiles to the
same object is none.  Survivors are printed with their line; those that are
argued to be equivalent stand in test/mutate/equivalent.txt and count apart.
SPDX-License-Identifier: MIT
"""

import argparse
import os
import random
import re
import sys
import threading

from bench import Bench, sources

SOURCE = os.environ.get("srcdir", ".")
# The folders of the model, with those in them.
MODEL = ("noc", "pe", "mem", "traces", "dataflows", "sim/array", "sim/run",
         "sim/energy")
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
    for path in sources(root):
        if path.startswith(tuple(f"{name}/" for name in only or MODEL)):
            for mutant in mutants_of(os.path.join(root, path)):
                yield (path, *mutant)


def function_of(lines, number):
    """The name of the function that a line is in, or ""."""
    for line in reversed(lines[:number]):
        found = re.match(r"[A-Za-z_][\w\s*]*?(\w+)\(", line)
        if found:
            return found[1]
    return ""


def judge(bench, worker, mutant):
    path, number, old, new, _ = mutant
    with open(os.path.join(bench.root, path)) as file:
        lines = file.read().split("\n")
    assert lines[number - 1] == old
    lines[number - 1] = new
    return bench.judge(worker, path, function_of(lines, number),
                       "\n".join(lines))


def equivalents():
    path = os.path.join(SOURCE, "test", "mutate", "equivalent.txt")
    with open(path) as file:
        return {tuple(line.rstrip("\n").split("\t")[:2]) for line in file
                if not line.startswith("#") and "\t" in line}


class Work:
    """Mutants that workers take one after another, until enough are judged."""

    def __init__(self, bench, mutants, count):
        self.bench, self.mutants, self.left = bench, iter(mutants), count
        self.counts = dict.fromkeys(("killed", "survived", "equivalent",
                                     "unreached"), 0)
        self.argued = equivalents()
        self.lock = threading.Lock()

    def go(self, worker):
        while True:
            with self.lock:
                mutant = next(self.mutants, None) if self.left > 0 else None
                self.left -= 1
            if mutant is None:
                return
            verdict = judge(self.bench, worker, mutant)
            with self.lock:
                self.tell(mutant, verdict)

    def tell(self, mutant, verdict):
        if verdict == "none":
            self.left += 1
            return
        path, number, old, new, _ = mutant
        if verdict in ("survived", "unreached") and \
                (path, new.strip()) in self.argued:
            verdict = "equivalent"
        self.counts[verdict.split()[0]] += 1
        print(f"{path}:{number}: {verdict}: {old.strip()} -> {new.strip()}",
              flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--tests", default="", help="those that judge; all")
    args = parser.parse_args()
    jobs = os.cpu_count() or 1
    bench = Bench(os.path.abspath("mutate"), os.path.abspath(SOURCE),
                  os.path.abspath(os.environ.get("builddir", ".")),
                  [name for name in args.tests.split(",") if name])
    bench.prepare(jobs)
    only = [name for name in args.only.split(",") if name]
    chance = random.Random(args.seed)
    mutants = list(all_mutants(bench.root, only))
    chance.shuffle(mutants)
    print(f"mutate: {len(mutants)} mutants, {args.count} of them by seed "
          f"{args.seed}", flush=True)
    work = Work(bench, mutants, args.count)
    threads = [threading.Thread(target=work.go, args=(worker,))
               for worker in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = work.counts
    alive = counts["survived"] + counts["unreached"]
    tried = counts["killed"] + alive
    print(f"mutate: {counts['killed']} of {tried} killed, {alive} not "
          f"({counts['unreached']} in functions that no test enters), "
          f"{counts['equivalent']} equivalent")
    sys.exit(10 * alive > tried)


main()
