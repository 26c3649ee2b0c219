"""levels_test.py - machines whose file lists their levels, from the command line:
counts by the names of the levels, a mapping that comes back as it went, energy
that grows with a store, and refusals by name.

SPDX-License-Identifier: MIT
"""

import json
import os
import re

from program import SOURCE, check, finish, new_folder, report, run, write

SHAPE = ["--shape", "M=8,C=4,H=6,W=6,R=3,S=3"]
MAPPING = """mappings = ( {
  dram = { loops = ["c 4"]; };
  big = { loops = ["m 2"]; rows = ["p 2"]; };
  small = { loops = ["p 2"]; cols = ["m 4"]; keep = ["psum"]; };
  regs = { loops = ["q 4", "r 3", "s 3"]; };
} );
"""


def machine(regs=64, more="", of_small="", levels=None):
    if levels is None:
        levels = f"""levels = ( {{ name = "dram"; }},
  {{ name = "big"; rows = 2;
    stores = ( {{ bytes = 4096; holds = ["ifmap", "filter", "psum"]; }} ); }},
  {{ name = "small"; cols = 4; {of_small}
    stores = ( {{ bytes = 512; holds = ["ifmap", "psum"]; }} ); }},
  {{ name = "regs";
    stores = ( {{ bytes = {regs}; holds = ["ifmap", "filter"]; }},
               {{ bytes = 64; holds = ["psum"]; }} ); }} );"""
    return f"""name = "listed"; clock_hz = 1000000000; energy = "45nm";
precision = {{ ifmap_bits = 8; filter_bits = 8; psum_bits = 16; }};
dram = {{ model = "ideal"; }};
{levels} {more}
"""


def refusal(folder, text, command="model", mapping=MAPPING, what=""):
    cfg = write(folder, "refused.cfg", text)
    file = write(folder, "refused_map.cfg", mapping)
    done = run(command, "--cfg", cfg, "--mapping", file, *SHAPE)
    check(done.returncode in (1, 2) and what in done.stderr, what,
          done.stderr)
    check(done.stdout == "", "nothing else is written")


def counts(folder):
    cfg = write(folder, "m.cfg", machine())
    file = write(folder, "map.cfg", MAPPING)
    words = ["model", "--cfg", cfg, "--mapping", file, *SHAPE]
    layer = report(*words)["layers"][0]
    macs = layer["macs"]
    reads = layer["accesses"]
    check(set(reads) == {"dram", "big", "small", "regs"}, "levels by name",
          set(reads))
    check(set(layer["noc"]) == {"big", "small"}, "networks by name")
    check(reads["regs"]["ifmap"]["reads"] == macs, "an ifmap word a MAC")
    check(reads["small"]["ifmap"]["writes"] == 0, "small passes ifmaps on")
    check(reads["dram"]["filter"]["reads"] == 8 * 4 * 9, "filters come once")
    check(reads["dram"]["psum"]["writes"] == 8 * 16 and
          reads["dram"]["psum"]["reads"] == 0, "outputs leave once")
    check(layer["bounds_cycles"]["busiest_pe"] == macs // 8, "8 PEs share them")
    parts = layer["energy_pj"]
    check(abs(sum(value for name, value in parts.items() if name != "total") -
              parts["total"]) < 1e-6 * parts["total"], "energy adds up")
    larger = report("model", "--cfg", write(folder, "l.cfg", machine(4096)),
                    "--mapping", file, *SHAPE)["layers"][0]
    check(larger["energy_pj"]["rf"] > parts["rf"], "a larger store costs more")
    shown = run(*words, "--show-mapping").stdout
    again = write(folder, "again.cfg",
                  "mappings" + shown.split("\nmappings", 1)[1])
    check(report("model", "--cfg", cfg, "--mapping", again, *SHAPE)["layers"] ==
          [layer], "--show-mapping prints what --mapping reads")
    table = run(*words).stdout
    check("small ifmap" in table and "of listed" not in table, "the table")
    head = run(*words, "--format", "csv").stdout.split("\n")[0]
    check("accesses.small.psum.reads" in head and "noc.big.ifmap.hops" in head,
          "columns by name")
    listing = run(*words, "--show-config").stdout
    check("levels.small" in listing and "levels.regs.stores" in listing,
          "--show-config lists them")


def settings(folder):
    cfg = write(folder, "set.cfg", machine())
    file = write(folder, "set_map.cfg", MAPPING)
    words = ["model", "--cfg", cfg, "--mapping", file, *SHAPE]
    before = report(*words)["layers"][0]
    wider = report(*words, "--set", "levels.big.network.words_per_slot=4",
                   "--set", "levels.small.network.words_per_slot=4",
                   "--set", "levels.small.bytes=8192")["layers"][0]
    cycles = [one["bounds_cycles"]["ifmap_network"] for one in (before, wider)]
    check(cycles[1] == -(-cycles[0] // 4), "a wider network", cycles)
    check(wider["energy_pj"]["l1"] > before["energy_pj"]["l1"],
          "a larger store")
    more = report(*words, "--set", "levels.small.cols=8")
    check(more["pes"] == 16, "more MACs", more["pes"])
    for key, what in (("levels.small.cols=0", "may be 1 to 1024"),
                      ("levels.small.cols=x", "a whole number is needed"),
                      ("levels.none.cols=2", "is no number of a level"),
                      ("levels.small.sides=2", "is no number of a level"),
                      ("levels.regs.bytes=2", "is no number of a level"),
                      ("levels.small=2", "is no number of a level"),
                      ("levels=2", "is a list")):
        done = run(*words, "--set", key)
        check(done.returncode == 1 and what in done.stderr, f"--set {key}",
              done.stderr)


def refusals(folder):
    with open(os.path.join(SOURCE, "configs", "simba_like.cfg")) as file:
        simba = file.read()
    whole = '"m 8", "c 4", "p 4", "q 4", "r 3", "s 3"'
    more = ", ".join(['"g 2"'] * 11)
    refusal(folder, simba, mapping="mappings = ( { dram = { loops = [%s]; }; "
            % whole + "".join(
                f"{name} = {{ loops = [{more}]; }}; " for name in
                re.findall(r'^  { name = "(\w+)"', simba, re.M)[1:]) + "} );",
            what="join those of a dimension")
    refusal(folder, machine(more="array = { rows = 3; };"),
            what="'array.rows' is of the usual levels")
    refusal(folder, machine(more='dataflows = ["ws"];'),
            what="'dataflows' is of the usual levels")
    refusal(folder, machine(of_small='network = { kind = "systolic"; };'),
            what="systolic neighbours are not modelled inside listed levels")
    refusal(folder, machine(of_small='network = { kind = "ring"; };'),
            what="may be 'multicast', 'point_to_point' or 'mesh'")
    refusal(folder, machine(of_small='rows = 17; network = { kind = "mesh"; };'),
            what="leads to 17 x 4 children; it may lead to at most 64")
    refusal(folder, machine(of_small='network = { kind = "mesh"; '
                                     'slots_per_cycle = 2; };'),
            what="'slots_per_cycle' of level 'small' is 2; a mesh takes 1")
    refusal(folder, machine(of_small="sides = 4;"), what="unknown key 'sides'")
    refusal(folder, machine(of_small='name = "big";'), what="'name'")
    refusal(folder, machine(of_small="rows = 0;"), what="1 to 1024")
    refusal(folder, machine(levels='levels = ( { name = "dram"; } );'),
            what="2 to 7 levels")
    refusal(folder, machine(levels='levels = ( { name = "dram"; rows = 2; }, '
                                   '{ name = "a"; stores = ( { bytes = 8; '
                                   'holds = ["psum"]; } ); } );'),
            what="the first level is the DRAM")
    one = ("{ name = \"%s\"; rows = 1024; cols = 1024; stores = ( { bytes = 8; "
           "holds = [\"psum\"]; } ); }")
    refusal(folder, machine(levels='levels = ( { name = "dram"; }, ' +
                            ", ".join(one % name for name in "abcdef") +
                            " );"), what="more than 1048576 MACs")
    refusal(folder, machine(regs=4), what="bytes of the store of")
    refusal(folder, machine(of_small='network = { reduce = "none"; };'),
            mapping=MAPPING.replace('"m 4"', '"c 2"').replace(
                'loops = ["c 4"]', 'loops = ["m 4", "c 2"]'),
            what="'reduce' = 'none'")
    refusal(folder, machine(),
            mapping=MAPPING.replace('keep = ["psum"]', 'keep = ["filter"]'),
            what="no store for it there")
    refusal(folder, machine(), mapping=MAPPING.replace("small", "l1"),
            what="unknown key 'l1'")
    refusal(folder, machine(), mapping=MAPPING.replace('"m 4"', '"m 5"'),
            what="take 5 columns")


def runs(folder):
    cfg = write(folder, "run.cfg", machine())
    file = write(folder, "run_map.cfg", MAPPING)
    words = ["--cfg", cfg, "--mapping", file, *SHAPE]
    model = report("model", *words)["layers"][0]
    layer = report("run", *words, "--check")["layers"][0]
    check(layer["check"]["mismatches"] == 0, "bit-exact", layer["check"])
    for key in ("accesses", "noc", "macs"):
        check(layer[key] == model[key], f"'{key}' as the closed form says")
    check(sum(layer["ledger_pe_cycles"].values()) == 8 * layer["cycles"],
          "every PE-cycle has a cause")
    check(all(bound <= layer["cycles"]
              for bound in layer["bounds_cycles"].values()), "bounds hold")
    wide = [word for level in ("big", "small") for word in
            ("--set", f"levels.{level}.network.words_per_slot=8")]
    ports = [word for store in ("big", "small") for word in
             ("--set", f"levels.{store}.bank_row_words=8")]
    fast = report("run", *words, *wide, *ports)["layers"][0]["cycles"]
    late = report("run", *words, *wide, *ports, "--set",
                  "levels.big.latency_cycles=9")["layers"][0]["cycles"]
    check(fast < layer["cycles"] and fast < late,
          "wider is faster, later is slower", (fast, late, layer["cycles"]))


def meshes(folder):
    """Two products of a child each, by hand, and both kernels."""
    cfg = write(folder, "mesh.cfg", machine().replace(
        "cols = 4; ", 'cols = 4; network = { kind = "mesh"; }; '))
    bus = write(folder, "bus.cfg", machine())
    file = write(folder, "mesh_map.cfg", MAPPING)
    words = ["--mapping", file, *SHAPE]
    model = report("model", "--cfg", cfg, *words)["layers"][0]
    layer = report("run", "--cfg", cfg, *words, "--check")["layers"][0]
    check(layer["check"]["mismatches"] == 0 and layer["noc"] == model["noc"],
          "a mesh's hops in closed form", (layer["noc"], model["noc"]))
    flow = model["noc"]["small"]
    # An ifmap word is for all four, a filter word for one: 7 and 2.5 links.
    check(flow["ifmap"]["hops"] * 4 == flow["ifmap"]["words_delivered"] * 7 and
          flow["filter"]["hops"] * 2 == flow["filter"]["words_delivered"] * 5,
          "links of XY trees", flow)
    plain = report("run", "--cfg", bus, *words)["layers"][0]
    check(layer["cycles"] > plain["cycles"], "a mesh takes its hops' time")
    check(report("run", "--cfg", cfg, *words, "--no-memo")["layers"][0]
          ["cycles"] == layer["cycles"], "with and without the pass memory")
    done = run("run", "--cfg", cfg, *words, "--kernel", "systemc", "--format",
               "json")
    check("libsystemc-dev" in done.stderr or
          json.loads(done.stdout)["layers"][0]["cycles"] == layer["cycles"],
          "SystemC takes the same cycles", done.stderr)
    dear = ["--set", "energy=45nm_components"]
    priced = [report("model", "--cfg", one, *words, *dear)["layers"][0]
              ["energy_pj"]["noc"] for one in (bus, cfg)]
    check(priced[1] > 1.5 * priced[0], "routers are priced", priced)


def is_searched(folder):
    """What `map` finds runs again, with the cycles that it said."""
    cfg = write(folder, "searched.cfg", machine())
    saved = os.path.join(folder, "found.cfg")
    small = ["--cfg", cfg, "--shape", "M=2,C=2,H=2,W=1,R=1,S=1"]
    done = run("map", *small, "--save", saved, "--format", "json")
    found = json.loads(done.stdout)["layers"][0]
    check(found["proven"], "a small space is proven", done.stderr)
    layer = report("run", *small, "--mapping", saved, "--check")["layers"][0]
    check(layer["cycles"] == found["best"][0]["cycles"] and
          layer["check"]["mismatches"] == 0, "the best nest runs", found)
    limits = write(folder, "limits.cfg", "constraints = { };")
    done = run("map", *small, "--dataflow", "nest", "--constraints", limits)
    check(done.returncode == 1 and "without them" in done.stderr,
          "constraints are refused by name", done.stderr)


def shipped():
    for name in ("simba_like", "eyeriss_spads"):
        total = report("model", "--cfg", name)["total"]
        check(total["macs"] > 7e8, f"{name} has all of AlexNet")
    with open(os.path.join(SOURCE, "configs", "simba_like.cfg")) as file:
        names = re.findall(r'^  { name = "(\w+)"', file.read(), re.M)
    check(len(names) == 6, "simba_like has six levels", names)


def is_measured(folder):
    """`reuse` has the MACs' streams and those of each store, by its name."""
    words = ["--cfg", write(folder, "m.cfg", machine()), "--mapping",
             write(folder, "map.cfg", MAPPING), *SHAPE]
    layer = report("run", *words)["layers"][0]
    streams = {(row["level"], row["name"]): row for row in
               report("reuse", *words)["subjects"][0]["streams"]}
    for name in ("ifmap", "filter", "psum"):
        check(streams["pe", name]["accesses"] == layer["macs"],
              f"each MAC's {name}", streams["pe", name])
    for level in ("big", "regs"):
        of = layer["accesses"][level]["filter"]
        wanted = of["reads"] + of["writes"] - of.get("dma_reads", 0) - \
            of.get("dma_writes", 0)
        check(wanted > 0 and streams[level, "filter"]["accesses"] == wanted,
              f"filters of '{level}'", (streams[level, "filter"], of))


with new_folder() as work:
    counts(work)
    is_measured(work)
    settings(work)
    refusals(work)
    runs(work)
    meshes(work)
    is_searched(work)
    shipped()
finish()
