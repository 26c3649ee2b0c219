#!/usr/bin/env python3
"""beside_peers.py - what runs cost, beside what other tools take for the same.

CPU time (user) of one thread, the least of some runs each, in milliseconds a
layer or in seconds.  Mappings are those of the table or of the dataflow
(`--mapping-policy`, if the program has it, is `rules`), so that no search is in it.  With
--limits, fails where a run takes more than what is aimed at on a quiet machine.
With --before, another build of the program runs beside and its time is divided
by this one's; with --full, runs with a DRAM part are made with --no-memo, too:
their output must be the same, byte for byte, and they take so many times as long.

Figures of others are not measured here; they were, on one core of the same kind
of machine: MAESTRO (github.com/maestro-project/maestro, -O2), ResNet-50.

    bench/beside_peers.py --program build/accelsim

SPDX-License-Identifier: MIT
"""

import argparse
import os
import resource
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MAESTRO = "MAESTRO 0.58 ms a layer"


def conv1_2(size):
    return ["--cfg", "eyeriss", "--net", "vgg16", "--layer", "conv1_2",
            "--batch", "1", "--set", "l2.bytes=8388608", "--set",
            f"array.rows={size}", "--set", f"array.cols={size}"]


def systolic(size, flow):
    return ["--cfg", "systolic", "--net", "resnet50", "--dataflow", flow,
            "--set", f"array.rows={size}", "--set", f"array.cols={size}"]


def eyeriss(network, flow, *more):
    return ["--cfg", "eyeriss", "--net", network, "--dataflow", flow, *more]


PARTS = ["ddr3_1600", "ddr4_2400", "lpddr4_2400", "hbm2"]


def llama(m, memory):
    return ["--cfg", "eyeriss", "--gemm", f"M={m},N=2048,K=4096", "--set",
            f"dram.model={memory}"]


# (what, words, layers that share the time or None, most seconds or None,
# beside it)
TABLE = [
    ("ResNet-50, model", ["model", *eyeriss("resnet50", "rs", "--batch", "1")],
     54, None, MAESTRO),
    ("ResNet-50, run, Eyeriss rs", eyeriss("resnet50", "rs", "--batch", "1"),
     54, 54 * 0.9e-3, MAESTRO),
    ("ResNet-50, run, systolic 128x128 ws", systolic(128, "ws"), 54, None,
     MAESTRO),
    ("ResNet-50, run, systolic 32x32 ws", systolic(32, "ws"), 54, None,
     MAESTRO),
    ("ResNet-50, run, tpu_v1", ["--cfg", "tpu_v1", "--net", "resnet50"], 54,
     None, ""),
    *((f"{name}, run, Eyeriss {flow}", eyeriss(net, flow), layers, None, "")
      for flow in ("rs", "ws", "nlr")
      for name, net, layers in (("AlexNet", "alexnet", 8),
                                ("VGG-16", "vgg16", 16))),
    ("AlexNet, run, Eyeriss nlr 32x32",
     eyeriss("alexnet", "nlr", "--set", "array.rows=32", "--set",
             "array.cols=32"), 8, None, ""),
    *((f"VGG conv1_2, rs {size}x{size}", conv1_2(size), None, most, "")
      for size, most in ((16, None), (32, None), (64, 0.3), (128, 1.7),
                         (256, 10))),
    ("GEMM 65535^3, systolic ws",
     ["--cfg", "systolic", "--gemm", "M=65535,N=65535,K=65535", "--dataflow",
      "ws"], None, 1, ""),
    *((f"Llama GEMM 2048x4096x4096, {part}", llama(4096, part), None, 0.6, "")
      for part in PARTS),
    ("VGG-16, N=64, run, hbm2",
     eyeriss("vgg16", "rs", "--batch", "64", "--set", "dram.model=hbm2"), 16,
     2.5, ""),
    ("a tiny layer, run",
     ["--cfg", "eyeriss", "--shape", "M=4,C=4,H=4,W=4,R=3,S=3"], None, None,
     "bench/start_bench.py"),
]


def user_seconds(words, seconds_at_most):
    """The user time of one process and what it printed; None: it failed or
    took too long, and why."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    try:
        done = subprocess.run(words, capture_output=True, text=True,
                              check=False, timeout=seconds_at_most)
    except subprocess.TimeoutExpired:
        return None, f"more than {seconds_at_most:.0f} s"
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    if done.returncode != 0:
        return None, done.stderr.strip().split("error: ")[-1][:60]
    return after - before, done.stdout


def least_seconds(words, options):
    least, printed = None, ""
    for _ in range(options.repeat):
        seconds, printed = user_seconds(words, options.wall)
        if seconds is None:
            return None, printed
        least = seconds if least is None else min(least, seconds)
        if least > 1:
            break
    return least, printed


def times_before(words, seconds, options):
    """How many times as long the other program takes, in words."""
    least, why = least_seconds([options.before, *words, "-j", "1",
                                *policy(options.before)], options)
    return why if least is None else f"{least / max(seconds, 1e-4):.1f}x before"


def times_in_full(words, seconds, printed):
    """How many times as long the run takes with nothing remembered, in words,
    and whether it prints the same."""
    full, same = user_seconds([*words, "--no-memo"], 600)
    if full is None:
        return same, False
    return f"{full / max(seconds, 1e-4):.1f}x --no-memo", same == printed


def policy(program):
    """Words that keep the search of a mapping out of the time."""
    done = subprocess.run([program, "--help"], capture_output=True, text=True,
                          check=False)
    return (["--mapping-policy", "rules"]
            if "--mapping-policy" in done.stdout else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default=os.environ.get(
        "ACCELSIM", os.path.join(HERE, os.pardir, "build", "accelsim")))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--wall", type=float, default=120, metavar="SECS",
                        help="give up a run after so many (default 120)")
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--before", metavar="PROGRAM")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("words", nargs="*", help="rows that contain one of "
                        "these (default all)")
    options = parser.parse_args()
    failed = False
    given = policy(options.program)
    print(f"{'run':38}{'CPU s':>9}{'ms a layer':>12}{'aim s':>8}  beside it")
    for what, words, layers, most, beside in TABLE:
        if options.words and not any(w in what for w in options.words):
            continue
        whole = [options.program, *words, "-j", "1", *given]
        seconds, printed = least_seconds(whole, options)
        if seconds is None:
            print(f"{what:38}{'-':>9}  {printed}", flush=True)
            failed = True
            continue
        beside = [beside] if beside else []
        if options.before:
            beside.append(times_before(words, seconds, options))
        if options.full and any(part in what for part in PARTS):
            ratio, same = times_in_full(whole, seconds, printed)
            beside.append(ratio + ("" if same else ", OTHER OUTPUT"))
            failed = failed or not same
        a_layer = f"{1e3 * seconds / layers:.2f}" if layers else ""
        aim = f"{most:.3g}" if most else ""
        failed = failed or (most is not None and seconds > most)
        print(f"{what:38}{seconds:9.3f}{a_layer:>12}{aim:>8}  "
              f"{', '.join(beside)}", flush=True)
    return 1 if failed and options.limits else 0


if __name__ == "__main__":
    sys.exit(main())
