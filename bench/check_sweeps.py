#!/usr/bin/env python3
"""check_sweeps.py - what sweeps are held to, as one list.

    bench/check_sweeps.py --program build/accelsim [--scale 0.05] [PART...]

Parts: `model`, a million points by closed forms on one core; `run`, a hundred
thousand simulated on a thousand machines; `killed`, ten SIGKILLs; `full`, a
full disk; `two`, two processes on one store; `same`, the export of -j 1, -j 2,
four shards and three Dask workers, one of them killed; `front`, the energy-
delay-area front of ResNet-50 on 500 machines, with its picture; `bad`, plans
that are wrong.  Prints each figure beside what it must be; status 1 where one
is missed.  --scale makes `model`, `run` and `front` so much smaller, and says
what their whole would take.  Figures of time want a machine with nothing else
to do.

SPDX-License-Identifier: MIT
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(HERE)
KIB = 1024
MIB = 1024 * 1024
LAYERS = 8  # of AlexNet
PASSES_MIB = 64  # that a machine keeps, unless --memo-bytes says otherwise

MODEL = """command = "model"; cfg = "eyeriss"; net = "alexnet"; batch = 1;
set = ["mapping.policy={policy}"];
axes = (
  {{ key = "array.rows"; from = 6; to = 14; step = 2; }},
  {{ key = "array.cols"; from = 8; to = 16; step = 4; }},
  {{ key = "energy"; values = ["45nm", "65nm_components"]; }},
  {{ key = "clock_hz"; from = 1000000; to = {clocks}000000; step = 1000000; }},
  {{ key = "layer"; values = "each"; }}
);
"""
MODEL_MACHINES = 5 * 3 * 2  # before the clocks
# {rows} x 10 x 10 machines; the last latency runs on half of them.
RUN = """cfg = "eyeriss"; net = "alexnet"; batch = 1;
set = ["mapping.policy=estimate"];
axes = (
  {{ key = "array.rows"; from = 5; to = {last_row}; }},
  {{ key = "array.cols"; from = 7; to = 16; }},
  {{ key = "l2.bytes"; from = 65536; to = 212992; step = 16384; }},
  {{ key = "dram.latency_cycles"; from = 10; to = 22; }},
  {{ key = "layer"; values = "each"; }}
);
where = "dram.latency_cycles < 22 or array.cols <= 11";
"""
SMALL = """cfg = "eyeriss"; net = "alexnet"; batch = 1;
set = ["mapping.policy=estimate", "energy=65nm_components"];
axes = (
  { key = "array.rows"; from = 5; to = 14; },
  { key = "array.cols"; values = [7, 9, 11, 13, 14, 16]; },
  { key = "dram.latency_cycles"; from = 10; to = 30; step = 10; },
  { key = "layer"; values = "each"; }
);
where = "area_mm2 <= 3.6";
"""
FRONT = os.path.join(SOURCE, "configs", "sweeps", "energy_delay_area.cfg")


class Sweeps:
    """The program, and what was found."""

    def __init__(self, args, folder):
        self.program = os.path.abspath(args.program)
        self.python = args.python
        self.pictures = os.path.abspath(args.output)
        self.scale = args.scale
        self.folder = folder
        self.missed = 0

    def say(self, is_right, what, found, wanted):
        self.missed += not is_right
        print(f"{'ok    ' if is_right else 'MISSED'} {what}: {found} "
              f"({wanted})", flush=True)

    def at(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.at(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.at(name)

    def call(self, *words):
        """The finished process."""
        return subprocess.run([self.program, "sweep", *words],
                              capture_output=True, text=True, check=False)

    def export(self, store, *words):
        done = self.call("export", store, *words)
        if done.returncode != 0:
            sys.exit(f"check_sweeps: export of {store}: {done.stderr}")
        return done.stdout

    def timed(self, plan, store, jobs):
        """Runs a plan; its points, seconds and largest memory in MiB."""
        begin = time.monotonic()
        with open(self.at("said"), "w+", encoding="utf-8") as said:
            pid = subprocess.Popen([self.program, "sweep", plan, "--store",
                                    store, "-j", str(jobs)], stdout=said)
            _, status, usage = os.wait4(pid.pid, 0)
            pid.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - begin
            said.seek(0)
            text = said.read()
        if pid.returncode != 0:
            sys.exit(f"check_sweeps: {plan}: {text}")
        return (count(text), seconds, usage.ru_utime + usage.ru_stime,
                usage.ru_maxrss / KIB, text.strip())

    def store_bytes(self, what, store, points):
        each = os.path.getsize(store) / points
        self.say(each <= 1.5 * KIB, f"{what}, the store",
                 f"{each:,.0f} B a point", "at most 1,536")

    def memory(self, what, peak, families):
        beside = peak - families * PASSES_MIB
        self.say(beside <= 50, f"{what}, memory",
                 f"{peak:.1f} MiB with passes", "at most 50 beside them, of "
                 f"which {families} x {PASSES_MIB} may be kept")


def count(text):
    """Points that a status line says are there."""
    return int(text.split(": ")[1].split(" of ")[0])


def model(s):
    clocks = max(1, round(1e6 * s.scale / MODEL_MACHINES / LAYERS))
    plan = s.write("model.cfg", MODEL.format(policy="rules", clocks=clocks))
    points, seconds, busy, peak, _ = s.timed(plan, s.at("model.sqlite"), 1)
    whole = seconds * 1e6 / points
    s.say(whole <= 250, "10^6 points of `model`, one core",
          f"{whole:.0f} s, by {points:,} in {seconds:.1f} s, of which the "
          f"processor worked {busy:.1f}", "at most 250")
    s.memory("model", peak, 1)
    s.store_bytes("model", s.at("model.sqlite"), points)
    os.unlink(s.at("model.sqlite"))
    few = max(1, clocks // 200)
    plan = s.write("choose.cfg", MODEL.format(policy="estimate", clocks=few))
    chosen, _, longer, _, _ = s.timed(plan, s.at("choose.sqlite"), 1)
    each = (longer - chosen * busy / points) / chosen
    s.say(each <= 0.010, "choice of a mapping by estimate",
          f"{1000 * each:.2f} ms a machine and layer, of {chosen:,}",
          "at most 10")


def run(s):
    rows = max(1, round(10 * s.scale))
    plan = s.write("run.cfg", RUN.format(last_row=4 + rows))
    points, seconds, busy, peak, text = s.timed(plan, s.at("run.sqlite"), 2)
    whole = seconds * 1e5 / points
    s.say(whole <= 600, "10^5 points of `run`, 1,000 machines, two cores",
          f"{whole:.0f} s, by {points:,} in {seconds:.1f} s, of which the "
          f"processors worked {busy:.1f}", "at most 600")
    s.say(points == 10000 * rows and " ok" in text, "run, its points",
          text.split("; ")[-1], f"{10000 * rows:,} rows")
    s.memory("run", peak, 3)
    s.store_bytes("run", s.at("run.sqlite"), points)


def killed(s):
    plan = s.write("killed.cfg", SMALL)
    begin = time.monotonic()
    whole = s.at("whole.sqlite")
    s.call(plan, "--store", whole, "-j", "2")
    took = time.monotonic() - begin
    store, kills, lost = s.at("killed.sqlite"), 0, 0
    draw = random.Random(23)
    while kills < 10:
        process = subprocess.Popen([s.program, "sweep", plan, "--store", store,
                                    "-j", "2"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.01, 0.12) * took)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        if process.returncode == 0:
            break
        log_inserts(store)
    s.call(plan, "--store", store, "-j", "2")
    with sqlite3.connect(store) as file:
        n, logged, distinct = file.execute(
            "SELECT (SELECT count(*) FROM points), count(*), "
            "count(DISTINCT point) FROM redone").fetchone()
        lost = logged - distinct
    s.say(kills == 10 and s.export(store) == s.export(whole),
          f"{kills} SIGKILLs, the export", f"{n:,} rows", "byte-identical")
    s.say(lost == 0 and logged > 0, "committed points that were run again",
          f"{lost} of {logged:,} watched", "none but those in flight")


def log_inserts(store):
    """From now on the store notes each point that is put into it."""
    with sqlite3.connect(store) as file:
        if file.execute("SELECT count(*) FROM sqlite_master WHERE name = "
                        "'points'").fetchone()[0] == 0:
            return
        file.execute("CREATE TABLE IF NOT EXISTS redone (point)")
        file.execute("INSERT INTO redone SELECT point FROM points WHERE point "
                     "NOT IN (SELECT point FROM redone)")
        file.execute("CREATE TRIGGER IF NOT EXISTS note AFTER INSERT ON points "
                     "BEGIN INSERT INTO redone VALUES (new.point); END")


def full(s):
    plan = s.write("full.cfg", SMALL)
    disk = s.at("disk")
    os.mkdir(disk)
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        s.say(False, "a full disk", "not tried",
              "root is needed, to mount a small one")
        return
    try:
        store = os.path.join(disk, "full.sqlite")
        done = s.call(plan, "--store", store, "-j", "2")
        said = s.call("status", store)
        kept = count(said.stdout) if said.returncode == 0 else -1
        s.say(done.returncode == 4 and done.stderr.count("\n") == 1 and
              not done.stdout, "a full disk",
              f"status {done.returncode}, {done.stderr.strip()!r}",
              "status 4, one line")
        s.say(kept > 0, "what the full disk keeps", f"{kept:,} points",
              "those that were committed")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        again = s.call(plan, "--store", store, "-j", "2")
        fresh = s.at("fresh.sqlite")
        s.call(plan, "--store", fresh, "-j", "2")
        s.say(again.returncode == 0 and s.export(store) == s.export(fresh),
              "with room again, the export", again.stdout.strip(),
              "byte-identical")
    finally:
        subprocess.run(["umount", disk], check=False)


def two(s):
    plan = s.write("two.cfg", SMALL)
    store = s.at("two.sqlite")
    first = subprocess.Popen([s.program, "sweep", plan, "--store", store],
                             stdout=subprocess.DEVNULL)
    while not os.path.exists(store + "-wal"):
        time.sleep(0.01)
    second = s.call(plan, "--store", store)
    read = s.call("status", store)
    s.say(second.returncode == 4 and second.stderr.count("\n") == 1 and
          first.poll() is None, "a second process on the store",
          second.stderr.strip(), "refused while the first runs")
    s.say(read.returncode == 0, "one that reads it", read.stdout.strip(),
          "may read")
    alone = s.at("alone.sqlite")
    s.call(plan, "--store", alone)
    s.say(first.wait() == 0 and s.export(store) == s.export(alone),
          "and the first ends", "its export", "as of one that was alone")


def same(s):
    plan = s.write("same.cfg", SMALL)
    exports = {}
    for jobs in ("1", "2"):
        s.call(plan, "--store", s.at(f"j{jobs}.sqlite"), "-j", jobs)
        exports[f"-j {jobs}"] = s.export(s.at(f"j{jobs}.sqlite"))
    parts = [s.at(f"{i}.sqlite") for i in (1, 2, 3, 4)]
    for i, part in enumerate(parts):
        s.call(plan, "--store", part, "--shard", f"{i + 1}/4", "-j", "2")
    s.call("merge", "--store", s.at("merged.sqlite"), *parts)
    exports["four shards, merged"] = s.export(s.at("merged.sqlite"))
    done = subprocess.run(
        [s.python, "-B", os.path.join(SOURCE, "test", "python",
                                      "dask_workers.py"), plan, s.folder],
        capture_output=True, text=True, check=False,
        env={**os.environ, "ACCELSIM": s.program,
             "PYTHONPATH": os.path.join(SOURCE, "configs")})
    if done.returncode != 0:
        s.say(False, "Dask, three workers, one killed", "not run: " +
              (done.stderr.strip().splitlines() or ["?"])[-1],
              "--python of one with Dask distributed is needed")
    else:
        exports["Dask, three workers, one killed"] = done.stdout
    for what, text in exports.items():
        s.say(text == exports["-j 1"] and text.count("\n") > 100, what,
              f"{text.count(chr(10)) - 1:,} rows", "as of -j 1, byte for byte")


def front(s):
    os.makedirs(s.pictures, exist_ok=True)
    store = os.path.join(s.pictures, "energy_delay_area.sqlite")
    if s.scale < 1:
        shards = round(1 / s.scale)
        begin = time.monotonic()
        done = s.call(FRONT, "--store", s.at("part.sqlite"), "--shard",
                      f"1/{shards}", "-j", "2")
        seconds = (time.monotonic() - begin) * 500 / count(
            done.stdout.split("shard")[1])
        s.say(seconds <= 420, "ResNet-50 on 500 machines, two cores",
              f"{seconds:.0f} s, by one of {shards} shards", "at most 420")
        return
    if os.path.exists(store):
        os.unlink(store)
    points, seconds, busy, peak, text = s.timed(FRONT, store, 2)
    s.say(seconds <= 420 and points == 500,
          "ResNet-50 on 500 machines, two cores",
          f"{seconds:.0f} s, of which the processors worked {busy:.0f}, "
          f"{peak:.0f} MiB, {text.split('; ')[-1]}",
          "at most 420")
    best = s.export(store, "--format", "pareto").count("\n") - 1
    s.say(0 < best < 500, "the front", f"{best} of 500", "some of them")
    done = subprocess.run(
        [s.python, os.path.join(SOURCE, "configs", "sweeps", "pictures.py"),
         "-o", s.pictures, "energy_delay_area"], capture_output=True,
        text=True, check=False, env={**os.environ, "ACCELSIM": s.program})
    s.say(done.returncode == 0, "its picture",
          (done.stdout or done.stderr).strip(), "is there, to be looked at")


def bad(s):
    tests = os.path.join(SOURCE, "test")
    for script, what in (("plan_test.py", "plans and points that are wrong"),
                         ("results_test.py", "rows are those of runs alone")):
        done = subprocess.run(
            [sys.executable, "-B", os.path.join(tests, "sweep", script)],
            capture_output=True, text=True, check=False, cwd=s.folder,
            env={**os.environ, "ACCELSIM": s.program, "srcdir": SOURCE,
                 "PYTHONPATH": tests})
        good = done.stdout.count("\nok - ") + done.stdout.startswith("ok - ")
        s.say(done.returncode == 0, what, f"{good} checks", "one line or one "
              "row each, and the rest goes on")


PARTS = (model, run, killed, full, two, same, front, bad)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/accelsim")
    parser.add_argument("--python", default="/usr/bin/python3",
                        help="one with Dask distributed and matplotlib")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("-o", "--output", default="check-sweeps",
                        metavar="FOLDER", help="where the picture goes")
    parser.add_argument("parts", nargs="*", metavar="PART")
    args = parser.parse_args()
    by_name = {part.__name__: part for part in PARTS}
    for name in args.parts:
        if name not in by_name:
            parser.error(f"there is no part '{name}'; there are "
                         f"{', '.join(by_name)}")
    if not 0 < args.scale <= 1:
        parser.error("'--scale' is a number above 0, and 1 at most")
    missed = 0
    with tempfile.TemporaryDirectory(prefix="accelsim-") as folder:
        for name in args.parts or by_name:
            os.makedirs(os.path.join(folder, name))
            s = Sweeps(args, os.path.join(folder, name))
            begin = time.monotonic()
            by_name[name](s)
            missed += s.missed
            print(f"       {name}: {time.monotonic() - begin:.0f} s",
                  flush=True)
    print(f"{missed} missed")
    sys.exit(missed != 0)


if __name__ == "__main__":
    main()
