"""emit_test.py - the scripts of --emit run all shards of a plan; a plan that
screens simulates what may be among the best, and again makes the same rows.
SPDX-License-Identifier: MIT
"""

import csv
import io
import os
import subprocess
import sys

from program import (PROGRAM, check, finish, leave_to_the_plain_build,
                     new_folder, run, write)

leave_to_the_plain_build()

PLAN = """
cfg = "eyeriss";
net = "lenet5";
batch = 1;
axes = (
  { key = "array.rows"; values = [4, 6, 8, 12]; },
  { key = "array.cols"; values = [4, 7, 14]; },
  { key = "layer"; values = ["c1", "c3"]; },
  { key = "l2.bytes"; values = [16384, 110592]; }
);
pareto = ["cycles", "energy_pj.total"];
"""


def exported(store, folder, form="csv"):
    return run("sweep", "export", store, "--format", form,
               folder=folder).stdout


def shell(script, folder, **environment):
    return subprocess.run(["sh", script], cwd=folder, capture_output=True,
                          text=True, timeout=100,
                          env={**os.environ, "PATH": folder + ":" +
                               os.environ["PATH"], **environment})


with new_folder() as folder:
    os.symlink(PROGRAM, os.path.join(folder, "accelsim"))
    name = "it's a plan"
    write(folder, f"{name}.cfg", PLAN)
    run("sweep", f"{name}.cfg", "--store", "whole.sqlite", folder=folder)
    whole = exported("whole.sqlite", folder)
    check(len(whole.splitlines()) == 49, "the plan has 48 points")
    # As GNU Parallel does, a line of input at a time.
    parallel = write(folder, "parallel", f"""#!{sys.executable}
import subprocess, sys
assert sys.argv[1:3] == ["--halt", "soon,fail=1"], sys.argv
for line in sys.stdin:
    subprocess.run([word.replace("{{}}", line.strip())
                    for word in sys.argv[3:]], check=True)
""")
    os.chmod(parallel, 0o755)
    for form in ("slurm", "parallel"):
        done = run("sweep", f"{name}.cfg", "--shard", "1/3", "--emit", form,
                   "-o", f"{form}.sh", folder=folder)
        check(done.returncode == 0 and done.stderr == "", f"--emit {form}",
              done.stderr)
    for i in (1, 2, 3):
        done = shell("slurm.sh", folder, SLURM_ARRAY_TASK_ID=str(i))
        check(done.returncode == 0, f"task {i} of the array runs", done.stderr)
    with open(os.path.join(folder, "slurm.sh"), encoding="utf-8") as script:
        merge = next(line[2:] for line in script if "sweep merge" in line)
    write(folder, "merge", merge)
    done = shell("merge", folder)
    check(done.returncode == 0 and exported(f"{name}.sqlite", folder) == whole,
          "and their stores, merged as the script says, are the whole",
          done.stderr)
    for file in os.listdir(folder):
        if "of3.sqlite" in file or file == f"{name}.sqlite":
            os.unlink(os.path.join(folder, file))
    done = shell("parallel.sh", folder)
    check(done.returncode == 0 and exported(f"{name}.sqlite", folder) == whole,
          "and so is what GNU Parallel runs", done.stderr)
    for words, said in ((["--emit", "slurm"], "'--shard 1/8'"),
                        (["--emit", "pbs", "--shard", "1/2"], "'pbs'"),
                        *((["--shard", shard], f"'--shard' is '{shard}'")
                          for shard in ("0/2", "3/2", "1", "x", "1/2/3",
                                        "1/100001", "-1/-1")),
                        (["-o", "none/x"], "'none/x'"),
                        (["--store", "none/x"], "'none/x'")):
        done = run("sweep", f"{name}.cfg", *words, folder=folder)
        check(done.returncode in (1, 4) and said in done.stderr and
              done.stderr.count("\n") == 1, f"{' '.join(words)} is refused",
              done.stderr)

    # Screening: what is simulated is among the best of all.
    write(folder, "screened.cfg", 'screen = "model";\nscreen_band = 1.3;\n' +
          PLAN)
    run("sweep", "screened.cfg", folder=folder)
    text = exported("screened.sqlite", folder)
    rows = list(csv.DictReader(io.StringIO(text)))
    ran = [row for row in rows if row["by"] == "run"]
    check(len(rows) == 48 and 0 < len(ran) < 48,
          "some points are simulated, the others are counted", len(ran))
    full = {row["point"]: row for row in csv.DictReader(io.StringIO(whole))}
    check(all(row["cycles"] == full[row["point"]]["cycles"] for row in ran),
          "those that are simulated come to what a whole sweep says")
    check(all(row["screen.cycles"] != "" and
              int(row["screen.cycles"]) <= int(full[row["point"]]["cycles"])
              for row in rows), "each row has its screened bound of cycles")
    front = {row["point"] for row in csv.DictReader(io.StringIO(
        exported("whole.sqlite", folder, "pareto")))}
    check(front <= {row["point"] for row in ran},
          "the front is among them", sorted(front))
    for i in (1, 2):
        run("sweep", "screened.cfg", "--shard", f"{i}/2", folder=folder)
    run("sweep", "merge", "--store", "both.sqlite", "screened.1of2.sqlite",
        "screened.2of2.sqlite", folder=folder)
    run("sweep", "screened.cfg", "-j", "1", "--store", "again.sqlite",
        folder=folder)
    check(exported("again.sqlite", folder) == text,
          "-j 1 screens the same points")
    check(exported("both.sqlite", folder) == text,
          "and so do two shards, merged")
finish()
