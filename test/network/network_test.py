"""network_test.py - networks with more than MAC loops, by the program: every
node is counted or said to be nothing, and MAC layers come out as in a list.
SPDX-License-Identifier: MIT
"""

import csv
import json
import os

from program import check, finish, new_folder, report, run, sample, write

POOL = """name = "n";
layers = ( { name = "a"; op = "maxpool"; M = 64; C = 64; H = 56; W = 56; R = 3;
    S = 3; stride = 2; pad = 1; } );
"""
TINY = """name = "tiny";
inputs = ( { name = "image"; C = 3; H = 16; W = 16; } );
nodes = (
  { name = "c1"; op = "conv"; in = ["image"]; M = 8; R = 3; S = 3; pad = 1; },
  { name = "r1"; op = "relu"; in = "c1"; },
  { name = "p1"; op = "maxpool"; in = "r1"; R = 2; S = 2; stride = 2; },
  { name = "c2"; op = "conv"; in = ["p1"]; M = 8; R = 1; S = 1; },
  { name = "sum"; op = "add"; in = ["p1", "c2"]; },
  { name = "both"; op = "concat"; in = ["sum", "c2"]; },
  { name = "gap"; op = "avgpool"; in = "both"; },
  { name = "fc"; op = "fc"; in = "gap"; M = 10; },
  { name = "prob"; op = "softmax"; in = "fc"; }
);
"""
LIST = """name = "tiny";
layers = (
  { name = "c1"; C = 3; H = 16; W = 16; M = 8; R = 3; S = 3; pad = 1;
    network_input = true; },
  { name = "c2"; C = 8; H = 8; W = 8; M = 8; },
  { name = "fc"; op = "fc"; C = 16; H = 1; W = 1; M = 10; }
);
"""
MACHINES = ("eyeriss", "tpu_v1", "nvdla_small", "shidiannao", "gemmini",
            "systolic", "tensor_core", "nvdla_large")


def dram_words(layer):
    return sum(tensor["reads"] + tensor["writes"]
               for tensor in layer["accesses"]["dram"].values())


def a_layer_without_macs(folder):
    path = write(folder, "pool.cfg", POOL)
    found = report("run", "--cfg", "eyeriss", "--net", path, "--batch", "1")
    layer = found["layers"][0]
    dram = layer["accesses"]["dram"]
    check(layer["macs"] == 0 and layer["op"] == "maxpool", "a pool has no MACs")
    # Windows of 3 x 3 by steps of 2 meet every word; 28 x 28 come out.
    check(dram["ifmap"]["reads"] == 64 * 56 * 56 and
          dram["psum"]["writes"] == 64 * 28 * 28 and
          dram["psum"]["finished_writes"] == 64 * 28 * 28,
          "its words are counted", dram)
    check(layer["cycles"] > 0, "and take time")
    check(run("run", "--cfg", "eyeriss", "--net", path).stdout.count("maxpool")
          > 0, "the table names it")


def every_machine(folder):
    graph = write(folder, "g.cfg", TINY)
    alone = write(folder, "l.cfg", LIST)
    for machine in MACHINES[:sample(4, "machines", len(MACHINES))]:
        for command in ("run", "model"):
            words = (command, "--cfg", machine, "--batch", "2", "--net")
            whole, macs = report(*words, graph), report(*words, alone)
            # report() has held both to docs/schema.json.
            found = [layer for layer in whole["layers"] if layer["macs"] > 0]
            check(found == macs["layers"],
                  f"{command} on {machine}: MAC layers are those of a list")
            check([layer["name"] for layer in whole["layers"]] ==
                  "c1 r1 p1 c2 sum both gap fc prob".split(),
                  "each node has its row")
            covered(whole, f"{command} on {machine}")


def covered(whole, what):
    """No node is silently nothing: each is counted, or it is a view or an
    epilogue and says so."""
    rows = whole["network"]["op_coverage"]
    check(whole["network"]["name"] == "tiny" and
          sum(row["nodes"] for row in rows) == 9 and
          sum(row["nodes"] for row in rows if row["op"] == "conv") == 2,
          f"{what}: operations are counted")
    places = {row["op"]: row["runs_on"] for row in rows}
    for layer in whole["layers"]:
        place = places[layer["op"]]
        check((dram_words(layer) > 0) == (place not in ("view", "epilogue")),
              f"{what}: {layer['name']} has words where it runs on {place}")
        check(place == "array" or layer["dataflow"] == place,
              f"{what}: and its row says where")
    check(sum(row["dram_words"] for row in rows) == dram_words(whole["total"]),
          f"{what}: and so are their words")
    # Two images of 8 x 8 x 8 words, twice in and once out.
    words = {row["op"]: row["dram_words"] for row in rows}
    check(words["add"] == 3 * 2 * 512, f"{what}: of an add")
    check(places["concat"] == "view", f"{what}: a concat moves none")


def units(folder):
    """What chips have, and what a unit is given by hand."""
    graph = write(folder, "g.cfg", TINY)
    want = {"eyeriss": {"relu": "epilogue", "maxpool": "outside"},
            "tpu_v1": {"relu": "epilogue", "maxpool": "vector",
                       "add": "vector", "softmax": "outside"},
            "nvdla_small": {"relu": "epilogue", "add": "vector"},
            "gemmini": {"maxpool": "vector", "avgpool": "outside"},
            "tensor_core": {"relu": "outside", "add": "outside"}}
    for machine, places in want.items():
        found = {row["op"]: row["runs_on"] for row in report(
            "model", "--cfg", machine, "--net", graph)["network"]
                 ["op_coverage"]}
        check(places.items() <= found.items(), f"units of {machine}", found)
    words = ("--cfg", "eyeriss", "--net", graph, "--layer", "sum", "--set",
             "vector.ops=add", "--set")
    slow = report("run", *words, "vector.lanes=1")["layers"][0]
    fast = report("run", *words, "vector.lanes=8")["layers"][0]
    check(slow["cycles"] >= fast["cycles"] > 0 and
          slow["vector"]["operations"] == 4 * 512,
          "more lanes are no slower, and operations are counted", slow)
    check(slow["energy_pj"]["mac"] > 0, "and cost energy")
    for text, said in (("vector.lanes=4", "has no operation for them"),
                       ("vector.ops=add", "needs a unit"),
                       ("vector.epilogue=softmax", "it may have relu"),
                       ("vector.ops=conv", "operations without a MAC loop")):
        done = run("run", "--cfg", "eyeriss", "--net", graph, "--set", text)
        check(done.returncode == 1 and said in done.stderr,
              f"{text} is refused", done.stderr)


def what_is_left_out_is_said(folder):
    graph = write(folder, "g.cfg", TINY)
    done = run("map", "--cfg", "systolic", "--net", graph, "--top", "1")
    check(done.returncode == 0 and
          "6 nodes of 'tiny' have no MAC loop and are left out" in done.stderr,
          "map says what it leaves out", done.stderr)
    done = run("map", "--cfg", "systolic", "--net", graph, "--layer", "p1")
    check(done.returncode == 1 and "is about those" in done.stderr,
          "and refuses where nothing is left", done.stderr)
    found = report("run", "--cfg", "systolic", "--net", graph, "--layer",
                   "p1,c2")
    check([layer["name"] for layer in found["layers"]] == ["p1", "c2"],
          "--layer chooses nodes")
    done = run("run", "--cfg", "eyeriss", "--net", graph, "--format", "csv")
    check(done.stdout.split("\n")[1].split(",")[1] == "tiny",
          "CSV has the network's name", done.stdout[:300])


def listing(folder):
    graph = write(folder, "g.cfg", TINY)
    rows = {row["name"]: row for row in
            report("list", "layers", "--net", graph)["rows"]}
    check(rows["sum"]["op"] == "add" and rows["sum"]["macs"] == 0 and
          rows["sum"]["bytes"] == 3 * 512, "list layers has nodes", rows)
    rows = {row["name"]: row for row in
            report("list", "layers", "--net", "gpt2_decode")["rows"]}
    check(rows["l0_scores"]["weights"] == 0 and
          rows["word_embedding"]["weights"] == 50257 * 768,
          "a matmul stores no weights; a table does")


def fusion(folder):
    """What chains would move, in closed form: VGG's first five convolutions, in
    words (test/network/fusion_test.cpp has them by hand)."""
    words = ("model", "--cfg", "eyeriss", "--net", "vgg16_graph", "--batch",
             "1", "--set")
    net = write(folder, "chain.cfg", CHAIN)
    found = report(*words, "network.fuse=conv1_1:conv3_1")
    chain = found["network"]["fusion"][0]
    check(chain["nodes"] == 11 and chain["fused_words"] ==
          3 * 224 * 224 + 256 * 56 * 56 and
          chain["apart_words"] > chain["merged_words"] > chain["fused_words"],
          "a chain that is fused", chain)
    larger = report(*words, "network.fuse=conv1_1:conv3_1", "--set",
                    "network.fuse_tile=14")["network"]["fusion"][0]
    check(0 < larger["again_macs"] < chain["again_macs"],
          "larger tiles do less again", larger)
    for arguments, said in (
            (("run", "--cfg", "eyeriss", "--net", net, "--set",
              "network.fuse=a:c"), "done outside this chip"),
            (("run", "--cfg", "tpu_v1", "--net", net, "--set",
              "network.fuse=a:p", "--set", "network.residency=fit"),
             "network.residency"),
            (("run", "--cfg", "nvdla_small", "--net", net, "--batch", "64",
              "--set", "network.fuse=a:p", "--set", "network.fuse_tile=9"),
             "has no mapping for a tile of 19 x 18"),
            (("run", "--cfg", "tpu_v1", "--net", write(
                folder, "cached.cfg", CHAIN.replace("W = 18;", "W = 18; cache = "
                                                    "true;")), *UNIT, *SMALL,
              "--set", "network.fuse=a:c", "--set", "network.cache=chip"),
             "together with network.cache"),
            (("map", "--cfg", "tpu_v1", "--net", "vgg16_graph", "--set",
              "network.fuse=conv1_1:pool2"), "'accelsim run'"),
            ((*words, "network.fuse=conv1_1"), "FIRST:LAST"),
            ((*words, "network.fuse=conv1_1:conv9"), "the nearest is"),
            ((*words, "network.fuse=conv3_1:conv1_1"), "leads no chain"),
            ((*words, "network.fuse=conv1_1:conv1_1"), "two nodes or more"),
            ((*words, "network.fuse_tile=2"), "'network.fuse_tile' has no "),
            ((*words, "network.fuse_halos=kept"), "halos' has no effect"),
            ((*words, "network.fuse=fc6:fc7"), "is a fc")):
        done = run(*arguments)
        check(done.returncode == 1 and said in done.stderr,
              f"{arguments[-1]}: refused", done.stderr)
    fused_runs(folder)


CHAIN = """name = "chain";
inputs = ( { name = "x"; C = 4; H = 20; W = 18; } );
nodes = (
  { name = "a"; op = "conv"; in = "x"; M = 8; R = 3; S = 3; pad = 1; },
  { name = "ra"; op = "relu"; in = "a"; },
  { name = "p"; op = "maxpool"; in = "ra"; R = 3; S = 2; stride = 2; },
  { name = "b"; op = "conv"; in = "p"; M = 8; R = 3; S = 3; pad_top = 1; },
  { name = "c"; op = "conv"; in = "b"; M = 6; R = 1; S = 1; }
);
"""


UNIT = ("--batch", "2", "--set", "vector.lanes=8", "--set",
        "vector.ops=maxpool", "--set", "vector.epilogue=relu")
SMALL = ("--set", "array.rows=8", "--set", "array.cols=8")
LITTLE = (*SMALL, "--set", "l2.banks=4", "--set", "l2.accumulator_bytes=0")


def fused_runs(folder):
    """What tiles move, cycle by cycle, is what the closed form says: the first
    map with what is read again, the last one, each filter once, no map between;
    and MACs are those and what is worked out again, or, where halos are kept,
    those alone."""
    net = write(folder, "chain.cfg", CHAIN)
    for machine, tile, halos in (
            ("tpu_v1", 1, "again"), ("tpu_v1", 3, "kept"),
            ("tpu_v1", 7, "again"), ("tpu_v1", 1, "kept"),
            ("tpu_v1", 7, "kept"), ("nvdla_small", 2, "again"),
            ("nvdla_small", 2, "kept")):
        what = f"{machine}, tiles of {tile}, halos {halos}"
        words = ("--cfg", machine, "--net", net, *UNIT, "--set",
                 f"network.fuse=a:c:{tile}:{halos}")
        found = report("run", *words, *SMALL, "--check")
        closed = report("model", *words)["network"]["fusion"][0]
        chain = found["network"]["fusion"][0]
        again = halos == "again"
        check(closed.items() <= chain.items() and
              chain["run"]["filters_stay"] and
              (chain["run"]["kept_bytes"] == 0) == again,
              f"{what}: the closed form beside the run", chain)
        dram = {row["name"]: {
            tensor: (one["reads"], one["writes"]) for tensor, one in
            row["accesses"]["dram"].items()} for row in found["layers"]}
        # b's 9 rows of 3 by steps of 2 leave out the last of 20.
        first = 2 * 4 * 20 * 18 + again * chain["read_again_words"]
        P, Q = (row["shape"][axis] for row in found["layers"][-1:]
                for axis in "PQ")
        filters = {"a": 8 * 4 * 9, "b": 8 * 8 * 9, "c": 8 * 6}
        want = {name: {"ifmap": (first if name == "a" else 0, 0),
                       "filter": (filters.get(name, 0), 0),
                       "psum": (0, 2 * 6 * P * Q if name == "c" else 0)}
                for name in ("a", "ra", "p", "b", "c")}
        check(dram == want, f"{what}: words over DRAM", (dram, want))
        macs = sum(row["macs"] for row in
                   report("list", "layers", "--net", net)["rows"])
        left_out = 2 * 8 * 4 * 9 * 18 * (not again)
        check(found["total"]["macs"] == again * chain["again_macs"] + 2 * macs -
              left_out and found["total"]["check"]["mismatches"] == 0,
              f"{what}: MACs, and their values", found["total"]["macs"])
        adds_up(chain["run"], what)
    fusion_by_search(net)
    fusion_says(net, folder)


def adds_up(chain, what):
    check(chain["words_apart"] == chain["words_fused"] + chain["saved_words"] -
          chain["first_again_words"] - chain["filter_again_words"] -
          chain["last_again_words"],
          f"{what}: words apart are those fused, and saved, less what comes "
          "again", chain)


def fusion_by_search(net):
    """A search's chains are those that its line repeats, to the byte, and take
    no more than the nodes by themselves; each whole and half tile was tried."""
    for machine, objective, more in (
            ("tpu_v1", "delay", SMALL), ("nvdla_small", "energy", ()),
            ("tpu_v1", "delay", (*LITTLE, "--set", "l2.bytes=6144"))):
        words = ("run", "--cfg", machine, "--net", net, *UNIT, *more,
                 "--objective", objective)
        what = f"{machine}, by {objective}"
        plain = report(*words)
        found = report(*words, "--set", "network.fuse=search")
        chains = found["network"]["fusion"]
        named = ",".join(f"{c['first']}:{c['last']}:{c['tile']}:{c['halos']}"
                         for c in chains)
        check(named and found["network"]["fusions_tried"] > 4,
              f"{what}: something is found", found["network"])
        again = report(*words, "--set", f"network.fuse={named}")
        check(found["layers"] == again["layers"] and
              found["total"] == again["total"],
              f"{what}: by hand it is the same", named)
        took = [one["total"]["cycles"] if objective == "delay" else
                one["total"]["energy_pj"]["total"] for one in (found, plain)]
        check(took[0] < took[1], f"{what}: it takes less", took)
        for chain in chains:
            adds_up(chain["run"], what)
            for tile in (1, 2, 4, chain["tile"]):
                for halos in ("again", "kept"):
                    other = run(*words, "--format", "json", "--set",
                                f"network.fuse={chain['first']}:"
                                f"{chain['last']}:{tile}:{halos}")
                    if other.returncode != 0:
                        check("has no mapping" in other.stderr,
                              f"{what}: {tile} {halos} has no room",
                              other.stderr)
                        continue
                    other = json.loads(other.stdout)["total"]
                    check((other["cycles"] if objective == "delay" else
                           other["energy_pj"]["total"]) >= took[0],
                          f"{what}: no better than the search: tile {tile}, "
                          f"halos {halos}")


def fusion_says(net, folder):
    """Halos by the machine's key, the pass memory, mappings of tiles, why
    filters come with each of them, and what is refused."""
    words = ("run", "--cfg", "tpu_v1", "--net", net, *UNIT, *SMALL, "--set")
    named = report(*words, "network.fuse=a:c:3:kept")
    keyed = report(*words, "network.fuse=a:c", "--set", "network.fuse_tile=3",
                   "--set", "network.fuse_halos=kept")
    plain = report(*words, "network.fuse=a:c:3:kept", "--no-memo")
    check(named["layers"] == keyed["layers"] == plain["layers"],
          "keys say what the chain may, and --no-memo changes nothing")
    shown = run(*words, "network.fuse=a:c:3:kept", "--show-mapping").stdout
    check(all(f'layer = "{name}"' in shown for name in "abc") and
          shown.count("first tile of fused nodes") == 3,
          "--show-mapping has those of tiles", shown[-900:])
    shown = run(*words, "network.residency=fit", "--show-mapping").stdout
    check(all(f'layer = "{name}"' in shown for name in "abc"),
          "and those beside what stays", shown[-900:])
    small = report(*words, "network.fuse=a:c:3:kept", *LITTLE, "--set",
                   "l2.bytes=4096")
    chain = small["network"]["fusion"][0]["run"]
    check(not chain["filters_stay"] and "bytes" in chain["why"] and
          chain["filter_again_words"] > 0, "filters come with each tile", chain)
    for value, said in (("a:c:0", "a whole number from 1"),
                        ("a:c:x:kept", "a whole number from 1"),
                        ("a:c:3:held", "'again' or 'kept'"),
                        ("a:b,b:c", "'b' is in 'a:b' and in 'b:c'")):
        done = run(*words, f"network.fuse={value}")
        check(done.returncode == 1 and said in done.stderr,
              f"{value}: refused", done.stderr)
    done = run(*words, "network.fuse=search", "--objective", "edp")
    check(done.returncode == 1 and "'delay' or 'energy'" in done.stderr,
          "a search by a product is refused", done.stderr)
    for key, value in (("fuse_tile", 3), ("fuse_halos", "kept")):
        done = run(*words, "network.fuse=search", "--set",
                   f"network.{key}={value}")
        check(done.returncode == 1 and f"'network.{key}' says" in done.stderr,
              f"a search beside {key} is refused", done.stderr)
    done = run("model", *words[1:], "network.fuse=search")
    check(done.returncode == 1 and "run none" in done.stderr,
          "and by closed forms", done.stderr)
    plan = write(folder, "plan.cfg", f'cfg = "tpu_v1"; net = "{net}"; batch = '
                 '2; set = [' + ", ".join(
                     f'"{text}"' for text in (*UNIT[3::2], *SMALL[1::2])) +
                 ']; axes = ( { key = "network.fuse"; values = '
                 '["", "a:c:3:kept"]; } );')
    store = os.path.join(folder, "plan.sqlite")
    done = run("sweep", plan, "--store", store)
    done = run("sweep", "export", store, "--format", "csv")
    lines = list(csv.DictReader(done.stdout.splitlines()))
    check([int(line["cycles"]) for line in lines] ==
          [report(*words, fuse)["total"]["cycles"] for fuse in
           ("network.fuse=", "network.fuse=a:c:3:kept")],
          "a sweep fuses, too", done.stdout[:500] + done.stderr)
    pool = write(folder, "pools.cfg", POOLS)
    found = report("run", "--cfg", "tpu_v1", "--net", pool, "--check")
    check(found["total"]["check"]["mismatches"] == 0 and
          len(found["network"]["values"]) == 2,
          "--check of a graph without MAC loops", found["total"])


POOLS = """name = "pools";
inputs = ( { name = "x"; C = 4; H = 8; W = 8; } );
nodes = ( { name = "p"; op = "maxpool"; in = "x"; R = 2; S = 2; stride = 2; } );
"""


def transformers(folder):
    """Words of a decoding step on a machine that does no operation but MACs:
    keys and values of all tokens come from DRAM."""
    found = report("model", "--cfg", "tpu_v1", "--net", "gpt2_decode",
                   "--batch", "1")
    rows = {row["op"]: row for row in found["network"]["op_coverage"]}
    check("vector" in found["total"], "operations of nodes are counted")
    check(rows["matmul"]["macs"] == 12 * 2 * 129 * 768, "of 129 tokens each")
    check(rows["gemm"]["dram_words"] >= 12 * 7077888 + 38597376,
          "all weights come from DRAM once", rows["gemm"])
    del folder


ZOO = ("resnet50_graph", "mobilenetv2_graph", "inception_v3", "unet",
       "bert_base", "gpt2_prefill", "gpt2_decode", "llama7b_layer",
       "llama7b_decode", "vit_b16")


def zoo():
    """The networks of today from end to end, on three machines: every node has
    a row, every operation a line of the table, and every word of DRAM is some
    operation's."""
    cases = [(net, machine) for i in range(3) for k, net in enumerate(ZOO)
             for machine in ((("tpu_v1", "nvdla_small", "eyeriss") * 2)[
                 (i + k) % 3],)]
    for net, machine in cases[:sample(4, "networks x machines", len(cases))]:
        words = ("run", "--cfg", machine, "--net", net, "--batch", "1")
        found = report(*words)
        nodes = report("list", "layers", "--net", net)["rows"]
        rows = found["network"]["op_coverage"]
        check(len(found["layers"]) == len(nodes) ==
              sum(row["nodes"] for row in rows) and
              {row["op"] for row in rows} == {node["op"] for node in nodes} and
              sum(row["macs"] for row in rows) ==
              sum(node["macs"] for node in nodes) == found["total"]["macs"] and
              sum(row["dram_words"] for row in rows) ==
              dram_words(found["total"]),
              f"{net} runs end to end on {machine}")


MIXED = """name = "mixed";
inputs = ( { name = "x"; C = 4; H = 12; W = 12; } );
nodes = (
  { name = "a"; op = "conv"; in = "x"; M = 8; R = 3; S = 3; pad = 1; },
  { name = "v"; op = "avgpool"; in = "a"; R = 2; S = 2; stride = 2; },
  { name = "b"; op = "conv"; in = "v"; M = 8; R = 3; S = 3; pad = 1; },
  { name = "s"; op = "softmax"; in = "b"; },
  { name = "l"; op = "lrn"; in = "s"; size = 3; },
  { name = "g"; op = "relu"; in = "l"; },
  { name = "t"; op = "add"; in = ["g", "b"]; },
  { name = "d"; op = "conv"; in = "t"; M = 4; R = 1; S = 1; }
);
"""


def chains_that_cannot_be(folder):
    """Each is told apart: by its text, its nodes, its machine."""
    unit = ("--batch", "2", "--set", "vector.lanes=8", "--set",
            "vector.ops=maxpool,avgpool,softmax,lrn,relu,add")
    chain = write(folder, "chain.cfg", CHAIN)
    mixed = write(folder, "mixed.cfg", MIXED)
    long = "n" * 300
    for net, fuse, said in (
            (chain, "a:c:9x", "tile of '9x'"), (chain, "a:c:-3", "of '-3'"),
            (chain, "a:c:70000", "to 65535"), (chain, "a:c:3:", "halos ''"),
            (chain, f"{long}:c", long), (chain, "a:zzz", "'zzz', which is no"),
            (chain, "zzz:c,yyy:b", "'yyy', which is no"),
            (chain, "a:c,", "has ''"), (mixed, "a:s", "'a' to 's' leads no"),
            (mixed, "s:l", "is a softmax"), (mixed, "l:g", "is a lrn"),
            (mixed, "g:t", "'g' to 't' leads no"),
            (mixed, "g:d", "'g' to 'd' leads no")):
        done = run("--cfg", "tpu_v1", "--net", net, *unit, *SMALL, "--set",
                   f"network.fuse={fuse}")
        check(done.returncode == 1 and done.stdout == "" and
              said in done.stderr, f"{fuse[:20]}: refused", done.stderr)
    for machine, more, said in (
            ("tpu_v1", ("--set", "dram.carries=filters"), "dram.carries"),
            ("tpu_v1", ("--set", "network.residency=fit"), "residency"),
            ("eyeriss_spads", (), "levels"), ("gemmini", (), "l2.stores")):
        for fuse in ("a:c:3", "search"):
            done = run("--cfg", machine, "--net", chain, *unit, *more, "--set",
                       f"network.fuse={fuse}")
            check(done.returncode == 1 and "together with " in done.stderr and
                  said in done.stderr, f"{machine}, {fuse}: {said}",
                  done.stderr)
    for net, more in ((chain, ("--set", "dram.model=ddr4_2400")), (mixed, ())):
        words = ("--cfg", "tpu_v1", "--net", net, *unit, *SMALL, *more, "--set")
        found = report(*words, "network.fuse=search", "--check")
        plain = report(*words, "network.fuse=")
        check(found["total"]["cycles"] <= plain["total"]["cycles"] and
              all(one["check"]["mismatches"] == 0 for one in found["layers"]
                  if one.get("check")), "a search of chains takes no longer",
              found["network"])


def main():
    with new_folder() as folder:
        chains_that_cannot_be(folder)
        a_layer_without_macs(folder)
        every_machine(folder)
        what_is_left_out_is_said(folder)
        units(folder)
        listing(folder)
        fusion(folder)
        transformers(folder)
    zoo()
    finish()


main()
