#!/usr/bin/env python3
"""check_networks.py - what networks as graphs are held to, as one list.

    bench/check_networks.py --program ./accelsim [--tests FOLDER] [--skip PART]

Prints each figure beside what it must be: the zoo from end to end on three
machines, with what each does of its operations; networks made small, word by
word (test/values); each edge of the graphs (network_test of FOLDER); what stays
on chip, on all graphs, machines and sizes of L2 (test/network/residency_test.py,
most of the time); fusion and frames against published figures; what is refused
with its bytes; and seconds. Status 1 where one is missed.
SPDX-License-Identifier: MIT
"""

import argparse
import os
import re
import subprocess
import sys

from machines import Machines

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(HERE)
ZOO = ("resnet50_graph", "mobilenetv2_graph", "inception_v3", "unet",
       "bert_base", "gpt2_prefill", "gpt2_decode", "llama7b_layer",
       "llama7b_decode", "vit_b16")
MACHINES = ("eyeriss", "tpu_v1", "nvdla_small")


def coverage(m):
    """Each of the zoo's networks on each machine: how many of its nodes it does
    itself, and which operations it has not."""
    for net in ZOO:
        for machine in MACHINES:
            found = m.document("run", "--cfg", machine, "--net", net,
                               "--batch", "1")
            rows = found["network"]["op_coverage"]
            outside = {row["op"] for row in rows
                       if row["runs_on"] == "outside"}
            nodes = sum(row["nodes"] for row in rows)
            away = sum(row["nodes"] for row in rows
                       if row["runs_on"] == "outside")
            m.say(nodes == len(found["layers"]), f"{net} on {machine}",
                  f"{nodes - away} of {nodes} nodes, "
                  f"{found['total']['macs']:,} MACs, "
                  f"{found['total']['cycles']:,} cycles; outside: "
                  f"{', '.join(sorted(outside)) or 'none'}",
                  "every node has a row")


def script(m, what, path):
    """A test in its long form: all that it looks at holds."""
    done = subprocess.run(
        [sys.executable, os.path.join(SOURCE, "test", path)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "ACCELSIM": m.program, "srcdir": SOURCE,
             "ACCELSIM_TEST_LONG": "1",
             "PYTHONPATH": os.path.join(SOURCE, "test")})
    lines = done.stdout.splitlines()
    for line in lines:
        if line.startswith(("sample: ", "not ok")) or "others have no" in line:
            print(f"       {line}")
    m.say(done.returncode == 0, what,
          f"{sum(line.startswith('ok') for line in lines):,} things right, "
          f"{sum(line.startswith('not ok') for line in lines)} wrong", "none")


def edges(m, folder):
    done = subprocess.run(
        [os.path.join(folder, "network_test"),
         "--gtest_filter=edges*:Fusion*"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False, env={**os.environ, "ACCELSIM_TEST_LONG": "1",
                          "srcdir": SOURCE})
    passed = re.search(r"PASSED  \] (\d+) tests?", done.stdout)
    m.say(done.returncode == 0, "edges of the graphs, tiles of fused ones",
          f"{passed[1] if passed else 0} tests passed", "all")


def published(m):
    """Rows of `accelsim validate`."""
    for title in ("*first five convolutions of VGG*", "*Frames per second*"):
        done = subprocess.run([m.program, "validate", "--filter", title],
                              capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            if re.search(r"(pass|known miss|miss)$", line):
                print("       " + " ".join(line.split()))
        m.say(done.returncode == 0, f"validate '{title}'",
              done.stdout.strip().split("\n")[-1], "none missed")


def fused(m):
    """The published chain as a run, tile by tile of one output: the words of
    its maps over DRAM are those of the closed form, in words of 32 bits."""
    found = m.document("run", "--cfg", "tpu_v1", "--net", "vgg16_graph",
                       "--batch", "1", "--set",
                       "network.fuse=conv1_1:conv3_1:1:kept")
    rows = {row["name"]: row["accesses"]["dram"] for row in found["layers"]}
    names = [row["name"] for row in found["layers"]]
    chain = names[names.index("conv1_1"):names.index("conv3_1") + 1]
    maps = sum(rows[name][tensor][way] for name in chain
               for tensor in ("ifmap", "psum") for way in ("reads", "writes"))
    m.say(abs(maps * 4 / 2 ** 20 - 3.6) <= 0.36, "VGG's first five, fused and "
          "run with halos kept, maps over DRAM",
          f"{maps:,} words, {maps * 4 / 2 ** 20:.3f} MiB", "3.6 published, 10 %")
    m.equal("... as the closed form has it", maps,
            found["network"]["fusion"][0]["fused_words"])
    m.equal("... and its MACs", found["total"]["macs"],
            m.document("model", "--cfg", "tpu_v1", "--net", "vgg16_graph",
                       "--batch", "1")["total"]["macs"])


def refusals(m):
    done = subprocess.run(
        [m.program, "run", "--cfg", "eyeriss", "--net", "vgg16", "--batch",
         "1", "--layer", "conv1_2", "--set", "dram.carries=filters"],
        capture_output=True, text=True, check=False)
    m.say(done.returncode == 1 and "6422528" in done.stderr and
          "110592" in done.stderr, "two maps that L2 does not hold",
          f"status {done.returncode}", "refused, with their bytes and L2's")
    pool = m.layers("run", "--cfg", "eyeriss", "--net", "resnet50_graph",
                    "--layer", "pool1", "--batch", "1")[0]
    dram = pool["accesses"]["dram"]
    # Windows of 3 x 3 by steps of 2 meet every word but those of no window.
    m.say(pool["macs"] == 0 and
          dram["ifmap"]["reads"] == 64 * 112 * 112 and
          dram["psum"]["writes"] == 64 * 56 * 56,
          "a pool alone, words in and out",
          f"{dram['ifmap']['reads']:,} and {dram['psum']['writes']:,}",
          "802,816 and 200,704, no MACs")


def seconds(m):
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, "decode_bench.py"), m.program],
        capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        what, taken = re.match(r"(.*), ([\d.]+) s$", line).groups()
        most = 2 if what.startswith("GPT") else 0.6
        m.say(float(taken) <= most, what, f"{taken} s of a core", f"{most} s")


PARTS = {
    "coverage": coverage,
    "published": published,
    "fused": fused,
    "refusals": refusals,
    "seconds": seconds,
    "networks": lambda m: script(m, "graphs by the program, fusion, the zoo",
                                 "network/network_test.py"),
    "values": lambda m: script(m, "networks made small, word by word",
                               "values/values_test.py"),
    "residency": lambda m: script(m, "what stays on chip: words and cycles",
                                  "network/residency_test.py"),
}


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--program", default="./accelsim")
    options.add_argument("--tests", help="a folder with the test programs")
    options.add_argument("--skip", action="append", default=[],
                         choices=sorted(PARTS), help="a part that is left out")
    given = options.parse_args()
    m = Machines(os.path.abspath(given.program))
    if given.tests:
        edges(m, given.tests)
    for name, part in PARTS.items():
        if name not in given.skip:
            part(m)
    return 1 if m.missed else 0


if __name__ == "__main__":
    sys.exit(main())
