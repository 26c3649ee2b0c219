"""dask_workers.py - a sweep on three local workers of Dask distributed, one of
which is killed once the first shard has come back.

    dask_workers.py PLAN FOLDER     prints the export of the store

SPDX-License-Identifier: MIT
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import distributed

import accelsim
from accelsim import dask

WORKERS = 3
CONFIGS = os.path.dirname(os.path.dirname(os.path.abspath(accelsim.__file__)))


def _start(address, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", address,
         "--nthreads", "1", "--no-nanny", "--no-dashboard"], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(
            [CONFIGS, os.environ.get("PYTHONPATH", "")])})


@contextlib.contextmanager
def local_workers(folder):
    """A client of a scheduler here, and its workers, processes of their own."""
    cluster = distributed.LocalCluster(n_workers=0, processes=False,
                                       protocol="tcp://",
                                       dashboard_address=None)
    workers = [_start(cluster.scheduler_address, folder)
               for _ in range(WORKERS)]
    try:
        with distributed.Client(cluster) as client:
            client.wait_for_workers(WORKERS, timeout=120)
            yield client, workers
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
        cluster.close()


def sweep_and_kill(plan, store, client, workers, shards=24):
    """The store of a sweep, and how the worker ended that was killed."""
    folder = store + ".shards"
    os.makedirs(folder)

    def kill_one():
        while not any(name.endswith(".sqlite") for name in os.listdir(folder)):
            time.sleep(0.005)
        workers[0].send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    spread = dask.sweep(plan, store, client, shards=shards)
    killer.join()
    return spread, workers[0].wait()


def main():
    plan, folder = sys.argv[1:]
    with local_workers(folder) as (client, workers):
        spread, status = sweep_and_kill(
            plan, os.path.join(folder, "spread.sqlite"), client, workers)
    if status != -signal.SIGKILL:
        sys.exit(f"dask_workers: the worker ended with {status}")
    sys.stdout.write(spread.export())


if __name__ == "__main__":
    main()
