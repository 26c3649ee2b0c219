"""maestro.py - networks of MAESTRO (.m): layers with a type, a stride and
dimensions, and a dataflow.

Y and X are sizes of the input, which has no padding; Y' and X' of the output.
Dataflows become loop nests (maestro_nest.py) where an array is known, from
hardware among the files.
SPDX-License-Identifier: MIT
"""

import re

from importers import maestro_nest, transposed
from importers.said import Layer, Mapping, Network
from importers.write_network import network_names

TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\s+|"
                   r"([A-Za-z_][\w]*['\u2019]?|\d+(?:\.\d+)?|"
                   r"[{}();:,.\-]|\S)", re.DOTALL)
WORDS = ("Network", "Layer", "Dataflow", "Constant", "Accelerator")
TYPES = ("CONV", "DSCONV", "NGCONV", "TRCONV", "GEMM", "FC")
OTHERWISE = "os"  # the dataflow of a layer without a nest
TRANSPOSED_STRIDE = 2  # fixed in MAESTRO


def recognises(source, said):
    del said
    words = re.sub(r"//[^\n]*", "", source.text)
    return re.search(r"\A\s*(Constant\s+\w+\s+\d+\s*;\s*)*"
                     r"(Network\s+[\w.\-]+\s*\{|Dataflow\s*\{|"
                     r"Layer\s+[\w.\-]+\s*\{)", words) is not None


class Tokens:
    """Words with their lines."""

    def __init__(self, source):
        self.source, self.words, self.at = source, [], 0
        line = 1
        for found in TOKEN.finditer(source.text):
            if found.group(1):
                self.words.append((found.group(1).replace("\u2019", "'"),
                                   line))
            line += found.group().count("\n")
        self.last = line

    def peek(self):
        return self.words[self.at][0] if self.at < len(self.words) else None

    def line(self):
        return self.words[self.at][1] if self.at < len(self.words) else \
            self.last

    def take(self):
        word = self.peek()
        self.at += 1
        return word

    def expect(self, word, where):
        line = self.line()
        found = self.take()
        if found != word:
            self.source.refuse(line, f"'{found or 'the end'}' stands {where}",
                               f"'{word}' is needed")

    def skip_group(self):
        """What stands in braces, of which the first is taken already."""
        depth = 1
        while depth and self.peek() is not None:
            word = self.take()
            depth += (word == "{") - (word == "}")

    def pairs(self):
        """{name: number} of `{ K: 64, C 3 }`; the first brace is taken."""
        out = {}
        while self.peek() not in ("}", None):
            line, name = self.line(), self.take()
            if name in (",", ";"):
                continue
            while self.peek() in (":", ","):
                self.take()
            value = self.take()
            if value is None or not value.isdecimal():
                self.source.refuse(line, f"'{name}' is "
                                   f"'{value or 'the end'}'",
                                   "a whole number is needed")
            out[name] = int(value)
        self.expect("}", "where dimensions end")
        return out


class LayerReader:
    """One layer; its name is taken already."""

    def __init__(self, tokens, name, line, constants):
        self.name, self.line, self.constants = name, line, constants
        self.kind, self.stride, self.dims = "CONV", {}, None
        self.maps = None  # of its own dataflow
        tokens.expect("{", f"behind layer '{name}'")
        while tokens.peek() not in ("}", None):
            self.member(tokens, tokens.take())
        tokens.expect("}", f"where layer '{name}' ends")

    def member(self, tokens, word):
        if tokens.peek() == ":":
            tokens.take()
        if word == "Type":
            self.kind = (tokens.take() or "").upper()
        elif word in ("Stride", "Dimensions", "Dataflow"):
            tokens.expect("{", f"behind '{word}'")
            if word == "Stride":
                self.stride = tokens.pairs()
            elif word == "Dimensions":
                self.dims = tokens.pairs()
            else:
                self.maps = maestro_nest.maps_of(tokens, tokens.source,
                                                 self.constants)
        elif tokens.peek() == "{":  # Tensors, Padding and the like
            tokens.take()
            tokens.skip_group()


class Reader:
    def __init__(self, source, said):
        self.source, self.said = source, said
        self.network = Network(source.stem, source.place())
        self.dataflows, self.constants = 0, {}
        self.maps = None  # of the layer before
        self.mapped = []  # (layer, type, dimensions, maps)

    def tell(self, layer, what, consequence):
        self.said.approximated(self.source.place(layer.line),
                               f"layer '{layer.name}': {what}", consequence)

    def leave_out(self, layer, why):
        self.said.not_expressible(
            self.source.place(layer.line), f"layer '{layer.name}': {why}",
            "it is left out of the network")

    def conv(self, layer):
        dims = layer.dims
        missing = [key for key in ("K", "C", "R", "S") if key not in dims]
        for size in ("Y", "X"):
            if size not in dims and size + "'" not in dims:
                missing.append(size)
        if layer.kind == "DSCONV" and "K" in missing:
            missing.remove("K")
        if missing:
            self.leave_out(layer, "it lacks " + ", ".join(missing))
            return None
        stride_h = layer.stride.get("Y", 1)
        stride_w = layer.stride.get("X", 1)
        sizes = {"M": dims.get("K", 1), "C": dims["C"]}
        for key, size, taps, stride in (("H", "Y", "R", stride_h),
                                        ("W", "X", "S", stride_w)):
            out = dims.get(size + "'")
            sizes[key] = dims[size] if size in dims else \
                (out - 1) * stride + dims[taps]
        sizes["R"], sizes["S"] = dims["R"], dims["S"]
        if stride_h == stride_w:
            if stride_h != 1:
                sizes["stride"] = stride_h
        else:
            sizes["stride_h"], sizes["stride_w"] = stride_h, stride_w
        if dims.get("N", 1) != 1:
            sizes = {"N": dims["N"], **sizes}
        return sizes

    def depthwise(self, layer, sizes):
        sizes["G"] = sizes["M"] = sizes["C"]
        if "residual" in layer.name.lower() and \
                sizes["R"] == sizes["S"] == 1:
            self.tell(layer, "its name says that it stands for the addition "
                      "of a residual", "it runs as it is written, as a "
                      "depthwise convolution of one tap")

    def grouped(self, layer, sizes):
        g = layer.dims.get("G", 1)
        k, c = sizes["M"], sizes["C"]
        sizes["G"] = g
        sizes["M"] = k if k % g == 0 else k * g
        sizes["C"] = c if c % g == 0 else c * g
        self.tell(layer, f"NGCONV of G {g}, K {k}, C {c}: files differ in "
                  "whether K and C are of one group or of all",
                  f"{sizes['M']} filters and {sizes['C']} channels of all "
                  "groups run")

    def transposed(self, layer, sizes):
        stride = sizes.get("stride", 1) * TRANSPOSED_STRIDE
        sizes["stride"] = stride
        macs = sizes["M"] * sizes["C"] * sizes["H"] * sizes["W"] * \
            sizes["R"] * sizes["S"]
        peer = sizes["M"] * sizes["C"] * sizes["R"] * sizes["S"] * \
            (sizes["H"] - sizes["R"] + 1) * (sizes["W"] - sizes["S"] + 1)
        self.tell(layer, f"a TRCONV, of stride {TRANSPOSED_STRIDE} in "
                  f"MAESTRO, whose count is that of a convolution of stride "
                  f"1: {peer} MACs", f"a transposed convolution runs, of "
                  f"{macs} words of the ifmap times taps")
        transposed.note(self.said, self.source.place(layer.line),
                        f"layer '{layer.name}'", sizes)

    def add(self, layer):
        self.dataflows += layer.maps is not None
        self.maps = layer.maps if layer.maps is not None else self.maps
        if layer.dims is None:
            self.leave_out(layer, "it has no Dimensions")
            return
        if layer.kind not in TYPES:
            self.leave_out(layer, f"type '{layer.kind}' is none of "
                           "MACs that MAESTRO reads")
            return
        if layer.kind == "GEMM" or (layer.kind == "FC" and
                                    "M" in layer.dims):
            sizes = {key: layer.dims.get(key, 1) for key in "MNK"}
            op = "gemm"
        else:
            sizes, op = self.conv(layer), "conv"
            if sizes is None:
                return
        if layer.kind == "DSCONV":
            self.depthwise(layer, sizes)
        elif layer.kind == "NGCONV":
            self.grouped(layer, sizes)
        elif layer.kind == "TRCONV":
            op = "conv_transpose"
            self.transposed(layer, sizes)
        made = Layer(layer.name, op, sizes, self.source.place(layer.line),
                     layer.kind)
        self.network.layers.append(made)
        if self.maps is not None:
            self.mapped.append((made, layer.kind, layer.dims, self.maps))

    def read(self):
        tokens = Tokens(self.source)
        while tokens.peek() is not None:
            line, word = tokens.line(), tokens.take()
            if word == "Constant":
                name, value = tokens.take(), tokens.take()
                if value is not None and value.isdecimal():
                    self.constants[name] = int(value)
                tokens.take()
            elif word == "Layer":
                self.add(LayerReader(tokens, self.name(tokens), line,
                                     self.constants))
            elif word == "Dataflow" and tokens.peek() == "{":
                tokens.take()
                self.maps = maestro_nest.maps_of(tokens, self.source,
                                                 self.constants)
                self.dataflows += 1
            elif word == "Network":
                self.name(tokens)
                tokens.expect("{", "behind the network's name")
            elif word not in ("}", ";"):
                self.source.refuse(line, f"'{word}' stands where a layer is "
                                   "expected", "Network, Layer, Dataflow or "
                                   "Constant is needed")

    def name(self, tokens):
        line, words = tokens.line(), []
        while tokens.peek() not in ("{", None):
            words.append(tokens.take())
        if not words:
            self.source.refuse(line, "a name is missing",
                               "as in Layer CONV1 {")
        return "".join(words)


def read(source, said):
    reader = Reader(source, said)
    reader.read()
    if not reader.network.layers:
        source.refuse(0, "it has no layers of MACs" +
                      (", only a dataflow" if reader.dataflows else ""),
                      "a Network with Layers is needed")
    said.networks.append(reader.network)
    if reader.dataflows:
        waiting = said.maestro_nests = getattr(said, "maestro_nests", [])
        waiting.append(reader)


def finish(said):
    """When the hardware, if it is there, has been read."""
    for reader in getattr(said, "maestro_nests", []):
        arrays = [machine for machine in said.machines
                  if "array.rows" in machine.keys]
        if len(arrays) == 1:
            add_nests(reader, said, *(arrays[0].keys[f"array.{side}"].value
                                      for side in ("rows", "cols")))
            continue
        said.not_expressible(
            reader.source.place(), "1 dataflow" if reader.dataflows == 1 else
            f"{reader.dataflows} dataflows",
            "they are of an array: with its hardware among the files they are "
            "loop nests; else the architecture's dataflow or --mapping says "
            "how layers run")
    said.maestro_nests = []


def add_nests(reader, said, rows, cols):
    mapping = Mapping(reader.source.stem, reader.source.place())
    names = network_names(reader.network)
    for layer, kind, dims, maps in reader.mapped:
        try:
            if layer.op == "conv_transpose":
                raise maestro_nest.CannotBe("transposed convolutions run as "
                                            "several layers")
            if id(layer) not in names:
                continue
            nest = maestro_nest.Nest(layer, kind, dims, maps, rows, cols)
            levels = nest.levels_of_machine(layer.place)
        except maestro_nest.CannotBe as why:
            said.not_expressible(layer.place, f"the dataflow of layer "
                                 f"'{layer.name}': {why}", f"'{OTHERWISE}' "
                                 "runs it")
            continue
        for place, what, consequence in nest.told:
            said.approximated(place, what, consequence)
        mapping.entries.append((names[id(layer)], levels, layer.place))
    if mapping.entries:
        if len(mapping.entries) < len(reader.network.layers):
            mapping.entries.append((None, OTHERWISE, mapping.place))
        said.mappings.append(mapping)
