"""write_graph.py - a network in accelsim's syntax as a graph: inputs, and nodes
with what they read.
SPDX-License-Identifier: MIT
"""

import os

from importers.names import Names, differs, plain

WIDTH = 79
KEYS_MAX = 2**31 - 1
WORDS_MAX = 2**50


class Faulty(Exception):
    """Why the graph cannot be written."""


def one_line(text):
    """A comment ends with its line, and no other letter steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def count(number, noun):
    """'1 layer', '2 layers'."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def names_of(network):
    """{id of node or input: name}: layers first, as in a list of them."""
    names, out, n_layers = Names(), {}, 0
    for node in network.nodes:
        if node.layer is not None:
            n_layers += 1
            out[id(node)] = names.new(node.name, f"layer{n_layers}")
    for tensor in network.inputs:
        out[id(tensor)] = names.new(tensor.name, "input")
    for i, node in enumerate(network.nodes, 1):
        if id(node) not in out:
            out[id(node)] = names.new(node.name, f"{node.op}{i}")
            for k in range(node.keys.get("parts", 0)):
                names.given.add(f"{out[id(node)]}.{k}")
    return out


def text_of_value(value):
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value)


def item_lines(items):
    """One group, over as many lines as it needs."""
    lines = ["  { "]
    for item in items:
        if len(lines[-1]) + len(item) > WIDTH - 2 and lines[-1].strip() != "{":
            lines[-1] = lines[-1].rstrip()
            lines.append("    ")
        lines[-1] += item + "; "
    lines[-1] += "}"
    return "\n".join(lines)


def checked(shape, what, images):
    words = images
    for size in shape:
        words *= size
    if max(shape) > KEYS_MAX or words > WORDS_MAX:
        raise Faulty(f"{what} is beyond what accelsim counts")
    return shape


def input_text(tensor, name, images):
    shape = checked(tensor.shape(), f"input '{tensor.name}'", images)
    items = [f'name = "{name}"'] + [f"{key} = {size}" for key, size in
                                    zip("CHW", shape) if size > 1 or
                                    key == "C"]
    return item_lines(items)


def node_text(node, names, outs, images):
    ins = []
    for tensor in node.ins:
        maker = tensor if tensor.maker is None else tensor.maker
        end = "" if tensor.part is None else f".{tensor.part}"
        ins.append(f'"{names[id(maker)]}{end}"')
        checked(tensor.shape(), f"what node '{node.name}' reads", images)
    items = [f'name = "{names[id(node)]}"', f'op = "{node.op}"',
             f"in = [{', '.join(ins)}]"]
    for key, value in node.keys.items():
        if key == "to" and value is None:
            value = outs[id(node)].shape()
        items.append(f"{key} = {text_of_value(value)}")
    text = item_lines(items)
    return f"  # {one_line(node.remark)}\n{text}" if node.remark else text


def text_of(network, said, known_as):
    """The file's text; Faulty."""
    names = names_of(network)
    outs = {id(t.maker): t for node in network.nodes for t in node.ins
            if t.maker is not None}
    own = plain(network.name, "network")
    images = network.images
    inputs = [input_text(t, names[id(t)], images) for t in network.inputs]
    nodes = [node_text(node, names, outs, images) for node in network.nodes
             if "to" not in node.keys or node.keys["to"] is not None or
             id(node) in outs]
    for node in network.nodes:
        if node.layer is not None and differs(names[id(node)], node.name):
            said.renamed(node.place, f"layer '{node.name}' is called "
                         f"'{names[id(node)]}'")
    where = one_line(os.path.basename(network.place.file))
    layers = sum(node.layer is not None for node in network.nodes)
    said.read(network.place, f"{count(layers, 'layer')} of MACs and "
              f"{count(len(nodes) - layers, 'other node')}, as network "
              f"'{own}' in {known_as}")
    batch = f"batch = {images};\n" if images > 1 else ""
    return (f"# {known_as} - imported from {where}.\n"
            f'name = "{own}";\n{batch}inputs = (\n' + ",\n".join(inputs) +
            "\n);\nnodes = (\n" + ",\n".join(nodes) + "\n);\n")
