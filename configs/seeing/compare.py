"""compare.py - what differs between two results, or two machines, by layer and
cause, and which inputs explain it.

Of two results, the inputs that they tell of are compared.  Of two machines,
their whole configurations are; each key that differs is then given to the
first machine alone, simulated, and the cycles that it explains are said.
SPDX-License-Identifier: MIT
"""

import json
import subprocess

from seeing import documents
from seeing.numbers import count, real

KEYS_MAX = 24 # that are tried one by one


def change(a, b):
    if a == b:
        return "same"
    return f"{100 * (b - a) / a:+.1f} %" if a else f"+{count(b)}"


def accelsim(program, words):
    done = subprocess.run([program, *words, "--format", "json"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise documents.Fault(done.stderr.strip().split("error: ")[-1])
    return json.loads(done.stdout)


def side(path, program, run_with):
    """A result, and the configuration behind it, or None."""
    if path.endswith(".json"):
        document = documents.read(path)
        if document.kind != "results":
            raise documents.Fault(f"'{path}' is no result; what 'accelsim "
                                  "run' prints is needed")
        return document.data, None
    words = ["--cfg", path, *run_with]
    shown = accelsim(program, [*words, "--show-config"])
    return (accelsim(program, words),
            {row["key"]: str(row["value"]) for row in shown["rows"]})


def causes(layer, pes):
    """Cycles of all PEs that each cause took; waits as what they are made
    of."""
    ledger = dict(layer.get("ledger_pe_cycles", {}))
    split = documents.wait_causes(layer)
    for whole in {part.split(" of ")[0].split(":")[0] for part in split}:
        ledger.pop(whole, None)
    ledger.update(split)
    return {cause: value / pes for cause, value in ledger.items()}


def layer_lines(a, b, pes_a, pes_b, unit):
    out = []
    if "cycles" in a and "cycles" in b:
        out.append(f"  cycles  {count(a['cycles'])} -> {count(b['cycles'])} "
                   f"({change(a['cycles'], b['cycles'])})")
    energy = a["energy_pj"]["total"], b["energy_pj"]["total"]
    out.append(f"  energy  {real(energy[0] / 1e6)} -> {real(energy[1] / 1e6)} "
               f"{unit} ({change(*energy)})")
    before, after = causes(a, pes_a), causes(b, pes_b)
    moved = [(after.get(cause, 0) - before.get(cause, 0), cause)
             for cause in {**before, **after}]
    for by, cause in sorted(moved, key=lambda one: -abs(one[0])):
        if abs(by) >= 0.5:
            out.append(f"    {by:+15,.0f} cycles  {cause}")
    parts = [(b["energy_pj"].get(part, 0) - value, part)
             for part, value in a["energy_pj"].items() if part != "total"]
    for by, part in sorted(parts, key=lambda one: -abs(one[0])):
        if abs(by) > 1e-6 * max(energy[0], 1):
            out.append(f"    {by / 1e6:+15.4g} energy  {part}")
    same = a.get("mapping", {}).get("parameters") == \
        b.get("mapping", {}).get("parameters") and \
        a.get("dataflow") == b.get("dataflow")
    if not same:
        for name, layer in (("first", a), ("second", b)):
            chosen = layer.get("mapping", {}).get("parameters", {})
            out.append(f"    mapping of the {name}: {layer.get('dataflow')} " +
                       " ".join(f"{k}={v}" for k, v in chosen.items()))
    return out


def told_inputs(a, b):
    """Inputs that results tell of themselves."""
    def of(data):
        told = {key: data.get(key) for key in ("arch", "batch", "kernel",
                                               "pes", "clock_hz", "accelsim")}
        told.update(data.get("provenance", {}))
        told["energy table"] = json.dumps(
            data.get("energy_table", {}).get("name",
                                             data.get("energy_table")))
        return told
    x, y = of(a), of(b)
    return [(key, x.get(key), y.get(key)) for key in {**x, **y}
            if x.get(key) != y.get(key)]


def explained(keys, first, program, run_with, cycles):
    """Lines: each key's value of the second machine, on the first."""
    out = []
    for key, was, now in keys[:KEYS_MAX]:
        line = f"  {key}: {was} -> {now}"
        try:
            ran = accelsim(program, ["--cfg", first, *run_with, "--set",
                                     f"{key}={now}"])
            line += (f"; alone on the first: "
                     f"{change(cycles, ran['total']['cycles'])} of the cycles")
        except documents.Fault as why:
            line += f"; alone on the first it does not run ({why})"
        out.append(line[:300])
    if len(keys) > KEYS_MAX:
        out.append(f"  and {len(keys) - KEYS_MAX} keys more, not tried")
    return out


def work_of(data):
    """What was run: its network and batch."""
    network = data["network"]
    name = network["name"] if isinstance(network, dict) else network
    return f"'{name or data['layers'][0]['name']}', batch {data['batch']}"


def refuse_unlike(files, a, b, are_run):
    """Two figures of unlike things say nothing; are_run: of architectures."""
    first, second = files
    if a["energy_unit"] != b["energy_unit"]:
        raise documents.Fault(
            f"'{first}' counts energy in {a['energy_unit']} and '{second}' in "
            f"{b['energy_unit']}; the same table (--energy) is needed for both")
    if ("cycles" in a["total"]) != ("cycles" in b["total"]):
        known, unknown = files if "cycles" in a["total"] else files[::-1]
        raise documents.Fault(
            f"'{known}' is of a run and '{unknown}' of a model, which knows no "
            "cycles; two runs or two models are needed")
    if are_run and work_of(a) != work_of(b):
        raise documents.Fault(
            f"'{first}' runs {work_of(a)}, and '{second}' {work_of(b)}; --net "
            "or --layer, and --batch are needed, so that both do the same")
    if not {layer["name"] for layer in a["layers"]} & \
            {layer["name"] for layer in b["layers"]}:
        raise documents.Fault(
            f"'{first}' and '{second}' have no layer in common; results of "
            "the same network are needed")


def refuse_mixed(files, run_with):
    """Results are as they are; architectures are run."""
    results = [path for path in files if path.endswith(".json")]
    if len(results) == 1:
        other = files[1 - files.index(results[0])]
        raise documents.Fault(
            f"'{results[0]}' is a result and '{other}' an architecture; two "
            f"results (accelsim --cfg {other} --format json -o FILE.json makes "
            "one) or two architectures are needed")
    if results and run_with:
        raise documents.Fault(
            f"'{run_with[0].split('=')[0]}' is for architectures, which are "
            "run; results are compared as they are")


def of(files, program, run_with):
    if len(files) != 2:
        raise documents.Fault("two results or two architectures are needed, "
                              "as in 'accelsim compare before.json "
                              "after.json'")
    refuse_mixed(files, run_with)
    (a, config_a), (b, config_b) = (side(path, program, run_with)
                                    for path in files)
    refuse_unlike(files, a, b, config_a is not None)
    unit = "uJ" if a["energy_unit"] == "pJ" else "10^6 MAC"
    lines = [f"{files[0]} -> {files[1]}", "", "all"]
    lines += layer_lines(a["total"], b["total"], a["pes"], b["pes"], unit)
    known = {layer["name"]: layer for layer in a["layers"]}
    both = [layer for layer in b["layers"] if layer["name"] in known]
    if len(a["layers"]) > 1 or len(b["layers"]) > 1:
        for layer in both:
            if known[layer["name"]] != layer:
                lines += ["", layer["name"]]
                lines += layer_lines(known[layer["name"]], layer, a["pes"],
                                     b["pes"], unit)
    names = {layer["name"] for layer in b["layers"]}
    for path, left in ((files[0], [n for n in known if n not in names]),
                       (files[1], [n for n in names if n not in known])):
        if left:
            lines += ["", f"only in {path}: {', '.join(sorted(left))}"]
    lines += ["", "inputs that differ"]
    if config_a is not None and config_b is not None:
        keys = [(key, config_a.get(key), config_b.get(key))
                for key in {**config_a, **config_b}
                if config_a.get(key) != config_b.get(key) and key != "name"]
        lines += explained(keys, files[0], program, run_with,
                           a["total"]["cycles"]) if keys else ["  none"]
    else:
        told = told_inputs(a, b)
        lines += [f"  {key}: {was} -> {now}" for key, was, now in told] or \
            ["  none that the results tell of"]
    return "\n".join(lines) + "\n"
