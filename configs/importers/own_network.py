"""own_network.py - a network's file of accelsim's own, to be written in another
tool's form.
SPDX-License-Identifier: MIT
"""

from importers import braces_source
from importers.said import Layer, Network

TEXTS = ("name", "op", "type")
OPS = ("conv", "fc", "gemm", "matmul", "conv_transpose")


def recognises(source, said):
    del said
    root = braces_source.document(source)
    layers = root.get("layers") if root.is_map else None
    return layers is not None and layers.is_list and bool(layers.items) and \
        all(one.is_map and one.has("name") for one in layers.items)


def layer_of(item, images, said):
    sizes, place = {}, item.place
    op = item.get("op", "type")
    op = op.text if op is not None and op.text else "conv"
    if op not in OPS:
        item.refuse(f"op '{op}'", "one of " + ", ".join(OPS) + " is needed")
    for key, value in item.entries.items():
        if key in TEXTS or value.text in ("true", "false"):
            continue
        if key.endswith("_zero_share"):
            said.not_expressible(item.key_places.get(key, place),
                                 f"'{key}'", "other tools' files have no "
                                 "place for it here")
            continue
        sizes[key] = value.need_int(key, 0)
    name = item.get("name").need_text("name")
    lacking = [key for key in (("M", "N", "K") if "K" in sizes else
                               ("M", "C", "H", "W")) if key not in sizes]
    if lacking:
        item.refuse(f"layer '{name}' lacks {lacking[0]}", "it is needed")
    if "K" not in sizes and images > 1:
        sizes["N"] = images
    elif images > 1:
        key = "B" if op == "matmul" else "M"
        sizes[key] = sizes.get(key, 1) * images
    return Layer(name, op, sizes, place)


def read(source, said):
    root = braces_source.document(source)
    name, batch = root.get("name"), root.get("batch")
    network = Network(name.text if name is not None and name.text
                      else source.stem, source.place())
    images = batch.need_int("batch") if batch is not None else 1
    for item in root.get("layers").items:
        network.layers.append(layer_of(item, images, said))
    said.networks.append(network)
