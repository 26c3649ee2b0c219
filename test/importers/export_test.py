"""export_test.py - writes networks in other tools' forms and reads them back:
MACs and weights are those of the network.
SPDX-License-Identifier: MIT
"""

import glob
import os

from importing import imported, layers_of
from program import SOURCE, check, finish, new_folder, run, write

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


for test in (test_shipped, test_what_is_told, test_refusals):
    test()
finish()
