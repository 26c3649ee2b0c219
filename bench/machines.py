#!/usr/bin/env python3
"""machines.py - what the shipped machines are held to, as one list.

Runs the claims about layers and machines that take longer than a test may, and
prints each figure beside what it must be: cases of layers derived by hand, MAC
bounds of NVDLA and a TPU, PEs with work on the depthwise layers of MobileNetV2
with groups side by side and without, under each dataflow that has them, and
passes that overlap.  `accelsim validate` has the published figures, and
test/run/strips_test.cpp Gemmini's closed form.  Status 1 where one is missed.
SPDX-License-Identifier: MIT
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

IDEAL = ["--set", "dram.model=ideal"]
CONV64 = ["--shape", "M=64,C=64,H=56,W=56,R=3,S=3,pad=1"]
SQUARE = ["--gemm", "M=64,N=64,K=64"]
ARRAY16 = ["--set", "array.rows=16", "--set", "array.cols=16"]
SHADOW = [*ARRAY16, "--set", "array.preload=shadow", *IDEAL]


class Machines:
    """The program, and what was found."""

    def __init__(self, program):
        self.program = program
        self.missed = 0

    def document(self, *words):
        done = subprocess.run([self.program, *words, "--format", "json"],
                              stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit(f"machines: {' '.join(words)}: {done.returncode}")
        return json.loads(done.stdout)

    def layers(self, *words):
        return self.document(*words)["layers"]

    def say(self, is_right, what, found, wanted):
        self.missed += not is_right
        print(f"{'ok    ' if is_right else 'MISSED'} {what}: {found}"
              f" ({wanted})", flush=True)

    def equal(self, what, found, wanted):
        self.say(found == wanted, what, f"{found:,}", f"{wanted:,}")


def cases(m):
    """Layers and machines, derived by hand."""
    one = m.layers("--cfg", "systolic", "--dataflow", "os", "--set",
                   "dram.model=ddr3_1600", *SQUARE)[0]
    m.equal("64 x 64 x 64 of int8 on DDR3, bursts", one["dram"]["bursts"],
            3 * 64)
    one = m.layers("--cfg", "systolic", "--dataflow", "os", "--set",
                   "dram.model=ddr3_1600", "--set", "precision.ofmap_bits=32",
                   *SQUARE)[0]
    m.equal("... with outputs of 32 bits", one["dram"]["bursts"], 6 * 64)
    one = m.layers("--cfg", "nvdla_small", "--shape",
                   "M=16,C=1,H=4,W=4,R=1,S=1")[0]
    m.equal("finished outputs of nvdla_small, words of 8 bits",
            one["accesses"]["dram"]["psum"]["finished_writes"], 256)
    one = m.layers("--cfg", "nvdla_small", *IDEAL, "--shape",
                   "G=32,M=32,C=32,H=16,W=16,R=3,S=3,pad=1")[0]
    m.say(one["cycles"] >= 73728 and one["utilization"] <= 1 / 64,
          "depthwise on nvdla_small",
          f"{one['cycles']:,} cycles, {100 * one['utilization']:.2f} %",
          "73,728 or more, 1/64 or less")
    one = m.layers("--cfg", "eyeriss", "--shape",
                   "M=64,C=64,H=1,W=128,R=1,S=3,pad_w=1")[0]
    m.equal("length 128, 3 taps, MACs", one["macs"], 64 * 64 * 128 * 3)
    for dataflow in ("ws", "is"):
        for rows, cycles in ((64, 1070), (16, 302)):
            gemm = f"M={rows},N=64,K=64" if dataflow == "ws" else \
                f"M=64,N={rows},K=64"
            one = m.layers("--cfg", "systolic", "--dataflow", dataflow,
                           *SHADOW, "--gemm", gemm)[0]
            m.equal(f"{dataflow}, second registers, {gemm}", one["cycles"],
                    cycles)
    one = m.layers("model", "--cfg", "systolic", "--gemm",
                   "M=1,N=151936,K=5120")[0]
    m.equal("a language model's head, MACs", one["macs"], 151936 * 5120)
    with tempfile.TemporaryDirectory() as folder:
        for text, what, macs in (
                ("M = 8; C = 1; H = 49; W = 10; R = 10; S = 4; stride_h = 2; "
                 "stride_w = 1;", "stride 2 down, 1 across, MACs", 44800),
                ('op = "conv_transpose"; M = 1; C = 3; H = 2; W = 2; R = 2; '
                 "S = 2; stride = 2;", "transposed 2 x 2, stride 2, MACs",
                 48)):
            path = os.path.join(folder, "n.cfg")
            with open(path, "w", encoding="ascii") as file:
                file.write(f'name = "n"; layers = ( {{ name = "a"; {text} }} '
                           ");\n")
            one = m.layers("--cfg", "eyeriss", "--batch", "1", "--net",
                           path)[0]
            m.equal(what, one["macs"], macs)


def mac_bounds(m):
    """NVDLA's and a TPU's array at work."""
    bound = 64 * 64 * 56 * 56 * 9 // 64
    for cfg, more in (("nvdla_small", []), ("shidiannao", [])):
        one = m.layers("--cfg", cfg, *IDEAL, *more, *CONV64)[0]
        m.say(one["cycles"] <= 1.02 * bound, f"{cfg}, 64 channels, 56 x 56",
              f"{one['cycles']:,} cycles, {100 * bound / one['cycles']:.1f} %",
              f"98 % of its MAC bound, {bound:,}")
    least, most, seen = (2, ""), (0, ""), 0
    for one in m.layers("--cfg", "nvdla_large", "--net", "resnet50", "--batch",
                        "1", *IDEAL):
        shape = one["shape"]
        if shape["C"] % 64 or shape["M"] % 32 or one["op"] != "conv":
            continue
        share = one["macs"] / 2048 / one["cycles"]
        seen += 1
        least = min(least, (share, one["name"]))
        most = max(most, (share, one["name"]))
    m.say(least[0] > 0.85 and seen == 52,
          f"nvdla_large, {seen} convolutions of ResNet-50",
          f"{100 * least[0]:.1f} ({least[1]}) to {100 * most[0]:.1f} %",
          "above 85 % of the MAC bound")
    one = m.layers("--cfg", "tpu_v1", *IDEAL, "--gemm",
                   "M=4096,N=4096,K=4096")[0]
    m.say(one["utilization"] >= 0.95, "tpu_v1, 4096 x 4096 x 4096",
          f"{100 * one['utilization']:.1f} % mac", "at least 95")


def depthwise(m):
    """MobileNetV2's depthwise layers: PEs with work and cycles, a group at a
    time and side by side."""
    for cfg, dataflow, pes in (("eyeriss_v2_dense", "rs", 192),
                               ("eyeriss", "rs", 168), ("eyeriss", "os", 168),
                               ("eyeriss", "ws", 168), ("eyeriss", "is", 168)):
        words = ["--cfg", cfg, "--dataflow", dataflow, "--net", "mobilenetv2",
                 "--layer", "*_dw", "--batch", "1", "--mapping-policy",
                 "rules"]
        apart = m.layers(*words, "--set", "array.groups_parallel=1")
        beside = m.layers(*words)
        for one, two in zip(apart, beside):
            least = 0
            if dataflow == "rs" and two["shape"]["P"] >= 14:
                least = (96 if cfg == "eyeriss_v2_dense" else
                         min(2 * one["active_pes"], pes))
            m.say(two["active_pes"] >= least and
                  two["cycles"] <= one["cycles"] * 1.001,
                  f"{cfg}, {dataflow}, {one['name']}",
                  f"{one['active_pes']} to {two['active_pes']} of {pes} PEs, "
                  f"{one['cycles']:,} to {two['cycles']:,} cycles",
                  f"{least} PEs or more, no slower")


def overlap(m):
    """Passes that overlap move as many words in fewer cycles."""
    for dataflow in ("os", "ws", "is", "nlr", "rs"):
        words = ["--cfg", "eyeriss", "--dataflow", dataflow, *IDEAL, "--set",
                 "l2.bytes=243000", "--mapping-policy", "rules", "--shape",
                 "M=72,C=8,H=30,W=30,R=3,S=3"]
        apart = m.layers(*words)[0]
        both = m.layers(*words, "--set", "pass.overlap=true")[0]
        m.say(both["cycles"] <= apart["cycles"] and
              both["accesses"] == apart["accesses"],
              f"pass.overlap, {dataflow}",
              f"{apart['cycles']:,} to {both['cycles']:,} cycles",
              "no more, and the same words")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default="./accelsim")
    options = parser.parse_args()
    m = Machines(options.program)
    for part in (cases, mac_bounds, depthwise, overlap):
        part(m)
    sys.exit(m.missed != 0)


if __name__ == "__main__":
    main()
