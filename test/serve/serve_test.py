"""serve_test.py - `accelsim serve` answers what `accelsim run` and `model` say;
what is wrong is an answer, a request that is cancelled ends, memory stays
bounded, and the process lives until there are no more requests.
SPDX-License-Identifier: MIT
"""

import json
import subprocess
import time

from program import (IS_SHORT, PROGRAM, check, finish, report,
                     sweep_faults)

JOBS = "2"


def start():
    return subprocess.Popen([PROGRAM, "serve", "-j", JOBS], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def ask(requests):
    """The answers of a process to these requests, by id."""
    lines = "\n".join(one if isinstance(one, str) else json.dumps(one)
                      for one in requests)  # the last without an end
    done = subprocess.run([PROGRAM, "serve", "-j", JOBS], input=lines,
                          text=True, capture_output=True, timeout=120)
    check(done.returncode == 0 and done.stderr == "", "serve ends well",
          done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


# The same as of a process alone.
CASES = [
    ({"net": "lenet5", "layer": "c3", "set": {"array.rows": 6}},
     ["--net", "lenet5", "--layer", "c3", "--set", "array.rows=6"]),
    ({"net": "lenet5", "layer": "c3", "set": {"array.rows": 6},
      "dataflow": "ws", "objective": "energy"},
     ["--net", "lenet5", "--layer", "c3", "--set", "array.rows=6",
      "--dataflow", "ws", "--objective", "energy"]),
    ({"gemm": "M=32,N=8,K=20"}, ["--gemm", "M=32,N=8,K=20"]),
    ({"shape": "M=4,C=3,H=9,W=9,R=3,S=3", "batch": 2},
     ["--shape", "M=4,C=3,H=9,W=9,R=3,S=3", "--batch", "2"]),
    ({"net": "lenet5_graph", "batch": 1},
     ["--net", "lenet5_graph", "--batch", "1"]),
]
requests = [{"id": [command, i], "command": command, "cfg": "eyeriss", **asked}
            for command in ("run", "model")
            for i, (asked, _) in enumerate(CASES)]
answers = {json.dumps(one["id"]): one for one in ask(requests)}
for request in requests:
    command, i = request["id"]
    said = answers[json.dumps(request["id"])]
    alone = report(command, "--cfg", "eyeriss", *CASES[i][1])["total"]
    check(said.get("status") == "ok" and said["by"] == command and
          said["macs"] == alone["macs"] and
          said.get("cycles") == alone.get("cycles") and
          abs(said["energy_pj.total"] - alone["energy_pj"]["total"]) <=
          1e-12 * alone["energy_pj"]["total"] and
          said["accesses.dram.ifmap.reads"] ==
          alone["accesses"]["dram"]["ifmap"]["reads"],
          f"{command} {' '.join(CASES[i][1])}", said)

# Lines are as docs/sweep_schema.json says.
faults = [fault for one in (requests[0], requests[2], requests[4])
          for fault in sweep_faults(one, "request")]
lines = [*answers.values(), *ask([{"id": None, "command": "columns"},
                                  {"cancel": [1]}, "{"])]
faults += [fault for one in lines for fault in sweep_faults(one, "answer")]
check(len(lines) == len(requests) + 3 and not faults,
      "lines are as docs/sweep_schema.json says", faults[:5])
check(all(sweep_faults(one, "request") for one in (
    {"id": 1}, {"id": 1, "cfg": 3}, {"cfg": "eyeriss", "nets": "lenet5"},
    {"cfg": "eyeriss", "batch": 0}, {"cfg": "eyeriss", "set": {"a": [1]}},
    {"cancel": 1, "cfg": "eyeriss"}, {"command": "rows"})) and
    all(sweep_faults(one, "answer") for one in (
        {"id": 1, "status": "ok"}, {"status": "error", "reason": ""},
        {"id": 1, "status": "bad", "reason": ""},
        {**lines[0], "colour": "red"})), "and what is not is found")

# Errors are answers, and later requests are answered all the same.
WRONG = [
    ("no JSON at all", None, "error", "no JSON object"),
    ("[1, 2]", None, "error", "no JSON object"),
    ('{"id": 1, "id": 2}', None, "error", "no JSON object"),
    ("{" * 5000, None, "error", "no JSON object"),
    ('{"id": 3, "cfg": "' + "x" * (1 << 20) + '"}', None, "error", "1 MiB"),
    ({"id": 4}, 4, "error", "'cfg' is missing"),
    ({"id": 5, "cfg": 7}, 5, "error", "'cfg' needs a string"),
    ({"id": 6, "cfg": "eyeriss", "nets": "lenet5"}, 6, "error", "'nets'"),
    # What is not there is no request; a number that no machine has is one.
    ({"id": 7, "cfg": "eyeris"}, 7, "error", "'eyeris'"),
    ({"id": 8, "cfg": "eyeriss", "net": "lenet6"}, 8, "error", "'lenet6'"),
    ({"id": 9, "cfg": "eyeriss", "set": {"array.row": 4}}, 9, "error",
     "array.rows"),
    ({"id": 20, "cfg": "eyeriss", "set": {"array": 4}}, 20, "error", "a group"),
    ({"id": 21, "cfg": "eyeriss", "set": {"array.rows": "many"}}, 21, "error",
     "whole number"),
    ({"id": 22, "cfg": "eyeriss", "set": {"dram.model": "ddr9"}}, 22, "error",
     "'ddr9'"),
    ({"id": 23, "cfg": "eyeriss", "set": {"energy": "46nm"}}, 23, "error",
     "46nm"),
    ({"id": 24, "cfg": "eyeriss", "net": "lenet5", "layer": "c9"}, 24, "error",
     "c9"),
    ({"id": 25, "cfg": "eyeriss", "dataflow": "rz"}, 25, "error", "'rz'"),
    ({"id": 26, "cfg": "eyeriss", "shape": "M=many"}, 26, "error", "many"),
    ({"id": 27, "cfg": "eyeriss", "net": "lenet5", "set": {"array.rows": 0}},
     27, "illegal", "1 to 1024"),
    ({"id": 28, "cfg": "eyeriss", "net": "lenet5",
      "set": {"array.rows": 10**18}}, 28, "illegal", "1 to 1024"),
    ({"id": 30, "cfg": "eyeriss", "net": "lenet5", "set": {"array.rows": 4.5}},
     30, "error", "whole number"),
    ({"id": 31, "cfg": "simba_like", "set": {"levels.gb.rows": 4}}, 31,
     "error", "does not list"),
    ({"id": 32, "cfg": "eyeriss", "net": ""}, 32, "error", "'net' is empty"),
    ({"id": 33, "cfg": "eyeriss", "net": "lenet5", "max_seconds": 1e-9}, 33,
     "over_limit", "more than 1e-09 seconds"),
    ({"id": 29, "cfg": "eyeriss", "net": "lenet5", "dataflow": "nlr",
      "set": {"array.network": "systolic"}}, 29, "illegal", ""),
    ({"id": 10, "cfg": "eyeriss", "set": {"array.rows": [4]}}, 10, "error",
     "array.rows"),
    ({"id": 11, "cfg": "eyeriss", "batch": 0}, 11, "error", "whole number"),
    ({"id": 12, "cfg": "eyeriss", "net": "lenet5", "gemm": "M=1,N=1,K=1"}, 12,
     "error", "exclude each other"),
    ({"id": 13, "cfg": "eyeriss", "command": "map"}, 13, "error", "'map'"),
    ({"id": 14, "cfg": "eyeriss", "objective": "front"}, 14, "error", "front"),
    ({"id": 15, "cfg": "eyeriss", "net": "lenet5", "max_cycles": 10}, 15,
     "over_limit", "more than 10 cycles"),
    ({"id": 16, "cfg": "eyeriss", "net": "lenet5", "layer": "c1",
      "set": {"l2.bytes": 64}}, 16, None, "l2"),
    ({"cancel": 99}, 99, "error", "no request"),
    ({"id": 17, "cfg": "eyeriss", "net": "lenet5", "max_seconds": -1}, 17,
     "error", "above 0"),
    ({"id": 34, "cfg": "eyeriss", "net": "lenet5", "max_seconds": "1"}, 34,
     "error", "'max_seconds' needs a number above 0"),
    *(({"id": 40 + k, "cfg": "eyeriss", name: value}, 40 + k, "error",
       f"'{name}' needs a") for k, (name, value) in enumerate((
           ("net", 1), ("layer", None), ("shape", []), ("gemm", True),
           ("dataflow", {}), ("command", 2.5), ("objective", 0),
           ("batch", 1.5), ("batch", 1 << 40), ("max_cycles", 0),
           ("max_cycles", "9"), ("set", "array.rows=4"), ("set", [4])))),
    ({"id": 60, "cfg": "eyeriss", "shape": "M=1", "gemm": "M=1,N=1,K=1"}, 60,
     "error", "exclude each other"),
    *(({"id": 61 + k, "cfg": "eyeriss", "layer": "c1", **one}, 61 + k, "error",
       "it does not go with") for k, one in enumerate((
           {"shape": "M=1"}, {"gemm": "M=1,N=1,K=1"}))),
    ({"id": 63, "cfg": "eyeriss", "set": {f"array.rows{k}": 1
                                          for k in range(65)}}, 63, "error",
     "'set' has more than 64 keys"),
    ({"id": 64, "cfg": "eyeriss", "set": {"array.rows": True}}, 64, "error",
     "array.rows"),
    ({"id": 65, "cfg": "eyeriss", "set": {"array.rows": False}}, 65, "error",
     "array.rows"),
    ({"id": 66, "cfg": "eyeriss", "set": {"array.rows": None}}, 66, "error",
     "needs a number, a string, true or false"),
    ({"cancel": "none"}, "none", "error", "no request"),
]
# Blank lines are no requests.
answers = ask(["", " \t\r"] + [one[0] for one in WRONG] +
              [{"id": "last", "cfg": "eyeriss", "net": "lenet5"}])
check(len(answers) == len(WRONG) + 1, "each line has an answer", len(answers))
for text, name, status, words in WRONG:
    fits = [one for one in answers if one["id"] == name and
            words.lower() in one.get("reason", "").lower()]
    check(bool(fits) and fits[0]["status"] == (status or fits[0]["status"]) and
          fits[0]["status"] != "ok",
          f"wrong: {words}", [one for one in answers if one["id"] == name])
check(any(one["id"] == "last" and one["status"] == "ok" for one in answers),
      "and what comes behind them is answered")

# A request that would take long is cancelled, running or waiting.
process = start()
long = {"command": "run", "cfg": "eyeriss", "net": "resnet50", "batch": 64,
        "dataflow": "nlr"}
begin = time.monotonic()
for i in range(4):
    process.stdin.write(json.dumps({"id": i, **long, "set": {
        "array.rows": 5 + i, "dram.model": "ddr3_1600"}}) + "\n")
process.stdin.flush()
time.sleep(0.2)
for i in range(4):
    process.stdin.write(json.dumps({"cancel": i}) + "\n")
process.stdin.write(json.dumps({"id": 9, "cfg": "eyeriss", "net": "lenet5",
                                "layer": "c1"}) + "\n")
process.stdin.close()
said = [json.loads(line) for line in process.stdout]
process.wait()
check(sorted(one["id"] for one in said if one["status"] == "cancelled") ==
      [0, 1, 2, 3] and
      [one["status"] for one in said if one["id"] == 9] == ["ok"],
      "requests are cancelled, and the process goes on",
      (said, time.monotonic() - begin))

# Memory: many machines and shapes, one after the other.
process = start()
peak = []
for i in range(300 if IS_SHORT else 3000):
    process.stdin.write(json.dumps(
        {"id": i, "command": "model", "cfg": "eyeriss",
         "set": {"array.rows": 5 + i % 50, "clock_hz": 10**6 + i,
                 "mapping.policy": "rules"},
         "shape": f"M={1 + i % 97},C=3,H=12,W=12,R=3,S=3"}) + "\n")
    if i % 100 == 99:
        process.stdin.flush()
        for _ in range(100):
            process.stdout.readline()
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            peak.append(next(int(line.split()[1]) for line in status
                             if line.startswith("VmRSS")))
process.stdin.close()
rest = process.stdout.read()
process.wait()
check(rest == "" and process.returncode == 0, "each request is answered once")
check(IS_SHORT or (peak[-1] < 1.3 * peak[len(peak) // 2] and
                   peak[-1] < 150 * 1024),
      "its memory stays within bounds", peak)

# Who asks may go before the answers come.
process = start()
process.stdout.close()
try:
    for i in range(50):
        process.stdin.write(json.dumps({"id": i, "cfg": "eyeriss",
                                        "net": "lenet5", "layer": "c1"}) +
                            "\n")
    process.stdin.close()
except BrokenPipeError:
    pass
said = process.stderr.read()
check(process.wait() == 4 and said.count("\n") == 1,
      "answers that nobody reads are one line, status 4",
      (process.returncode, said))
finish()
