"""scalesim_topology.py - SCALE-Sim's topologies, versions 1 to 3: a heading,
then a layer a line, with commas between its fields.

A convolution is: name, ifmap height and width, filter height and width,
channels, filters, stride. A GEMM is: name, M, N, K; the heading says so. What
SCALE-Sim's own loaders lose or stop at (a last field without a comma behind it,
tabs, blank lines, notes to the right) is read as it was written.
SPDX-License-Identifier: MIT
"""

import re

from importers.said import Layer, Network

CONV_FIELDS = 8   # with the name
GEMM_FIELDS = 4
DIM_MAX = 2**31 - 1
NUMBER = re.compile(r"\d+(\.0*)?$")


def fields_of(line):
    """Fields without blanks, and whether one ends the line without a comma."""
    between = next((c for c in ",;" if c in line), "\t")
    fields = [field.strip().strip("\"'").strip()
              for field in line.split(between)]
    is_open = fields[-1] != "" and between == ","
    while fields and fields[-1] == "":
        fields.pop()
    return fields, is_open


def is_number(text):
    return NUMBER.match(text) is not None


def is_gemm_heading(heading):
    return sorted(field.lower() for field in heading[1:4]) == ["k", "m", "n"]


def lines_of(source):
    """Lines with their numbers, the heading first: what stands above it are
    blank lines."""
    lines = list(enumerate(source.text.split("\n"), 1))
    while len(lines) > 1 and fields_of(lines[0][1])[0] == []:
        lines.pop(0)
    return lines


def with_dims(fields, said):
    """The fields with numbers for the letters that the user gives: --dim."""
    for field in fields[1:]:
        if field in said.dims:
            said.used_dims.add(field)
    return fields[:1] + [str(said.dims.get(field, field))
                         for field in fields[1:]]


def has_sizes(fields, count):
    return (len(fields) >= count and
            all(is_number(field) for field in fields[1:count]))


def recognises(source, said):
    del said
    if not source.is_text:
        return False
    lines = [line for _, line in lines_of(source)]
    heading, _ = fields_of(lines[0])
    if is_gemm_heading(heading):
        return True
    words = " ".join(heading).lower()
    if len(heading) >= 4 and ("ifmap" in words or "filter h" in words):
        return True
    if has_sizes(heading, CONV_FIELDS):
        return True
    first = [fields for fields, _ in map(fields_of, lines[1:]) if fields]
    return (len(heading) >= 4 and
            any(has_sizes(fields, CONV_FIELDS) for fields in first) and
            not is_number(first[0][0]))


class Reader:
    def __init__(self, source, said):
        self.source, self.said = source, said
        self.network = Network(source.stem, source.place())
        self.heading = []
        self.no_layers = 0

    def column(self, i):
        """What the heading calls a field."""
        return self.heading[i].lower() if i < len(self.heading) else ""

    def leave_out(self, place, line, why):
        self.said.not_expressible(
            place, f"'{line.strip()}' is no layer: {why}",
            "it is left out of the network")

    def further(self, place, fields, count, sizes):
        """Fields behind those of a layer."""
        for i, field in enumerate(fields[count:], count):
            column = self.column(i)
            if re.fullmatch(r"\d+:\d+", field):
                self.said.not_expressible(
                    place, f"sparsity {field} of the filters",
                    "the layer runs dense; zeros are not skipped")
            elif "batch" in column and is_number(field):
                self.said.not_expressible(
                    place, f"batch size {field} of one layer",
                    f"the layer is of one image; --batch {field} gives all "
                    "layers as many")
            elif i == CONV_FIELDS and count == CONV_FIELDS and \
                    is_number(field) and (column == "" or "strid" in column):
                sizes["stride_w"] = int(float(field))
            elif field and not field.startswith("#"):
                self.said.not_expressible(
                    place, f"field {i + 1}, '{field}'",
                    "SCALE-Sim knows no such field, and it has no effect")

    def gemm(self, place, fields):
        called = {letter.upper(): int(float(field)) for letter, field in
                  zip(self.heading[1:4], fields[1:4])}
        return "gemm", {letter: called[letter] for letter in "MNK"}

    def conv(self, place, fields):
        h, w, r, s, c, m, stride = (int(float(field))
                                    for field in fields[1:CONV_FIELDS])
        sizes = {"M": m, "C": c, "H": h, "W": w, "R": r, "S": s,
                 "stride": stride}
        if "DP" in fields[0]:
            sizes["M"], sizes["G"] = c * m, c
            self.said.approximated(
                place, "'DP' in the name: SCALE-Sim 2 and 3 make "
                f"{c} layers of one channel of it",
                f"one layer of {c} groups runs, with the same MACs")
        return "conv", sizes

    def look_at_edges(self, place, sizes):
        """What the stride leaves over, which SCALE-Sim 2 and 3 compute."""
        step = (sizes["stride"], sizes.get("stride_w", sizes["stride"]))
        over = [sizes["H"] - sizes["R"], sizes["W"] - sizes["S"]]
        floor = [o // t + 1 for o, t in zip(over, step)]
        ceiling = [-(-o // t) + 1 for o, t in zip(over, step)]
        if floor == ceiling:
            return
        each = sizes["M"] * sizes["C"] // sizes.get("G", 1) * \
            sizes["R"] * sizes["S"]
        self.said.approximated(
            place, f"stride {step[0]} does not divide what the filter leaves "
            f"of the ifmap: SCALE-Sim 1 has {floor[0]} x {floor[1]} outputs, "
            f"2 and 3 round up to {ceiling[0]} x {ceiling[1]}",
            f"{each * floor[0] * floor[1]} MACs run, not "
            f"{each * ceiling[0] * ceiling[1]}")

    def layer(self, number, line):
        place = self.source.place(number)
        fields, is_open = fields_of(line)
        is_gemm = is_gemm_heading(self.heading)
        count = GEMM_FIELDS if is_gemm else CONV_FIELDS
        if not fields:
            return
        if len(fields) == 1:
            self.said.read(place, f"'{fields[0]}' is a heading")
            return
        fields = with_dims(fields, self.said)
        if not has_sizes(fields, count):
            letters = [field for field in fields[1:count]
                       if field.isidentifier()]
            self.leave_out(place, line, f"a name and {count - 1} whole "
                           "numbers are needed" +
                           (f"; --dim {letters[0]}=N gives '{letters[0]}'"
                            if letters else ""))
            return
        op, sizes = (self.gemm if is_gemm else self.conv)(place, fields)
        bad = [key for key, value in sizes.items()
               if not 1 <= value <= DIM_MAX]
        if bad:
            self.leave_out(place, line, f"'{bad[0]}' may be 1 to {DIM_MAX}")
            return
        self.further(place, fields, count, sizes)
        if op == "conv":
            if sizes["R"] > sizes["H"] or sizes["S"] > sizes["W"]:
                self.leave_out(place, line,
                               "the filter is larger than the ifmap")
                return
            if not 1 <= sizes.get("stride_w", 1) <= DIM_MAX:
                self.leave_out(place, line, "a stride is 0")
                return
            self.look_at_edges(place, sizes)
            if "stride_w" in sizes:
                stride_w = sizes.pop("stride_w")
                if stride_w != sizes["stride"]:
                    sizes["stride_h"] = sizes.pop("stride")
                    sizes["stride_w"] = stride_w
        if is_open:
            self.said.read(
                place, f"the last field, '{fields[-1]}', has no comma behind "
                "it; SCALE-Sim 2 and 3 lose it, here it counts")
        self.network.layers.append(Layer(fields[0], op, sizes, place))

    def read(self):
        lines = lines_of(self.source)
        first, heading = lines[0]
        self.heading, _ = fields_of(heading)
        if has_sizes(self.heading, CONV_FIELDS) or \
                (len(self.heading) == GEMM_FIELDS and
                 has_sizes(self.heading, GEMM_FIELDS)):
            self.said.not_expressible(
                self.source.place(first), f"'{heading.strip()}' stands in the "
                "first line, which SCALE-Sim takes for the heading",
                "it is left out of the network")
        order = "".join(field.lower() for field in self.heading[1:4])
        if is_gemm_heading(self.heading) and order != "mnk":
            self.said.approximated(
                self.source.place(first), "the heading has "
                f"{', '.join(order.upper())}, and SCALE-Sim reads M, N, K",
                "each number is what the heading calls it")
        for number, line in lines[1:]:
            self.layer(number, line)


def read(source, said):
    first, heading = lines_of(source)[0]
    if "factor" in heading.lower():
        source.refuse(first, "a layout of tensors in banks, which accelsim deals "
                      "itself", "a topology is needed")
    reader = Reader(source, said)
    reader.read()
    if not reader.network.layers:
        left_out = [note for note in said.notes
                    if note.place.file == source.path and note.place.line]
        why = f": {left_out[0].what}" if left_out else ""
        source.refuse(left_out[0].place.line if left_out else 2,
                      "no line is a layer" + why,
                      "at least one line of a name and seven numbers, or of a "
                      "name and M, N, K under such a heading, is needed")
    said.networks.append(reader.network)
