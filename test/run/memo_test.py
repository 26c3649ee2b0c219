"""memo_test.py - every shipped architecture with each of its dataflows prints
the same bytes with passes remembered, with hardly any room to remember them,
and with all simulated.

SPDX-License-Identifier: MIT
"""

import glob
import os
import re
import tempfile

from program import IS_SHORT, SOURCE, check, finish, run, sample

SHAPES = [
    "N=4,M=24,C=12,H=11,W=11,R=3,S=3,pad=1",
    "N=3,G=24,M=24,C=24,H=12,W=12,R=3,S=3,stride=2,pad=1",
    "N=16,M=96,C=64,H=1,W=1,R=1,S=1",
]
DRAMS = ["bandwidth", "ideal", "ddr4_2400"]
RATE = "dram.bytes_per_second=123456789"  # a phase that divides nothing


def dataflows(path):
    with open(path) as file:
        listed = re.search(r"dataflows\s*=\s*[\[(]([^\])]*)", file.read())
    return re.findall(r'"(\w+)"', listed.group(1)) if listed else []


# All but who waited for whom.
def stats(text):
    return text[:text.rindex(" forgotten")]


NEST = """mappings = ( {
  dram = { loops = ["n 3", "m 2"]; };
  l2 = { loops = ["p 7"]; rows = ["r 3"]; cols = ["q 7"]; };
  rf = { loops = ["m 4", "c 2", "s 3"]; };
} );
"""


# Three layers under one nest: two are equal, the third has a filter less.
def nests_are_remembered():
    with tempfile.TemporaryDirectory() as folder:
        mapping, net = f"{folder}/nest.cfg", f"{folder}/net.cfg"
        with open(mapping, "w", encoding="utf-8") as to:
            to.write(NEST)
        with open(net, "w", encoding="utf-8") as to:
            to.write("name = \"three\";\nlayers = (\n" + ",\n".join(
                f'{{ name = "l{k}"; M = {m}; C = 2; H = 9; W = 9; R = 3; '
                'S = 3; }' for k, m in enumerate((8, 8, 7))) + ");\n")
        words = ["--cfg", "eyeriss", "--net", net, "--layer", "all", "--batch",
                 "3", "--mapping", mapping, "--format", "json"]
        full = run(*words, "--no-memo")
        check(full.returncode == 0, "nests run", full.stderr)
        memo = run(*words, "--stats", "-j", "2")
        alone = run(*words, "--stats", "-j", "1")
        tiny = run(*words, "--stats", "--memo-bytes", "1")
        for one in (memo, alone, tiny):
            check(one.stdout == full.stdout, "nests: the same, remembered",
                  one.stderr)
        check(stats(memo.stderr) == stats(alone.stderr),
              "nests: the same --stats, whatever -j",
              memo.stderr + alone.stderr)
        check(re.search(r"[1-9]\d* outcomes", alone.stderr) is not None,
              "nests: outcomes are counted", alone.stderr)
        check(" 0 in layers equal" not in alone.stderr,
              "nests: equal layers run once", alone.stderr)
        check(re.search(r"\b0 outcomes", tiny.stderr) is not None,
              "nests: --memo-bytes holds", tiny.stderr)


# Two layers that differ in the bits of their words: rows of L1s and words of a
# coded slot follow from them.
def widths_are_told_apart():
    layer = ("type = \"conv\"; M = 40; C = 9; H = 11; W = 17; R = 3; S = 3; "
             "filter_zero_share = 0.00001;")
    for machine, bits in (
            (["eyeriss_v2_sparse", "--set", "pe.skips=filter"], 7),
            (["eyeriss", "--set", "l1.bytes=64", "--set", "l1.banks=2", "--set",
              "l1.cluster_cols=2", "--set", "l1.bank_row_words=4"], 4)):
        with tempfile.TemporaryDirectory() as folder:
            net = f"{folder}/net.cfg"
            with open(net, "w", encoding="utf-8") as to:
                to.write(f'name = "two"; layers = ( {{ name = "own"; {layer} }}, '
                         f'{{ name = "other"; {layer} ifmap_bits = {bits}; '
                         f"filter_bits = {bits}; }} );")
            words = ["--cfg", *machine, "--set", "precision.per_layer=true",
                     "--net", net, "--mapping-policy", "rules", "-j", "1",
                     "--format", "json"]
            full = run(*words, "--no-memo")
            memo = run(*words)
        check(full.returncode == 0 and memo.stdout == full.stdout,
              f"{machine[0]}: layers of other widths, remembered", full.stderr)


# PE-cycles skipped in periods inside passes, of a run of any machine.
def skipped(*words):
    one = run(*words, "--format", "json", "--stats")
    found = re.search(r"(\d+) skipped inside passes", one.stderr)
    check(one.returncode == 0 and found is not None,
          f"{' '.join(words)}: runs", one.stderr)
    return int(found.group(1)), one.stdout


# Skipped on each kind of array, and not where someone watches each cycle.
def periods_inside_passes():
    layer = ["--shape", "M=16,C=4,H=40,W=40,R=3,S=3"]
    for machine in (["eyeriss"], ["eyeriss", "--dataflow", "nlr", "--set",
                                   "mapping.search_keeps=false"],
                    ["eyeriss_v2_dense", "--dataflow", "ws"],
                    ["systolic", "--dataflow", "ws"], ["tpu_v1"]):
        count, out = skipped("--cfg", *machine, *layer)
        check(count > 0, f"{' '.join(machine)}: periods are skipped")
        none, full = skipped("--cfg", *machine, *layer, "--no-memo")
        check(none == 0 and full == out,
              f"{' '.join(machine)}: --no-memo skips none, the same bytes")
    for watch in (["--check"], ["--max-cycles", "100000000"]):
        check(skipped("--cfg", "eyeriss", *layer, *watch)[0] == 0,
              f"{watch[0]}: none is skipped")


def main():
    nests_are_remembered()
    widths_are_told_apart()
    periods_inside_passes()
    known = 0
    machines = [(path, flow) for path in
                sorted(glob.glob(os.path.join(SOURCE, "configs", "*.cfg")))
                for flow in dataflows(path)]
    layers = sample(2, "layers on each machine and dataflow, in turn",
                    len(SHAPES))
    for turn, (path, flow) in enumerate(machines[::4 if IS_SHORT else 1]):
        for k in range(turn, turn + layers):
            shape, dram = SHAPES[k % 3], DRAMS[k % 3]
            words = ["--cfg", path, "--dataflow", flow, "--shape", shape,
                     "--set", f"dram.model={dram}", "--format", "json"]
            if dram == "bandwidth":
                words += ["--set", RATE]
            name = f"{os.path.basename(path)} {flow} {shape}"
            full = run(*words, "--no-memo")
            memo = run(*words, "--stats", "-j", "2")
            alone = run(*words, "--stats", "-j", "1")
            tiny = run(*words, "--memo-bytes", "500")
            if full.returncode == 2:
                continue  # too large for a small machine
            check(full.returncode == 0 and memo.stdout == full.stdout,
                  f"{name}: the same, remembered", full.stderr)
            check(stats(memo.stderr) == stats(alone.stderr),
                  f"{name}: the same --stats, whatever -j",
                  memo.stderr + alone.stderr)
            check(tiny.stdout == full.stdout,
                  f"{name}: the same, with little memory")
            known += int(re.search(r"(\d+) known", memo.stderr).group(1))
    check(known > 0, "something was remembered")
    finish()


main()
