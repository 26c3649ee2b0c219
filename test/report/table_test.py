"""table_test.py - what once misled readers of the text reports.
SPDX-License-Identifier: MIT
"""

import re

from program import check, finish, leave_to_the_plain_build, report, run

C1 = ("--net", "lenet5", "--layer", "c1", "--batch", "1")


def text(*words):
    done = run(*words)
    check(done.returncode == 0, " ".join(words), done.stderr)
    return done.stdout


def flat(page):
    return " ".join(page.split())


def look_at_a_layer():
    page = flat(text("--cfg", "eyeriss", "--layer", "conv2"))
    check("compute-bound, the ridge is at 140.0 operations per byte; yet 10.1 "
          "% of the time no pass is in flight (wait_dram)" in page,
          "a layer bound by its MACs says that it waits for DRAM", page)
    check("rs mapping m=64" in page and "shape N=4" in page,
          "the letters of a mapping are the dataflow's, not the shape's", page)
    check("what widens it: array.rows, array.cols, and the mapping" in page,
          "a bound names its keys", page)
    check("words of 16 (ifmap), 16 (filter) and 16 bits (psum), L2 108.0 KiB, "
          "files of a PE 12 (ifmap), 224 (filter) and 24 words (psum)" in page,
          "the head says widths and memories", page)


def look_at_widened_rows():
    """Where another resource than before holds a layer up, the bound says how
    far it is from explaining the cycles, and why."""
    page = flat(text("--cfg", "eyeriss", "--layer", "conv2", "--set",
                     "array.rows=48", "--set", "l2.bytes=442368"))
    said = re.search(r"bound (\w+) needs at least ([0-9,]+) cycles; the layer "
                     r"took ([0-9.]+) times that, ([0-9,]+) cycles more: "
                     r"([0-9,]+) with no pass in flight, the rest while \1 "
                     r"waited; what widens it: (\S+)", page)
    took = re.search(r" cycles ([0-9,]+),", page)
    least, more = (int(said[k].replace(",", "")) for k in (2, 4))
    check(least + more == int(took[1].replace(",", "")) and
          abs(float(said[3]) - (least + more) / least) < 0.001,
          "with more rows, the bound says what it does not explain", page)


def look_at_lists():
    """What there is, and the configuration as it is."""
    for what in ("networks", "layers", "architectures", "energy", "memories",
                 "dataflows"):
        words = ("--net", "alexnet") if what == "layers" else ()
        rows = report("list", what, *words)["rows"]
        page = text("list", what, *words)
        check(rows and all(str(next(iter(row.values()))) in page
                           for row in rows), f"list {what}")
    shown = text("--cfg", "eyeriss", "--set", "array.rows=7", "--show-config")
    check(re.search(r"^array.rows +7 +PEs +--set", shown, re.M) and
          re.search(r"^array.cols +14 +PEs +\S*eyeriss.cfg:\d+", shown, re.M)
          and re.search(r"^pe.fifo_words +\d+ ", shown, re.M),
          "the effective configuration says where each value is from", shown)


def look_at_instances():
    page = flat(text("model", "--cfg", "eyeriss", *C1, "--set",
                     "l1.bytes=65536", "--set", "l1.bank_row_words=4",
                     "--set", "array.cols=8"))
    check(", 8 L1s of 64.00 KiB each," in page,
          "an L1 for each column is said to be eight", page)


def look_at_units():
    words = ("--cfg", "eyeriss", *C1)
    found = text("map", *words, "--top", "1")
    best = re.search(r"^  1 +(\S+) ", found, re.M)
    chosen = report("map", *words, "--top", "1")["layers"][0]["best"][0]
    check(" uJ " in found and best is not None and
          abs(float(best[1]) * 1e6 / chosen["energy"] - 1) < 1e-5,
          "map says uJ, as run does", found)


def look_at_model():
    page = text("model", "--cfg", "eyeriss", "--layer", "conv*")
    check("why" not in page, "a model says nothing of PE-cycles", page)


def look_at_reuse():
    words = ("reuse", "--cfg", "eyeriss", *C1)
    page = text(*words)
    check(re.search(r"misses, % +of words", page) and
          re.search(r"reused, % +within", page), "curves have units", page)
    for stream in report(*words)["subjects"][0]["streams"]:
        check(all(missed <= stream["accesses"]
                  for _, missed in stream["miss_curve"]),
              f"{stream['level']} {stream['name']}: no more misses than "
              "accesses", stream["miss_curve"])


def look_at_names():
    wrong = run("--cfg", "eyeriss", "--net", "mobilnet")
    check(wrong.returncode == 1 and "'mobilenetv2'" in wrong.stderr and
          "'accelsim list networks'" in wrong.stderr,
          "a misspelt network has a nearest one, and a list", wrong.stderr)
    wrong = run("--cfg", "eyeriss", "--net", "foo")
    listed = [row["name"] for row in report("list", "networks")["rows"]]
    check(wrong.returncode == 1 and all(name in wrong.stderr
                                        for name in listed),
          "a network that is none lists those there are", wrong.stderr)
    product = flat(text("--cfg", "eyeriss", "--gemm", "M=8,N=4,K=6"))
    check("gemm M=8 N=4 K=6" in product, "a product has the user's letters")


if __name__ == "__main__":
    leave_to_the_plain_build()
    look_at_a_layer()
    look_at_instances()
    look_at_widened_rows()
    look_at_lists()
    look_at_units()
    look_at_model()
    look_at_reuse()
    look_at_names()
    finish()
