"""zigzag_workload.py - workloads of ZigZag and Stream: a list of layers, each
an equation `O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]` with relations of
its indices, sizes of its loops, and padding.
SPDX-License-Identifier: MIT
"""

import re

from importers import yaml_source
from importers.einsum_layer import CannotBe, layer_nest
from importers.said import Layer, Network

TENSOR = re.compile(r"(\w+)((?:\[\w+\])+)")
TERM = re.compile(r"(?:(\d+)\*)?([A-Za-z_]\w*)$")
WITHOUT_MACS = ("pool", "add", "eltwise", "mul", "softmax", "relu")


def recognises(source, said):
    root = yaml_source.document(source, said)
    return root.is_list and bool(root.items) and all(
        item.is_map and item.has("equation") and item.has("loop_dims")
        for item in root.items)


class LayerReader:
    def __init__(self, item):
        self.item = item
        dims = item.get("loop_dims").need_list("loop_dims")
        sizes = item.get("loop_sizes")
        if sizes is None:
            item.refuse("the layer has no 'loop_sizes'", "a list is needed")
        sizes = sizes.need_list("loop_sizes")
        if len(dims) != len(sizes):
            item.refuse(f"{len(dims)} loop_dims and {len(sizes)} loop_sizes",
                        "as many are needed")
        self.sizes = {dim.need_text("loop_dims").lower():
                      size.need_int("loop_sizes")
                      for dim, size in zip(dims, sizes)}
        self.relations = self.read_relations()

    def read_relations(self):
        """{index: [(loop, step), ...]} of those that are sums."""
        out = {}
        relations = self.item.get("dimension_relations")
        for one in relations.list() if relations is not None else []:
            text = one.need_text("dimension_relations")
            left, equals, right = text.replace(" ", "").partition("=")
            terms = [TERM.match(term) for term in right.split("+")]
            if not equals or None in terms:
                one.refuse(f"relation '{text[:60]}' cannot be read",
                           "as in ix=2*ox+1*fx")
            out[left.lower()] = [(term.group(2).lower(),
                                  int(term.group(1) or 1)) for term in terms]
        return out

    def tensors(self):
        """{name: ranks} in the equation's order, the output first."""
        equation = self.item.get("equation")
        text = equation.need_text("equation").replace(" ", "")
        found = TENSOR.findall(text)
        if "+=" not in text or len(found) < 2:
            equation.refuse(f"equation '{text[:60]}' cannot be read",
                            "as in O[b][k]+=W[k][c]*I[b][c]")
        out = {}
        for name, indices in found:
            out[name] = [self.rank(index.lower(), equation) for index in
                         re.findall(r"\[(\w+)\]", indices)]
        return out

    def rank(self, index, at):
        terms = self.relations.get(index, [(index, 1)])
        for loop, _ in terms:
            if loop not in self.sizes:
                at.refuse(f"loop '{loop}' has no size",
                          "it is needed among 'loop_dims'")
        return terms

    def pads(self):
        """Zeros (before, after) by the output's loop."""
        dims = self.item.get("pr_loop_dims")
        padding = self.item.get("padding")
        out = {}
        if dims is None or padding is None:
            return out
        for dim, both in zip(dims.list(), padding.list()):
            terms = self.relations.get(dim.need_text("pr_loop_dims").lower())
            sides = [side.need_int("padding", 0) for side in both.list()]
            if terms and len(sides) == 2:
                for loop, _ in terms:
                    out[loop] = tuple(sides)
        return out

    def nest(self):
        tensors = self.tensors()
        names = list(tensors)
        if len(names) != 3:
            raise CannotBe(f"it has {len(names) - 1} operands; a layer has "
                           "two")
        weights = names.index("W") - 1 if "W" in names[1:] else None
        return layer_nest(*(tensors[name] for name in names), self.sizes,
                          weights, self.pads())

    def operator(self):
        kind = self.item.get("operator_type")
        return kind.text if kind is not None and kind.text else ""

    def name(self):
        for key in ("name", "id"):
            item = self.item.get(key)
            if item is not None and item.text:
                return item.text if key == "name" else \
                    f"{self.operator() or 'layer'}_{item.text}"
        return self.operator()


def tell_precisions(source, said, items):
    """Words are as wide as the machine's, not as each layer's."""
    widths = {}
    for item in items:
        precision = item.get("operand_precision")
        for name, bits in (precision.entries.items()
                           if precision is not None else ()):
            widths.setdefault(name, set()).add(str(bits.text))
    if widths:
        text = ", ".join(f"{name} {'/'.join(sorted(bits))}"
                         for name, bits in sorted(widths.items()))
        said.not_expressible(
            source.place(items[0].place.line), f"operand_precision in bits: "
            f"{text}", "words are as wide as the architecture's precision.* "
            "says")


def read(source, said):
    items = yaml_source.document(source, said).items
    network = Network(source.stem, source.place())
    said.zigzag_layers = getattr(said, "zigzag_layers", [])  # for mappings
    for item in items:
        reader = LayerReader(item)
        kind = reader.operator()
        if any(word in kind.lower() for word in WITHOUT_MACS):
            said.not_expressible(item.place, f"layer '{reader.name()}' of "
                                 f"type {kind}", "no layer of MACs: its "
                                 "cycles, traffic and energy are not counted")
            continue
        try:
            nest = reader.nest()
        except CannotBe as fault:
            said.not_expressible(item.place,
                                 f"layer '{reader.name()}': {fault}",
                                 "it is left out of the network")
            continue
        for what, consequence in nest.told:
            said.approximated(item.place, what, consequence)
        layer = Layer(reader.name(), nest.op, nest.sizes, item.place, kind)
        network.layers.append(layer)
        said.zigzag_layers.append((layer, nest, kind))
    if not network.layers:
        source.refuse(items[0].place.line, "no layer of it is one of MACs",
                      "at least one is needed")
    tell_precisions(source, said, items)
    said.networks.append(network)
