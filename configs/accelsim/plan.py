"""plan.py - a sweep's plan as text, from a dictionary.

SPDX-License-Identifier: MIT
"""

from typing import Any, Mapping


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple, range)):
        return "(" + ", ".join(_value(one) for one in value) + ")"
    raise TypeError(f"a plan holds numbers, strings and lists, not {value!r}")


def _axis(key: Any, values: Any) -> str:
    if isinstance(key, tuple):
        name = f"keys = {_value(key)}"
    else:
        name = f"key = {_value(key)}"
    if isinstance(values, Mapping):
        rest = " ".join(f"{word} = {_value(value)};"
                        for word, value in values.items())
    else:
        rest = f"values = {_value(values)};"
    return f"  {{ {name}; {rest} }}"


def plan_text(plan: Mapping[str, Any]) -> str:
    """The text of a plan (docs/sweeps.md) whose settings are the dictionary's:

        {"cfg": "eyeriss", "net": "alexnet",
         "axes": {"array.rows": [8, 12], "layer": "each",
                  "array.cols": {"from": 7, "to": 28, "times": 2},
                  ("pe.rf.ifmap_words", "pe.rf.filter_words"):
                      [(12, 224), (24, 448)]},
         "links": {"l2.bytes": "array.rows * array.cols * 642"},
         "set": {"clock_hz": 100000000}, "where": "array.rows >= 8"}
    """
    lines = []
    for name, value in plan.items():
        if name == "axes":
            rows = ",\n".join(_axis(*axis) for axis in value.items())
            lines.append(f"axes = (\n{rows}\n);")
        elif name == "links":
            rows = ",\n".join(
                f"  {{ key = {_value(key)}; value = {_value(text)}; }}"
                for key, text in value.items())
            lines.append(f"links = (\n{rows}\n);")
        elif name == "set" and isinstance(value, Mapping):
            words = [f"{key}={_value(one) if not isinstance(one, str) else one}"
                     for key, one in value.items()]
            lines.append(f"set = {_value(words)};")
        elif isinstance(value, Mapping):
            inner = " ".join(f"{key} = {_value(one)};"
                             for key, one in value.items())
            lines.append(f"{name} = {{ {inner} }};")
        else:
            lines.append(f"{name} = {_value(value)};")
    return "\n".join(lines) + "\n"
