#!/usr/bin/env python3
"""gemmini_rtl.py - turns cycles that were measured on Gemmini's RTL into claims.

    gemmini_rtl.py [FILE.csv [FOLDER]]      # default: gemmini_rtl.csv, configs

writes FOLDER/networks/NAME.cfg (the layers), FOLDER/mappings/NAME.cfg (the
tiles, loops and folds of each) and FOLDER/validation/NAME.cfg (what `accelsim
validate` compares), NAME being the file's.  So

    accelsim --cfg gemmini --net NAME --mapping FOLDER/mappings/NAME.cfg

runs the layers under the mappings under which the RTL ran them.

A row's mapping has levels, outermost first, as in "L3[WIO] P7 Q14 - L2[WI] N1
K16X - L1[O] K4 S7 R7 Q2 P4 C3X - L0[W] Q4 P4": L3's loops go over tiles, in the
order of the text; the other numbers of a letter multiply to a tile.  X marks
what the array shares out.  P are columns of the output, Q are rows.  What runs
inside a tile is the program's that drove the RTL (gemmini-rocc-tests 959b23f,
include/gemmini.h): a convolution goes over blocks of filters, filter rows,
filter columns, blocks of channels, and streams output rows; a product of
matrices (one row, one tap) goes over blocks of channels, then of filters.
SPDX-License-Identifier: MIT
"""
import csv
import os
import re
import sys

ARRAY = 16  # rows and columns; a block of channels by filters
HERE = os.path.dirname(os.path.abspath(__file__))


def read(path):
    with open(path) as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    names = {}  # how many rows had it
    for row in rows:
        for key in ("C", "K", "P", "Q", "R", "S", "stride"):
            row[key] = int(row[key])
        # One layer may have run under the tiles of several designs.
        row["name"] = layer_name(row)
        names[row["name"]] = names.get(row["name"], 0) + 1
        if names[row["name"]] > 1:
            row["name"] += f"_{names[row['name']]}"
    return rows


def is_product(row):
    """Whether the row ran as a product of matrices."""
    return row["Q"] == 1 and row["R"] == 1 and row["S"] == 1


def layer_name(row):
    size = f"{row['net']}_{row['C']}_{row['K']}_{row['P']}x{row['Q']}"
    return size + ("" if is_product(row) else
                   f"_{row['R']}x{row['S']}_s{row['stride']}")


def parse(text):
    """The loops over tiles, outermost first, and the size of a tile."""
    outside, tile = [], dict.fromkeys("NKCPQRS", 1)
    for level in text.split(" - "):
        name, *factors = level.split()
        for factor in factors:
            letter, count = re.fullmatch(r"([NKCPQRS])(\d+)X?", factor).groups()
            if name.startswith("L3"):
                outside.append((letter, int(count)))
            else:
                tile[letter] *= int(count)
    return [loop for loop in outside if loop[1] > 1], tile


def blocks(size, extent):
    """Blocks of a tile and their size: of equal ones where the tile is cut, for
    its loops must make up just the tile."""
    count = -(-size // ARRAY)
    if size >= extent or size % ARRAY == 0:
        return count, min(size, ARRAY)
    while size % count != 0 or size // count > ARRAY:
        count += 1
    return count, size // count


def nest(row):
    """Time loops of DRAM and L2, rows and columns."""
    outside, tile = parse(row["mapping_dosa"])
    if is_product(row):
        # Tiles are of whole blocks.
        dims = {"K": "m", "C": "c", "P": "p"}
        tile["K"] = -(-tile["K"] // ARRAY) * ARRAY
    else:
        dims = {"K": "m", "C": "c", "P": "q", "Q": "p", "R": "r", "S": "s"}
    m, cols = blocks(tile["K"], row["K"])
    c, rows = blocks(tile["C"], row["C"])
    if is_product(row):
        inside = [("c", c), ("m", m), ("p", tile["P"])]
    else:
        inside = [("m", m), ("r", tile["R"]), ("s", tile["S"]), ("c", c),
                  ("p", tile["Q"]), ("q", tile["P"])]
    return ([(dims[letter], count) for letter, count in outside],
            [loop for loop in inside if loop[1] > 1],
            [("c", rows)], [("m", cols)])


def layer_text(row):
    if is_product(row):
        shape = f'type = "gemm"; M = {row["P"]}; N = {row["K"]}; K = {row["C"]};'
    else:
        side = row["P"] * row["stride"]
        shape = (f'type = "conv"; M = {row["K"]}; C = {row["C"]}; H = {side}; '
                 f'W = {side}; R = {row["R"]}; S = {row["S"]}; '
                 f'stride = {row["stride"]}; pad = {row["R"] // 2};')
    return f'  {{ name = "{row["name"]}"; {shape} network_input = true; }}'


def list_text(loops):
    return "[" + ", ".join(f'"{dim} {n}"' for dim, n in loops) + "]"


def mapping_text(row):
    outside, inside, rows, cols = nest(row)
    return (f'  {{ layer = "{row["name"]}";\n'
            f"    dram = {{ loops = {list_text(outside)}; }};\n"
            f"    l2 = {{ loops = {list_text(inside)}; "
            f"rows = {list_text(rows)}; cols = {list_text(cols)}; }}; }}")


def head(name, what):
    return (f"# {name}.cfg - {what}; made by gemmini_rtl.py of {name}.csv.\n"
            "# SPDX-License-Identifier: MIT\n")


def write(folder, part, name, text):
    os.makedirs(os.path.join(folder, part), exist_ok=True)
    with open(os.path.join(folder, part, name + ".cfg"), "w") as out:
        out.write(text)


CLASSES = [
    ("7 x 7, stride 2", lambda row: row["R"] == 7),
    ("3 x 3, 14 columns and more",
     lambda row: row["R"] == 3 and row["P"] >= 14),
    ("3 x 3, fewer columns", lambda row: row["R"] == 3 and row["P"] < 14),
    ("1 x 1", lambda row: row["R"] == 1 and not is_product(row)),
    ("products of matrices", is_product),
]
# Allowed mean errors and biases, by network; others have no verdict.
ALLOWED = {
    "resnet50": (("resnet50",), 0.15, None),
    "others": (("retinanet", "bert"), 0.12, 0.05),
}
CLASS_ALLOWED = 0.18  # of a class of five layers or more of the others
ABOUT = (
    "configs/gemmini.cfg against RTL of 16 x 16 PEs that was simulated on "
    "FireSim, layer by layer under the same mapping: the tiles, their order, and "
    "what each loads. No figure was fitted: the memory has the 8 bytes a cycle "
    "of the bus below the system's cache, the array the structure of its RTL. "
    "Not modelled are that cache of 512 KiB, from which tiles that come again "
    "arrive twice as fast (too slow here: 1 x 1 layers whose input lies in it), "
    "the memory's rows (too fast here: layers whose weights lie at strides of a "
    "power of two), and that a product of matrices begins with its first "
    "blocks (too slow here: one tile, loaded, computed and stored in turn).")


def value_text(row):
    return (f'{{ layer = "{row["name"]}"; '
            f'published = {float(row["rtl_dosa_cycles"]):.0f}; }}')


def check_text(claim, rows, mean, bias):
    allowed = "".join(f" {key} = {value};" for key, value in
                      (("mean_error", mean), ("bias", bias))
                      if value is not None)
    reason = ('\n    reason = "of the mean over these layers; the data set\'s '
              'own estimate is 34.8 and 26.0 % off on ResNet-50 and the others";'
              if allowed else "")
    return (f'  {{ claim = "{claim}"; run = "rtl"; quantity = "cycles"; '
            'source = "Hong et al., DOSA, MICRO 2023: RTL on FireSim";'
            f"{reason}\n   {allowed}\n    values = (\n      " +
            ",\n      ".join(value_text(row) for row in rows) + " ); }")


def checks(rows):
    for name, (nets, mean, bias) in ALLOWED.items():
        of_net = [row for row in rows if row["net"] in nets]
        title = "ResNet-50" if name == "resnet50" else "RetinaNet and BERT"
        if of_net:
            yield check_text(f"Gemmini, cycles of layers: {title}", of_net,
                             mean, bias)
        for kind, belongs in CLASSES:
            found = [row for row in of_net if belongs(row)]
            large = name == "others" and len(found) >= 5
            if found and large:
                yield check_text(
                    f"Gemmini, cycles of layers: {title}, {kind}", found,
                    CLASS_ALLOWED, None)


def validation_text(name, rows):
    return (head(name, "Gemmini against cycles of its RTL") +
            'title = "Gemmini: layers against RTL";\n'
            f'about = "{ABOUT}";\n'
            f'runs = ( {{ name = "rtl"; cfg = "gemmini"; net = "{name}"; '
            f'mapping = "{name}"; }} );\n'
            "checks = (\n" + ",\n".join(checks(rows)) + "\n);\n")


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        HERE, "gemmini_rtl.csv")
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(HERE)
    name = os.path.splitext(os.path.basename(source))[0]
    rows = read(source)
    write(folder, "networks", name,
          head(name, "layers that Gemmini's RTL ran") +
          f'name = "{name}";\nlayers = (\n' +
          ",\n".join(layer_text(row) for row in rows) + "\n);\n")
    write(folder, "mappings", name,
          head(name, "the mappings under which it ran them") +
          "mappings = (\n" + ",\n".join(mapping_text(row) for row in rows) +
          "\n);\n")
    write(folder, "validation", name, validation_text(name, rows))


if __name__ == "__main__":
    main()
