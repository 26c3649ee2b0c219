"""importing.py - what the tests of importers share: the small files, and how
they are imported and looked at.
SPDX-License-Identifier: MIT
"""

import json
import os

from program import SOURCE, check, finish, new_folder, run

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
