"""schema_test.py - the JSON of every machine and command is as docs/schema.json
describes it, and the checker finds what is not.

Beside this set, each test that reads JSON by program.report() checks it too.
SPDX-License-Identifier: MIT
"""

import copy
import glob
import importlib.util
import json
import os

from json_schema import faults
from program import SCHEMA, SOURCE, check, finish, report, run

TINY = ("--shape", "M=4,C=4,H=6,W=6,R=3,S=3")


def each_machine():
    for path in sorted(glob.glob(os.path.join(SOURCE, "configs", "*.cfg"))):
        name = os.path.basename(path)[:-len(".cfg")]
        layer = () if name.startswith("conv1d") else TINY
        with open(path) as file:
            text = file.read()
        # Listed levels take long to run; PEs of two multipliers have no model.
        for command in ("model",) if "\nlevels = (" in text else \
                ("run",) if "multipliers = " in text else ("run", "model"):
            # report() checks the document.
            found = report(command, "--cfg", name, *layer)
            check(found["layers"] != [], f"{command} on {name}")


def each_form():
    eyeriss = ("--cfg", "eyeriss", *TINY)
    coded = report(*eyeriss[:2], "--net", "alexnet", "--layer", "conv3",
                   "--batch", "1")
    check("compressed_bytes" in coded["layers"][0]["dram"], "with coding")
    checked = report(*eyeriss, "--check")
    check("check" in checked["layers"][0], "with --check")
    part = report(*eyeriss, "--set", "dram.model=ddr3_1600")
    check(part["total"]["dram"]["bursts"] > 0, "with a DRAM part")
    l1 = report("--cfg", "eyeriss_v2_dense", *TINY)
    check("l1" in l1["total"]["accesses"], "with an L1")
    for what in ("networks", "architectures", "energy", "memories",
                 "dataflows"):
        check(report("list", what)["list"] == what, f"list {what}")
    for words in (("--top", "1"), ("--dataflow", "nest", "--top", "1")):
        found = report("map", *eyeriss[:2], "--shape",
                       "M=2,C=2,H=4,W=4,R=2,S=2", *words)
        check(found["layers"][0]["best"] != [], f"map {words[0]} {words[1]}")
    used = report("reuse", *eyeriss)["subjects"][0]
    check(used["streams"] != [] and used["sharing"] != [], "reuse of a layer")
    stream = os.path.join(SOURCE, "configs", "accesses", "weights_apart.txt")
    check("arch" not in report("reuse", "--accesses", stream),
          "reuse of a file")
    claims = report("validate", "--filter", "ddr3_1600*")
    check(claims["rows"] != [], "validate")
    check(report("explain", "--cfg", "systolic", *TINY)["what_ifs"] != [],
          "explain")
    shown = report("model", *eyeriss, "--show-config")
    check(shown["list"] == "configuration", "--show-config")
    return checked


def what_is_wrong_is_found(right):
    def broken(change):
        document = copy.deepcopy(right)
        change(document, document["layers"][0])
        return document
    cases = {
        "a member left out": broken(lambda d, l: d.pop("arch")),
        "a counter left out": broken(lambda d, l: l["noc"]["filter"].pop(
            "hops")),
        "a cause left out": broken(lambda d, l: l["ledger_pe_cycles"].pop(
            "fill")),
        "a member too many": broken(lambda d, l: l.update(colour="red")),
        "a counter too many": broken(lambda d, l: l["accesses"]["l2"]["psum"]
                                     .update(lost=0)),
        "a text for a number": broken(lambda d, l: l.update(cycles="many")),
        "a share for a count": broken(lambda d, l: l.update(macs=0.5)),
        "a negative count": broken(lambda d, l: l.update(passes=-1)),
        "another bound": broken(lambda d, l: l.update(bound_by="luck")),
        "another schema": broken(lambda d, l: d.update(schema=7)),
        "no document": [],
    }
    for what, document in cases.items():
        check(list(faults(document, SCHEMA, SCHEMA)) != [],
              f"{what} is found")
    check(list(faults(right, SCHEMA, SCHEMA)) == [], "and nothing else")
    if importlib.util.find_spec("jsonschema") is None:
        print("# left out, a second checker: python3-jsonschema is missing")
        return
    import jsonschema
    judge = jsonschema.Draft202012Validator(SCHEMA)
    check(judge.is_valid(right) and
          not any(judge.is_valid(document) for document in cases.values()),
          "jsonschema judges alike")


def each_option_and_counter_is_one_row():
    """ARCHITECTURE says how many places these take; here is one each."""
    def lines_with(text, folder):
        found = []
        for path in glob.glob(os.path.join(SOURCE, folder, "**", "*.[ch]"),
                              recursive=True):
            with open(path, encoding="utf-8") as file:
                found += [os.path.relpath(path, SOURCE) for line in file
                          if text in line]
        return found
    check(lines_with('"memo-bytes"', "sim") == ["sim/cli/option_table.c"],
          "the option --memo-bytes is named in one place",
          lines_with('"memo-bytes"', "sim"))
    check(lines_with('"dram.bursts"', "sim") == ["sim/base/result.h"],
          "the counter dram.bursts is named in one place",
          lines_with('"dram.bursts"', "sim"))
    check(lines_with('"markdown"', "sim/report") == [] and
          lines_with('{"markdown", ', "sim") == ["sim/cli/format_table.c"],
          "the format markdown is a row of one table")
    document = json.loads(run("--cfg", "eyeriss", *TINY, "--format",
                              "json").stdout)
    check("bursts" in document["layers"][0]["dram"], "and it is reported")


each_machine()
what_is_wrong_is_found(each_form())
each_option_and_counter_is_one_row()
finish()
