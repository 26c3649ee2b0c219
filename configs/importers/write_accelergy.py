"""write_accelergy.py - energies and areas of a machine as tables of Accelergy's:
an ERT of what a word's access takes, and an ART.

An action moves one word of the machine's. Register files are one component a
tensor in the ERT, and one in the ART, whose area is that of a PE's.
SPDX-License-Identifier: MIT
"""

UM2_PER_MM2 = 1e6
TENSORS = ("ifmap", "filter", "psum")
ACTIONS = ("read", "write", "update")


def figure(value):
    return f"{value:.6g}"


def table(name, energies):
    """Lines of one component; a write is an update, too."""
    lines = [f"  - name: {name}", "    actions:"]
    return lines + [f"    - {{name: {action}, arguments: {{}}, energy: "
                    f"{figure(value)}}}" for action, value in energies]


def accesses(costs, tensor):
    read = costs[tensor]
    write = costs.get("write", costs)[tensor]
    return [(action, read if action == "read" else write)
            for action in ACTIONS]


def ert(name, costs):
    pes, energy = costs["pes"], costs["energy_table"]
    lines = ["ERT:", "  version: 0.4", "  tables:"]
    for level in ("dram", "l2", "l1"):
        if level not in energy:
            continue
        worst = max(TENSORS, key=lambda t, level=level: energy[level][t])
        lines += table(f"{name}.{level}[1..1]", accesses(energy[level], worst))
    for tensor in TENSORS:
        lines += table(f"{name}.PE[1..{pes}].{tensor}_rf",
                       accesses(energy["rf"], tensor))
    lines += table(f"{name}.PE[1..{pes}].mac",
                   [("compute", energy["mac"]["each"])])
    return "\n".join(lines) + "\n"


def art(name, costs):
    pes, areas = costs["pes"], costs["area_mm2"]
    lines = ["ART:", "  version: 0.4", "  tables:"]
    for part in ("l2", "l1"):
        if areas.get(part):
            lines.append(f"  - {{name: '{name}.{part}[1..1]', area: "
                         f"{figure(areas[part] * UM2_PER_MM2)}}}")
    for part in ("rf", "registers", "mac"):
        if areas.get(part):
            lines.append(f"  - {{name: '{name}.PE[1..{pes}].{part}', area: "
                         f"{figure(areas[part] * UM2_PER_MM2 / pes)}}}")
    return "\n".join(lines) + "\n"


def files_of(machine, said, stem):
    """(name, text) of the tables."""
    costs = machine.costs
    if costs["energy_unit"] != "pJ":
        said.not_expressible(machine.place, "energies in units of a "
                             f"{costs['energy_unit']}", "Accelergy's are in "
                             "pJ; no ERT is written")
        return []
    said.read(machine.place, "energies by table "
              f"'{costs['energy_table']['name']}', of one word each; an action "
              "of Timeloop's memories is a line")
    return [(f"{stem}.ERT.yaml", ert(stem, costs)),
            (f"{stem}.ART.yaml", art(stem, costs))]
