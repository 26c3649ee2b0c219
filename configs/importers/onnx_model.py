"""onnx_model.py - an ONNX model as a network: its nodes of MACs in order, each
with the name of its node; the others are counted and told.

The weights need not be there: shapes come from initializers, from the graph's
inputs and from what computes them. A first dimension that is left open is that
of images, of which one is taken (--batch has more); others are given by
--dim NAME=N, where an input's dimension without a name is called INPUT.AXIS.
SPDX-License-Identifier: MIT
"""

from importers import onnx_mac_nodes, onnx_wire, transposed
from importers.onnx_graph import FAULTS, HOST, Builder, NoGraph
from importers.onnx_layers import LAYERS, CannotBe
from importers.onnx_patterns import merged as patterns_merged
from importers.onnx_shapes import FREE, Op, outputs_of
from importers.onnx_values import UNKNOWN, Value, merged
from importers.onnx_vector_nodes import NODES
from importers.onnx_wire import numbers_of
from importers.said import Layer, Network

OWN_DOMAINS = ("", "ai.onnx", "com.microsoft")
FUNCTION_DEPTH_MAX = 16
NODES_MAX = 1 << 20
# What the host works out: sizes, indices, comparisons.
HOST_OPS = """Shape Size Range NonZero ConstantOfShape Equal Less Greater
LessOrEqual GreaterOrEqual And Or Xor IsNaN TopK ArgMax ArgMin OneHot
NonMaxSuppression EyeLike""".split()


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
        self.outside = {}  # operator: how many nodes are none of the graph
        self.builder = Builder(source.place())
        self.unnamed = 0
        self.walked = 0
        self.initial = set()  # names of initializers
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
        self.initial = {tensor.name for tensor in graph.initializer}
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
        self.builder.set_images(self.count_of_images(inputs))

    def count_of_images(self, inputs):
        """The first dimension that all inputs of maps or sequences have; ids
        of words are such a sequence, too."""
        ids = {node.input[1] for node in self.graph.node
               if node.op_type == "Gather" and len(node.input) > 1}
        shapes = [(info.name, self.values[info.name].shape) for info in inputs]
        if not any(shape and (len(shape) > 2 or name in ids)
                   for name, shape in shapes):
            return 1
        firsts = {shape[0] for _, shape in shapes if shape and len(shape) > 1}
        first = firsts.pop() if len(firsts) == 1 else 1
        return first if isinstance(first, int) and first > 0 else 1

    def declared_of(self, name):
        shape = self.declared.get(name)
        if shape is None:
            return None
        return [1 if d in self.images else d for d in shape]

    def run(self, nodes, values, prefix="", depth=0, outputs=()):
        nodes = patterns_merged(
            nodes, [name for name, value in values.items() if value.is_weight],
            outputs)
        uses = {}
        for name in [n for node in nodes for n in node.input] + list(outputs):
            uses[name] = uses.get(name, 0) + 1
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
                outputs = self.step(node, inputs, prefix, uses)
            for name, value in zip(node.output, outputs):
                values[name] = value

    def call(self, function, node, inputs, prefix, depth):
        """A function of the model's own, as the nodes that it is made of."""
        values = dict(zip(function.input, inputs))
        name = node.name or (node.output[0] if node.output else "")
        self.run(function.node, values, f"{prefix}{name}.", depth + 1,
                 function.output)
        return [values.get(name, UNKNOWN) for name in function.output]

    def step(self, node, inputs, prefix, uses):
        node.op_type = node.op_type or "without a name"
        op = Op(node, inputs, self.opset)
        op.declared = [None if prefix else self.declared_of(name)
                       for name in node.output]
        op.uses = [uses.get(name, 0) for name in node.input]
        is_own = (node.domain or "") in OWN_DOMAINS
        op.outs = outputs_of(op) if is_own else \
            [Value() for _ in node.output]
        for out, declared in zip(op.outs, op.declared):
            out.take_shape(merged(out.shape, declared))
        layers = []
        if is_own and node.op_type in LAYERS:
            layers = self.add_layers(op, prefix)
        elif not op.is_weight and node.op_type not in FREE:
            self.count(self.others, op)
        if self.builder is not None:
            self.add_nodes(op, prefix, layers, is_own)
        for a in node.attribute:
            if a.g is not None:
                self.tell_body(node, a)
        return op.outs

    @staticmethod
    def count(counts, op):
        domain = op.node.domain or ""
        key = op.node.op_type if domain in OWN_DOMAINS else \
            f"{domain}.{op.node.op_type}"
        counts[key] = counts.get(key, 0) + 1

    def add_nodes(self, op, prefix, layers, is_own):
        """Puts a node into the graph, too; what cannot be there is counted."""
        kind, name = op.node.op_type, prefix + self.name_of(op.node)
        outs, self.builder.remark = [], f"{kind} '{name}'"
        try:
            if layers:
                outs = onnx_mac_nodes.add(self.builder, op, layers, name)
            elif op.is_weight or all(out.data is not None for out in op.outs):
                return
            elif is_host(op):
                outs = [HOST] * len(op.outs)
                if kind not in FREE:
                    self.count(self.outside, op)
            elif is_own and kind in NODES:
                outs = self.vector_node(op, name)
            elif kind not in FREE and kind not in LAYERS:
                self.count(self.outside, op)
        except NoGraph as fault:
            self.builder = None
            self.said.approximated(self.place, f"{kind} '{name}': {fault}",
                                   "the network is a list of its layers of "
                                   "MACs, which nothing connects")
        for out, held in zip(op.outs, outs):
            out.held = held

    def vector_node(self, op, name):
        before = len(self.builder.nodes)
        try:
            return NODES[op.node.op_type](self.builder, op, name)
        except NoGraph:
            raise
        except FAULTS:
            self.builder.forget(before)
            if op.node.op_type not in FREE:
                self.count(self.outside, op)
            return []

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
        except FAULTS as fault:
            why = fault if isinstance(fault, CannotBe) else \
                "its attributes contradict its operands"
            self.said.not_expressible(self.place, f"{what}: {why}",
                                      "it is left out of the network")
            return []
        self.tell_computed(op, what, layers)
        for end, kind, sizes, *told in layers:
            if kind == "conv_transpose":
                transposed.note(self.said, self.place, what, sizes)
            full = f"{name}_{end}" if end and name else name or end
            self.network.layers.append(Layer(full, kind, sizes, self.place,
                                             what if not end else
                                             f"{what}, {end}"))
            for text in told:
                self.said.approximated(self.place, what, text)
        return layers

    def tell_computed(self, op, what, layers):
        """Weights that are no initializer, but worked out of some."""
        if op.node.op_type == "MatMul" and layers[0][1] == "gemm" and \
                op.node.input[1] not in self.initial:
            self.said.read(self.place, f"{what}: its second operand is worked "
                           "out of weights, and counts as weights")

    def tell_others(self):
        counts = self.outside if self.builder is not None else self.others
        for name in sorted(counts):
            self.said.not_expressible(
                self.place, nodes_of(counts[name], name),
                "not in the graph: cycles, traffic and energy of "
                f"{'it' if counts[name] == 1 else 'them'} are not counted, and "
                "who reads the output reads an input of the network"
                if self.builder is not None else "not layers of MACs: their "
                "cycles, traffic and energy are not counted")
        if self.builder is None:
            return
        for (what, consequence), of_kind in self.builder.counts.items():
            for name in sorted(of_kind):
                text = f"{nodes_of(of_kind[name], name)}: {what}"
                if consequence is None:
                    self.said.read(self.place, text)
                else:
                    self.said.approximated(self.place, text, consequence)

    def finish(self):
        if self.builder is not None:
            self.network.inputs, self.network.nodes = self.builder.finish()
            self.network.images = self.builder.count_of_images()
            self.tell_inputs()

    def tell_inputs(self):
        own = {info.name for info in self.graph.input}
        weights = [t for t in self.network.inputs
                   if t.name not in own and t.is_weight]
        if weights:
            self.said.read(
                self.place, "weights that are read word by word are "
                f"{'an input' if len(weights) == 1 else 'inputs'} of the "
                "network: " + ", ".join(f"'{t.name}'" for t in weights[:3]) +
                (", ..." if len(weights) > 3 else ""))
        for tensor in self.network.inputs:
            if tensor.name not in own and not tensor.is_weight:
                self.said.read(
                    self.place, f"'{tensor.name}' is an input of the network: "
                    "none of its nodes makes it")


def nodes_of(count, name):
    return f"{count} {'node' if count == 1 else 'nodes'} {name}"


def is_host(op):
    """Whether what a node makes are sizes, indices and masks."""
    if op.node.op_type in HOST_OPS:
        return True
    live = [value for value in op.inputs if not value.is_weight and
            (value.held is not None or value.shape is not None)]
    return bool(live) and all(value.held is HOST for value in live)


def read(source, said):
    graph = Graph(source, onnx_wire.model_of(source), said)
    graph.start()
    graph.run(graph.graph.node, graph.values,
              outputs=[info.name for info in graph.graph.output])
    graph.tell_others()
    graph.finish()
    if not graph.network.layers and not graph.network.nodes:
        left_out = [note for note in said.notes
                    if note.place.file == source.path and note.consequence]
        why = f": {left_out[0].what}" if left_out else ""
        source.refuse(0, "the model has no node that can be expressed" + why,
                      "a model with Conv, Gemm, MatMul or the like, of known "
                      "sizes, is needed")
    said.networks.append(graph.network)
