#!/usr/bin/env python3
"""plain_run.py - the mapping that a layer gets without asking, against others.

    plain_run.py draw FILE [COUNT]   draws legal mappings, from a seed
    plain_run.py map [WORD]          `map --objective delay` on every machine
                                     and network whose names hold WORD

`look_at` holds the plain run, with mappings searched, against the best of
`map --top 200` by delay, the dataflow's rules, the published row, and the
mappings of test/map/random_mappings.txt for that layer; with `--objective
energy` it must be the optimum that `map` proves.  bench/plain_runs.py does so
for all layers and machines, `make check` for a few
(test/map/plain_run_test.py).  Another mapping is simulated only where its
energy and its bound of cycles say that it may be better, in one process that
remembers passes, and no longer than it may be.

`map` says where `accelsim map` is slower than the plain run.  $ACCELSIM is the
program.
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


class Server:
    """`accelsim serve`: runs and models of one case, one after the other."""

    def __init__(self, case):
        net, layer, cfg, dataflow = case
        self.common = {"cfg": cfg, "net": net, "layer": layer,
                       "dataflow": dataflow, "batch": 1}
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "-j", "1"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "ACCELSIM_PATH": CONFIGS})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, command, params, max_cycles=None, **more):
        """(energy, cycles), for a model their bound; or None."""
        ask = {**self.common, "command": command, "set": params, **more}
        if max_cycles:
            ask["max_cycles"] = max_cycles
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        if told["status"] != "ok":
            return None
        return (told["energy_pj.total"],
                told["cycles" if command == "run" else "bound_cycles"])


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


def found_by_map(case, objective, top):
    """What `map` finds, (energy, bound of cycles, parameters) each, and whether
    the first is proven.  Nothing is simulated: the first cycle is too many."""
    found = run("map", *words_of(case), "--objective", objective, "--top",
                str(top), "--max-cycles", "1", "--format", "json")
    if not found.stdout:
        return [], False
    layer = json.loads(found.stdout)["layers"][0]
    return [(one["energy"], one["bound_cycles"],
             {"mapping." + name: value for name, value
              in one["parameters"].items()})
            for one in layer["best"]], layer["proven"]


class Best:
    """The fewest cycles so far, and the least energy at no more cycles than the
    plain run takes."""

    def __init__(self, server, plain):
        self.server, self.plain = server, plain
        self.energy, self.cycles = plain
        self.by_cycles = self.by_energy = self.simulated = 0

    def offer(self, energy, bound, params):
        """One that costs so much, and takes so many cycles at least."""
        limit = (self.plain[1] if energy * DOMINATED < self.energy
                 else self.cycles - 1)
        if bound > limit:
            return
        self.simulated += 1
        ran = self.server.ask("run", params, limit)
        if ran and ran[1] < self.cycles:
            self.cycles, self.by_cycles = ran[1], params
        if ran and ran[1] <= self.plain[1] and ran[0] < self.energy:
            self.energy, self.by_energy = ran[0], params


def look_at(case, mappings):
    """What is wrong with a case, as a dict of shares; None: nothing runs."""
    others, _ = found_by_map(case, "delay", TOP)
    if not others:
        return None
    with Server(case) as server:
        search = {"mapping.policy": "search"}
        plain = server.ask("run", search)
        if plain is None:
            return None
        best = Best(server, plain)
        ways = [{"mapping.policy": "rules"}, {"mapping.policy": "table"}]
        ways += [{"mapping." + name: int(value) for name, value in
                  (one.split("=") for one in params)} for params in mappings]
        for way in ways:
            bound = server.ask("model", way)
            if bound:
                best.offer(*bound, way)
        for one in others:
            best.offer(*one)
        seen = {"slower": plain[1] / best.cycles,
                "dominated": plain[0] / best.energy,
                "drawn": len(mappings), "simulated": best.simulated,
                "cycles": plain[1], "quicker": best.by_cycles,
                "more_frugal": best.by_energy}
        least, proven = found_by_map(case, "energy", 1)
        if proven:
            seen["energy"] = server.ask("run", search,
                                        objective="energy")[0] / least[0][0]
    return seen


def share(values, limit):
    return sum(value <= limit for value in values) / max(len(values), 1)


def breaks(seen):
    return (seen["dominated"] > DOMINATED or seen["slower"] > 1.02 or
            seen.get("energy", 1) > 1.001)


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
    """Prints where `map` is slower than the plain run; returns how many, more
    than 0 where nothing was looked at."""
    slow = looked = failed = 0
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
                failed += 1
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
    return slow if looked > 0 else failed + 1


def main():
    what, *rest = sys.argv[1:]
    if what == "draw":
        draw(rest[0], int(rest[1]) if len(rest) > 1 else 2000)
    else:
        sys.exit(map_against_run(rest[0] if rest else "") > 0)


if __name__ == "__main__":
    main()
