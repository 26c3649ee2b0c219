"""skips_test.py - PEs that skip zeros, from the command line: what is counted,
in all kernels, and what is refused by name.

SPDX-License-Identifier: MIT
"""

import json
import os

from program import IS_SHORT, check, finish, new_folder, report, run, write
from systemc_cases import compare

NETWORK = """name = "zeros";
layers = (
  { name = "conv"; M = 16; C = 8; H = 10; W = 10; R = 3; S = 3; pad = 1;
    ifmap_zero_share = 0.6; filter_zero_share = 0.5; },
  { name = "dense"; M = 6; C = 4; H = 7; W = 7; R = 3; S = 3; pad = 1;
    stride = 2; },
  { name = "product"; op = "gemm"; M = 5; N = 40; K = 64;
    ifmap_zero_share = 0.3; filter_zero_share = 0.9; });
"""
MACHINE = ["--cfg", "eyeriss", "--set", "pe.zero_gating=false"]


def layers_of(net, skips, *words):
    # By rules: what is about as quick may be chosen otherwise where PEs skip.
    return report(*MACHINE, "--set", f"pe.skips={skips}", "--net", net,
                  "--mapping-policy", "rules", *words)["layers"]


def what_is_counted(net):
    dense = layers_of(net, "none")
    check(not any("macs_performed" in layer or
                  "skip" in layer["ledger_pe_cycles"] for layer in dense),
          "a machine that skips nothing has no word of it")
    performed = {}
    for skips in ("ifmap", "filter", "both"):
        layers = layers_of(net, skips, "--check")
        performed[skips] = [layer["macs_performed"] for layer in layers]
        check(all(layer["check"]["mismatches"] == 0 for layer in layers),
              f"skipping {skips} leaves every output as it is")
        check([layer["macs"] for layer in layers] ==
              [layer["macs"] for layer in dense] and
              all(layer["ledger_pe_cycles"]["mac"] == layer["macs_performed"]
                  for layer in layers),
              f"{skips}: macs are the layer's, the ledger has those performed")
        check(layers[1]["cycles"] == dense[1]["cycles"] and
              layers[1]["macs_performed"] == layers[1]["macs"],
              f"{skips}: a layer without declared zeros takes the dense cycles")
    both, ifmap = performed["both"], performed["ifmap"]
    check(all(both[i] < min(ifmap[i], performed["filter"][i]) for i in (0, 2)),
          "both skip more than one", performed)
    zeros = layers_of(net, "none", "--check")[0]
    check(ifmap[0] == zeros["macs"] - zeros["check"]["zero_macs"],
          "without the products of zero ifmap words as values have them",
          (ifmap[0], zeros))


def mask_of(extents, seed):
    """The text of a mask, and its words in order."""
    n, c, h, w = extents
    bits = [hash_of(seed * 1000003 + k) % 5 > 1 for k in range(n * c * h * w)]
    rows = ["".join("01"[bit] for bit in bits[k:k + w])
            for k in range(0, len(bits), w)]
    return "# zeros\n\nmask %d %d %d %d\n" % extents + "\n".join(rows), bits


def hash_of(x):
    x = (x ^ x >> 7) * 2654435761 % 2**32
    return (x ^ x >> 13) * 2246822519 % 2**32 >> 9


def products_of(ifmap, filters):
    """Of conv in MASKED: pairs of words that are both not zero."""
    return sum(filters[((m * 2 + c) * 3 + r) * 3 + s] and
               ifmap[(c * 6 + p + r - 1) * 5 + q + s - 1]
               for m in range(4) for c in range(2)
               for r in range(3) for s in range(3)
               for p in range(6) for q in range(5)
               if 0 <= p + r - 1 < 6 and 0 <= q + s - 1 < 5)


MASKED = """name = "masked";
layers = (
  { name = "conv"; M = 4; C = 2; H = 6; W = 5; R = 3; S = 3; pad = 1;
    ifmap_mask = "i.mask"; filter_mask = "f.mask"; %s },
  { name = "seeded"; M = 4; C = 2; H = 6; W = 5; R = 3; S = 3; pad = 1;
    ifmap_zero_share = 0.5; pattern_seed = %d; });
"""


def masks_are_followed(folder):
    in_text, ifmap = mask_of((1, 2, 6, 5), 1)
    of_text, filters = mask_of((4, 2, 3, 3), 2)
    write(folder, "i.mask", in_text)
    write(folder, "f.mask", of_text)
    net = write(folder, "masked.cfg", MASKED % ("", 1))
    words = [*MACHINE, "--set", "pe.skips=both", "--batch", "2", "--check"]
    conv, seeded = report(*words, "--net", net)["layers"]
    check(conv["macs_performed"] == 2 * products_of(ifmap, filters) and
          conv["check"]["mismatches"] == 0,
          "products of words that are not zero by their masks, of each image",
          conv["macs_performed"])
    other = report(*words, "--net", write(folder, "other.cfg",
                                          MASKED % ("", 2)))["layers"][1]
    again = report(*words, "--net", net, "--no-memo")["layers"][1]
    check(seeded["macs_performed"] != other["macs_performed"] and
          seeded["macs_performed"] == again["macs_performed"],
          "another seed, another pattern; the same, the same")
    for text, what in (
            (in_text.replace("mask 1", "mask 2"), "60 of 24 rows"),
            (in_text + "\n01010", "a row more than the 12"),
            (in_text.replace("mask 1 2 6", "mask 1 2 x"), ":3: error: 'mask"),
            ("mask 1 2 3 5\n" + "01111\n" * 6, "the tensor has 1 x 2 x 6 x 5"),
            ("mask 1 1 1 2\n02", ":2: error: '02' is no row"),
            ("mask 65535 65535 65535 2", "more than 4294967295 rows"),
            ("mask 1 0 6 5", "extent 2 of a mask is 0"),
            ("mask 1 2 6 5\n01\x0010\n", ":2: error: a zero byte"),
            ("", "no mask")):
        write(folder, "i.mask", text)
        done = run(*words, "--net", net)
        what = "12 of 24 rows" if "of 24" in what else what
        check(done.returncode == 1 and done.stdout == "" and
              what in done.stderr, f"refused: {what}", done.stderr)
    os.remove(os.path.join(folder, "i.mask"))
    os.symlink("/dev/zero", os.path.join(folder, "i.mask"))
    done = run(*words, "--net", net)
    check(done.returncode != 0 and "no regular file" in done.stderr,
          "a mask without an end is none", done.stderr)
    os.remove(os.path.join(folder, "i.mask"))
    for name, said in (("i.mask", "No such file"), (".", "it is a folder")):
        done = run(*words, "--net", write(folder, "none.cfg", MASKED.replace(
            "i.mask", name) % ("", 1)))
        check(done.returncode == 1 and said in done.stderr, said, done.stderr)
    write(folder, "i.mask", in_text)
    masks_are_of_layers(folder, words)
    done = run(*words, "--net", write(
        folder, "both.cfg", MASKED % ("filter_zero_share = 0.9;", 1)))
    check(done.returncode == 1 and "need not be said" in done.stderr,
          "a share beside a mask is its share", done.stderr)
    done = run(*words, "--net", write(
        folder, "seed.cfg", MASKED % ("pattern_seed = 3;", 1)))
    check(done.returncode == 1 and "masks say where all" in done.stderr,
          "a seed beside masks chooses nothing", done.stderr)


LARGE = """name = "large";
layers = (
  { name = "one"; M = 2; C = 2; H = 48; W = 48; R = 1; S = 1;
    ifmap_mask = "%s"; },
  { name = "two"; M = 2; C = 2; H = 48; W = 48; R = 1; S = 1;
    ifmap_mask = "w.mask"; filter_zero_share = 0.5; pattern_seed = 3; });
"""


def masks_are_of_layers(folder, words):
    """One of many words, which two layers share; and layers without."""
    text, bits = mask_of((1, 2, 48, 48), 3)
    path = write(folder, "w.mask", text)
    layers = report(*words, "--net", write(folder, "large.cfg",
                                           LARGE % path))["layers"]
    check(layers[0]["macs_performed"] == 2 * 2 * sum(bits) and
          layers[1]["macs_performed"] < layers[0]["macs_performed"],
          "products of a mask of many words", layers[0]["macs_performed"])
    for more, said in (('filter_block = 2; filter_nonzero = 1;',
                        "'filter_mask' and 'filter_block'"),
                       ('op = "conv_transpose";', "masks are for 'conv'")):
        done = run(*words, "--net", write(folder, "other.cfg",
                                          MASKED % (more, 1)))
        check(done.returncode == 1 and said in done.stderr, said, done.stderr)


def refused(words, *what):
    done = run(*words)
    check(done.returncode != 0 and done.stdout == "" and
          all(part in done.stderr for part in ("'pe.skips'", *what)),
          f"refused by name: {' '.join(words[1:])}", done.stderr)


def any_number_of_filters(folder):
    """Of one PE: what tells them apart is held in words of 16 and 64 bits."""
    net = write(folder, "filters.cfg", """name = "filters";
layers = (
  { name = "conv"; M = 32; C = 8; H = 10; W = 10; R = 3; S = 3; pad = 1;
    ifmap_zero_share = 0.6; filter_zero_share = 0.5; });
""")
    performed = set()
    for filters in (14, 15, 16, 17):
        done = run(*MACHINE, "--set", "pe.skips=both", "--net", net,
                   "--dataflow", "os", "--mapping-policy", "rules", "--set",
                   f"mapping.p={filters}", "--check", "--format", "json")
        found = json.loads(done.stdout)["layers"] if done.stdout else []
        check([layer["check"]["mismatches"] for layer in found] == [0],
              f"{filters} filters of a PE leave every output as it is",
              done.stderr)
        performed.update(layer["macs_performed"] for layer in found)
    check(len(performed) == 1, "and as many products", performed)


def what_is_refused(net):
    skips = [*MACHINE, "--set", "pe.skips=both", "--net", net]
    refused([*skips, "--dataflow", "nlr"], "'nlr'", "'rs', 'ws'")
    refused([*skips, "--set", "pass.overlap=true"], "'pass.overlap' = false")
    refused([*skips, "--dataflow", "ws", "--set", "noc.psum_reduce=tree"],
            "'noc.psum_reduce' = 'chain'")
    refused([*skips, "--set", "pe.psum_add=last_product"], "'own_cycle'")
    refused(["--cfg", "eyeriss", "--set", "pe.skips=ifmap", "--net", net],
            "'pe.zero_gating' = false")
    refused([*MACHINE, "--set", "pe.skips=psum", "--net", net],
            "'psum'", "'ifmap', 'filter' or 'both'")
    refused(["--cfg", "systolic", "--set", "pe.skips=both", "--net", net],
            "'array.network' = 'multicast'")
    refused([*MACHINE, "--set", "pe.multipliers=2", "--net", net],
            "'pe.multipliers' = 2", "it may be 1")
    late = run(*skips, "--set", "pe.multipliers=2", "--set",
               "pe.pipeline_cycles=9")
    check(late.returncode != 0 and "it may be 1 to 8" in late.stderr,
          "two multipliers have shorter pipelines", late.stderr)
    pairs = run("model", *skips, "--set", "pe.multipliers=2", "--layer",
                "dense")
    check(pairs.returncode != 0 and "'pe.multipliers' = 1" in pairs.stderr,
          "no closed form has the cycles of two multipliers", pairs.stderr)
    for command in ("model", "map"):
        refused([command, *skips], "'conv'", f"accelsim {command}",
                "accelsim run")
    done = run("model", *skips, "--layer", "dense")
    check(done.returncode == 0, "model has a layer without declared zeros",
          done.stderr)


def main():
    with new_folder() as folder:
        net = write(folder, "zeros.cfg", NETWORK)
        what_is_counted(net)
        any_number_of_filters(folder)
        what_is_refused(net)
        masks_are_followed(folder)
        kernel = run(*MACHINE, "--net", net, "--kernel", "systemc")
        built = "libsystemc-dev" not in kernel.stderr and not IS_SHORT
        for dataflow in ("rs", "os") if built else ():
            compare([*MACHINE, "--set", "pe.skips=both", "--net", net,
                     "--set", f"pe.multipliers={1 + (dataflow == 'rs')}",
                     "--dataflow", dataflow])
    finish()


main()
