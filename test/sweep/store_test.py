"""store_test.py - what each kind of axis makes of a plan; and stores that are
damaged, of another plan or of nobody: one line and status 4 or 1, whatever is
done with them.
SPDX-License-Identifier: MIT
"""

import csv
import io
import os
import shutil
import sqlite3
import subprocess

from program import (PROGRAM, check, finish, leave_to_the_plain_build,
                     new_folder, run, write)

leave_to_the_plain_build()

HEAD = 'cfg = "eyeriss"; command = "model";\n'
# The settings of a plan, a column of its rows, and what stands there.
KINDS = [
    ('net = "lenet5"; layer = "c1"; axes = ( { key = "objective"; values = '
     '["energy", "delay"]; } );', "objective", ["energy", "delay"]),
    ('axes = ( { key = "shape"; values = ["M=4,C=3,H=8,W=8,R=3,S=3", '
     '"M=4,C=2,H=8,W=8,R=1,S=1"]; } );', "status", ["ok", "ok"]),
    ('axes = ( { key = "gemm"; values = ["M=4,N=4,K=8", "M=4,N=9,K=8"]; } '
     ");", "status", ["ok", "ok"]),
    ('net = "lenet5"; axes = ( { key = "layer"; values = "each"; } );',
     "layer", ["c1", "c3", "c5", "f6", "out"]),
    ('axes = ( { key = "net"; values = ["lenet5"]; }, { key = "layer"; values = '
     '"each"; } ); where = "layer == \'c3\' or layer == \'f6\'";', "layer",
     ["c3", "f6"]),
    ('axes = ( { key = "layer"; values = "each"; }, { key = "net"; values = '
     '["lenet5", "alexnet"]; } ); where = "layer == \'c3\' or not (layer != '
     '\'fc7\')";', "net", ["lenet5", "alexnet"]),
    ('net = "lenet5"; layer = "c1"; dataflow = "ws"; axes = ( { key = '
     '"mapping.m"; values = [1, 2]; } );', "status", ["ok", "ok"]),
    ('net = "lenet5"; layer = "c1"; axes = ( { key = "array.rows"; from = 4; '
     'to = 9; times = 1.5; } );', "array.rows", ["4", "6", "9"]),
    ('net = "lenet5"; layer = "c1"; axes = ( { key = "pe.zero_gating"; values = '
     '[true, false]; }, { key = "clock_hz"; values = (1e8, "200000000"); } ); '
     'where = "clock_hz != 1 and pe.zero_gating == \'true\'";',
     "pe.zero_gating", ["true", "true"]),
    ('net = "lenet5"; layer = "c1"; axes = ( { key = "dataflows"; values = '
     '( ["rs", "ws"], ["ws"] ); } );', "dataflows", ["rs,ws", "ws"]),
    ('net = "lenet5"; layer = "c1"; axes = ( { keys = ["array.rows", '
     '"array.cols"]; values = ( [4, 6], (6, 4) ); } ); links = ( { key = '
     '"l2.bytes"; value = "max(ceil(array.rows * 5000.5), floor(2 ** 0) '
     '* 4)"; } );'.replace("2 ** 0", "sqrt(4) - log2(2)"),
     "l2.bytes", ["20002", "30003"]),
    ('net = "lenet5"; layer = "c1"; axes = ( { key = "dram.part"; values = '
     '[""]; } );', "status", ["ok"]),
]
# What is done to a store, with what, and a part of what is said.
DAMAGED = [
    ("ALTER TABLE about RENAME COLUMN value TO v", "status", "cannot use"),
    ("ALTER TABLE points RENAME COLUMN status TO s", "status", "cannot use"),
    ('ALTER TABLE points RENAME COLUMN "by" TO who', "status", "cannot use"),
    ('ALTER TABLE points RENAME COLUMN "by" TO who', "plan.cfg", "cannot use"),
    ("ALTER TABLE points RENAME COLUMN point TO p", "export", "cannot use"),
    ("ALTER TABLE points RENAME COLUMN point TO p", "plan.cfg", "cannot use"),
    ("ALTER TABLE points DROP COLUMN cycles", "plan.cfg", "cannot use"),
    ("DELETE FROM points; CREATE TRIGGER t BEFORE INSERT ON points BEGIN SELECT "
     "RAISE(ABORT, 'no room for it'); END", "plan.cfg", "no room for it"),
    ("ALTER TABLE points DROP COLUMN cycles", "merge", "cannot use"),
    ("UPDATE about SET value = 'x' WHERE key = 'digest'", "plan.cfg",
     "other contents"),
    ("UPDATE about SET value = '2' WHERE key = 'shards'", "plan.cfg",
     "shard 1/2, not 1/1"),
    ("UPDATE about SET value = 'x' WHERE key = 'digest'", "merge",
     "stores of one plan"),
    ("DROP TABLE about", "status", "no store"),
    ("DROP TABLE about", "plan.cfg", "no store"),
    ("DROP TABLE points", "export", "no store"),
    ("ALTER TABLE points RENAME TO p; CREATE VIEW points AS SELECT * FROM p; "
     "ALTER TABLE about RENAME TO a; CREATE VIEW about AS SELECT * FROM a",
     "bad first", "no store"),
]


def rows_of(store, folder):
    done = run("sweep", "export", store, folder=folder)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def kinds_of_axes(folder):
    for k, (text, column, values) in enumerate(KINDS):
        write(folder, f"kind{k}.cfg", HEAD + text)
        done = run("sweep", f"kind{k}.cfg", folder=folder)
        rows = rows_of(f"kind{k}.sqlite", folder)
        check(done.returncode == 0 and [row[column] for row in rows] == values,
              f"{column} of the plan {text[:70]}",
              (done.stderr, [row.get(column) for row in rows]))
    long = "a" * 100
    os.mkdir(os.path.join(folder, "plans"))
    shutil.copy(os.path.join(folder, "kind7.cfg"),
                os.path.join(folder, "plans", long))
    done = run("sweep", f"./plans/{long}", "--store", "long.sqlite",
               folder=folder)
    check(done.returncode == 0 and f"plan '{long[:63]}': 3 of 3" in done.stdout,
          "a plan is named by its file", done.stdout + done.stderr)
    write(folder, "slow.cfg", 'cfg = "eyeriss_v2_sparse"; net = "alexnet_pruned"; '
          'layer = "conv2"; limits = { seconds = 1; }; axes = ( { key = '
          '"array.rows"; values = [12]; } );\n')
    run("sweep", "slow.cfg", folder=folder)
    rows = rows_of("slow.sqlite", folder)
    check([(row["status"], row["reason"]) for row in rows] ==
          [("over_limit", "it takes more than 1 seconds")],
          "a point that takes too long is a row", rows)


def lower_limits(folder):
    """Of whoever started the sweep: they hold for its points, too."""
    write(folder, "limited.cfg", 'cfg = "eyeriss"; net = "lenet5"; layer = "c1"; '
          'axes = ( { key = "array.rows"; values = [4, 6]; } ); '
          "limits = { memory_mib = 300; };")
    tables = []
    for kib in (200000, 4000000):
        done = subprocess.run(
            ["sh", "-c", f'ulimit -d {kib}; exec "$@"', "sh", PROGRAM, "sweep",
             "limited.cfg", "--store", f"{kib}"], cwd=folder, text=True,
            capture_output=True, timeout=60)
        check(done.returncode == 0, f"a sweep with ulimit -d {kib}",
              done.stderr)
        tables.append(rows_of(f"{kib}", folder))
    check(tables[0] == tables[1] and len(tables[0]) == 2,
          "has the same points", tables[0])


def damaged_stores(folder):
    write(folder, "plan.cfg", HEAD + 'net = "lenet5"; layer = "c1"; axes = ( { '
          'key = "array.rows"; values = [4, 6]; } );')
    run("sweep", "plan.cfg", "--store", "whole", folder=folder)
    words = {"status": ["status", "bad"], "export": ["export", "bad"],
             "plan.cfg": ["plan.cfg", "--store", "bad"],
             "merge": ["merge", "--store", "both", "whole", "bad"],
             "bad first": ["merge", "--store", "both", "bad", "whole"]}
    for sql, what, part in DAMAGED:
        for name in ("bad", "both"):
            if os.path.exists(os.path.join(folder, name)):
                os.remove(os.path.join(folder, name))
        shutil.copy(os.path.join(folder, "whole"), os.path.join(folder, "bad"))
        store = sqlite3.connect(os.path.join(folder, "bad"))
        store.executescript(sql)
        store.close()
        done = run("sweep", *words[what], folder=folder)
        check(done.returncode in (1, 4) and part in done.stderr and
              done.stderr.count("\n") == 1, f"{sql}: {what}",
              (done.returncode, done.stdout, done.stderr))
    with open(os.path.join(folder, "whole"), "rb") as file:
        text = file.read()
    page = 4096
    for k in range(1, len(text) // page):
        write(folder, "bad", text[:k * page] + b"\xff" * page +
              text[(k + 1) * page:])
        for what in ("status", "export", "plan.cfg", "merge"):
            done = run("sweep", *words[what], folder=folder)
            check(done.returncode in (0, 4) and done.stderr.count("\n") ==
                  (done.returncode != 0), f"page {k} torn: {what}",
                  (done.returncode, done.stderr))
            if what == "merge" and os.path.exists(os.path.join(folder, "both")):
                os.remove(os.path.join(folder, "both"))
    for form in ("csv", "json", "pareto"):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(
                [PROGRAM, "sweep", "export", "whole", "--format", form],
                cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True,
                timeout=60)
        check(done.returncode == 4 and done.stderr.count("\n") == 1,
              f"export to a full disk as {form}", done.stderr)


with new_folder() as _folder:
    kinds_of_axes(_folder)
    lower_limits(_folder)
    damaged_stores(_folder)
finish()
