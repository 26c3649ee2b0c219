#!/usr/bin/env python3
"""make_components.py - writes the energy tables of components of 65, 45, 32, 28,
22 and 16 nm, from configs/validation/sram_cacti.csv and the published figures below,
and prints how far they lie from the rows that were kept out:

    configs/energy/make_components.py             # writes *nm_components.cfg
    configs/energy/make_components.py --errors    # prints the errors alone
    configs/energy/make_components.py --print 45  # prints the table of 45 nm

The SRAM rows are a sweep of CACTI 7.0 (HewlettPackard/cacti, 1ffd8df) in the
configuration that Accelergy's plug-in uses: low standby power, 300 K, one port
for reads and writes, unless a row says otherwise.  Each fifth row of the whole
sweep is marked kept_out, and no figure is fitted to it.  What is fitted to the
rest: the grid of one bank's energies by capacity and width (series A, gaps
filled from the neighbours, then the nearest that never falls with capacity or
width, by pooling), factors for ports (C) and devices (D), and the energy of a
bit over a millimetre in CACTI's own wires between banks (B).
SPDX-License-Identifier: MIT
"""

import csv
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = os.path.join(HERE, "..", "validation", "sram_cacti.csv")
FIGURES = ("read_pJ", "write_pJ", "leakage_mW", "area_mm2")
# Supply of CACTI's low standby power cells, and of the table.
CACTI_VOLTS = {65: 1.2, 45: 1.1, 32: 1.0, 28: 0.9, 22: 0.8, 16: 0.8}
# Area of logic against that of 45 nm; 22 nm between 32 and 20, by logarithms.
AREA = {65: 1.5, 45: 1.0, 32: 0.46, 28: 0.3642, 22: 0.2461, 16: 0.1429}
# What the sweep's 19 banks of 256 B to 64 MiB leak at 350 K over 300 K, on the
# geometric mean; it has 45 and 22 nm alone.  Between them by logarithms; 65 nm
# as 45 and 16 nm as 22.
LEAKAGE_350K = {45: 6.367, 22: 3.950}
VOLTS = {65: 1.0, 45: 0.9, 32: 0.9, 28: 0.9, 22: 0.8, 16: 0.8}
NODES = (65, 45, 32, 28, 22, 16)


def read_rows():
    with open(ROWS, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for key in ("node_nm", "banks", "bytes", "bits"):
            row[key] = int(row[key])
        for key in FIGURES:
            row[key] = float(row[key])
        row["fits"] = row["kept_out"] == "no"
    return rows


def pooled(values):
    """The nearest rising sequence, by pooling neighbours that fall."""
    blocks = []
    for value in values:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last, n = blocks.pop()
            total = blocks[-1][0] * blocks[-1][1] + last * n
            blocks[-1] = [total / (blocks[-1][1] + n), blocks[-1][1] + n]
    return [value for value, n in blocks for _ in range(n)]


class Grid:
    """Logarithms of one figure by capacity and width."""

    def __init__(self, rows, node, figure):
        own = [r for r in rows if r["series"] == "A" and r["node_nm"] == node]
        self.bytes = sorted({r["bytes"] for r in own})
        self.bits = sorted({r["bits"] for r in own})
        found = {(r["bytes"], r["bits"]): math.log(r[figure])
                 for r in own if r["fits"]}
        self.at = self.filled(found)
        if figure != "area_mm2" and figure != "leakage_mW":
            self.make_rise()

    def value(self, known, i, j):
        if 0 <= i < len(self.bytes) and 0 <= j < len(self.bits):
            return known.get((self.bytes[i], self.bits[j]))
        return None

    def filled(self, found):
        """Half way between neighbours; where a side has none, on the line
        through the next two capacities."""
        known = dict(found)
        for _ in range(len(self.bytes)):
            new = {}
            for i, c in enumerate(self.bytes):
                for j, w in enumerate(self.bits):
                    if (c, w) in known:
                        continue
                    pairs = [(self.value(known, i - 1, j),
                              self.value(known, i + 1, j)),
                             (self.value(known, i, j - 1),
                              self.value(known, i, j + 1))]
                    near = [(a + b) / 2 for a, b in pairs
                            if a is not None and b is not None]
                    for step in () if near else (1, -1):
                        a = self.value(known, i + step, j)
                        b = self.value(known, i + 2 * step, j)
                        if a is not None and b is not None:
                            near.append(2 * a - b)
                    if near:
                        new[c, w] = sum(near) / len(near)
            known.update(new)
        return [[known[c, w] for w in self.bits] for c in self.bytes]

    def make_rise(self):
        for _ in range(100):
            self.at = [pooled(row) for row in self.at]
            columns = [pooled(column) for column in zip(*self.at)]
            self.at = [list(row) for row in zip(*columns)]
        for i, row in enumerate(self.at):  # what rounding has left
            for j in range(len(row)):
                below = self.at[i - 1][j] if i > 0 else row[j]
                left = row[j - 1] if j > 0 else row[j]
                row[j] = max(row[j], below, left)

    def look(self, size, width):
        def place(values, x):
            k = 0
            while k < len(values) - 2 and values[k + 1] <= x:
                k += 1
            return k, (math.log(x / values[k]) /
                       math.log(values[k + 1] / values[k]))
        i, x = place(self.bytes, size)
        j, y = place(self.bits, width)
        g = self.at
        return math.exp(
            (g[i][j] * (1 - x) + g[i + 1][j] * x) * (1 - y) +
            (g[i][j + 1] * (1 - x) + g[i + 1][j + 1] * x) * y)


class Sram:
    """All that is fitted of one node."""

    def __init__(self, rows, node):
        self.node = node
        self.grid = {f: Grid(rows, node, f) for f in FIGURES}
        own = [r for r in rows if r["node_nm"] == node and r["fits"]]
        self.factor = {}
        for series, key in (("C", "ports"), ("D", "device")):
            for kind in sorted({r[key] for r in own if r["series"] == series}):
                some = [r for r in own
                        if r["series"] == series and r[key] == kind]
                self.factor[kind] = {
                    f: math.exp(sum(math.log(r[f] / self.grid[f].look(
                        r["bytes"], r["bits"])) for r in some) / len(some))
                    for f in FIGURES}
        banked = [r for r in own if r["series"] == "B"]
        self.wire_pj = min(
            (k / 100 for k in range(200)),
            key=lambda pj: sum(abs(self.banked(r, f, pj) / r[f] - 1)
                               for r in banked
                               for f in ("read_pJ", "write_pJ"))
        ) if banked else None

    def side_mm(self, size):
        return math.sqrt(self.grid["area_mm2"].look(size, 64))

    def banked(self, row, figure, wire_pj):
        bank = row["bytes"] / row["banks"]
        bits = row["bits"] + math.log2(row["bytes"] * 8 / row["bits"])
        area = self.grid["area_mm2"].look(bank, row["bits"])
        mm = math.sqrt(area) * (math.sqrt(row["banks"]) - 1)
        return self.grid[figure].look(bank, row["bits"]) + bits * wire_pj * mm

    def said(self, row, figure):
        if row["banks"] > 1:
            return self.banked(row, figure, self.wire_pj)
        kind = row["ports"] if row["series"] == "C" else row["device"]
        return (self.grid[figure].look(row["bytes"], row["bits"]) *
                self.factor.get(kind, {}).get(figure, 1))


class Between:
    """A node that CACTI has no rows of: 28 nm between 32 and 22 nm, figures by
    logarithms at one voltage, and 16 nm from 22, as logic scales."""

    def __init__(self, node, larger, smaller):
        self.node, self.factor, self.wire_pj = node, {}, None
        share = (math.log(larger.node / node) /
                 math.log(larger.node / smaller.node)
                 if larger is not smaller else 1)
        self.grid = {}
        for figure in FIGURES:
            grid = Grid.__new__(Grid)
            grid.bytes = larger.grid[figure].bytes
            grid.bits = larger.grid[figure].bits
            offset = [0.0, 0.0]
            if figure in ("read_pJ", "write_pJ"):
                offset = [2 * math.log(CACTI_VOLTS[node] /
                                       CACTI_VOLTS[of.node])
                          for of in (larger, smaller)]
                if node == 16:
                    offset = [math.log(scale(16) / scale(22))] * 2
            elif node == 16 and figure == "area_mm2":
                offset = [math.log(AREA[16] / AREA[22])] * 2
            grid.at = [[(a + offset[0]) * (1 - share) +
                        (b + offset[1]) * share for a, b in zip(x, y)]
                       for x, y in zip(larger.grid[figure].at,
                                       smaller.grid[figure].at)]
            self.grid[figure] = grid


def sram_of(rows, node):
    smallest = Sram(rows, 22)
    if node == 28:
        sram = Between(28, Sram(rows, 32), smallest)
    elif node == 16:
        sram = Between(16, smallest, smallest)
    else:
        sram = Sram(rows, node)
    if not sram.factor:
        sram.factor = factors_between(Sram(rows, 45), smallest, node)
    return sram


def factors_between(larger, smaller, node):
    """Of a node without such rows: between 45 and 22 nm by logarithms, and of
    16 nm as of 22."""
    share = min(1, math.log(larger.node / node) /
                math.log(larger.node / smaller.node))
    return {kind: {f: larger.factor[kind][f] ** (1 - share) *
                   smaller.factor[kind][f] ** share for f in FIGURES}
            for kind in larger.factor}


def print_errors(rows, srams):
    """Of rows that were kept out: mean and worst, reads and writes."""
    every = []
    print("node series    n  read mean  worst  write mean  worst  (%)")
    for node, sram in srams.items():
        for series in "ABCDG":
            some = [r for r in rows if r["node_nm"] == node and
                    r["series"] == series and not r["fits"]]
            if not some:
                continue
            line = f"{node:4d} {series:6s} {len(some):4d}"
            for figure in ("read_pJ", "write_pJ"):
                errors = [abs(sram.said(r, figure) / r[figure] - 1) * 100
                          for r in some]
                every += errors
                line += f" {sum(errors) / len(errors):10.1f} {max(errors):6.1f}"
            print(line)
    print(f"all of them: {sum(every) / len(every):.1f} % mean, "
          f"{max(every):.1f} % worst of {len(every)} figures")


def leakage_350k(node):
    """Of a node: what it leaks at 350 K over 300 K."""
    share = min(1, max(0, math.log(45 / node) / math.log(45 / 22)))
    return LEAKAGE_350K[45] ** (1 - share) * LEAKAGE_350K[22] ** share


def scale(node):
    """Energy of logic against that of 45 nm at 0.9 V."""
    def f(a, b, c, volts):
        return a * volts ** 2 + b * volts + c
    hp45 = f(1.018, -0.3107, 0.1539, VOLTS[45])
    if node == 65:
        return f(3.755, -4.398, 1.975, VOLTS[65]) / hp45
    hp32 = f(0.8367, -0.4341, 0.1701, VOLTS[node])
    if node == 32:
        return hp32 / hp45
    if node in (28, 22):  # between 32 and 20 nm, by logarithms
        hp20 = f(0.373, -0.1582, 0.04104, VOLTS[node])
        share = math.log(32 / node) / math.log(32 / 20)
        return hp32 ** (1 - share) * hp20 ** share / hp45
    if node == 16:
        return f(0.2958, -0.1241, 0.03024, VOLTS[16]) / hp45
    return 1.0


def array(values, digits):
    text, line = "", "    "
    for value in values:
        word = f"{float(f'{value:.{digits}g}'):.12g}"
        if isinstance(value, float) and not set(word) & set(".e"):
            word += ".0"
        word += ", "
        if len(line) + len(word) > 78:
            text, line = text + line.rstrip() + "\n", "    "
        line += word
    return "[\n" + text + line.rstrip(", ") + " ]"


def table(sram):
    node, s = sram.node, scale(sram.node)
    volts = VOLTS[node]
    by_volts = (volts / VOLTS[45]) ** 2
    how = ("" if node == 45 else
           f", x {s:.4g} to {node} nm at {volts} V: Stillmaker and Baas, "
           "Integration 58, 2017")
    horowitz = f'"Horowitz, ISSCC 2014, 45 nm, 0.9 V{how}"'
    a = AREA[node]
    larger = ("" if node == 45 else f", x {a:.4g} to {node} nm: Stillmaker and "
              "Baas, Integration 58, 2017")
    dally = f'"Dally, areas at 45 nm beside Horowitz, ISSCC 2014{larger}"'

    def between(low, high, factor, digits, source):
        """The range of an entry, on a line of its own."""
        return (f"\n      low = {low * factor:.{digits}g}; "
                f"high = {high * factor:.{digits}g}; "
                f'range_source = "{source}{how}"')

    multiply = "Aladdin, 40 nm, 8.63 pJ for 32 bits at 5 ns, by its square"
    add = "Aladdin, 40 nm, 0.21 pJ for 32 bits, in proportion"
    files = "the four published files lie within -9 and +8 %"
    pieces = [f"""\
# {node} nm, {volts} V: components.  Written by make_components.py, which says
# how; do not edit.
# SPDX-License-Identifier: MIT
name = "{node}nm_components";
unit = "pJ";
node_nm = {node};
volts = {volts};
source = "CACTI 7, Horowitz, Aladdin, Keckler; docs/energy.md";

int_multiply = (
    {{ bits = 8;  energy = {0.2 * s:.4g}; source = {horowitz};{between(0.2, 0.54, s, 4, multiply)}; }},
    {{ bits = 32; energy = {3.1 * s:.4g}; source = {horowitz};{between(3.1, 8.63, s, 4, multiply)}; }}
);
int_add = (
    {{ bits = 8;  energy = {0.03 * s:.4g}; source = {horowitz};{between(0.03, 0.0525, s, 4, add)}; }},
    {{ bits = 16; energy = {0.05 * s:.4g}; source = {horowitz};{between(0.05, 0.105, s, 4, add)}; }},
    {{ bits = 32; energy = {0.1 * s:.4g}; source = {horowitz};{between(0.1, 0.21, s, 4, add)}; }}
);
float_multiply = (
    {{ bits = 16; energy = {1.1 * s:.4g}; source = {horowitz}; }},
    {{ bits = 32; energy = {3.7 * s:.4g}; source = {horowitz}; }}
);
float_add = (
    {{ bits = 16; energy = {0.4 * s:.4g}; source = {horowitz}; }},
    {{ bits = 32; energy = {0.9 * s:.4g}; source = {horowitz}; }}
);

# Flip-flops up to 64 words; larger files are SRAM.  Through the published
# tables' 12 and 16 words of 16 bits at 45 nm, 0.236 and 0.251 pJ.  One word is a
# register, which nothing selects: what it holds costs nothing to read.
rf = (
    {{ words = 1;  bits = 16; read = 0.0; write = {0.072 * s:.4g}; source = "Shao et al., Aladdin, ISCA 2014: 9 fJ a register's bit, half of which toggle{how}"; }},
    {{ words = 2;  bits = 16; energy = {0.2002 * s:.4g}; source = "Accelergy, ISPASS 2020 example, register files of Aladdin's cells{how}";{between(0.2002 * 0.91, 0.2002 * 1.08, s, 4, files)}; }},
    {{ words = 64; bits = 16; energy = {0.4234 * s:.4g}; source = "on the line through 12 and 16 words";{between(0.4234 * 0.91, 0.4234 * 1.08, s, 4, files)}; }}
);

# What is pushed into a fifo's register and taken from it.
noc_hop = {{ bits = 1; energy = {0.009 * s:.4g}; source = "Shao et al., Aladdin, ISCA 2014: 9 fJ a register's bit at 40 nm, two of them, half of which toggle{how}";{between(0.009, 0.018, s, 4, "half of the bits toggle, or all")}; }};
wire = {{ energy = {0.121 * by_volts:.4g}; source = "Keckler et al., IEEE Micro 31(5), 2011: 0.121 pJ a random bit and mm at 0.9 V; by the square of the voltage";
      low = {0.08 * by_volts:.4g}; high = {0.24 * by_volts:.4g}; range_source = "Das, Aamodt, Dally, ISCA 2015: half of 0.160 a transition; Keckler: each bit turns"; }};
# Between neighbours, up to 0.3 mm, without repeaters.
short_wire = {{ energy = {0.0506 * by_volts:.4g}; source = "a quarter of C V^2 a random bit, C = 250 fF/mm: Dally et al., VLSI 2018, has 200, Gebhart et al., ISCA 2011, 300";
      low = {0.0405 * by_volts:.4g}; high = {0.0608 * by_volts:.4g}; range_source = "200 and 300 fF/mm"; }};
# Of a PE's pipeline, for each MAC that is not gated.
register = {{ energy = {0.0045 * s:.4g}; source = "Shao et al., Aladdin, ISCA 2014: 9 fJ a register's bit at 40 nm, half of which toggle{how}";
      low = {0.0045 * s:.4g}; high = {0.009 * s:.4g}; range_source = "half of the bits toggle, or all"; }};
router = {{ energy = {0.068 * s:.4g}; source = "McKeown et al., Piton, HPCA 2018: 11.16 pJ a hop of 64 bits at 32 nm, 1.0 V, less 1.1 mm of wire at 0.107 pJ a bit and mm; x 1.22 to 45 nm, 0.9 V{how}"; }};
tag = {{ energy = {0.00092 * s:.3g}; source = "Shao et al., Aladdin, ISCA 2014: a comparator of 32 bits, 0.0295 pJ{how}"; }};
# A row of eDRAM costs in proportion to its bits.
edram = {{ bytes = 524288; bits = 4096; energy = {611 * 0.81 / scale(32) * s:.4g}; source = "CACTI 7.0, lp-dram, 512 KB, 4096 b, 32 nm, 1.0 V: 611 pJ; by the square of the voltage to 0.9 V, and from 32 nm as logic scales"; }};
edram_refresh = {{ per_ms = 10.0; source = "Wang et al., IEDM 2013: cells of 22 nm hold for 100 us when hot; a refresh costs what a read does (assumed)";
      low = 10.0; high = 25.0; range_source = "Barth et al., JSSC 46(1), 2011: 40 us, 45 nm"; }};
leakage_350k = {{ times = {leakage_350k(node):.4g}; source = "CACTI 7.0, low standby power, 45 and 22 nm; other nodes between or as the nearest"; }};

# The published range: one bit of one register, clocked in a cycle.
clock = {{ energy = {0.004 / 1.906 * s:.4g}; source = "4.0 fJ at 65 nm, 1.0 V: clock networks of DianNao 3.2, EIE 2.8, DaDianNao 2.9 fJ a register's bit, and 1.0 for its pin (assumed){how}";{between(0.003 / 1.906, 0.0053 / 1.906, s, 4, "the least of the three chips without the pin; DianNao with its register group's toggling")}; }};

# um2.
multiply_area = (
    {{ bits = 8;  um2 = {282 * a:.4g}; source = {dally}; }},
    {{ bits = 32; um2 = {3495 * a:.4g}; source = {dally}; }}
);
add_area = (
    {{ bits = 8;  um2 = {36 * a:.4g}; source = {dally}; }},
    {{ bits = 16; um2 = {67 * a:.4g}; source = {dally}; }},
    {{ bits = 32; um2 = {137 * a:.4g}; source = {dally}; }}
);
float_multiply_area = (
    {{ bits = 16; um2 = {1640 * a:.4g}; source = {dally}; }},
    {{ bits = 32; um2 = {7700 * a:.4g}; source = {dally}; }}
);
float_add_area = (
    {{ bits = 16; um2 = {1360 * a:.4g}; source = {dally}; }},
    {{ bits = 32; um2 = {4184 * a:.4g}; source = {dally}; }}
);
register_area = {{ um2_per_bit = {5.98 * a:.4g}; source = "Shao et al., Aladdin, ISCA 2014, 40 nm{larger}"; }};

# A DRAM part whose currents are known spends by them, and this on its bus.
dram_io = {{ energy = 3.2; source = "assumed for parts of one's own: as LPDDR4";
      low = 0.8; high = 11.8; range_source = "HBM2 and DDR4 below"; }};
dram_io_lpddr4 = {{ energy = 3.2; source = "JEDEC's LPDDR4-3200 in DRAMSys's memspec: its output rail draws 150 mA for 16 pins at 3.2 Gb/s and 1.1 V in reads";
      low = 1.2; high = 3.2; range_source = "55 mA in writes"; }};
dram_io_hbm2 = {{ energy = 0.8; source = "O'Connor et al., MICRO 2017: I/O at 50 % activity";
      low = 0.3; high = 0.8; range_source = "the same, of the whole's 3.92 pJ"; }};
dram_io_ddr4 = {{ energy = 11.8; source = "Jouppi et al., ISCA 2021: 20.3 pJ a bit in all, less the 8.5 that currents give of a streamed row";
      low = 3.2; high = 11.8; range_source = "as LPDDR4, without termination"; }};
dram_io_ddr3 = {{ energy = 11.8; source = "assumed as DDR4's: terminated alike";
      low = 3.3; high = 23.3; range_source = "Horowitz, ISSCC 2014: 20 to 40 pJ a bit in all, less the 16.7 that currents give"; }};
dram = {{ bits = 32; energy = 640.0; source = "MIT 6.5930, 32-bit DRAM read";
      low = 640.0; high = 1300.0; range_source = "Horowitz, ISSCC 2014, Fig. 1.1.9: 1300 to 2600 pJ for 64 bits"; }};
# All that banks of SRAM cost, beside what sram_macro says.
sram_spread = {{ times = 1.0; source = "CACTI and sram_macro as they are";
      low = 0.47; high = 1.41; range_source = "CACTI alone at equal voltage, over sram_macro's mean of 2.12; as far as Horowitz's 8 KB lies from his 32 KB, 2.43 / 1.72"; }};
"""]
    grid = sram.grid
    flat = {f: [math.exp(v) for row in grid[f].at for v in row]
            for f in FIGURES}
    pieces.append(f"""
# One bank, one port for reads and writes, by capacity (rows) and width: pJ of a
# read and a write, mW, mm2.  CACTI 7.0, low standby power, 300 K.  Its cells
# run at {CACTI_VOLTS[node]} V; dynamic energy goes by the square of the voltage.
sram_grid = {{
  source = "CACTI 7.0, low standby power, 300 K, {CACTI_VOLTS[node]} V";
  volts = {CACTI_VOLTS[node]};
  bytes = {array(grid["read_pJ"].bytes, 9)};
  bits = [ {", ".join(str(b) for b in grid["read_pJ"].bits)} ];
  read = {array(flat["read_pJ"], 5)};
  write = {array(flat["write_pJ"], 5)};
  leakage_mw = {array(flat["leakage_mW"], 4)};
  area_mm2 = {array(flat["area_mm2"], 4)};
}};
# What silicon takes beyond CACTI at the same voltage, by the bytes of a bank.
sram_macro = (
    {{ bytes = 512;     times = 2.96; source = "Chen, Emer, Sze, ISCA 2016: an RF of 0.5 kB costs a 16-bit MAC, which is multiplier, adder and the 112 bits of its pipeline: 0.84 + 0.50 pJ over CACTI's 0.454"; }},
    {{ bytes = 8192;    times = 2.43; source = "Horowitz, ISSCC 2014, 8 KB, over CACTI"; }},
    {{ bytes = 32768;   times = 1.72; source = "Horowitz, ISSCC 2014, 32 KB, over CACTI"; }},
    {{ bytes = 1048576; times = 1.60; source = "Horowitz, ISSCC 2014, 1 MB, over CACTI"; }}
);
""")
    if sram.wire_pj is not None:
        pieces.append(f"cacti_wire_pj = {sram.wire_pj};\n")
    made = ("" if sram.wire_pj is not None and node != 32 else
            "; of this node between\n# those of 45 and 22 nm, and no farther")
    pieces.append(f"""
# What the grid's rows become with other ports and devices{made}.
sram_kinds = (
""" + ",\n".join(
        f"    {{ kind = \"{kind}\"; read = {f['read_pJ']:.4g}; write = "
        f"{f['write_pJ']:.4g}; leakage = {f['leakage_mW']:.4g}; area = "
        f"{f['area_mm2']:.4g}; }}" for kind, f in sram.factor.items()) +
        "\n);\n")
    return "".join(pieces)


def main():
    rows = read_rows()
    if sys.argv[1:2] == ["--print"]:
        sys.stdout.write(table(sram_of(rows, int(sys.argv[2]))))
        return
    srams = {node: sram_of(rows, node) for node in NODES}
    print_errors(rows, srams)
    if "--errors" in sys.argv[1:]:
        return
    for node, sram in srams.items():
        path = os.path.join(HERE, f"{node}nm_components.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(table(sram))


main()
