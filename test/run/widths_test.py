"""widths_test.py - a layer with words of its own widths takes what it takes on
a machine of these widths, alone or in a network; and who does not take it says
so.

SPDX-License-Identifier: MIT
"""

import json

from program import (check, finish, leave_to_the_plain_build, new_folder,
                     report, run, write)

leave_to_the_plain_build()

SHAPE = "M = 16; C = 12; H = 14; W = 14; R = 3; S = 3; pad = 1;"
GEMM = 'op = "gemm"; M = 24; N = 40; K = 36;'
NARROW = {"ifmap_bits": 6, "filter_bits": 4, "psum_bits": 14, "ofmap_bits": 5}


def network(folder):
    own = " ".join(f"{key} = {bits};" for key, bits in NARROW.items())
    return write(folder, "net.cfg", f"""name = "widths";
layers = ( {{ name = "wide"; {SHAPE} }},
           {{ name = "narrow"; {SHAPE} {own} }},
           {{ name = "product"; {GEMM} {own} }},
           {{ name = "ofmap"; {SHAPE} ofmap_bits = 12; }} );
""")


def sets(widths):
    words = []
    for key, bits in widths.items():
        words += ["--set", f"precision.{key}={bits}"]
    return words


def one_machine(command, machine, net):
    """Each layer against a machine that has its widths for all layers."""
    words = [command, "--cfg", *machine, "--net", net]
    allowed = ["--set", "precision.per_layer=true"]
    together = report(*words, *allowed)
    by_name = {one["name"]: one for one in together["layers"]}
    bits = {"narrow": NARROW, "product": NARROW, "ofmap": {"ofmap_bits": 12},
            "wide": {}}
    for name, widths in bits.items():
        alone = report(*words, *allowed, "--layer", name, *sets(widths))
        check(by_name[name] == alone["layers"][0],
              f"{command} {machine[0]}: {name} has its own widths",
              [by_name[name], alone["layers"][0]])
    energy = sum(one["energy_pj"]["dram"] for one in together["layers"])
    check(abs(together["total"]["energy_pj"]["dram"] - energy) <= 1e-9 * energy,
          f"{command} {machine[0]}: the sum is of the layers' own energies")
    narrow, wide = by_name["narrow"], by_name["wide"]
    check(narrow["precision"] == NARROW, "the report says the widths",
          narrow["precision"])
    check(narrow["energy_pj"]["dram"] < wide["energy_pj"]["dram"],
          f"{command} {machine[0]}: narrow words cost less of DRAM")


def searched(net):
    """The search prices a layer's words by their own widths."""
    words = ["map", "--cfg", "eyeriss", "--dataflow", "ws", "--top", "1",
             "--net", net, "--set", "precision.per_layer=true"]
    both = json.loads(run(*words, "--format", "json").stdout)["layers"]
    alone = json.loads(run(*words, "--layer", "narrow", *sets(NARROW),
                           "--format", "json").stdout)["layers"]
    narrow = [one for one in both if one["name"] == "narrow"]
    # How long a search took may differ, what it found may not.
    check(narrow[0]["best"] == alone[0]["best"],
          "map prices a layer by its own widths", [narrow, alone])


def refused(net, folder):
    for command in ("run", "model", "map"):
        done = run(command, "--cfg", "eyeriss", "--net", net)
        check(done.returncode == 1 and done.stdout == "" and
              "layer 'narrow' has words of its own ('ifmap_bits' is 6); a "
              "machine with 'precision.per_layer' = true takes them" in
              done.stderr, f"{command} refuses widths of a layer's own",
              done.stderr)
    wide = write(folder, "wide.cfg", f"""name = "wide";
layers = ( {{ name = "c"; {SHAPE} filter_bits = 17; }} );
""")
    done = run("run", "--cfg", "eyeriss", "--net", wide, "--set",
               "precision.per_layer=true")
    check(done.returncode == 1 and "'filter_bits' of 17" in done.stderr and
          "'precision.filter_bits' is 16" in done.stderr,
          "a word wider than the machine's is refused", done.stderr)
    wide = write(folder, "wide.cfg", f"""name = "wide";
layers = ( {{ name = "c"; {SHAPE} psum_bits = 65; }} );
""")
    done = run("run", "--cfg", "eyeriss", "--net", wide)
    check(done.returncode == 1 and "wide.cfg:2: error" in done.stderr and
          "'psum_bits' is 65; it may be 1 to 64" in done.stderr,
          "a width out of range names its line", done.stderr)


with new_folder() as work:
    NET = network(work)
    for how in ("run", "model"):
        one_machine(how, ("eyeriss",), NET)
        one_machine(how, ("systolic", "--dataflow", "ws", "--set",
                          "precision.ifmap_bits=16", "--set",
                          "precision.filter_bits=16", "--set",
                          "dram.model=ddr3_1600"), NET)
    searched(NET)
    refused(NET, work)
finish()
