"""machine_texts.py - small architectures and mappings of other tools, for the
tests of importers.
SPDX-License-Identifier: MIT
"""

import json

SCALESIM = """[general]
run_name = small
; a comment
[architecture_presets]
ArrayHeight : 8
ArrayWidth: 12
IfmapSramSzkB: 32
FilterSramSzkB = 64
OfmapSramSzkB: 16
IfmapOffset: 0
Bandwidth : 10
Dataflow : WS   ; weights stay
[sparsity]
SparsitySupport : true
[run_presets]
InterfaceBandwidth: USER
"""
PROBLEM = """problem:
  shape:
    name: small
    dimensions: [ C, K, R, P ]
    data_spaces:
    - {name: Weights, projection: [[[C]], [[K]], [[R]]]}
    - {name: Inputs, projection: [[[C]], [[R], [P]]]}
    - {name: Outputs, projection: [[[K]], [[P]]], read_write: True}
  instance: {C: 8, K: 8, R: 3, P: 16}
"""
SUBTREE = """architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - name: MainMemory
      class: DRAM
      attributes: {width: 256, block-size: 32, word-bits: 8}
    subtree:
    - name: Chip
      local:
      - name: GlobalBuffer
        class: SRAM
        attributes: {depth: 1024, width: 64, block-size: 8, word-bits: 8}
      subtree:
      - name: PE[0..7]
        local:
        - name: RegisterFile
          class: regfile
          attributes: {depth: 64, width: 8, word-bits: 8, meshX: 4}
        - name: MACC
          class: intmac
          attributes: {datawidth: 8}
"""
NODES = """architecture:
  version: 0.4
  nodes:
  - !Container
    name: system
    attributes: {global_cycle_seconds: 2e-9}
  - !Component
    name: MainMemory
    class: DRAM
    attributes: {width: 64, datawidth: BITS}
  - !Component
    name: GlobalBuffer
    class: SRAM
    attributes: {depth: 512 * 2, width: datawidth * 8, datawidth: BITS}
  - !Container
    name: PE
    spatial: {meshX: 4, meshY: 2}
  - !Parallel
    nodes:
    - !Component
      name: weights_spad
      class: smartbuffer_RF
      attributes: {depth: 32, width: 8, datawidth: 8}
      constraints: {dataspace: {keep: [Weights]}}
    - !Component
      name: rest_spad
      class: smartbuffer_RF
      attributes: {depth: 48, width: 8, datawidth: 8}
      constraints: {dataspace: {keep: [Inputs, Outputs]}}
  - !Component
    name: MACC
    class: intmac
"""
LEGACY = """arch = {
  arithmetic = { name = "MACs"; instances = 8; meshX = 4; word_bits = 8; };
  storage = (
    { name = "RegisterFile"; entries = 64; instances = 8; meshX = 4;
      word_bits = 8; },
    { name = "GlobalBuffer"; sizeKB = 8; instances = 1; word_bits = 8; },
    { name = "MainMemory"; technology = "DRAM"; instances = 1;
      word_bits = 8; } );
};
"""
MAPPING = """mapping:
- {target: MainMemory, type: temporal, factors: C=2, permutation: CKRP}
- {target: GlobalBuffer, type: temporal, factors: R=3 K=2 C=2,
   permutation: RKCP}
- {target: GlobalBuffer, type: spatial, factors: K=4 C=2, permutation: KCRP,
   split: 1}
- {target: RegisterFile, type: temporal, factors: P=0, permutation: PRKC}
- {target: GlobalBuffer, type: bypass, bypass: [Weights], keep: [Inputs]}
"""
PRINTED = """MainMemory [ Weights:192 Inputs:144 Outputs:128 ]
----
| for C in [0:2)

GlobalBuffer [ Inputs:72 Outputs:128 ]
----
|   for C in [0:2)
|     for K in [0:2)
|       for R in [0:3)
|         for C in [0:2) (Spatial-Y)
|           for K in [0:4) (Spatial-X)

RegisterFile [ Weights:1 Inputs:16 Outputs:16 ]
----
|             for P in [0:16)
|               << Compute >>
"""

INI = """[dram_structure]
protocol = DDR4
bankgroups = 4
banks_per_group = 4
rows = 65536
columns = 1024
device_width = 8
BL = 8
[timing]
tCK = 0.8333333333 ; a comment
CL = 17
CWL = 12
tRCD = 17
tRP = 17
tRAS = 39
tRFC = 420
REFI = 9360
tRRD_S = 4
tRRD_L = 6
tWTR_S = 3
tWTR_L = 9
tFAW = 26
tWR = 18
tRTP = 9
tCCD_S = 4
tCCD_L = 6
[system]
channels = 2
bus_width = 64
"""
MEMSPEC = {"memspec": {
    "memoryId": "Mine-4", "memoryType": "DDR4",
    "memarchitecturespec": {
        "burstLength": 8, "dataRate": 2, "nbrOfBanks": 16,
        "nbrOfBankGroups": 4, "nbrOfColumns": 1024, "nbrOfRows": 65536,
        "nbrOfDevices": 8, "nbrOfRanks": 2, "width": 8},
    "memtimingspec": {
        "tCK": 8.333333333e-10, "RL": 17, "WL": 12, "RCD": 17, "RP": 17,
        "RAS": 39, "RC": 56, "RFC1": 420, "REFI": 9360, "CCD_S": 4,
        "CCD_L": 6, "RRD_S": 4, "RRD_L": 6, "FAW": 26, "WR": 18, "WTR_S": 3,
        "WTR_L": 9, "RTP": 9}}}

ZIGZAG = """name: mine
memories:
  rf_w:
    size: 64
    r_cost: 0.5
    w_cost: 0.75
    operands: [I2]
    ports:
      - {name: r, type: read, bandwidth_min: 8, bandwidth_max: 8}
    served_dimensions: []
  rf_o:
    size: 64
    r_cost: 0.25
    w_cost: 0.25
    operands: [O]
    served_dimensions: [D2]
  sram:
    size: 524288
    r_cost: 12.5
    w_cost: 10
    operands: [I1, I2, O]
    ports:
      - {name: rw, type: read_write, bandwidth_min: 64, bandwidth_max: 128}
    served_dimensions: [D1, D2]
  dram:
    size: 1000000000
    r_cost: 700
    w_cost: 750
    operands: [I1, I2, O]
    ports:
      - {name: rw, type: read_write, bandwidth_min: 64, bandwidth_max: 64}
    served_dimensions: [D1, D2]
operational_array:
  input_precision: [8, 4]
  unit_energy: 0.125
  dimensions: [D1, D2]
  sizes: [8, 4]
"""
ACCELFORGE = """arch:
  nodes:
  - !Memory
    name: MainMemory
    size: inf
    tensors: {keep: ~Intermediates, may_keep: All}
  - !Memory
    name: GlobalBuffer
    size: 1024 * 64
    tensors: {keep: All}
  - !Toll
    name: Link
  - !Container
    name: PE
    spatial:
    - {name: reuse_input, fanout: 8, reuse: input}
    - {name: reuse_output, fanout: 4, reuse: output}
  - !Memory
    name: WeightBuffer
    size: 16 * 8
    tensors: {keep: weight}
  - !Memory
    name: RestBuffer
    size: 32 * 8
    tensors: {keep: input | output}
  - !Compute
    name: MAC
"""
MAESTRO = "num_pes: 32\nl1_size_cstr: 96\nl2_size_cstr: 8192 // bytes\n" \
          "noc_bw_cstr: 16\noffchip_bw_cstr: 8\n"

ALL = (("zig.yaml", ZIGZAG), ("forge.yaml", ACCELFORGE), ("hw.m", MAESTRO),
       ("old.cfg", SCALESIM), ("prob.yaml", PROBLEM), ("tree.yaml", SUBTREE),
       ("nodes.yaml", NODES), ("legacy.cfg", LEGACY), ("map.yaml", MAPPING),
       ("map.txt", PRINTED), ("part.ini", INI),
       ("spec.json", json.dumps(MEMSPEC, indent=1)))
