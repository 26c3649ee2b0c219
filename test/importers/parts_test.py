"""parts_test.py - DRAM parts of the user's own: a file with a shipped part's
figures runs as that part does, what no controller could serve is refused, and
files of DRAMsim3, DRAMSys and Ramulator become such files or are refused.
SPDX-License-Identifier: MIT
"""

import csv
import json
import os

from importing import imported, refused
from machine_texts import INI, MEMSPEC
from program import (SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, run, write)

leave_to_the_plain_build()

ROW = "DDR4_8Gb_x8_2400"
LAYER = ("--cfg", "eyeriss", "--net", "lenet5", "--layer", "c3", "--format",
         "json")
TIMINGS = ("CL CWL tRCD tRP tRAS tRC tRFC tREFI tCCD_S tCCD_L tRRD_S tRRD_L "
           "tFAW tWR tWTR_S tWTR_L tRTP BL bankgroups banks_per_group rows "
           "columns").split()


def shipped_row():
    with open(os.path.join(SOURCE, "mem", "dram_timings.csv"), newline="",
              encoding="utf-8") as file:
        return next(row for row in csv.DictReader(file)
                    if row["name"] == ROW)


def own_part(**changes):
    """A file with the figures of the published row."""
    row = shipped_row()
    values = {"clock_hz": int(row["data_rate_MTs"]) * 500000,
              "clocks_per_burst": int(row["BL"]) // 2,
              "bus_bytes": int(row["bus_width"]) // 8,
              **{key: int(row[key]) for key in TIMINGS}, **changes}
    return 'name = "mine"; source = "a test";\n' + "".join(
        f"{key} = {value};\n" for key, value in values.items()
        if value is not None)


def numbers(*words):
    """A layer's result without what names the part."""
    done = run(*LAYER, *words)
    if not check(done.returncode == 0, " ".join(words), done.stderr):
        finish()
    return json.loads(done.stdout)["layers"]


def test_own_file():
    with new_folder() as folder:
        path = write(folder, "part.cfg", own_part())
        shipped = numbers("--set", "dram.model=ddr4_2400")
        check(numbers("--set", f"dram.part={path}") == shipped,
              "a file with a shipped part's figures is that part")
        model = run("model", *LAYER, "--set", f"dram.part={path}")
        check(model.returncode == 0, "model takes it", model.stderr)


def energy_of(*words):
    done = run(*LAYER, "--energy", "45nm_components", *words)
    if not check(done.returncode == 0, " ".join(words), done.stderr):
        finish()
    return json.loads(done.stdout)["layers"][0]["energy_pj"]["dram"]


def test_currents():
    """What a part draws is of its file; without, its bits have a price."""
    row = shipped_row()
    own = {"devices": 8, "volts": row["VDD"], "IDD5": row["IDD5AB"],
           **{key: row[key] for key in ("IDD0", "IDD2N", "IDD3N", "IDD4R",
                                        "IDD4W")}}
    with new_folder() as folder:
        # What its bus takes is known by the kind that its name begins with.
        mine = own_part(**own)
        path = write(folder, "part.cfg",
                     mine.replace('"mine"', '"DDR4 of mine"', 1))
        given = energy_of("--set", f"dram.part={path}")
        check(given == energy_of("--set", "dram.model=ddr4_2400"),
              "a file with a shipped part's currents spends as that part")
        ddr4 = given
        path = write(folder, "part.cfg", mine)
        given = energy_of("--set", f"dram.part={path}")
        check(given < ddr4, "a bus of no named kind is the table's own")
        bare = write(folder, "bare.cfg", own_part())
        check(energy_of("--set", f"dram.part={bare}") != given,
              "without currents its bits are priced")
        own["IDD4R"] = None
        broken = write(folder, "broken.cfg", own_part(**own))
        done = run(*LAYER, "--set", f"dram.part={broken}")
        check(done.returncode == 1 and "no 'IDD4R'" in done.stderr,
              "a part with some of the currents is refused", done.stderr)
        ini = write(folder, "part.ini", INI + "[power]\n" + "".join(
            f"{key} = {row[key]}\n" for key in ("VDD", "IDD0", "IDD2N",
            "IDD3N", "IDD4R", "IDD4W", "IDD5AB")))
        check(energy_of("--set", f"dram.part={ini}") == given,
              "a DRAMsim3 file's currents are taken")
        spec = json.loads(json.dumps(MEMSPEC))
        spec["memspec"]["mempowerspec"] = {
            "vdd": float(row["VDD"]), "idd5B": float(row["IDD5AB"]) / 1000,
            **{key.lower(): float(row[key]) / 1000 for key in (
                "IDD0", "IDD2N", "IDD3N", "IDD4R", "IDD4W")}}
        path = write(folder, "spec.json", json.dumps(spec))
        check(energy_of("--set", f"dram.part={path}") == given,
              "DRAMSys's amperes are taken")


def test_own_refusals():
    with new_folder() as folder:
        for text, message in (
                (own_part(tRP=None), "part.cfg:1: error: a DRAM part lacks "
                 "'tRP'"),
                (own_part(rows=1000), "'rows' is 1000; a power of two is "
                 "needed"),
                (own_part(CL=0), "'CL' is 0; it may be 1 to 1000"),
                (own_part(tFAW='"x"'), "'tFAW' is a string; a whole number "
                 "is needed"),
                (own_part(tRC=20), "'tRC' is less than 'tRAS' and 'tRP'"),
                (own_part(tREFI=500), "'tREFI' leaves no time"),
                (own_part(bankgroups=8, banks_per_group=32),
                 "is more than 32 banks"),
                (own_part(BL=64, columns=32), "'columns' is less than 'BL'"),
                (own_part(tPR=3), "unknown key 'tPR' of a DRAM part; the "
                 "nearest is 'tRP'"),
                (own_part().replace("mine", "hbm2"), "'name' is 'hbm2', which "
                 "has another meaning"),
                (own_part().replace('"mine"', "3"), "'name' is a whole "
                 "number; a string is needed")):
            done = run(*LAYER, "--set", "dram.part=" +
                       write(folder, "part.cfg", text))
            check(done.returncode == 1 and message in done.stderr and
                  done.stdout == "", f"refused: {message}", done.stderr)


def test_dramsim3():
    with new_folder() as folder:
        path = write(folder, "ddr4.ini", INI)
        report = imported(folder, path)
        check("ddr4.ini:28: not expressible: 2 channels" in report,
              "DRAMsim3: channels are told", report)
        kept = os.path.join(folder, "ddr4.part.cfg")
        direct = numbers("--set", f"dram.part={path}")
        check(direct == numbers("--set", f"dram.part={kept}") ==
              numbers("--set", "dram.model=ddr4_2400"),
              "DRAMsim3: the file, what is imported and the shipped part of "
              "the same figures run alike")
        refused(write(folder, "hmc.ini", INI.replace("DDR4", "HMC2")),
                "hmc.ini:2: error: an HMC")
        refused(write(folder, "lack.ini", INI.replace("tWR = 18\n", "")),
                "lack.ini:9: error: the part has no 'tWR'")
        refused(write(folder, "word.ini", INI.replace("CL = 17", "CL = x")),
                "word.ini:11: error: 'CL' is 'x'")


def test_dramsys():
    with new_folder() as folder:
        path = write(folder, "spec.json", json.dumps(MEMSPEC, indent=1))
        report = imported(folder, path)
        check("2 ranks" in report, "DRAMSys: ranks are told", report)
        check(numbers("--set", f"dram.part={path}") ==
              numbers("--set", "dram.model=ddr4_2400"),
              "DRAMSys: the same figures run alike")
        refused(write(folder, "bad.json", json.dumps(MEMSPEC).replace(
            '"RP": 17', '"RP": 0')), "'RP' is '0'")
        refused(write(folder, "cut.json", json.dumps(MEMSPEC)[:200]),
                "is needed")


def test_ramulator():
    with new_folder() as folder:
        refused(write(folder, "two.yaml", "MemorySystem:\n  DRAM:\n    impl: "
                      "HBM2\n    timing: {preset: HBM2_2Gbps}\n"),
                "two.yaml:4: error: 'HBM2_2Gbps' is the name of a table in "
                "Ramulator's sources, which are not here (the nearest part is "
                "--set dram.model=hbm2)")
        refused(write(folder, "one.cfg", "standard = DDR3\n org = DDR3_2Gb\n"
                      " speed = DDR3_1600K\n"), "one.cfg:3: error: "
                "'DDR3_1600K' is the name of a table")


for test in (test_own_file, test_currents, test_own_refusals, test_dramsim3, test_dramsys,
             test_ramulator):
    test()
finish()
