"""readme_test.py - README.md tells the truth: its commands run, what it shows
of their output is in their output, and its table is what `validate` finds.

A command is an indented line that begins with `$ accelsim` or `$ configs/`;
what is indented behind it is its output, in order, with `...` for what is
left out.
SPDX-License-Identifier: MIT
"""

import json
import os
import re
import subprocess

from program import (PROGRAM, SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, run, sample)

leave_to_the_plain_build()

RUN = ("accelsim ", "configs/")
# Column of README's table against the silicon: what `validate` calls it.
QUANTITY = {"processing ms": "array_ms", "total ms": "total_ms",
            "L2 MB": "l2_array_mb", "DRAM MB, coded": "dram_link_mb"}


def examples(text):
    """[(command, [lines shown])] of the indented blocks."""
    found = []
    for line in text.splitlines():
        if line.startswith("    $ "):
            found.append((line[6:], []))
        elif line.startswith("    ") and found and found[-1] is not None:
            found[-1][1].append(line[4:])
        elif line.strip():
            found.append(None)
    return [example for example in found if example is not None]


def in_order(wanted, output):
    """The first wanted line that is not in the output behind the others."""
    lines = iter(output.splitlines())
    for line in wanted:
        if line.strip() != "..." and line.strip() and \
                not any(line == seen for seen in lines):
            return line
    return None


def look_at_examples(text, folder):
    environment = dict(os.environ)
    environment["PATH"] = os.path.dirname(PROGRAM) + ":" + environment["PATH"]
    environment["ACCELSIM"] = PROGRAM
    os.symlink(os.path.join(SOURCE, "configs"),
               os.path.join(folder, "configs"))
    commands = [one for one in examples(text) if one[0].startswith(RUN)]
    check(len(commands) > 10, "README has commands")
    for command, shown in commands[:sample(len(commands), "commands",
                                           len(commands))]:
        done = subprocess.run(command, shell=True, cwd=folder, text=True,
                              capture_output=True, env=environment,
                              timeout=300)
        if done.returncode != 0 and "is missing; apt-get install" in \
                done.stderr:
            print(f"# left out, {done.stderr.strip()}")
            continue
        noted = [line for line in done.stderr.splitlines()
                 if not line.startswith("accelsim: published mappings, as")]
        check(done.returncode == 0 and noted == [],
              f"README: {command}", done.stderr)
        missing = in_order(shown, done.stdout)
        if shown:
            check(missing is None, f"README shows what comes: {command}",
                  f"not there, or not in this order: {missing}")


def look_at_words(text):
    """Options and commands in the running text exist."""
    known = run("--help").stdout + run("--help-config").stdout
    for option in sorted(set(re.findall(r"`[^`\n]*?(--[a-z][a-z-]+)", text))):
        if option.startswith("--disable") or option.startswith("--enable"):
            continue
        check(re.search(re.escape(option) + r"(?![a-z-])", known) or
              option in ("--without-systemc", "--prefix"),
              f"README names the option {option}")
    for command in sorted(set(re.findall(r"`accelsim ([a-z]+)", text))):
        check(re.search(rf"^  {command} ", known, re.M),
              f"README names the command {command}")
    for file in sorted(set(re.findall(r"`((?:docs|configs|test|bench)/[\w./]+"
                                      r"|[A-Z]+\.md)`", text))):
        check(os.path.exists(os.path.join(SOURCE, file)),
              f"README names the file {file}")


def look_at_the_silicon(text):
    header = re.search(r"^\| layer \| (.*) \|$", text, re.M)
    if header is None:
        return
    columns = header.group(1).split(" | ")
    rows = json.loads(run("validate", "--filter", "eyeriss_alexnet*", "--format",
                          "json").stdout)["rows"]
    looked = 0
    for line in re.findall(r"^\| (?:CONV\d|total) .*$", text, re.M):
        name, *cells = [cell.strip() for cell in line.strip("| ").split("|")]
        item = "all" if name == "total" else name.lower()
        for column, cell in zip(columns, cells):
            found = re.fullmatch(r"([\d.]+): ([+-][\d.]+) %", cell)
            ours = [row for row in rows
                    if column in QUANTITY and row["run"] == "chip" and
                    row["quantity"] == QUANTITY[column] and
                    row["item"] == item]
            if found is None or not ours:
                continue
            looked += 1
            check(f"{ours[0]['published']:g}" == f"{float(found[1]):g}" and
                  f"{100 * ours[0]['error']:+.1f}" == found[2],
                  f"README's table: {name}, {column}: {cell}", ours[0])
    check(looked > 10, "README's table is about what validate measures")


def main():
    with open(os.path.join(SOURCE, "README.md")) as file:
        text = file.read()
    with new_folder() as folder:
        look_at_examples(text, folder)
    look_at_words(text)
    look_at_the_silicon(text)
    finish()


main()
