"""timeloop_problem.py - a problem of Timeloop's, 0.2 to 0.4 and the older forms
in YAML and libconfig: a shape (dimensions, data spaces and their projections)
and the sizes of an instance. It is one layer.

Timeloop has no padding: an output's size is given, and the input is what the
windows touch. Keys that Timeloop ignores because of their capitals (`HStride`)
are taken as they were meant.
SPDX-License-Identifier: MIT
"""

from importers import braces_source, yaml_source
from importers.einsum_layer import CannotBe, layer_nest
from importers.said import Layer, Network
from importers.tree import same_key

# The shape that Timeloop takes where a problem names or has none, with the
# group of its later form; K and M both are filters.
CNN_DIMENSIONS = tuple("RSPQCKMNG")
CNN_COEFFICIENTS = {"Wstride": 1, "Hstride": 1, "Wdilation": 1, "Hdilation": 1}
CNN_SPACES = (
    ("Weights", (("C",), ("K",), ("M",), ("R",), ("S",), ("G",)), False),
    ("Inputs", (("N",), ("C",), ("G",),
                (("R", "Wdilation"), ("P", "Wstride")),
                (("S", "Hdilation"), ("Q", "Hstride"))), False),
    ("Outputs", (("N",), ("K",), ("M",), ("Q",), ("P",), ("G",)), True),
)
GEMM_SPACES = (
    ("A", (("M",), ("K",)), False), ("B", (("N",), ("K",)), False),
    ("Z", (("M",), ("N",)), True),
)
NAMED_SHAPES = {"cnn_layer": (CNN_DIMENSIONS, CNN_SPACES),
                "gemm_ABZ": (tuple("MNK"), GEMM_SPACES)}
DECORATION = {"H", "W", "Hpad", "Wpad", "type", "name", "version", "notes"}
SUFFIXES = (".yaml", ".yml")


def is_yaml(source):
    return source.path.lower().endswith(SUFFIXES) or (
        source.is_text and not braces_source.begins_as_settings(source.text))


def document(source, said):
    """The file's tree, whichever syntax it has."""
    if is_yaml(source):
        return yaml_source.document(source, said)
    return braces_source.document(source)


def problem_of(root):
    """The problem in a document, or None."""
    if not root.is_map:
        return None
    problem = root.get("problem")
    if problem is not None and problem.is_map:
        return problem
    shape = root.get("shape")
    if root.has("instance") and shape is not None or \
            (shape is not None and shape.is_map and
             shape.has("dimensions")):
        return root
    return None


class Problem:
    """What a problem says: loops with their sizes, tensors with their
    projections."""

    def __init__(self, source, said, problem):
        self.source, self.said, self.problem = source, said, problem
        self.sizes, self.coefficients = {}, {}
        self.spaces = []   # (name, ranks of (dimension, coefficient), is output)
        self.is_default = False
        self.read()

    def read(self):
        shape = self.problem.get("shape")
        if shape is not None and shape.is_map and \
                shape.has("data_spaces"):
            self.own_shape(shape)
        else:
            self.named_shape(shape)
        instance = self.problem.get("instance")
        self.instance(instance if instance is not None and instance.is_map
                      else self.problem)

    def named_shape(self, shape):
        name = same_key(shape.text) if shape is not None and \
            shape.is_scalar and shape.text else "cnn_layer"
        if shape is not None and shape.is_scalar and \
                name not in NAMED_SHAPES:
            shape.refuse(f"shape '{shape.text}' is a file of Timeloop's that "
                         "is not here", "a shape with its dimensions and data "
                         "spaces is needed")
        self.dimensions, spaces = NAMED_SHAPES[name]
        self.coefficients = dict(CNN_COEFFICIENTS)
        self.spaces = [(space, [[(term if isinstance(term, tuple) else
                                  (term, None)) for term in rank]
                                for rank in ranks], is_output)
                       for space, ranks, is_output in spaces]
        self.is_default = True

    def own_shape(self, shape):
        dimensions = shape.get("dimensions")
        if dimensions is None:
            shape.refuse("the shape has no 'dimensions'",
                         "a list of names is needed")
        self.dimensions = [one.need_text("dimensions") for one in
                           dimensions.need_list("dimensions")]
        for one in (shape.get("coefficients") or shape).list():
            if one.is_map and one.has("default"):
                name = one.get("name")
                if name is not None:
                    self.coefficients[name.need_text("name")] = \
                        one.get("default").need_int("default", 0)
        spaces = shape.get("data_spaces").need_list("data_spaces")
        self.spaces = [self.space(one.need_map("data_spaces"))
                       for one in spaces]

    def space(self, item):
        name, projection = item.get("name"), item.get("projection")
        if name is None or projection is None:
            item.refuse("a data space lacks its name or projection",
                        "both are needed")
        ranks = [self.rank(rank) for rank in
                 projection.need_list("projection")]
        writes = item.get("read_write")
        is_output = writes is not None and \
            str(writes.text).lower() in ("true", "1", "yes")
        return name.need_text("name"), ranks, is_output

    def rank(self, item):
        if item.is_scalar:
            return [(self.dimension(item), None)]
        terms = []
        for term in item.items:
            parts = term.list()
            if not 1 <= len(parts) <= 2:
                term.refuse("a term of a projection is neither a dimension "
                            "nor one with a coefficient",
                            "as in [R] or [R, Wdilation]")
            terms.append((self.dimension(parts[0]),
                          parts[1].need_text("a coefficient")
                          if len(parts) == 2 else None))
        return terms

    def dimension(self, item):
        name = item.need_text("a dimension")
        if name not in self.dimensions:
            item.refuse(f"'{name}' is none of the dimensions",
                        "one of " + ", ".join(self.dimensions) + " is needed")
        return name

    def instance(self, item):
        lower = {name.lower(): name for name in self.coefficients}
        for key, value in item.entries.items():
            place = item.key_places.get(key, value.place)
            if key in self.dimensions:
                self.sizes[key] = value.need_int(key)
            elif key in self.coefficients:
                self.coefficients[key] = value.need_int(key, 0)
            elif key.lower() in lower and value.int() is not None:
                meant = lower[key.lower()]
                if meant in item.entries:
                    self.said.read(place, f"'{key}' is nothing that Timeloop "
                                   f"reads beside '{meant}'; it has no effect")
                    continue
                self.coefficients[meant] = value.need_int(key, 0)
                self.said.approximated(
                    place, f"'{key}' is no coefficient of the shape; "
                    f"'{meant}' is, and Timeloop takes its default, "
                    "so that its input is smaller",
                    f"{meant} = {value.text} is taken, as it was meant; the "
                    "MACs are the same")
            elif same_key(key) in ("densities", "commonDensity"):
                self.densities(place, key, value)
            elif key not in DECORATION and item is not self.problem:
                self.said.read(place, f"'{key}' is nothing that Timeloop "
                               "reads; it has no effect")
        missing = [name for name in self.dimensions if name not in self.sizes]
        if self.is_default and self.sizes:
            self.sizes.update((name, 1) for name in missing)
        elif missing:
            item.refuse("the instance gives no size of " +
                        ", ".join(missing), "a whole number for each is "
                        "needed")

    def densities(self, place, key, value):
        if value.is_map and not value.entries:
            return
        names = ", ".join(value.entries) if value.is_map else key
        self.said.not_expressible(
            place, f"densities of {names}", "the layer runs dense: zeros take "
            "their cycles; 'ifmap_zero_share' of a layer prices gating")

    def tensor(self, ranks):
        """Ranks with numbers for coefficients."""
        out = []
        for rank in ranks:
            terms = []
            for dimension, step in rank:
                if step is None:
                    value = 1
                elif step in self.coefficients:
                    value = self.coefficients[step]
                else:
                    self.source.refuse(self.problem.place.line,
                                       f"coefficient '{step}' has no value",
                                       "a default, or a number in the "
                                       "instance, is needed")
                terms.append((dimension, value))
            out.append(terms)
        return out

    def nest(self):
        """The layer; CannotBe says why it is none."""
        outputs = [one for one in self.spaces if one[2]]
        inputs = [one for one in self.spaces if not one[2]]
        if len(outputs) != 1 or len(inputs) != 2:
            raise CannotBe(f"{len(inputs)} data spaces are read and "
                           f"{len(outputs)} written; a layer has two and one")
        weights = [k for k, (name, _, _) in enumerate(inputs)
                   if name.lower().startswith(("weight", "filter", "w"))]
        return layer_nest(self.tensor(outputs[0][1]),
                          self.tensor(inputs[0][1]),
                          self.tensor(inputs[1][1]), self.sizes,
                          weights[0] if len(weights) == 1 else None)

    def name(self):
        shape = self.problem.get("shape")
        name = shape.get("name") if shape is not None and shape.is_map else \
            None
        return name.text if name is not None and name.text else \
            self.source.stem


def read(source, said):
    problem = Problem(source, said, problem_of(document(source, said)))
    place = problem.problem.place
    try:
        nest = problem.nest()
    except CannotBe as fault:
        source.refuse(place.line, f"the problem is no layer: {fault}",
                      "a product of two tensors, summed, is needed")
    for what, consequence in nest.told:
        said.approximated(place, what, consequence)
    network = Network(source.stem, source.place())
    network.layers.append(Layer(problem.name(), nest.op, nest.sizes, place))
    said.timeloop_problems = getattr(said, "timeloop_problems", []) + \
        [(problem, nest, problem.name())]
    said.networks.append(network)
