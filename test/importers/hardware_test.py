"""hardware_test.py - imports architectures of ZigZag, AccelForge and MAESTRO
that the test writes, runs a layer on each, and has what accelsim has no place
for refused by name.
SPDX-License-Identifier: MIT
"""

from importing import machine, refused
from machine_texts import ACCELFORGE, MAESTRO, ZIGZAG
from program import check, finish, leave_to_the_plain_build, new_folder, write

leave_to_the_plain_build()


def holds(rows, what, **wanted):
    """Whether the architecture has these values; '__' stands for '.'."""
    seen = {key: str(rows[key.replace("__", ".")]) for key in wanted}
    check(seen == {key: str(value) for key, value in wanted.items()}, what,
          seen)


def test_zigzag():
    rows, told, layer = machine("zig.yaml", ZIGZAG)
    holds(rows, "ZigZag: array, registers, buffer and DRAM", array__cols=8,
          array__rows=4, precision__ifmap_bits=8, precision__filter_bits=4,
          pe__rf__filter_words=16, pe__rf__psum_words=4,
          pe__rf__ifmap_words=1, l2__bytes=65536, dram__model="bandwidth",
          dram__bytes_per_second=8000000000)
    check("'rf_o' serves D2 of the array; each PE has one" in told and
          "an energy table, as 'zig'" in told,
          "what serves some PEs is told, and energies are a table", told)
    check(layer["macs"] == 8 * 4 * 9 * 16, "it runs")
    with new_folder() as folder:
        refused(write(folder, "imc.yaml", ZIGZAG.replace(
            "unit_energy: 0.125", "is_imc: true")),
            "imc.yaml:34: error: an array that computes in memory")
        refused(write(folder, "cores.yaml", "cores:\n  0: ./a.yaml\n"),
                "cores.yaml:2: error: several cores")
        refused(write(folder, "size.yaml", ZIGZAG.replace("size: 524288",
                                                          "size: big")),
                "size.yaml:18: error: 'size' is 'big'")


def test_accelforge():
    rows, told, layer = machine("forge.yaml", ACCELFORGE)
    holds(rows, "AccelForge: levels in bits, fan-out, stores of some tensors",
          array__cols=8, array__rows=4, l2__bytes=8192,
          pe__rf__filter_words=16, pe__rf__ifmap_words=32,
          pe__rf__psum_words=32, precision__filter_bits=8)
    check("a node !Toll, 'Link'" in told and "BITS_PER_VALUE" in told,
          "what has no place, and widths, are told", told)
    check(layer["macs"] > 0, "it runs")
    rows, _, _ = machine("forge.yaml", ACCELFORGE, "--dim",
                         "BITS_PER_VALUE=16")
    holds(rows, "--dim gives the width of words", precision__filter_bits=16,
          pe__rf__filter_words=8)


def test_maestro():
    rows, told, layer = machine("hw.m", MAESTRO)
    holds(rows, "MAESTRO: PEs, buffers, bandwidths", array__rows=4,
          array__cols=8, pe__rf__filter_words=32, l2__bytes=8192,
          dram__bytes_per_second=8000000000)
    check("each tensor has a third of it" in told and layer["macs"] > 0,
          "a shared L1 is told, and it runs", told)


def test_without_place():
    with new_folder() as folder:
        for name, text, message in (
                ("a.cfg", "[MSNetwork]\nms_size=128\n", "hardware of STONNE"),
                ("b.txt", "tile_type=\"CONV\"\nT_R=3\n", "a tile of STONNE"),
                ("c.json", '{"num_cores": 4, "core_config": {}}',
                 "a chip of ONNXim"),
                ("d.yaml", "- name: default\n  spatial_mapping: {D1: [K]}\n",
                 "a mapping of ZigZag"),
                ("e.yaml", "mapping:\n  nodes:\n  - !Storage {}\n",
                 "a mapping of AccelForge"),
                ("f.icnt", "[config]\ntopology = mesh\n", "BookSim"),
                ("g.csv", "Layer name, IFMAP Height Intraline Factor, b, c,\n"
                 "L, 1, 2, 3,\n", "a layout of tensors in banks"),
                ("h.json", '{"simulation": {"x": 1}}',
                 "without a memspec in it")):
            refused(write(folder, name, text), message)


for test in (test_zigzag, test_accelforge, test_maestro, test_without_place):
    test()
finish()
