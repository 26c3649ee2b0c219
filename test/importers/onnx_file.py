"""onnx_file.py - writes small ONNX models, byte by byte, for the tests; it
shares nothing with the importer that reads them.
SPDX-License-Identifier: MIT
"""

import struct

INT64 = 7


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while True:
        out.append((value & 0x7f) | (0x80 if value > 0x7f else 0))
        value >>= 7
        if not value:
            return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def part(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def shape_of(dims):
    """A number, a name, or None for what is not said."""
    out = b""
    for d in dims:
        inside = b"" if d is None else \
            part(2, d) if isinstance(d, str) else number(1, d)
        out += part(1, inside)
    return out


def value(name, dims):
    """A graph's input, output or inner value."""
    tensor = number(1, 1) + part(2, shape_of(dims))
    return part(1, name) + part(2, part(1, tensor))


def tensor(name, dims, numbers=None, elsewhere=False):
    """An initializer: integers, or weights whose data is not there."""
    out = b"".join(number(1, d) for d in dims)
    out += number(2, INT64 if numbers is not None else 1) + part(8, name)
    if numbers is not None:
        out += part(9, struct.pack(f"<{len(numbers)}q", *numbers))
    if elsewhere:
        out += part(13, part(1, "location") + part(2, "weights.bin"))
        out += number(14, 1)
    return out


def attribute(name, what):
    out = part(1, name)
    if isinstance(what, int):
        return out + number(3, what) + number(20, 2)
    if isinstance(what, str):
        return out + part(4, what) + number(20, 3)
    if isinstance(what, bytes):
        return out + part(5, what) + number(20, 4)
    return out + b"".join(number(8, one) for one in what) + number(20, 7)


def node(op, inputs, outputs, name="", domain="", **attributes):
    out = b"".join(part(1, one) for one in inputs)
    out += b"".join(part(2, one) for one in outputs)
    out += part(3, name) if name else b""
    out += part(4, op)
    out += b"".join(part(5, attribute(key, what))
                    for key, what in attributes.items())
    return out + (part(7, domain) if domain else b"")


def function(name, domain, inputs, outputs, nodes):
    return (part(1, name) + b"".join(part(4, one) for one in inputs) +
            b"".join(part(5, one) for one in outputs) +
            b"".join(part(7, one) for one in nodes) + part(10, domain))


def model(nodes, inputs=(), initializers=(), values=(), opset=13,
          functions=()):
    graph = b"".join(part(1, one) for one in nodes) + part(2, "graph")
    graph += b"".join(part(5, one) for one in initializers)
    graph += b"".join(part(11, one) for one in inputs)
    graph += b"".join(part(13, one) for one in values)
    out = number(1, 8) + part(2, "test") + part(7, graph)
    out += part(8, number(2, opset))
    return out + b"".join(part(25, one) for one in functions)
