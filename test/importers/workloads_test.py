"""workloads_test.py - imports workloads of Timeloop, ZigZag, AccelForge,
MAESTRO and GAMMA that the test writes; MACs and weights are worked out by hand.
SPDX-License-Identifier: MIT
"""

import os

from importing import imported, layers_of, refused
from program import check, finish, leave_to_the_plain_build, new_folder, write
from workload_texts import ACCELFORGE, MAESTRO, SHAPE, ZIGZAG

leave_to_the_plain_build()


def layers(name, text, *words, beside=None):
    """(op, macs, weights) and shapes of what a text says, and the report."""
    with new_folder() as folder:
        for other, what in (beside or {}).items():
            write(folder, other, what)
        report = imported(folder, write(folder, name, text), *words)
        rows = layers_of(os.path.join(
            folder, name.rsplit(".", 1)[0] + ".network.cfg"))
    return [(row["op"], row["macs"], row["weights"]) for row in rows], \
        [row["shape"] for row in rows], report


def test_timeloop():
    found, shapes, report = layers(
        "prob.yaml", "problem:" + SHAPE +
        "  instance: {K: 4, C: 3, R: 3, S: 2, P: 5, Q: 6, N: 2,\n"
        "             HStride: 2, Wstride: 2, WStride: 9}\n")
    check(found == [("conv", 4 * 3 * 6 * 30 * 2, 72)] and
          "N=2,G=1,M=4,C=3,H=11,W=12,R=3,S=2,stride=2" in shapes[0],
          "a problem with its own shape; a stride in other capitals",
          (found, shapes))
    check("approximated: 'HStride' is no coefficient of the shape" in report,
          "that Timeloop ignores it is told", report)
    found, shapes, _ = layers(
        "one.yaml", "problem:\n  shape:\n    name: OneAxis\n"
        "    dimensions: [ R, P ]\n    data_spaces:\n"
        "    - {name: Weights, projection: [[[R]]]}\n"
        "    - {name: Inputs, projection: [[[R], [P]]]}\n"
        "    - {name: Outputs, projection: [[[P]]], read_write: True}\n"
        "  instance: {R: 3, P: 16}\n")
    check(found == [("conv", 48, 3)] and "H=1,W=18,R=1,S=3" in shapes[0],
          "a convolution of one axis", (found, shapes))
    found, _, report = layers(
        "prod.yaml", "problem:\n  shape:\n    name: Product\n"
        "    dimensions: [ M, N, K, B ]\n    data_spaces:\n"
        "    - {name: A, projection: [ B, M, K ]}\n"
        "    - {name: Bt, projection: [ B, N, K ]}\n"
        "    - {name: Z, projection: [ B, M, N ], read_write: True}\n"
        "  instance:\n    M: 2\n    N: 3\n    K: 5\n    B: 7\n"
        "    densities: {A: 0.5}\n")
    check(found == [("matmul", 210, 0)] and
          "not expressible: densities of A" in report,
          "products side by side, and densities are told", (found, report))


def test_timeloop_templates():
    base = "problem_base: &problem_base\n  version: 0.4" + SHAPE + \
        "  instance: {N: 1, K: 9, C: 2, R: 1, S: 1, P: 4, Q: 4}\n"
    text = "{{include_text('base.yaml')}}\nproblem:\n" \
           "  <<<: *problem_base\n  instance: {K: 5, P: 3}\n"
    found, _, report = layers("lay.yaml", text, beside={"base.yaml": base})
    check(found == [("conv", 5 * 2 * 12, 10)],
          "an included file, merged in depth", (found, report))
    found, _, report = layers("lay.yaml", text)
    check(found == [("conv", 15, 5)] and "lay.yaml:1: not expressible: "
          "'base.yaml', which it includes, is not there" in report,
          "without the included file, Timeloop's own shape", (found, report))
    with new_folder() as folder:
        refused(write(folder, "open.yaml",
                      "problem:\n  instance: {K: {{N_K}}}\n"),
                "open.yaml:2: error: the template leaves 'N_K' open (--dim "
                "N_K=N gives it)")


def test_libconfig():
    found, _, _ = layers(
        "prob.cfg", "problem :\n{\n  shape = \"cnn-layer\";\n  R = 3; S = 3;"
        "\n  P = 4; Q = 4; C = 2; K = 8L; N = 1; # a comment\n};\n")
    check(found == [("conv", 8 * 2 * 9 * 16, 144)],
          "libconfig's syntax, and a shape by its name", found)


def test_zigzag():
    found, shapes, report = layers("work.yaml", ZIGZAG)
    check(found == [("conv", 4 * 3 * 6 * 30, 72), ("gemm", 24, 12)] and
          "H=10,W=12,R=3,S=2,stride=2,pad_top=1" in shapes[0],
          "ZigZag: windows, padding, a product", (found, shapes))
    check("work.yaml:14: not expressible: layer 'Add_1' of type Add" in report
          and "operand_precision in bits: I 8, O 16" in report,
          "what is no layer, and bits of operands, are told", report)


def test_accelforge():
    found, shapes, report = layers("af.yaml", ACCELFORGE)
    check(found == [("gemm", 8 * 4 * 6, 24), ("conv", 6 * 8 * 3, 18)] and
          "G=6,M=6,C=6,H=1,W=8,R=1,S=3" in shapes[1] and
          "pad_right=2" in shapes[1],
          "AccelForge: a product, and a window that reads beyond a rank",
          (found, shapes))
    check("af.yaml:8: not expressible: 'bits_per_value'" in report,
          "lines are those of the template", report)
    found, _, _ = layers("af.yaml", ACCELFORGE, "--dim", "WIDE=5")
    check(found[0] == ("gemm", 240, 30), "--dim fills a template", found)


def test_maestro():
    found, shapes, report = layers("small.m", MAESTRO)
    check(found == [("conv", 8 * 27 * 20, 216), ("conv", 36 * 30, 36),
                    ("gemm", 30, 15), ("conv_transpose", 6 * 4 * 16, 24)],
          "MAESTRO: convolutions, a product, a transposed one",
          (found, shapes))
    for what in ("1 dataflow;", "layer 'SUM': type 'POOL'",
                 "'UP': a TRCONV, of stride 2 in MAESTRO"):
        check(what in report, f"it is told: {what}", report)
    with new_folder() as folder:
        refused(write(folder, "bad.m", "Network N {\n Layer A {\n Type: CONV\n"
                      " Dimensions { K: x, C: 1 }\n}\n}\n"),
                "bad.m:4: error: 'K' is 'x'")
        refused(write(folder, "flow.m", "Dataflow {\n TemporalMap(1,1) C;\n}"),
                "no layers of MACs, only a dataflow")


def test_gamma():
    found, _, report = layers(
        "model.csv", "K,C,Y,X,R,S,T\n4,3,8,8,3,3,1\n1,4,6,6,3,3,2\n"
        "2,3,5,1,1,1,3\n1,2,3\n")
    check(found == [("conv", 4 * 27 * 36, 108), ("conv", 4 * 9 * 16, 36),
                    ("gemm", 30, 15)] and "model.csv:5: not expressible" in
          report, "GAMMA: convolution, depthwise, product", (found, report))


def test_refusals():
    with new_folder() as folder:
        for name, text, message in (
                ("a.yaml", "problem: [", "a.yaml:2: error: no YAML"),
                ("b.yaml", "problem:\n  x: *gone\n",
                 "b.yaml:2: error: alias 'gone' leads nowhere"),
                ("c.yaml", "a: &a [ *a ]\n", "c.yaml:1: error: alias 'a' "
                 "stands within what it names"),
                ("d.yaml", "[" * 200 + "]" * 200, "nested more than 100 deep"),
                ("e.yaml", "problem:\n  instance: {K: three}\n",
                 "e.yaml:2: error: 'K' is 'three'"),
                ("f.yaml", "problem: {shape: own, K: 1}\n",
                 "f.yaml:1: error: shape 'own' is a file of Timeloop's"),
                ("g.yaml", "{{ 1 +", "g.yaml:1: error: a template that cannot "
                 "be read"),
                ("h.cfg", "problem = { R = 3; S = };\n",
                 "h.cfg:1: error: } stands there"),
                ("i.yaml", "", "i.yaml: error: it is empty"),
                ("j.yaml", "x: 1\n", "of no format that is known")):
            refused(write(folder, name, text), message)
        bomb = "".join(f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]\n"
                       if k else "a0: &a0 [x]\n" for k in range(9))
        refused(write(folder, "bomb.yaml", bomb), "more than 1048576 values")


for test in (test_timeloop, test_timeloop_templates, test_libconfig,
             test_zigzag, test_accelforge, test_maestro, test_gamma,
             test_refusals):
    test()
finish()
