#!/usr/bin/env python3
"""systemc_test.py - the SystemC kernel against the native one, end to end.
SPDX-License-Identifier: MIT
"""

import math
import os
import re
import signal
import subprocess
import sys
import time

from program import (IS_LONG, IS_SHORT, PROGRAM, SMALL, check, finish,
                     new_folder, report, run, sample, write)
from systemc_cases import (MACHINES, NESTS, REAL, compare, random_shapes,
                           without_kernel)
from vcd import read_vcd, time_in, value_at

SYSTEMC = ["--kernel", "systemc"]
SHADOW = ["--set", "array.preload=shadow", "--set", "array.rows=6", "--set",
          "array.cols=5"]
STRIPS = [*SHADOW, "--set", "array.strip_words=3", "--set",
          "array.strip_min_cycles=2", "--set", "array.commands_in_flight=2",
          "--set", "layer.start_cycles=20"]
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
    check(len(MACHINES) >= 10 and len(NESTS) >= 5,
          "the shipped architectures are found", (MACHINES, NESTS))
    shapes = sample(1, "random layers on each machine and dataflow", 40)
    real = sample(0, "published layers on each of them", len(REAL))
    for cfg, dataflow in MACHINES[::4 if IS_SHORT else 1]:
        machine = ["--cfg", cfg, "--dataflow", dataflow]
        large = cfg in ("tpu_v1", "systolic")
        small = ["--set", "array.rows=8", "--set", "array.cols=8"]
        for shape in random_shapes(shapes, cfg + dataflow):
            compare([*machine, *(small if large and not IS_LONG else []),
                     "--shape", shape])
        for words in list(REAL.values())[:real]:
            compare([*machine, *words])
    for cfg in NESTS:
        compare(["--cfg", cfg])
    for dram in ("ideal", "ddr3_1600", "hbm2"):
        compare([*TINY, "--set", f"dram.model={dram}"], grains=("array",))
    for clock in ("700000000", "123456", "333"):
        compare([*TINY, "--set", f"clock_hz={clock}"], grains=("array",))
    compare([*TINY, "--check"])
    drain = ["--cfg", "systolic", "--set", "array.drain=overlapped", "--set",
             "array.rows=6", "--set", "array.cols=5", "--set", "mapping.c=2"]
    for slow in ([], ["--set", "noc.psum_out.slots_per_cycle=2"],
                 ["--set", "dram.model=bandwidth", "--set",
                  "dram.bytes_per_second=1500000000"]):
        compare([*drain, *slow, *TINY[2:], "--check"])
    for dataflow in ("ws", "is"):
        compare(["--cfg", "systolic", "--dataflow", dataflow, *SHADOW, "--set",
                 "mapping.c=2", "--set", "dram.model=bandwidth", "--set",
                 "dram.bytes_per_second=1500000000", *TINY[2:], "--check"])
    compare(["--cfg", "systolic", "--dataflow", "ws", *STRIPS, *TINY[2:],
             "--check"])
    for dataflow in ("os", "is"):
        compare(["--cfg", "eyeriss", "--dataflow", dataflow, "--set",
                 "pass.overlap=true", "--set", "array.rows=3", *TINY[2:],
                 "--check"])
    with new_folder() as folder:
        # Sums that stay while other tiles come, and rows cut in two.
        write(folder, "fold.cfg", """mappings = ( {
          dram = { loops = ["c 2", "q 2", "m 2"]; };
          l2 = { loops = ["r 3", "s 3", "p 8", "q 4"]; rows = ["c 2"];
                 cols = ["m 4"]; }; } );""")
        for machine in (["--cfg", "gemmini"], ["--cfg", "systolic", *SHADOW],
                        ["--cfg", "systolic", *SHADOW[2:]]):
            compare([*machine, *TINY[2:], "--check", "--mapping",
                     os.path.join(folder, "fold.cfg")])
    compare([*TINY, "--set", "l2.ports=1rw"])
    compare([*TINY, "--show-mapping"], grains=("array",))


def order_does_not_matter():
    """block_order_test shuffles in every cycle; here it is SystemC's order."""
    for machine in (["--cfg", "eyeriss"], ["--cfg", "eyeriss", "--dataflow",
                                           "os", "--set", "l2.ports=1rw"],
                    ["--cfg", "nvdla_small"],
                    ["--cfg", "systolic", "--set", "array.rows=6", "--set",
                     "array.cols=5", "--set", "array.drain=overlapped"],
                    ["--cfg", "systolic", "--dataflow", "ws", *SHADOW]):
        words = [*machine, *TINY[2:], "--format", "json"]
        native = run(*words)
        for seed in ("1", "2", "3"):
            for grain in ("array", "block"):
                done = run(*words, *SYSTEMC, "--sc-granularity", grain,
                           "--sc-shuffle", seed, "--check")
                check(done.returncode == 0 and
                      '"mismatches": 0' in done.stdout,
                      f"order {seed} of {grain} modules computes the same",
                      done.stderr)
                done = run(*words, *SYSTEMC, "--sc-granularity", grain,
                           "--sc-shuffle", seed)
                check(without_kernel(done.stdout) ==
                      without_kernel(native.stdout),
                      f"order {seed} of {grain} modules changes nothing",
                      done.stderr)


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


def processes_end_with_their_parent():
    """What is left of a waveform would stay, were the process to go on.

    A shell's background job ignores SIGINT, and so would what it starts."""
    for kind in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        with new_folder() as folder:
            parent = subprocess.Popen(
                [PROGRAM, "--cfg", "eyeriss", "--layer", "conv2", *SYSTEMC,
                 "--sc-granularity", "block", "--vcd", "x.vcd"], cwd=folder,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                preexec_fn=lambda: signal.signal(signal.SIGINT,
                                                 signal.SIG_DFL))
            begun = until(
                lambda: any("array.vcd" in names
                            for _, _, names in os.walk(folder)))
            parent.send_signal(kind)
            parent.wait()
            check(begun and until(lambda: not os.listdir(folder)),
                  f"after {kind.name} no process and no file goes on",
                  os.listdir(folder))


def until(what, seconds=60):
    """Whether it becomes true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.01)
    return False


def options_are_checked():
    wrong = [
        (["--kernel", "verilog"], "'--kernel' is 'verilog'"),
        (["--vcd", "x.vcd"], "'--kernel systemc' is needed"),
        (["--sc-memory", "1,1"], "'--kernel systemc' is needed"),
        ([*SYSTEMC, "--sc-granularity", "fine"], "'array' or 'block'"),
        ([*SYSTEMC, "--sc-shuffle", "0"], "'--sc-shuffle' is '0'"),
        ([*SYSTEMC, "--sc-memory", "100"], "'--sc-memory' is '100'"),
        ([*SYSTEMC, "--sc-memory", "1,0"], "'--sc-memory' is '1,0'"),
        ([*SYSTEMC, "--sc-memory", "-1,5"], "'--sc-memory' is '-1,5'"),
        *(([*SYSTEMC, "--sc-memory", f"{text}"], f"is '{text}'")
          for text in ("1,2,3", "x,1", "2000000000000,1", "1" * 40 + ",1")),
        *(([*SYSTEMC, "--sc-shuffle", f"{text}"], f"is '{text}'")
          for text in ("0", "x", "3000000000")),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-window", "1:5,3"], "'1:5,3'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-pes", "0:70000"], "'0:70000'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-pes", ",".join(["0:0"] * 1025)],
         "lists more than 1024 PEs"),
        ([*SYSTEMC, "--trace-window", "0:9"], "'--vcd FILE' is needed"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-window", "9:9"], "'9:9'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-window", "9"], "'9'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-pes", "0:3,4"], "'0:3,4'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "--trace-pes", ","], "','"),
        ([*SYSTEMC, "--vcd", "x.vcd", "-o", "x.vcd"], "so would '-o'"),
        ([*SYSTEMC, "--vcd", "x.vcd", "-o", "x.gtkw"], "so would '-o'"),
    ]
    for command in ("model", "reuse"):
        done = run(command, *TINY, *SYSTEMC)
        check(done.returncode == 1 and "'accelsim run'" in done.stderr,
              f"{command} knows no --kernel systemc", done.stderr)
    for words, text in wrong:
        done = run(*TINY, *words)
        check(done.returncode == 1 and text in done.stderr and
              done.stdout == "" and done.stderr.count("\n") == 1,
              "refused: " + " ".join(words), done.stderr)


def a_foreign_memory_changes_the_cycles_by_arithmetic():
    """One pass: load ifmap, load filters, compute, store, one by one."""
    words = [*TINY, "--set", "dram.model=bandwidth", "--mapping-policy",
             "rules"]
    mine = report(*words)["layers"][0]
    hz, dram = 200e6, mine["accesses"]["dram"]
    tiles = [dram["ifmap"]["reads"], dram["filter"]["reads"],
             dram["psum"]["writes"]]
    check(mine["passes"] == 1 and mine["cycles"] > mine["array_cycles"] > 0,
          "the layer is one pass", mine["passes"])

    def cycles(latency_ns, bytes_per_second):
        done = report(*words, *SYSTEMC, "--sc-memory",
                      f"{latency_ns},{bytes_per_second}")
        check(str(bytes_per_second) in done.get("sc_memory", ""),
              "the report names the foreign memory")
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
    # It is asked for words: no bursts to pay for.
    part = report(*words, "--set", "dram.model=ddr3_1600", *SYSTEMC,
                  "--sc-memory", "100,400000000")["layers"][0]
    check(part["energy_pj"]["dram"] == mine["energy_pj"]["dram"],
          "a foreign memory costs the words", part["energy_pj"])


PERIOD = 5000  # ps at 200 MHz
STATES = ["idle", "mac", "psum", "fill", "drain", "wait_filter", "wait_ifmap",
          "wait_psum_in", "wait_psum_out", "skip"]


def a_waveform_shows_what_is_counted():
    with new_folder() as folder:
        vcd = f"{folder}/tiny.vcd"
        words = [*TINY, "--set", "dram.model=ddr3_1600", "--format", "json"]
        native = run(*words)
        done = run(*words, *SYSTEMC, "--vcd", vcd)
        check(done.returncode == 0 and done.stderr == "" and
              without_kernel(done.stdout) == without_kernel(native.stdout),
              "--vcd changes no number", done.stderr)
        layer = report(*words[:-2])["layers"][0]
        changes, end = read_vcd(vcd)
        pes = {name for name in changes if name.endswith(".state") and
               name.startswith("top.array.pe_")}
        check(len(pes) == layer["active_pes"], "each PE has its state",
              len(pes))
        for state in STATES[1:]:
            spent = sum(time_in(changes[pe], STATES.index(state), end)
                        for pe in pes)
            # A machine that skips nothing has no such cause.
            told = layer["ledger_pe_cycles"].get(state, 0)
            check(spent == told * PERIOD,
                  f"PEs are '{state}' for as long as the ledger says",
                  (spent / PERIOD, told))
        for network, sent in (("filter", "filter"), ("ifmap", "ifmap"),
                              ("psum_out", "psum_out")):
            moved = sum(value * time_in(
                changes[f"top.array.{network}_network.words"], value, end)
                for value in range(1, 20))
            check(moved == layer["noc"][sent]["words_sent"] * PERIOD,
                  f"the {network} network moves the words that it counts",
                  moved / PERIOD)
        loads = changes["top.dram.transfer"]
        check({value for _, value in loads} == {0, 1, 2},
              "the DRAM reads and writes", loads)
        commands = [value for _, value in changes["top.dram.command"]]
        check(commands.count(1) + commands.count(2) > 0 and 3 in commands,
              "a part's commands are shown", commands)
        check(max(time for time, _ in changes["top.dram.transfer"]) <=
              layer["cycles"] * PERIOD, "nothing happens behind the end")
        with open(vcd, "rb") as file:
            before = file.read()
        run(*words, *SYSTEMC, "--vcd", vcd)
        with open(vcd, "rb") as file:
            check(file.read() == before, "the same run writes the same bytes")
        with open(f"{folder}/tiny.gtkw") as file:
            text = file.read()
        check("pe_state.txt" in text and "top.array.pe_0_0.state" in text,
              "a save file for GTKWave lies beside it", text[:500])


def sum_over_time(changes, end, pattern):
    """Of all signals that match: values times cycles."""
    return sum(value * (stop - start) / PERIOD
               for name, all_ in changes.items() if re.fullmatch(pattern, name)
               for (start, value), (stop, _) in zip(all_, [*all_[1:],
                                                           (end, 0)]))


def words_of_l1s_and_routers_are_those_counted():
    with new_folder() as folder:
        vcd = f"{folder}/l1.vcd"
        shape = ["--shape", "M=8,C=8,H=8,W=8,R=3,S=3,pad=1"]
        for words in (["eyeriss_v2_dense", "--dataflow", "ws"],
                      ["eyeriss_v2_dense", "--dataflow", "rs"],
                      ["eyeriss_v2_dense", "--dataflow", "os", "--set",
                       "noc.l2_to_l1=multicast", "--set", "l1.ports=1rw"]):
            words = ["--cfg", *words, *shape]
            compare(words)
            layer = report(*words, *SYSTEMC, "--vcd", vcd)["layers"][0]
            changes, end = read_vcd(vcd)
            noc, l1 = layer["noc"], layer["accesses"]["l1"]
            what = " ".join(words)
            for line in ("filter", "ifmap"):
                sent = f"top.array.{line}_network.words"
                router = rf"top.array.{line}_router_\d+_\d+"
                links = rf"{router}\.\w+_words"
                l1s = rf"top.array.l1_\d+_\d+\.{line}"
                sums = [
                    (sent, noc[f"{line}_l1"]["words_sent"]),
                    (rf"{l1s}_reads", l1[line]["reads"]),
                    (rf"{l1s}_writes", l1[line]["writes"]),
                    (rf"{l1s}_words", noc[line]["words_sent"])]
                if any(re.fullmatch(links, name) for name in changes):
                    sums += [(links, noc[f"{line}_l1"]["hops"]),
                             (rf"{router}\.local_words",
                              noc[f"{line}_l1"]["words_delivered"])]
                for pattern, counted in sums:
                    seen = sum_over_time(changes, end, pattern)
                    check(seen == counted, f"{what}: {pattern} adds up to "
                          f"the {counted} words counted", seen)
            # A row a bank and cycle; both of a bank's ports at once are two.
            states = [changes[name] for name in changes if
                      re.fullmatch(r"top.array.l1_.*bank_\d+.state", name)]
            moved = sum(time_in(state, 1, end) + time_in(state, 2, end) +
                        2 * time_in(state, 3, end) for state in states)
            most = sum(l1[t]["reads"] + l1[t]["writes"]
                       for t in ("filter", "ifmap"))
            check(0 < moved / PERIOD <= most and states,
                  f"{what}: banks' ports move rows", (moved / PERIOD, most))


def a_waveform_shows_the_pes_of_a_systolic_array():
    period = 1000  # ps at 1 GHz
    with new_folder() as folder:
        vcd = f"{folder}/wave.vcd"
        for dataflow, more in (("ws", []), ("is", []), ("os", []),
                               ("os", ["--set", "array.drain=overlapped"]),
                               ("ws", SHADOW[:2]), ("is", SHADOW[:2])):
            words = ["--cfg", "systolic", "--dataflow", dataflow, *more,
                     "--set", "array.rows=5", "--set", "array.cols=4",
                     *TINY[2:]]
            if more != SHADOW[:2]:  # whose edges never make it wait
                words += ["--set", "noc.psum_out.slots_per_cycle=3", "--set",
                          "noc.filter.slots_per_cycle=2"]
            layer = report(*words)["layers"][0]
            what = " ".join([dataflow, *more])
            for grain in ("array", "block"):
                done = run(*words, *SYSTEMC, "--sc-granularity", grain,
                           "--vcd", vcd)
                changes, _ = read_vcd(vcd)
                end = layer["cycles"] * period
                pes = {name for name in changes if name.endswith(".state")}
                check(done.returncode == 0 and len(pes) == 20,
                      f"{what}: each PE has its state", (pes, done.stderr))
                for state in STATES[1:]:
                    spent = sum(time_in(changes[pe], STATES.index(state), end)
                                for pe in pes)
                    check(spent == layer["ledger_pe_cycles"].get(state, 0) * period,
                          f"{what}, {grain}: PEs are '{state}' for as long as "
                          "the ledger says",
                          (spent / period, layer["ledger_pe_cycles"].get(state, 0)))
            run(*words, *SYSTEMC, "--vcd", vcd, "--trace-pes", "0:3,2:1")
            changes, _ = read_vcd(vcd)
            check({name for name in changes if ".pe_" in name} ==
                  {"top.array.pe_0_3.state", "top.array.pe_2_1.state"},
                  f"{what}: --trace-pes chooses PEs")


def listed_levels_step_alike():
    with new_folder() as folder:
        vcd, mapping = f"{folder}/levels.vcd", f"{folder}/mapping.cfg"
        with open(mapping, "w") as file:
            file.write("""mappings = ( {
  dram = { loops = ["m 2"]; };
  global = { loops = ["p 4"]; rows = ["m 2"]; cols = ["q 4"]; };
  pe_accu = { loops = ["r 3", "s 3"]; cols = ["m 4"]; };
  weight_regs = { loops = ["p 2", "q 2"]; cols = ["c 8"]; };
} );
""")
        words = ["--cfg", "simba_like", "--mapping", mapping, "--shape",
                 "M=16,C=8,H=8,W=8,R=3,S=3,pad=1"]
        compare(words)
        layer = report(*words, *SYSTEMC, "--vcd", vcd)["layers"][0]
        changes, end = read_vcd(vcd)
        spent = time_in(changes["top.array.macs.state"], STATES.index("mac"),
                        end)
        check(spent * layer["active_pes"] ==
              layer["ledger_pe_cycles"]["mac"] * 1000,  # ps of 1 GHz
              "MACs of listed levels are 'mac' for as long as the ledger says",
              (spent, layer["ledger_pe_cycles"]["mac"]))


def a_nest_shows_its_tiles_and_pes():
    with new_folder() as folder:
        vcd, mapping = f"{folder}/nest.vcd", f"{folder}/mapping.cfg"
        with open(mapping, "w") as file:
            file.write("""mappings = ( {
  l2 = { loops = ["m 2", "c 4", "p 4"]; rows = ["r 3"]; cols = ["p 2", "m 3"]; };
  rf = { loops = ["q 8", "s 3"]; };
} );
""")
        words = ["--cfg", "eyeriss", "--mapping", mapping, "--shape",
                 "M=6,C=4,H=8,W=8,R=3,S=3,pad=1", "--set", "l2.ports=1rw"]
        compare(words)
        layer = report(*words, *SYSTEMC, "--vcd", vcd)["layers"][0]
        changes, end = read_vcd(vcd)
        pes = [name for name in changes
               if re.fullmatch(r"top.array.pe_\d+_\d+.state", name)]
        check(len(pes) == 18 == layer["active_pes"], "each PE of a nest has "
              "its state", len(pes))
        for state in STATES[1:]:
            spent = sum(time_in(changes[pe], STATES.index(state), end)
                        for pe in pes)
            check(spent == layer["ledger_pe_cycles"].get(state, 0) * PERIOD,
                  f"a nest's PEs are '{state}' for as long as the ledger says",
                  (spent / PERIOD, layer["ledger_pe_cycles"].get(state, 0)))
        for network, link in layer["noc"].items():
            name = f"top.array.{network}_network.words"
            if name in changes:
                seen = sum_over_time(changes, end, name)
                check(seen == link["words_sent"] and (seen > 0 or
                      network == "psum_link"), f"a nest's {network} network "
                      f"moves {link['words_sent']} words", seen)
        with open(f"{folder}/nest.gtkw") as file:
            check("top.array.pe_0_0.state" in file.read(),
                  "a nest's save file shows PEs")


def a_waveform_can_be_a_part():
    with new_folder() as folder:
        vcd = f"{folder}/part.vcd"
        done = run(*TINY, *SYSTEMC, "--vcd", vcd, "--trace-window", "900:1000",
                   "--trace-pes", "0:3,2:1")
        changes, end = read_vcd(vcd)
        check(done.returncode == 0 and {name.split(".")[2] for name in changes
                                        if ".pe_" in name} ==
              {"pe_0_3", "pe_2_1"}, "--trace-pes chooses PEs", done.stderr)
        times = [time for all_ in changes.values() for time, _ in all_
                 if time > 0]
        check(min(times) >= 900 * PERIOD and end <= 1001 * PERIOD and
              max(times) <= 1000 * PERIOD,
              "--trace-window chooses cycles", (min(times), end))
        done = run(*TINY, *SYSTEMC, "--vcd", vcd, "--trace-window",
                   "99000000:99000001")
        check(done.returncode == 1 and "--trace-window" in done.stderr,
              "a window behind the end is an error", done.stderr)
        for words in (["--cfg", "systolic", "--dataflow", "ws"],
                      ["--cfg", "systolic", "--dataflow", "os"],
                      ["--cfg", "shidiannao"], ["--cfg", "nvdla_small"]):
            words = [*words, *TINY[2:]]
            done = run(*words, *SYSTEMC, "--vcd", vcd)
            check(done.returncode == 0 and done.stderr == "",
                  "a waveform of " + " ".join(words), done.stderr)
        done = run("--cfg", "conv1d_pes", "--layer", "weight", *SYSTEMC, "--vcd", vcd)
        check(done.returncode == 0 and done.stderr == "",
              "a waveform of a nest", done.stderr)
        done = run(*SMALL, *SYSTEMC, "--vcd", vcd)
        check(done.returncode == 1 and "'--layer' chooses" in done.stderr,
              "a waveform is of one layer", done.stderr)
        done = run(*TINY, *SYSTEMC, "--vcd", f"{folder}/no/such.vcd")
        check(done.returncode == 4 and done.stderr.count("\n") == 1,
              "a waveform that can't be written is an I/O error", done.stderr)
        for place in ("/dev/null", folder):
            done = run(*TINY, *SYSTEMC, "--vcd", place)
            check(done.returncode == 4 and "no plain file" in done.stderr,
                  "a waveform does not replace what is no file", done.stderr)
        done = run(*TINY, *SYSTEMC, "--sc-memory", "50,1000000000", "--vcd",
                   vcd, "--sc-granularity", "block")
        changes, _ = read_vcd(vcd)
        check(done.returncode == 0 and "top.dram.transfer" not in changes,
              "a foreign memory's insides are its own", done.stderr)


DDR3_CLOCK = 1250  # ps


def a_full_disk_is_an_error():
    """A limit in units of 512 bytes stands for the disk."""
    for blocks in (0, 1, 5):
        for dram in ("ideal", "bandwidth"):
            with new_folder() as folder:
                words = ["sh", "-c", f'ulimit -f {blocks}; "$@"', "sh", PROGRAM, *TINY, *SYSTEMC, "--set",
                         f"dram.model={dram}", "--vcd", f"{folder}/w.vcd"]
                done = subprocess.run(words, capture_output=True, text=True,
                                      timeout=60, check=False)
                check(done.returncode == 4 and done.stdout == "" and
                      done.stderr.startswith("accelsim: error: cannot write '")
                      and done.stderr.count("\n") == 1 and
                      os.listdir(folder) == [],
                      f"a disk of {blocks} blocks, DRAM {dram}", done.stderr)


def a_waveform_writes_nobody_elses_files():
    """Links where a waveform used to be written beforehand."""
    with new_folder() as folder:
        victim = write(folder, "victim", "precious")
        for name in ("w.vcd.part.vcd", "w.vcd.part.dram.vcd"):
            os.symlink(victim, f"{folder}/{name}")
        done = run(*TINY, *SYSTEMC, "--vcd", f"{folder}/w.vcd")
        with open(victim) as file:
            check(done.returncode == 0 and file.read() == "precious",
                  "a waveform follows no link beside it", done.stderr)
    with new_folder() as folder:
        vcd = "w" * 251 + ".vcd"
        done = run(*TINY, *SYSTEMC, "--vcd", f"{folder}/{vcd}")
        check(done.returncode == 0 and sorted(os.listdir(folder)) ==
              ["w" * 240 + ".gtkw", vcd],
              "a waveform's name may have 255 letters", done.stderr)
    with new_folder() as folder:
        vcd = write(folder, "w.vcd", "old")
        os.chmod(vcd, 0o604)
        done = run(*TINY, *SYSTEMC, "--vcd", vcd)
        check(done.returncode == 0 and os.stat(vcd).st_mode & 0o7777 == 0o604,
              "a waveform keeps the mode of the file before", done.stderr)


def the_dram_is_drawn_when_it_moves():
    words = [*TINY, "--set", "dram.model=ddr3_1600"]
    with new_folder() as folder:
        vcd = f"{folder}/x.vcd"
        layer = report(*words, *SYSTEMC, "--vcd", vcd)["layers"][0]
        whole, end = read_vcd(vcd)
        dram = layer["accesses"]["dram"]
        bursts = sum(time_in(whole["top.dram.command"], command, end)
                     for command in (1, 2))
        check(bursts == layer["dram"]["bursts"] * DDR3_CLOCK,
              "each burst is a command, a clock long", bursts / DDR3_CLOCK)
        begun = [time for time, value in whole["top.dram.transfers"] if value]
        idle = [time for time, value in
                whole["top.array.sequencer.in_flight"] if value == 0]
        check(len(begun) == 3 and begun[0] == 0 and begun[2] >= idle[-1],
              "tiles come, then psums go when the pass is done", (begun, idle))
        moved = sum(value_at(whole["top.dram.transfer_bytes"], time)
                    for time in begun)
        check(moved == 2 * sum(t["reads"] + t["writes"]
                               for t in dram.values()),
              "transfers have as many bytes as words are counted", moved)
        cycles = layer["cycles"]  # psums leave in the last of them
        for window in ("20:60", "20:300", "200:260",
                       f"{cycles - 60}:{cycles - 1}", "0:10"):
            done = run(*words, *SYSTEMC, "--vcd", vcd, "--trace-window", window)
            part, last = read_vcd(vcd)
            begin, end = (int(edge) * PERIOD for edge in window.split(":"))
            first = min(time for changes in part.values()
                        for time, _ in changes if time > 0 or begin == 0)
            check(done.returncode == 0 and last == end and first >= begin,
                  f"window {window} begins and ends there", done.stderr)
            wrong = [name for name, changes in part.items()
                     if name.split(".")[-1] not in ("transfers", "bank", "row")
                     and any(value_at(changes, time) !=
                             value_at(whole[name], time)
                             for time in range(begin, end, DDR3_CLOCK))]
            check(wrong == [], f"window {window} shows what the whole shows",
                  wrong)


if is_built():
    the_dram_is_drawn_when_it_moves()
    a_waveform_shows_what_is_counted()
    words_of_l1s_and_routers_are_those_counted()
    a_waveform_shows_the_pes_of_a_systolic_array()
    a_nest_shows_its_tiles_and_pes()
    listed_levels_step_alike()
    a_waveform_can_be_a_part()
    a_full_disk_is_an_error()
    a_waveform_writes_nobody_elses_files()
    kernels_agree()
    order_does_not_matter()
    layers_run_in_processes()
    errors_come_back()
    processes_end_with_their_parent()
    options_are_checked()
    a_foreign_memory_changes_the_cycles_by_arithmetic()
finish()
