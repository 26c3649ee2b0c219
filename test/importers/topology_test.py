"""topology_test.py - imports SCALE-Sim topologies: what is read, said and
refused, and that a run of the file itself is a run of what is imported.
SPDX-License-Identifier: MIT
"""

import filecmp
import os

from importing import FILES, imported, layers_of, refused
from program import (check, finish, leave_to_the_plain_build, new_folder, run,
                     write)

leave_to_the_plain_build()

HEADING = "Layer name, IFMAP Height, IFMAP Width, Filter Height, " \
          "Filter Width, Channels, Num Filter, Strides,\n"


def test_convolutions():
    with new_folder() as folder:
        report = imported(folder, "topology.csv")
        layers = layers_of(os.path.join(folder, "topology.network.cfg"))
        check([(one["name"], one["macs"], one["weights"]) for one in layers] ==
              [("conv_1", 4 * 2 * 9 * 36, 72), ("tail", 8 * 4 * 9 * 4, 288),
               ("conv_1_2", 8 * 3 * 16, 24)],
              "each line is a layer, with its MACs and weights", layers)
        check("topology.csv:4: approximated" in report and
              "3 x 3" in report and "1152 MACs run, not 2592" in report,
              "outputs that versions 2 and 3 round up are told", report)
        check("topology.csv:5: renamed" in report,
              "a name that comes again is told", report)
        check("topology.csv:5: read: the last field" in report,
              "a field without a comma behind it counts", report)


def test_gemm():
    with new_folder() as folder:
        report = imported(folder, "gemm.csv")
        layers = layers_of(os.path.join(folder, "gemm.network.cfg"))
        check([(one["name"], one["macs"]) for one in layers] ==
              [("first", 3 * 5 * 16)], "a heading M, N, K makes GEMMs", layers)
        check("gemm.csv:2: not expressible: sparsity 2:4" in report,
              "sparsity is told", report)
        check("gemm.csv:3: not expressible" in report and
              "--dim n=N" in report, "a letter in place of a number is told",
              report)
    with new_folder() as folder:
        imported(folder, "gemm.csv", "--dim", "n=7")
        layers = layers_of(os.path.join(folder, "gemm.network.cfg"))
        check([one["macs"] for one in layers] == [240, 35],
              "--dim gives a letter its number", layers)


def test_tabs():
    with new_folder() as folder:
        imported(folder, "tabs.csv")
        layers = layers_of(os.path.join(folder, "tabs.network.cfg"))
        check([one["macs"] for one in layers] == [2 * 9 * 15],
              "tabs separate fields where there are no commas", layers)


def test_direct_run():
    """--net takes the file itself."""
    file = os.path.join(FILES, "topology.csv")
    with new_folder() as folder:
        imported(folder, "topology.csv")
        direct, later = (os.path.join(folder, name) for name in "ab")
        one = run("--cfg", "systolic", "--net", file, "--format", "json",
                  "-o", direct)
        two = run("--cfg", "systolic", "--net",
                  os.path.join(folder, "topology.network.cfg"), "--format",
                  "json", "-o", later)
        check(one.returncode == two.returncode == 0 and
              filecmp.cmp(direct, later, shallow=False),
              "a run of the file is a run of what is imported, byte for byte",
              one.stderr + two.stderr)
        check("topology.csv:4: approximated" in one.stderr,
              "what is approximated is told beside the run", one.stderr)
        strict = run("--cfg", "systolic", "--net", file, "--strict",
                     "--format", "json")
        check(strict.returncode == 1 and strict.stdout == "" and
              "topology.csv:4: error: approximated" in strict.stderr,
              "--strict refuses it", strict.stderr)


def test_strict():
    with new_folder() as folder:
        done = run("import", os.path.join(FILES, "topology.csv"), "--strict",
                   "-o", os.path.join(folder, "new"))
        check(done.returncode == 1 and ":4: error: approximated" in
              done.stderr and not os.path.exists(os.path.join(folder, "new")),
              "import --strict refuses, and writes nothing", done.stderr)


def test_refusals():
    with new_folder() as folder:
        refused(write(folder, "letters.csv", HEADING + "a,1,B,1,1,H,H,1,\n"),
                "letters.csv:2: error: no line is a layer")
        refused(write(folder, "prose.csv", "It was a dark night\n"),
                "prose.csv: error: it is of no format that is known")
        refused(write(folder, "bytes.csv", b"\x00\x01\xff\xfe" * 9),
                "bytes.csv: error: it is of no format that is known")
        refused(os.path.join(folder, "nothing.csv"),
                "nothing.csv: error: it cannot be read")
        refused(folder, "error: it is a folder")
        done = run("import")
        check(done.returncode == 1 and "lacks what to read" in done.stderr,
              "import without a file is refused", done.stderr)
        done = run("import", os.path.join(FILES, "topology.csv"), "-o",
                   write(folder, "file", "x"))
        check(done.returncode == 4 and "cannot write" in done.stderr,
              "a file in the folder's place is an error of writing",
              done.stderr)
        done = run("import", os.path.join(FILES, "topology.csv"), "--dim",
                   "q=3", "-o", folder)
        check(done.returncode == 1 and "names no dimension" in done.stderr,
              "a --dim that nothing asks for is refused", done.stderr)
        done = run("run", "--cfg", "eyeriss", "--net", "lenet5", "--dim",
                   "q=3")
        check(done.returncode == 1 and "'--dim q=3' has no use" in
              done.stderr, "a --dim without a foreign file is refused",
              done.stderr)
        done = run("list", "layers", "--net", os.path.join(FILES, "gemm.csv"),
                   "--dim", "n=7", "--dim", "q=3")
        check(done.returncode == 0 and "'--dim q=...' names nothing" in
              done.stderr and "second" in done.stdout,
              "one that a file has no use for is told beside its run",
              done.stderr)
        done = run("import", os.path.join(FILES, "topology.csv"), "-o", "-")
        check(done.returncode == 1 and "'-o' is '-'" in done.stderr,
              "import to standard output is refused", done.stderr)
        done = run("import", os.path.join(FILES, "topology.csv"), "--dim",
                   "q")
        check(done.returncode == 1 and "'--dim' is 'q'" in done.stderr,
              "a --dim without a size is refused", done.stderr)


def test_own_file_is_not_overwritten():
    with new_folder() as folder:
        with open(os.path.join(FILES, "topology.csv"), "rb") as file:
            own = write(folder, "a.network.cfg", file.read())
        os.rename(own, os.path.join(folder, "x"))
        os.symlink("x", os.path.join(folder, "a.csv"))
        os.symlink("x", own)
        done = run("import", "a.csv", folder=folder)
        check(done.returncode == 1 and "is read here" in done.stderr,
              "an input is not overwritten", done.stderr)


test_convolutions()
test_gemm()
test_tabs()
test_direct_run()
test_strict()
test_refusals()
test_own_file_is_not_overwritten()
finish()
