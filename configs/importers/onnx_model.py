"""onnx_model.py - an ONNX model as a network: its nodes of MACs in order, each
with the name of its node; the others are counted and told.

The weights need not be there: shapes come from initializers, from the graph's
inputs and from what computes them. A first dimension that is left open is that
of images, of which one is taken (--batch has more); others are given by
--dim NAME=N, where an input's dimension without a name is called INPUT.AXIS.
SPDX-License-Identifier: MIT
"""

from importers import onnx_wire, transposed
from importers.onnx_layers import LAYERS, CannotBe
from importers.onnx_shapes import FREE, Op, outputs_of
from importers.onnx_values import UNKNOWN, Value, merged
from importers.onnx_wire import numbers_of
from importers.said import Layer, Network

OWN_DOMAINS = ("", "ai.onnx", "com.microsoft")
FUNCTION_DEPTH_MAX = 16
NODES_MAX = 1 << 20


def recognises(source, said):
    del said
    return onnx_wire.is_model(source)


class Graph:
    """Walks the nodes in their order, which is that of the computation."""

    def __init__(self, source, model, said):
        self.source, self.said = source, said
        self.place = source.place()
        self.opset = max([o.version or 0 for o in model.opset_import
                          if (o.domain or "") in OWN_DOMAINS[:2]], default=1)
        self.functions = {(f.domain or "", f.name): f for f in model.functions}
        self.network = Network(source.stem, source.place())
        self.values, self.declared = {}, {}
        self.others = {}   # operator: how many nodes are no layers
        self.unnamed = 0
        self.walked = 0
        self.graph = model.graph

    def dimension(self, d, name, axis):
        """A declared dimension: a number, a name or None."""
        if d.value is not None and d.value > 0:
            return d.value
        open_name = d.param or (f"{name}.{axis}" if name else None)
        if open_name in self.said.dims:
            self.said.used_dims.add(open_name)
            return self.said.dims[open_name]
        return open_name

    def declared_shape(self, info, name):
        tensor = info.type.tensor if info.type is not None else None
        if tensor is None or tensor.shape is None:
            return None
        return [self.dimension(d, name, axis)
                for axis, d in enumerate(tensor.shape.dim)]

    def start(self):
        graph = self.graph
        for tensor in graph.initializer:
            self.values[tensor.name] = Value(list(tensor.dims),
                                             numbers_of(tensor), True)
        for sparse in graph.sparse_initializer:
            if sparse.values is not None:
                self.values[sparse.values.name] = Value(list(sparse.dims),
                                                        None, True)
        for info in graph.value_info + graph.output:
            self.declared[info.name] = self.declared_shape(info, None)
        inputs = [info for info in graph.input
                  if info.name not in self.values]
        shapes = [self.declared_shape(info, info.name) for info in inputs]
        images = {shape[0] for shape in shapes
                  if shape and isinstance(shape[0], str)}
        images -= {d for shape in shapes if shape for d in shape[1:]}
        for info, shape in zip(inputs, shapes):
            if shape:
                shape = [1 if d in images else d for d in shape]
            self.values[info.name] = Value(shape)
        for name in sorted(images):
            self.said.read(
                self.place, f"dimension '{name}', the first of an input, is "
                f"open: it is 1; --dim {name}=N gives another, and --batch "
                "images")
        self.images = images

    def declared_of(self, name):
        shape = self.declared.get(name)
        if shape is None:
            return None
        return [1 if d in self.images else d for d in shape]

    def run(self, nodes, values, prefix="", depth=0):
        for node in nodes:
            self.walked += 1
            if self.walked > NODES_MAX:
                self.source.refuse(0, f"it has more than {NODES_MAX} nodes",
                                   "a smaller model is needed")
            inputs = [values.get(name, UNKNOWN) for name in node.input]
            function = self.functions.get((node.domain or "", node.op_type))
            if function is not None and depth < FUNCTION_DEPTH_MAX:
                outputs = self.call(function, node, inputs, prefix, depth)
            else:
                outputs = self.step(node, inputs, prefix)
            for name, value in zip(node.output, outputs):
                if not prefix:
                    value = Value(merged(value.shape, self.declared_of(name)),
                                  value.data, value.is_weight)
                values[name] = value

    def call(self, function, node, inputs, prefix, depth):
        """A function of the model's own, as the nodes that it is made of."""
        values = dict(zip(function.input, inputs))
        name = node.name or (node.output[0] if node.output else "")
        self.run(function.node, values, f"{prefix}{name}.", depth + 1)
        return [values.get(name, UNKNOWN) for name in function.output]

    def step(self, node, inputs, prefix):
        node.op_type = node.op_type or "without a name"
        op = Op(node, inputs, self.opset)
        op.declared = [None if prefix else self.declared_of(name)
                       for name in node.output]
        domain = node.domain or ""
        if domain in OWN_DOMAINS and node.op_type in LAYERS:
            self.add_layers(op, prefix)
        elif not op.is_weight and node.op_type not in FREE:
            key = node.op_type if domain in OWN_DOMAINS else \
                f"{domain}.{node.op_type}"
            self.others[key] = self.others.get(key, 0) + 1
        for a in node.attribute:
            if a.g is not None:
                self.tell_body(node, a)
        return outputs_of(op) if domain in OWN_DOMAINS else \
            [UNKNOWN] * len(node.output)

    def tell_body(self, node, attribute):
        inside = [n.op_type for n in attribute.g.node if n.op_type in LAYERS]
        self.said.not_expressible(
            self.place, f"{node.op_type} '{self.name_of(node)}' has a body of "
            f"{len(attribute.g.node)} nodes, {len(inside)} of them layers of "
            "MACs", "how often it runs is not known; it is left out")

    def name_of(self, node):
        if node.name:
            return node.name
        named = [name for name in node.output if name]
        return named[0] if named else ""

    def add_layers(self, op, prefix):
        name = prefix + self.name_of(op.node)
        what = f"{op.node.op_type} '{name}'"
        try:
            layers = LAYERS[op.node.op_type](op)
        except CannotBe as fault:
            self.said.not_expressible(self.place, f"{what}: {fault}",
                                      "it is left out of the network")
            return
        for end, kind, sizes, *told in layers:
            if kind == "conv_transpose":
                transposed.note(self.said, self.place, what, sizes)
            full = f"{name}_{end}" if end and name else name or end
            self.network.layers.append(Layer(full, kind, sizes, self.place,
                                             what if not end else
                                             f"{what}, {end}"))
            for text in told:
                self.said.approximated(self.place, what, text)

    def tell_others(self):
        for name in sorted(self.others):
            count = self.others[name]
            self.said.not_expressible(
                self.place, f"{count} {'node' if count == 1 else 'nodes'} "
                f"{name}", "not layers of MACs: their cycles, traffic and "
                "energy are not counted")


def read(source, said):
    graph = Graph(source, onnx_wire.model_of(source), said)
    graph.start()
    graph.run(graph.graph.node, graph.values)
    graph.tell_others()
    if not graph.network.layers:
        left_out = [note for note in said.notes
                    if note.place.file == source.path and note.consequence]
        why = f": {left_out[0].what}" if left_out else ""
        source.refuse(0, "the model has no layer of MACs that can be "
                      "expressed" + why,
                      "a model with Conv, Gemm, MatMul or the like, of known "
                      "sizes, is needed")
    said.networks.append(graph.network)
