#!/usr/bin/env python3
"""whole_runs.py - times whole runs of accelsim and prints tables.

    bench/whole_runs.py                  every network on every architecture
    bench/whole_runs.py --acceptance     the runs that docs/performance.md lists
    bench/whole_runs.py --growth         time against layer, array and batch
    bench/whole_runs.py --compare SECS   --no-memo = memo, byte for byte, where
                                         the full run takes less than SECS
    bench/whole_runs.py --slowest SECS   layers that take longer, of every network
                                         on every architecture, mapping by rules
    bench/whole_runs.py --slowest SECS --only eyeriss_v2_sparse
                                         ... on those whose names hold the word

One run at a time, one thread each unless it says -j 2.  cycles: simulated;
PE-cyc: of the PEs while passes ran, in full: those not known beforehand;
full/x: how many times as long it takes with --no-memo.  The best of --repeat
runs, the median beside it, and the processor's time, which other work on the
machine disturbs less.  Standard library only.

SPDX-License-Identifier: MIT
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIGS = os.path.join(HERE, os.pardir, "configs")
NETWORKS = ["lenet5", "alexnet", "overfeat", "vgg16", "googlenet", "resnet50",
            "mlp0", "mlp1"]
SHIPPED = sorted(file[:-4]
                 for file in os.listdir(os.path.join(CONFIGS, "networks"))
                 if file.endswith(".cfg"))
# What a full run manages at least, to tell beforehand how long it takes.
FULL_PE_CYCLES_PER_SECOND = {"systolic": 1e10, "tpu_v1": 1e10,
                             "eyeriss": 4.2e8, "dadiannao_like": 1e8,
                             "tensor_core": 1e8}
FULL_PE_CYCLES_PER_SECOND_ELSE = 2e8


class Failed(Exception):
    pass


class Run:
    """One process: its wall time, peak memory, output and statistics."""

    def __init__(self, program, words):
        with tempfile.TemporaryFile() as out, \
                tempfile.TemporaryFile() as err:
            start = time.perf_counter()
            process = subprocess.Popen(
                [program, *words, "--stats", "--format", "json"],
                stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            self.output = out.read()
            self.stats = err.read().decode()
        if process.returncode != 0:
            raise Failed(self.stats.strip())
        self.peak_bytes = usage.ru_maxrss * 1024
        self.cpu_seconds = usage.ru_utime + usage.ru_stime

    def number(self, pattern):
        return int(re.search(pattern, self.stats).group(1))

    @property
    def cycles(self):
        return json.loads(self.output)["total"]["cycles"]

    @property
    def pe_cycles(self):
        return self.number(r"(\d+) PE-cycles:")

    @property
    def full_pe_cycles(self):
        return self.number(r"(\d+) simulated in full")


def full_seconds(name, run):
    """About how long the run would take with --no-memo."""
    rate = FULL_PE_CYCLES_PER_SECOND.get(name.split()[0],
                                         FULL_PE_CYCLES_PER_SECOND_ELSE)
    return run.pe_cycles / rate


class Timed:
    """The best of several equal runs."""

    def __init__(self, program, words, repeat):
        runs = [Run(program, words) for _ in range(repeat)]
        self.run = min(runs, key=lambda r: r.seconds)
        self.best = self.run.seconds
        self.median = statistics.median(r.seconds for r in runs)
        self.cpu = min(r.cpu_seconds for r in runs)
        self.peak = max(r.peak_bytes for r in runs)


def short(value):
    for unit in ("", "k", "M", "G", "T"):
        if value < 1000:
            return f"{value:.3g}{unit}"
        value /= 1000
    return f"{value:.3g}P"


def print_row(cells, widths=(32, 7, 7, 7, 7, 7, 7, 8, 4, 7)):
    line = f"{cells[0]:{widths[0]}}"
    for cell, width in zip(cells[1:], widths[1:]):
        line += f" {cell:>{width}}"
    print(line, flush=True)


def print_head():
    print_row(["run", "cycles", "PE-cyc", "in full", "best s", "median",
               "CPU s", "PE-cyc/s", "MB", "full/x"])


def one_row(options, name, words):
    """Times a run and compares it with one that remembers nothing."""
    try:
        timed = Timed(options.program, words, options.repeat)
    except Failed as why:
        print_row([name, str(why).split("error: ")[-1][:70]])
        return
    run = timed.run
    ratio = "-"
    if full_seconds(name, run) < options.full_limit:
        full = Run(options.program, [*words, "--no-memo"])
        if full.output != run.output:
            print(f"{name}: --no-memo prints other numbers", file=sys.stderr)
            options.failed = True
        ratio = f"{full.cpu_seconds / timed.cpu:.0f}x"
    print_row([name, short(run.cycles), short(run.pe_cycles),
               short(run.full_pe_cycles), f"{timed.best:.3f}",
               f"{timed.median:.3f}", f"{timed.cpu:.3f}", short(run.pe_cycles / timed.best),
               f"{timed.peak / 1e6:.0f}", ratio])


def architectures():
    """Name -> dataflows, of those shipped."""
    found = {}
    for file in sorted(os.listdir(CONFIGS)):
        path = os.path.join(CONFIGS, file)
        if not file.endswith(".cfg"):
            continue
        with open(path, encoding="utf-8") as text:
            flows = re.search(r"dataflows\s*=\s*[\[(]([^\])]*)[\])]",
                              text.read())
        if flows:
            found[file] = re.findall(r'"(\w+)"', flows.group(1))
    return found


def everything(networks):
    for arch, flows in architectures().items():
        for flow in flows:
            for network in networks:
                yield (f"{arch[:-4]} {flow} {network}",
                       ["--cfg", os.path.join(CONFIGS, arch), "--dataflow",
                        flow, "--net", network, "-j", "1"])


SYSTOLIC = ["--cfg", "systolic.cfg", "--net", "resnet50", "--set",
            "array.rows=128", "--set", "array.cols=128"]
EYERISS = ["--cfg", "eyeriss.cfg", "--layer"]
ALEXNET = EYERISS + ["conv*", "--net", "alexnet", "--batch"]
VGG16 = EYERISS + ["conv*", "--net", "vgg16", "--batch"]
RESNET50 = EYERISS + ["conv*,res*", "--net", "resnet50", "--batch"]
ACCEPTANCE = [
    ("AlexNet conv, N=4", ALEXNET + ["4"], 0.25),
    ("AlexNet conv, N=64", ALEXNET + ["64"], None),
    ("VGG-16 conv, N=3", VGG16 + ["3"], 0.6),
    ("VGG-16 conv, N=64", VGG16 + ["64"], None),
    ("ResNet-50 conv, N=1", RESNET50 + ["1"], 1.5),
    ("ResNet-50 conv, N=4", RESNET50 + ["4"], None),
    ("ResNet-50 conv, N=64", RESNET50 + ["64"], None),
    ("systolic 128x128 ws ResNet-50", SYSTOLIC + ["--dataflow", "ws"], 1.5),
    ("systolic 128x128 os ResNet-50", SYSTOLIC + ["--dataflow", "os"], 1.5),
    ("systolic 128x128 is ResNet-50", SYSTOLIC + ["--dataflow", "is"], 1.5),
    ("tpu_v1 ResNet-50", ["--cfg", "tpu_v1.cfg", "--net", "resnet50"], 5),
]


def acceptance(options):
    print_head()
    for name, words, _ in ACCEPTANCE:
        one_row(options, name, [*words, "-j", "1"])
    print("\n-j 2 against -j 1")
    for name, words, _ in ACCEPTANCE:
        one = Timed(options.program, [*words, "-j", "1"], options.repeat)
        two = Timed(options.program, [*words, "-j", "2"], options.repeat)
        if one.run.output != two.run.output:
            print(f"{name}: -j 2 prints other numbers", file=sys.stderr)
            options.failed = True
        print(f"{name:34} {one.best:7.3f} s {two.best:7.3f} s "
              f"{one.best / two.best:5.2f}x", flush=True)


def growth(options):
    layer = "M=64,C=64,H={size},W={size},R=3,S=3,pad=1"
    print("layer size, eyeriss rs (H = W)")
    print_head()
    for size in (7, 14, 28, 56, 112, 224):
        one_row(options, f"{size}", ["--cfg", "eyeriss.cfg", "--shape",
                                     layer.format(size=size), "-j", "1"])
    for flow, cfg in (("rs", "eyeriss.cfg"), ("ws", "systolic.cfg"),
                      ("os", "systolic.cfg")):
        print(f"\narray size, {cfg[:-4]} {flow}")
        print_head()
        for size in (8, 16, 32, 64, 128, 256):
            one_row(options, f"{size}x{size}",
                    ["--cfg", cfg, "--dataflow", flow, "--shape",
                     layer.format(size=56), "--set", f"array.rows={size}",
                     "--set", f"array.cols={size}", "-j", "1"])
    print("\nbatch, eyeriss rs, AlexNet conv1-5")
    print_head()
    for batch in (1, 4, 16, 64, 256):
        one_row(options, f"N={batch}", [*ALEXNET, str(batch), "-j", "1"])


def compare(options):
    """memo = --no-memo, on all that runs in the time given."""
    same = other = left = 0
    for name, words in everything(NETWORKS):
        if options.batch:
            words = [*words, "--batch", str(options.batch)]
        try:
            run = Run(options.program, words)
        except Failed as why:
            print(f"skip - {name}: {str(why).split('error: ')[-1][:90]}")
            continue
        if full_seconds(name, run) > options.compare:
            left += 1
            print(f"skip - {name}: --no-memo would take some "
                  f"{full_seconds(name, run):.0f} s", flush=True)
            continue
        full = Run(options.program, [*words, "--no-memo"])
        if full.output == run.output:
            same += 1
            print(f"ok - {name}: equal, {run.cpu_seconds:.2f} s of the "
                  f"processor against {full.cpu_seconds:.2f} s", flush=True)
        else:
            other += 1
            print(f"not ok - {name}: --no-memo prints other numbers",
                  flush=True)
    print(f"{same} equal, {other} not, {left} would take too long")
    options.failed = other > 0 or same == 0


def slowest(options):
    """No layer takes longer than so many seconds of the processor: a network
    that takes no longer has none, of others each layer is run alone."""
    table = ["--mapping-policy", "rules"]
    runs = layers = slow = 0
    times = []
    for name, words in everything(SHIPPED):
        if options.only not in name.split()[0]:
            continue
        try:
            run = Run(options.program, [*words, *table])
        except Failed:  # the architecture refuses the network
            continue
        runs += 1
        if run.cpu_seconds <= options.slowest:
            continue
        for layer in json.loads(run.output)["layers"]:
            one = Run(options.program,
                      [*words, *table, "--layer", layer["name"]])
            layers += 1
            times.append((one.cpu_seconds, f"{name}, {layer['name']}"))
            if one.cpu_seconds > options.slowest:
                slow += 1
                print(f"not ok - {name}, {layer['name']}: "
                      f"{one.cpu_seconds:.2f} s", flush=True)
    for seconds, what in sorted(times, reverse=True)[:5]:
        print(f"# {seconds:.2f} s: {what}")
    print(f"{runs} runs, {layers} layers alone: {slow} layers above "
          f"{options.slowest:g} s")
    options.failed = slow > 0 or runs == 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.environ.get(
        "ACCELSIM", os.path.join(HERE, os.pardir, "build", "accelsim")))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--full-limit", type=float, default=20, metavar="SECS",
                        help="compare with --no-memo where that should take "
                        "no longer (default 20)")
    parser.add_argument("--acceptance", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--compare", type=float, metavar="SECS")
    parser.add_argument("--slowest", type=float, metavar="SECS")
    parser.add_argument("--only", default="", metavar="WORD", help="of "
                        "--slowest: architectures whose names hold the word")
    parser.add_argument("--batch", type=int, help="of --compare; without it, "
                        "each architecture's own")
    options = parser.parse_args()
    options.failed = False
    os.environ.setdefault("ACCELSIM_PATH", CONFIGS)
    if options.compare:
        compare(options)
    elif options.slowest:
        slowest(options)
    elif options.acceptance:
        acceptance(options)
    elif options.growth:
        growth(options)
    else:
        print_head()
        for name, words in everything(NETWORKS):
            one_row(options, name, words)
    return 1 if options.failed else 0


if __name__ == "__main__":
    sys.exit(main())
