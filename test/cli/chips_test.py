"""chips_test.py - shipped chips keep as many PEs at work as their designers
say, and no more than they could.

SPDX-License-Identifier: MIT
"""

import math

from program import check, finish, report, run, sample

IDEAL = ["--set", "dram.model=ideal"]


def layer_of(*words):
    return report(*words)["layers"][0]


def nvdla_small():
    """64 MACs: 8 channels of a tap by 8 kernels."""
    dense = layer_of("--cfg", "nvdla_small", *IDEAL, "--shape",
                     "M=64,C=64,H=56,W=56,R=3,S=3,pad=1")
    bound = 64 * 64 * 56 * 56 * 9 // 64
    check(bound <= dense["cycles"] <= 1.02 * bound,
          "a convolution on nvdla_small takes its MAC bound, 1,806,336",
          dense["cycles"])
    depthwise = layer_of("--cfg", "nvdla_small", *IDEAL, "--shape",
                         "G=32,M=32,C=32,H=16,W=16,R=3,S=3,pad=1")
    check(depthwise["cycles"] >= 32 * 16 * 16 * 9 and
          depthwise["utilization"] <= 1 / 64,
          "a depthwise layer keeps one of its 64 MACs at work",
          (depthwise["cycles"], depthwise["utilization"]))


def nvdla_large():
    """ResNet-50's convolutions fill 64 channels by 32 kernels, but the
    first."""
    layers = report("--cfg", "nvdla_large", "--net", "resnet50", "--batch",
                    "1", *IDEAL)["layers"]
    seen = 0
    for layer in layers:
        shape = layer["shape"]
        if shape["C"] % 64 or shape["M"] % 32:
            continue
        seen += 1
        bound = layer["macs"] / 2048
        if layer["cycles"] * 0.85 > bound:
            check(False, f"{layer['name']} takes 1/0.85 of its MAC bound",
                  (layer["cycles"], bound))
    check(seen == 52, "52 convolutions fill NVDLA's atoms", seen)


def ceiling(config, shape):
    """The largest share of PEs that a layer can keep at work, by what rows and
    columns of PEs may hold."""
    loops = {"g": shape["G"], "n": shape["N"], "m": shape["M"] // shape["G"],
             "c": shape["C"] // shape["G"], "p": shape["P"], "q": shape["Q"],
             "r": shape["R"], "s": shape["S"]}
    share = 1
    for axis in ("rows", "cols"):
        held, places = config[f"array.{axis}_hold"], config[f"array.{axis}"]
        if held == "any":
            continue
        steps = math.prod(loops[letter] for letter in held.split(","))
        share *= steps / (math.ceil(steps / int(places)) * int(places))
    return share


def config_of(machine):
    """Each key's value, as --show-config prints it."""
    lines = run("--cfg", machine, "--show-config").stdout.splitlines()
    return {words[0]: words[1] for words in map(str.split, lines)
            if len(words) > 1}


def ceilings():
    machines = ("nvdla_small", "nvdla_large", "dadiannao_like", "eyeriss",
                "eyeriss_v2_dense", "shidiannao", "tensor_core", "systolic",
                "tpu_v1")
    networks = ("lenet5", "mlp1", "alexnet", "mobilenetv2", "resnet50",
                "googlenet", "overfeat", "vgg16", "mlp0")
    pairs = [(machine, net) for net in networks for machine in machines]
    for machine, net in pairs[:sample(12, "machines x networks",
                                      len(pairs))]:
        config = config_of(machine)
        above = [layer["name"]
                 for layer in report("--cfg", machine, "--net", net,
                                     "--batch", "1")["layers"]
                 if layer["utilization"] >
                 ceiling(config, layer["shape"]) * (1 + 1e-9)]
        check(above == [], f"no layer of {net} is above {machine}'s ceiling",
              above)


nvdla_small()
nvdla_large()
ceilings()
finish()
