"""stores_test.py - an L2 of several memories (l2.stores). Memories that are what
the banks of one L2 were, kept for a tensor each or shared by two, give the same
cycles and counts; the energy of each is that of its size; and what is no list of
stores, or cannot be honoured, is refused by name.

SPDX-License-Identifier: MIT
"""

import json
import os
import re

from program import SOURCE, check, finish, new_folder, report, run, write

BANK = 4096  # bytes
BUFFERS = "filter_buffers = 1; ifmap_buffers = 1; psum_buffers = 1;"
SHAPE = ["--shape", "N=2,M=24,C=10,H=13,W=13,R=3,S=3,pad=1"]
SPILLING = """mappings = ( {
  rf = { loops = ["s 3"]; };
  l2 = { loops = ["q 13", "m 6"]; rows = ["r 3"]; cols = ["m 4"]; };
  dram = { loops = ["c 10", "p 13", "n 2"]; };
} );
"""
STAYING = SPILLING.replace('"c 10", "p 13", "n 2"', '"n 2", "p 13", "c 10"')


def machine(folder, name, l2):
    """Eyeriss with another L2."""
    with open(os.path.join(SOURCE, "configs", "eyeriss.cfg")) as file:
        text = file.read()
    text, n = re.subn(r"^l2 = \{.*?^\};", lambda _: l2, text,
                      flags=re.M | re.S)
    check(n == 1, "eyeriss.cfg has an L2")
    text = re.sub(r'^mapping = \{.*?^\};|table = "[^"]*";', "", text,
                  flags=re.M | re.S)
    return write(folder, name, text)


def store(name, banks, holds, more=""):
    tensors = ", ".join(f'"{one}"' for one in holds.split())
    return (f'{{ name = "{name}"; bytes = {banks * BANK}; banks = {banks}; '
            f'bank_row_words = 4; ports = "1r1w"; latency_cycles = 2; '
            f"holds = [{tensors}]; {more} }}")


def stores(*each):
    return f"l2 = {{ {BUFFERS} stores = ( {', '.join(each)} ); }};"


def one_memory(banks, own):
    return (f"l2 = {{ {BUFFERS} bytes = {banks * BANK}; banks = {banks}; "
            f'bank_row_words = 4; ports = "1r1w"; latency_cycles = 2; {own} }};')


def without_energy(layer):
    return {key: value for key, value in layer.items()
            if key not in ("energy_pj", "energy_range", "metrics", "power_mw")}


def equal(folder):
    """Memories that are the banks that were kept for a tensor."""
    pairs = {
        "each": (one_memory(24, "ifmap_banks = 6; filter_banks = 8; "
                                "psum_banks = 10;"),
                 stores(store("in", 6, "ifmap"), store("w", 8, "filter"),
                        store("acc", 10, "psum"))),
        "two": (one_memory(24, "psum_banks = 10;"),
                stores(store("pad", 14, "ifmap filter"),
                       store("acc", 10, "psum"))),
        "all": (one_memory(24, ""),
                stores(store("glb", 24, "ifmap filter psum"))),
    }
    for name, (one, several) in pairs.items():
        a = machine(folder, f"{name}_one.cfg", one)
        b = machine(folder, f"{name}_several.cfg", several)
        for dataflow in ("rs", "ws", "os", "is", "nlr"):
            for command in ("run", "model"):
                # Searched, they differ where energy decides.
                words = [command, *SHAPE, "--dataflow", dataflow,
                         "--mapping-policy", "rules"]
                x, y = (report(*words, "--cfg", cfg)["layers"][0]
                        for cfg in (a, b))
                check(without_energy(x) == without_energy(y),
                      f"{command} {dataflow}, {name}: the banks of one memory "
                      "and several memories are alike", [x, y])
        words = ["map", *SHAPE, "--dataflow", "ws", "--objective", "delay",
                 "--count", "--format", "json"]
        x, y = (json.loads(run(*words, "--cfg", cfg).stdout)["layers"][0]
                for cfg in (a, b))
        check((x["best"][0]["bound_cycles"], x["space"]["mappings"]) ==
              (y["best"][0]["bound_cycles"], y["space"]["mappings"]),
              f"map, {name}: they have one space and one best delay", [x, y])
    return b


def energies(folder):
    """A store is as dear as an L2 of its size."""
    several = machine(folder, "dear.cfg",
                      stores(store("pad", 20, "ifmap filter"),
                             store("acc", 4, "psum")))
    costs = report("run", *SHAPE, "--cfg", several)["energy_table"]["l2"]
    for banks, tensors in ((20, ("ifmap", "filter")), (4, ("psum",))):
        alone = report("run", *SHAPE, "--cfg",
                       machine(folder, "alone.cfg", one_memory(banks, "")))
        for tensor in tensors:
            check(costs[tensor] == alone["energy_table"]["l2"][tensor],
                  f"{tensor} pays for {banks} banks", costs)


def spills(folder):
    words = [*SHAPE, "--mapping"]
    spilling = write(folder, "spilling.cfg", SPILLING)
    staying = write(folder, "staying.cfg", STAYING)
    free = machine(folder, "free.cfg",
                   stores(store("pad", 14, "ifmap filter"),
                          store("acc", 10, "psum")))
    kept = machine(folder, "kept.cfg",
                   stores(store("pad", 14, "ifmap filter"),
                          store("acc", 10, "psum", "spills = false;")))
    psum = report("run", *words, spilling, "--cfg", free)
    check(psum["layers"][0]["accesses"]["dram"]["psum"]["reads"] > 0,
          "the nest spills")
    for command in ("run", "model"):
        done = run(command, *words, spilling, "--cfg", kept)
        check(done.returncode == 2 and done.stdout == "" and
              "takes psums back from DRAM and store 'acc' has 'spills' = "
              "false" in done.stderr, f"{command} refuses a nest that spills",
              done.stderr)
        done = run(command, *words, staying, "--cfg", kept)
        check(done.returncode == 0, f"{command} takes one that does not",
              done.stderr)
    done = run("map", *SHAPE, "--dataflow", "nest", "--cfg", kept)
    check(done.returncode == 1 and "nests are searched on machines that spill"
          in done.stderr, "map does not search nests there", done.stderr)


def refused(folder):
    acc = store("acc", 10, "psum")
    pad = store("pad", 14, "ifmap filter")
    for l2, text in (
            (stores(pad), "0 of 'l2.stores' hold 'psum'"),
            (stores(pad, acc, store("more", 2, "psum")),
             "2 of 'l2.stores' hold 'psum'"),
            (stores(pad.replace("banks = 14", "banks = 0"), acc),
             "'banks' of a store is 0; it may be 1 to 4096"),
            (stores(pad.replace("banks = 14;", ""), acc),
             "a store lacks 'banks'"),
            (stores(pad.replace('"1r1w"', '"2rw"'), acc),
             "'ports' of a store is 2rw; it may be '1rw' or '1r1w'"),
            (stores(pad.replace("bytes", "byte"), acc),
             "unknown key 'byte' of a store; the nearest is 'bytes'"),
            (stores(pad.replace("bytes = 57344", "bytes = 14"), acc),
             "'bytes' of store 'pad' is 14; 14 banks with rows of 4 words"),
            (stores(store("pad", 14, "ifmap filter", "spills = false;"), acc),
             "store 'pad' has 'spills' = false and holds no psums"),
            (stores(pad, acc).replace("stores", "banks = 4; stores"),
             "'l2.banks' is of an L2 of one memory")):
        done = run("run", *SHAPE, "--cfg", machine(folder, "bad.cfg", l2))
        check(done.returncode == 1 and text in done.stderr and
              re.search(r"bad\.cfg:\d+: error", done.stderr),
              f"refused: {text}", done.stderr)
    good = machine(folder, "good.cfg", stores(pad, acc))
    for key, text in (("l2.bytes=4096", "'l2.bytes' is of an L2 of one"),
                      ("l2.stores=1", "'l2.stores' is a list")):
        done = run("run", *SHAPE, "--cfg", good, "--set", key)
        check(done.returncode == 1 and text in done.stderr,
              f"--set {key} is refused", done.stderr)
    shown = run("run", "--cfg", good, "--show-config").stdout
    check("l2.stores.acc" in shown and "holds psum" in shown,
          "--show-config has the stores", shown)


with new_folder() as work:
    equal(work)
    energies(work)
    spills(work)
    refused(work)
finish()
