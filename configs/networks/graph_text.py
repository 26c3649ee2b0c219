# SPDX-License-Identifier: MIT
"""A network's graph as it is built up, node by node, and as the text of its
file."""
from make_networks import comment


def keys_text(keys):
    def value(v):
        if isinstance(v, bool):
            return "true" if v else "false"
        if isinstance(v, str):
            return f'"{v}"'
        if isinstance(v, (list, tuple)):
            return "[" + ", ".join(value(item) for item in v) + "]"
        return str(v)
    return "".join(f" {key} = {value(v)};" for key, v in keys.items())


class Graph:
    """Inputs and nodes; a node's name is that of what it makes."""

    def __init__(self, name, remark, source):
        self.name = name
        self.head = (f"{name} as a graph. {remark}",
                     f"Source: {source}.",
                     "Made by make_graphs.py.")
        self.inputs, self.nodes = [], []

    def input(self, name, **keys):
        self.inputs.append(dict(name=name, **keys))
        return name

    def node(self, name, op, *sources, **keys):
        self.nodes.append({"name": name, "op": op, "in": list(sources),
                           **keys})
        return name

    def pool(self, name, op, source, size, stride, pad=0):
        keys = {"R": size, "S": size, "stride": stride}
        if pad:
            keys["pad"] = pad
        return self.node(name, op, source, **keys)

    def text(self):
        def group(all_keys):
            return ",\n".join("  {" + keys_text(keys) + " }"
                              for keys in all_keys)
        return ("".join(comment(line) for line in self.head) +
                "# SPDX-License-Identifier: MIT\n" +
                f'name = "{self.name}";\n' +
                f"inputs = (\n{group(self.inputs)}\n);\n" +
                f"nodes = (\n{group(self.nodes)}\n);\n")
