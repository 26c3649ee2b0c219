#!/usr/bin/env python3
"""Reuse distance against energy, over tile sizes.

A 1-D convolution of 4096 outputs and 64 weights on one PE, tiled over its
outputs:

    for q1: for s: for q0 < tile

so that a psum is used again after `tile` accesses. For each tile every
placement of its psums that is legal (register file, L1, L2, DRAM) is simulated,
and the cheapest counts; `accelsim reuse` measures the distance.

SPDX-License-Identifier: MIT
"""

import os
import tempfile

import experiment

OUTPUTS, WEIGHTS = 4096, 64
TILES = [1, 2, 4, 8, 12, 16, 17, 24, 32, 64, 128, 192, 256, 257, 384, 512,
         1024, 1536, 2048, 3072, 4096]
CHUNK = 1024  # outputs that L2 holds where the tile lies further in
BLOCK = 64    # of a tile in DRAM, words that come and go at a time
PARTS = ("mac", "rf", "noc", "l1", "l2", "dram")
SHAPE = f"M=1,C=1,H=1,W={OUTPUTS + WEIGHTS - 1},R=1,S={WEIGHTS}"


def steps(outer, inner):
    return -(-outer // inner)


def nest(level, tile):
    """The loops of each level, outermost first, and what L1 keeps."""
    s, inner = f"s {WEIGHTS}", f"q {tile}"
    if level in ("rf", "l1") and tile <= CHUNK:
        chunk = [f"q {steps(OUTPUTS, steps(CHUNK, tile) * tile)}"]
        tiles = f"q {steps(CHUNK, tile)}"
        if level == "rf":
            return {"dram": chunk, "l2": [tiles, s], "l1": [], "rf": [inner]}, []
        return {"dram": chunk, "l2": [tiles, s], "l1": [inner]}, ["psum"]
    outer = f"q {steps(OUTPUTS, tile)}"
    if level == "l2":
        return {"dram": [outer], "l2": [s, inner], "l1": []}, []
    if level == "dram" and tile >= BLOCK:
        return {"dram": [outer, s, f"q {steps(tile, BLOCK)}"],
                "l2": [f"q {BLOCK}"], "l1": []}, []
    return None, None


def write_mapping(path, level, tile):
    loops, keep = nest(level, tile)
    if loops is None:
        return False
    quoted = {name: ", ".join(f'"{loop}"' for loop in level_loops)
              for name, level_loops in loops.items()}
    with open(path, "w", encoding="utf-8") as file:
        file.write("mappings = ( {\n")
        for name, text in quoted.items():
            kept = ", ".join(f'"{tensor}"' for tensor in keep)
            extra = f" keep = [{kept}];" if name == "l1" else ""
            file.write(f"  {name} = {{ loops = [{text}];{extra} }};\n")
        file.write("} );\n")
    return True


CFG = os.path.join(experiment.HERE, "reuse_steps.cfg")


def distance(path):
    """Mean reuse distance of psums at the PE, and their stack distance."""
    found = experiment.accelsim("reuse", "--cfg", CFG, "--shape", SHAPE,
                                "--mapping", path)["subjects"][0]
    row = next(r for r in found["streams"]
               if r["level"] == "pe" and r["name"] == "psum")
    return row["reuse_distance"]["mean"], row["stack_distance"]["max"]


def row_of(point, tile, level):
    macs = point["macs"]
    return {"tile": tile, "psums_in": level, "cycles": point["cycles"],
            **{f"{part}_pj_per_mac": point[f"energy_pj.{part}"] / macs
               for part in PARTS if f"energy_pj.{part}" in point},
            "pj_per_mac": point["energy_pj.total"] / macs,
            "path": point["mapping.file"]}


def measure(folder):
    """The cheapest place of each tile's psums."""
    tried = []
    for tile in TILES:
        for level in ("rf", "l1", "l2", "dram"):
            path = os.path.join(folder, f"{level}_{tile}.cfg")
            if write_mapping(path, level, tile):
                tried.append((tile, level, path))
    points = experiment.sweep(
        {"cfg": CFG, "shape": SHAPE,
         "axes": {"mapping.file": [path for _, _, path in tried]}},
        may_lack_mapping=True)
    best = {}
    for point, (tile, level, _) in zip(points, tried):
        if point["status"] != "ok":
            continue
        row = row_of(point, tile, level)
        if tile not in best or \
                row["pj_per_mac"] < best[tile]["pj_per_mac"]:
            best[tile] = row
    for row in best.values():
        row["reuse_distance"], row["stack_distance"] = distance(
            row.pop("path"))
    return list(best.values())


def draw(rows):
    pyplot = experiment.plot()
    figure, axis = pyplot.subplots(figsize=(7, 3.8))
    at = [row["reuse_distance"] for row in rows]
    colours = ["#999999", "#56b4e9", "#cc79a7", "#009e73", "#e69f00",
               "#000000"]
    for part, colour in zip(PARTS, colours):
        axis.plot(at, [row[f"{part}_pj_per_mac"] for row in rows],
                  color=colour, linewidth=1.2, label=part)
    axis.plot(at, [row["pj_per_mac"] for row in rows], "o-", color="#0072b2",
              markersize=4, label="total")
    top = max(row["pj_per_mac"] for row in rows)
    axis.set_yscale("log")
    for level, nearest in (("rf", "RF"), ("l1", "L1"), ("l2", "L2")):
        last = max(row["reuse_distance"] for row in rows
                   if row["psums_in"] == level)
        axis.axvline(last, color="black", linestyle=":", linewidth=1)
        axis.text(last, top * 1.6, f"{nearest}: up to {last:.0f} ",
                  ha="right", fontsize=8)
    axis.set_xscale("log", base=2)
    axis.set_ylim(0.1, top * 3)
    axis.set_xlabel("reuse distance of a psum, accesses (= tile, outputs)")
    axis.set_ylabel("energy, pJ/MAC")
    axis.legend(*(x[::-1] for x in axis.get_legend_handles_labels()),
                loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return figure


def main():
    args = experiment.read_options(experiment.options(__doc__))
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(folder)
    experiment.write_csv(args, "reuse_steps", rows)
    experiment.write_figure(args, "reuse_steps", draw(rows))
    text = []
    for level, name in (("rf", "the register file"), ("l1", "L1"),
                        ("l2", "L2"), ("dram", "DRAM")):
        mine = [row for row in rows if row["psums_in"] == level]
        last = mine[-1]
        text.append(f"{name} up to a distance of {last['reuse_distance']:.0f} "
                    f"({last['pj_per_mac']:.3g} pJ/MAC)")
    print("\nEnergy per MAC falls in steps as the psums' reuse distance comes "
          "under each\ncapacity. The cheapest legal place for a tile of psums "
          "is\n  " + ";\n  ".join(text) + ".\nWithin a step a larger tile "
          "saves a little: each weight serves more outputs\nbefore it goes. "
          "What counts at a step's edge is where the psums lie.")


if __name__ == "__main__":
    experiment.run(main)
