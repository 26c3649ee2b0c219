"""export_test.py - writes networks in other tools' forms and reads them back:
MACs and weights are those of the network.
SPDX-License-Identifier: MIT
"""

import glob
import json
import os
import re

from importing import imported, layers_of, refused
from program import (SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, run, write)

leave_to_the_plain_build()

NETWORKS = os.path.join(SOURCE, "configs", "networks")
OWN = """name = "own"; batch = 2;
layers = (
  { name = "a"; M = 8; C = 4; H = 9; W = 7; R = 3; S = 2; stride = 2; pad = 1;
    G = 2; },
  { name = "b"; op = "gemm"; M = 3; N = 5; K = 7; },
  { name = "c"; op = "matmul"; M = 3; N = 5; K = 7; B = 2; },
  { name = "up"; op = "conv_transpose"; M = 2; C = 2; H = 4; W = 4; R = 2;
    S = 2; stride = 2; },
  { name = "far"; M = 2; C = 2; H = 9; W = 9; R = 3; S = 3; dilation = 2; }
);
"""


def exported(folder, path, form):
    done = run("import", path, "--to", form, "-o", folder)
    check(done.returncode == 0, f"{os.path.basename(path)} as {form}",
          done.stderr)
    return done.stdout


def counts(rows):
    return [(row["macs"], row["weights"]) for row in rows]


def test_shipped():
    for name in ("lenet5", "alexnet", "resnet50", "mobilenetv2"):
        own = counts(layers_of(name))
        for form, pattern in (("scalesim", "*.topology.csv"),
                              ("timeloop", "*.problem.yaml")):
            with new_folder() as folder:
                exported(folder, os.path.join(NETWORKS, f"{name}.cfg"), form)
                files = sorted(glob.glob(os.path.join(folder, pattern)))
                if form == "timeloop":
                    files = files[:8]
                found = []
                done = run("import", *files, "-o", folder)
                check(done.returncode == 0, f"{name} is read back",
                      done.stderr)
                for path in glob.glob(os.path.join(folder,
                                                   "*.network.cfg")):
                    found += counts(layers_of(path))
                if form == "scalesim":
                    # AlexNet's grouped layers are a line a group.
                    check(sum(m for m, _ in found) == sum(m for m, _ in own)
                          and sum(w for _, w in found) ==
                          sum(w for _, w in own),
                          f"{name}: MACs and weights of SCALE-Sim's topology")
                else:
                    check(len(found) == len(files) and set(found) <= set(own),
                          f"{name}: each problem of Timeloop's is a layer",
                          found)


def test_what_is_told():
    with new_folder() as folder:
        path = write(folder, "own.cfg", OWN)
        report = exported(folder, path, "scalesim")
        for what in ("own.cfg:3: not expressible: layer 'a': 2 images",
                     "own.cfg:3: approximated: layer 'a': 2 products or "
                     "groups", "layer 'up': a transposed convolution",
                     "layer 'far': a dilation"):
            check(what in report, f"it is told: {what}", report)
        with open(os.path.join(folder, "own.topology.csv"),
                  encoding="utf-8") as file:
            lines = file.read().split("\n")
        # P = (9 + 2 - 3) / 2 + 1 = 5, Q = (7 + 2 - 2) / 2 + 1 = 4, 8 of 9
        # columns.
        check(lines[1] == "a_0, 11, 8, 3, 2, 2, 4, 2," and
              lines[3] == "b, 6, 7, 1, 7, 1, 5, 1,",
              "an ifmap is what its windows touch; a product", lines)
        report = exported(folder, path, "timeloop")
        check("layer 'a': padding [1, 1, 1, 1]" in report,
              "padding is told", report)
        imported(folder, os.path.join(folder, "own.a.problem.yaml"))
        rows = layers_of(os.path.join(folder, "own.a.problem.network.cfg"))
        check(counts(rows) == [(2 * 8 * 2 * 6 * 20, 96)],
              "groups, stride and batch come back", rows)


def test_refusals():
    with new_folder() as folder:
        path = write(folder, "own.cfg", OWN)
        done = run("import", path, "--to", "maestro", "-o", folder)
        check(done.returncode == 1 and "'--to' is 'maestro'" in done.stderr,
              "a form that is not written is refused", done.stderr)
        done = run("import", write(folder, "bad.cfg", OWN.replace(
            "H = 9; ", "", 1)), "--to", "scalesim", "-o", folder)
        check(done.returncode == 1 and "bad.cfg:3: error: layer 'a' lacks H"
              in done.stderr, "a layer that is not whole is refused",
              done.stderr)


NEST = """mappings = ( {
  layer = "conv2";
  dram = { loops = ["m 4", "c 48", "n 4", "g 2"]; };
  l2 = { loops = ["m 4", "p 27"]; rows = ["r 5"]; cols = ["q 14"];
         keep = ["ifmap", "psum"]; };
  rf = { loops = ["q 2", "m 8", "s 5"]; };
}, { layer = "twice"; l2 = { loops = ["m 4", "p 27", "m 2"]; };
}, { layer = "named"; dataflow = "rs"; m = 64; } );
"""


def test_mappings():
    with new_folder() as folder:
        report = imported(folder, write(folder, "nest.cfg", NEST), "--to",
                          "timeloop")
        made = [name for name in os.listdir(folder) if "mapping" in name]
        check(made == ["nest.conv2.mapping.yaml"], "one nest can be written",
              made)
        text = open(os.path.join(folder, made[0]), encoding="utf-8").read()
        check(text == "mapping:\n"
              "- {target: DRAM, type: temporal, factors: G=2 C=48 M=4 R=1 S=1 "
              "N=4 P=1 Q=1, permutation: GNCMRSPQ}\n"
              "- {target: L2, type: temporal, factors: G=1 C=1 M=4 R=1 S=1 "
              "N=1 P=27 Q=1, permutation: PMGCRSNQ}\n"
              "- {target: L2, type: spatial, factors: G=1 C=1 M=1 R=5 S=1 N=1 "
              "P=1 Q=14, permutation: QRGCMSNP, split: 1}\n"
              "- {target: L2, type: dataspace, keep: [Inputs, Outputs], "
              "bypass: [Weights]}\n"
              "- {target: RF, type: temporal, factors: G=1 C=1 M=8 R=1 S=5 N=1 "
              "P=1 Q=2, permutation: SMQGCRNP}\n",
              "permutations are innermost first, columns before rows", text)
        check("two loops over m at l2" in report and
              "dataflow 'rs' by its parameters" in report,
              "what cannot be written is told", report)


def energies(path):
    """{component and action: energy or area} of a table of ours."""
    out, name = {}, None
    for line in open(path, encoding="utf-8"):
        found = re.search(r"name: '?([\w.]+)(?:\[1\.\.(\d+)\])?\.?(\w+)?",
                          line)
        if "energy" in line:
            out[f"{name}.{found.group(1)}"] = \
                float(re.search(r"energy: ([\d.e+-]+)", line).group(1))
        elif found:
            name = (found.group(3) or found.group(1)).split(".")[-1]
            if "area" in line:
                out[name] = float(re.search(r"area: ([\d.e+-]+)",
                                            line).group(1))
    return out


def test_tables():
    """What a machine's tables say is what its reports say of each access."""
    words = ("--shape", "M=4,C=4,H=4,W=4,R=1,S=1", "--energy",
             "65nm_components")
    with new_folder() as folder:
        path = os.path.join(SOURCE, "configs", "eyeriss.cfg")
        text = open(path, encoding="utf-8").read()
        own = write(folder, "own.cfg", re.sub(
            r'(?m)^energy = "45nm"', 'energy = "65nm_components"', text))
        check('"65nm_components"' in open(own, encoding="utf-8").read(),
              "the machine has a table with areas")
        imported(folder, own, "--to", "timeloop")
        done = run("model", "--cfg", own, *words[:2], "--format", "json")
        said = json.loads(done.stdout)
        ert = energies(os.path.join(folder, "eyeriss.ERT.yaml"))
        art = energies(os.path.join(folder, "eyeriss.ART.yaml"))
        table, area = said["energy_table"], said["area_mm2"]
        expected = {"dram.read": table["dram"]["psum"],
                    "l2.read": table["l2"]["ifmap"],
                    "l2.write": table["l2"]["write"]["ifmap"],
                    "filter_rf.update": table["rf"]["write"]["filter"],
                    "mac.compute": table["mac"]["each"]}
        check(all(abs(ert[key] / value - 1) < 1e-5
                  for key, value in expected.items()),
              "energies of a word, reads apart from writes", (ert, expected))
        check(abs(art["l2"] / 1e6 / area["l2"] - 1) < 1e-5 and
              abs(art["mac"] * 168 / 1e6 / area["mac"] - 1) < 1e-5,
              "areas, of a PE each", (art, area))
    with new_folder() as folder:
        report = imported(folder, path, "--to", "timeloop")
        check("they are those of '65nm_components'" in report,
              "areas of another table are told", report)
        refused(path, "it is an architecture of accelsim's own")


for test in (test_mappings, test_tables, test_shipped, test_what_is_told, test_refusals):
    test()
finish()
