"""own_machine.py - an architecture of accelsim's own, whose energies and areas
are to be written in another tool's form: `accelsim model` says what each access
costs on it.
SPDX-License-Identifier: MIT
"""

import json
import subprocess

from importers import braces_source
from importers.said import Machine

AREAS = "65nm_components"  # where the machine's own table has none
# A layer that any machine can count; only costs are taken from it.
LAYER = "M=4,C=4,H=4,W=4,R=1,S=1"


def recognises(source, said):
    del said
    root = braces_source.document(source)
    return root.is_map and (root.has("array") or root.has("levels")) and \
        root.has("name") and not root.has("nodes") and not root.has("layers")


def asked(said, source, *words):
    """What the program prints as JSON."""
    done = subprocess.run(
        [said.program, *words, "--format", "json"], capture_output=True,
        text=True, check=False)
    if done.returncode != 0:
        line = done.stderr.strip().split("\n")[0]
        source.refuse(0, f"'accelsim {words[0]}' refuses it: {line}",
                      "an architecture that it counts is needed")
    return json.loads(done.stdout)


def read(source, said):
    root = braces_source.document(source)
    if said.program is None or said.form == "accelsim":
        source.refuse(0, "it is an architecture of accelsim's own",
                      "--to timeloop writes its energies and areas")
    machine = Machine(root.get("name").need_text("name"), source.place())
    machine.costs = asked(said, source, "model", "--cfg", source.path,
                          "--shape", LAYER)
    if not machine.costs.get("area_mm2"):
        areas = asked(said, source, "model", "--cfg", source.path, "--shape",
                      LAYER, "--energy", AREAS)
        machine.costs["area_mm2"] = areas["area_mm2"]
        said.approximated(source.place(), "its energy table "
                          f"'{machine.costs['energy_table']['name']}' has no "
                          "areas", f"they are those of '{AREAS}'")
    said.machines.append(machine)
