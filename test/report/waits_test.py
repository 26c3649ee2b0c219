"""waits_test.py - waits of PEs are split exactly by what they are made of.

On every machine that ships, under each of its dataflows, nests included, the
parts of each wait add up to it, stepped by either kernel and in blocks of one
PE; they are what a waveform shows, counted cycle by cycle; and what is planted
in a machine is what its waits are made of.
SPDX-License-Identifier: MIT
"""

import os

from program import (check, finish, leave_to_the_plain_build, new_folder,
                     report, run, sample)
from seeing import waves

LAYER = ("--shape", "M=8,C=4,H=9,W=9,R=3,S=3,pad=1")
# A build may be without.
HAS_SYSTEMC = run("--cfg", "eyeriss", "--shape", "M=1,C=1,H=1,W=1,R=1,S=1",
                  "--kernel", "systemc").returncode == 0
KERNELS = ((), ("--no-memo",), ("--kernel", "systemc"),
           ("--kernel", "systemc", "--sc-granularity", "block"))


def faults(result):
    """Waits whose parts do not add up to them."""
    ledger = result["ledger_pe_cycles"]
    wrong = [name for name, parts in result["wait_by"].items()
             if sum(parts.values()) != ledger["wait_" + name]]
    of_dram = sum(sum(causes.values())
                  for causes in result["wait_dram_by"].values())
    return wrong + ["dram"] * (of_dram != ledger["wait_dram"])


def look_at_machines():
    runs = []
    for row in report("list", "architectures")["rows"]:
        for dataflow in row["dataflows"].replace(",", " ").split():
            has_layer = row["default_network"].startswith("conv1d")
            runs.append(("--cfg", row["name"], "--dataflow", dataflow,
                         *(() if has_layer else LAYER)))
    with_systemc = sample(4, "of them under SystemC, too", len(runs))
    for k, words in enumerate(runs):
        first = None
        # Those that are drawn are spread over the kinds of machines.
        drawn = k * with_systemc // len(runs) != \
            (k + 1) * with_systemc // len(runs)
        for kernel in KERNELS[:4 if drawn and HAS_SYSTEMC else 2]:
            ran = report("run", *words, *kernel)
            what = " ".join((*words[1:4:2], *kernel))
            wrong = [w for r in (*ran["layers"], ran["total"])
                     for w in faults(r)]
            check(not wrong, f"{what}: waits are their parts", wrong)
            waits = [(r["wait_by"], r["wait_dram_by"]) for r in ran["layers"]]
            first = waits if first is None else first
            check(waits == first, f"{what}: the parts are the same", waits)


WAITS = ("filter", "ifmap", "psum_in", "psum_out")
STATES = ("idle", "latency", "busy", "blocked")  # of a network's waveform


def by_cycle(signal, cycles):
    """Values by cycle."""
    return {cycle: value for begin, behind, value in
            waves.spans(signal, *cycles)
            for cycle in range(round(begin), round(behind))}


def look_at_waveform(folder, *words):
    """What a waveform shows, counted: in each cycle, PEs that wait for a
    tensor, by the state of its network."""
    path = os.path.join(folder, "w.vcd")
    ran = report("run", *words, "--kernel", "systemc", "--vcd", path)
    with open(path, encoding="utf-8") as file:
        signals, cycles = waves.read(file.read())
    network = {s.name.split("_network")[0]: by_cycle(s, cycles)
               for s in signals if s.name.endswith("_network state")}
    seen, said = {}, {}
    for signal in signals:
        if not (signal.name.startswith("pe_") and
                signal.name.endswith(" state")):
            continue
        for cycle, state in by_cycle(signal, cycles).items():
            if 5 <= state < 5 + len(WAITS):
                wait = WAITS[state - 5]
                key = wait, STATES[network[wait].get(cycle, 0)]
                seen[key] = seen.get(key, 0) + 1
    for wait, causes in ran["total"]["wait_by"].items():
        for cause, n in causes.items():
            key = wait, "blocked" if cause in ("port", "order") else cause
            if n > 0:
                said[key] = said.get(key, 0) + n
    check(seen == said and seen, f"{' '.join(words)}: the waveform shows the "
          "same", (seen, said))


def look_at_waveforms():
    small = ("--set", "array.rows=6", "--set", "array.cols=4")
    runs = [("--cfg", "eyeriss", "--dataflow", dataflow, *LAYER, *small)
            for dataflow in ("rs", "is", "nlr", "ws", "os")]
    runs.append((*runs[0], "--set", "noc.filter.words_per_slot=1", "--set",
                 "l2.ports=1rw", "--set", "noc.psum_out.words_per_slot=1"))
    with new_folder() as folder:
        for words in runs[:sample(3, "waveforms", len(runs))]:
            if HAS_SYSTEMC:
                look_at_waveform(folder, *words)


def parts(wait, *words):
    """Of one wait of a layer, those that are not 0."""
    of = report("run", *words)["total"]["wait_by"][wait]
    return {cause: n for cause, n in of.items() if n > 0}


def look_at_planted():
    conv = ("--cfg", "eyeriss", "--shape", "M=32,C=16,H=14,W=14,R=3,S=3,pad=1")
    narrow = parts("filter", *conv, "--set", "noc.filter.words_per_slot=1")
    wide = parts("filter", *conv, "--set", "noc.filter.words_per_slot=16")
    check(narrow["busy"] > 10 * wide.get("busy", 1),
          "a narrow network is busy while PEs wait", (narrow, wide))
    check("port" not in parts("psum_in", *conv) and "port" in parts(
        "psum_in", *conv, "--set", "l2.ports=1rw"),
        "one port for reads and writes makes psums wait for it")
    out = ("--cfg", "systolic", "--dataflow", "os", *LAYER)
    check(parts("psum_out", *out).keys() == {"idle"},
          "psums of an array that shifts them out wait for the last of them")
    edge = parts("psum_out", *out, "--set", "noc.psum_out.slots_per_cycle=1")
    check(edge.keys() == {"busy", "idle"} and edge["busy"] > 30000,
          "and for a narrow edge", edge)


if __name__ == "__main__":
    leave_to_the_plain_build()
    look_at_machines()
    look_at_waveforms()
    look_at_planted()
    finish()
