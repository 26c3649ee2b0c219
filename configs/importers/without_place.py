"""without_place.py - files of other tools that have no counterpart in accelsim:
recognised, so that they are refused by their name and with what to do.
SPDX-License-Identifier: MIT
"""

import re

from importers import braces_source, formats, ini_source, yaml_source

SECTIONS = (
    ("msnetwork", "hardware of STONNE, whose networks of multipliers and "
     "adders accelsim has not", "'accelsim --help-config' has the keys of "
     "arrays with trees (noc.psum_reduce)"),
    ("compute", "a configuration of Krittika, of several cores",
     "one array is needed, as SCALE-Sim describes it"),
    ("config", "a network of BookSim's", "noc.l2_to_l1 = \"mesh\" is "
     "accelsim's mesh"),
)
JSON_KEYS = (
    ("core_config", "a chip of ONNXim's, of cores that share a memory",
     "one array is needed"),
    ("simulation", "a simulation of DRAMSys, without a memspec in it",
     "the memspec is needed"),
    ("addressmapping", "an address mapping of DRAMSys",
     "accelsim's parts have one of their own; the memspec is needed"),
    ("simconfig", "settings of a simulation of DRAMSys",
     "the memspec is needed"),
    ("CONGEN", "an address mapping of DRAMSys",
     "accelsim's parts have one of their own; the memspec is needed"),
)


def verdict(source, said):
    """(line, what it is, what would be right), or None."""
    text = source.text
    if ini_source.begins_with_section(text):
        section = re.search(r"^\s*\[([^\]\n]+)\]", text, re.MULTILINE)
        name = section.group(1).strip().lower()
        names = [one.strip().lower() for one in
                 re.findall(r"^\s*\[([^\]\n]+)\]", text, re.MULTILINE)]
        for key, what, right in SECTIONS:
            if key == name or key in names:
                return 1, what, right
        return None
    if re.match(r"\s*(tile_type\s*=|T_[RSCGKNXY]'?\s*=)", text):
        return 1, "a tile of STONNE's", "'accelsim map' finds mappings"
    if braces_source.begins_as_json(text):
        root = braces_source.document(source)
        for key, what, right in JSON_KEYS:
            if root.get(key) is not None:
                return 1, what, right
        return None
    if not formats.looks_like_yaml(source):
        return of_text(text)
    return of_yaml(source, said)


def of_text(text):
    if re.match(r"\s*Neural Network Name\s*,", text):
        return (1, "a table of MAESTRO's results", "the network that it is of "
                "is needed")
    return None


def of_yaml(source, said):
    root = yaml_source.document(source, said)
    workload = root.get("workload") if root.is_map else None
    if workload is not None and not workload.is_map:
        return (workload.place.line, "a workload of AccelForge's whose parts "
                "stand in a file that it includes, which is not there",
                "that file is needed, or the template filled in")
    if root.is_list and root.items and any(
            item.is_map and any(item.has(key) for key in (
                "spatial_mapping", "temporal_ordering", "core_allocation",
                "memory_operand_links", "intra_core_tiling"))
            for item in root.items):
        return (1, "a mapping of Stream's, to cores", "one accelerator is "
                "needed, as ZigZag's mappings are of")
    if root.is_map and root.get("layers") is not None and \
            "core_allocation" in source.text:
        return (1, "a mapping of Stream to cores", "one accelerator is needed")
    if root.is_map and root.get("architecture") is not None:
        return (1, "an architecture that Accelergy has flattened, whose "
                "levels are not nested any more",
                "the architecture that it was made from is needed")
    return None


def recognises(source, said):
    return verdict(source, said) is not None


def read(source, said):
    line, what, right = verdict(source, said)
    source.refuse(line, f"it is {what}", right)
