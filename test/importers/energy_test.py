"""energy_test.py - imports tables of Accelergy's that the test writes: which
component became which figure, and what is told.
SPDX-License-Identifier: MIT
"""

import glob
import json
import os
import re

from importing import imported, refused
from program import (check, finish, leave_to_the_plain_build, new_folder, run,
                     write)

leave_to_the_plain_build()

ERT = """ERT:
  version: 0.4
  tables:
  - name: system.DRAM[1..1]
    actions:
    - {name: read, arguments: {}, energy: 512.0}
    - {name: write, arguments: {}, energy: 512.0}
  - name: system.chip.glb[1..1]
    actions:
    - {name: read, arguments: {address_delta: 0}, energy: 1.5}
    - {name: read, arguments: {address_delta: 1}, energy: 16.0}
    - {name: write, arguments: {}, energy: 20.0}
    - {name: leak, arguments: {}, energy: 0.25}
  - name: system.chip.PE[0..7].spad[0..1]
    actions:
    - {name: read, energy: 0.5}
  - name: system.chip.PE[0..7].mac
    actions:
    - {name: compute, energy: 0.75}
  - name: system.chip.router
    actions:
    - {name: hop, energy: 3.0}
"""
ARCHITECTURE = """architecture:
  version: 0.3
  subtree:
  - name: system
    local:
    - {name: DRAM, class: DRAM, attributes: {width: 128, word-bits: 8}}
    - {name: glb, class: SRAM,
       attributes: {depth: 512, width: 32, word-bits: 8}}
    - {name: spad, class: regfile, attributes: {depth: 4, word-bits: 8}}
    - {name: mac, class: intmac, attributes: {datawidth: 8}}
"""


def figures(folder):
    """{entry: (bits or None, energy)} of the one energy table in a folder;
    where a write has its own, (bits, read, write)."""
    with open(glob.glob(os.path.join(folder, "*.energy.cfg"))[0],
              encoding="utf-8") as file:
        text = file.read()
    return {name: (int(bits) if bits else None, float(energy),
                   *([float(other)] if other else []))
            for name, bits, energy, other in re.findall(
                r"^(\w+) = \{ (?:bits = (\d+); )?(?:energy|read) = ([\d.e+-]+);"
                r"(?: write = ([\d.e+-]+);)?", text, re.MULTILINE)}


def leakage(folder):
    with open(glob.glob(os.path.join(folder, "*.energy.cfg"))[0],
              encoding="utf-8") as file:
        return re.findall(r"^leakage = \{ (.*) \};", file.read(), re.MULTILINE)


def test_table():
    with new_folder() as folder:
        report = imported(folder, write(folder, "ert.yaml", ERT))
        found = figures(folder)
        check(found == {"dram": (64, 512.0), "l2": (64, 16.0, 20.0),
                        "rf": (16, 0.5), "mac": (None, 0.75),
                        "l1": (16, 0.0), "noc_hop": (16, 0.0)},
              "the largest of an action's energies, by level", found)
        check(leakage(folder) == ["l2 = 0.25;"], "what leaks in a cycle",
              leakage(folder))
        for what in ("energies of 'router'",
                     "how many bits an action of 'glb' moves",
                     "the table has no l1"):
            check(what in report, f"it is told: {what}", report)


def test_widths_of_the_architecture():
    with new_folder() as folder:
        files = [write(folder, "ert.yaml", ERT),
                 write(folder, "arch.yaml", ARCHITECTURE)]
        done = run("import", *files, "-o", folder)
        check(done.returncode == 0, "a table with its architecture",
              done.stderr)
        found = figures(folder)
        check(found["dram"][0] == 128 and found["l2"][0] == 32,
              "an action moves a line of the architecture's", found)


def test_direct_use():
    with new_folder() as folder:
        path = write(folder, "ert.yaml", ERT)
        imported(folder, path)
        kept = glob.glob(os.path.join(folder, "*.energy.cfg"))[0]
        os.rename(kept, os.path.join(folder, "kept.cfg"))
        totals = []
        # A path may be long, as private folders are in some places.
        far = os.path.join(folder, "a" * 80)
        os.mkdir(far)
        os.rename(os.path.join(folder, "kept.cfg"),
                  os.path.join(far, "kept.cfg"))
        for name in ("ert.yaml", os.path.join("a" * 80, "kept.cfg")):
            done = run("--cfg", "eyeriss", "--net", "lenet5", "--layer", "c1",
                       "--set", f"energy={name}", "--format", "json",
                       folder=folder)
            check(done.returncode == 0, f"--set energy={name}", done.stderr)
            totals.append(json.loads(done.stdout)["layers"][0]["energy_pj"])
        check(totals[0] == totals[1] and totals[0]["total"] > 0,
              "the table itself and what is imported price alike", totals)


def test_forms_and_refusals():
    with new_folder() as folder:
        old = "ERT:\n  version: 0.2\n  tables:\n    a.DRAM:\n      read:\n" \
              "      - {arguments: null, energy: 7}\n"
        imported(folder, write(folder, "old.yaml", old))
        check(figures(folder)["dram"] == (64, 7.0), "the form of 0.2",
              figures(folder))
    with new_folder() as folder:
        summary = "ERT_summary:\n  version: 0.3\n  table_summary:\n" \
                  "  - name: a.mac\n    actions:\n    - {name: mac, " \
                  "average_energy: 1, max_energy: 2, min_energy: 0}\n"
        imported(folder, write(folder, "sum.yaml", summary))
        check(figures(folder)["mac"] == (None, 2.0), "a summary",
              figures(folder))
        refused(write(folder, "art.yaml", "ART:\n  version: 0.4\n  tables:\n"
                      "  - {name: a, area: 1}\n"),
                "art.yaml:2: error: nothing in it can be expressed: areas")
        refused(write(folder, "bad.yaml", ERT.replace("512.0", "much", 1)),
                "bad.yaml:6: error: an energy is 'much'")
        refused(write(folder, "odd.yaml", "ERT:\n  tables:\n  - name: a.b\n"
                      "    actions:\n    - {name: read, energy: 1}\n"),
                "odd.yaml: error: no component of it is a level or a MAC")


for test in (test_table, test_widths_of_the_architecture, test_direct_use,
             test_forms_and_refusals):
    test()
finish()
