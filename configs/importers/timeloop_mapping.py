"""timeloop_mapping.py - a mapping of Timeloop's as a loop nest of accelsim's,
with the problem and the architecture that it is for.

Of a level's loops the permutation names the innermost first; what is spatial
runs side by side below the level that it is written at. A level of Timeloop's
that accelsim has not (one that holds nothing) gives its loops to the one
outside it.
SPDX-License-Identifier: MIT
"""

import re

from importers import timeloop_listed
from importers.names import plain
from importers.said import Level, Mapping, Refused

FACTOR = re.compile(r"([A-Za-z_]\w*?)\s*=*\s*(-?)(\d+)(?:,(\d+))?(?=[\s,;]|$)")
TENSOR_BY_ROLE = ("ifmap", "filter", "psum")
BYPASS_TYPES = ("datatype", "dataspace", "bypass", "bypassing")
UNSAID = ("no_reuse", "no_link_transfer", "no_coalesce", "skew",
          "rmw_first_update")


class Loop:
    def __init__(self, dimension, steps, last, place):
        self.dimension, self.steps, self.last = dimension, steps, last
        self.place = place


def note_mapping(source, said, item):
    """Keeps it until problem and architecture are there."""
    waiting = getattr(said, "timeloop_mappings", None)
    if waiting is None:
        waiting = said.timeloop_mappings = []
    waiting.append((source, item))


def finish(said):
    for source, item in getattr(said, "timeloop_mappings", []):
        problems = getattr(said, "timeloop_problems", [])
        machines = [machine for machine in said.machines
                    if hasattr(machine, "timeloop_levels")]
        if len(problems) != 1 or len(machines) != 1:
            raise Refused(
                source.place(), "a mapping is of one problem "
                f"and one architecture; {len(problems)} and {len(machines)} "
                "stand in the files", "those that it is for are needed beside "
                "it: accelsim import PROBLEM ARCHITECTURE MAPPING")
        Reader(source, said, item, problems[0], machines[0]).read()
    said.timeloop_mappings = []


class Reader:
    def __init__(self, source, said, item, problem, machine):
        stores = machine.timeloop_levels
        self.machine = machine
        self.source, self.said, self.item = source, said, item
        self.place = item.place if not isinstance(item, list) else \
            item[0].place
        self.problem, self.nest, self.layer = problem
        self.stores = stores
        self.assigned = stores.assigned()
        # Outermost first, those that hold nothing among them.
        self.order = [level.name for level in stores.all_levels]
        self.temporal = {}   # by Timeloop's level: loops outermost first
        self.spatial = {}
        self.kept = {}       # by Timeloop's level: names that it bypasses
        self.letter = {loop: letter for letter, loops in
                       self.nest.letters.items() for loop in loops}

    def target(self, item):
        target = item.get("target")
        name = target.need_text("target") if target is not None else \
            item.refuse("a directive has no 'target'", "a level is needed")
        if name in self.order:
            return name
        if name.isdecimal() and int(name) < len(self.order):
            return self.order[::-1][int(name)]
        target.refuse(f"'{name}' is no level of the architecture",
                      "one of " + ", ".join(self.order) + " is needed")
        return None

    def factors(self, item):
        """Steps by dimension."""
        factors = item.get("factors")
        if factors is None:
            return {}
        text = " ".join(one.text or "" for one in factors.list())
        out = {}
        for name, minus, steps, last in FACTOR.findall(text):
            if name not in self.problem.sizes:
                factors.refuse(f"'{name}' is no dimension of the problem",
                               "one of " + ", ".join(self.problem.sizes) +
                               " is needed")
            steps = int(steps)
            if minus:
                self.said.approximated(
                    factors.place, f"a factor of -{steps} for {name}, whose "
                    "sign Timeloop does not read", f"it is {steps}, as there")
            if steps == 0:
                steps = self.problem.sizes[name]
            out[name] = Loop(name, steps, int(last) if last else None,
                             factors.place)
        return out

    def order_of(self, item):
        """Dimensions outermost first."""
        permutation = item.get("permutation")
        names = []
        if permutation is not None:
            parts = [one.text or "" for one in permutation.list()]
            if len(parts) == 1:
                text = re.sub(r"[\s,]+", "", parts[0])
                names = self.cut(text, permutation)
            else:
                names = [part.strip() for part in parts]
        names += [name for name in self.problem.sizes if name not in names]
        return names[::-1]

    def cut(self, text, at):
        """Letters of a permutation that is written as one word."""
        out = []
        while text:
            name = next((one for one in sorted(self.problem.sizes, key=len,
                                               reverse=True)
                         if text.startswith(one)), None)
            if name is None:
                at.refuse(f"'{text[0]}' is no dimension of the problem",
                          "one of " + ", ".join(self.problem.sizes) +
                          " is needed")
            out.append(name)
            text = text[len(name):]
        return out

    def directive(self, item):
        kind = item.get("type")
        kind = kind.need_text("type") if kind is not None else ""
        target = self.target(item)
        for key in UNSAID:
            if item.has(key):
                self.said.not_expressible(item.get(key).place, f"'{key}'",
                                          "accelsim has no such choice")
        if kind in BYPASS_TYPES:
            names = item.get("bypass")
            self.kept[target] = [one.text for one in names.list()
                                 if one.text] if names is not None else []
            return
        if kind not in ("temporal", "spatial"):
            item.refuse(f"type '{kind}'", "temporal, spatial or bypass is "
                        "needed")
        factors = self.factors(item)
        loops = [factors[name] for name in self.order_of(item)
                 if name in factors and factors[name].steps > 1]
        if kind == "temporal":
            self.temporal[target] = loops
            return
        split = item.get("split")
        at = split.int() if split is not None else None
        inner_first = self.order_of(item)[::-1]
        rows = set(inner_first[at:]) if at is not None else set()
        self.spatial[target] = ([one for one in loops
                                 if one.dimension in rows],
                                [one for one in loops
                                 if one.dimension not in rows])

    def named(self, loops):
        out = []
        for loop in loops:
            letter = self.letter.get(loop.dimension)
            if letter is None:
                raise Refused(loop.place, f"dimension '{loop.dimension}' of "
                              f"{loop.steps} steps is none of the layer's",
                              "a dimension of its tensors is needed")
            out.append((letter, loop.steps))
        return out

    def look_at_residuals(self):
        """A last step that is shorter is exact where the loop is the
        outermost of its dimension."""
        seen = set()
        for name in self.order:
            for loop in self.temporal.get(name, []) + \
                    sum(self.spatial.get(name, ([], [])), []):
                if loop.last and loop.last != loop.steps and \
                        loop.dimension in seen:
                    self.said.approximated(
                        loop.place, f"{loop.dimension}={loop.steps},"
                        f"{loop.last} below another loop of it",
                        "tiles are as large as they can be; the last one is "
                        "the remainder")
                seen.add(loop.dimension)

    def what_is_short(self):
        """The first dimension that the factors do not cover, or None."""
        for dimension, size in self.problem.sizes.items():
            product = 1
            for name in self.order:
                for loop in self.temporal.get(name, []) + \
                        sum(self.spatial.get(name, ([], [])), []):
                    if loop.dimension == dimension:
                        product *= loop.steps
            if product < size:
                return f"the factors of {dimension} make {product} of {size}"
        return None

    def look_at_letters(self):
        several = [letter for letter, loops in self.nest.letters.items()
                   if sum(self.problem.sizes[loop] > 1 for loop in loops) > 1]
        for letter in several:
            self.said.approximated(
                self.place, f"dimensions {self.nest.letters[letter]} are "
                f"one loop, '{letter}', of accelsim's",
                "tiles may cover it in another order")

    def levels(self):
        """accelsim's levels: dram, l2, l1, rf."""
        out = {"dram": Level(), "l2": Level(), "rf": Level()}
        if self.stores.l1:
            out["l1"] = Level()
        at = "dram"
        order = ["dram", "l2", "l1", "rf"]
        for name in self.order:
            own = self.assigned.get(name)
            at = own if own is not None and \
                order.index(own) >= order.index(at) else at
            out[at].loops += self.named(self.temporal.get(name, []))
            rows, cols = self.spatial.get(name, ([], []))
            self.put_spatial(out, at, self.named(rows), self.named(cols))
        self.keep(out)
        return out

    def put_spatial(self, out, at, rows, cols):
        """Side by side below L2, or below L1 where the loops are of its
        children."""
        if not rows and not cols:
            return
        level = out["l1"] if at == "l1" else out["l2"]
        if at == "rf":
            raise Refused(self.place, "a spatial loop below the "
                          "register files", "--listed is needed: its levels "
                          "have MACs side by side")
        level.rows += rows
        level.cols += cols

    def keep(self, out):
        roles = self.roles()
        for name, levels in (("l2", self.stores.l2), ("l1", self.stores.l1)):
            if name not in out:
                continue
            kept = []
            for level in levels:
                bypassed = {roles.get(one) for one in
                            self.kept.get(level.name, level.bypass or [])}
                held = {roles.get(one) for one in level.keep or []} - {None} \
                    or set(TENSOR_BY_ROLE)
                kept += [tensor for tensor in TENSOR_BY_ROLE
                         if tensor in held and tensor not in bypassed]
            if set(kept) != set(TENSOR_BY_ROLE):
                out[name].keep = [tensor for tensor in TENSOR_BY_ROLE
                                  if tensor in kept]
        held = set()
        for level in self.stores.rf:
            bypassed = {roles.get(one) for one in
                        self.kept.get(level.name, level.bypass or [])}
            held |= ({roles.get(one) for one in level.keep or []} - {None}
                     or set(TENSOR_BY_ROLE)) - bypassed
        for tensor in TENSOR_BY_ROLE:
            if self.stores.rf and tensor not in held:
                self.said.approximated(
                    self.place, f"'{self.stores.rf[0].name}' bypasses "
                    f"{tensor}", "a PE's register file keeps all tensors: a "
                    "word is written and read there as well (--listed says "
                    "it as it is)")

    def roles(self):
        """accelsim's tensors by the problem's names."""
        out = {}
        inputs = [one for one in self.problem.spaces if not one[2]]
        filters = self.nest_weights(inputs)
        for k, (name, _, _) in enumerate(inputs):
            out[name] = "filter" if k == filters else "ifmap"
        out.update((name, "psum") for name, _, is_output in
                   self.problem.spaces if is_output)
        return out

    def nest_weights(self, inputs):
        """Which input became the filter: the one with the loops of m."""
        m = set(self.nest.letters["m"])
        for k, (_, ranks, _) in enumerate(inputs):
            if m and m <= {loop for rank in ranks for loop, _ in rank}:
                return k
        named = [k for k, (name, _, _) in enumerate(inputs)
                 if name.lower().startswith(("weight", "filter", "w"))]
        return named[0] if len(named) == 1 else 1

    def printed(self):
        """What Timeloop prints of a mapping, in place of directives."""
        for block in self.item:
            if block.name not in self.order:
                raise Refused(block.place, f"'{block.name}' is no level of "
                              "the architecture", "one of " +
                              ", ".join(self.order) + " is needed")
            for loop, _ in block.loops:
                if loop.dimension not in self.problem.sizes:
                    raise Refused(loop.place, f"'{loop.dimension}' is no "
                                  "dimension of the problem", "one of " +
                                  ", ".join(self.problem.sizes) +
                                  " is needed")
            loops = [(loop, axis) for loop, axis in block.loops
                     if loop.steps > 1]
            self.temporal[block.name] = [loop for loop, axis in loops
                                         if axis is None]
            self.spatial[block.name] = tuple(
                [loop for loop, axis in loops if axis == wanted]
                for wanted in ("Y", "X"))
            self.kept[block.name] = [name for name, _, _ in
                                     self.problem.spaces
                                     if name not in block.kept]

    def read(self):
        if isinstance(self.item, list):
            self.printed()
        else:
            for item in self.item.items:
                self.directive(item)
        self.look_at_residuals()
        short = self.what_is_short()
        if short is not None:
            self.said.not_expressible(
                self.place, f"the mapping is not whole: {short}",
                "what a mapper completes is no mapping yet; it is left out")
            return
        self.look_at_letters()
        mapping = Mapping(self.source.stem, self.source.place())
        levels = self.levels() if self.machine.levels is None else \
            timeloop_listed.nest_of(self, self.machine)
        mapping.entries.append((plain(self.layer, "layer1"), levels,
                                self.place))
        self.said.mappings.append(mapping)
