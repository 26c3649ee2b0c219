"""plan_test.py - what is wrong with a plan is one line with its place, and
nothing runs; a point that fails is one row with its reason, and the rest goes
on; a store is of one plan, and of one process.
SPDX-License-Identifier: MIT
"""

import csv
import io
import os
import subprocess
import sqlite3
import time

from program import (PROGRAM, check, finish, leave_to_the_plain_build,
                     new_folder, run, write)

leave_to_the_plain_build()

HEAD = 'cfg = "eyeriss";\nnet = "lenet5";\nlayer = "c1";\n'


def axes(text):
    return HEAD + "axes = (" + text + ");\n"


ROWS = '{ key = "array.rows"; values = [4]; }'
# What the plan is, the line that the message names, and some of its words.
WRONG = [
    (axes('{ key = "array.row"; values = [4]; }'), 4,
     "unknown key 'array.row'; the nearest is 'array.rows'"),
    (axes('{ key = "array.rows"; values = []; }'), 4, "no values"),
    (axes('{ key = "array.rows"; from = 8; to = 4; }'), 4, "no values"),
    (axes('{ key = "array.rows"; from = 4; to = 8; step = 0; }'), 4, "step"),
    (axes('{ key = "array.rows"; from = 0; to = 8; times = 2; }'), 4, "times"),
    (axes('{ key = "array.rows"; values = ["many"]; }'), 4, "array.rows"),
    (axes('{ key = "array.rows"; values = [0]; }'), 4, "array.rows"),
    (axes('{ key = "array.rows"; valves = [4]; }'), 4, "valves"),
    (axes('{ key = "array"; values = [4]; }'), 4, "group"),
    (axes('{ keys = ["array.rows", "array.cols"]; values = [4, 5]; }'), 4,
     "one of each"),
    (axes(ROWS + ",\n" + ROWS), 5, "already, at line 4"),
    (axes('{ key = "cfg"; values = ["eyeris"]; }').replace(
        'cfg = "eyeriss";', ""), 4, "eyeris"),
    (axes('{ key = "dataflow"; values = ["rz"]; }'), 4, "'rz'"),
    (axes('{ key = "objective"; values = ["fast"]; }'), 4, "'fast'"),
    (axes('{ key = "batch"; values = [0]; }'), 4, "whole number from 1"),
    (axes('{ key = "energy"; values = ["46nm"]; }'), 4, "46nm"),
    (axes('{ key = "dram.model"; values = ["ideal", "ddr9"]; }'), 4,
     "no DRAM 'ddr9'"),
    (axes('{ key = "mapping.file"; values = ["none_such"]; }'), 4, "none_such"),
    (axes(ROWS) + 'set = ["dram.part=none.cfg"];\n', 5, "none.cfg"),
    (axes('{ key = "shape"; values = ["M=4"]; }'), 4, "exclude each other"),
    (HEAD.replace('"c1"', '"c9"') + f"axes = ({ROWS});\n", 3, "c9"),
    (HEAD.replace("lenet5", "lenet6") + f"axes = ({ROWS});\n", 3, "lenet6"),
    (axes(ROWS) + 'where = "array.rows <= 4 and";\n', 5, "at its end"),
    (axes(ROWS) + 'where = "array.rowz <= 4";\n', 5, "array.rows"),
    (axes(ROWS) + 'where = ["array.rows <= 4",\n "(1"];\n', 6, "')'"),
    (axes(ROWS) + 'where = "array.rows $ 4";\n', 5, "'$ 4' begins"),
    (axes(ROWS) + 'where = "array.rows == \'4\'";\n', 5,
     "compares a number with a text"),
    (axes(ROWS) + 'where = ["array.rows <= 4",\n "layer < 3 or cycles < 9"];\n',
     6, "'layer < 3', which compares a number with a text"),
    (axes(ROWS) + 'where = "cycles < \'100\'";\n', 5, "'cycles < '100''"),
    (axes(ROWS) + 'where = "net";\n', 5, "'net', a text"),
    (axes('{ key = "pe.zero_gating"; values = [true, false]; }') +
     'where = "pe.zero_gating and cycles > 1";\n', 5, "takes a text for a"),
    (axes('{ key = "array.rows"; values = ["4", "8"]; }') +
     'where = "array.rows <= 4";\n', 5, "compares a number with a text"),
    (axes(ROWS) + 'links = ( { key = "array.cols"; value = "dataflow * 2"; } );'
     '\ndataflow = "rs";\n', 5, "takes a text for a number"),
    (axes(ROWS) + 'where = "array.rows > 4";\n', 1, "no point is left"),
    (axes(ROWS) + 'command = "model";\nwhere = "cycles < 100000";\n', 6,
     "'cycles', which closed forms do not know"),
    (axes(ROWS) + 'pareto = ["energy_pj.total", "power_mw"];\n'
     'command = "model";\n', 5, "'power_mw', which closed forms"),
    (axes(ROWS) + 'screen = "model";\npareto = ["utilization"];\n', 6,
     "'utilization', which closed forms"),
    (axes(ROWS) + "where = 4;\n", 5, "a string is needed"),
    (axes(ROWS) + 'links = ( { key = "l2.bytes"; value = "cycles"; } );\n', 5,
     "reads a result"),
    (axes(ROWS) + 'links = ( { key = "l2.bites"; value = "1"; } );\n', 5,
     "l2.bites"),
    (axes(ROWS) + 'links = ( { key = "l2.bytes"; value = "clock_hz"; },\n'
     ' { key = "clock_hz"; value = "1"; } );\n', 5, "not before it"),
    (axes(ROWS) + 'command = "map";\n', 5, '"run" or "model"'),
    (axes(ROWS) + 'command = "model"; screen = "model";\n', 5, "'screen'"),
    (axes(ROWS) + 'screen_band = 1.5;\n', 5, "nothing is screened"),
    (axes(ROWS) + 'pareto = ["speed"];\n', 5, "'speed'"),
    (axes(ROWS) + "limits = { minutes = 1; };\n", 5, "minutes"),
    (axes(ROWS) + "limits = 3;\n", 5, "a group is needed"),
    (axes('{ key = "levels.gb.rows"; values = [4]; }'), 4, "does not list"),
    (HEAD.replace("lenet5", "") + f"axes = ({ROWS});\n", 3, "'net' is empty"),
    (axes(ROWS) + "limits = { cycles = 0; };\n", 5,
     "'limits.cycles' needs a whole number from 1 to"),
    (axes('{ key = "energy"; values = ["45nm",\n"eyeriss_normalized"]; }'), 5,
     "count energy in pJ and others in MAC"),
    (axes(ROWS) + "limits = { memory_mib = 0; };\n", 5, "from 1 to"),
    (axes(ROWS) + "limits = { memory_mib = 1e18; };\n", 5, "from 1 to"),
    (axes(ROWS) + 'set = ["array.cols"];\n', 5, "PATH=VALUE"),
    (axes(ROWS) + 'colour = "red";\n', 5, "unknown key 'colour'"),
    (HEAD, 1, "lacks 'axes'"),
    ('net = "lenet5"; axes = (' + ROWS + ");", 1, "'cfg' is missing"),
    (axes('{ key = "array.rows"; from = 1; to = 2000000; }'), 4, "more than"),
]

# The same of a line behind the axes: what stands there, and the words.
LINES = [
    ("set = [4];", "an item of 'set' is"), ('set = ["=4"];', "PATH=VALUE"),
    ('set = "l2.bytes=4";', "'set' is a string; a list"),
    ("set = [" + ", ".join(f'"array.k{k}=1"' for k in range(60)) + "];",
     "more than 48 keys"),
    (f'set = ["{"l" * 70}=4"];', "unknown key 'lll"),
    ("command = 3;", "'command' is"),
    ('pareto = "cycles";', "a list of 1 to"),
    ("pareto = [];", "a list of 1 to"),
    ("pareto = [" + '"cycles", ' * 9 + '"cycles"];', "a list of 1 to"),
    ('pareto = ("cycles", 3);', "no column"),
    *((f'screen = "model"; screen_band = {band};', "a number from 1 to 1000")
      for band in ('"wide"', "0.5", "1001")),
    *((f"links = ( {{ {link} }} );", "both strings") for link in (
        'key = "l2.bytes";', 'value = "4";', 'key = 3; value = "4";',
        'key = "l2.bytes"; value = 4;')),
    ('links = ( { key = "l2.bytes"; value = "4"; by = 3; } );',
     "'by' of a link"),
    ('links = ( { key = "array.rows"; value = "4"; } );', "already, at line 4"),
    ('links = ( { key = "batch"; value = "4"; } );',
     "links compute keys of the architecture"),
    ('links = ( { key = "l2.bytes"; value = "(1"; } );', "')'"),
    ("batch = { a = 1; };", "'batch' is a group; one value"),
    ("where = [4];", "a condition is"),
    ("where = [" + ", ".join(['"cycles > 1"'] * 17) + "];",
     "'and' puts some together"),
    *((f'where = "{text}";', words) for text, words in (
        ("log2(array.rows", "')'"), ("log2 array.rows", "'('"),
        ("min(array.rows, net) > 4", "takes a text"),
        ("-net > 4", "takes a text"), ("not net", "takes a text"),
        ("net == 'a", "a quote at the end"), (". > 4", "a number"),
        ("1e999 > 4", "a number"), ("cycles" + " + 1" * 300, "shorter"),
        *((part * 70, "fewer parts inside each other")
          for part in ("(", "-", "not ")))),
]
WRONG += [(axes(ROWS) + text + "\n", 5, words) for text, words in LINES]
# And of the axes.
AXES = [
    ('{ key = "batch"; values = ["two"]; }', "whole number from 1"),
    ('{ key = "batch"; values = [1, 4000000000]; }', "whole number from 1"),
    ('{ key = "dataflow"; values = [4]; }', "is a number; a string"),
    ('{ key = "array.rows"; values = 4; }', "'values' is"),
    ('{ key = "array.rows"; values = "each"; }', "a list is needed"),
    ('{ key = "layer"; values = "all"; }', 'or "each"'),
    ('{ key = "array.rows"; values = ( { a = 1; } ); }',
     "a value of an axis is a group"),
    ('{ key = "array.rows"; values = ( [1, 2] ); }', "a value of an axis is"),
    ('{ keys = ["array.rows", "array.cols"]; values = ( [4, 4], (5, { a = 1; })'
     " ); }", "a value of an axis is a group"),
    ('{ keys = ["array.rows", "array.cols"]; values = ( [4, 5, 6] ); }',
     "one of each"),
    *(("{ " + keys + " values = [4]; }", "'keys', a list of strings")
      for keys in ("", "key = 4;", "keys = [];", 'keys = "array.rows";',
                   'key = "array.rows"; keys = ["array.cols"];')),
    ("{ keys = [4]; values = [4]; }", "a key is"),
    *(('{ key = "array.rows"; ' + ends + " }", "'from' and 'to'") for ends in (
        "from = 4;", "to = 4;", 'from = "a"; to = 4;', 'from = 1; to = "b";',
        "from = 1; to = 4; step = 1; times = 2;", "")),
    ('{ keys = ["array.rows", "array.cols"]; from = 1; to = 4; }',
     "'from' and 'to'"),
    ('{ key = "array.rows"; from = 1; to = 4; times = 1; }',
     "a factor above 1"),
    ('{ key = "array.rows"; from = 1; to = 4; values = [3]; }',
     "one of them is"),
    (", ".join(f'{{ key = "k{k}"; values = [1]; }}' for k in range(50)),
     "more than 48"),
    ("4", "an item of 'axes' is"),
]
WRONG += [((HEAD if '"layer"' not in text else 'cfg = "eyeriss";\n'
            'net = "lenet5";\n\n') + "axes = (" + text + ");\n", 4, words)
          for text, words in AXES]
WRONG += [
    (HEAD + "axes = 4;\n", 4, "'axes' is"),
    (axes(ROWS + ', { key = "clock_hz"; from = 1; to = 99999; }, '
          '{ key = "l2.bytes"; from = 1; to = 99999; }'), 1,
     "the axes make more than"),
]

with new_folder() as folder:
    for text, line, words in WRONG:
        write(folder, "wrong.cfg", text)
        done = run("sweep", "wrong.cfg", folder=folder)
        check(done.returncode == 1 and done.stdout == "" and
              done.stderr.startswith(f"wrong.cfg:{line}: error: ") and
              words in done.stderr and done.stderr.count("\n") == 1 and
              not os.path.exists(os.path.join(folder, "wrong.sqlite")),
              f"line {line} of a plan is wrong: {words}",
              (done.returncode, done.stderr))

    # A store knows what the files say that its machines read.
    write(folder, "loops.cfg", 'mappings = ( { layer = "c1"; dataflow = "ws"; '
          'parameters = { m = 4; }; } );')
    write(folder, "files.cfg", axes(
        '{ key = "mapping.file"; values = ["loops.cfg"]; }') +
        'command = "model";\n')
    first = run("sweep", "files.cfg", folder=folder)
    write(folder, "loops.cfg", 'mappings = ( { layer = "c1"; dataflow = "ws"; '
          'parameters = { m = 2; }; } );')
    done = run("sweep", "files.cfg", folder=folder)
    check(first.returncode == 0 and
          done.returncode == 1 and "other contents or inputs" in done.stderr,
          "another mapping file makes another store",
          (first.stdout + first.stderr, done.stdout + done.stderr))

    # Points that fail are rows.
    write(folder, "some.cfg", HEAD.replace('layer = "c1";', "") + """
axes = (
  { key = "layer"; values = ["c1", "c3"]; },
  { key = "array.rows"; values = [12, 1]; },
  { key = "l2.bytes"; values = [110592, 512]; },
  { key = "pe.fifo_words"; values = [4, 1]; },
  { key = "dataflow"; values = ["rs", "is"]; }
);
limits = { cycles = 40000; };
where = ["energy_pj.total < 9.0e6", "area_mm2 <= 1e6 or array.rows > 0"];
""")
    done = run("sweep", "some.cfg", folder=folder)
    check(done.returncode == 0 and done.stderr == "",
          "a plan with points that fail runs", done.stderr)
    exported = run("sweep", "export", "some.sqlite", folder=folder).stdout
    rows = list(csv.DictReader(io.StringIO(exported)))
    seen = {row["status"] for row in rows}
    check(len(rows) == 32 and all(
        (row["status"] == "ok") == (row["reason"] == "") for row in rows),
        "each point is a row, and those that fail have a reason", seen)
    check({"ok", "illegal", "no_mapping", "over_limit", "excluded"} <= seen,
          "each kind of failure has its status", seen)
    over = [row for row in rows if row["status"] == "over_limit"]
    check(all("more than 40000 cycles" in row["reason"] for row in over),
          "what takes too long says so", over[:1])
    check(all(row["cycles"] == "" or int(row["cycles"]) <= 40000
              for row in rows), "and no other takes as long")

    # So is a link without a value, and a nest is a dataflow.
    write(folder, "divided.cfg", axes(
        '{ key = "array.rows"; values = [4, 5]; }') + 'links = ( { key = '
        '"array.cols"; value = "array.rows / (array.rows - 4)"; } );\n')
    run("sweep", "divided.cfg", folder=folder)
    done = run("sweep", "export", "divided.sqlite", folder=folder)
    check(",4,,illegal,the link of 'array.cols' has no value here," in
          done.stdout and ",5,5,ok," in done.stdout,
          "a link that divides by 0 makes a row", done.stdout[:600])
    write(folder, "nest.cfg", 'cfg = "eyeriss_spads"; net = "alexnet"; '
          'layer = "conv2"; dataflow = "nest"; command = "model";\n'
          'axes = ( { key = "levels.glb.cols"; values = [14, 16]; } );\n')
    done = run("sweep", "nest.cfg", folder=folder)
    check("2 of 2 points" in done.stdout and " ok" in done.stdout,
          "a level's key, under a nest",
          done.stdout + done.stderr)

    # A figure that a point lacks is named: 45nm has no areas.
    write(folder, "lacks.cfg", axes(ROWS) + 'where = "area_mm2 <= 4";\n'
          'set = ["energy=45nm"];\n')
    run("sweep", "lacks.cfg", folder=folder)
    done = run("sweep", "export", "lacks.sqlite", folder=folder)
    check(",excluded,'area_mm2 <= 4' does not hold: it has no 'area_mm2',"
          in done.stdout, "a condition on what a point lacks says so",
          done.stdout[:300])

    # So are those that want more memory than the plan allows: here two arrays
    # of 12 x 1024 PEs, in processes that are gone when the sweep is.
    large = """cfg = "eyeriss"; net = "alexnet"; layer = "conv3"; batch = 1;
set = ["mapping.policy=rules"];
axes = ( { key = "array.cols"; values = [14, 1024]; },
         { key = "clock_hz"; values = [100000000, 200000000]; },
         { key = "dataflow"; values = ["rs", "ws"]; } );
limits = { memory_mib = %d; }; %s
"""
    tables = []
    for name, mib, more, words in (
            ("large", 4, "", ["-j", "2"]), ("again", 4, "", ["-j", "1"]),
            ("wide", 400, "", []),
            ("screened", 4, 'screen = "model"; screen_band = 1000.0;', [])):
        write(folder, f"{name}.cfg", large % (mib, more))
        done = run("sweep", f"{name}.cfg", *words, folder=folder)
        check(done.returncode == 0 and done.stderr == "",
              f"{name}: {mib} MiB a point", done.stdout + done.stderr)
        tables.append(run("sweep", "export", f"{name}.sqlite",
                          folder=folder).stdout)
    table, again, wide, screened = (
        list(csv.DictReader(io.StringIO(text))) for text in tables)
    check([row["point"] for row in table if row["status"] == "over_limit"] ==
          ["4", "6"] and all(
              row["reason"] == "it takes more than 4 MiB of memory" and
              row["cycles"] == "" for row in (table[4], table[6])),
          "a point that takes too much memory is a row",
          [(row["status"], row["reason"]) for row in table])
    check(tables[0] == tables[1], "whatever the threads")
    check(all(row["status"] == "ok" and (one["status"] != "ok" or row == one)
              for row, one in zip(wide, table)),
          "and the others are as without a limit that is near")
    check([row["status"] for row in screened] ==
          [row["status"] for row in table] and
          all(row["screen.cycles"] != "" for row in screened),
          "what closed forms say of it stays")
    write(folder, "slow.cfg", (large % (4000, "")).replace(
        '"conv3"', '"fc*"').replace('"rs", "ws"', '"nlr"').replace(
            "[14, 1024]", "[14]"))
    process = subprocess.Popen([PROGRAM, "sweep", "slow.cfg", "-j", "2"],
                               cwd=folder, stdout=subprocess.DEVNULL)

    def children():
        """Processes whose parent the sweep is."""
        found = []
        for task in os.listdir(f"/proc/{process.pid}/task"):
            with open(f"/proc/{process.pid}/task/{task}/children",
                      encoding="ascii") as file:
                found += file.read().split()
        return found

    def runs(pid):
        """Not gone, and not waiting to be buried."""
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
        except FileNotFoundError:
            return False

    if os.path.exists(f"/proc/{process.pid}/task/{process.pid}/children"):
        born = []
        while len(born) < 2 and process.poll() is None:
            time.sleep(0.01)
            born = children()
        process.kill()
        process.wait()
        for _ in range(500):
            if not any(runs(pid) for pid in born):
                break
            time.sleep(0.01)
        check(len(born) == 2 and not any(runs(pid) for pid in born),
              "its processes go with it", born)
    process.kill()
    process.wait()

    # The same plan adds nothing; another is refused; so is a second process.
    before = os.stat(os.path.join(folder, "some.sqlite")).st_size
    done = run("sweep", "some.cfg", folder=folder)
    check(done.returncode == 0 and
          os.stat(os.path.join(folder, "some.sqlite")).st_size == before and
          run("sweep", "export", "some.sqlite", folder=folder).stdout ==
          exported, "the same plan on the same store adds nothing")
    write(folder, "other.cfg", axes(ROWS))
    done = run("sweep", "other.cfg", "--store", "some.sqlite", folder=folder)
    check(done.returncode == 1 and "--store" in done.stderr and
          done.stderr.count("\n") == 1, "another plan's store is refused",
          done.stderr)
    done = run("sweep", "some.cfg", "--shard", "1/2", "--store", "some.sqlite",
               folder=folder)
    check(done.returncode == 1 and "shard" in done.stderr,
          "and so is another shard's", done.stderr)
    holder = subprocess.Popen(
        ["flock", "some.sqlite", "sh", "-c", "echo; cat"], cwd=folder,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holder.stdout.readline()
    done = run("sweep", "some.cfg", folder=folder)
    check(done.returncode == 4 and "another process" in done.stderr and
          done.stderr.count("\n") == 1,
          "a store that another process works on is refused", done.stderr)
    holder.stdin.close()
    holder.wait()

    # A full disk: one line, and what was committed stays.
    write(folder, "long.cfg", axes(
        '{ key = "array.rows"; from = 1; to = 14; }, '
        '{ key = "array.cols"; from = 1; to = 14; }') +
        'command = "model"; dataflow = "ws";\n')
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 400; exec "$@"', "sh", PROGRAM, "sweep",
         "long.cfg"], cwd=folder, capture_output=True, text=True)
    check(done.returncode == 4 and done.stderr.count("\n") == 1 and
          "stays" in done.stderr, "a full disk is one line", done.stderr)
    said = run("sweep", "status", "long.sqlite", folder=folder)
    check(said.returncode == 0 and " of 196 points" in said.stdout,
          "and its store is whole", (said.stdout, said.stderr))
    run("sweep", "long.cfg", folder=folder)
    run("sweep", "long.cfg", "--store", "fresh.sqlite", folder=folder)
    check(run("sweep", "export", "long.sqlite", folder=folder).stdout ==
          run("sweep", "export", "fresh.sqlite", folder=folder).stdout,
          "and it goes on from there")
    with sqlite3.connect(os.path.join(folder, "fresh.sqlite")) as store:
        n = store.execute("SELECT count(*), count(cycles), count(DISTINCT "
                          "\"array.rows\") FROM points").fetchone()
    check(n == (196, 0, 14), "SQLite reads it, each key a column", n)

    # Not a store, and no store.
    write(folder, "text.sqlite", "not a database at all, but a text\n" * 40)
    for words in (("export", "text.sqlite"), ("status", "none.sqlite"),
                  ("merge", "--store", "x.sqlite", "none.sqlite")):
        done = run("sweep", *words, folder=folder)
        check(done.returncode == 4 and done.stderr.count("\n") == 1,
              f"sweep {words[0]} of {words[-1]} is one line", done.stderr)
    with sqlite3.connect(os.path.join(folder, "other.sqlite")) as other:
        other.execute("CREATE TABLE a (x)")
    with open(os.path.join(folder, "other.sqlite"), "rb") as other:
        before = other.read()
    done = run("sweep", "some.cfg", "--store", "other.sqlite", folder=folder)
    with open(os.path.join(folder, "other.sqlite"), "rb") as other:
        check(done.returncode == 1 and "no store of a sweep" in done.stderr and
              done.stderr.count("\n") == 1 and other.read() == before,
              "another program's database is refused, and left as it is",
              done.stderr)
    for words, said in ((["sweep"], "lacks a plan"),
                        (["sweep", "export"], "needs one store"),
                        (["sweep", "merge", "some.sqlite"], "--store"),
                        (["sweep", "some.cfg", "--shard", "3/2"], "--shard"),
                        (["sweep", "a.cfg", "b.cfg"], "two plans"),
                        (["sweep", "none.cfg"], "none.cfg")):
        done = run(*words, folder=folder)
        check(done.returncode != 0 and said in done.stderr and
              done.stderr.count("\n") == 1, f"{' '.join(words)}: {said}",
              done.stderr)
finish()
