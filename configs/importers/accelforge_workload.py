"""accelforge_workload.py - workloads of AccelForge: einsums over tensors whose
ranks are indexed by expressions such as `H: p * 4 + r`.

An index beyond a rank's size reads nothing: that is padding behind the ifmap.
Fusion, persistence and bits of values are not imported, and told.
SPDX-License-Identifier: MIT
"""

import re

from importers import yaml_source
from importers.einsum_layer import CannotBe, layer_nest
from importers.said import Layer, Network

ACCESS = re.compile(r"(\w+)\s*\[([^\]]*)\]")
BOUNDS = re.compile(r"0\s*<=\s*(\w+)\s*<\s*(\d+)$")
TERM = re.compile(r"(\w+)(?:\*(\d+))?$|(\d+)\*(\w+)$")


def workload_of(root):
    workload = root.get("workload") if root.is_map else None
    return workload if workload is not None and workload.is_map and \
        workload.has("einsums") else None


def recognises(source, said):
    return workload_of(yaml_source.document(source, said)) is not None


class Access:
    """One tensor of an einsum: its ranks as (name, [(variable, step)])."""

    def __init__(self, name, ranks, is_output=False):
        self.name, self.ranks, self.is_output = name, ranks, is_output


def terms_of(text, at):
    out = []
    for part in text.replace(" ", "").split("+"):
        found = TERM.match(part)
        if found is None:
            at.refuse(f"index '{text.strip()[:60]}' cannot be read",
                      "as in p, or p * 2 + r")
        one, step, step_before, two = found.groups()
        out.append((one or two, int(step or step_before or 1)))
    return out


def ranks_of_text(text, at):
    """`n, c, H: p * 4 + r`."""
    out = []
    for part in text.split(","):
        name, colon, expression = part.partition(":")
        if not colon:
            name, expression = name.strip().upper(), name
        if expression.strip():
            out.append((name.strip(), terms_of(expression, at)))
    return out


def ranks_of_item(item):
    if item.is_map:
        return [(name, terms_of(value.need_text(name), value))
                for name, value in item.entries.items()]
    if item.is_list:
        return [(one.need_text("projection").upper(),
                 terms_of(one.text, one)) for one in item.items]
    return ranks_of_text(item.need_text("projection"), item)


def bounds_of(item, out):
    """Sizes of variables: {m: "0 <= m < 128"} or a list of such texts."""
    if item is None:
        return
    entries = list(item.entries.values()) if item.is_map else item.list()
    for one in entries:
        found = BOUNDS.match((one.text or "").strip())
        if found is None:
            one.refuse(f"'{one.shown()}' is no range", "as in 0 <= m < 128")
        out[found.group(1)] = int(found.group(2))


class Einsum:
    def __init__(self, item):
        self.item, self.text = item, None
        self.accesses, self.sizes = [], {}
        if item.is_scalar:
            self.text = item.need_text("einsum")
        elif item.get("einsum") is not None:
            self.text = item.get("einsum").need_text("einsum")
        if self.text is not None:
            self.from_text(self.text)
        else:
            self.from_accesses()
        bounds_of(item.get("iteration_space_shape"), self.sizes)
        name = item.get("name")
        outputs = [one for one in self.accesses if one.is_output]
        self.name = name.text if name is not None and name.text else \
            (outputs[0].name if outputs else "einsum")

    def from_text(self, text):
        left, equals, right = text.partition("=")
        out, inputs = ACCESS.findall(left), ACCESS.findall(right)
        if not equals or len(out) != 1 or not inputs:
            self.item.refuse(f"einsum '{text[:60]}' cannot be read",
                             "as in T[m, n] = A[m, k] * B[k, n]")
        self.accesses = [Access(name, ranks_of_text(ranks, self.item), k == 0)
                         for k, (name, ranks) in enumerate(out + inputs)]

    def from_accesses(self):
        accesses = self.item.get("tensor_accesses")
        if accesses is None:
            self.item.refuse("an einsum has no tensor_accesses",
                             "a list of them is needed")
        for one in accesses.need_list("tensor_accesses"):
            name, ranks = one.get("name"), one.get("projection")
            if name is None or ranks is None:
                one.refuse("a tensor access lacks its name or projection",
                           "both are needed")
            output = one.get("output")
            self.accesses.append(Access(
                name.need_text("name"), ranks_of_item(ranks),
                output is not None and
                str(output.text).lower() in ("true", "yes", "1")))

    def weights_name(self):
        renames = self.item.get("renames")
        name = renames.get("weight") if renames is not None else None
        return name.text if name is not None and name.is_scalar else None


class Workload:
    def __init__(self, source, said, workload):
        self.source, self.said = source, said
        self.sizes, self.ranks = {}, {}
        bounds_of(workload.get("iteration_space_shape", "shape"), self.sizes)
        ranks = workload.get("rank_sizes")
        for name, value in (ranks.entries.items()
                            if ranks is not None else ()):
            self.ranks[name] = value.need_int(name)
        einsums = workload.get("einsums").need_list("einsums")
        self.einsums = [Einsum(item) for item in einsums]
        self.made = {access.name for einsum in self.einsums
                     for access in einsum.accesses if access.is_output}
        for key, consequence in (
                ("bits_per_value", "words are as wide as the architecture's "
                 "precision.* says"),
                ("persistent_tensors", "layers run one after the other; what "
                 "stays in a buffer is the mapping's")):
            if workload.has(key):
                said.not_expressible(workload.get(key).place, f"'{key}'",
                                     consequence)

    def size_of(self, einsum, variable):
        for sizes in (einsum.sizes, self.sizes):
            if variable in sizes:
                return sizes[variable]
        for access in einsum.accesses:
            for name, terms in access.ranks:
                if terms == [(variable, 1)] and name in self.ranks:
                    return self.ranks[name]
        if variable.upper() in self.ranks:
            return self.ranks[variable.upper()]
        raise CannotBe(f"'{variable}' has no size")

    def layer(self, einsum):
        outputs = [a for a in einsum.accesses if a.is_output]
        inputs = [a for a in einsum.accesses if not a.is_output]
        if len(outputs) != 1 or len(inputs) != 2:
            raise CannotBe(f"it reads {len(inputs)} tensors and makes "
                           f"{len(outputs)}; a layer reads two and makes one")
        sizes = {variable: self.size_of(einsum, variable)
                 for access in einsum.accesses
                 for _, terms in access.ranks for variable, _ in terms}
        weights, are_maps = self.weights(einsum, inputs)
        tensors = [[terms for _, terms in access.ranks]
                   for access in (outputs[0], *inputs)]
        return layer_nest(*tensors, sizes, weights,
                          self.pads(inputs, sizes), are_maps)

    def roles(self, einsum, nest):
        """{tensor: ifmap, filter or psum}: filters have no n, p or q."""
        filters = {loop for letter in "npq"
                   for loop in nest.letters.get(letter, [])}
        out = {}
        for access in einsum.accesses:
            own = {v for _, terms in access.ranks for v, _ in terms}
            out[access.name] = "psum" if access.is_output else \
                "ifmap" if own & filters else "filter"
        return out

    def weights(self, einsum, inputs):
        """Which input is weights, and whether neither is."""
        made = [access.name in self.made for access in inputs]
        names = [access.name for access in inputs]
        if einsum.weights_name() in names:
            return names.index(einsum.weights_name()), False
        if all(made):
            return None, True
        if any(made):
            return made.index(False), False
        marked = [name.lower().startswith("w") for name in names]
        return (marked.index(True) if sum(marked) == 1 else None), False

    def pads(self, inputs, sizes):
        """What windows touch beyond a rank's size."""
        out = {}
        for access in inputs:
            for name, terms in access.ranks:
                extent = 1 + sum((sizes[v] - 1) * step for v, step in terms)
                if len(terms) > 1 and name in self.ranks and \
                        extent > self.ranks[name]:
                    out.update((v, (0, extent - self.ranks[name]))
                               for v, _ in terms)
        return out


def read(source, said):
    root = yaml_source.document(source, said)
    workload = Workload(source, said, workload_of(root))
    network = Network(source.stem, source.place())
    # For mappings: {einsum: (layer, its loops, tensors by their part)}.
    said.accelforge_layers = getattr(said, "accelforge_layers", {})
    for einsum in workload.einsums:
        place = einsum.item.place
        count = einsum.item.get("n_instances")
        try:
            nest = workload.layer(einsum)
        except CannotBe as fault:
            said.not_expressible(place, f"einsum '{einsum.name}': {fault}",
                                 "it is left out of the network")
            continue
        for what, consequence in nest.told:
            said.approximated(place, what, consequence)
        if count is not None and count.int() not in (None, 1):
            said.approximated(place, f"{count.int()} instances of einsum "
                              f"'{einsum.name}'", "one of them runs")
        layer = Layer(einsum.name, nest.op, nest.sizes, place)
        network.layers.append(layer)
        said.accelforge_layers[einsum.name] = (
            layer, nest, workload.roles(einsum, nest))
    if not network.layers:
        last = f": {said.notes[-1].what}" if said.notes else ""
        source.refuse(root.place.line, "no einsum of it is a layer" + last,
                      "a product of two tensors, summed, is needed")
    said.networks.append(network)
