#!/usr/bin/env python3
"""plain_run.py - the mapping that a layer gets without asking, against others.

    plain_run.py draw FILE [COUNT]   draws legal mappings, from a seed
    plain_run.py dominated [COUNT]   distinct layers of the shipped networks on
                                     every machine and dataflow
    plain_run.py map [WORD]          `map --objective delay` on every machine
                                     and network whose names hold WORD

`dominated` holds the plain run, with mappings searched, against the best of
`map --top 200` by delay, the dataflow's rules, the published row, and the
mappings of test/map/random_mappings.txt for those layers; with `--objective
energy` it must be the optimum that `map` proves.  No other may take 1 % less
energy at no more cycles; the plain run may take 2 % more cycles than the best
of them for 95 % of layers, 5 % for all.  COUNT pairs of a layer and a machine
are drawn, or all.  `map` says where it is slower than the plain run.

It prints a line for each that breaks, then the shares; $ACCELSIM is the
program.  `make check` runs a few of them (test/map/plain_run_test.py).
SPDX-License-Identifier: MIT
"""

import json
import os
import random
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIGS = os.path.join(HERE, "..", "..", "configs")
DRAWN = os.path.join(HERE, "random_mappings.txt")
PROGRAM = os.environ.get("ACCELSIM", "build/accelsim")
SEED = 19
TOP = 200
DOMINATED = 1.01
# Layers of more MACs take more than some seconds for each `map --top 200`.
MACS_MAX = 2_000_000_000


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          env={**os.environ, "ACCELSIM_PATH": CONFIGS},
                          check=False)


def names(folder):
    return sorted(file[:-4] for file in os.listdir(folder)
                  if file.endswith(".cfg"))


def dataflows_of(cfg):
    with open(os.path.join(CONFIGS, cfg + ".cfg"), encoding="utf-8") as file:
        found = re.search(r"^dataflows = \[(.*?)\]", file.read(), re.M)
    return re.findall(r'"(\w+)"', found.group(1)) if found else []


def pairs():
    return [(cfg, dataflow) for cfg in names(CONFIGS)
            for dataflow in dataflows_of(cfg)]


def networks():
    """Lists of layers; graphs repeat them."""
    folder = os.path.join(CONFIGS, "networks")
    for name in names(folder):
        with open(os.path.join(folder, name + ".cfg"),
                  encoding="utf-8") as file:
            if "nodes = (" not in file.read():
                yield name


def cases():
    """(network, layer, machine, dataflow) of all distinct layers."""
    seen, layers = set(), []
    for net in networks():
        found = run("model", "--cfg", "eyeriss", "--net", net, "--batch", "1",
                    "--mapping-policy", "rules", "--format", "json",
                    "--dataflow", "os")
        if found.returncode != 0:
            continue
        for layer in json.loads(found.stdout)["layers"]:
            shape = json.dumps(layer["shape"], sort_keys=True)
            if shape not in seen and layer["macs"] <= MACS_MAX:
                seen.add(shape)
                layers.append((net, layer["name"]))
    return [(net, layer, cfg, dataflow) for net, layer in layers
            for cfg, dataflow in pairs()]


def words_of(case):
    net, layer, cfg, dataflow = case
    return ["--cfg", cfg, "--net", net, "--layer", layer, "--dataflow",
            dataflow, "--batch", "1", "-j", "1"]


def result(words):
    """(energy, cycles), or None where it does not run."""
    found = run("run", *words, "--format", "json")
    if found.returncode != 0:
        return None
    layer = json.loads(found.stdout)["layers"][0]
    return layer["energy_pj"]["total"], layer["cycles"]


def drawn():
    """By case, the mappings of the file."""
    by_case = {}
    if os.path.exists(DRAWN):
        with open(DRAWN, encoding="ascii") as file:
            for line in file:
                net, layer, cfg, dataflow, *params = line.split()
                by_case.setdefault((net, layer, cfg, dataflow),
                                   []).append(params)
    return by_case


def given(params):
    return [word for one in params for word in ("--set", "mapping." + one)]


def best_of(case, objective, top):
    """(energy, cycles) of those that `map` simulates, and whether the first is
    proven; it ranks by what it simulated."""
    found = run("map", *words_of(case), "--objective", objective, "--top",
                str(top), "--format", "json")
    if found.returncode != 0:
        return [], False
    layer = json.loads(found.stdout)["layers"][0]
    return [(one["energy"], one["cycles"]) for one in layer["best"]
            if one["cycles"]], layer["proven"]


def look_at(case, mappings):
    """What is wrong with a case, as a dict of shares; None: nothing runs."""
    words = words_of(case)
    plain = result([*words, "--mapping-policy", "search"])
    if plain is None:
        return None
    others, _ = best_of(case, "delay", TOP)
    ways = [["--mapping-policy", "rules"], ["--mapping-policy", "table"]]
    ways += [given(params) for params in mappings]
    others += [one for one in (result([*words, *way]) for way in ways) if one]
    seen = {"drawn": len(mappings)}
    seen["slower"] = plain[1] / min([plain[1]] + [c for _, c in others])
    at_most = [e for e, c in others if c <= plain[1]]
    seen["dominated"] = plain[0] / min([plain[0]] + at_most)
    least, proven = best_of(case, "energy", 1)
    if proven and least:
        frugal = result([*words, "--mapping-policy", "search", "--objective",
                         "energy"])
        seen["energy"] = frugal[0] / least[0][0]
    return seen


def share(values, limit):
    return sum(value <= limit for value in values) / max(len(values), 1)


def dominated(count, chosen=None):
    """Returns what is seen of each case, by case."""
    all_cases = chosen or cases()
    random.Random(SEED).shuffle(all_cases)
    mappings, seen = drawn(), {}
    for case in all_cases:
        if len(seen) == count:
            break
        one = look_at(case, mappings.get(case, []))
        if one is None:
            continue
        seen[case] = one
        if (one["dominated"] > DOMINATED or one["slower"] > 1.02 or
                one.get("energy", 1) > 1.001):
            print(*case, " ".join(f"{key} {value:.4f}" for key, value
                                  in one.items() if key != "drawn"),
                  flush=True)
    slower = [one["slower"] for one in seen.values()]
    energy = [one["energy"] for one in seen.values() if "energy" in one]
    print(f"{len(seen)} of {len(all_cases)} pairs of a layer and a machine, "
          f"{sum(one['drawn'] for one in seen.values())} drawn mappings: "
          f"{share([one['dominated'] for one in seen.values()], DOMINATED):.1%}"
          f" not dominated; delay within 2 % for {share(slower, 1.02):.1%}, "
          f"within 5 % for {share(slower, 1.05):.1%}, at most "
          f"{max(slower, default=1):.3f} of the best; the proven least energy "
          f"for {share(energy, 1.001):.1%} of {len(energy)}")
    return seen


def draw(path, count):
    """Writes legal mappings, up to ten for a case."""
    dice = random.Random(SEED)
    all_cases = cases()
    dice.shuffle(all_cases)
    lines = []
    for case in all_cases:
        if len(lines) >= count:
            break
        found = run("model", *words_of(case), "--mapping-policy", "rules",
                    "--format", "json")
        if found.returncode != 0:
            continue
        layer = json.loads(found.stdout)["layers"][0]
        rules = layer["mapping"]["parameters"]
        legal = 0
        for _ in range(40):
            # Around what the rules choose: a factor up or down of some.
            params = {name: max(1, int(value * dice.choice(
                (0.25, 0.5, 0.7, 1, 1, 1, 1.5, 2, 3))))
                      for name, value in rules.items()
                      if name not in ("g", "w") and dice.random() < 0.7}
            way = [f"{name}={value}" for name, value in params.items()]
            if way and run("model", *words_of(case), *given(way)).returncode == 0:
                lines.append(" ".join([*case, *way]))
                legal += 1
            if legal == 10 or len(lines) >= count:
                break
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def map_against_run(word):
    """Prints where `map` is slower than the plain run; returns how many."""
    slow = looked = 0
    for cfg, _ in dict.fromkeys((cfg, 0) for cfg, _ in pairs()):
        for net in networks():
            if word not in cfg + " " + net:
                continue
            words = ["--cfg", cfg, "--net", net, "--batch", "1"]
            plain = run("run", *words, "--format", "json")
            found = run("map", *words, "--objective", "delay", "--format",
                        "json")
            if plain.returncode != 0 or found.returncode != 0:
                print(cfg, net, "does not run", flush=True)
                continue
            least = {layer["name"]: layer["best"][0]["cycles"]
                     for layer in json.loads(found.stdout)["layers"]}
            for layer in json.loads(plain.stdout)["layers"]:
                if layer["name"] not in least:
                    continue
                looked += 1
                if least[layer["name"]] > layer["cycles"]:
                    slow += 1
                    print(cfg, net, layer["name"], least[layer["name"]],
                          layer["cycles"], flush=True)
    print(f"{looked} layers: map is slower than the plain run on {slow}")
    return slow


def main():
    what, *rest = sys.argv[1:]
    if what == "draw":
        draw(rest[0], int(rest[1]) if len(rest) > 1 else 2000)
    elif what == "dominated":
        dominated(int(rest[0]) if rest else -1)
    else:
        sys.exit(map_against_run(rest[0] if rest else "") > 0)


if __name__ == "__main__":
    main()
