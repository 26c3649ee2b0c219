"""importing.py - what the tests of importers share: the small files, and how
they are imported and looked at.
SPDX-License-Identifier: MIT
"""

import glob
import json
import os

from program import SOURCE, check, finish, new_folder, report, run, write

FILES = os.path.join(SOURCE, "test", "importers", "files")


def imported(folder, name, *words):
    """Imports one of the small files into a folder; the report."""
    path = name if os.path.isabs(name) else os.path.join(FILES, name)
    done = run("import", path, "-o", folder, *words)
    if not check(done.returncode == 0, f"{name} is imported", done.stderr):
        finish()
    return done.stdout


def layers_of(path):
    """What 'list layers' says of a network's file."""
    done = run("list", "layers", "--net", path, "--format", "json")
    if not check(done.returncode == 0, f"{os.path.basename(path)} is a network",
                 done.stderr):
        finish()
    return json.loads(done.stdout)["rows"]


def refused(path, message, status=1):
    """Importing the file fails with one line that has the message."""
    with new_folder() as folder:
        done = run("import", path, "-o", folder)
        return check(done.returncode == status and message in done.stderr and
                     done.stderr.count("\n") == 1 and
                     "Traceback" not in done.stderr and
                     os.listdir(folder) == [],
                     f"{os.path.basename(path)} is refused: {message}",
                     f"{done.returncode}: {done.stderr}")


def machine(name, text, *words):
    """The values of the architecture that a text says, by path, the report,
    and a layer's result on it."""
    with new_folder() as folder:
        told = imported(folder, write(folder, name, text), *words)
        made = glob.glob(os.path.join(folder, "*.architecture.cfg"))
        done = run("run", "--cfg", made[0], "--show-config", "--shape",
                   "M=8,C=4,H=6,W=6,R=3,S=3", "--format", "json")
        if not check(done.returncode == 0, f"{name} is an architecture",
                     done.stderr):
            finish()
        rows = {row["key"]: row["value"]
                for row in json.loads(done.stdout)["rows"]}
        result = report("--cfg", made[0], "--shape",
                        "M=8,C=4,H=6,W=6,R=3,S=3")
    return rows, told, result["layers"][0]
