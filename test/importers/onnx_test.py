"""onnx_test.py - imports ONNX models that the test writes: which nodes are
layers, how large, what is told of the others, and what is refused. Sizes are
worked out by hand.
SPDX-License-Identifier: MIT
"""

import json
import os

from importing import imported, layers_of, refused
from onnx_file import function, model, node, tensor, value
from program import (check, finish, leave_to_the_plain_build, new_folder, run,
                     write)

leave_to_the_plain_build()


def layers(data, *words):
    """(op, macs, weights) of a model's layers of MACs, their shapes, and the
    report."""
    with new_folder() as folder:
        path = write(folder, "model.onnx", data)
        report = imported(folder, path, *words)
        rows = [row for row in
                layers_of(os.path.join(folder, "model.network.cfg"))
                if row["macs"] > 0]
    return [(row["op"], row["macs"], row["weights"]) for row in rows], \
        [row["shape"] for row in rows], report


def weights(name, *dims):
    return tensor(name, dims, elsewhere=True)


def test_convolution():
    found, shapes, report = layers(model(
        [node("Conv", ["x", "w", "b"], ["y"], "conv", strides=[2, 1],
              pads=[1, 0, 0, 2], dilations=[1, 2], group=2),
         node("Relu", ["y"], ["z"])],
        [value("x", [3, 4, 9, 8])], [weights("w", 6, 2, 3, 3)]))
    # P = (9 + 1 - 3) / 2 + 1 = 4, Q = (8 + 2 - 5) + 1 = 6
    check(found == [("conv", 3 * 6 * 2 * 9 * 4 * 6, 108)],
          "a convolution: groups, dilation, a pad for each side, its batch",
          found)
    check("N=3,G=2,M=6,C=4,H=9,W=8,R=3,S=3,stride_h=2,stride_w=1,pad_top=1" in
          shapes[0], "its shape has a key for each axis and side", shapes)
    check("1 layer of MACs and 1 other node, as" in report,
          "what is no layer is a node of the graph", report)


def test_batch():
    """The model's batch is the network's, unless --batch gives another."""
    data = model([node("Conv", ["x", "w"], ["y"], "conv")],
                 [value("x", [4, 1, 5, 5])], [weights("w", 1, 1, 3, 3)])
    with new_folder() as folder:
        path = write(folder, "model.onnx", data)
        for words, macs in ((), 4 * 81), (("--batch", "2"), 2 * 81):
            done = run("--cfg", "eyeriss", "--net", path, *words, "--format",
                       "json")
            check(done.returncode == 0 and
                  json.loads(done.stdout)["layers"][0]["macs"] == macs,
                  f"a batch of 4 with {words} has {macs} MACs", done.stderr)


def test_one_axis_and_auto_pad():
    found, _, _ = layers(model(
        [node("Conv", ["x", "w"], ["y"], "a", strides=[2],
              auto_pad="SAME_UPPER"),
         node("Conv", ["y", "v"], ["z"], "b")],
        [value("x", [1, 2, 11])], [weights("w", 4, 2, 3),
                                   weights("v", 5, 4, 1)]))
    check(found == [("conv", 4 * 2 * 3 * 6, 24), ("conv", 5 * 4 * 6, 20)],
          "a convolution of one axis, with as many outputs as the stride "
          "leaves", found)


def test_shapes_are_computed():
    """A flattening that torch exports as Shape, Gather, Unsqueeze, Concat,
    Reshape."""
    found, _, _ = layers(model(
        [node("MaxPool", ["x"], ["p"], kernel_shape=[3, 3], strides=[2, 2],
              ceil_mode=1),
         node("Shape", ["p"], ["s"]),
         node("Gather", ["s", "zero"], ["n"], axis=0),
         node("Unsqueeze", ["n", "axes"], ["n1"]),
         node("Concat", ["n1", "rest"], ["t"], axis=0),
         node("Reshape", ["p", "t"], ["f"]),
         node("Gemm", ["f", "w", "b"], ["y"], "fc", transB=1)],
        [value("x", [2, 3, 8, 8])],
        [tensor("zero", [], [0]), tensor("axes", [1], [0]),
         tensor("rest", [1], [-1]), weights("w", 10, 48), weights("b", 10)]))
    check(found == [("fc", 2 * 48 * 10, 480)],
          "a pool that rounds up, and a shape that is computed", found)


def test_constant_of_shape_weights():
    found, _, _ = layers(model(
        [node("ConstantOfShape", ["ws"], ["w"]),
         node("Conv", ["x", "w"], ["y"], "conv")],
        [value("x", [1, 3, 5, 5])], [tensor("ws", [4], [7, 3, 2, 2])]))
    check(found == [("conv", 7 * 3 * 4 * 16, 84)],
          "weights that a shape stands for", found)


def test_products():
    found, shapes, _ = layers(model(
        [node("MatMul", ["x", "w"], ["q"], "q"),
         node("MatMul", ["x", "v"], ["k"], "k"),
         node("Transpose", ["k"], ["kt"], perm=[0, 2, 1]),
         node("MatMul", ["q", "kt"], ["s"], "scores"),
         node("Softmax", ["s"], ["p"]),
         node("Einsum", ["p", "k"], ["y"], "mix", equation="bij,bjd->bid")],
        [value("x", [2, 5, 8])], [weights("w", 8, 4), weights("v", 8, 4)]))
    check(found == [("gemm", 10 * 8 * 4, 32), ("gemm", 10 * 8 * 4, 32),
                    ("matmul", 2 * 5 * 5 * 4, 0),
                    ("matmul", 2 * 5 * 5 * 4, 0)],
          "products with weights and between feature maps", found)


def test_quantised():
    found, _, _ = layers(model(
        [node("QLinearConv", ["x", "s", "z", "w", "s", "z", "s", "z"], ["y"],
              "qconv"),
         node("DequantizeLinear", ["u8", "s", "z"], ["u"]),
         node("Flatten", ["y"], ["f"]),
         node("MatMul", ["f", "u"], ["o"], "fc"),
         node("QLinearMatMul", ["o", "s", "z", "t", "s", "z", "s", "z"],
              ["o2"], "fc2"),
         node("ConvInteger", ["x", "w"], ["i"], "int")],
        [value("x", [1, 2, 4, 4])],
        [weights("w", 3, 2, 3, 3), weights("u8", 12, 7), weights("t", 7, 2),
         weights("s"), weights("z")]))
    check(found == [("conv", 3 * 2 * 9 * 4, 54), ("fc", 84, 84),
                    ("gemm", 14, 14), ("conv", 3 * 2 * 9 * 4, 54)],
          "quantised operators, and weights behind a DequantizeLinear", found)


def test_attention_and_recurrence():
    found, _, report = layers(model(
        [node("Attention", ["q", "k", "v"], ["y"], "att", q_num_heads=4,
              kv_num_heads=2),
         node("GRU", ["x", "w", "r"], ["h"], "gru")],
        [value("q", [1, 3, 16]), value("k", [1, 6, 8]),
         value("v", [1, 6, 10]), value("x", [7, 1, 5])],
        [weights("w", 2, 12, 5), weights("r", 2, 12, 4)], opset=23))
    check(found == [("matmul", 4 * 3 * 6 * 4, 0),
                    ("matmul", 4 * 3 * 6 * 5, 0)] +
          [("gemm", 7 * 12 * 5, 60), ("gemm", 7 * 12 * 4, 48)] * 2,
          "attention with shared heads, and both directions of a GRU", found)
    check("its 7 steps" in report, "that steps need each other is told",
          report)


def test_transposed():
    found, shapes, report = layers(model(
        [node("ConvTranspose", ["x", "w"], ["y"], "up", strides=[2, 2],
              pads=[1, 1, 1, 1], output_padding=[1, 1])],
        [value("x", [1, 4, 3, 3])], [weights("w", 4, 2, 3, 3)]))
    # Outputs 6 x 6; rows of one remainder meet one tap, of the other two.
    check(found == [("conv_transpose", 2 * 4 * 9 * 9, 72)],
          "a transposed convolution", (found, shapes, report))
    found, _, report = layers(model(
        [node("ConvTranspose", ["x", "w"], ["y"], "up")],
        [value("x", [1, 1, 1, 5])], [weights("w", 1, 1, 1, 3)]))
    check(found == [("conv_transpose", 21, 3)] and "15 MACs" in report and
          "21 run" in report, "MACs that another count lacks are told",
          (found, report))


def test_open_dimensions():
    data = model([node("Conv", ["x", "w"], ["y"], "conv"),
                  node("Conv", ["x2", "w"], ["y2"], "other")],
                 [value("x", ["N", 3, "side", 6]), value("x2", [None, 3, 4, 6])],
                 [weights("w", 2, 3, 3, 3)])
    found, _, report = layers(data)
    check(found == [("conv", 2 * 27 * 2 * 4, 54)] and
          "'N', the first of an input, is open: it is 1" in report and
          "--dim side=N gives 'side'" in report,
          "the first dimension is images; another must be given",
          (found, report))
    found, _, _ = layers(data, "--dim", "side=5", "--dim", "N=2",
                         "--dim", "x2.0=2")
    check(found == [("conv", 2 * 2 * 27 * 12, 54),
                    ("conv", 2 * 2 * 27 * 8, 54)],
          "--dim gives a size by name, or by input and axis", found)


def test_functions():
    found, _, _ = layers(model(
        [node("Block", ["x", "w"], ["y"], "one", "own"),
         node("Block", ["y", "v"], ["z"], "two", "own")],
        [value("x", [1, 2, 6, 6])],
        [weights("w", 4, 2, 3, 3), weights("v", 1, 4, 3, 3)],
        functions=[function("Block", "own", ["a", "b"], ["c"],
                            [node("Conv", ["a", "b"], ["t"], "conv"),
                             node("Relu", ["t"], ["c"])])]))
    check(found == [("conv", 4 * 2 * 9 * 16, 72), ("conv", 4 * 9 * 4, 36)],
          "a function of the model's own is the nodes in it", found)


def test_refusals():
    with new_folder() as folder:
        whole = model([node("Conv", ["x", "w"], ["y"], "conv")],
                      [value("x", [1, 1, 4, 4])], [weights("w", 1, 1, 3, 3)])
        refused(write(folder, "cut.onnx", whole[:-30]),
                "cut.onnx: error: it is")
        refused(write(folder, "top.onnx", model(
            [node("TopK", ["x", "k"], ["y", "i"])],
            [value("x", [1, 4])], [tensor("k", [1], [2])])),
            "has no node that can be expressed: 1 node TopK")
        refused(write(folder, "deep.onnx", model(
            [node("Conv", ["x", "w"], ["y"], "deep")],
            [value("x", [1, 1, 4, 4, 4])], [weights("w", 1, 1, 3, 3, 3)])),
            "three dimensions is not modelled")
        refused(write(folder, "empty.onnx", model([])),
                "has no graph with nodes")
        done = run("list", "layers", "--net",
                   write(folder, "good.onnx", whole))
        check(done.returncode == 0 and "conv" in done.stdout,
              "--net takes a model directly", done.stderr)


for test in (test_convolution, test_batch, test_one_axis_and_auto_pad,
             test_shapes_are_computed, test_constant_of_shape_weights,
             test_products, test_quantised, test_attention_and_recurrence,
             test_transposed, test_open_dimensions, test_functions,
             test_refusals):
    test()
finish()
