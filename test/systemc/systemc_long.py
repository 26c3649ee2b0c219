#!/usr/bin/env python3
"""systemc_long.py - the referee: every architecture x dataflow x 40 layers.

Native and SystemC kernel, both granularities, byte for byte.  An hour or so;
`make check-long` runs it.
SPDX-License-Identifier: MIT
"""

from program import finish
from systemc_cases import (MACHINES, NESTS, REAL, compare,
                           random_shapes)

for cfg, dataflow in MACHINES:
    machine = ["--cfg", cfg, "--dataflow", dataflow]
    for shape in random_shapes(40, 2026):
        compare([*machine, "--shape", shape])
    for words in REAL.values():
        compare([*machine, *words])
for cfg in NESTS:
    compare(["--cfg", cfg])
finish()
