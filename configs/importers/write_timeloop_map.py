"""write_timeloop_map.py - loop nests as mappings of Timeloop's, one file each,
for the problems that write_timeloop.py makes: the same letters are its
dimensions, levels have their names.

Timeloop has one loop of a dimension at a level and its factors must make up the
whole; permutations are innermost first, and what runs side by side stands at the
level above, columns before rows.
SPDX-License-Identifier: MIT
"""

from importers.names import Names, plain

DIMENSIONS = "GCMRSNPQ"
TENSORS = {"filter": "Weights", "ifmap": "Inputs", "psum": "Outputs"}
NAMES = {"dram": "DRAM", "l2": "L2", "l1": "L1", "rf": "RF"}


class CannotBe(Exception):
    """Why a nest is no mapping of Timeloop's."""


def factors_of(loops, where):
    """{dimension: steps}, and the dimensions innermost first."""
    out, order = {}, []
    for letter, steps in reversed(loops):
        if steps == 1:
            continue
        dimension = letter.upper()
        if dimension in out:
            raise CannotBe(f"two loops over {letter} {where}")
        out[dimension] = steps
        order.append(dimension)
    return out, order + [d for d in DIMENSIONS if d not in order]


def directive(target, kind, factors, order, more=""):
    sizes = " ".join(f"{d}={factors.get(d, 1)}" for d in DIMENSIONS)
    return f"- {{target: {target}, type: {kind}, factors: {sizes}, " \
           f"permutation: {''.join(order)}{more}}}"


def lines_of(name, level):
    target = NAMES.get(name, name)
    out = []
    factors, order = factors_of(level.loops, f"at {name}")
    out.append(directive(target, "temporal", factors, order))
    if level.rows or level.cols:
        across, cols = factors_of(level.cols, f"in the columns of {name}")
        down, rows = factors_of(level.rows, f"in the rows of {name}")
        both = set(across) & set(down)
        if both:
            raise CannotBe(f"{both.pop().lower()} in rows and columns of "
                           f"{name}")
        first = [d for d in cols if d in across]
        second = [d for d in rows if d in down]
        rest = [d for d in DIMENSIONS if d not in first + second]
        out.append(directive(target, "spatial", {**across, **down},
                             first + second + rest,
                             f", split: {len(first)}"))
    if level.keep is not None:
        kept = [TENSORS[t] for t in TENSORS if t in level.keep]
        left = [TENSORS[t] for t in TENSORS if t not in level.keep]
        out.append(f"- {{target: {target}, type: dataspace, keep: "
                   f"[{', '.join(kept)}], bypass: [{', '.join(left)}]}}")
    return out


def files_of(mapping, said, stem):
    """(name, text) of each nest."""
    names, out = Names(), []
    for layer, levels, place in mapping.entries:
        what = f"'{layer}'" if layer is not None else "any layer"
        order = [name for name in NAMES if name in levels] \
            if set(levels) <= set(NAMES) else list(levels)
        try:
            lines = [line for name in order
                     for line in lines_of(name, levels[name])]
        except CannotBe as why:
            said.not_expressible(place, f"the nest of {what}: {why}",
                                 "Timeloop has one loop of a dimension at a "
                                 "level; it is left out")
            continue
        name = names.new(plain(layer or "any", "any"), "any")
        said.read(place, f"the nest of {what}: in Timeloop its steps must "
                  "make up each dimension exactly")
        out.append((f"{stem}.{name}.mapping.yaml",
                    "mapping:\n" + "\n".join(lines) + "\n"))
    return out
