"""einsum_layer.py - a product of two tensors, summed, as a layer of accelsim's:
which loop is which letter follows from the tensors that have it.

A tensor is a list of ranks, a rank a list of (loop, coefficient) that are
added: a window of a convolution has two. Loops in weights and output are m, in
weights and input c, in input and output n; those added in a rank of the input
are p and r, q and s; loops of all three tensors are groups.
SPDX-License-Identifier: MIT
"""

from typing import NamedTuple


class CannotBe(Exception):
    """Why it is no layer of accelsim's."""


class Window(NamedTuple):
    """An axis of a convolution; loops are None where they have one step."""

    output: str
    tap: str
    stride: int
    dilation: int


class LayerNest(NamedTuple):
    """The layer, which loops each of its letters stands for (outermost letter
    first as they were given), and what is to be told."""

    op: str
    sizes: dict
    letters: dict
    told: list


def loops_of(tensor):
    return {loop for rank in tensor for loop, _ in rank}


def is_window(rank):
    return len(rank) > 1 or any(step != 1 for _, step in rank)


def product(loops, sizes):
    out = 1
    for loop in loops:
        out *= sizes[loop]
    return out


class Roles:
    """Sorts the loops."""

    def __init__(self, output, given, weights, sizes):
        self.sizes, self.given, self.weights = sizes, given, weights
        self.loops = list(dict.fromkeys(
            [loop for tensor in (output, weights, given)
             for rank in tensor for loop, _ in rank]))
        o, w, i = map(loops_of, (output, weights, given))
        self.inside = {loop: (loop in i, loop in w, loop in o)
                       for loop in self.loops}
        self.told = []
        for loop in self.loops:
            if sum(self.inside[loop]) == 1 and sizes[loop] > 1:
                raise CannotBe(f"loop '{loop}' is of one tensor alone, which "
                               "no layer has")

    def of(self, *inside):
        return [loop for loop in self.loops if self.inside[loop] == inside and
                loop not in self.in_windows]

    def find_windows(self):
        self.windows = [self.window(rank) for rank in self.given
                        if is_window(rank)]
        self.in_windows = {loop for w in self.windows
                           for loop in (w.output, w.tap) if loop}
        if len(self.windows) > 2:
            raise CannotBe("a convolution of three dimensions is not "
                           "modelled")

    def window(self, rank):
        outputs = [(loop, step) for loop, step in rank
                   if self.inside[loop] == (True, False, True)]
        taps = [(loop, step) for loop, step in rank
                if self.inside[loop] == (True, True, False)]
        others = [loop for loop, _ in rank
                  if not any(loop == one for one, _ in outputs + taps) and
                  self.sizes[loop] > 1]
        outputs = self.without_ones(outputs)
        taps = self.without_ones(taps)
        if others or len(outputs) > 1 or len(taps) > 1:
            raise CannotBe("a rank of the input adds " + ", ".join(
                loop for loop, _ in rank) + ", which is no window of a "
                "convolution")
        output, stride = outputs[0] if outputs else (None, 1)
        tap, dilation = taps[0] if taps else (None, 1)
        if dilation == 0:
            self.told.append(
                (f"taps '{tap}' have a dilation of 0: all read one word",
                 "they run with a dilation of 1, and the ifmap is larger"))
            dilation = 1
        if min(stride, dilation) < 1:
            raise CannotBe("a stride or dilation is less than 1")
        return Window(output, tap, stride, dilation)

    def without_ones(self, terms):
        """Loops of one step move nothing; the only one is kept for its
        stride."""
        more = [term for term in terms if self.sizes[term[0]] > 1]
        return more if more or len(terms) > 1 else terms


def put_axis(out, axis, window, sizes, pads):
    """H, R and steps of one axis, or W and S."""
    size, taps = ("H", "R") if axis == "h" else ("W", "S")
    outputs = sizes.get(window.output, 1) if window else 1
    tap_count = sizes.get(window.tap, 1) if window else 1
    stride, dilation = (window.stride, window.dilation) if window else (1, 1)
    before, after = pads.get(window.output, (0, 0)) if window else (0, 0)
    out[size] = (outputs - 1) * stride + (tap_count - 1) * dilation + 1 - \
        before - after
    out[taps] = tap_count
    if out[size] < 1:
        raise CannotBe("its padding is larger than what its windows touch")
    return {"stride": stride, "dilation": dilation, "before": before,
            "after": after}


def put_steps(out, rows, cols):
    for key in ("stride", "dilation"):
        if rows[key] == cols[key]:
            if rows[key] != 1:
                out[key] = rows[key]
        else:
            out[f"{key}_h"], out[f"{key}_w"] = rows[key], cols[key]
    pads = (rows["before"], rows["after"], cols["before"], cols["after"])
    if any(pads) and len(set(pads)) == 1:
        out["pad"] = pads[0]
    elif any(pads):
        for side, value in zip(("top", "bottom", "left", "right"), pads):
            if value:
                out[f"pad_{side}"] = value


def layer_nest(output, one, two, sizes, weights=None, pads=None,
               are_maps=False):
    """The layer. `weights`: the operand (0 or 1) that the author calls so;
    `pads`: zeros (before, after) of the axis of an output loop; `are_maps`:
    neither operand is weights."""
    has_window = [any(is_window(rank) and
                      sum(sizes[loop] > 1 for loop, _ in rank) > 1
                      for rank in tensor) for tensor in (one, two)]
    if not any(has_window):  # windows of one tap still have a stride
        has_window = [any(is_window(rank) for rank in tensor)
                      for tensor in (one, two)]
        has_window = has_window if sum(has_window) == 1 else [False, False]
    if all(has_window):
        raise CannotBe("both operands have windows")
    if any(has_window):
        weights = 1 - has_window.index(True)
    elif weights is None:
        weights = 1
    given, filters = (one, two) if weights == 1 else (two, one)
    roles = Roles(output, given, filters, sizes)
    roles.in_windows = set()
    roles.find_windows()
    groups, m = roles.of(True, True, True), roles.of(False, True, True)
    c, n = roles.of(True, True, False), roles.of(True, False, True)
    g = product(groups, sizes)
    if not roles.windows:
        out = {"M": product(n, sizes), "N": product(m, sizes),
               "K": product(c, sizes)}
        op = "gemm" if g == 1 and not are_maps else "matmul"
        if g > 1:
            out["B"] = g
        # Reports speak of a GEMM's rows as p (docs/layers.md).
        letters = {"g": groups, "m": m, "c": c, "p": n}
        return LayerNest(op, out, letters, roles.told)
    rows, cols = ([None] + roles.windows)[-2:]
    out = {"N": product(n, sizes), "M": g * product(m, sizes),
           "C": g * product(c, sizes)}
    steps = [put_axis(out, axis, window, sizes, pads or {})
             for axis, window in zip("hw", (rows, cols))]
    if g > 1:
        out["G"] = g
    put_steps(out, *steps)
    letters = {"g": groups, "n": n, "m": m, "c": c}
    for letter, tap, window in (("p", "r", rows), ("q", "s", cols)):
        letters[letter] = [window.output] if window and window.output else []
        letters[tap] = [window.tap] if window and window.tap else []
    return LayerNest("conv", out, letters, roles.told)
