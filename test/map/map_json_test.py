#!/usr/bin/env python3
"""map_json_test.py - what map says has one form, whatever it searches: the same
keys of JSON, the same columns of CSV, null by the rule of docs/mapping.md; and
equal layers are searched once.
SPDX-License-Identifier: MIT
"""

import csv
import io
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["srcdir"], "test"))
from program import (IS_LONG, SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, report, run, write)

leave_to_the_plain_build()

ONE = ["--cfg", "eyeriss", "--shape", "M=4,C=2,H=3,W=1,R=2,S=1"]
# What only named dataflows have, and what only nests have.
OF_NAMED = {"parameters", "options", "covered", "tried",
            "left_out_by_reduction"}
OF_NESTS = {"bounded"}


def keys(value, path=""):
    """Every path of keys in a JSON value; a list's elements are alike."""
    if isinstance(value, list):
        return set().union(*(keys(one, path + "[]") for one in value), set())
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inside in value.items():
        found.add(f"{path}.{key}")
        # What it holds goes by the dataflow or the search.
        if key not in ("parameters", "parts_left_out"):
            found |= keys(inside, f"{path}.{key}")
    return found


def nulls(value):
    """The keys anywhere in a JSON value that are null."""
    if isinstance(value, list):
        return set().union(*(nulls(one) for one in value), set())
    if not isinstance(value, dict):
        return set()
    return {key for key, inside in value.items() if inside is None}.union(
        *(nulls(inside) for inside in value.values()))


def no_row_twice():
    """Walks meet a nest that the climb has been at: it is one row, of the best
    and of the front, which comes where it is asked for."""
    shape = ["M=4,C=2,H=3,W=1,R=2,S=1",
             "M=4,C=4,H=4,W=4,R=2,S=2" if IS_LONG else
             "M=4,C=2,H=3,W=3,R=2,S=2"]
    for of in shape:
        for what in ([], ["--objective", "delay"], ["--objective", "edp"],
                     ["--objective", "front"]):
            found = report("map", "--cfg", "eyeriss", "--shape", of, *what,
                           "--dataflow", "nest", "--top", "8")["layers"][0]
            for name in ("best", "front"):
                texts = [row["mapping"] for row in found[name]]
                wanted = name == "best" or "front" in what
                check(len(set(texts)) == len(texts) and
                      (len(texts) > 0) == wanted,
                      f"{of} {what}: {len(texts)} nests of {name}, none twice",
                      texts)
            check(len(found["best"]) == 8, f"{of} {what}: eight nests")


def one_schema():
    named = report("map", *ONE)
    nests = report("map", *ONE, "--dataflow", "nest")
    check(keys(named) == keys(nests), "the same keys",
          keys(named) ^ keys(nests))
    check(named["schema"] == nests["schema"] == 2, "the same schema")
    check(nulls(named) == OF_NESTS | {"stopped_by"}, "null for dataflows",
          nulls(named))
    check(nulls(nests) == OF_NAMED | {"stopped_by"}, "null for nests",
          nulls(nests))
    not_run = report("map", *ONE, "--top", "0")["layers"][0]["best"][0]
    check(keys(named["layers"][0]["best"][0]) - keys(not_run) == {".cycles"},
          "cycles only of what was simulated")
    failed = report_of_failure()
    check(all("cycles" not in one and "passed --max-cycles" in one["failed"]
              for one in failed), "why, of what failed", failed)
    for found in (named, nests):
        best = found["layers"][0]["best"][0]
        check(best["cycles"] >= best["bound_cycles"] and best["bound_by"],
              f"{best['dataflow']}: a bound and what sets it")


def report_of_failure():
    """The best of a search whose simulations all fail."""
    done = run("map", *ONE, "--dataflow", "nest", "--max-cycles", "20",
               "--format", "json")
    check(done.returncode == 5, "all of them failed", done.stderr)
    return json.loads(done.stdout)["layers"][0]["best"]


def one_csv():
    heads = []
    for words in ([], ["--dataflow", "nest"]):
        text = run("map", *ONE, *words, "--format", "csv").stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        best = report("map", *ONE, *words)["layers"][0]["best"]
        heads.append(text.splitlines()[0])
        check([(int(row["bound_cycles"]), int(row["cycles"]), row["bound_by"],
                row["dataflow"]) for row in rows] ==
              [(one["bound_cycles"], one["cycles"], one["bound_by"],
                one["dataflow"]) for one in best],
              f"CSV and JSON agree, {words}", text)
    check(heads[0] == heads[1], "the same columns", heads)


def entries_run(folder):
    """The text of each mapping is an entry that runs and takes what is said."""
    for words in ([], ["--dataflow", "nest"]):
        for one in report("map", *ONE, *words)["layers"][0]["best"]:
            path = write(folder, "one.cfg", f"mappings = ( {one['mapping']} );")
            layer = report(*ONE, "--mapping", path)["layers"][0]
            check(layer["cycles"] == one["cycles"] and
                  layer["dataflow"] == one["dataflow"],
                  f"{one['mapping'][:60]!r} runs", (layer["cycles"], one))


def twins(folder):
    network = write(folder, "twins.cfg", 'name = "twins"; layers = (\n' + ",".join(
        f'{{ name = "{name}"; M = 4; C = 2; H = 3; W = 1; R = 2; S = 1; }}'
        for name in ("a", "b")) + ");\n")
    words = ["map", "--cfg", "eyeriss", "--net", network, "--dataflow", "nest"]
    done = run(*words, "--format", "csv")
    rows = done.stdout.splitlines()[1:]
    check("accelsim: b: as a" in done.stderr, "equal layers of nests: once",
          done.stderr)
    check([row[1:] for row in rows if row[0] == "a"] ==
          [row[1:] for row in rows if row[0] == "b"] and len(rows) == 6,
          "and reported as if each were", rows)
    both = report(*words, "--save", os.path.join(folder, "both.cfg"))
    layers = report("--cfg", "eyeriss", "--net", network, "--mapping",
                    os.path.join(folder, "both.cfg"))["layers"]
    check([layer["cycles"] for layer in layers] ==
          [layer["best"][0]["cycles"] for layer in both["layers"]],
          "and saved each by its name")


def documented():
    """Every key is in the docs."""
    with open(os.path.join(SOURCE, "docs", "mapping.md")) as file:
        text = file.read()
    for path in sorted(keys(report("map", *ONE))):
        key = path.rsplit(".", 1)[1]
        check(f"`{key}`" in text, f"docs/mapping.md has {key}")


def text_says_the_same():
    """Each best and each of the front stands in the text as in the JSON, with
    whether it is proven."""
    for words in (["--count"], ["--objective", "front"],
                  ["--energy", "45nm,45nm_rough"],
                  ["--energy", "45nm,eyeriss_normalized", "--objective",
                   "front"],
                  ["--set", "energy=45nm_components"],
                  ["--set", "energy=45nm_components", "--set",
                   "dram.model=ddr3_1600"],
                  ["--dataflow", "nest", "--count", "--objective", "delay"],
                  ["--dataflow", "nest", "--objective", "front"]):
        layer = report("map", *ONE, *words)["layers"][0]
        text = run("map", *ONE, *words).stdout
        rows = [line.split() for line in text.splitlines()]
        for one in layer["best"] + layer.get("front", []):
            wanted = {f"{one['bound_cycles']:,}",
                      f"{one['energy'] / 1e6:.6g}"}
            if one.get("cycles") is not None:
                wanted.add(f"{one['cycles']:,}")
            check(any(wanted <= set(row) for row in rows),
                  f"{' '.join(words)}: the text has a row", (wanted, text))
        check(("not proven" not in text) == layer["proven"],
              f"{' '.join(words)}: and says what is proven", text)


def main():
    with new_folder() as folder:
        text_says_the_same()
        one_schema()
        no_row_twice()
        one_csv()
        entries_run(folder)
        twins(folder)
        documented()
    finish()


main()
