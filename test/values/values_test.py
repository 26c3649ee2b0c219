"""values_test.py - functional mode through whole networks: the shipped graphs,
made small, give the words of an oracle that was written apart, on machines that
agree to the word where their words are as wide.
SPDX-License-Identifier: MIT
"""

import os
import sys

from program import (SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, report, sample, write)

sys.path.insert(0, os.path.join(SOURCE, "configs", "networks"))
import graph_transformers  # noqa: E402
import make_graphs  # noqa: E402
from graph_text import Graph  # noqa: E402
from value_oracle import Network  # noqa: E402

# Bits of ifmap, filter and psum words.
MACHINES = {"eyeriss": (16, 16, 16), "tpu_v1": (8, 8, 32),
            "nvdla_small": (8, 8, 32)}
# A smaller TPU: values follow each of its PEs in each cycle.
SMALLER = ("--set", "array.rows=16", "--set", "array.cols=16")
UNIT = ("--set", "vector.lanes=8", "--set",
        "vector.ops=add,mul,maxpool,softmax,layernorm,rmsnorm,gelu,silu")


def shrunk(graph, by, image=None, tokens=None):
    """A network with `by` times fewer channels, another size of its image, and
    as many tokens as `tokens` says in place of each number of them."""
    tokens = tokens or {}

    def less(channels):
        return min(-(-channels // by), 400)
    for one in graph.inputs:
        if one["C"] > 3:
            one["C"] = less(one["C"])
        if "W" in one:
            one["H"] = one["W"] = image
        elif "H" in one:
            one["H"] = tokens[one["H"]]
    for node in graph.nodes:
        is_deep = node["op"] == "conv" and node.get("G", 1) > 1
        for key in ("M", "N") + (("G",) if is_deep else ()):
            if key in node:
                node[key] = less(node[key])
        if "rows" in node:
            node["rows"] = min(node["rows"], 50)
        if node["op"] == "split":
            node["parts"] = tokens.get(node["parts"], node["parts"])
        if node["op"] == "reshape":
            node["to"] = [less(node["to"][0]), tokens[node["to"][1]], 1]
    return graph


def zoo():
    """The networks, made small."""
    few = {1: 1, 128: 4}
    yield shrunk(make_graphs.resnet50(), 16, 32)
    yield shrunk(make_graphs.mobilenetv2(), 8, 32)
    yield shrunk(make_graphs.inception_v3(), 20, 75)
    yield shrunk(make_graphs.unet(), 32, 32)
    yield shrunk(graph_transformers.bert_base(layers=1), 16, tokens=few)
    yield shrunk(graph_transformers.gpt2(128, 0, "gpt2_prefill", 1), 16,
                 tokens=few)
    yield shrunk(graph_transformers.gpt2(1, 128, "gpt2_decode", 1), 16,
                 tokens=few)
    yield shrunk(graph_transformers.llama_layer(), 64, tokens=few)
    yield shrunk(graph_transformers.llama_layer(1, 128, "llama7b_decode"), 64,
                 tokens=few)
    yield shrunk(graph_transformers.vit_b16(1), 16, 32, {197: 5, 196: 4})


def held_to_oracle(folder, graph, machine, batch, *more):
    what = f"{graph.name} on {machine}"
    path = write(folder, f"{graph.name}.cfg", graph.text())
    found = report("run", "--cfg", machine, "--net", path, "--batch",
                   str(batch), "--check",
                   *(SMALLER if machine == "tpu_v1" else ()), *more)
    right = Network(graph.inputs, graph.nodes, batch, *MACHINES[machine])
    values = found["network"]["values"]
    wrong = [one for one in values
             if one["digest"] != right.maps[one["tensor"]].digest() or
             one["exponent"] != right.maps[one["tensor"]].exponent]
    check(not wrong and len(values) == len(right.maps),
          f"{what}: all {len(values)} tensors have the oracle's words",
          wrong[:3])
    check(found["total"]["check"]["mismatches"] == 0 and all(
        layer["check"]["outputs"] > 0 for layer in found["layers"]
        if layer["macs"] > 0), f"{what}: no MAC loop differs from its sums")
    dead = [one for one in values if one["zero_words"] == one["words"]]
    check(20 * len(dead) < len(values), f"{what}: words reach all tensors, but "
          "for those of few channels that a ReLU clears", dead[:3])


def networks(folder):
    """Each network on one machine, or, in the long form, on all."""
    small, machines = list(zoo()), list(MACHINES)
    tried = sample(len(small), "networks x machines",
                   len(small) * len(machines))
    for i in range(tried):
        graph = small[i % len(small)]
        machine = machines[(i % len(small) + i // len(small)) % len(machines)]
        held_to_oracle(folder, graph, machine, 1)


def every_operation():
    """A node of each operation that no shrunk network has."""
    g = Graph("others", "", "this test")
    g.input("x", C=6, H=8, W=6)
    y = g.node("conv", "conv", "x", M=8, R=3, S=3, pad=1)
    y = g.node("norm", "batchnorm", y)
    y = g.node("near", "lrn", y, size=5)
    y = g.node("once", "sigmoid", y)
    z = g.node("turned", "transpose", y, order="hcw")
    z = g.node("back", "transpose", z, order="hcw")
    y = g.node("both", "mul", y, z, "near")
    y = g.node("up", "resize", y, to=[8, 16, 9])
    y = g.node("wide", "conv_transpose", y, M=4, R=3, S=3, stride=2, pad=1,
               output_pad=1)
    y = g.node("act", "silu", y)
    y = g.node("act2", "gelu", y)
    g.node("mean", "avgpool", y, R=3, S=3, stride=2, pad=1)
    g.node("groups", "softmax", y, G=2)
    return g


def others(folder):
    for machine, batch, more in (
            ("tpu_v1", 2, UNIT), ("eyeriss", 1, ()),
            ("eyeriss", 2, ("--set", "lowering.transposed=zeros"))):
        held_to_oracle(folder, every_operation(), machine, batch, *more)
    batches = shrunk(graph_transformers.gpt2(1, 128, "two", 1), 32,
                     tokens={1: 1, 128: 3})
    for machine in ("tpu_v1", "nvdla_small"):
        held_to_oracle(folder, batches, machine, 2)


def main():
    leave_to_the_plain_build()
    with new_folder() as folder:
        networks(folder)
        others(folder)
    finish()


main()
