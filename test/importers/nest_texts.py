"""nest_texts.py - small workloads, machines and mappings of MAESTRO, ZigZag and
AccelForge, of which each mapping is of the two before it.
SPDX-License-Identifier: MIT
"""

# Of 16 PEs clusters take four: filters go over four clusters, rows of outputs
# over the PEs of one; B has the dataflow of A.
MAESTRO = """Constant T 2;
Network small {
  Layer A { Type: CONV
    Stride { X: 1, Y: 1 }
    Dimensions { K: 8, C: 6, R: 3, S: 3, Y: 10, X: 10 }
    Dataflow {
      TemporalMap(T,T) C; // two channels
      TemporalMap(Sz(R),Sz(R)) R;
      TemporalMap(Sz(S),1) X;
      SpatialMap(1,1) K;
      Cluster(4, P);
      TemporalMap(1,1) C;
      SpatialMap(Sz(R),1) Y;
    }
  }
  Layer B { Type: DSCONV
    Dimensions { K: 1, C: 6, R: 3, S: 3, Y: 10, X: 10 } }
  Layer C { Type: TRCONV
    Dimensions { K: 2, C: 2, R: 2, S: 2, Y: 4, X: 4 } }
}
"""
HARDWARE = "num_pes: 16\nl1_size_cstr: 300\nl2_size_cstr: 65536\n" \
           "noc_bw_cstr: 8\n"
WORKLOAD = """- id: 0
  name: layer
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=1*ox+1*fx, iy=1*oy+1*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 8, 6, 6, 6, 3, 3]
"""
ACCELERATOR = """name: small
memories:
  rf:
    size: 32
    operands: [I2]
    served_dimensions: []
  acc:
    size: 16
    operands: [O]
    served_dimensions: []
  sram:
    size: 1600
    operands: [I1, I2, O]
    served_dimensions: [D1, D2]
  dram:
    size: 10000000
    operands: [I1, I2, O]
    served_dimensions: [D1, D2]
operational_array:
  dimensions: [D1, D2]
  sizes: [4, 2]
  unit_energy: 0.1
"""
ZIGZAG = """- name: default
  spatial_mapping: {D1: ["K, 4"], D2: ["C, 4"]}
  temporal_ordering:
    - [OX, 6]
    - [FX, 3]
    - [K, 2]
"""
EINSUMS = """workload:
  rank_sizes: {M: 16, N0: 8, N1: 4}
  einsums:
  - name: product
    tensor_accesses:
    - {name: T0, projection: [m, n0]}
    - {name: W0, projection: [n0, n1]}
    - {name: T1, projection: [m, n1], output: True}
"""
NODES = """arch:
  nodes:
  - !Memory {name: MainMemory, size: inf, tensors: {keep: ~Intermediates}}
  - !Memory {name: GlobalBuffer, size: 65536, tensors: {keep: All}}
  - !Container {name: Array, spatial: [{name: X, fanout: 4}]}
  - !Memory {name: Registers, size: 64, tensors: {keep: All}}
  - !Compute {name: MAC}
"""
# Weights stay in the buffer while rows pass by.
ACCELFORGE = """mapping:
  nodes:
  - !Storage {tensors: [T0, W0, T1], component: MainMemory}
  - !Storage {tensors: [W0], component: GlobalBuffer}
  - !Temporal {rank_variable: m, tile_shape: 4}
  - !Storage {tensors: [T0, T1], component: GlobalBuffer}
  - !Temporal {rank_variable: n0, tile_shape: 2}
  - !Spatial {rank_variable: n1, tile_shape: 1, name: X, component: Array}
  - !Storage {tensors: [T0, W0, T1], component: Registers}
  - !Temporal {rank_variable: m, tile_shape: 1}
  - !Temporal {rank_variable: n0, tile_shape: 1}
  - !Compute {einsum: product, component: MAC}
"""
FUSED = """mapping:
  nodes:
  - !Storage {tensors: [T0, W0, T1], component: MainMemory}
  - !Temporal {rank_variable: m, tile_shape: 1}
  - !Sequential
    nodes:
    - !Nested
      nodes:
      - !Compute {einsum: product, component: MAC}
"""

TOGETHER = ((("small.m", MAESTRO), ("hw.m", HARDWARE)),
            (("w.yaml", WORKLOAD), ("hw.yaml", ACCELERATOR),
             ("map.yaml", ZIGZAG)),
            (("w.yaml", EINSUMS), ("arch.yaml", NODES),
             ("map.yaml", ACCELFORGE)))
