"""systemc_cases.py - native and SystemC kernel, byte for byte.

Runs the same layer on both and compares the JSON but for its `kernel`.
SPDX-License-Identifier: MIT
"""

import glob
import os
import random
import re

from program import SOURCE, check, run


def shipped():
    """[(architecture, dataflow)] and the architectures that name a loop nest
    for a little layer of their own, as the configurations say; without those
    that list their levels, whose layers are AlexNet's."""
    machines, nests = [], []
    for path in sorted(glob.glob(os.path.join(SOURCE, "configs", "*.cfg"))):
        name = os.path.basename(path)[:-len(".cfg")]
        with open(path) as file:
            text = file.read()
        listed = re.search(r"^dataflows *= *\[(.*?)\]", text, re.M | re.S)
        if listed:
            machines += [(name, dataflow) for dataflow in
                         re.findall(r'"(\w+)"', listed.group(1))]
        elif (re.search(r"^mapping *= *{ *file", text, re.M) and
              not re.search(r"^levels *=", text, re.M)):
            nests.append(name)
    return machines, nests


MACHINES, NESTS = shipped()

REAL = {
    "alexnet conv1": ["--net", "alexnet", "--layer", "conv1", "--batch", "1"],
    "alexnet conv2": ["--net", "alexnet", "--layer", "conv2", "--batch", "1"],
    "alexnet conv5": ["--net", "alexnet", "--layer", "conv5", "--batch", "1"],
    "resnet 1x1": ["--net", "resnet50", "--layer", "res5a_branch2a",
                   "--batch", "1"],
    "depthwise": ["--shape", "G=64,M=64,C=64,H=28,W=28,R=3,S=3,pad=1"],
    "fc": ["--shape", "M=1000,C=512,H=1,W=1,R=1,S=1"],
}


def random_shapes(n, seed):
    """Groups to depthwise, stride to 4, dilation to 2, N to 2."""
    pick = random.Random(seed)
    shapes = []
    while len(shapes) < n:
        groups = pick.choice([1, 1, 1, 2, 3])
        filters, channels = groups * pick.randint(1, 9), groups * pick.randint(1, 9)
        if pick.random() < 0.15:
            groups = filters = channels = pick.randint(2, 8)
        size, taps = pick.randint(1, 16), pick.randint(1, 5)
        stride, pad = pick.randint(1, 4), pick.randint(0, 2)
        dilation = pick.randint(1, 2)
        if size + 2 * pad < dilation * (taps - 1) + 1 or pad >= taps:
            continue
        shapes.append(f"N={pick.randint(1, 2)},G={groups},M={filters},"
                      f"C={channels},H={size},W={size},R={taps},S={taps},"
                      f"stride={stride},pad={pad},dilation={dilation}")
    return shapes


def without_kernel(text):
    """The report's lines but for the kernel's."""
    return [line for line in text.splitlines() if '"kernel":' not in line]


def compare(words, grains=("array", "block"), seconds=3600):
    """Whether all kernels print the same."""
    words = [*words, "--format", "json"]
    native = run(*words, "--no-memo", seconds=seconds)
    what = " ".join(words[:-2])
    if not check(native.returncode == 0, f"native: {what}", native.stderr):
        return
    for grain in grains:
        other = run(*words, "--kernel", "systemc", "--sc-granularity", grain,
                    seconds=seconds)
        check(other.returncode == 0 and '"kernel": "systemc"' in other.stdout
              and without_kernel(other.stdout) == without_kernel(native.stdout),
              f"systemc {grain}: {what}", other.stderr)
