#!/bin/sh
# alexnet_test.sh - Eyeriss, AlexNet, batch 4, against the measured table
# (Chen et al., JSSC 52(1), 2017, Table V; CONV5's latency contradicts
# CONV4's in that table, hence its wider tolerance).
# SPDX-License-Identifier: MIT
exec python3 - "$ACCELSIM" "$srcdir/configs/eyeriss.cfg" <<'PY'
import json
import subprocess
import sys

# name: MACs, PEs, DRAM MB (worked out, no compression), L2 MB, processing ms,
# tolerance, total ms, tolerance, DRAM MB with compression
MEASURED = {
    "conv1": (421660800, 154, 6.057, 18.5, 16.5, 0.08, 20.9, 0.12, 5.0),
    "conv2": (895795200, 135, 5.427, 77.6, 39.2, 0.08, 41.9, 0.12, 4.0),
    "conv3": (598081536, 156, 5.053, 50.2, 21.8, 0.08, 23.6, 0.12, 3.0),
    "conv4": (448561152, 156, 3.920, 37.4, 16.0, 0.08, 18.4, 0.12, 2.1),
    "conv5": (299040768, 156, 2.613, 24.9, 10.0, 0.14, 10.5, 0.18, 1.3),
}
failed = 0


def near(what, ours, published, tolerance):
    global failed
    error = ours / published - 1
    ok = abs(error) <= tolerance
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} - {what}: {ours:.3f}, published "
          f"{published}, {100 * error:+.2f} % (tolerance {100 * tolerance} %)")


run = subprocess.run([sys.argv[1], "--cfg", sys.argv[2], "--layer", "conv*",
                      "--format", "json"], capture_output=True, text=True,
                     check=True)
total_ms = 0
for layer in json.loads(run.stdout)["layers"]:
    (macs, pes, dram_mb, l2_mb, ms, tolerance, total, total_tolerance,
     coded_mb) = MEASURED[layer["name"]]
    l2 = sum(t["reads"] + t["writes"] - t["dma_reads"] - t["dma_writes"]
             for t in layer["accesses"]["l2"].values())
    dram = sum(t["reads"] + t["writes"]
               for t in layer["accesses"]["dram"].values())
    near(f"{layer['name']} MACs", layer["macs"], macs, 0)
    near(f"{layer['name']} active PEs", layer["active_pes"], pes, 0)
    near(f"{layer['name']} DRAM MB", dram * 2e-6, dram_mb, 0.005)
    near(f"{layer['name']} L2 MB", l2 * 2e-6, l2_mb, 0.03)
    near(f"{layer['name']} processing ms", layer["array_cycles"] / 2e5, ms,
         tolerance)
    near(f"{layer['name']} total ms", layer["cycles"] / 2e5, total,
         total_tolerance)
    near(f"{layer['name']} DRAM MB, coded",
         sum(layer["dram"]["compressed_bytes"].values()) * 1e-6, coded_mb, 0.1)
    total_ms += layer["array_cycles"] / 2e5
near("total processing ms", total_ms, 103.5, 0.03)
sys.exit(failed != 0)
PY
