#!/usr/bin/env python3
"""plugin_test.py - what --plugin does with files that are no plugins, and with
plugins that misbehave while they are loaded.

SPDX-License-Identifier: MIT
"""

import os
import shlex
import shutil
import subprocess
import sys

from program import (IS_SHORT, PROGRAM, SOURCE, check, finish, new_folder, run,
                     sample, write)

C1 = ["--cfg", "eyeriss", "--net", "lenet5", "--batch", "1", "--layer", "c1"]
GOOD = os.path.join(os.path.dirname(PROGRAM), "test", "dataflows",
                    "plugin_dataflow.so")
# Each runs when it is loaded; the file "ran" tells.
STARTS = {
    "aborts": "abort();", "exits": "exit(7);",
    "ends well": "exit(0);",
    "looks at nothing": "*(volatile int *)0 = 1;",
    "waits": "raise(SIGALRM);",
}
# What a plugin's file has of 64 bits has where: a place, its new bytes, and a
# part of what is said.
PARTS = (
    (0, b"\x7fELE", "no shared object"), (4, b"\x01", "no shared object"),
    (5, b"\x02", "no shared object"), (16, b"\x02\x00", "no shared object"),
    (54, b"\x20\x00", "no shared object"), (58, b"\x20\x00", "no shared"),
    (32, b"\xff" * 8, "cut short"), (40, b"\xff" * 8, "cut short"),
    (60, b"\x00\x00", "lacks its symbols"),
)


def refused(what, path, part, folder):
    done = run(*C1, "--plugin", path, "--dataflow", "echo", folder=folder,
               seconds=30)
    return check(done.returncode in (1, 4) and done.stdout == "" and
                 done.stderr.startswith(f"{path}: error: ") and
                 done.stderr.count("\n") == 1 and part in done.stderr,
                 f"a plugin that {what} is refused",
                 f"{done.returncode} {done.stderr}")


def build(folder, name, text):
    """A shared object of a C file."""
    source = write(folder, name + ".c", text)
    path = os.path.join(folder, name + ".so")
    subprocess.run([*shlex.split(os.environ.get("CC", "cc")), "-I", SOURCE,
                    "-fPIC", "-shared", "-o", path, source], check=True,
                   timeout=120)
    return path


def number(text, at, size):
    return int.from_bytes(text[at:at + size], sys.byteorder)


def parts_of_a_plugin(folder, whole):
    """Its head, and what its head says of segments, sections and symbols, as no
    linker writes it."""
    if whole[4] != 2 or sys.byteorder != "little":
        return
    changes = list(PARTS)
    segments, sections = number(whole, 32, 8), number(whole, 40, 8)
    for k in range(number(whole, 56, 2)):
        at = segments + 56 * k
        if number(whole, at, 4) == 1:  # to be loaded: longer than its memory
            changes.append((at + 40, bytes(8), "cut short"))
            break
    for k in range(number(whole, 60, 2)):
        at = sections + 64 * k
        if number(whole, at + 4, 4) == 11:  # the symbols that are looked up
            table = number(whole, at + 24, 8)
            names = sections + 64 * number(whole, at + 40, 4)
            changes += [(at + 40, b"\xff\xff\xff\x7f", "cut short"),
                        (at + 4, b"\x02", "lacks its symbols"),
                        (at + 24, b"\xff" * 8, "cut short"),
                        (names + 4, b"\x08\0\0\0" + whole[names + 8:names + 32]
                         + b"\xff" * 8, "cut short"),
                        (at + 32, bytes(8), "no symbol"),
                        (table, b"\xff" * number(whole, at + 32, 8), "")]
    for at, text, part in changes:
        path = write(folder, "part.so",
                     whole[:at] + text + whole[at + len(text):])
        refused(f"has {text[:4].hex()} at {at}", path, part, folder)


def files_that_are_no_plugins(folder):
    with open(GOOD, "rb") as file:
        whole = file.read()
    cut = os.path.join(folder, "cut.so")
    n = sample(12, "lengths of a plugin that is cut short")
    for k in range(n):
        write(folder, "cut.so", whole[:k * len(whole) // n])
        refused(f"is cut short at {k}/{n}", cut, "", folder)
    for k in range(n):
        at = 64 + k * (len(whole) - 64) // n
        write(folder, "torn.so", whole[:at] + b"\xff" * 32 + whole[at + 32:])
        done = run(*C1, "--plugin", os.path.join(folder, "torn.so"),
                   folder=folder)
        check(done.returncode in (0, 1, 4), f"bytes changed at {at}",
              f"{done.returncode} {done.stderr}")
    parts_of_a_plugin(folder, whole)
    with open(os.path.join(folder, "large.so"), "wb") as file:
        file.truncate((64 << 20) + 1)
    refused("is too large", os.path.join(folder, "large.so"),
            "larger than 64 MiB", folder)
    done = run(*C1, "--plugin", write(folder, "here.so", whole).rsplit("/")[-1],
               folder=folder)
    check(done.returncode == 0, "a plugin in this folder needs no path",
          done.stderr)
    os.mkfifo(os.path.join(folder, "pipe"))
    refused("is a pipe", os.path.join(folder, "pipe"), "no regular file",
            folder)
    refused("is a folder", folder, "a folder", folder)
    refused("is a device", "/dev/zero", "no regular file", folder)
    refused("is a text", write(folder, "text.so", "text"), "no shared object",
            folder)


def plugins_that_misbehave(folder):
    start = ('#include "dataflows/plugin.h"\n#include <fcntl.h>\n'
             "#include <signal.h>\n#include <stdlib.h>\n__attribute__((constructor)) static void "
             'start(void) {{ open("ran", O_CREAT, 0600); {} }}\n')
    for what, code in STARTS.items():
        text = start.format(code) + ("ACCELSIM_DATAFLOW_PLUGIN;\nconst struct "
                                     'dataflow accelsim_dataflow = {"x"};\n')
        refused(what, build(folder, what.split()[0], text), "loaded", folder)
    os.remove(os.path.join(folder, "ran"))
    foreign = build(folder, "foreign", start.format(""))
    refused("is another's shared object", foreign, "no symbol", folder)
    old = start.format("") + (
        "#undef ACCELSIM_PLUGIN_VERSION\n#define ACCELSIM_PLUGIN_VERSION 1\n"
        "ACCELSIM_DATAFLOW_PLUGIN;\n"
        'const struct dataflow accelsim_dataflow = {"x"};\n')
    refused("is of an old version", build(folder, "old", old), "version 1",
            folder)
    check(not os.path.exists(os.path.join(folder, "ran")),
          "none of their code ran")


def modules_of_another_build(folder):
    """The SystemC kernel beside a copy of the program."""
    module = os.path.join(os.path.dirname(PROGRAM), "accelsim_systemc.so")
    if not os.path.exists(module):
        print("skipped: built without the SystemC kernel")
        return
    version = run("--version").stdout.split()[1]
    program = shutil.copy(PROGRAM, os.path.join(folder, "accelsim"))
    other = ('#include "sim/systemc/systemc_module.h"\n'
             "const struct systemc_module accelsim_systemc = {%s};\n")
    for what, text, part in (
            ("is missing", None, "cannot load the SystemC kernel"),
            ("is a text", "no module", "cannot load the SystemC kernel"),
            ("lacks its symbol", "int other;", "of another build"),
            ("is of another version", other % '"0"', "of another build"),
            ("has other structs", other % f'"{version}", {{1}}',
             "of another build")):
        path = os.path.join(folder, "accelsim_systemc.so")
        if what == "is a text":
            write(folder, "accelsim_systemc.so", text)
        elif text is not None:
            os.remove(path)
            build(folder, "accelsim_systemc", text)
        done = subprocess.run([program, *C1, "--kernel", "systemc"], text=True,
                              capture_output=True, timeout=60, check=False)
        check(done.returncode == 4 and done.stdout == "" and
              part in done.stderr and done.stderr.count("\n") == 1,
              f"a module that {what} is refused",
              f"{done.returncode} {done.stderr}")


with new_folder() as _folder:
    files_that_are_no_plugins(_folder)
    if not IS_SHORT:  # built without the sanitizer
        plugins_that_misbehave(_folder)
        modules_of_another_build(_folder)
finish()
