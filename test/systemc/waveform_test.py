#!/usr/bin/env python3
"""waveform_test.py - signals of waveforms tell what the report counts.
SPDX-License-Identifier: MIT
"""

import json
import os
import re

from program import SOURCE, check, finish, new_folder, run
from systemc_cases import without_kernel
from vcd import area, read_vcd, time_in

SYSTEMC = ["--kernel", "systemc"]
TINY = ["--shape", "M=8,C=4,H=8,W=8,R=3,S=3,pad=1"]
PE_STATES = ["idle", "mac", "psum", "fill", "drain", "wait_filter",
             "wait_ifmap", "wait_psum_in", "wait_psum_out", "skip"]


class Wave:
    """A layer's waveform and its report, equal in both kernels."""

    def __init__(self, words, folder):
        self.what = " ".join(words)
        words = [*words, "--format", "json"]
        native = run(*words)
        done = {grain: run(*words, *SYSTEMC, "--sc-granularity", grain,
                           "--vcd", f"{folder}/{grain}.vcd")
                for grain in ("array", "block")}
        check(all(d.returncode == 0 and d.stderr == "" and
                  without_kernel(d.stdout) == without_kernel(native.stdout)
                  for d in done.values()), f"a waveform of {self.what}",
              native.stderr + done["array"].stderr + done["block"].stderr)
        with open(f"{folder}/array.vcd") as a, open(f"{folder}/block.vcd") as b:
            check(a.read() == b.read(), "is the same of both granularities",
                  self.what)
        report = json.loads(native.stdout)
        self.layer = report["layers"][0]
        self.period = 10 ** 12 / report["clock_hz"]  # ps
        self.signals, self.end = read_vcd(f"{folder}/array.vcd")

    def named(self, pattern):
        """Signals whose names match."""
        return {name: changes for name, changes in self.signals.items()
                if re.fullmatch(pattern, name)}

    def sum_of(self, pattern):
        """Over the signals and the cycles."""
        return sum(area(changes, self.end)
                   for changes in self.named(pattern).values()) / self.period

    def tells_the_ledger(self):
        """PEs are in each state for as long as is charged."""
        pes = self.named(r"top\.array\.pe_\d+_\d+\.state")
        wrong = {}
        for value, state in enumerate(PE_STATES):
            spent = sum(time_in(changes, value, self.end)
                        for changes in pes.values()) / self.period
            ledger = self.layer["ledger_pe_cycles"]
            # A machine that skips nothing has no such cause.
            if value > 0 and spent != ledger.get(state, 0):
                wrong[state] = spent
        check(pes and wrong == {}, f"PEs' states are the ledger's: {self.what}",
              wrong)

    def equals(self, pattern, want, what):
        """The sum is what the report counts, of signals that there are."""
        got = self.sum_of(pattern)
        check(got == want and self.named(pattern),
              f"{what}: {want} in the report and in the waveform ({self.what})",
              got)


def the_way_over_l1_shows_what_is_counted(words, has_mesh):
    with new_folder() as folder:
        wave = Wave(words, folder)
    noc, l1 = wave.layer["noc"], wave.layer["accesses"]["l1"]
    for line in ("filter", "ifmap"):
        wave.equals(rf"top\.array\.{line}_network\.words",
                    noc[f"{line}_l1"]["words_sent"], f"{line} words from L2")
        wave.equals(rf"top\.array\.l1_\d+_\d+\.{line}_words",
                    noc[line]["words_sent"], f"{line} words from L1 to PEs")
        for signal in ("reads", "writes"):
            wave.equals(rf"top\.array\.l1_\d+_\d+\.{line}_{signal}",
                        l1[line][signal], f"{signal} of {line} words in L1")
        if not has_mesh:
            continue
        routers = rf"top\.array\.{line}_router_\d+_\d+"
        wave.equals(rf"{routers}\.\w+_words", noc[f"{line}_l1"]["hops"],
                    f"{line} words over the mesh's links")
        wave.equals(rf"{routers}\.local_words",
                    noc[f"{line}_l1"]["words_delivered"],
                    f"{line} words to the clusters")
    wave.tells_the_ledger()
    return wave.sum_of(r"top\.array\.l1_\d+_\d+\.conflicts")


def l1s_and_routers():
    v2 = ["--cfg", "eyeriss_v2_dense", "--set", "array.rows=6", *TINY,
          "--dataflow"]
    for dataflow in ("os", "ws"):
        the_way_over_l1_shows_what_is_counted([*v2, dataflow], True)
    fought = the_way_over_l1_shows_what_is_counted(
        [*v2, "is", "--set", "l1.filter_bypass=false", "--set",
         "noc.l2_to_l1=multicast"], False)
    check(fought > 0, "one port of shared banks is fought for")
    free = the_way_over_l1_shows_what_is_counted(
        [*v2, "rs", "--set", "l1.ports=1r1w"], True)
    check(free == 0, "a port of each kind for one line has no conflict", free)


def nests_show_what_is_counted():
    networks = ("filter", "ifmap", "psum_in", "psum_out")
    for cfg, mapping, layer in (("conv1d_banks", "across_banks", "weight"),
                                ("conv1d_pes", "mismatched", "psum"),
                                ("conv1d_l1_2", "tile2_2", "psum"),
                                ("conv1d_l1_4", "order2_4", "input")):
        path = os.path.join(SOURCE, "configs", "mappings",
                            f"conv1d_{mapping}.cfg")
        for ports in ("1rw", "1r1w"):
            with new_folder() as folder:
                wave = Wave(["--cfg", cfg, "--mapping", path, "--layer", layer,
                             "--set", f"l2.ports={ports}"], folder)
            if "filter_l1" in wave.layer["noc"]:
                spent = wave.layer["ledger_pe_cycles"]
                wave.equals(r"top\.array\.macs\.working",
                            sum(spent.get(state, 0)
                                for state in PE_STATES[1:]),
                            "MACs with work")
                continue
            for link, counted in wave.layer["noc"].items():
                if link in networks:
                    wave.equals(rf"top\.array\.{link}_network\.words",
                                counted["words_sent"], f"{link} words")
            wave.tells_the_ledger()


if run("--cfg", "eyeriss", *TINY, *SYSTEMC).returncode == 0:
    l1s_and_routers()
    nests_show_what_is_counted()
else:
    check(True, "a build without SystemC has no waveforms")
finish()
