"""write_network.py - a network in accelsim's syntax, each layer with the line
that it comes from.
SPDX-License-Identifier: MIT
"""

import os

from importers import transposed, write_graph
from importers.names import Names, differs, plain
from importers.said import Layer, Refused
from importers.write_graph import count, one_line

DIM_MAX = 2**31 - 1
STEP_MAX = 65535
WORDS_MAX = 2**50
MACS_MAX = 2**62
STEPS = ("stride", "pad", "dilation", "output_pad")


def value_fits(key, value):
    if key.startswith(STEPS):
        least = 1 if key.startswith(("stride", "dilation")) else 0
        return least <= value <= STEP_MAX
    return 1 <= value <= DIM_MAX


def output_side(sizes, size, taps, axis, before, after):
    """How many outputs a convolution has along an axis."""
    stride = sizes.get("stride_" + axis, sizes.get("stride", 1))
    dilation = sizes.get("dilation_" + axis, sizes.get("dilation", 1))
    both = sizes.get("pad_" + axis, sizes.get("pad", 0))
    pads = sizes.get(before, both) + sizes.get(after, both)
    return (sizes[size] + pads - dilation * (sizes.get(taps, 1) - 1) - 1) \
        // stride + 1


def fault(layer):
    """Why accelsim cannot have the layer, or None."""
    sizes = layer.sizes
    for key, value in sizes.items():
        if not value_fits(key, value):
            return f"{key} = {value} is beyond what accelsim counts"
    if layer.op in ("gemm", "matmul") and "K" in sizes:
        m, n, k, b = (sizes.get(key, 1) for key in "MNKB")
        words, macs = (b * m * n, b * m * k, b * n * k), b * m * n * k
    else:
        g = sizes.get("G", 1)
        if sizes["M"] % g or sizes["C"] % g:
            return f"{g} groups do not divide {sizes['M']} filters and " \
                   f"{sizes['C']} channels"
        taps = sizes.get("R", 1) * sizes.get("S", 1)
        inputs = sizes["C"] * sizes["H"] * sizes["W"]
        weights = sizes["M"] * sizes["C"] // g * taps
        outputs = 0
        if layer.op == "conv_transpose" and transposed.fault(sizes):
            return transposed.fault(sizes)
        if layer.op != "conv_transpose":
            rows = output_side(sizes, "H", "R", "h", "pad_top", "pad_bottom")
            cols = output_side(sizes, "W", "S", "w", "pad_left", "pad_right")
            if rows < 1 or cols < 1:
                return "the filter is larger than the padded ifmap"
            outputs = sizes["M"] * rows * cols
        words = (inputs, weights, outputs)
        macs = outputs * sizes["C"] // g * taps
    if max(words) > WORDS_MAX or macs > MACS_MAX:
        return "its words or MACs are beyond what accelsim counts"
    return None


def layer_lines(layer, name):
    items = [f'name = "{name}"', f'op = "{layer.op}"']
    items += [f"{key} = {value}" for key, value in layer.sizes.items()]
    place = f"{os.path.basename(layer.place.file)}"
    place += f":{layer.place.line}" if layer.place.line else ""
    remark = f", {layer.remark}" if layer.remark else ""
    lines = [f"  # {one_line(place + remark)}", "  { "]
    for item in items:
        if len(lines[-1]) + len(item) > 77:
            lines[-1] = lines[-1].rstrip()
            lines.append("    ")
        lines[-1] += item + "; "
    lines[-1] += "}"
    return lines


def images_of(network):
    """The batch that all convolutions have, and that divides all products;
    else 1."""
    images = {layer.sizes.get("N", 1) for layer in network.layers
              if "H" in layer.sizes}
    if len(images) != 1:
        return 1
    batch = images.pop()
    return batch if all(per_image(layer, batch) for layer in network.layers
                        if "H" not in layer.sizes) else 1


def per_image(layer, batch):
    """The sizes of a product for one image of the batch, or None."""
    key = "B" if layer.op == "matmul" and "B" in layer.sizes else "M"
    if layer.sizes[key] % batch:
        return None
    return {**layer.sizes, key: layer.sizes[key] // batch}


def share_of_batch(layer, batch, said):
    """The layer as each image of the batch has it."""
    if "H" not in layer.sizes:
        return with_sizes(layer, per_image(layer, batch))
    sizes = dict(layer.sizes)
    images = sizes.pop("N", 1)
    if images != batch:
        said.not_expressible(
            layer.place, f"layer '{layer.name}' is of {images} images, and "
            "others of the network of other numbers",
            f"it is of one image; --batch {images} gives all layers as many")
    return with_sizes(layer, sizes)


def with_sizes(layer, sizes):
    return Layer(layer.name, layer.op, sizes, layer.place, layer.remark)


def text_of(network, said, known_as):
    """The file's text: a graph where there is one and accelsim can have it,
    else a list of layers."""
    if network.nodes:
        try:
            for layer in network.layers:
                if fault(layer) is not None:
                    raise write_graph.Faulty(f"layer '{layer.name}': "
                                             f"{fault(layer)}")
            return write_graph.text_of(network, said, known_as)
        except write_graph.Faulty as why:
            said.approximated(network.place, str(why), "the network is a list "
                              "of its layers of MACs, which nothing connects")
    return list_text(network, said, known_as)


def network_names(network):
    """{id of a layer: its name in the network's file}."""
    names, out = Names(), {}
    for i, layer in enumerate(network.layers, 1):
        if fault(layer) is None:
            out[id(layer)] = names.new(layer.name, f"layer{i}")
    return out


def list_text(network, said, known_as):
    names, blocks = Names(), []
    batch = images_of(network)
    for i, layer in enumerate(network.layers, 1):
        layer = share_of_batch(layer, batch, said)
        why = fault(layer)
        if why is not None:
            said.not_expressible(layer.place, f"layer '{layer.name}': {why}",
                                 "it is left out of the network")
            continue
        name = names.new(layer.name, f"layer{i}")
        if differs(name, layer.name):
            said.renamed(layer.place, f"layer '{layer.name}' is called "
                         f"'{name}'")
        blocks.append("\n".join(layer_lines(layer, name)))
    if not blocks:
        raise Refused(network.place, "no layer of it can be expressed: " +
                      said.notes[-1].what,
                      "at least one layer of MACs is needed")
    own = plain(network.name, "network")
    images = f"batch = {batch};\n" if batch > 1 else ""
    where = one_line(os.path.basename(network.place.file))
    said.read(network.place, f"{count(len(blocks), 'layer')} of MACs, as "
              f"network '{own}' in {known_as}")
    return (f"# {known_as} - imported from {where}.\n"
            f'name = "{own}";\n{images}layers = (\n' + ",\n".join(blocks) +
            "\n);\n")
