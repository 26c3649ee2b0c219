#!/usr/bin/env python3
"""systemc_test.py - the SystemC kernel against the native one, end to end.
SPDX-License-Identifier: MIT
"""

import math
import sys

from program import SMALL, check, finish, new_folder, report, run
from systemc_cases import MACHINES, compare, random_shapes, without_kernel

SYSTEMC = ["--kernel", "systemc"]
TINY = ["--cfg", "eyeriss", "--shape", "M=8,C=4,H=8,W=8,R=3,S=3,pad=1"]


def is_built():
    done = run(*TINY, *SYSTEMC)
    if "libsystemc-dev" not in done.stderr:
        return True
    check(done.returncode == 1 and done.stderr.count("\n") == 1 and
          "--without-systemc" in done.stderr and done.stdout == "",
          "a build without SystemC says how to get it", done.stderr)
    return False


def kernels_agree():
    for cfg, dataflow in MACHINES:
        size = ["--set", "array.rows=8", "--set", "array.cols=8"]
        machine = ["--cfg", cfg, "--dataflow", dataflow,
                   *(size if cfg in ("tpu_v1", "systolic") else [])]
        for shape in random_shapes(2, cfg + dataflow):
            compare([*machine, "--shape", shape])
    for dram in ("ideal", "ddr3_1600", "hbm2"):
        compare([*TINY, "--set", f"dram.model={dram}"], grains=("array",))
    for clock in ("700000000", "123456", "333"):
        compare([*TINY, "--set", f"clock_hz={clock}"], grains=("array",))
    compare([*TINY, "--check"])
    compare([*TINY, "--set", "l2.ports=1rw"])
    compare([*TINY, "--show-mapping"], grains=("array",))


def layers_run_in_processes():
    words = ["--cfg", "eyeriss", "--net", "lenet5", "--batch", "1", "--format",
             "json"]
    native = run(*words)
    for jobs in ("1", "2", "5"):
        done = run(*words, *SYSTEMC, "-j", jobs)
        check(done.returncode == 0 and without_kernel(done.stdout) ==
              without_kernel(native.stdout),
              f"several layers with -j {jobs} are those of the native kernel",
              done.stderr)


def errors_come_back():
    done = run(*SMALL, *SYSTEMC, "--max-cycles", "100", "-j", "2")
    check(done.returncode == 5 and "--max-cycles" in done.stderr and
          done.stderr.count("error:") == 1 and done.stdout == "",
          "a limit in a process is one message and status 5", done.stderr)
    ours = run(*SMALL, "--max-cycles", "100", "-j", "2")
    check(done.stderr == ours.stderr, "the same as of the native kernel",
          done.stderr + ours.stderr)
    for limit in (1000, 5000):
        ours = run(*TINY, "--max-cycles", str(limit))
        done = run(*TINY, *SYSTEMC, "--max-cycles", str(limit))
        check((done.returncode, done.stderr) ==
              (ours.returncode, ours.stderr),
              f"--max-cycles {limit} ends both kernels alike", done.stderr)


def options_are_checked():
    wrong = [
        (["--kernel", "verilog"], "'--kernel' is 'verilog'"),
        (["--vcd", "x.vcd"], "'--kernel systemc' is needed"),
        (["--sc-memory", "1,1"], "'--kernel systemc' is needed"),
        ([*SYSTEMC, "--sc-granularity", "fine"], "'array' or 'block'"),
        ([*SYSTEMC, "--sc-memory", "100"], "'--sc-memory' is '100'"),
        ([*SYSTEMC, "--sc-memory", "1,0"], "'--sc-memory' is '1,0'"),
        ([*SYSTEMC, "--sc-memory", "-1,5"], "'--sc-memory' is '-1,5'"),
        ([*SYSTEMC, "--trace-window", "0:9"], "'--vcd FILE' is needed"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-window", "9:9"], "'9:9'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-window", "9"], "'9'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-pes", "0:3,4"], "'0:3,4'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-pes", ","], "','"),
    ]
    for words, text in wrong:
        done = run(*TINY, *words)
        check(done.returncode == 1 and text in done.stderr and
              done.stdout == "" and done.stderr.count("\n") == 1,
              "refused: " + " ".join(words), done.stderr)


def a_foreign_memory_changes_the_cycles_by_arithmetic():
    """One pass: load ifmap, load filters, compute, store, one by one."""
    words = [*TINY, "--set", "dram.model=bandwidth"]
    mine = report(*words)["layers"][0]
    hz, dram = 200e6, mine["accesses"]["dram"]
    tiles = [dram["ifmap"]["reads"], dram["filter"]["reads"],
             dram["psum"]["writes"]]
    check(mine["cycles"] > mine["array_cycles"] > 0, "the layer is one pass",
          mine["passes"] if "passes" in mine else "")

    def cycles(latency_ns, bytes_per_second):
        done = report(*words, *SYSTEMC, "--sc-memory",
                      f"{latency_ns},{bytes_per_second}")
        return done["layers"][0]["cycles"]

    def transfer(words_, latency_ns, bytes_per_second):
        seconds = latency_ns * 1e-9 + words_ * 2 / bytes_per_second
        return math.ceil(round(seconds * hz, 6))

    # What the array needs: a memory that takes no time to speak of.
    array = cycles(0, 10 ** 12)
    array -= sum(transfer(n, 0, 1e12) for n in tiles)
    for latency_ns, bytes_per_second in ((0, 400000000), (100, 400000000),
                                         (1000, 100000000), (5, 1600000000)):
        got = cycles(latency_ns, bytes_per_second)
        want = array + sum(transfer(n, latency_ns, bytes_per_second)
                           for n in tiles)
        check(got == want, f"{latency_ns} ns, {bytes_per_second} B/s: "
              f"{want} cycles", got)


if is_built():
    kernels_agree()
    layers_run_in_processes()
    errors_come_back()
    options_are_checked()
    a_foreign_memory_changes_the_cycles_by_arithmetic()
finish()
