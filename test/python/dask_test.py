"""dask_test.py - a sweep on the workers of Dask distributed, one of which is
killed in the middle, and one that was ended and goes on, make the store that
one process makes.  Without the library (Debian's python3-distributed) nothing
is tried.
SPDX-License-Identifier: MIT
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from program import (PROGRAM, SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder)

leave_to_the_plain_build()
try:
    import distributed
except ImportError:
    print("skipped: Dask distributed is not here")
    sys.exit(77)
sys.path.insert(0, os.path.join(SOURCE, "configs"))
import accelsim  # noqa: E402
from accelsim import dask  # noqa: E402

PLAN = {"cfg": "eyeriss", "net": "alexnet", "batch": 1,
        "set": {"mapping.policy": "estimate"},
        "axes": {"array.rows": [6, 8, 10, 12], "array.cols": [7, 10, 14],
                 "layer": "each"}}


def start_worker(address, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", address,
         "--nthreads", "1", "--no-nanny", "--no-dashboard"], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(
            [os.path.abspath(os.path.join(SOURCE, "configs")),
             os.environ.get("PYTHONPATH", "")])})


def main():
    with new_folder() as folder:
        plan = {**PLAN}
        alone = accelsim.sweep(plan, os.path.join(folder, "alone.sqlite"),
                               jobs=1).export()
        cluster = distributed.LocalCluster(n_workers=0, processes=False, protocol="tcp://",
                                           dashboard_address=None)
        workers = [start_worker(cluster.scheduler_address, folder)
                   for _ in range(3)]
        with distributed.Client(cluster) as client:
            client.wait_for_workers(3, timeout=30)
            folder_of_shards = os.path.join(folder, "spread.sqlite.shards")

            def kill_one():
                while not any(name.endswith(".sqlite") for name in
                              os.listdir(folder_of_shards)
                              if os.path.isdir(folder_of_shards)):
                    time.sleep(0.01)
                workers[0].send_signal(signal.SIGKILL)

            os.makedirs(folder_of_shards)
            killer = threading.Thread(target=kill_one)
            killer.start()
            spread = dask.sweep(plan, os.path.join(folder, "spread.sqlite"),
                                client, shards=24)
            killer.join()
            check(workers[0].wait() == -signal.SIGKILL and
                  spread.export() == alone,
                  "three workers, one of them killed, make the same store")
            check(not os.path.exists(folder_of_shards),
                  "the shards' folder is gone")

            # One that was ended has some of its shards.
            path = os.path.join(folder, "again.sqlite")
            os.makedirs(path + ".shards")
            with open(os.path.join(path + ".shards", "shards.json"), "w",
                      encoding="utf-8") as note:
                json.dump({"plan": accelsim.plan_text(plan), "shards": 3},
                          note)
            accelsim.sweep(plan, os.path.join(path + ".shards", "2.sqlite"),
                           shard="2/3")
            os.unlink(os.path.join(path + ".shards", "2.cfg"))
            again = dask.sweep(plan, path, client, shards=24)
            check(again.export() == alone,
                  "a sweep that was ended goes on with the shards it lacks")
            try:
                dask.sweep({"cfg": "eyeriss", "axes": {"array.row": [1]}},
                           os.path.join(folder, "wrong.sqlite"), client,
                           shards=2)
                check(False, "a wrong plan is an error")
            except accelsim.ProgramError as why:
                check("array.rows" in str(why), "a wrong plan is an error",
                      why)
        for worker in workers:
            worker.kill()
            worker.wait()
        cluster.close()
    finish()


if __name__ == "__main__":
    os.environ.setdefault("ACCELSIM", PROGRAM)
    main()
