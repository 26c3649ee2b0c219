#!/usr/bin/env python3
"""plain_run_test.py - no mapping that others find beats that of the plain run:
a few layers and machines of plain_run.py, which has them all, and whose shares
docs/mapping.md says.
SPDX-License-Identifier: MIT
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["srcdir"], "test"))
sys.path.insert(0, os.path.join(os.environ["srcdir"], "test", "map"))
import plain_run
from program import check, finish, leave_to_the_plain_build

CASES = [("alexnet", "conv3", "eyeriss", "ws"),
         ("alexnet", "conv5", "eyeriss", "rs"),
         ("alexnet", "conv2", "systolic", "os"),
         ("alexnet", "conv4", "nvdla_small", "ws"),
         ("googlenet", "inception_4e_3x3_reduce", "eyeriss_v2_dense", "rs")]


def main():
    leave_to_the_plain_build()
    mappings = plain_run.drawn()
    plain_run.TOP = 40
    for case in CASES:
        seen = plain_run.look_at(case, mappings.get(case, []))
        what = " ".join(case)
        check(seen is not None and seen["dominated"] <= plain_run.DOMINATED,
              what + ": no other takes less energy at no more cycles", seen)
        check(seen["slower"] <= 1.05, what + ": no other is 5 % quicker", seen)
        check(seen.get("energy", 1) <= 1.001,
              what + ": by energy it is the proven optimum", seen)
    found = plain_run.run("map", "--cfg", "eyeriss", "--net",
                          "alexnet_energy_pruned", "--layer", "fc6",
                          "--objective", "delay", "--top", "1", "--format",
                          "json")
    check(len(json.loads(found.stdout)["layers"][0]["best"]) == 1,
          "with that of the plain run there are no more than asked for")
    # fc6, where a mapping of another dataflow takes a few cycles more.
    # Of a machine whose own dataflow is not the first that `map` searches, too.
    for word in ("eyeriss alexnet_energy_pruned", "tensor_core lenet5"):
        check(plain_run.map_against_run(word) == 0,
              f"{word}: map finds no mapping slower than the plain run's")


main()
finish()
