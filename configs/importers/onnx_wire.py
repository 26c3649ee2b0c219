"""onnx_wire.py - reads an ONNX model from protobuf's wire format: the graph,
its nodes and their attributes, and of tensors what shapes need.

Weights are skipped, not read, so that a large model takes no longer than a
small one; whether their data is there or in a file beside does not matter. The
field numbers are those of onnx.proto3.
SPDX-License-Identifier: MIT
"""

import struct

VALUES_MAX = 1 << 16  # of a tensor that is read; larger ones are weights
DEPTH_MAX = 64

INT, TEXT, BYTES, FLOAT, MESSAGE = "int", "text", "bytes", "float", "message"

# Message: {field: (name, kind, repeated or not, message)}.
DIMENSION = {1: ("value", INT, False, None), 2: ("param", TEXT, False, None)}
SHAPE = {1: ("dim", MESSAGE, True, DIMENSION)}
TENSOR_TYPE = {1: ("elem_type", INT, False, None),
               2: ("shape", MESSAGE, False, SHAPE)}
TYPE = {1: ("tensor", MESSAGE, False, TENSOR_TYPE)}
VALUE_INFO = {1: ("name", TEXT, False, None), 2: ("type", MESSAGE, False, TYPE)}
TENSOR = {1: ("dims", INT, True, None), 2: ("data_type", INT, False, None),
          4: ("float_data", FLOAT, True, None),
          5: ("int32_data", INT, True, None),
          7: ("int64_data", INT, True, None), 8: ("name", TEXT, False, None),
          9: ("raw_data", BYTES, False, None),
          10: ("double_data", BYTES, False, None),
          14: ("data_location", INT, False, None)}
ATTRIBUTE = {1: ("name", TEXT, False, None), 2: ("f", FLOAT, False, None),
             3: ("i", INT, False, None), 4: ("s", BYTES, False, None),
             5: ("t", MESSAGE, False, TENSOR), 6: ("g", MESSAGE, False, None),
             7: ("floats", FLOAT, True, None), 8: ("ints", INT, True, None),
             9: ("strings", BYTES, True, None),
             20: ("type", INT, False, None),
             21: ("ref_attr_name", TEXT, False, None)}
NODE = {1: ("input", TEXT, True, None), 2: ("output", TEXT, True, None),
        3: ("name", TEXT, False, None), 4: ("op_type", TEXT, False, None),
        5: ("attribute", MESSAGE, True, ATTRIBUTE),
        7: ("domain", TEXT, False, None)}
SPARSE = {1: ("values", MESSAGE, False, TENSOR), 3: ("dims", INT, True, None)}
GRAPH = {1: ("node", MESSAGE, True, NODE), 2: ("name", TEXT, False, None),
         5: ("initializer", MESSAGE, True, TENSOR),
         11: ("input", MESSAGE, True, VALUE_INFO),
         12: ("output", MESSAGE, True, VALUE_INFO),
         13: ("value_info", MESSAGE, True, VALUE_INFO),
         15: ("sparse_initializer", MESSAGE, True, SPARSE)}
ATTRIBUTE[6] = ("g", MESSAGE, False, GRAPH)
OPSET = {1: ("domain", TEXT, False, None), 2: ("version", INT, False, None)}
FUNCTION = {1: ("name", TEXT, False, None), 4: ("input", TEXT, True, None),
            5: ("output", TEXT, True, None),
            7: ("node", MESSAGE, True, NODE), 10: ("domain", TEXT, False, None)}
MODEL = {1: ("ir_version", INT, False, None),
         2: ("producer_name", TEXT, False, None),
         7: ("graph", MESSAGE, False, GRAPH),
         8: ("opset_import", MESSAGE, True, OPSET),
         25: ("functions", MESSAGE, True, FUNCTION)}


class Malformed(Exception):
    """Bytes that are no message."""


class Message:
    """Fields by name: a list where they repeat, None where they lack."""

    def __init__(self, fields):
        for name, _, repeated, _ in fields.values():
            setattr(self, name, [] if repeated else None)


def varint(data, at, end):
    value, shift = 0, 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        if byte < 0x80:
            return value & 0xffffffffffffffff, at
        shift += 7
    raise Malformed("a number has no end")


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def packed(kind, data, at, end):
    """The numbers of a packed field."""
    out = []
    if kind == FLOAT:
        if (end - at) % 4:
            raise Malformed("floats of odd length")
        return list(struct.unpack(f"<{(end - at) // 4}f", data[at:end]))
    while at < end:
        value, at = varint(data, at, end)
        out.append(signed(value))
    return out


def text_of(data):
    return bytes(data).decode("utf-8", "replace")


def value_of(row, wire, data, at, depth):
    """The value of one field, and where the next begins; data ends with it."""
    _, kind, repeated, fields = row
    if wire == 0:
        value, at = varint(data, at, len(data))
        return (signed(value) if kind == INT else None), at
    if wire == 5:
        if at + 4 > len(data):
            raise Malformed("a number has no end")
        return (struct.unpack_from("<f", data, at)[0]
                if kind == FLOAT else None), at + 4
    if wire == 1:
        if at + 8 > len(data):
            raise Malformed("a number has no end")
        return None, at + 8
    size, at = varint(data, at, len(data))
    if wire != 2 or at + size > len(data):
        raise Malformed("a field is longer than the file")
    part = data[at:at + size]
    if kind is None:
        return None, at + size
    if kind == MESSAGE:
        return parse(part, fields, depth + 1), at + size
    if kind == TEXT:
        return text_of(part), at + size
    if kind == BYTES:
        return part, at + size
    if repeated:
        return packed(kind, part, 0, size), at + size
    raise Malformed("a number is written as bytes")


SKIPPED = (None, None, False, None)


def parse(data, fields, depth=0):
    """A message of these fields; others are skipped."""
    if depth > DEPTH_MAX:
        raise Malformed("messages are nested too deeply")
    out, at = Message(fields), 0
    while at < len(data):
        key, at = varint(data, at, len(data))
        row = fields.get(key >> 3, SKIPPED)
        value, at = value_of(row, key & 7, data, at, depth)
        name, _, repeated, _ = row
        if name is None or value is None:
            continue
        if not repeated:
            setattr(out, name, value)
        elif isinstance(value, list):
            getattr(out, name).extend(value)
        else:
            getattr(out, name).append(value)
    return out


def model_of(source):
    """The model in a file; refused when it is none."""
    try:
        model = parse(memoryview(source.data), MODEL)
    except Malformed as fault:
        source.refuse(0, f"it is no whole ONNX model: {fault}",
                      "the file as it was exported is needed")
    if model.graph is None or not model.graph.node:
        source.refuse(0, "the ONNX model has no graph with nodes",
                      "the file as it was exported is needed")
    return model


def is_model(source):
    """Whether the bytes begin as a model's: an ir_version, and a graph at the
    top level."""
    data = memoryview(source.data)
    try:
        at, seen = 0, set()
        while at < len(data) and 7 not in seen:
            key, at = varint(data, at, len(data))
            field, wire = key >> 3, key & 7
            expected = {1: 0, 5: 0}.get(field, 2)
            if not (1 <= field <= 25) or wire != expected:
                return False
            if wire == 0:
                _, at = varint(data, at, len(data))
            else:
                size, at = varint(data, at, len(data))
                at += size
            seen.add(field)
        return 7 in seen and (at <= len(data) or 1 in seen)
    except Malformed:
        return False


# data_type of TensorProto: letter of struct, or None for what is not read.
LETTERS = {1: "f", 2: "B", 3: "b", 4: "H", 5: "h", 6: "i", 7: "q", 9: "?",
           11: "d", 12: "I", 13: "Q"}


def numbers_of(tensor):
    """The numbers of a small tensor, or None: a large one, data elsewhere, or
    a type that shapes are not made of."""
    count = 1
    for size in tensor.dims:
        count *= max(size, 0)
    if count > VALUES_MAX or tensor.data_location == 1:
        return None
    if tensor.raw_data is not None:
        letter = LETTERS.get(tensor.data_type)
        if letter is None or \
                len(tensor.raw_data) != count * struct.calcsize(letter):
            return None
        return list(struct.unpack(f"<{count}{letter}", tensor.raw_data))
    for values in (tensor.int64_data, tensor.int32_data, tensor.float_data):
        if len(values) == count:
            return list(values)
    return None
