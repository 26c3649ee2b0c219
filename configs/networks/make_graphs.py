#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the shipped networks that are graphs.

    make_graphs.py [--check] [FOLDER]
    make_graphs.py --one NAME [--tokens N] [--context N] [FILE]

FOLDER is where the files are (default: beside this script).  --check writes
nothing and fails when a file differs from what would be written.  --one writes
one transformer for so many tokens, and so many that its cache has already.
"""
import argparse
import csv
import os
import sys

import graph_transformers
from graph_text import Graph
from make_networks import IFMAP_ZERO_SHARE, OFMAP_ZERO_SHARE, layer_name

HERE = os.path.dirname(os.path.abspath(__file__))
NO_NORMS = ("Batch normalisation is folded into the convolutions, as networks "
            "are run.")


def csv_rows(net):
    """The MAC layers of a network, by name."""
    with open(os.path.join(HERE, "cnn_layers.csv"), newline="",
              encoding="utf-8") as table:
        return {layer_name(row["layer"]): row for row in csv.DictReader(table)
                if row["net"] == net}


class FromTable(Graph):
    """A graph whose MAC nodes have the keys of the table's rows."""

    def __init__(self, name, net, remark, source):
        self.rows = csv_rows(net)
        first = next(iter(self.rows.values()))
        Graph.__init__(self, name, remark, source)
        self.input("image", C=int(first["C"]), H=int(first["H"]),
                   W=int(first["W"]))

    def mac(self, name, source, act="relu"):
        row = self.rows.pop(name)
        keys = {"M": int(row["M"])}
        if row["type"] == "CONV":
            keys.update(R=int(row["R"]), S=int(row["S"]))
        for key, default in (("stride", 1), ("pad", 0)):
            assert row[key + "_h"] == row[key + "_w"], row
            if int(row[key + "_h"]) != default:
                keys[key] = int(row[key + "_h"])
        if row["groups"] != "1":
            keys["G"] = int(row["groups"])
        for key, shares in (("ifmap_zero_share", IFMAP_ZERO_SHARE),
                            ("ofmap_zero_share", OFMAP_ZERO_SHARE)):
            if name in shares.get(self.name, {}):
                keys[key] = shares[self.name][name]
        out = self.node(name, row["type"].lower(), source, **keys)
        return self.node(name + "_" + act, act, out) if act else out

    def chain(self, source, names, act="relu"):
        for name in names.split():
            source = self.mac(name, source, act)
        return source

    def text(self):
        assert not self.rows, self.rows
        return Graph.text(self)


def lenet5():
    g = FromTable("lenet5", "LeNet-5",
                  "C3 is dense, C5 runs as a full connection; subsampling is "
                  "an average.", "LeCun et al., Proc. IEEE 86(11), 1998")
    x = g.mac("c1", "image", "tanh")
    x = g.pool("s2", "avgpool", x, 2, 2)
    x = g.mac("c3", x, "tanh")
    x = g.pool("s4", "avgpool", x, 2, 2)
    x = g.chain(x, "c5 f6", "tanh")
    g.node("prob", "softmax", g.mac("out", x, None))
    return g


def alexnet():
    g = FromTable("alexnet", "AlexNet",
                  "227 x 227 input, two groups in conv2, 4 and 5.",
                  "Krizhevsky, Sutskever, Hinton, NIPS 2012")
    x = g.mac("conv1", "image")
    x = g.pool("pool1", "maxpool", g.node("norm1", "lrn", x, size=5), 3, 2)
    x = g.mac("conv2", x)
    x = g.pool("pool2", "maxpool", g.node("norm2", "lrn", x, size=5), 3, 2)
    x = g.chain(x, "conv3 conv4 conv5")
    x = g.chain(g.pool("pool5", "maxpool", x, 3, 2), "fc6 fc7")
    g.node("prob", "softmax", g.mac("fc8", x, None))
    return g


def overfeat():
    g = FromTable("overfeat", "OverFeat-fast",
                  "The fast model, 231 x 231 input.",
                  "Sermanet et al., ICLR 2014")
    x = g.pool("pool1", "maxpool", g.mac("conv1", "image"), 2, 2)
    x = g.pool("pool2", "maxpool", g.mac("conv2", x), 2, 2)
    x = g.pool("pool5", "maxpool", g.chain(x, "conv3 conv4 conv5"), 2, 2)
    x = g.chain(x, "fc6 fc7")
    g.node("prob", "softmax", g.mac("fc8", x, None))
    return g


def vgg16():
    g = FromTable("vgg16", "VGG-16", "Configuration D.",
                  "Simonyan, Zisserman, ICLR 2015")
    x = "image"
    for block, convs in enumerate((2, 2, 3, 3, 3), 1):
        x = g.chain(x, " ".join(f"conv{block}_{i + 1}" for i in range(convs)))
        x = g.pool(f"pool{block}", "maxpool", x, 2, 2)
    x = g.chain(x, "fc6 fc7")
    g.node("prob", "softmax", g.mac("fc8", x, None))
    return g


def googlenet():
    g = FromTable("googlenet", "GoogLeNet-floorpool",
                  "v1; pooling rounds down. The auxiliary classifiers are left "
                  "out.", "Szegedy et al., CVPR 2015")
    x = g.pool("pool1", "maxpool", g.mac("conv1_7x7_s2", "image"), 3, 2)
    x = g.node("pool1_norm1", "lrn", x, size=5)
    x = g.chain(x, "conv2_3x3_reduce conv2_3x3")
    x = g.node("conv2_norm2", "lrn", x, size=5)
    x = g.pool("pool2", "maxpool", x, 3, 2)
    for block in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        i = f"inception_{block}"
        branches = [g.mac(i + "_1x1", x),
                    g.chain(x, f"{i}_3x3_reduce {i}_3x3"),
                    g.chain(x, f"{i}_5x5_reduce {i}_5x5"),
                    g.mac(i + "_pool_proj",
                          g.pool(i + "_pool", "maxpool", x, 3, 1, 1))]
        x = g.node(i + "_output", "concat", *branches)
        if block in ("3b", "4e"):
            x = g.pool(f"pool{int(block[0])}", "maxpool", x, 3, 2)
    x = g.node("pool5", "avgpool", x)
    g.node("prob", "softmax", g.mac("loss3_classifier", x, None))
    return g


def resnet50():
    g = FromTable("resnet50", "ResNet-50",
                  "v1: the stride is in the first 1x1 of a block; the four "
                  "projection shortcuts are branch1. " + NO_NORMS,
                  "He et al., CVPR 2016")
    x = g.pool("pool1", "maxpool", g.mac("conv1", "image"), 3, 2, 1)
    for stage, blocks in ((2, 3), (3, 4), (4, 6), (5, 3)):
        for block in "abcdef"[:blocks]:
            r = f"res{stage}{block}"
            short = g.mac(r + "_branch1", x, None) if block == "a" else x
            y = g.chain(x, f"{r}_branch2a {r}_branch2b")
            y = g.mac(r + "_branch2c", y, None)
            x = g.node(r + "_relu", "relu", g.node(r, "add", short, y))
    x = g.node("pool5", "avgpool", x)
    last = list(g.rows)[0]
    g.node("prob", "softmax", g.mac(last, x, None))
    return g


def mobilenetv2():
    g = FromTable("mobilenetv2", "MobileNetV2",
                  "Width 1, 224 x 224 input. A block bN is an expansion (1x1), "
                  "a depthwise 3x3 and a projection (1x1); the first has no "
                  "expansion. " + NO_NORMS,
                  "Sandler et al., CVPR 2018, table 2")
    shapes = {name: (row["C"], row["M"], row["stride_h"])
              for name, row in g.rows.items()}
    x = g.mac("conv1", "image", "relu6")
    for block in range(1, 18):
        b = f"b{block}"
        y = x if block == 1 else g.mac(b + "_expand", x, "relu6")
        y = g.mac(b + "_project", g.mac(b + "_dw", y, "relu6"), None)
        first = shapes[b + ("_dw" if block == 1 else "_expand")][0]
        same = (first == shapes[b + "_project"][1] and
                shapes[b + "_dw"][2] == "1")
        x = g.node(b, "add", x, y) if same else y
    x = g.node("pool", "avgpool", g.mac("conv2", x, "relu6"))
    g.node("prob", "softmax", g.mac("fc", x, None))
    return g


def inception_v3():
    g = Graph("inception_v3",
              "299 x 299 input; without the auxiliary classifier. " + NO_NORMS,
              "Szegedy et al., CVPR 2016, table 1 and figures 5 to 7, with the "
              "widths of the published model")
    g.input("image", C=3, H=299, W=299)

    def conv(name, x, M, R=1, S=None, stride=1, pad=(0, 0)):
        keys = {"M": M, "R": R, "S": S or R}
        if stride != 1:
            keys["stride"] = stride
        if pad != (0, 0):
            keys.update(pad_h=pad[0], pad_w=pad[1])
        return g.node(name + "_relu", "relu", g.node(name, "conv", x, **keys))

    x = conv("conv1a", "image", 32, 3, stride=2)
    x = conv("conv2b", conv("conv2a", x, 32, 3), 64, 3, pad=(1, 1))
    x = conv("conv3b", g.pool("pool1", "maxpool", x, 3, 2), 80)
    x = g.pool("pool2", "maxpool", conv("conv4a", x, 192, 3), 3, 2)
    for block, width in (("5b", 32), ("5c", 64), ("5d", 64)):
        n = f"mixed{block}_"
        b = conv(n + "5x5_1", x, 48)
        c = conv(n + "3x3dbl_2", conv(n + "3x3dbl_1", x, 64), 96, 3,
                 pad=(1, 1))
        x = g.node(f"mixed{block}", "concat", conv(n + "1x1", x, 64),
                   conv(n + "5x5_2", b, 64, 5, pad=(2, 2)),
                   conv(n + "3x3dbl_3", c, 96, 3, pad=(1, 1)),
                   conv(n + "pool_proj",
                        g.pool(n + "pool", "avgpool", x, 3, 1, 1), width))
    c = conv("mixed6a_3x3dbl_2", conv("mixed6a_3x3dbl_1", x, 64), 96, 3,
             pad=(1, 1))
    x = g.node("mixed6a", "concat", conv("mixed6a_3x3", x, 384, 3, stride=2),
               conv("mixed6a_3x3dbl_3", c, 96, 3, stride=2),
               g.pool("mixed6a_pool", "maxpool", x, 3, 2))
    for block, width in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        n = f"mixed{block}_"
        b = conv(n + "7x7_2", conv(n + "7x7_1", x, width), width, 1, 7,
                 pad=(0, 3))
        c = conv(n + "7x7dbl_1", x, width)
        for i, (M, R, S) in enumerate(((width, 7, 1), (width, 1, 7),
                                       (width, 7, 1), (192, 1, 7)), 2):
            c = conv(f"{n}7x7dbl_{i}", c, M, R, S, pad=(R // 2, S // 2))
        x = g.node(f"mixed{block}", "concat", conv(n + "1x1", x, 192),
                   conv(n + "7x7_3", b, 192, 7, 1, pad=(3, 0)), c,
                   conv(n + "pool_proj",
                        g.pool(n + "pool", "avgpool", x, 3, 1, 1), 192))
    b = conv("mixed7a_3x3_1", x, 192)
    c = conv("mixed7a_7x7x3_2", conv("mixed7a_7x7x3_1", x, 192), 192, 1, 7,
             pad=(0, 3))
    c = conv("mixed7a_7x7x3_3", c, 192, 7, 1, pad=(3, 0))
    x = g.node("mixed7a", "concat",
               conv("mixed7a_3x3_2", b, 320, 3, stride=2),
               conv("mixed7a_7x7x3_4", c, 192, 3, stride=2),
               g.pool("mixed7a_pool", "maxpool", x, 3, 2))
    for block in ("7b", "7c"):
        n = f"mixed{block}_"
        b = conv(n + "3x3_1", x, 384)
        c = conv(n + "3x3dbl_2", conv(n + "3x3dbl_1", x, 448), 384, 3,
                 pad=(1, 1))
        x = g.node(f"mixed{block}", "concat", conv(n + "1x1", x, 320),
                   conv(n + "3x3_2a", b, 384, 1, 3, pad=(0, 1)),
                   conv(n + "3x3_2b", b, 384, 3, 1, pad=(1, 0)),
                   conv(n + "3x3dbl_3a", c, 384, 1, 3, pad=(0, 1)),
                   conv(n + "3x3dbl_3b", c, 384, 3, 1, pad=(1, 0)),
                   conv(n + "pool_proj",
                        g.pool(n + "pool", "avgpool", x, 3, 1, 1), 192))
    x = g.node("pool3", "avgpool", x)
    g.node("prob", "softmax", g.node("fc", "fc", x, M=1000))
    return g


def unet():
    g = Graph("unet",
              "512 x 512 input of one channel, two classes. Convolutions are "
              "padded, where the paper's are not and its skips are cropped: "
              "weights are the same.",
              "Ronneberger, Fischer, Brox, MICCAI 2015, figure 1")
    g.input("image", C=1, H=512, W=512)

    def twice(name, x, M):
        for i in (1, 2):
            x = g.node(f"{name}_conv{i}", "conv", x, M=M, R=3, S=3, pad=1)
            x = g.node(f"{name}_relu{i}", "relu", x)
        return x

    x, skips = "image", []
    for level, width in enumerate((64, 128, 256, 512), 1):
        skips.append(twice(f"down{level}", x, width))
        x = g.pool(f"pool{level}", "maxpool", skips[-1], 2, 2)
    x = twice("bottom", x, 1024)
    for level, width in ((4, 512), (3, 256), (2, 128), (1, 64)):
        x = g.node(f"up{level}", "conv_transpose", x, M=width, R=2, S=2,
                   stride=2)
        x = g.node(f"skip{level}", "concat", skips.pop(), x)
        x = twice(f"level{level}", x, width)
    x = g.node("classes", "conv", x, M=2, R=1, S=1)
    g.node("prob", "softmax", x)
    return g


def lstm():
    g = Graph("lstm",
              "One time step of the large model: two layers of 1500 units, a "
              "vocabulary of 10,000 words. States come from outside and stay "
              "there.",
              "Zaremba, Sutskever, Vinyals, arXiv 1409.2329, s. 4.1")
    units, words = 1500, 10000
    g.input("word", C=1)
    x = g.node("embedding", "gather", "word", rows=words, M=units)
    for layer in (1, 2):
        n = f"l{layer}_"
        g.input(n + "h", C=units)
        g.input(n + "c", C=units)
        both = g.node(n + "xh", "concat", x, n + "h")
        gates = g.node(n + "gates", "gemm", both, N=4 * units)
        g.node(n + "gate", "split", gates, parts=4)
        opened = [g.node(n + gate, "tanh" if gate == "g" else "sigmoid",
                         f"{n}gate.{i}") for i, gate in enumerate("ifgo")]
        kept = g.node(n + "kept", "mul", opened[1], n + "c")
        new = g.node(n + "new", "mul", opened[0], opened[2])
        state = g.node(n + "c_next", "add", kept, new)
        x = g.node(n + "h_next", "mul", opened[3],
                   g.node(n + "tanh_c", "tanh", state))
    g.node("prob", "softmax", g.node("logits", "gemm", x, N=words))
    return g


GRAPHS = {
    "lenet5_graph": lenet5, "alexnet_graph": alexnet,
    "overfeat_graph": overfeat, "vgg16_graph": vgg16,
    "googlenet_graph": googlenet, "resnet50_graph": resnet50,
    "mobilenetv2_graph": mobilenetv2, "inception_v3": inception_v3,
    "unet": unet, "lstm": lstm,
}
GRAPHS.update(graph_transformers.GRAPHS)


def read_text(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write_text(path, text):
    with open(path, "w", encoding="ascii") as out:
        out.write(text)


def write_one(args):
    make = graph_transformers.BY_TOKENS.get(args.one)
    if make is None:
        sys.exit(f"make_graphs.py: error: '--one' is '{args.one}'; it may be " +
                 ", ".join(sorted(graph_transformers.BY_TOKENS)))
    if args.tokens < 1 or args.context < 0:
        sys.exit("make_graphs.py: error: '--tokens' may be 1 or more and "
                 "'--context' 0 or more")
    text = make(args.tokens, args.context).text()
    if args.folder is None:
        sys.stdout.write(text)
    else:
        write_text(args.folder, text)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true",
                        help="write nothing, fail when a file differs")
    parser.add_argument("--one", metavar="NAME",
                        help="write one transformer: " +
                        ", ".join(sorted(graph_transformers.BY_TOKENS)))
    parser.add_argument("--tokens", type=int, default=128,
                        help="that go through it at once; default 128")
    parser.add_argument("--context", type=int, default=0,
                        help="tokens whose keys and values are cached")
    parser.add_argument("folder", nargs="?", metavar="FOLDER",
                        help="where the files are; with --one, the file")
    args = parser.parse_args()
    if args.one is not None:
        write_one(args)
        return 0
    folder = args.folder or HERE
    stale = 0
    for name, make in GRAPHS.items():
        path = os.path.join(folder, name + ".cfg")
        text = make().text()
        if not args.check:
            write_text(path, text)
        elif read_text(path) != text:
            print(f"{path} differs from what make_graphs.py writes",
                  file=sys.stderr)
            stale += 1
    return 1 if stale else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as why:
        sys.exit(f"make_graphs.py: error: cannot use '{why.filename}' "
                 f"({why.strerror}); a folder of networks is needed")
