"""onnx_patterns.py - finds what exporters write as several ONNX nodes and chips
do as one operation: norms, gelu, silu, softmax. Each becomes one node, in the
place of its last.

SPDX-License-Identifier: MIT
"""

DEPTH_MAX = 8  # nodes of gelu's inner polynomial, on top of each other


class Merged:
    """A node in the place of several."""

    def __init__(self, op_type, inputs, last):
        self.op_type, self.input, self.output = op_type, inputs, last.output
        self.name, self.domain, self.attribute = last.name, "", []


class Finder:
    def __init__(self, nodes, constants):
        self.maker, self.readers = {}, {}
        self.constants = set(constants)
        for node in nodes:
            for name in node.output:
                self.maker[name] = node
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
            if node.op_type == "Constant" or (node.input and all(
                    name in self.constants for name in node.input)):
                self.constants.update(node.output)

    def by(self, name, *kinds):
        """The node that makes a value, if it is of one of the kinds."""
        node = self.maker.get(name)
        while node is not None and node.op_type == "Cast" and node.input:
            node = self.maker.get(node.input[0])
        return node if node is not None and node.op_type in kinds else None

    def behind(self, node, *kinds):
        """The only reader of a node's output, if it is of one of the kinds."""
        readers = self.readers.get(node.output[0], []) if node.output else []
        while len(readers) == 1 and readers[0].op_type == "Cast" and \
                readers[0].output:
            readers = self.readers.get(readers[0].output[0], [])
        if len(readers) == 1 and readers[0].op_type in kinds:
            return readers[0]
        return None

    def same(self, one, two):
        """Whether two names are one value, but for its type."""
        return self.root(one) == self.root(two)

    def root(self, name):
        node = self.maker.get(name)
        while node is not None and node.op_type == "Cast" and node.input:
            name = node.input[0]
            node = self.maker.get(name)
        return name

    def other(self, node, name):
        """The other operand of a node of two; None if `name` is neither."""
        if len(node.input) != 2:
            return None
        for i in range(2):
            if self.same(node.input[i], name):
                return node.input[1 - i]
        return None

    def times_constant(self, node):
        """A node's next one, where that is a Mul or Div by a constant, else
        the node itself."""
        after = self.behind(node, "Mul", "Div")
        if after is not None and len(after.input) == 2 and \
                any(name in self.constants for name in after.input):
            return after
        return node

    def scaled(self, last, kind):
        """A norm with its factors, and addends, behind it."""
        product = self.behind(last, "Mul")
        if product is not None and any(name in self.constants
                                       for name in product.input):
            last = product
            total = self.behind(last, "Add") if kind != "RMSNormalization" \
                else None
            if total is not None and any(name in self.constants
                                         for name in total.input):
                last = total
        return last


def square_of(find, name):
    """What a Pow or Mul squares."""
    node = find.by(name, "Pow", "Mul")
    if node is None or len(node.input) != 2:
        return None
    if node.op_type == "Pow" and node.input[1] in find.constants:
        return node.input[0]
    if node.op_type == "Mul" and find.same(*node.input):
        return node.input[0]
    return None


def norm(find, root):
    """From a Sqrt: x less its mean, or x, by the root of its mean square."""
    plus = find.by(root.input[0], "Add") if root.input else None
    if plus is None:
        return None
    mean = next((n for n in (find.by(name, "ReduceMean")
                             for name in plus.input) if n is not None), None)
    squared = square_of(find, mean.input[0]) if mean is not None else None
    if squared is None:
        return None
    last = find.behind(root, "Div", "Reciprocal")
    if last is None:
        return None
    if last.op_type == "Reciprocal" or last.input[0] in find.constants:
        last = find.behind(last, "Mul")
    less = find.by(squared, "Sub")
    is_mean = less is not None and len(less.input) == 2 and \
        find.by(less.input[1], "ReduceMean") is not None
    if last is None:
        return None
    used = [find.root(name) for name in last.input]
    if is_mean:
        x = less.input[0]
        # The difference may be worked out twice.
        if not any(find.by(name, "Sub") is not None and find.same(
                find.by(name, "Sub").input[0], x) for name in used):
            return None
        kind = "LayerNormalization"
    else:
        x, kind = squared, "RMSNormalization"
        if find.root(x) not in used:
            return None
    return Merged(kind, [x], find.scaled(last, kind))


def leaves(find, name, x, depth=0):
    """Whether a value is made of x and constants alone, word by word."""
    if name in find.constants or find.same(name, x):
        return True
    node = find.by(name, "Mul", "Add", "Pow", "Div", "Sub")
    return node is not None and depth < DEPTH_MAX and all(
        leaves(find, one, x, depth + 1) for one in node.input)


def gelu(find, node):
    """From an Erf or Tanh: x (1 + f(x)) / 2."""
    plus = find.behind(node, "Add")
    if plus is None or not any(n in find.constants for n in plus.input):
        return None
    plus = find.times_constant(plus)
    product = find.behind(plus, "Mul")
    y = find.other(product, plus.output[0]) if product is not None else None
    if y is None or y in find.constants:
        return None
    half = find.by(y, "Mul", "Div")
    for x in [y] + ([n for n in half.input if n not in find.constants]
                    if half is not None else []):
        if leaves(find, node.input[0], x):
            last = find.times_constant(product) if x == y else product
            return Merged("Gelu", [x], last)
    return None


def silu(find, node):
    """x sigmoid(x), where x may have a factor inside."""
    product = find.behind(node, "Mul")
    x = find.other(product, node.output[0]) if product is not None else None
    if x is None:
        return None
    inner = node.input[0]
    scale = find.by(inner, "Mul")
    is_scaled = scale is not None and find.other(scale, x) in find.constants
    if not find.same(inner, x) and not is_scaled:
        return None
    kind = "HardSwish" if node.op_type == "HardSigmoid" else \
        "QuickGelu" if is_scaled else "Silu"
    return Merged(kind, [x], product)


def hard_swish(find, node):
    """x relu6(x + 3) / 6."""
    plus = find.by(node.input[0], "Add")
    x = next((n for n in plus.input if n not in find.constants), None) \
        if plus is not None else None
    after = find.times_constant(node)
    product = find.behind(after, "Mul")
    if x is None or product is None or \
            find.other(product, x) is None:
        return None
    return Merged("HardSwish", [x], find.times_constant(product))


def softmax(find, node):
    """From an Exp: e^x by the sum of e^x, over the last axis."""
    x = node.input[0]
    less = find.by(x, "Sub")
    if less is not None and find.by(less.input[1], "ReduceMax") is not None:
        x = less.input[0]
    last = next((n for n in find.readers.get(node.output[0], [])
                 if n.op_type == "Div" and n.input[0] == node.output[0]),
                None)
    total = find.by(last.input[1], "ReduceSum") if last is not None and \
        len(last.input) == 2 else None
    if total is None or not find.same(total.input[0], node.output[0]) or \
            not any(list(a.ints) == [-1] for a in total.attribute
                    if a.name == "axes"):
        return None
    return Merged("Softmax", [x], last)


PATTERNS = {"Sqrt": norm, "Erf": gelu, "Tanh": gelu, "Sigmoid": silu,
            "HardSigmoid": silu, "Clip": hard_swish, "Relu6": hard_swish,
            "Exp": softmax}


def merged(nodes, constants, outputs):
    """The nodes, with one in the place of each pattern. What nothing reads
    then is left out; `outputs` are read from outside."""
    if not any(node.op_type in PATTERNS for node in nodes):
        return nodes
    find, ends = Finder(nodes, constants), {}
    for node in nodes:
        pattern = PATTERNS.get(node.op_type)
        if pattern is None or not node.input or not node.output:
            continue
        found = pattern(find, node)
        if found is not None and found.output:
            ends[found.output[0]] = found
    if not ends:
        return nodes
    out = [ends.get(node.output[0], node) if node.output else node
           for node in nodes]
    return without_unread(out, nodes, set(outputs))


def without_unread(nodes, before, outputs):
    """Leaves out what a pattern's inner nodes were, and what was unread
    before stays."""
    read_before = {name for node in before for name in node.input}
    kept, read = [], set(outputs)
    for node in reversed(nodes):
        if not node.output or any(
                name in read or name not in read_before
                for name in node.output if name):
            kept.append(node)
            read.update(node.input)
    return kept[::-1]
