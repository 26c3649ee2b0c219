"""explain_test.py - `accelsim explain` on machines with one bottleneck each.

Each machine is generous but for one key, which was made smaller until it held
the layer up.  explain has to name that key as what binds; a run with the
options that it gives takes the cycles that it says; and on that machine, the
bottleneck gone, it names something else.  The same of a bad mapping.
SPDX-License-Identifier: MIT
"""

from program import (IS_SHORT, check, finish, new_folder, report, run, sample,
                     write)

CONV = ("--shape", "M=32,C=16,H=14,W=14,R=3,S=3,pad=1")
FC = ("--shape", "M=256,C=256,H=1,W=1,R=1,S=1")
GEMM = ("--gemm", "M=4096,N=32,K=32")
PLENTY = {"dram.bytes_per_second": 51200000000, "l2.filter_banks": 0,
          "l2.ifmap_buffers": 0, "l2.filter_buffers": 0, "l2.psum_buffers": 0}
STREAM = {"array.rows": 32, "array.cols": 32, "l2.bytes": 65536,
          "dram.model": "bandwidth", "dram.bytes_per_second": 64000000000,
          "l2.ifmap_buffers": 2, "l2.filter_buffers": 2, "l2.psum_buffers": 2}

# Machine, its dataflow, what is plenty, layer, the key that is not and its
# value.
PLANTED = [
    ("eyeriss", "rs", PLENTY, FC, "noc.filter.words_per_slot", 4),
    ("eyeriss", "rs", PLENTY, CONV, "dram.bytes_per_second", 400000000),
    ("systolic", "ws", STREAM, GEMM, "l2.psum_buffers", 1),
    ("eyeriss", "rs", PLENTY, CONV, "pe.rf.psum_words", 2),
    ("systolic", "ws", STREAM, GEMM, "l2.ifmap_buffers", 1),
    ("eyeriss", "ws", PLENTY, CONV, "noc.ifmap.slots_per_cycle", 2),
    ("eyeriss", "rs", PLENTY, CONV, "l2.bytes", 6912),
    ("eyeriss", "rs", PLENTY, CONV, "pe.rf.ifmap_words", 2),
    ("eyeriss", "rs", PLENTY, CONV, "pe.rf.filter_words", 16),
    ("eyeriss", "ws", PLENTY, CONV, "dram.bytes_per_second", 100000000),
    ("eyeriss", "ws", PLENTY, CONV, "l2.bytes", 1728),
    ("eyeriss", "ws", PLENTY, CONV, "pe.rf.filter_words", 2),
    ("eyeriss", "ws", PLENTY, CONV, "pe.rf.psum_words", 2),
    ("eyeriss", "ws", PLENTY, CONV, "array.rows", 3),
    ("eyeriss", "ws", PLENTY, CONV, "array.cols", 1),
    ("eyeriss", "os", PLENTY, CONV, "dram.bytes_per_second", 200000000),
    ("eyeriss", "os", PLENTY, CONV, "noc.ifmap.slots_per_cycle", 4),
    ("eyeriss", "os", PLENTY, CONV, "l2.bytes", 1728),
    ("eyeriss", "os", PLENTY, CONV, "pe.rf.psum_words", 2),
    ("eyeriss", "rs", PLENTY, FC, "dram.bytes_per_second", 800000000),
]


def options(sets):
    return [word for key, value in sets.items()
            for word in ("--set", f"{key}={value}")]


def look_at(machine, dataflow, plenty, layer, key, value):
    sets = {**plenty, key: value}
    words = ["--cfg", machine, "--dataflow", dataflow, *layer]
    what = f"{machine} {dataflow} with {key}={value}"
    found = report("explain", *words, *options(sets))
    binds = found["binding"]
    if not check(binds is not None and binds["options"][0].split("=")[0]
                 == f"--set {key}", f"{what}: it binds", binds):
        return
    changed = binds["options"][0].removeprefix("--set ").split("=")
    mended = {**sets, changed[0]: changed[1]}
    ran = report("run", *words, *options(mended))
    check(ran["total"]["cycles"] == binds["cycles"],
          f"{what}: a run with {binds['options'][0]} takes those cycles",
          ran["total"]["cycles"])
    check(ran["total"]["energy_pj"]["total"] == binds["energy"],
          f"{what}: and that energy")
    after = report("explain", *words, *options(mended))["binding"]
    check(after is None or not after["options"][0].startswith(f"--set {key}="),
          f"{what}: then it binds no longer", after)


def look_at_mapping(folder):
    """A bad mapping: it binds, said in a file or by --set, and what is found
    without it takes what explain says."""
    bad = {"m": 8, "n": 1, "e": 7, "p": 4, "q": 1, "r": 1, "t": 1, "fr": 3,
           "fc": 3, "g": 1, "w": 14}
    words = ("--cfg", "eyeriss", *CONV)
    entry = "; ".join(f"{name} = {value}" for name, value in bad.items())
    file = write(folder, "bad.cfg",
                 f'mappings = ( {{ dataflow = "rs"; {entry}; }} );')
    sets = options({f"mapping.{name}": value for name, value in bad.items()})
    for given, best in ((("--mapping", file), "--dataflow "),
                        (("--dataflow", "rs", *sets),
                         "without --set mapping.*")):
        found = report("explain", *words, *given)
        binds = found["binding"]
        check(binds is not None and binds["kind"] == "mapping" and
              binds["options"][0].startswith(best) and
              found["what_ifs"][0]["kind"] == "mapping" and
              "What binds is the mapping that was given" in found["in_words"],
              f"{given[0]}: a bad mapping binds, and is named first",
              found["in_words"])
        mended = binds["options"][0].split() if best == "--dataflow " else \
            ["--dataflow", "rs"]
        ran = report("run", *words, *mended)
        check(ran["total"]["cycles"] == binds["cycles"] <
              found["now"]["cycles"] / 2,
              f"{given[0]}: a run without it takes those cycles",
              ran["total"]["cycles"])
        after = report("explain", *words, *mended)["binding"]
        check(after is None or after["kind"] != "mapping",
              f"{given[0]}: then no mapping binds", after)


def look_at_machines(folder):
    """Machines of each kind: what binds is a change that, made, takes the
    cycles that explain says."""
    few = ("--shape", "M=8,C=4,H=8,W=8,R=3,S=3")
    mapping = write(folder, "few.cfg", 'mappings = ( { dataflow = "rs"; m = 8; '
                    'n = 1; e = 6; p = 4; q = 1; r = 1; t = 1; fr = 3; fc = 3; '
                    'g = 1; w = 6; } );')
    for words in (("gemmini",), ("eyeriss_v2_sparse",), ("simba_like",),
                  ("eyeriss_spads",), ("tensor_core",), ("nvdla_small",),
                  ("eyeriss", "--set", "energy=45nm_rough"),
                  ("eyeriss", "--set", "energy=45nm_components"),
                  ("eyeriss", "--set", "dram.model=ddr3_1600"),
                  ("eyeriss", "--mapping", mapping),
                  ("eyeriss", "--mapping-policy", mapping)):
        words = ("--cfg", *words, *few)
        found = report("explain", *words)
        gains = [w["gain"] for w in found["what_ifs"] if "gain" in w]
        check(gains == sorted(gains, reverse=True) and
              report("run", *words)["total"]["cycles"] ==
              found["now"]["cycles"], " ".join(words[1:4]))
        binds = found["binding"]
        if binds is not None and binds["options"][0].startswith("--set"):
            made = [word for option in binds["options"]
                    for word in option.split(" ", 1)]
            check(report("run", *words, *made)["total"]["cycles"] ==
                  binds["cycles"], f"and {binds['options']} takes as long",
                  binds)


def look_at_text():
    """Of a published layer: the numbers are those of the run."""
    words = ("--cfg", "eyeriss", "--layer", "conv5", "--batch", "1")
    found = report("explain", *words)
    ran = report("run", *words)["layers"][0]
    check(found["now"]["cycles"] == ran["cycles"], "the cycles are the run's")
    check(found["now"]["ledger_pe_cycles"] == ran["ledger_pe_cycles"] and
          found["now"]["wait_dram_by"] == ran["wait_dram_by"] and
          found["now"]["wait_by"] == ran["wait_by"],
          "and so are the causes")
    check(found["now"]["energy"] == ran["energy_pj"]["total"],
          "and the energy")
    gains = [w["gain"] for w in found["what_ifs"] if "gain" in w]
    check(gains == sorted(gains, reverse=True), "changes are ranked by gain")
    ways = [" ".join(w["options"]) for w in found["what_ifs"]]
    check(len(set(ways)) == len(ways) > 20, "each change is another one", ways)
    text = run("explain", *words).stdout
    check(f"{ran['cycles']:,} cycles" in text and
          found["binding"]["options"][0] in " ".join(text.split()),
          "the text says so in words", text)
    check(all(len(line) <= 110 for line in text.splitlines()),
          "and its lines are short",
          [line for line in text.splitlines() if len(line) > 110])
    wrong = run("explain", "--cfg", "eyeriss", "--layer", "conv9")
    check(wrong.returncode == 1 and "conv9" in wrong.stderr,
          "a layer that is none is refused")


def look_at_both_forms():
    """Nothing is wrong on the way to them."""
    tiny = ("--cfg", "eyeriss", "--shape", "M=8,C=4,H=8,W=8,R=3,S=3,pad=1")
    found = report("explain", *tiny)
    done = run("explain", *tiny)
    check(done.returncode == 0 and
          f"{found['now']['cycles']:,} cycles" in done.stdout,
          "a layer is explained as JSON and as text", done.stderr)


if __name__ == "__main__":
    if IS_SHORT:
        look_at_both_forms()
        finish()
    for case in PLANTED[:sample(3, "planted bottlenecks", len(PLANTED))]:
        look_at(*case)
    with new_folder() as work:
        look_at_mapping(work)
        look_at_machines(work)
    look_at_text()
    finish()
