"""workload_texts.py - small workloads of other tools, for the tests of
importers.
SPDX-License-Identifier: MIT
"""

SHAPE = """
  shape:
    name: conv
    dimensions: [ K, C, R, S, P, Q, N ]
    coefficients:
    - {name: Wstride, default: 1}
    - {name: Hstride, default: 1}
    data-spaces:
    - name: Weights
      projection: [ [[C]], [[K]], [[R]], [[S]] ]
    - name: Inputs
      projection:
      - [ [N] ]
      - [ [C] ]
      - [ [R], [P, Wstride] ]
      - [ [S], [Q, Hstride] ]
    - name: Outputs
      projection: [ [[N]], [[K]], [[Q]], [[P]] ]
      read-write: True
"""
ZIGZAG = """
- id: 0
  name: first
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 4, 3, 5, 6, 3, 2]
  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}
  pr_loop_dims: [IY, IX]
  padding:
    - [1, 0]
    - [0, 0]
- id: 1
  operator_type: Add
  equation: O[b][k]+=X[b][k]*Y[b][k]
  loop_dims: [B, K]
  loop_sizes: [1, 4]
- id: 2
  operator_type: Gemm
  equation: O[d0][d1]+=I[d0][d2]*W[d2][d1]
  dimension_relations: []
  loop_dims: [D0, D1, D2]
  loop_sizes: [2, 3, 4]
"""
ACCELFORGE = """workload:
  rank_sizes:
    {% set WIDE = WIDE | default(4) %}
    M: {{WIDE}}
    P0: 8
    P1: 8
    N: 6
  bits_per_value: {All: 8}
  einsums:
  - name: point
    tensor_accesses:
    - {name: T0, projection: [p0, m]}
    - {name: W0, projection: [m, n]}
    - {name: T1, projection: [p0, n], output: True}
  - einsum: "T2[p1, n] = T1[n, P0: p1 + r] * W1[r, n]"
    iteration_space_shape: [ 0 <= r < 3 ]
"""
MAESTRO = """// A network.
Network Small {
\tLayer CONV1 {
\t\tType: CONV
\t\tStride { X: 2, Y: 2 }
\t\tDimensions { K 8,C 3,R 3,S 3,Y 9,X 11 }
\t\tDataflow { TemporalMap(Sz(R),1) Y; Cluster(8, P); }
\t}
\tLayer DW { Type: DSCONV Dimensions { K: 1, C: 4, R: 3, S: 3, Y': 5, X': 6 } }
\tLayer G { Type: GEMM Dimensions { M: 2, N: 3, K: 5 } }
\tLayer UP { Type: TRCONV Dimensions { K: 2, C: 3, R: 2, S: 2, Y: 4, X: 4 } }
\tLayer SUM { Type: POOL Dimensions { C: 4, R: 2, S: 2, Y: 4, X: 4 } }
}
"""

TOPOLOGY = "Layer name, IFMAP Height, IFMAP Width, Filter Height, " \
           "Filter Width, Channels, Num Filter, Strides,\n" \
           "Conv1, 8, 8, 3, 3, 2, 4, 1,\nDPb, 6, 6, 3, 3, 4, 8, 2, 1,\n"
GAMMA = "K,C,Y,X,R,S,T\n4,3,8,8,3,3,1\n1,4,6,6,3,3,2\n2,3,5,1,1,1,3\n"
ERT = "ERT:\n  version: 0.4\n  tables:\n  - name: system.DRAM[1..1]\n" \
      "    actions:\n    - {name: read, energy: 512.0}\n" \
      "  - {name: a.mac, actions: [{name: compute, energy: 1}]}\n"
TEMPLATE = "{% set N = 4 %}\nproblem:\n  <<<: {shape: cnn-layer}\n" \
           "  instance: {C: {{N}}, K: 2, R: 3, P: {{ N * 2 }}}\n"
ALL = (("prob.yaml", "problem:" + SHAPE +
        "  instance: {K: 4, C: 3, R: 3, S: 2, P: 5, Q: 6, N: 2,\n"
        "             HStride: 2, Wstride: 2}\n"),
       ("zig.yaml", ZIGZAG), ("forge.yaml", ACCELFORGE), ("net.m", MAESTRO),
       ("topology.csv", TOPOLOGY), ("gamma.csv", GAMMA), ("ert.yaml", ERT),
       ("template.yaml", TEMPLATE),
       ("gemm.csv", "Layer, M, N, K, Sparsity,\na, 3, 5, 16, 2:4,\n"))
