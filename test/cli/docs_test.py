"""docs_test.py - what ARCHITECTURE.md, CONTRIBUTING.md and docs/ say that a
program can check: the files, make targets, options and keys that they name
exist, the commands that they quote run and print what is shown behind them,
and docs/glossary.md has an entry for every word of the reports.

A command is an indented line that begins with `$ accelsim`; what is indented
behind it is its output, with `...` for what is left out; a mapping file that a
page shows is there for its commands as conv2.cfg.
SPDX-License-Identifier: MIT
"""

import fnmatch
import glob
import json
import os
import re
import shlex

from program import (SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, report, run, write)

leave_to_the_plain_build()

# A name in capitals, or one of these letters, stands for any.
ANY_NAME = re.compile(r"NAME|\bX\b|\bX_")
KEY = re.compile(r"`((?:array|pe|noc|l1|l2|dram)\.[a-zX*_][a-zX*_.0-9]*)`?")


def read(path):
    with open(os.path.join(SOURCE, path)) as file:
        return file.read()


def pages():
    found = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"]
    for path in sorted(glob.glob(os.path.join(SOURCE, "docs", "*.md")) +
                       glob.glob(os.path.join(SOURCE, "docs", "course",
                                              "*.md"))):
        found.append(os.path.relpath(path, SOURCE))
    return found


def all_files():
    files = []
    for folder, folders, names in os.walk(SOURCE):
        folders[:] = [one for one in folders
                      if one[0] != "." and not one.startswith("build")]
        files += [os.path.relpath(os.path.join(folder, name), SOURCE)
                  for name in names]
    return files


def look_at_files(page, text, files):
    """A path is one from the root or from configs/; a bare name is that of
    some file."""
    ends = r"\.(?:c|h|cpp|hpp|py|sh|md|csv|cfg|png)"
    named = set(re.findall(r"`([\w./-]+" + ends + ")`", text))
    named |= {os.path.join(os.path.dirname(page), one) for one in
              re.findall(r"\]\(([\w./-]+" + ends + r")\)", text)
              if page.startswith("docs/")}
    missing = [name for name in sorted(named) if not ANY_NAME.search(name) and
               not any(file == name or file.endswith("/" + name)
                       for file in files)]
    # 'mapping.c' is a key.
    missing = [name for name in missing if page != "docs/config.md"]
    check(not missing, f"{page} names files that exist", missing)


def look_at_targets(page, text):
    makefile = read("Makefile.am") + "".join(
        open(path).read() for path in
        glob.glob(os.path.join(SOURCE, "**", "local.mk"), recursive=True))
    automake = {"check", "install", "distcheck", "dist"}
    missing = [name for name in
               sorted(set(re.findall(r"`make ([a-z][a-z-]*)", text)))
               if name not in automake and
               not re.search(rf"^{name}:", makefile, re.M)]
    check(not missing, f"{page} names targets of make that exist", missing)


def look_at_options(page, text, known):
    # Of configure and of GoogleTest.
    others = re.compile(r"(enable|disable|with|without)-|prefix$|gtest_")
    missing = [name for name in
               sorted(set(re.findall(r"`[^`\n]*?--([a-z][a-z_-]+)", text)))
               if not others.match(name) and
               not re.search(rf"--{re.escape(name)}(?![a-z-])", known)]
    check(not missing, f"{page} names options that exist", missing)


def look_at_keys(page, text, keys):
    missing = []
    for name in sorted(set(KEY.findall(text))):
        pattern = re.sub(r"X", "*", name)
        if not any(fnmatch.fnmatch(key, pattern) or
                   key.startswith(name.rstrip(".*") + ".") for key in keys):
            missing.append(name)
    check(not missing, f"{page} names keys that exist", missing)


def spaced(text):
    return " ".join(text.split())


def look_at_commands(page, text, folder):
    """What is shown of an output may be wrapped where the output is not."""
    ran = 0
    for block in re.findall(r"^    mappings = \(.*?^    } \);$", text,
                            re.M | re.S):
        write(folder, "conv2.cfg", block)
    for command, shown in re.findall(
            r"^    \$ accelsim (.*)\n((?:    (?!\$ ).*\n)*)", text, re.M):
        done = run(*shlex.split(command, comments=True), folder=folder)
        said = spaced(done.stdout + done.stderr)
        ran += 1
        check((done.returncode != 0) == (": error: " in shown),
              f"{page}: accelsim {command}", done.stderr)
        for part in shown.split("..."):
            check(spaced(part) in said, f"{page} shows what comes of "
                  f"'accelsim {command}': {spaced(part)[:50]}", said)
    return ran


def words_of(node, found, skip=("shape", "parameters", "histogram",
                                "miss_curve")):
    """The names in a report, but for those of dimensions and parameters."""
    if isinstance(node, dict):
        for name, inside in node.items():
            found.add(name)
            if name not in skip:
                words_of(inside, found)
    elif isinstance(node, list):
        for inside in node:
            words_of(inside, found)
    return found


def look_at_glossary():
    text = read("docs/glossary.md")
    entries = re.findall(r"^## (.+)\n(.+)\n(?=\n|\Z)", text, re.M)
    titles = re.findall(r"^## (.+)$", text, re.M)
    check(len(entries) == len(titles) > 100,
          "each entry of the glossary is a title and one paragraph in a line",
          sorted(set(titles) - {title for title, _ in entries}))
    check(len(set(title.lower() for title in titles)) == len(titles),
          "no word has two entries")
    small = ["--net", "lenet5", "--layer", "c1", "--batch", "1"]
    found = set()
    for words in (["--cfg", "eyeriss", "--check"],
                  ["--cfg", "systolic"],
                  ["--cfg", "eyeriss_v2_dense", "--dataflow", "rs"],
                  ["--cfg", "eyeriss", "--set", "dram.model=ddr3_1600"]):
        words_of(report(*words, *small), found)
    words_of(report("map", "--cfg", "eyeriss", *small), found)
    words_of(report("reuse", "--cfg", "eyeriss", *small), found)
    words_of(report("explain", "--cfg", "systolic", *small), found)
    words_of(json.loads(run("validate", "--filter", "dram*", "--format",
                            "json").stdout), found)
    check({"wait_dram", "l1_ports", "folds", "filter_l1", "parts_left_out",
           "stack_distance", "verdict"} <= found, "reports have their words",
          sorted(found))
    missing = sorted(found - set(titles))
    check(not missing, "the glossary has every name of the JSON reports",
          missing)


def look_at_help():
    """accelsim help WORD prints the glossary's entry, which is looked for as
    people write words."""
    entries = dict(re.findall(r"^## (.+)\n(.+)$", read("docs/glossary.md"),
                              re.M))
    for word in ("wait_dram", "WAIT DRAM", "Wait-Dram"):
        done = run("help", word)
        check(done.returncode == 0 and done.stderr == "" and
              spaced(done.stdout) ==
              "wait_dram " + spaced(entries["wait_dram"]),
              f"help '{word}' prints the entry", done.stdout + done.stderr)
    widest = max(len(line) for word in ("set", "verdict", "psum", "shape")
                 for line in run("help", word).stdout.splitlines())
    check(60 < widest <= 80, "an entry is wrapped", widest)
    listed = run("help", "words").stdout
    missing = [word for word in entries
               if not re.search(rf"(^| ){re.escape(word)}( |$)", listed,
                                re.M)]
    check(not missing and max(map(len, listed.splitlines())) <= 80,
          "help words lists them", missing)
    wrong = run("help", "wait_drm")
    check(wrong.returncode == 1 and wrong.stdout == "" and
          "the nearest word is 'wait_dram'" in wrong.stderr,
          "help names the nearest word of the glossary", wrong.stderr)


def main():
    files = all_files()
    known = run("--help").stdout + run("--help-config").stdout
    known += "".join(read(file) for file in files
                     if file.endswith((".py", ".sh")) or file == "bootstrap")
    keys = set(re.findall(r"^\s*([a-z][a-z0-9_.*]+)", known, re.M))
    ran = 0
    with new_folder() as folder:
        os.symlink(os.path.join(SOURCE, "configs"),
                   os.path.join(folder, "configs"))
        for page in pages():
            text = read(page)
            look_at_files(page, text, files)
            look_at_targets(page, text)
            look_at_options(page, text, known)
            look_at_keys(page, text, keys)
            if page != "README.md":  # readme_test.py
                ran += look_at_commands(page, text, folder)
    check(ran >= 5, "the pages quote commands")
    look_at_glossary()
    look_at_help()
    finish()


main()
