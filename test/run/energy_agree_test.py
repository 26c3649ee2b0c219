#!/usr/bin/env python3
"""energy_agree_test.py - what a layer's energy is does not depend on who is
asked: `run`, `run --check`, `model` and `map` say the same of every shipped
machine, DRAM parts and their bursts included, and so do tables that price
writes apart from reads and leakage.
SPDX-License-Identifier: MIT
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["srcdir"], "test"))
from program import (SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, report, write)

leave_to_the_plain_build()

CONFIGS = os.path.join(SOURCE, "configs")
SHAPE = "N=2,G=1,M=6,C=4,H=9,W=9,R=3,S=3,stride=1,pad=1"
DRAMS = ([], ["--set", "dram.model=ddr4_2400"],
         ["--set", "dram.model=ddr3_1600", "--set", "dram.layout=rows"])


def machines():
    """Yields (name, dataflows) of each shipped machine with a choice."""
    for name in sorted(os.listdir(CONFIGS)):
        if not name.endswith(".cfg"):
            continue
        with open(os.path.join(CONFIGS, name), encoding="latin-1") as file:
            text = file.read()
        found = re.search(r"^dataflows = \[(.*?)\]", text, re.M)
        # PEs of two multipliers have no model.
        if found is not None and "multipliers = " not in text:
            yield name[:-4], re.findall(r'"(\w+)"', found.group(1))


def energies(result):
    return result["layers"][0]["energy_pj"]


def close(a, b):
    return abs(a - b) <= 1e-9 * abs(b)


def who_is_asked():
    for name, dataflows in machines():
        for dataflow in dataflows:
            for dram in DRAMS:
                words = ["--cfg", name, "--shape", SHAPE,
                         "--dataflow", dataflow,
                         "--mapping-policy", "estimate"] + dram
                what = " ".join(words)
                ran = report("run", *words)
                checked = report("run", "--check", *words)
                model = report("model", *words)
                check(energies(model) == energies(ran),
                      f"{what}: model", (energies(model), energies(ran)))
                layer = checked["layers"][0]
                layer.pop("check")
                layer["dram"].pop("compressed_bytes_of_values", None)
                check(layer == ran["layers"][0], f"{what}: --check")


def totals(result):
    """Each layer's, and that of all."""
    return result["layers"] + [result["total"]]


def several_tables():
    """--energy A,B says of each table what it says when it is asked alone."""
    tables = ["65nm_components", "45nm", "eyeriss_normalized"]
    for command in ("run", "model"):
        words = ["--cfg", "eyeriss", "--layer", "conv[34]", "--batch", "1"]
        both = report(command, *words, "--energy", ",".join(tables))
        for table in tables:
            alone = report(command, *words, "--energy", table)
            same = report(command, *words, "--set", f"energy={table}")
            check(alone == same, f"{command} --energy {table}: --set energy")
            for one, of in zip(totals(alone), totals(both)):
                said = of["energy_by_table"][table]
                check(close(said["total"], one["energy_pj"]["total"]) and
                      said["unit"] == alone["energy_unit"],
                      f"{command} {table}: the total", said)
                ends = {k: v for k, v in said.items()
                        if k not in ("total", "unit")}
                check(ends == one.get("energy_range", {}),
                      f"{command} {table}: the range", ends)
                check(table == "eyeriss_normalized" or
                      ends["corner_low"] < ends["low"] < said["total"] <
                      ends["high"] < ends["corner_high"],
                      f"{command} {table}: ranges nest", ends)
            check("energy_by_table" not in alone["total"],
                  f"{command} {table}: one table alone")
        first = report(command, *words, "--energy", tables[0])
        for one, of in zip(totals(first), totals(both)):
            check(one["energy_pj"] == of["energy_pj"],
                  f"{command}: the first table prices")
            check(close(sum(v for k, v in of["energy_pj"].items()
                            if k != "total"), of["energy_pj"]["total"]),
                  f"{command}: the parts add up to the total")
    # On Eyeriss the first is a run's own mapping, which no search lists.
    for name, more in (("nvdla_small", []), ("eyeriss", ["--dataflow", "rs"])):
        for dram in DRAMS:
            words = ["--cfg", name, "--shape", SHAPE, *dram]
            both = report("map", *words, *more, "--top", "2",
                          "--energy", "45nm,45nm_components")
            for choice in both["layers"][0]["best"]:
                check(close(choice["energy_by_table"]["45nm"],
                            choice["energy"]),
                      "map: the first table's energy", choice)
                ran = report("run", *words, "--energy", "45nm_components",
                             *choice["options"].split())
                check(close(choice["energy_by_table"]["45nm_components"],
                            energies(ran)["total"]),
                      "map: another table's", choice)


def what_map_says(folder):
    """Of named dataflows and of nests: saved, read, run and modelled."""
    table = write(folder, "apart.cfg", open(
        os.path.join(CONFIGS, "energy", "45nm.cfg"), encoding="utf-8").read() +
        'l2 = { bits = 16; read = 10.267; write = 8.219; source = "given"; };\n'
        'l1 = { bits = 16; read = 1.5; write = 2.5; source = "given"; };\n'
        'leakage = { l2 = 0.008434; mac = 0.25; };\n')
    saved = os.path.join(folder, "saved.cfg")
    small = "M=4,C=2,H=4,W=4,R=2,S=2"
    for name, dataflow, shape in (
            ("eyeriss", "rs", SHAPE), ("eyeriss_v2_dense", "ws", SHAPE),
            ("tpu_v1", "ws", SHAPE), ("eyeriss", "nest", small)):
        for dram in DRAMS[:2]:
            for energy in ("45nm", table, "65nm_components",
                           "45nm_instructions"):
                words = ["--cfg", name, "--shape", shape] + dram
                words += ["--set", f"energy={energy}"]
                what = f"{dataflow} {' '.join(words)}"
                found = report("map", *words, "--dataflow", dataflow, "--top",
                               "1", "--save", saved)
                said = found["layers"][0]["best"][0]["energy"]
                ran = energies(report("run", *words, "--mapping", saved))
                model = energies(report("model", *words, "--mapping", saved))
                check(close(said, ran["total"]), f"map: {what}", (said, ran))
                check((ran["leakage"] > 0) == (not energy.startswith("45nm")),
                      what, ran)
                check((ran["clock"] > 0) == (energy == "65nm_components"),
                      what, ran)
                # A model knows the least cycles, and rows of a DRAM part.
                least = {"leakage", "clock", "total"}
                if dram and energy == "65nm_components":
                    least.add("dram")
                for part, value in model.items():
                    check(value <= ran[part] * (1 + 1e-9)
                          if part in least else close(value, ran[part]),
                          f"model {part}: {what}")


def a_static_part_and_reads_apart():
    """0.008434 pJ in each cycle of the L2; reads at 10.267, writes at 8.219."""
    with new_folder() as folder:
        text = open(os.path.join(CONFIGS, "energy", "45nm.cfg"),
                    encoding="utf-8").read()
        words = ["run", "--cfg", "eyeriss", "--layer", "conv5", "--set"]
        path = write(folder, "leaks.cfg",
                     text + "leakage = { l2 = 0.008434; };\n")
        layer = report(*words, f"energy={path}")["layers"][0]
        check(close(layer["energy_pj"]["leakage"], 0.008434 * layer["cycles"]),
              "leakage is by cycles", layer["energy_pj"])
        path = write(folder, "apart.cfg", text + "l2 = { bits = 16; read = "
                     '10.267; write = 8.219; source = "given"; };\n')
        layer = report(*words, f"energy={path}")["layers"][0]
        l2 = layer["accesses"]["l2"].values()
        check(close(layer["energy_pj"]["l2"],
                    10.267 * sum(t["reads"] for t in l2) +
                    8.219 * sum(t["writes"] for t in l2)),
              "reads and writes are paid apart", layer["energy_pj"])


def the_script_writes_what_is_shipped():
    script = os.path.join(CONFIGS, "energy", "make_components.py")
    for node in ("65", "45", "32", "28", "22", "16"):
        said = subprocess.run([sys.executable, script, "--print", node],
                              capture_output=True, text=True, check=False)
        with open(os.path.join(CONFIGS, "energy", f"{node}nm_components.cfg"),
                  encoding="utf-8") as file:
            check(said.stdout == file.read(),
                  f"make_components.py writes {node}nm_components.cfg",
                  said.stderr)


who_is_asked()
several_tables()
the_script_writes_what_is_shipped()
with new_folder() as made:
    what_map_says(made)
a_static_part_and_reads_apart()
finish()
