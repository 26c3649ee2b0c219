"""compare_test.py - sets counts beside a report of Timeloop's, of a convolution
of one dimension whose counts are worked out by hand: four outputs of three taps,
taps innermost, in a buffer below a memory.
SPDX-License-Identifier: MIT
"""

from program import (check, finish, leave_to_the_plain_build, new_folder, run,
                     write)

leave_to_the_plain_build()

PROBLEM = """problem:
  version: 0.4
  shape:
    name: Conv1D
    dimensions: [R, P]
    data_spaces:
    - {name: Weights, projection: [[[R]]]}
    - {name: Inputs, projection: [[[R], [P]]]}
    - {name: Outputs, projection: [[[P]]], read_write: True}
  instance: {R: 3, P: 4}
"""
MACHINE = """architecture:
  version: 0.3
  subtree:
  - name: system
    local:
    - {name: Main, class: DRAM, attributes: {width: 64, word-bits: 8}}
    - {name: Buffer, class: SRAM, attributes: {entries: 64, word-bits: 8}}
    - {name: MAC, class: intmac, attributes: {datawidth: 8}}
"""
MAPPING = """mapping:
- {target: Main, type: temporal, factors: P=4 R=1, permutation: RP}
- {target: Buffer, type: temporal, factors: P=1 R=3, permutation: RP}
"""
# Level, tensor, reads, fills, updates.  The window of three words moves by one
# for each further output; a sum is read back for all taps but its first.
ROWS = (("Buffer", "Weights", 12, 3, 0), ("Buffer", "Inputs", 12, 6, 0),
        ("Buffer", "Outputs", 8, 0, 12), ("Main", "Weights", 3, 0, 0),
        ("Main", "Inputs", 6, 0, 0), ("Main", "Outputs", 0, 0, 4))


def stats(rows=ROWS, cycles=12):
    text, level = "Buffer and Arithmetic Levels\n", None
    text += "Level 0\n=== MAC ===\n    Computes (total)        : 12\n"
    for name, tensor, reads, fills, updates in rows:
        if name != level:
            text += f"Level\n=== {name} ===\n    STATS\n"
            level = name
        text += f"    {tensor}:\n" \
                "        Utilized instances (max)     : 1\n" \
                f"        Scalar reads (per-instance)  : {reads}\n" \
                f"        Scalar fills (per-instance)  : {fills}\n" \
                f"        Scalar updates (per-instance): {updates}\n"
    return text + f"Networks\n--------\nSummary Stats\nCycles: {cycles}\n"


def compared(report, *words):
    with new_folder() as folder:
        files = [write(folder, name, text) for name, text in (
            ("prob.yaml", PROBLEM), ("arch.yaml", MACHINE),
            ("map.yaml", MAPPING))]
        return run("import", "--compare",
                   write(folder, "stats.txt", report), *words, *files)


def lines_of(done):
    return [" ".join(line.split()) for line in done.stdout.split("\n")]


def test_equal_and_explained():
    done = compared(stats())
    lines = lines_of(done)
    check(done.returncode == 0 and
          "MACs: 12, Timeloop 12: equal" in lines and
          "cycles of the busiest PE: 12, Timeloop 12: equal" in lines and
          "Buffer ifmap 12 6 12 6 equal" in lines and
          "Main psum 0 4 0 4 equal" in lines,
          "counts that are equal", (done.stdout, done.stderr))
    check("Buffer psum 12 12 8 12 drain +4 +0" in lines and
          any(line.startswith("drain: 4 read, 0 written") for line in lines),
          "the reads with which sums leave are named", done.stdout)
    lines = lines_of(compared(stats(), "--count-as", "timeloop"))
    check("Buffer psum 8 12 8 12 equal" in lines,
          "counted as Timeloop does", lines)


def test_refusals():
    wrong = [(*row[:2], 12, 7, 0) if row[1] == "Inputs" and
             row[0] == "Buffer" else row for row in ROWS]
    done = compared(stats(wrong))
    check(done.returncode == 3 and "NOT EXPLAINED" in done.stdout and
          "1 of its figures differ" in done.stderr,
          "a figure that nothing explains ends with 3",
          (done.stdout, done.stderr))
    done = compared(stats(cycles=13))
    check(done.returncode == 3, "so do other cycles", done.stderr)
    for report, words, message in (
            ("hello\n", (), "stats.txt: error: it is no report of Timeloop's"),
            (stats().replace("=== Main", "=== Other"), (),
             "level 'Other' is none of the architecture's"),
            (stats(), ("--count-as", "me"), "'--count-as' is 'me'")):
        done = compared(report, *words)
        check(done.returncode == 1 and message in done.stderr and
              done.stderr.count("\n") == 1, f"it is refused: {message}",
              done.stderr)
    done = run("import", "--count-as", "timeloop", "x.yaml")
    check(done.returncode == 1 and "without '--compare'" in done.stderr,
          "--count-as without --compare", done.stderr)


for test in (test_equal_and_explained, test_refusals):
    test()
finish()
