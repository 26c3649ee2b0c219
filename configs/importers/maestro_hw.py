"""maestro_hw.py - MAESTRO's description of hardware (.m): a number of PEs, sizes
of L1 and L2 in bytes of one-byte words, and words a cycle of two networks.
SPDX-License-Identifier: MIT
"""

import re

from importers.said import Machine

LINE = re.compile(r"\s*([A-Za-z_]\w*)\s*:\s*(\d+)\s*;?\s*(?://.*)?$")
KEYS = ("num_pes", "l1_size_cstr", "l2_size_cstr", "noc_bw_cstr",
        "offchip_bw_cstr")
CLOCK_HZ = 1000000000
SIDE_MAX = 1024
RF_WORDS_MAX = 16384


def recognises(source, said):
    del said
    return re.search(r"^\s*num_pes\s*:\s*\d+", source.text,
                     re.MULTILINE) is not None


def values_of(source, said):
    out = {}
    for number, line in enumerate(source.text.split("\n"), 1):
        found = LINE.match(line)
        if found is None:
            if line.strip() and not line.lstrip().startswith("//"):
                source.refuse(number, f"'{line.strip()[:60]}' is no key with "
                              "a number", "as in 'num_pes: 256'")
            continue
        key = found.group(1).lower()
        if key not in KEYS:
            said.not_expressible(source.place(number), f"'{found.group(1)}'",
                                 "MAESTRO reads no such key here; it has no "
                                 "effect")
        out[key] = (int(found.group(2)), source.place(number))
    return out


def shape(count):
    """Rows and columns of so many PEs, as square as they can be."""
    rows = next(rows for rows in range(int(count ** 0.5), 0, -1)
                if count % rows == 0)
    return rows, count // rows


def read(source, said):
    values = values_of(source, said)
    count, place = values["num_pes"]
    if not 1 <= count <= SIDE_MAX * SIDE_MAX or max(shape(count)) > SIDE_MAX:
        source.refuse(place.line, f"{count} PEs",
                      f"an array of up to {SIDE_MAX} a side is needed")
    rows, cols = shape(count)
    m = Machine(source.stem, source.place())
    m.set("clock_hz", CLOCK_HZ, None, "assumed: MAESTRO has no clock")
    m.set("default.dataflow", "os", None, "assumed, where none is given")
    m.set("dataflows", ["os", "ws", "is", "rs", "nest"])
    m.set("array.rows", rows, place, "as square as the number allows")
    m.set("array.cols", cols, place)
    m.set("array.network", "multicast", None, "MAESTRO's reaches any PEs")
    for tensor in ("ifmap", "filter", "psum"):
        m.set(f"precision.{tensor}_bits", 8, None, "a word is a byte")
    words, at = values.get("l1_size_cstr", (1, None))
    for tensor in ("ifmap", "filter", "psum"):
        m.set(f"pe.rf.{tensor}_words", max(1, min(words // 3,
                                                  RF_WORDS_MAX)), at,
              "a third of a PE's L1" if at else "a register an operand")
    if at is not None:
        said.approximated(at, f"an L1 of {words} bytes a PE, for all tensors "
                          "together", "each tensor has a third of it")
    m.set("pe.pipeline_cycles", 1, None, "a MAC is a cycle")
    slots, at = values.get("noc_bw_cstr", (rows * cols, None))
    slots = max(1, min(slots, 1024))
    for network in ("filter", "ifmap", "psum_in", "psum_out"):
        m.set(f"noc.{network}.words_per_slot", 1)
        m.set(f"noc.{network}.slots_per_cycle", slots, at)
    size, at = values.get("l2_size_cstr", (1 << 40, None))
    size = max(64, size)
    banks = next(banks for banks in (64, 32, 16, 8, 4, 2, 1)
                 if size % banks == 0)
    m.set("l2.bytes", size, at, "" if at else "without a limit")
    m.set("l2.banks", banks, None, "assumed")
    m.set("l2.bank_row_words", max(1, min(1024, -(-slots // banks),
                                          size // banks)), None, "assumed")
    m.set("l2.ports", "1r1w", None, "assumed")
    m.set("l2.latency_cycles", 1, None, "assumed")
    rate, at = values.get("offchip_bw_cstr", (None, None))
    m.set("dram.model", "ideal" if rate is None else "bandwidth", at)
    if rate is not None:
        m.set("dram.bytes_per_second",
              max(1, min(rate * CLOCK_HZ, 10**15)), at, "words a cycle")
    m.set("energy", "45nm", None, "MAESTRO's are built in")
    said.machines.append(m)
