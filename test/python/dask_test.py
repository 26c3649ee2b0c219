"""dask_test.py - a sweep on the workers of Dask distributed, one of which is
killed in the middle, and one that was ended and goes on, make the store that
one process makes.  Without the library (Debian's python3-distributed) nothing
is tried.
SPDX-License-Identifier: MIT
"""

import json
import os
import signal
import sys

from program import (PROGRAM, SOURCE, check, finish, go_on_with_packages,
                     leave_to_the_plain_build, new_folder)

leave_to_the_plain_build()
go_on_with_packages()
try:
    import distributed  # noqa: F401
except ImportError:
    print("skipped: Dask distributed is not here")
    sys.exit(77)
sys.path.insert(0, os.path.join(SOURCE, "configs"))
import accelsim  # noqa: E402
from accelsim import dask  # noqa: E402
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dask_workers import local_workers, sweep_and_kill  # noqa: E402

PLAN = {"cfg": "eyeriss", "net": "alexnet", "batch": 1,
        "set": {"mapping.policy": "estimate"},
        "axes": {"array.rows": [6, 8, 10, 12], "array.cols": [7, 10, 14],
                 "layer": "each"}}


def main():
    with new_folder() as folder:
        plan = {**PLAN}
        alone = accelsim.sweep(plan, os.path.join(folder, "alone.sqlite"),
                               jobs=1).export()
        with local_workers(folder) as (client, workers):
            path = os.path.join(folder, "spread.sqlite")
            spread, status = sweep_and_kill(plan, path, client, workers)
            check(status == -signal.SIGKILL and spread.export() == alone,
                  "three workers, one of them killed, make the same store",
                  status)
            check(not os.path.exists(path + ".shards"),
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
    finish()


if __name__ == "__main__":
    os.environ.setdefault("ACCELSIM", PROGRAM)
    main()
