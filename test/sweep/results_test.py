"""results_test.py - each row of a sweep says what `accelsim run` or `model`
says of the same point alone, whatever shares its process; what fails is a row;
and any number of threads, shards and kills makes the same table.
SPDX-License-Identifier: MIT
"""

import csv
import io
import json
import os
import random
import signal
import subprocess
import time

from program import (PROGRAM, check, finish, leave_to_the_plain_build,
                     new_folder, report, run, sample, sweep_faults, write)

leave_to_the_plain_build()

PLAN = """
cfg = "eyeriss";
net = "lenet5";
set = ["clock_hz=100000000"];
axes = (
  { key = "array.rows"; values = [4, 6, 12]; },
  { key = "energy"; values = ["45nm", "65nm_components"]; },
  { key = "dataflow"; values = ["rs", "ws", "os"]; },
  { keys = ["pe.rf.ifmap_words", "pe.rf.filter_words"];
    values = ( [12, 224], [24, 100] ); },
  { key = "layer"; values = ["c1", "c3", "c*", "f6"]; },
  { key = "dram.latency_cycles"; from = 20; to = 80; times = 4; }
);
links = ( { key = "l2.bytes"; value = "array.rows * 9216"; } );
where = ["pe.rf.ifmap_words * array.rows <= 200 or dataflow == 'rs'"];
"""
OPTIONS = ("cfg", "net", "layer", "batch", "dataflow")


def rows_of(store, folder, *words):
    """The rows of a store as dictionaries of texts."""
    done = run("sweep", "export", store, *words, folder=folder)
    check(done.returncode == 0 and done.stderr == "", f"{store} is exported",
          done.stderr)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def alone(row, keys, command):
    """What a process of its own says of the point, as JSON."""
    words = [command]
    for key in keys:
        words += [f"--{key}", row[key]] if key in OPTIONS else \
            ["--set", f"{key}={row[key]}"]
    return report(*words)


def leaf(tree, path):
    """The member that a column names, or None."""
    for part in path.split("."):
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree


def wrong_columns(row, document):
    """Columns that are in the report with another value."""
    total = document["total"] if len(document["layers"]) > 1 else \
        document["layers"][0]
    found = []
    for name, text in row.items():
        said = leaf(total, name)
        if isinstance(said, (int, float)) and not isinstance(said, bool):
            if text == "" or abs(float(text) - said) > 1e-12 * abs(said):
                found.append((name, text, said))
    if float(row["area_mm2"] or 0) != leaf(document, "area_mm2.total") and \
            leaf(document, "area_mm2.total") is not None:
        found.append(("area_mm2", row["area_mm2"], document["area_mm2"]))
    return found


def keys_of(rows):
    names = list(rows[0])
    return names[1:names.index("status")]


with new_folder() as folder:
    for command in ("run", "model"):
        name = f"all_{command}"
        write(folder, f"{name}.cfg", f'command = "{command}";\n' + PLAN)
        done = run("sweep", f"{name}.cfg", "-j", "2", folder=folder)
        check(done.returncode == 0 and done.stderr == "", f"{command}: it runs",
              done.stderr)
        rows = rows_of(f"{name}.sqlite", folder)
        keys = keys_of(rows)
        expected = 3 * 2 * 3 * 2 * 4 * 2
        dropped = sum(1 for r in (4, 6, 12) for e in range(2)
                      for flow in ("rs", "ws", "os") for w in (12, 24)
                      if not (w * r <= 200 or flow == "rs")) * 8
        check(len(rows) == expected - dropped and dropped > 0,
              f"{command}: a row for each point that fits 'where'", len(rows))
        check(all(row["by"] == command for row in rows),
              f"{command}: rows say how they came about")
        ok = [row for row in rows if row["status"] == "ok"]
        check(len(ok) > 0.8 * len(rows), f"{command}: most have results",
              len(ok))
        random.seed(7)
        faults = []
        for row in random.sample(ok, sample(12, "points", len(ok))):
            faults += wrong_columns(row, alone(row, keys, command))[:2]
        check(not faults, f"{command}: rows are what a process alone says",
              faults)
        check(all(int(row["l2.bytes"]) == 9216 * int(row["array.rows"])
                  for row in rows), f"{command}: linked keys are linked")

    # -j 1, shards that are merged and kills in the middle make the same bytes.
    whole = run("sweep", "export", "all_run.sqlite", folder=folder).stdout
    run("sweep", "all_run.cfg", "-j", "1", "--store", "one.sqlite",
        folder=folder)
    check(run("sweep", "export", "one.sqlite", folder=folder).stdout == whole,
          "-j 1 makes the same table")
    for i in (3, 1, 4, 2):
        done = run("sweep", "all_run.cfg", "-j", "2", "--shard", f"{i}/4",
                   folder=folder)
        check(done.returncode == 0, f"shard {i}/4 runs", done.stderr)
    parts = [f"all_run.{i}of4.sqlite" for i in (1, 2, 3, 4)]
    counts = [len(rows_of(part, folder)) for part in parts]
    check(min(counts) > 0 and sum(counts) == len(whole.splitlines()) - 1,
          "each shard has its own points", counts)
    done = run("sweep", "merge", "--store", "merged.sqlite", *parts,
               folder=folder)
    check(done.returncode == 0 and
          run("sweep", "export", "merged.sqlite", folder=folder).stdout ==
          whole, "four shards, merged, make the same table", done.stderr)

    redone = []
    random.seed(11)
    for attempt in range(sample(10, "kills", 10)):
        process = subprocess.Popen(
            [PROGRAM, "sweep", "all_run.cfg", "-j", "2", "--store",
             "killed.sqlite"], cwd=folder, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.01, 0.08))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if os.path.exists(os.path.join(folder, "killed.sqlite")):
            said = run("sweep", "status", "killed.sqlite", folder=folder)
            redone.append(said.stdout)
    done = run("sweep", "all_run.cfg", "-j", "2", "--store", "killed.sqlite",
               folder=folder)
    check(done.returncode == 0 and
          run("sweep", "export", "killed.sqlite", folder=folder).stdout ==
          whole, "killed again and again, it makes the same table",
          (done.stderr, redone))

    # JSON has the same rows.
    done = run("sweep", "export", "all_run.sqlite", "--format", "json",
               folder=folder)
    document = json.loads(done.stdout)
    points = document["points"]
    few = {**document, "points": points[:40]}
    check(sweep_faults(few, "table") == [],
          "JSON is as docs/sweep_schema.json says", sweep_faults(few, "table"))
    broken = [{**few, "points": [{**points[0], **change}]} for change in (
        {"status": "well"}, {"point": -1}, {"cycles": 1.5}, {"net": [1]},
        {"energy_pj.total": "much"})] + [{**few, "rows": []}]
    check(all(sweep_faults(one, "table") for one in broken),
          "and what is not is found")
    lines = list(csv.DictReader(io.StringIO(whole)))
    same = len(points) == len(lines) and all(
        {k: v for k, v in line.items() if v != ""}.keys() == point.keys() and
        str(point["cycles"]) == line["cycles"]
        for point, line in zip(points, lines))
    check(same, "JSON has the rows of the CSV")

    # Levels that a file lists have the columns of their places.
    write(folder, "levels.cfg", 'command = "model";\naxes = ( { key = "cfg"; '
          'values = ["simba_like", "eyeriss_spads", "eyeriss"]; },\n'
          '{ key = "layer"; values = ["conv2", "conv*"]; } );\n'
          'net = "alexnet"; batch = 1;\n')
    run("sweep", "levels.cfg", folder=folder)
    places = {"simba_like": {"global": "l2", "pe_input": "inner_3",
                             "pe_weight": "inner_2", "pe_accu": "l1",
                             "weight_regs": "rf"},
              "eyeriss_spads": {"glb": "l2", "spads": "rf"}, "eyeriss": {}}
    for row in rows_of("levels.sqlite", folder):
        document = alone(row, ["cfg", "net", "layer", "batch"], "model")
        total = document["total"] if row["layer"] == "conv*" else \
            document["layers"][0]
        wrong = []
        for group in ("accesses", "noc"):
            for level, one in total[group].items():
                place = places[row["cfg"]].get(level, level)
                for tensor, numbers in one.items():
                    numbers = numbers if isinstance(numbers, dict) else \
                        {"": numbers}
                    for name, value in numbers.items():
                        column = ".".join(filter(None, (group, place, tensor,
                                                        name)))
                        if row.get(column) != str(value):
                            wrong.append((column, row.get(column), value))
        check(not wrong and row["status"] == "ok",
              f"{row['cfg']}, {row['layer']}: words of each level", wrong[:5])

    # They run, too, and points of one machine's levels share no passes with
    # those of another's.
    write(folder, "levels_run.cfg", 'command = "run"; cfg = "eyeriss_spads"; '
          'net = "alexnet"; layer = "conv3"; batch = 1; dataflow = "nest";\n'
          'axes = ( { key = "levels.glb.network.words_per_slot"; '
          'values = [4, 8]; } );\n')
    run("sweep", "levels_run.cfg", folder=folder)
    cycles = set()
    for row in rows_of("levels_run.sqlite", folder):
        document = alone(row, ["cfg", "net", "layer", "batch",
                               "levels.glb.network.words_per_slot"], "run")
        cycles.add(row["cycles"])
        check(row["status"] == "ok" and not wrong_columns(row, document),
              "listed levels run as alone", wrong_columns(row, document)[:5])
    check(len(cycles) == 2, "a wider network is another machine", cycles)

    # The front: nobody beats its points, and each other is beaten.  A point
    # without a figure is the worst in it: one table here prices no area.
    front = {row["point"] for row in
             rows_of("all_run.sqlite", folder, "--format", "pareto")}
    names = ("cycles", "energy_pj.total", "area_mm2")

    def beats(a, b):
        x = [float(a[n] or "inf") for n in names]
        y = [float(b[n] or "inf") for n in names]
        return a["layer"] == b["layer"] and x != y and \
            all(p <= q for p, q in zip(x, y))
    ok = [line for line in lines if line["status"] == "ok"]
    expected = {b["point"] for b in ok if not any(beats(a, b) for a in ok)}
    check({True, False} == {line["area_mm2"] == "" for line in ok},
          "some points have no area")
    check(front == expected and 0 < len(front) < len(ok),
          "--format pareto has the points that no other beats",
          (len(front), len(expected)))
finish()
