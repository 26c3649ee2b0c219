#!/usr/bin/env python3
"""coverage.py - lines and branches that the tests ran, by folder (`make
coverage`).

    coverage.py BUILD_FOLDER [LEAST]
    coverage.py BUILD_FOLDER --list FOLDER

Asks gcov of each object of a build with --coverage.  Branches count as covered
when they were taken at least once.  Left aside are those of failed checks
(SIM_CHECK, which only a mistake of ours takes), and those by which a C++
compiler leaves on an exception.  With LEAST, a folder whose branches are below
that share is an error; with --list, the lines of a folder are printed that have
branches never taken.
SPDX-License-Identifier: MIT
"""

import collections
import gzip
import json
import os
import subprocess
import sys
import tempfile

ROOMS = ("sim", "dataflows", "mem", "noc", "pe", "traces")


def objects(build):
    for folder, _, names in os.walk(build):
        for name in names:
            if name.endswith(".gcda"):
                yield os.path.join(folder, name)


def documents(build):
    """What gcov says, one document an object."""
    found = [os.path.abspath(path) for path in objects(build)]
    with tempfile.TemporaryDirectory() as work:
        for k in range(0, len(found), 40):
            subprocess.run(["gcov", "-b", "-j", *found[k:k + 40]], cwd=work,
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
            for name in os.listdir(work):
                path = os.path.join(work, name)
                with gzip.open(path, "rt") as file:
                    yield json.load(file)
                os.remove(path)


def source_of(name, at):
    """The path from the sources' root, or None: not one of the program's."""
    path = os.path.normpath(os.path.join(at, name))
    parts = path.split(os.sep)
    for k, part in enumerate(parts):
        if part in ROOMS and parts[k - 1] not in ("test", "bench"):
            return "/".join(parts[k:])
    return None


def collect(build, root):
    """{file: {line: (runs, [branch taken])}}, of all objects together."""
    seen = collections.defaultdict(dict)
    for document in documents(build):
        for file in document["files"]:
            path = source_of(file["file"], document[
                "current_working_directory"])
            if path is None or not os.path.exists(os.path.join(root, path)):
                continue
            lines = seen[path]
            for line in file["lines"]:
                number = line["line_number"]
                taken = [b["count"] > 0 for b in line["branches"]
                         if not b["throw"]]
                runs, before = lines.get(number, (0, [False] * len(taken)))
                if len(before) == len(taken):
                    taken = [a or b for a, b in zip(before, taken)]
                lines[number] = (runs + line["count"], taken)
    return seen


def checks(path):
    """The lines of a file that check ourselves."""
    found, depth = set(), 0
    with open(path) as file:
        for number, line in enumerate(file, 1):
            if depth > 0 or "SIM_CHECK(" in line:
                found.add(number)
                depth += line.count("(") - line.count(")")
    return found


def list_missing(build, root, folder):
    """Prints the lines of a folder with branches that were never taken."""
    for path, lines in sorted(collect(build, root).items()):
        if os.path.dirname(path) != folder:
            continue
        ours = checks(os.path.join(root, path))
        with open(os.path.join(root, path)) as file:
            text = file.read().split("\n")
        for number, (runs, taken) in sorted(lines.items()):
            if number not in ours and not all(taken):
                ways = "".join("+" if one else "-" for one in taken)
                print(f"{path}:{number}: {runs} runs, {ways}: "
                      f"{text[number - 1].strip()}")


def main():
    root = os.environ.get("srcdir", ".")
    build = sys.argv[1]
    if sys.argv[2:3] == ["--list"]:
        list_missing(build, root, sys.argv[3])
        return
    least = float(sys.argv[2]) if sys.argv[2:] else 0
    rooms = collections.defaultdict(lambda: [0, 0, 0, 0])
    for path, lines in collect(build, root).items():
        ours = checks(os.path.join(root, path))
        room = rooms[os.path.dirname(path)]
        for number, (runs, taken) in lines.items():
            room[0] += 1
            room[1] += runs > 0
            if number not in ours:
                room[2] += len(taken)
                room[3] += sum(taken)
    print(f"{'folder':<22}{'lines':>8}{'run %':>8}{'branches':>10}"
          f"{'taken %':>9}")
    low = []
    total = [sum(room[k] for room in rooms.values()) for k in range(4)]
    for name, room in [*sorted(rooms.items()), ("all", total)]:
        share = 100 * room[3] / max(room[2], 1)
        if share < least and name != "all":
            low.append(name)
        print(f"{name:<22}{room[0]:>8}{100 * room[1] / max(room[0], 1):>8.1f}"
              f"{room[2]:>10}{share:>9.1f}")
    if low:
        print(f"coverage: below {least:g} %: {', '.join(low)}",
              file=sys.stderr)
    sys.exit(bool(low))


main()
