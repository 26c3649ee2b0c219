#!/usr/bin/env python3
"""plugin_test.py - what --plugin does with files that are no plugins, and with
plugins that misbehave while they are loaded.

SPDX-License-Identifier: MIT
"""

import os
import shlex
import subprocess

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
}


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
    os.mkfifo(os.path.join(folder, "pipe"))
    refused("is a pipe", os.path.join(folder, "pipe"), "no regular file",
            folder)
    refused("is a folder", folder, "a folder", folder)
    refused("is a device", "/dev/zero", "no regular file", folder)
    refused("is a text", write(folder, "text.so", "text"), "no shared object",
            folder)


def plugins_that_misbehave(folder):
    start = ('#include "dataflows/plugin.h"\n#include <fcntl.h>\n'
             "#include <stdlib.h>\n__attribute__((constructor)) static void "
             'start(void) {{ open("ran", O_CREAT, 0600); {} }}\n')
    for what, code in STARTS.items():
        text = start.format(code) + ("ACCELSIM_DATAFLOW_PLUGIN;\nconst struct "
                                     'dataflow accelsim_dataflow = {"x"};\n')
        refused(what, build(folder, what.split()[0], text), "is loaded", folder)
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


with new_folder() as _folder:
    files_that_are_no_plugins(_folder)
    if not IS_SHORT:  # built without the sanitizer
        plugins_that_misbehave(_folder)
finish()
