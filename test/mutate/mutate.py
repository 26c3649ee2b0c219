#!/usr/bin/env python3
"""mutate.py - breaks the model's sources one place at a time and says which
breakages no test notices (`make mutate`).

    mutate.py --count N [--seed S] [--only pe,noc] [--tests lanes_test,...]
              [--whole] [--seconds N] [--again] [--jobs N]

A mutant is one change of a line: an operator, a comparison, a constant by one,
a condition turned round, a statement left out.  It is compiled and run under
the cases of the tests that enter its line (bench.py), quick ones first, until
one fails, which kills it; what does not compile or compiles to the same object
is none, nor is an allocation of more than is needed, the end of a table or
what a comparison says of equal ones where none come.  Survivors are printed with their line; those that are argued to be
equivalent stand in test/mutate/equivalent.txt and count apart.

The verdicts are kept in mutate/verdicts.txt: a mutant that stands there is not
tried again, so that a sample may be judged in slices (--seconds: begin no more
after so many), and --again tries anew those of it that survived, with --whole
by the whole samples of the tests and by the scripts that run the program.  The
sample
is the first N by a hash of the seed and of the mutant's text, so that it stays
as it is when other lines change.
SPDX-License-Identifier: MIT
"""

import argparse
import hashlib
import os
import re
import sys
import threading
import time

from bench import Bench, sources

SOURCE = os.environ.get("srcdir", ".")
# The folders of the model, with those in them.
MODEL = ("noc", "pe", "mem", "traces", "dataflows", "sim/array", "sim/run",
         "sim/energy")
MODEL_FOLDERS = tuple(f"{name}/" for name in MODEL)
ALIVE = ("survived", "unreached")
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
                                              "SIM_CHECK", "return diag",
                                              "{NULL, ")))
            if "*/" in line:
                inside = False
            if is_code:
                yield number, line


def is_same_order(before, line, new):
    """Whether it is `a < b ? -1 : 1`, or the other way round, behind a line
    that lets no equal ones come there, and still says the same: 2 for 1, or
    what equal ones would be."""
    different = re.search(r"\bif \((.+) != (.+)\)$", before)
    order = re.match(r"\s*return (.+) [<>] (.+) \? -?1 : -?1;$", line)
    return different is not None and order is not None and \
        different.groups() == order.groups() and \
        re.sub(r" ([<>])= ", r" \1 ", new.replace(" 2;", " 1;")) == line


def mutants_of(path):
    with open(path) as file:
        lines = file.read().split("\n")
    for number, line in code_lines(path):
        for pattern, by in CHANGES:
            for found in re.finditer(pattern, line):
                text = ("-" if by is None else by)
                if by is None:  # x++ becomes x--
                    new = (line[:found.start() - 1] + "--" +
                           line[found.end():])
                elif by == "if (!!!":
                    new = negated(line, found.start())
                else:
                    new = line[:found.start()] + text + line[found.end():]
                is_more_room = by in ("1", "2") and "alloc(" in line
                if new is None or new == line or is_more_room or \
                        is_same_order(lines[number - 2], line, new):
                    continue
                yield number, line, new


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


def span_of(lines, number):
    """The first line of the function that a line is in, the line, and the
    function's last."""
    first = number
    while first > 1 and not lines[first - 1].startswith("{"):
        first -= 1
    last = number
    while last < len(lines) and not lines[last - 1].startswith("}"):
        last += 1
    return first, number, last


class Mutant:
    """A change of a line.  Its name tells it from all others for as long as
    its line is as it is."""

    def __init__(self, path, number, old, new, name):
        self.path, self.number, self.old, self.new = path, number, old, new
        self.name = name

    def told(self, verdict):
        return f"{self.path}:{self.number}: {verdict}: {self.old.strip()} -> " \
            f"{self.new.strip()}"


def all_mutants(root, paths):
    names = {}
    for path in paths:
        for number, old, new in mutants_of(os.path.join(root, path)):
            name = f"{path}\t{old.strip()}\t{new.strip()}"
            names[name] = names.get(name, 0) + 1
            yield Mutant(path, number, old, new, f"{name}\t{names[name]}")


def judge(bench, worker, mutant):
    with open(os.path.join(bench.root, mutant.path)) as file:
        lines = file.read().split("\n")
    assert lines[mutant.number - 1] == mutant.old
    span = span_of(lines, mutant.number)
    lines[mutant.number - 1] = mutant.new
    return bench.judge(worker, mutant.path, span, "\n".join(lines))


def equivalents():
    path = os.path.join(os.path.dirname(__file__), "equivalent.txt")
    with open(path) as file:
        return {tuple(line.rstrip("\n").split("\t")[:2]) for line in file
                if not line.startswith("#") and "\t" in line}


class Verdicts:
    """Those that are known, kept in a file as they come."""

    def __init__(self, path):
        self.path, self.known = path, {}
        if os.path.exists(path):
            with open(path) as file:
                for line in file:
                    name, verdict = line.rstrip("\n").rsplit("\t", 1)
                    self.known[name] = verdict

    def add(self, mutant, verdict):
        self.known[mutant.name] = verdict
        with open(self.path, "a") as file:
            file.write(f"{mutant.name}\t{verdict}\n")


class Work:
    """Mutants that workers take one after another, until enough are judged."""

    def __init__(self, bench, mutants, verdicts, args):
        self.bench, self.mutants, self.left = bench, iter(mutants), args.count
        self.verdicts, self.again = verdicts, args.again
        self.until = time.monotonic() + args.seconds
        self.counts = dict.fromkeys(("killed", "survived", "equivalent",
                                     "unreached"), 0)
        self.argued = equivalents()
        self.lock = threading.Lock()

    def next(self):
        """The next mutant to judge, or None; those that are known count."""
        for mutant in self.mutants:
            verdict = self.verdicts.known.get(mutant.name)
            if verdict is None or (self.again and verdict in ALIVE and
                                   not self.is_argued(mutant)):
                return mutant
            self.tell(mutant, verdict)
            if self.left <= 0:
                return None
        return None

    def go(self, worker):
        while True:
            with self.lock:
                if self.left <= 0 or time.monotonic() > self.until:
                    return
                mutant = self.next()
                self.left -= mutant is not None
            if mutant is None:
                return
            verdict = judge(self.bench, worker, mutant)
            with self.lock:
                self.left += 1
                self.verdicts.add(mutant, verdict)
                self.tell(mutant, verdict)

    def is_argued(self, mutant):
        return (mutant.path, mutant.new.strip()) in self.argued

    def tell(self, mutant, verdict):
        if verdict == "none":
            return
        self.left -= 1
        if verdict in ALIVE and self.is_argued(mutant):
            verdict = "equivalent"
        self.counts[verdict.split()[0]] += 1
        print(mutant.told(verdict), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--tests", default="", help="those that judge; all")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2))
    args = parser.parse_args()
    folders = tuple(f"{name}/" for name in args.only.split(",") if name) or \
        MODEL_FOLDERS
    bench = Bench(os.path.abspath("mutate"), os.path.abspath(SOURCE),
                  os.path.abspath(os.environ.get("builddir", ".")),
                  lambda path: path.startswith(MODEL_FOLDERS),
                  [name for name in args.tests.split(",") if name],
                  args.whole)
    bench.prepare(args.jobs)
    mutants = list(all_mutants(bench.root, [
        path for path in bench.mutated if path.startswith(folders)]))
    mutants.sort(key=lambda one: hashlib.sha256(
        f"{args.seed} {one.name}".encode()).digest())
    print(f"mutate: {len(mutants)} mutants, {args.count} of them by seed "
          f"{args.seed}", flush=True)
    work = Work(bench, mutants,
                Verdicts(os.path.join(bench.at, "verdicts.txt")), args)
    threads = [threading.Thread(target=work.go, args=(worker,))
               for worker in range(args.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = work.counts
    alive = counts["survived"] + counts["unreached"]
    tried = counts["killed"] + alive
    print(f"mutate: {counts['killed']} of {tried} killed, {alive} not "
          f"({counts['unreached']} in functions that no test enters), "
          f"{counts['equivalent']} equivalent"
          f"{'; not yet the whole sample' if work.left > 0 else ''}")
    sys.exit(10 * alive > tried)


main()
