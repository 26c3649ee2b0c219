"""onnx_graph_test.py - ONNX models as graphs: which node becomes which
operation, what it reads, and that no word moves where only axes are renamed.
What each model should be is written down by hand beside it.
SPDX-License-Identifier: MIT
"""

import os
import random
import re

import onnx_models
from importing import imported, layers_of
from program import (check, finish, leave_to_the_plain_build, new_folder,
                     report, run, sample, write)

leave_to_the_plain_build()

VIEWS = ("reshape", "concat", "split")


def graph_of(data, *words):
    """The nodes as {name: (op, inputs, the rest of its keys)}, in order, their
    rows in `list layers` by name, the inputs' shapes, and the report."""
    with new_folder() as folder:
        told = imported(folder, write(folder, "m.onnx", data), *words)
        path = os.path.join(folder, "m.network.cfg")
        rows = {row["name"]: row for row in layers_of(path)}
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"#.*", "", file.read())
    inputs, nodes = {}, {}
    for group in re.findall(r"\{([^}]*)\}", text):
        keys = dict(re.findall(r'(\w+) = ("[^"]*"|\[[^\]]*\]|\w+);', group))
        name = keys.pop("name").strip('"')
        if "op" not in keys:
            inputs[name] = tuple(int(keys.get(key, 1)) for key in "CHW")
            continue
        reads = re.findall(r'"([^"]*)"', keys.pop("in"))
        nodes[name] = (keys.pop("op").strip('"'), reads, keys)
    return nodes, rows, inputs, told


def ops(nodes):
    return [op for op, _, _ in nodes.values()]


def macs(rows):
    return {name: row["macs"] for name, row in rows.items() if row["macs"]}


def runs(data, what):
    """The network runs, other operations and all."""
    with new_folder() as folder:
        path = write(folder, "m.onnx", data)
        result = report("--cfg", "eyeriss", "--net", path, "--batch", "1",
                        "--mapping-policy", "rules")
        check(result["total"]["cycles"] > 0 and
              "op_coverage" in result["network"], f"{what} runs",
              list(result))


def test_bert():
    """The graph is that of the shipped BERT: heads are groups of channels, so
    that nothing is rearranged."""
    nodes, rows, inputs, told = graph_of(onnx_models.bert())
    check([op for op in ops(nodes) if op not in VIEWS] == [
        "gather", "add", "add", "mul", "gemm", "gemm", "gemm", "matmul",
        "add", "softmax", "matmul", "gemm", "add", "layernorm", "gemm", "gelu",
        "gemm", "add", "layernorm", "gemm", "tanh"],
        "a layer of BERT is the operations that it does", ops(nodes))
    check("transpose" not in ops(nodes), "and no word is moved", ops(nodes))
    check(macs(rows) == {"q": 384, "k": 384, "v": 384, "scores": 288,
                         "context": 288, "out": 384, "up": 768, "down": 768,
                         "pooler": 64}, "its MACs", macs(rows))
    check(nodes["scores"] == ("matmul", ["q", "k"], {"B": "2"}) and
          nodes["context"][1][1:] == ["v"] and
          nodes["context"][2] == {"B": "2", "over": '"rows"'},
          "keys are met by rows of heads, values added up over rows",
          (nodes["scores"], nodes["context"]))
    check(inputs["ids"] == (1, 6, 1) and inputs["mask"] == (6, 1, 1),
          "ids and a mask come in", inputs)
    check("6 nodes Add: folded" in told and "1 node Div: folded" in told and
          "approximated" not in told.replace("0 approximated", "") and
          "0 not expressible" in told, "biases and scales are folded", told)
    runs(onnx_models.bert(), "a layer of BERT")
    again, rows_of_4, _, _ = graph_of(onnx_models.bert(batch=4))
    check(list(again.values()) == list(nodes.values()) and
          all(4 * count == macs(rows_of_4)[name]
              for name, count in macs(rows).items()),
          "four sequences are four images", macs(rows_of_4))


def test_llama():
    nodes, rows, inputs, told = graph_of(onnx_models.llama())
    check([op for op in ops(nodes) if op not in VIEWS] == [
        "rmsnorm", "gemm", "gemm", "gemm", "relu", "mul", "mul", "add", "relu",
        "mul", "mul", "add", "matmul", "softmax", "matmul", "gemm", "add",
        "gemm", "silu", "gemm", "mul", "gemm", "add"],
        "a layer of a Llama", ops(nodes))
    check(rows["scores"]["macs"] == 4 * 36 * 4 and
          nodes["scores"][2] == {"B": "2"} and
          nodes["context"][1][1] == "v",
          "keys and values are there once for the queries that share them",
          (nodes["scores"], nodes["context"]))
    check("2 nodes Neg: counted as relu" in told, "what is near is told", told)
    runs(onnx_models.llama(), "a layer of a Llama")


def test_vit():
    nodes, rows, inputs, _ = graph_of(onnx_models.vit())
    check([op for op in ops(nodes) if op not in VIEWS] == [
        "conv", "add", "layernorm", "gemm", "mul", "matmul", "softmax",
        "matmul", "gemm", "add"], "a block of ViT", ops(nodes))
    check(rows["scores"]["macs"] == 17 * 17 * 16 and
          rows["qkv"]["macs"] == 17 * 16 * 48 and
          [nodes[name][1] for name in nodes if nodes[name][0] == "matmul"][0]
          [1].endswith(".1"),
          "one product is cut in three", nodes["scores"])
    check([op for op, _, keys in nodes.values()
           if op == "concat" and keys == {"over": '"rows"'}] == ["concat"],
          "the class token is a row in front of the patches", nodes)


def test_vision():
    nodes, rows, _, told = graph_of(onnx_models.mobile())
    check(ops(nodes) == ["conv", "silu", "avgpool", "conv", "relu", "conv",
                         "sigmoid", "mul", "conv", "avgpool", "gemm"] and
          "1 node BatchNormalization: folded" in told and
          "1 node HardSwish: counted as silu" in told and
          rows["stem"]["macs"] == 2 * 8 * 27 * 64,
          "a block with squeeze and excite, of two images",
          (ops(nodes), told))
    nodes, rows, _, _ = graph_of(onnx_models.detector())
    check(ops(nodes) == ["conv", "silu", "split", "concat", "conv", "concat",
                         "maxpool", "resize", "concat", "conv", "sigmoid"] and
          nodes["c2"][1] != nodes["head"][1] and
          rows["c2"]["macs"] == 8 * 12 * 9 * 256,
          "channels cut in a third and two, and joined", ops(nodes))
    nodes, _, _, _ = graph_of(onnx_models.shuffle())
    check(ops(nodes) == ["conv", "reshape", "transpose", "conv"],
          "a shuffle of channels moves each word once", ops(nodes))
    nodes, _, inputs, _ = graph_of(onnx_models.tensorflow())
    check(ops(nodes) == ["add", "conv", "relu", "avgpool", "gemm"] and
          inputs["x"] == (3, 8, 8),
          "channels that stand last in the model are channels", nodes)
    nodes, rows, _, _ = graph_of(onnx_models.quantised())
    check(ops(nodes) == ["conv", "conv", "add", "concat", "conv", "avgpool",
                         "gemm"] and rows["c3"]["macs"] == 6 * 16 * 64,
          "operators with scales beside their operands", ops(nodes))
    runs(onnx_models.detector(), "a detector")


def test_runtime():
    nodes, rows, _, _ = graph_of(onnx_models.runtime())
    check([op for op in ops(nodes) if op != "reshape"] == [
        "gemm", "split", "matmul", "softmax", "matmul", "gemm", "add",
        "layernorm", "gemm", "gelu", "gemm", "gemm", "gemm", "gemm", "matmul",
        "softmax", "matmul"], "a layer that ONNX Runtime has fused",
        ops(nodes))
    check(rows["attention_qkv"]["macs"] == 6 * 8 * 24 and
          rows["attention_scores"]["macs"] == 2 * 36 * 4 and
          rows["shared_values"]["macs"] == 4 * 36 * 2 and
          nodes["shared_scores"][2] == {"B": "2"},
          "its products, and heads that share keys", macs(rows))


def test_strict():
    """What is folded is not strict's business, what is near is."""
    with new_folder() as folder:
        for name, data, status in (("bert", onnx_models.bert(), 0),
                                   ("llama", onnx_models.llama(), 1)):
            done = run("import", "--strict", "-o", folder,
                       write(folder, f"{name}.onnx", data))
            check(done.returncode == status,
                  f"--strict ends with {status} for {name}", done.stderr)


def changed(data, chance):
    """A model with small numbers in it changed: sizes, axes, attributes."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        while data[at] >= 64:
            at = chance.randrange(len(data))
        data[at] = chance.choice((0, 1, 2, 3, 4, 5, 6, 8, 9, 12, 16, 24, 32,
                                  data[at] ^ 1))
    return bytes(data)


def test_what_is_made_is_read():
    """Whatever is imported of a changed model is a network of accelsim's."""
    chance, read = random.Random(7), 0
    models = [made() for made in (
        onnx_models.bert, onnx_models.llama, onnx_models.vit,
        onnx_models.mobile, onnx_models.detector, onnx_models.quantised,
        onnx_models.shuffle, onnx_models.tensorflow, onnx_models.runtime)]
    with new_folder() as folder:
        for k in range(sample(12, "changed models", 400)):
            path = write(folder, f"m{k}.onnx",
                         changed(chance.choice(models), chance))
            done = run("list", "layers", "--net", path)
            read += done.returncode == 0
            check(done.returncode == 0 or
                  done.stderr.startswith(f"{path}: error: "),
                  f"model {k} is refused by the importer, or read whole",
                  done.stderr)
        check(read > 0, "some are read", read)


for test in (test_bert, test_llama, test_vit, test_vision, test_runtime,
             test_strict, test_what_is_made_is_read):
    test()
finish()
