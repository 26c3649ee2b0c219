"""json_schema.py - checks a JSON document against docs/schema.json.

It knows what that schema uses of JSON Schema, and stops at anything else:
$ref, anyOf, type, const, enum, minimum, properties, required, items and
additionalProperties.  Standard library only.
SPDX-License-Identifier: MIT
"""

_TYPES = {"object": dict, "array": list, "string": str, "integer": int,
          "boolean": bool, "null": type(None), "number": (int, float)}
_KNOWN = {"$schema", "$defs", "$ref", "description", "anyOf", "type", "const",
          "enum", "minimum", "properties", "required", "items",
          "additionalProperties"}


def _object(value, schema, root, at):
    members = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}: '{name}' is missing"
    for name, member in value.items():
        if name in members:
            yield from faults(member, members[name], root, f"{at}.{name}")
        elif others is False:
            yield f"{at}: '{name}' is not described"
        elif others is not True:
            yield from faults(member, others, root, f"{at}.{name}")


def faults(value, schema, root, at="$"):
    """What of the value the schema does not allow, a line each."""
    unknown = schema.keys() - _KNOWN
    if unknown:
        raise ValueError(f"{at}: the checker does not know {unknown}")
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from faults(value, root["$defs"][name], root, at)
    if "anyOf" in schema:
        each = [list(faults(value, one, root, at)) for one in schema["anyOf"]]
        if all(each):
            yield from min(each, key=len)
    if "type" in schema and (not isinstance(value, _TYPES[schema["type"]]) or
                             isinstance(value, bool) !=
                             (schema["type"] == "boolean")):
        yield f"{at}: {value!r} is no {schema['type']}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{at}: {value!r} is below {schema['minimum']}"
    if isinstance(value, dict):
        yield from _object(value, schema, root, at)
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            yield from faults(item, schema["items"], root, f"{at}[{i}]")
