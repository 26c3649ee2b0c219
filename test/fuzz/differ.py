#!/usr/bin/env python3
"""differ.py - random layers on random machines, each by all ways that must
agree: whole runs of the program beside each other (`make fuzz DIFF=N`).

    differ.py COUNT [SEED]

A case is a shipped machine with some of its keys set at random, a small layer
and a dataflow.  It is run; run again without the pass memory, with several
threads, with operands (--check, which compares outputs with a convolution), on
the SystemC kernel where it is built, and answered from the closed form.
Cycles, ledger, accesses and hops must be the same.  Twice the DRAM bandwidth under the
same mapping must not take more cycles by a hundredth and 100.  What one way
refuses, every way refuses; no way ends by a signal or takes over 20 s.
SPDX-License-Identifier: MIT
"""

import json
import random
import sys

from program import check, finish, run

MACHINES = ("dadiannao_like", "eyeriss", "eyeriss_v2_dense", "gemmini",
            "nvdla_small", "shidiannao", "systolic", "tensor_core", "tpu_v1")
DATAFLOWS = ("rs", "ws", "is", "os", "nlr", None, None, None, None)
KEYS = {
    "array.rows": (1, 2, 3, 4, 7, 8, 12, 16), "array.cols": (1, 2, 4, 5, 8, 14),
    "pe.rf.ifmap_words": (1, 2, 6, 12, 64), "pe.rf.psum_words": (1, 4, 24),
    "pe.rf.filter_words": (1, 8, 31, 224), "l2.bytes": (4096, 20000, 110592),
    "l2.banks": (1, 3, 4, 8, 27), "l2.latency_cycles": (1, 2, 5),
    "dram.bytes_per_second": (10**8, 4 * 10**8, 10**10),
    "dram.latency_cycles": (0, 20, 100), "clock_hz": (10**8, 2 * 10**8),
    "precision.psum_bits": (16, 20, 32), "precision.ifmap_bits": (4, 8, 16),
    "array.drain": ('"overlapped"',), "array.preload": ('"shadow"',),
    "pass.overlap": ("true",), "pe.fifo_words": (1, 2, 4),
    "pe.pipeline_cycles": (1, 2, 5), "noc.ifmap.words_per_slot": (1, 2, 4),
    "noc.psum_out.slots_per_cycle": (1, 2), "l2.filter_buffers": (1, 2),
    "l2.ifmap_buffers": (1, 2), "dram.layout": ('"rows"',),
    "mapping.keep": (2, 3, 4), "mapping.m": (1, 2, 4), "mapping.e": (1, 2),
}
# What all ways say, and what the closed form says as well.
OF_RUNS = ("macs", "passes", "cycles", "array_cycles", "active_pes",
           "ledger_pe_cycles", "wait_dram_by", "wait_by", "accesses", "noc",
           "gated")
OF_MODEL = ("macs", "passes", "active_pes", "accesses", "noc", "gated")
SECONDS = 20


class Case:
    """One machine, layer and dataflow."""

    def __init__(self, chance):
        self.words = ["--cfg", chance.choice(MACHINES), "--shape",
                      self.shape(chance), "--mapping-policy", "rules",
                      "--max-cycles", "300000"]
        dataflow = chance.choice(DATAFLOWS)
        if dataflow is not None:
            self.words += ["--dataflow", dataflow]
        n_keys = chance.choice((0, 1, 1, 2, 2, 3))
        for key in chance.sample(sorted(KEYS), n_keys):
            self.words += ["--set", f"{key}={chance.choice(KEYS[key])}"]

    @staticmethod
    def shape(chance):
        """A layer of few products, whose filter fits its ifmap."""
        r, s = chance.choice((1, 1, 2, 3, 5)), chance.choice((1, 1, 2, 3))
        dilation = chance.choice((1, 1, 1, 2))
        h = chance.randrange((r - 1) * dilation + 1, 14)
        w = chance.randrange((s - 1) * dilation + 1, 14)
        groups = chance.choice((1, 1, 1, 2, 4))
        m = groups * chance.choice((1, 2, 3, 8))
        c = groups * chance.choice((1, 2, 3, 6))
        return (f"N={chance.choice((1, 1, 2))},G={groups},M={m},C={c},H={h},"
                f"W={w},R={r},S={s},stride={chance.choice((1, 1, 2, 3))},"
                f"pad={chance.choice((0, 0, 1))},dilation={dilation}")

    def layer(self, *more, command="run"):
        """(status, the layer of the JSON or None, the messages)."""
        words = [command, *self.words, *more]
        if command == "model":
            at = words.index("--max-cycles")
            del words[at:at + 2]
        done = run(*words, "--format", "json", seconds=SECONDS)
        if done.returncode != 0:
            return done.returncode, None, done.stderr
        return 0, json.loads(done.stdout)["layers"][0], done.stderr


def part(layer, names):
    return {name: layer.get(name) for name in names}


def difference(one, other, names):
    """The names whose values differ."""
    return [name for name in names
            if part(one, names)[name] != part(other, names)[name]]


def disagreements(case, has_systemc, counts):
    """What is wrong with a case, one line each."""
    status, layer, said = case.layer()
    counts["runs"] += 1
    if status not in (0, 1, 2, 5):
        yield f"status {status}: {said}"
    if status != 0:
        counts["refused"] += 1
        return
    ways = [("no memory", ["--no-memo"]), ("threads", ["-j", "3"]),
            ("check", ["--check"])]
    if has_systemc:
        ways.append(("SystemC", ["--kernel", "systemc"]))
    for name, words in ways:
        status, other, said = case.layer(*words)
        counts["runs"] += 1
        if status != 0:
            yield f"{name}: status {status}: {said}"
        elif difference(layer, other, OF_RUNS):
            yield f"{name}: {difference(layer, other, OF_RUNS)}"
    status, other, said = case.layer(command="model")
    counts["runs"] += 1
    if status != 0 or difference(layer, other, OF_MODEL):
        yield f"model: status {status} {said}" + (
            str(difference(layer, other, OF_MODEL)) if status == 0 else "")
    yield from slower(case, layer, counts)


def slower(case, layer, counts):
    """Whether more bandwidth makes it slower."""
    before = [int(word.partition("=")[2]) for word in case.words
              if word.startswith("dram.bytes_per_second=")]
    if not before:
        return
    mapping = [f"--set=mapping.{name}={value}"
               for name, value in
               ((layer["mapping"] or {}).get("parameters") or {}).items()]
    status, other, said = case.layer(
        "--set", f"dram.bytes_per_second={2 * before[-1]}",
        "--dataflow", layer["dataflow"], *mapping)
    counts["runs"] += 1
    if status != 0:
        yield f"twice the bandwidth: status {status}: {said}"
    elif other["cycles"] > layer["cycles"] * 1.01 + 100:
        yield (f"twice the bandwidth: {other['cycles']} cycles in place of "
               f"{layer['cycles']}")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chance = random.Random(seed)
    counts = {"runs": 0, "refused": 0}
    has_systemc = run("--cfg", "eyeriss", "--shape",
                      "M=1,C=1,H=1,W=1,R=1,S=1", "--kernel",
                      "systemc").returncode == 0
    for k in range(count):
        case = Case(chance)
        for line in disagreements(case, has_systemc and k % 4 == 0, counts):
            check(False, f"case {k} of seed {seed}: {line}",
                  " ".join(case.words))
    check(counts["refused"] < count, f"{count} cases, {counts['runs']} runs, "
          f"{counts['refused']} cases refused by all")
    finish()


main()
