"""residency_test.py - tensors that stay in L2: no word is lost or invented, and
a whole that fits is never slower, on networks x machines x sizes of L2.

Words are added up from the rows of two runs, apart from what the plan says.
SPDX-License-Identifier: MIT
"""

import json
import os
import re

from program import (SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, report, run, sample, write)

leave_to_the_plain_build()

CHAIN = """name = "chain";
inputs = ( { name = "x"; C = 8; H = 14; W = 14; } );
nodes = (
  { name = "a"; op = "conv"; in = "x"; M = 16; R = 3; S = 3; pad = 1; },
  { name = "b"; op = "conv"; in = "a"; M = 16; R = 3; S = 3; pad = 1; },
  { name = "s"; op = "add"; in = ["a", "b"]; },
  { name = "c"; op = "conv"; in = "s"; M = 8; R = 1; S = 1; },
  { name = "d"; op = "maxpool"; in = "c"; R = 2; S = 2; stride = 2; },
  { name = "e"; op = "conv"; in = "d"; M = 8; R = 3; S = 3; pad = 1; }
);
"""
ATTENTION = """name = "heads";
inputs = ( { name = "x"; C = 16; H = 12; } );
nodes = (
  { name = "q"; op = "gemm"; in = "x"; N = 16; },
  { name = "k"; op = "gemm"; in = "x"; N = 16; },
  { name = "v"; op = "gemm"; in = "x"; N = 16; },
  { name = "scores"; op = "matmul"; in = ["q", "k"]; B = 2; },
  { name = "p"; op = "softmax"; in = "scores"; G = 2; },
  { name = "y"; op = "matmul"; in = ["p", "v"]; B = 2; over = "rows"; },
  { name = "n"; op = "layernorm"; in = "y"; },
  { name = "z"; op = "gemm"; in = "n"; N = 16; }
);
"""
CACHES = """name = "step";
inputs = ( { name = "x"; C = 16; H = 1; },
           { name = "k_cache"; C = 16; H = 20; cache = true; },
           { name = "v_cache"; C = 16; H = 20; cache = true; } );
nodes = (
  { name = "q"; op = "gemm"; in = "x"; N = 16; },
  { name = "k"; op = "gemm"; in = "x"; N = 16; },
  { name = "v"; op = "gemm"; in = "x"; N = 16; },
  { name = "keys"; op = "concat"; in = ["k_cache", "k"]; over = "rows"; },
  { name = "values"; op = "concat"; in = ["v_cache", "v"]; over = "rows"; },
  { name = "scores"; op = "matmul"; in = ["q", "keys"]; B = 2; },
  { name = "p"; op = "softmax"; in = "scores"; G = 2; },
  { name = "y"; op = "matmul"; in = ["p", "values"]; B = 2; over = "rows"; },
  { name = "z"; op = "gemm"; in = "y"; N = 16; }
);
"""
TWO_CACHES = """name = "two";
inputs = ( { name = "x_cache"; C = 16; H = 20; cache = true; },
           { name = "y_cache"; C = 16; H = 20; cache = true; } );
nodes = (
  { name = "s"; op = "add"; in = ["x_cache", "y_cache"]; },
  { name = "z"; op = "gemm"; in = "s"; N = 16; }
);
"""
UNIT = ("--set", "vector.lanes=8", "--set",
        "vector.ops=add,maxpool,avgpool,softmax,layernorm,relu", "--set",
        "vector.epilogue=relu")
MACHINES = ("eyeriss", "tpu_v1", "nvdla_small")


def words(layer):
    return sum(tensor["reads"] + tensor["writes"]
               for tensor in layer["accesses"]["dram"].values())


def one(command, machine, net, l2_bytes):
    """None where the machine cannot have so small an L2."""
    # The TPU's accumulators, which matter to energy alone, are larger.
    small = ("--set", "l2.accumulator_bytes=0") if machine == "tpu_v1" else ()
    base = (command, "--cfg", machine, "--net", net, "--batch", "2", *UNIT,
            *small, "--set", f"l2.bytes={l2_bytes}")
    done = run(*base, "--format", "json")
    if done.returncode != 0:
        check("l2" in done.stderr.lower() or done.returncode == 2,
              f"{command} {machine}, {net}: an L2 of {l2_bytes} is too small",
              done.stderr)
        return None
    plain = json.loads(done.stdout)
    for which in ("fit", "all"):
        planned = report(*base, "--set", f"network.residency={which}")
        held_to(plain, planned, which,
                f"{command} {machine}, L2 of {l2_bytes}, {which}")
    return True


def held_to(plain, planned, which, what):
    tensors = planned["network"]["residency"]
    stay = [t for t in tensors if t["stays"]]
    for t in stay:
        check(t["words_without"] == t["words_with"] + t["saved_words"] -
              t["fetched_again_words"],
              f"{what}: {t['tensor']}: words without it are those with it, and "
              "saved, less fetched again", t)
        check(t["bytes"] < t["free_bytes"], f"{what}: it has room")
    check(words(plain["total"]) == words(planned["total"]) +
          sum(t["saved_words"] - t["fetched_again_words"] for t in stay),
          f"{what}: and so are those of the whole")
    for t in tensors:
        check(t["stays"] != ("why" in t), f"{what}: what spills says why")
    if which == "fit":
        key = "cycles" if "cycles" in plain["total"] else None
        check(key is None or
              planned["total"][key] <= plain["total"][key],
              f"{what}: never slower")
    stays_on_chip(planned, {t["tensor"] for t in stay}, what)


def stays_on_chip(planned, stay, what):
    """What stays is read and written in no row's DRAM."""
    rows = {row["name"]: row["accesses"]["dram"] for row in planned["layers"]}
    for name in stay:
        check(rows[name]["psum"] == dict.fromkeys(rows[name]["psum"], 0),
              f"{what}: {name} is not written to DRAM")
    readers = {"b": ("a", "ifmap"), "c": ("s", "ifmap"), "d": ("c", "ifmap"),
               "e": ("d", "ifmap"), "scores": ("k", "filter"),
               "p": ("scores", "ifmap"), "y": ("v", "filter"),
               "n": ("y", "ifmap"), "z": ("n", "ifmap")}
    for reader, (name, operand) in readers.items():
        if reader in rows and name in stay:
            check(rows[reader][operand]["reads"] == 0,
                  f"{what}: {reader} reads {name} from L2")
    if "s" in rows and stay >= {"a", "b"}:
        check(rows["s"]["ifmap"]["reads"] == 0, f"{what}: an add reads both")


def sizes(folder):
    nets = [write(folder, "chain.cfg", CHAIN),
            write(folder, "heads.cfg", ATTENTION)]
    # Maps of two images: 6272 words of a, 3136 of c, 576 of scores.
    cases = [(machine, net, size) for size in (110592, 30000, 14000, 8000, 5000)
             for net in nets for machine in MACHINES]
    ran = 0
    tried = sample(12, "machines x networks x sizes", len(cases))
    for machine, net, size in cases[:tried]:
        for command in ("run", "model"):
            ran += one(command, machine, net, size) is not None
    check(ran > tried, "most of them run", ran)


def shipped():
    """Every shipped graph: by the closed form, and cycle by cycle; in the long
    form, the whole grid of graphs, machines and sizes, both ways."""
    done = run("list", "networks", "--format", "json")
    names = [row["name"] for row in json.loads(done.stdout)["rows"]]
    graphs = [name for name in names if is_graph(name)]
    check(len(graphs) > 12, "the zoo has its graphs", names)
    cases = [(machine, net, size)
             for size in (65536, 131072, 524288, 2097152, 8388608)
             for net in graphs for machine in MACHINES]
    chosen = sample(6, "machines x shipped graphs x sizes", len(cases))
    step = len(cases) // chosen
    # The shortest one cycle by cycle.
    of = {"model": cases[::step][:chosen],
          "run": [case for case in cases if case[1] == "lenet5_graph" and
                  case[2] == 131072]}
    if chosen == len(cases):
        of["run"] = cases
    for command, some in of.items():
        ran = sum(one(command, *case) is not None for case in some)
        print(f"{command}: {ran} of {len(some)}; the others have no mapping "
              "in so small an L2", flush=True)
        check(3 * ran > len(some), "most of them can be counted",
              (ran, len(some)))


def is_graph(name):
    path = os.path.join(SOURCE, "configs", "networks", f"{name}.cfg")
    with open(path, encoding="utf-8") as file:
        return re.search(r"^nodes = ", file.read(), re.MULTILINE) is not None


def all_of_it(folder):
    """With room for all of it, what comes in and what goes out is all that
    DRAM sees beside weights."""
    net = write(folder, "chain.cfg", CHAIN)
    found = report("run", "--cfg", "tpu_v1", "--net", net, "--batch", "1",
                   *UNIT, "--set", "network.residency=fit")
    dram = found["total"]["accesses"]["dram"]
    check(dram["ifmap"]["reads"] == 8 * 14 * 14 and
          dram["psum"]["writes"] == 8 * 7 * 7, "all maps stay", dram)
    check(found["network"]["residency"][-1]["why"] == "the network's output",
          "but for the last")
    checked = report("run", "--cfg", "systolic", "--net", net, "--batch", "1",
                     "--check", *UNIT, "--set", "network.residency=all")
    check(checked["total"]["check"]["mismatches"] == 0,
          "values are right beside what stays")


def caches(folder):
    """Keys and values of steps before that lie on chip: none of them, and
    nothing that is put behind them, goes over DRAM; all else is as before."""
    net = write(folder, "step.cfg", CACHES)
    for command in ("run", "model"):
        for machine in MACHINES:
            for images in (1, 3):
                base = (command, "--cfg", machine, "--net", net, "--batch",
                        str(images), *UNIT)
                plain = report(*base)
                # Values follow each PE of the TPU in each cycle.
                checked = command == "run" and machine != "tpu_v1"
                kept = report(*base, "--set", "network.cache=chip",
                              *(("--check",) if checked else ()))
                what = f"{command} {machine}, {images} images, caches on chip"
                cache = kept["network"]["cache"]
                # 20 rows read and one written and read, of keys and of values.
                check(cache["tensors"] == 4 and
                      cache["saved_words"] == images * 2 * 16 * (20 + 1 + 1) and
                      cache["words_without"] == cache["words_with"] +
                      cache["saved_words"] - cache["fetched_again_words"],
                      f"{what}: saved words", cache)
                bits = plain["layers"][0]["precision"]["ifmap_bits"] if (
                    "precision" in plain["layers"][0]) else None
                check(cache["bytes"] in (images * 2 * 21 * 16 * width for
                                         width in ((1, 2) if bits is None else
                                                   (bits // 8,))),
                      f"{what}: their bytes", cache)
                check(words(plain["total"]) == words(kept["total"]) +
                      cache["saved_words"] - cache["fetched_again_words"],
                      f"{what}: words of the whole")
                rows = {row["name"]: row["accesses"]["dram"]
                        for row in kept["layers"]}
                check(rows["scores"]["filter"]["reads"] == 0 and
                      rows["y"]["filter"]["reads"] == 0 and
                      rows["k"]["psum"]["writes"] == 0 and
                      rows["q"]["psum"]["writes"] == images * 16,
                      f"{what}: who reads and writes", rows)
                check(not checked or
                      kept["total"]["check"]["mismatches"] == 0,
                      f"{what}: values")
    cache = report("run", "--cfg", "eyeriss", "--net",
                   write(folder, "two.cfg", TWO_CACHES), "--batch", "3", *UNIT,
                   "--set", "network.cache=chip")["network"]["cache"]
    check(cache["saved_words"] == 3 * 2 * 16 * 20 and
          cache["fetched_again_words"] == 0, "a node that adds caches", cache)
    fit = report("run", "--cfg", "tpu_v1", "--net", net, *UNIT, "--set",
                 "network.cache=chip", "--set", "network.residency=fit")
    plain = report("run", "--cfg", "tpu_v1", "--net", net, *UNIT)
    cache = fit["network"]["cache"]
    check(words(plain["total"]) == words(fit["total"]) + sum(
        t["saved_words"] - t["fetched_again_words"]
        for t in (cache, *(t for t in fit["network"]["residency"]
                           if t["stays"]))), "caches beside what stays")
    chip = ("--set", "network.cache=chip")
    for arguments, said in (
            (("model", "--cfg", "nvdla_small", "--net", "llama7b_decode"),
             "bytes of an L2 of 163840"),
            (("model", "--cfg", "eyeriss", "--net", "lenet5_graph"),
             "no input of the graph is a cache"),
            (("run", "--cfg", "eyeriss", "--net", "lenet5"), "whole graph"),
            (("model", "--cfg", "eyeriss", "--net", "llama7b_decode"),
             "outside the chip"),
            (("map", "--cfg", "eyeriss", "--net", net), "is planned by"),
            (("run", "--cfg", "tpu_v1", "--net", write(
                folder, "bad.cfg", CACHES.replace("cache = true", "cache = 1"))
              ), "true or false is needed")):
        done = run(*arguments, *chip)
        check(done.returncode == 1 and said in done.stderr,
              f"{' '.join(arguments)}: refused", done.stderr)


def refusals(folder):
    net = write(folder, "chain.cfg", CHAIN)
    stay = ("--set", "network.residency=fit")
    for arguments, said in (
            (("run", "--cfg", "eyeriss", "--net", "lenet5"), "whole graph"),
            (("run", "--cfg", "eyeriss", "--net", net, "--layer", "a"),
             "whole graph"),
            (("run", "--cfg", "eyeriss", "--net", net, "--set",
              "dram.carries=filters"), "dram.carries"),
            (("map", "--cfg", "eyeriss", "--net", net), "is planned by"),
            (("run", "--cfg", "eyeriss", "--net", net, "--kernel", "systemc"),
             "is planned by")):
        done = run(*arguments, *stay)
        check(done.returncode == 1 and said in done.stderr,
              f"{' '.join(arguments)}: refused", done.stderr)


def main():
    with new_folder() as folder:
        sizes(folder)
        shipped()
        all_of_it(folder)
        refusals(folder)
        caches(folder)
    finish()


main()
