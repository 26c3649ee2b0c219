#!/usr/bin/env python3
"""search_times.py - what searching takes: seconds of the processor, one thread,
of runs with their search, of `map` over all dataflows, and of `map` for each
distinct layer of the shipped networks under each objective (the most).

    ACCELSIM=build/accelsim bench/search_times.py [NETWORK ...]

With networks, `map` looks at the layers of these on Eyeriss alone.
SPDX-License-Identifier: MIT
"""

import os
import resource
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "test", "map"))
import plain_run

PROGRAM = os.environ.get("ACCELSIM", "build/accelsim")
GOALS = [("alexnet, run", 0.1, ["run", "--net", "alexnet"]),
         ("vgg16, run", 0.2, ["run", "--net", "vgg16"]),
         ("resnet50, run", 0.4, ["run", "--net", "resnet50"]),
         ("resnet50, map", 1.5, ["map", "--net", "resnet50"])]
GOALS += [(f"GEMM 2048 x 4096 x 4096, map by {objective}", 2.0,
           ["map", "--gemm", "M=2048,N=4096,K=4096", "--objective", objective])
          for objective in ("energy", "delay", "edp")]


def seconds(words):
    """Of the processor; the status must be 0."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([PROGRAM, words[0], "--cfg", "eyeriss", "-j", "1",
                    *words[1:]], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL,
                   env={**os.environ, "ACCELSIM_PATH": plain_run.CONFIGS})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime +
                                                before.ru_stime)


def main():
    for what, goal, words in GOALS:
        print(f"{what}: {seconds(words):.2f} s (goal {goal})", flush=True)
    layers = dict.fromkeys((net, layer) for net, layer, *_ in
                           plain_run.cases()
                           if not sys.argv[1:] or net in sys.argv[1:])
    for objective in ("energy", "delay", "edp"):
        took = sorted((seconds(["map", "--net", net, "--layer", layer,
                                "--batch", "1", "--objective", objective]),
                       net, layer) for net, layer in layers)
        over = sum(one[0] > 1 for one in took)
        print(f"map by {objective}: {len(took)} layers, median "
              f"{took[len(took) // 2][0]:.2f} s, most {took[-1][0]:.2f} s "
              f"({took[-1][1]} {took[-1][2]}), {over} above 1 s", flush=True)


main()
