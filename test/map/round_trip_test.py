#!/usr/bin/env python3
"""round_trip_test.py - what --show-mapping and `map --save` print, --mapping
reads: for every shipped machine and each of its dataflows, random layers run
again under the mapping that was shown, with the same result but for where the
mapping came from.

By hand: ROUNDS=20 gives more layers of each.
SPDX-License-Identifier: MIT
"""

import copy
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.environ["srcdir"], "test"))
from program import (IS_SHORT, SOURCE, check, finish, new_folder, report, run,
                     write)

CONFIGS = os.path.join(SOURCE, "configs")
ROUNDS = int(os.environ.get("ROUNDS", "1" if IS_SHORT else "2"))
TRIES = 40
dice = random.Random(20)


def machines():
    """Yields (path, dataflows) of each shipped machine with a choice."""
    for name in sorted(os.listdir(CONFIGS)):
        path = os.path.join(CONFIGS, name)
        if not name.endswith(".cfg"):
            continue
        with open(path, encoding="latin-1") as file:
            found = re.search(r"^dataflows = \[(.*?)\]", file.read(), re.M)
        if found is not None:
            yield path, re.findall(r'"(\w+)"', found.group(1))


def shape():
    """A random small layer."""
    groups = dice.choice((1, 1, 2))
    taps = dice.randint(1, 3)
    size = dice.randint(taps, 10)
    return (f"N={dice.randint(1, 3)},G={groups},M={groups * dice.randint(1, 9)}"
            f",C={groups * dice.randint(1, 7)},H={size},W={size},R={taps},"
            f"S={taps},stride={dice.randint(1, 2)},pad={dice.randint(0, 1)}")


def without_source(result):
    """The result of a run, but for where its mappings came from."""
    result = copy.deepcopy(result)
    result.pop("provenance")
    for layer in result["layers"]:
        layer["mapping"].pop("source")
        layer["mapping"].pop("tried", None)
    return result


def shown(text):
    """The mapping file at the end of a report."""
    return text[text.index("\nmappings = (") + 1:]


def again(what, words, path, policy=()):
    """Runs under a mapping file and compares with a run without it."""
    first = report(*words, *policy)
    for option in ("--mapping", "--mappings"):
        found = report(*words, option, path)
        check(without_source(found) == without_source(first),
              f"{what}: {option} gives the same result", json.dumps(found))
    # The file names the dataflow.
    bare = [word for k, word in enumerate(words)
            if word != "--dataflow" and (k == 0 or
                                         words[k - 1] != "--dataflow")]
    check(report(*bare, "--mapping", path)["layers"] == found["layers"],
          f"{what}: the file says by which dataflow")


def shown_mappings(folder):
    for cfg, dataflows in machines():
        for dataflow in dataflows:
            done = 0
            for _ in range(TRIES):
                words = ["--cfg", cfg, "--shape", shape(),
                         "--dataflow", dataflow]
                first = run(*words, "--show-mapping")
                if first.returncode == 2:  # no legal mapping
                    continue
                what = f"{os.path.basename(cfg)} {words[3]} {dataflow}"
                if not check(first.returncode == 0, what, first.stderr):
                    break
                again(what, words,
                      write(folder, "shown.cfg", shown(first.stdout)))
                done += 1
                if done == ROUNDS:
                    break
            check(done == ROUNDS, f"{os.path.basename(cfg)} {dataflow}: "
                  f"{done} layers ran")


def whole_network(folder):
    """Each layer by its own name; a closed form shows the same."""
    words = ["--cfg", "eyeriss", "--net", "lenet5"]
    policy = ["--mapping-policy", "estimate"]
    text = run(*words, *policy, "--show-mapping").stdout
    again("lenet5", words, write(folder, "net.cfg", shown(text)), policy)
    model = run("model", *words, *policy, "--show-mapping").stdout
    check(shown(model) == shown(text), "model shows what run shows")


def saved_mappings(folder):
    """What map saves of all layers runs and takes what map said, whatever
    dataflow is the best of each; of nests the same."""
    saved = os.path.join(folder, "saved.cfg")
    network = ["--cfg", "eyeriss", "--net", "lenet5", "--batch", "1"]
    one = ["--cfg", "eyeriss", "--shape", "M=4,C=2,H=3,W=3,R=2,S=2"]
    for words, asked in ((network, []), (network, ["--objective", "delay"]),
                         (one, ["--dataflow", "nest"])):
        what = " ".join(words[2:] + asked)
        found = report("map", *words, *asked, "--top", "1", "--save", saved)
        result = report(*words, "--mapping", saved)
        for said, took in zip(found["layers"], result["layers"]):
            best = said["best"][0]
            check(best["cycles"] == took["cycles"] and
                  abs(best["energy"] / took["energy_pj"]["total"] - 1) < 1e-9,
                  f"{what}: {said['name']} saved, read and run", (best, took))
        check({layer["dataflow"] for layer in result["layers"]} ==
              ({"nest"} if words is one else
               {said["best"][0]["dataflow"] for said in found["layers"]}),
              f"{what}: each by the dataflow that map found")
        check(report(*words, "--mappings", saved) == result,
              f"{what}: --mappings reads it too")


def old_files(folder):
    """Tables, as map saved them once and as architectures have them."""
    tables = ('mapping_tables = { x = { dataflow = "ws"; network = "none"; '
              'rows = ( { layer = "shape"; m = 2; } ); }; };\n')
    one = ["--cfg", "eyeriss", "--shape", "M=4,C=2,H=3,W=3,R=2,S=2"]
    path = write(folder, "tables.cfg", tables)
    by_hand = report(*one, "--dataflow", "ws", "--set", "mapping.m=2")
    for option in ("--mapping", "--mappings"):
        found = report(*one, option, path)
        check(without_source(found) == without_source(by_hand),
              f"{option} reads a file of tables")
    conv1 = ["--cfg", "eyeriss", "--layer", "conv1", "--batch", "1"]
    found = report(*conv1, "--mapping", "eyeriss")
    check(without_source(found) == without_source(report(*conv1)),
          "and those of an architecture")


def entries(folder):
    """Which entry holds, and what is wrong with one."""
    one = ["--cfg", "eyeriss", "--shape", "M=4,C=2,H=3,W=3,R=2,S=2"]
    text = ('mappings = (\n'
            '{ layer = "other"; dataflow = "rs"; m = 1; },\n'
            '{ network = "alexnet"; dataflow = "rs"; m = 1; },\n'
            '{ layer = "SHAPE"; network = "none"; dataflow = "ws"; m = 2; },\n'
            '{ dataflow = "os"; m = 3; } );\n')
    path = write(folder, "entries.cfg", text)
    for words, dataflow, m in (([], "ws", 2), (["--dataflow", "os"], "os", 3),
                               (["--set", "mapping.m=1"], "ws", 1)):
        layer = report(*one, "--mapping", path, *words)["layers"][0]
        check((layer["dataflow"], layer["mapping"]["parameters"]["m"]) == (dataflow, m),
              f"the first that fits, with {words}", layer["mapping"])
    for entry, status, said in (
            ('{ dataflow = "rs"; x = 1; }', 1, "the dataflow 'rs' has no "
             "parameter 'mapping.x'"),
            ('{ dataflow = "rs"; l2 = { }; }', 1, "'l2' is a level of a nest and the mapping is by 'rs'"),
            ('{ m = 1; }', 1, "'m' is a parameter and the mapping is a nest; a "
             "dataflow is needed with it"),
            ('{ dataflow = "rr"; }', 1, "there is no dataflow 'rr'"),
            ('{ dataflow = 3; }', 1, "'dataflow' is a whole number"),
            ('{ layer = ""; dataflow = "rs"; }', 1, "'layer' has 0 letters"),
            ('{ layer = "fc"; dataflow = "rs"; }', 1,
             "there is no mapping of layer 'shape'"),
            ('{ dataflow = "rs"; m = 0; }', 1, "it may be 1 to"),
            ('3', 1, "a mapping is a whole number")):
        path = write(folder, "wrong.cfg", f"mappings = (\n{entry} );\n")
        done = run(*one, "--mapping", path)
        check(done.returncode == status and said in done.stderr and
              "wrong.cfg:" in done.stderr and done.stdout == "",
              f"{entry}: {said}", done.stderr)
    done = run(*one, "--mapping", "shidiannao", "--dataflow", "ws")
    check(done.returncode == 1, "a machine without tables is no mapping file")
    path = write(folder, "nlr.cfg",
                 'mappings = (\n{ dataflow = "nlr"; } );\n')
    done = run("--cfg", "shidiannao", *one[2:], "--mapping", path)
    check(done.returncode == 1 and "nlr.cfg:2: error:" in done.stderr and
          "does not have the dataflow 'nlr'" in done.stderr,
          "a dataflow that the machine lacks", done.stderr)


def main():
    with new_folder() as folder:
        shown_mappings(folder)
        whole_network(folder)
        saved_mappings(folder)
        old_files(folder)
        entries(folder)
    finish()


main()
