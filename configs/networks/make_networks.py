#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the shipped networks' .cfg files from cnn_layers.csv.

    make_networks.py [--check] [FOLDER]

FOLDER is where the files are (default: beside this script).  --check writes
nothing and fails when a file differs from what would be written.
"""
import argparse
import csv
import os
import sys

# File: (rows of the table, remark, where the layers come from).
NETWORKS = {
    "lenet5": ("LeNet-5", "C3 is dense, C5 runs as a full connection.",
               "LeCun et al., Proc. IEEE 86(11), 1998"),
    "alexnet": ("AlexNet", "227 x 227 input, two groups in conv2, 4 and 5.",
                "Krizhevsky, Sutskever, Hinton, NIPS 2012"),
    "overfeat": ("OverFeat-fast", "The fast model, 231 x 231 input.",
                 "Sermanet et al., ICLR 2014"),
    "vgg16": ("VGG-16", "Configuration D.",
              "Simonyan, Zisserman, ICLR 2015"),
    "googlenet": ("GoogLeNet-floorpool",
                  "v1; pooling rounds down. The auxiliary classifiers are "
                  "left out.", "Szegedy et al., CVPR 2015"),
    "resnet50": ("ResNet-50",
                 "v1: the stride is in the first 1x1 of a block; the four "
                 "projection shortcuts are branch1.",
                 "He et al., CVPR 2016"),
    "mobilenetv2": ("MobileNetV2",
                    "Width 1, 224 x 224 input. A block bN is an expansion "
                    "(1x1), a depthwise 3x3 and a projection (1x1); the first "
                    "has no expansion.",
                    "Sandler et al., CVPR 2018, table 2"),
}

# Zeros among the ifmap words: measured on the chip with AlexNet, batch 4.
IFMAP_ZERO_SHARE = {
    "alexnet": {"conv1": 0.0001, "conv2": 0.387, "conv3": 0.725,
                "conv4": 0.793, "conv5": 0.776},
}
# Zeros among the ofmap words: those of the next layer's ifmap where that was
# measured.  conv1's ofmap leaves before pooling: its share is worked back from
# the DRAM traffic measured with compression, 5.0 MB, and so an input.  conv5's
# is not published: assumed to be that of its ifmap.
OFMAP_ZERO_SHARE = {
    "alexnet": {"conv1": 0.59, "conv2": 0.725, "conv3": 0.793,
                "conv4": 0.776, "conv5": 0.776},
}
ZERO_SOURCE = {
    "alexnet": "Chen et al., JSSC 52(1), 2017, Table V (zeros in ifmaps); an "
               "ofmap has those of the next ifmap, but conv1's 0.59 is worked "
               "back from the 5.0 MB of that table and conv5's is assumed to "
               "be its ifmap's",
}


def layer_name(text):
    return text.lower().replace("-", "_").replace("/", "_")


def comment(text, width=76):
    lines, line = [], "#"
    for word in text.split():
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = "#"
        line += " " + word
    return "\n".join(lines + [line]) + "\n"


def both_axes(row, key):
    """'stride = 2;', or by axis where the axes differ."""
    h, w = row[key + "_h"], row[key + "_w"]
    if h == w:
        return "%s = %s;" % (key, h)
    return "%s_h = %s; %s_w = %s;" % (key, h, key, w)


def layer_text(row, ifmap_zero_share, ofmap_zero_share, is_first):
    name = layer_name(row["layer"])
    text = '  { name = "%s"; type = "%s"; ' % (name, row["type"].lower())
    text += " ".join("%s = %s;" % (k, row[k]) for k in "MCHWRS")
    text += "\n    %s %s G = %s;" % (both_axes(row, "stride"),
                                    both_axes(row, "pad"), row["groups"])
    if is_first:
        text += " network_input = true;"
    if name in ifmap_zero_share:
        text += "\n    ifmap_zero_share = %g;" % ifmap_zero_share[name]
    if name in ofmap_zero_share:
        text += " ofmap_zero_share = %g;" % ofmap_zero_share[name]
    return text + " }"


def network_text(name, rows):
    key, remark, source = NETWORKS[name]
    own = [row for row in rows if row["net"] == key]
    assert own, key
    assert all(row["N"] == "1" for row in own), key
    head = comment("%s.cfg - every CONV and FC layer of %s. %s" %
                   (name, key, remark))
    head += comment("Source: %s." % source)
    if name in ZERO_SOURCE:
        head += comment("Zero shares: %s." % ZERO_SOURCE[name])
    head += comment("Made by make_networks.py from cnn_layers.csv. H and W "
                    "without padding, C and M over all groups.")
    head += "# SPDX-License-Identifier: MIT\n"
    layers = [layer_text(row, IFMAP_ZERO_SHARE.get(name, {}),
                         OFMAP_ZERO_SHARE.get(name, {}), row is own[0])
              for row in own]
    return '%sname = "%s";\nlayers = (\n%s\n);\n' % (
        head, name, ",\n".join(layers))


def read_text(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except FileNotFoundError:
        return None


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true",
                        help="write nothing, fail when a file differs")
    parser.add_argument("folder", nargs="?", default=here, metavar="FOLDER",
                        help="where the files are; without it, beside this")
    args = parser.parse_args()
    with open(os.path.join(here, "cnn_layers.csv"), newline="",
              encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    stale = 0
    for name in NETWORKS:
        path = os.path.join(args.folder, name + ".cfg")
        text = network_text(name, rows)
        if not args.check:
            with open(path, "w", encoding="ascii") as out:
                out.write(text)
        elif read_text(path) != text:
            print("%s differs from what make_networks.py writes" % path,
                  file=sys.stderr)
            stale += 1
    return 1 if stale else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as why:
        sys.exit("make_networks.py: error: cannot use '%s' (%s); a folder of "
                 "networks is needed" % (why.filename, why.strerror))
