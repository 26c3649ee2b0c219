#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What networks as graphs take, in CPU seconds on one core.

    decode_bench.py ACCELSIM [TOKENS]

GPT-2 (124 M) decodes TOKENS (default: 128) one after the other behind 128
others on a TPU, each step a graph of its own whose cache is a token longer, and
with the dataflow's rules for mappings; ResNet-50 runs on Eyeriss with its
search.  The graphs are written before.
"""
import os
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "configs", "networks"))
import graph_transformers  # noqa: E402


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(program, *words):
    """The cycles of the table's last row."""
    done = subprocess.run([program, "run", *words, "--batch", "1", "-j", "1"],
                          capture_output=True, check=True, text=True)
    total = next(line for line in done.stdout.split("\n")
                 if line.startswith("total "))
    return int(total.split()[2].replace(",", ""))


def decode(program, tokens, folder):
    paths = []
    for context in range(128, 128 + tokens):
        paths.append(os.path.join(folder, f"{context}.cfg"))
        with open(paths[-1], "w", encoding="ascii") as out:
            out.write(graph_transformers.gpt2(1, context).text())
    before = cpu_seconds()
    cycles = sum(run(program, "--cfg", "tpu_v1", "--net", path,
                     "--mapping-policy", "rules") for path in paths)
    print(f"GPT-2, {tokens} tokens on tpu_v1: {cycles:,} cycles, "
          f"{cpu_seconds() - before:.2f} s")


def resnet(program):
    before = cpu_seconds()
    cycles = run(program, "--cfg", "eyeriss", "--net", "resnet50_graph")
    print(f"ResNet-50 as a graph on eyeriss, with its search: {cycles:,} "
          f"cycles, {cpu_seconds() - before:.2f} s")


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    tokens = int(sys.argv[2]) if len(sys.argv) > 2 else 128
    with tempfile.TemporaryDirectory() as folder:
        decode(sys.argv[1], tokens, folder)
    resnet(sys.argv[1])


main()
