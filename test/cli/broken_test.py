"""broken_test.py - what a user can get wrong, on the program itself.

Each case must end with the right status and one line for each mistake, which
says where it is, what is wrong and what would be right; nothing on standard
output, and neither the -o file nor anything beside it.
SPDX-License-Identifier: MIT
"""

import os
import re

from program import PROGRAM, SOURCE, check, finish, new_folder, run, write

LINE = re.compile(r"(?P<where>.*?): error: .*[;:,(].*")


GOOD = """name = "a";
clock_hz = 200000000;
default = {
  network = "alexnet";
  batch = 4;
  dataflow = "rs";
};
dataflows = ["rs", "ws", "os"];
array = {
  rows = 12;
  cols = 14;
  network = "multicast";
};
precision = {
  ifmap_bits = 16;
  filter_bits = 16;
  psum_bits = 16;
};
pe = {
  rf = {
    ifmap_words = 12;
    filter_words = 224;
    psum_words = 24;
  };
  zero_gating = true;
};
l2 = {
  bytes = 110592;
  banks = 27;
};
dram = {
  model = "bandwidth";
  bytes_per_second = 480000000;
};
energy = "45nm";
mapping = { table = "one"; };
mapping_tables = {
  one = {
    dataflow = "rs"; network = "alexnet";
    rows = (
      { layer = "conv1"; m = 96; n = 1; e = 7; p = 16; q = 1; r = 1; t = 2; }
    );
  };
};
"""
NET = ('name = "n";\nlayers = (\n  { name = "a"; M = 4; C = 3; H = 9; W = 9; '
       'R = 3; S = 3; }\n);\n')
ENERGY = ("""name = "e"; unit = "MAC"; source = "a test";
mac = { energy = 1.0; source = "the unit"; };
rf = { per_mac = 1.0; source = "x"; };
noc_hop = { per_mac = 2.0; source = "x"; };
l1 = { per_mac = 3.0; source = "x"; };
l2 = { per_mac = 6.0; source = "x"; };
dram = { per_mac = 200.0; source = "x"; };
""")
LAYER = ("--layer", "conv2")


def look(what, folder, words, status, lines):
    """Runs, and holds what came to `lines`: (where, part of the text)."""
    before = sorted(os.listdir(folder))
    done = run(*words, "-o", os.path.join(folder, "out"), folder=folder,
               seconds=60)
    seen = f"status {done.returncode}\n{done.stdout}{done.stderr}"
    said = done.stderr.splitlines()
    is_right = (done.returncode == status and done.stdout == "" and
                len(said) == len(lines) and
                sorted(os.listdir(folder)) == before)
    for text, (where, part) in zip(said, lines):
        found = LINE.fullmatch(text)
        is_right = (is_right and found is not None and
                    found["where"] == where and part in text and
                    len(text) < 2100)
    check(is_right, what, seen)


def changed(old, new, text=GOOD):
    assert old in text, old
    return text.replace(old, new, 1)


def line_of(text, part):
    return text[:text.index(part)].count("\n") + 1


def configuration(what, old, new, part, status=1, extra=()):
    """The architecture with one change; the message names the line."""
    text = changed(old, new)
    line = line_of(text, new if new else "\n")
    with new_folder() as folder:
        write(folder, "a.cfg", text)
        look(what, folder, ("--cfg", "a.cfg", *LAYER, *extra), status,
             [(f"a.cfg:{line}", part)])


def whole_file(what, text, lines, status=1):
    with new_folder() as folder:
        write(folder, "a.cfg", text)
        look(what, folder, ("--cfg", "a.cfg", *LAYER), status, lines)


def network(what, text, lines, status=1, words=()):
    with new_folder() as folder:
        write(folder, "n.cfg", text)
        look(what, folder, ("--cfg", "eyeriss", "--net", "./n.cfg", *words),
             status, lines)


def energy(what, old, new, lines):
    with new_folder() as folder:
        write(folder, "e.cfg", changed(old, new, ENERGY))
        look(what, folder, ("--cfg", "eyeriss", *LAYER, "--set",
                            "energy=./e.cfg"), 1, lines)


def words(what, given, lines, status=1):
    with new_folder() as folder:
        look(what, folder, given, status, lines)


def values_of_an_architecture():
    configuration("an unknown key", "rows = 12;", "rowz = 12; rows = 12;",
                  "unknown key 'array.rowz'; the nearest is 'array.rows'")
    configuration("an unknown group", "precision = {",
                  "prescision = { a = 1; };\nprecision = {",
                  "unknown key 'prescision'")
    configuration("a string for a number", "rows = 12;", 'rows = "12";',
                  "'array.rows' is a string; a whole number is needed")
    configuration("a fraction for a whole number", "rows = 12;",
                  "rows = 12.5;", "a whole number is needed")
    configuration("a number for a string", 'model = "bandwidth"', "model = 7",
                  "'dram.model' is a whole number; a string is needed")
    configuration("a negative number", "rows = 12;", "rows = -12;",
                  "'array.rows' is -12; it may be 1 to")
    configuration("zero", "cols = 14;", "cols = 0;",
                  "'array.cols' is 0; it may be 1 to")
    configuration("an absurdly large number", "rows = 12;",
                  "rows = 2000000000;", "'array.rows' is 2000000000; it may")
    configuration("a number that no int holds", "rows = 12;",
                  "rows = 99999999999;", "'array.rows' is 99999999999; it may")
    configuration("a number that nothing holds", "bytes = 110592;",
                  "bytes = 99999999999999999999999L;", "is too large")
    configuration("a number that a double holds, but no clock",
                  "clock_hz = 200000000;", "clock_hz = 1e300;",
                  "a whole number is needed")
    configuration("not a number", "clock_hz = 200000000;", "clock_hz = nan;",
                  "syntax error")
    configuration("a word that is no choice", 'network = "multicast"',
                  'network = "multycast"', "it may be 'multicast' or")
    configuration("an unknown DRAM", 'model = "bandwidth"', 'model = "ddr9"',
                  "'dram.model' is 'ddr9'; it may be 'ideal'")
    configuration("an unknown dataflow of the file", 'dataflows = ["rs", ',
                  'dataflows = ["rs", "wz", ', "there is no dataflow 'wz'")
    configuration("a default that the machine lacks", 'dataflow = "rs";\n};',
                  'dataflow = "wz";\n};', "it must be one of 'dataflows'")
    configuration("a buffer smaller than its banks", "bytes = 110592;",
                  "bytes = 20;", "'l2.bytes' is 20; 27 banks")
    configuration("one key twice", "rows = 12;", "rows = 12; rows = 13;",
                  "'rows' is set twice in one group; once is enough")
    configuration("an unknown table of mappings", 'table = "one"',
                  'table = "ones"', "there is no mapping table 'ones'; the "
                  "nearest is 'one'")
    configuration("an unknown parameter in a table",
                  "m = 96; n = 1;", "mm = 96; n = 1;", "no parameter 'mapping.mm'; the nearest is 'mapping.m'")
    configuration("an unknown energy table", 'energy = "45nm";',
                  'energy = "46nm";', "there is no energy table '46nm'; looked")
    configuration("an unknown default network", 'network = "alexnet";\n  batch',
                  'network = "alexnot";\n  batch', "there is no network 'alexnot'")


def files():
    whole_file("an empty file", "", [("a.cfg:1", "missing 'name'"),
                                     ("a.cfg:1", "missing 'array.rows'"),
                                     ("a.cfg:1", "missing 'precision."),
                                     ("a.cfg:1", "missing 'pe.rf."),
                                     ("a.cfg:1", "missing 'l2.bytes'"),
                                     ("a.cfg:1", "missing 'dram.model'")])
    whole_file("missing keys, by group",
               changed("rows = 12;", "", changed("  bytes = 110592;", "")),
               [(f"a.cfg:{line_of(GOOD, 'array = {')}", "'array.rows'"),
                (f"a.cfg:{line_of(GOOD, 'l2 = {')}", "'l2.bytes'")])
    whole_file("three mistakes are three lines",
               changed("rows = 12;", "rows = 0;", changed(
                   "cols = 14;", "cols = true;", changed(
                       "banks = 27;", "bankz = 27;"))),
               [(f"a.cfg:{line_of(GOOD, 'rows = 12')}", "'array.rows' is 0"),
                (f"a.cfg:{line_of(GOOD, 'cols = 14')}", "'array.cols' is true"),
                (f"a.cfg:{line_of(GOOD, 'banks = 27')}", "'l2.bankz'"),
                (f"a.cfg:{line_of(GOOD, 'l2 = {')}", "missing 'l2.banks'")])
    whole_file("binary garbage", bytes(range(256)) * 8,
               [("a.cfg:1", "byte 0x00")])
    whole_file("a program for a text", b"\x7fELF" + bytes(4000),
               [("a.cfg:1", "byte 0x7f")])
    whole_file("a group without its end", GOOD[:GOOD.index("cols = 14")],
               [(f"a.cfg:{line_of(GOOD, 'cols = 14')}", "syntax error")])
    whole_file("a string without its end", 'name = "eyeriss;\n',
               [("a.cfg:1", "a string begins here and has no end")])
    whole_file("a comment without its end", GOOD + "/* and so on",
               [(f"a.cfg:{GOOD.count(chr(10)) + 1}", "a comment begins here")])
    whole_file("a line of 10 MB", 'name = "' + "x" * 10000000 + '";',
               [("a.cfg:1", "at most 65536 are allowed")])
    whole_file("10 MB of one word", "x" * 10000000,
               [("a.cfg:1", "at most 65536 are allowed")])
    whole_file("more than 16 MiB", " " * (17 << 20),
               [("accelsim", "larger than 16 MiB")])
    whole_file("groups without end, one in the other", "a = {" * 100000,
               [("a.cfg:1", "is needed")])
    whole_file("a file that includes itself", '\n@include "a.cfg"\n',
               [("a.cfg:2", "include loop")])
    whole_file("a file that includes none", '\n@include "none.cfg"\n',
               [("a.cfg:2", "cannot read 'none.cfg'")])
    whole_file("a file that includes a folder", '\n@include "."\n',
               [("a.cfg:2", "'.' is a folder")])
    whole_file("a network for an architecture", NET,
               [("a.cfg:1", "the file is a network, for '--net'")])
    with new_folder() as folder:
        write(folder, "a.cfg", '@include "b.cfg"\n')
        write(folder, "b.cfg", '\n\n@include "a.cfg"\n')
        look("two files that include each other", folder,
             ("--cfg", "a.cfg"), 1, [("b.cfg:3", "include loop")])
        write(folder, "a.cfg", '@include "b.cfg"\n')
        write(folder, "b.cfg", changed("rows = 12;", "rows = 0;"))
        look("a mistake in an included file", folder, ("--cfg", "a.cfg"), 1,
             [(f"b.cfg:{line_of(GOOD, 'rows = 12')}", "'array.rows' is 0")])
    words("a missing file", ("--cfg", "none.cfg"),
          [("accelsim", "there is no architecture 'none.cfg'; looked in")])
    words("a missing path", ("--cfg", "no/ne.cfg"),
          [("accelsim", "there is no architecture 'no/ne.cfg'; the path")])
    words("a misspelt name", ("--cfg", "eyeris"),
          [("accelsim", "the nearest is 'eyeriss'")])
    words("a folder for a file", ("--cfg", "/"),
          [("accelsim", "'/' is a folder; a file is needed")])
    words("a device for a file", ("--cfg", "/dev/null"),
          [("accelsim", "'/dev/null' is no regular file")])
    words("a name of no letters", ("--cfg", ""),
          [("accelsim", "there is no architecture ''")])


def networks():
    network("a network without layers", 'name = "n";',
            [("./n.cfg:1", "lacks 'layers'")])
    network("an empty list of layers", 'name = "n";\nlayers = ();',
            [("./n.cfg:2", "'layers' is empty; at least one")])
    network("an unknown key of a layer", changed("R = 3", "RR = 3", NET),
            [("./n.cfg:3", "unknown key 'RR' of a layer")])
    network("a layer that lacks a size", changed("C = 3; ", "", NET),
            [("./n.cfg:3", "a layer lacks 'C'")])
    network("two layers of one name",
            changed("}\n);", '},\n  { name = "A"; M = 1; C = 1; H = 1; W = 1; '
                    "R = 1; S = 1; });", NET),
            [("./n.cfg:4", "two layers have the name 'a'")])
    network("a filter larger than its ifmap", changed("R = 3", "R = 30", NET),
            [("./n.cfg:3", "spans 30 x 3 words")])
    network("groups that divide nothing", changed("M = 4", "M = 4; G = 2", NET),
            [("./n.cfg:3", "divides not both M = 4 and C = 3")])
    network("a dimension of nothing", changed("H = 9", "H = 0", NET),
            [("./n.cfg:3", "'H' is 0; it may be 1 to 2147483647")])
    network("a dimension beyond all", changed("H = 9", "H = 2147483648L", NET),
            [("./n.cfg:3", "it may be 1 to 2147483647")])
    network("a padding below nothing", changed("R = 3", "pad = -1; R = 3", NET),
            [("./n.cfg:3", "'pad' is -1; it may be 0 to 65535")])
    network("a layer that cannot be counted",
            changed("M = 4; C = 3; H = 9; W = 9; R = 3; S = 3",
                    "M = 65535; C = 65535; H = 65535; W = 65535", NET),
            [("./n.cfg:3", "more than 2^62 MACs")])
    network("a share beyond 1",
            changed("R = 3", "ifmap_zero_share = 1.5; R = 3", NET),
            [("./n.cfg:3", "'ifmap_zero_share' is 1.5; it may be 0 to 1")])
    network("a layer that is not there", NET,
            [("accelsim", "has no layer 'b'; the nearest is 'a'")],
            words=("--layer", "b"))
    words("a network that is not there", ("--cfg", "eyeriss", "--net", "vgg61"),
          [("accelsim", "there is no network 'vgg61'; looked in")])
    words("an architecture for a network",
          ("--cfg", "eyeriss", "--net",
           os.path.join(SOURCE, "configs", "eyeriss.cfg")),
          [(os.path.join(SOURCE, "configs", "eyeriss.cfg:1"),
            "the file is an architecture, for '--cfg'")])


def energy_tables():
    energy("an energy below nothing", "energy = 1.0;", "energy = -1.0;",
           [("./e.cfg:2", "'energy' is -1; 0 to")])
    energy("an energy beyond all", "energy = 1.0;", "energy = 1e300;",
           [("./e.cfg:2", "'energy' is 1e+300; 0 to")])
    energy("an energy that is no number", "energy = 1.0;", 'energy = "x";',
           [("./e.cfg:2", "'energy' is a string; a number is needed")])
    energy("an unknown level", "rf = ", "rg = ",
           [("./e.cfg:3", "unknown key 'rg'; the nearest known is 'rf'"),
            ("./e.cfg:1", "'rf' is missing; an energy table needs it")])
    energy("an entry without a source", ' source = "the unit";', "",
           [("./e.cfg:2", "'mac' lacks 'source'")])
    energy("widths that lead to no number",
           'mac = { energy = 1.0; source = "the unit"; };',
           'int_add = ( { bits = 8; energy = 1.0; source = "x"; },\n'
           '            { bits = 32; energy = 4.0; source = "x"; } );\n'
           'int_multiply = ( { bits = 8; energy = 1e-300; source = "x"; },\n'
           '                 { bits = 9; energy = 1e15; source = "x"; } );',
           [("./e.cfg:4", "'int_multiply' of energy table 'e' comes to inf for "
             "this machine (extrapolated); 0, or 1e-200 to 1e+200")])
    energy("an energy too small for ratios", "dram = { per_mac = 200.0;",
           "dram = { per_mac = 1e-300;",
           [("./e.cfg:7", "'dram' of energy table 'e' comes to 1e-300")])
    words("an energy table that is not there",
          ("--cfg", "eyeriss", "--set", "energy=none"),
          [("accelsim: --set energy=none",
            "there is no energy table 'none'; looked in")])


def command_lines():
    cfg = ("--cfg", "eyeriss")
    words("an unknown option", (*cfg, "--layr", "conv2"),
          [("accelsim", "unknown option '--layr'; the nearest is '--layer'")])
    words("a layer without its option", (*cfg, "conv2"),
          [("accelsim", "'--layer conv2' was meant")])
    words("an unknown layer", (*cfg, "--layer", "conv9"),
          [("accelsim", "has no layer 'conv9'; the nearest is 'conv1'")])
    words("two unknown layers", (*cfg, "--layer", "conv2,x1,x2"),
          [("accelsim", "has no layer 'x1'"), ("accelsim", "layer 'x2'")])
    words("an unknown dataflow", (*cfg, "--dataflow", "xs"),
          [("accelsim", "'eyeriss' knows no dataflow 'xs'; it has 'rs'")])
    words("a dataflow that its networks cannot feed",
          (*cfg, "--set", "array.network=systolic"),
          [("accelsim: --set array.network=systolic",
            "the dataflow 'rs' needs 'multicast'")])
    words("a dataflow that the machine lacks",
          ("--cfg", "tpu_v1", "--dataflow", "rs"),
          [("accelsim", "'tpu_v1' does not have the dataflow 'rs'")])
    words("an unknown format", (*cfg, "--format", "yaml"),
          [("accelsim", "'accelsim run' prints 'table', 'json', 'csv', "
            "'markdown' or 'html'")])
    words("an unknown kernel", (*cfg, "--kernel", "quantum"),
          [("accelsim", "'--kernel' is 'quantum'; ")])
    for given, part in (("array.rows", "not of the form PATH=VALUE"),
                        ("=4", "not of the form PATH=VALUE"),
                        ("", "not of the form PATH=VALUE"),
                        ("array=4", "'array' is a group"),
                        ("array.rosw=4", "the nearest is 'array.rows'"),
                        ("array.rows=", "a whole number is needed"),
                        ("array.rows=0", "it may be 1 to"),
                        ("array.rows=nan", "a whole number is needed"),
                        ("array.rows=99999999999999999999", "it may be 1 to"),
                        ("mapping.zz=1", "no parameter 'mapping.zz'"),
                        ("mapping.q=0", "'mapping.q' is 0"),
                        ("mapping.q=x", "a whole number is needed"),
                        ("mapping.q=99999999999", "'mapping.q' is 9999"),
                        ("pe.zero_gating=perhaps", "may be true or false"),
                        ("noc.psum_in.words_per_slot=17",
                         "a fifo must take a whole slot")):
        words(f"--set '{given}'", (*cfg, *LAYER, "--set", given),
              [(f"accelsim: --set {given}", part)])
    for given, part in (("M=4", "'C', 'H', 'W', 'R', 'S' missing"),
                        ("M", "'M' is not of the form KEY=NUMBER"),
                        ("M=4,M=5", "'M' is given twice"),
                        ("M=4,C=3,H=9,W=9,R=3,S=3,Z=1", "'Z'"),
                        ("M=x,C=3,H=9,W=9,R=3,S=3", "'M'"),
                        ("M=4,C=3,H=9,W=9,R=3,S=3,stride=0", "'stride'"),
                        ("M=4,C=3,H=9,W=9,R=3,S=3,dilation=9", "spans"),
                        ("M=4,C=3,H=9,W=9,R=3,S=3,", "not of the form")):
        words(f"--shape '{given}'", (*cfg, "--shape", given),
              [(f"accelsim: --shape {given}", part)])
    for given, part in (("M=4,N=4", "'K' missing"),
                        ("M=4,N=4,K=-1", "'K' is -1; it may be 1 to 2147483647"),
                        ("M=4,N=4,K=1,C=2", "'C'"),
                        ("M=4,N=4,K=1e9", "'K'")):
        words(f"--gemm '{given}'", (*cfg, "--gemm", given),
              [(f"accelsim: --gemm {given}", part)])
    words("two empty names of layers", (*cfg, "--layer", "conv1,,"),
          [("accelsim", "has no layer ''")])
    words("two empty letters", (*cfg, "--shape", "M=1,,"),
          [("accelsim: --shape M=1,,", "'' is not of the form")])
    words("fewer than no mappings", ("map", *cfg, *LAYER, "--top", "-1"),
          [("accelsim", "'--top' is -1; it may be 0 to 1000")])
    words("a shape and a network", (*cfg, "--net", "vgg16", "--shape", "M=1"),
          [("accelsim", "exclude each other")])
    words("a batch of nothing", (*cfg, "--batch", "0"),
          [("accelsim", "'--batch' is 0; it may be 1 to 2147483647")])
    words("no threads", (*cfg, "-j", "0"),
          [("accelsim", "'--jobs' is 0; it may be 1 to 1024")])
    words("a mapping file that is not there", (*cfg, "--mapping", "none"),
          [("accelsim", "there is no mapping file 'none'; looked in")])
    words("a network for a mapping file",
          (*cfg, "--mapping", os.path.join(SOURCE, "configs", "networks",
                                           "lenet5.cfg")),
          [(os.path.join(SOURCE, "configs", "networks", "lenet5.cfg:1"),
            "the file is a network, for '--net'; a mapping file is needed")])
    if "--vcd" in run("--help").stdout and \
            run("--cfg", "eyeriss", "--net", "lenet5", "--layer", "out",
                "--kernel", "systemc").returncode == 0:
        words("a PE that is not there",
              (*cfg, *LAYER, "--kernel", "systemc", "--vcd", "x.vcd",
               "--trace-pes", "0:3,12:0"),
              [("accelsim", "'--trace-pes' has 12:0; the array is 12 x 14")])
    words("a plugin without a name", (*cfg, "--plugin="),
          [("accelsim", "'--plugin' names no file")])
    words("a plugin that is not there", (*cfg, "--plugin", "none.so"),
          [("none.so", "the path of a shared object is needed")])
    for name, what, said in (
            ("stale", "of another version", "rebuild it from this version's"),
            ("bare", "of unknown structs", "rebuild it from this version's"),
            ("old", "of another interface",
             "has version 3; version 4 is needed: rebuild it"),
            ("empty", "without functions", "it needs name, params, choose"),
            ("wide", "with more parameters than a mapping holds",
             "'wide' has more than 16 parameters")):
        plugin = os.path.join(os.path.dirname(PROGRAM), "test", "dataflows",
                              f"plugin_{name}.so")
        words(f"a plugin {what}", (*cfg, "--plugin", plugin), [(plugin, said)])


def what_does_not_fit():
    cfg = ("--cfg", "eyeriss", *LAYER)
    # Where the dataflow's rules find none; a search may, with fewer taps.
    rules = ("--cfg", "eyeriss", "--mapping-policy", "rules", "--shape",
             "N=4,G=2,M=256,C=96,H=27,W=27,R=5,S=5,pad=2")
    for key, part in (("pe.rf.filter_words=1", "pe.rf.filter_words is short "
                       "by 4 words"),
                      ("l2.bytes=1000", "L2")):
        words(f"no mapping with {key}", (*rules, "--set", key),
              [("accelsim", part)], status=2)
    words("a mapping that a PE cannot hold", (*rules, "--set", "mapping.q=12"),
          [("accelsim: --set mapping.q=12",
            "pe.rf.ifmap_words is short by 48 words")], status=2)
    words("a window of filters that a PE cannot hold",
          (*cfg, "--dataflow", "os", "--set", "pe.start=window", "--set",
           "pe.rf.filter_words=12", "--set", "mapping.p=13"),
          [("accelsim: --set mapping.p=13",
            "'pe.rf.filter_words' is short by 1 words; the nearest legal is "
            "'mapping.p=12'")], status=2)
    words("a mapping wider than the array", (*rules, "--set", "mapping.e=27",
                                             "--set", "mapping.r=4"),
          [("accelsim: --set mapping.r=4", "no legal 'rs' mapping")],
          status=2)
    words("a row that no buffer holds",
          ("--cfg", "eyeriss", "--shape",
           "M=1,C=1,H=1,W=65535,R=1,S=65000"),
          [("accelsim", "L2")], status=2)
    words("a machine that is given too little time",
          (*cfg, "--max-cycles", "10"),
          [("accelsim", "passed --max-cycles")], status=5)


def what_is_too_much():
    slow = ("--set", "clock_hz=100000000000", "--set", "dram.model=bandwidth",
            "--set", "dram.bytes_per_second=1")
    for command in ("run", "model"):
        words(f"more cycles than are counted, {command}",
              (command, "--cfg", "eyeriss", *slow, "--shape",
               "N=100,M=2,C=2,H=400,W=400,R=1,S=1"),
              [("accelsim", "layer 'shape': more than 2^63 - 1 ")])
    words("more PE-cycles than are counted",
          ("--cfg", "eyeriss", *slow, "--shape",
           "M=2,C=2,H=400,W=400,R=1,S=1"),
          [("accelsim", "layer 'shape': more than 2^63 - 1 PE-cycles on "
            "'eyeriss'; a smaller layer or array can be counted")])
    words("more PE-cycles of a nest",
          ("--cfg", "conv1d_banks.cfg", *slow, "--set", "array.rows=1024",
           "--set", "array.cols=1024", "--set", "l1.cluster_cols=16"),
          [("accelsim", "more than 2^63 - 1 PE-cycles")])
    words("more cycles than are counted, map",
          ("map", "--cfg", "systolic", "--dataflow", "ws", *slow, "--shape",
           "N=100,M=16,C=2,H=400,W=400,R=1,S=1", "--top", "0"),
          [("accelsim", "layer 'shape': more than 2^63 - 1 cycles")])
    with new_folder() as folder:
        layer = "M = 2; C = 2; H = 100; W = 130; R = 1; S = 1; }"
        write(folder, "n.cfg", 'name = "n";\nlayers = (\n'
              '  { name = "a"; ' + layer + ",\n"
              '  { name = "b"; ' + layer + "\n);\n")
        look("layers that together are too much", folder,
             ("--cfg", "eyeriss", "--net", "./n.cfg", *slow), 1,
             [("accelsim", "the layers together: more than 2^63 - 1 PE-cycles")])
    words("products beyond 32 bits",
          ("--cfg", "dadiannao_like", "--dataflow", "nlr", "--shape",
           "M=2,C=65535,H=256,W=256,R=256,S=256"),
          [("accelsim", "more than 2^30 products")], status=2)


def places():
    for what, place in (("a folder that is not there", "none/out"),
                        ("a folder", "/"),
                        ("no name", "")):
        with new_folder() as folder:
            done = run("--cfg", "eyeriss", *LAYER, "-o", place, folder=folder)
            check(done.returncode == 4 and done.stdout == "" and
                  done.stderr.startswith(
                      f"accelsim: error: cannot write '{place}' (") and
                  done.stderr.count("\n") == 1 and os.listdir(folder) == [],
                  f"-o onto {what}", done.stderr)
    with new_folder() as folder:
        path = write(folder, "old", "old")
        done = run("--cfg", "eyeriss", "--layer", "conv9", "-o", path)
        with open(path) as file:
            check(done.returncode == 1 and file.read() == "old",
                  "after a mistake the old report is still there")
        os.chmod(path, 0o444)
        if os.geteuid() != 0:
            done = run("--cfg", "eyeriss", *LAYER, "-o", path)
            check(done.returncode == 4, "-o onto a file that is read-only")


def files_in_use():
    """No output takes the place of an input or of another output."""
    shape = ("--shape", "M=2,C=1,H=4,W=4,R=1,S=1")
    inputs = {"a.cfg": GOOD, "n.cfg": NET, "e.cfg": ENERGY,
              "part.inc": "clock_hz = 1000;\n", "acc": "w 0 1\n",
              "whole.cfg": '@include "part.inc"\n' + changed(
                  "clock_hz = 200000000;", "")}
    arch = ("--cfg", "a.cfg")
    with new_folder() as folder:
        for name, text in inputs.items():
            write(folder, name, text)
        saved = os.path.join(folder, "saved")
        done = run("map", *arch, *shape, "--top", "0", "--save", "saved",
                   "-o", os.devnull, folder=folder)
        check(done.returncode == 0 and os.path.exists(saved),
              "map --save and -o are two files", done.stderr)
        before = {name: os.stat(os.path.join(folder, name)).st_mtime_ns
                  for name in os.listdir(folder)}
        for given, said in (
                ((*arch, *shape, "-o", "a.cfg"), "'-o' would write 'a.cfg'"),
                (("--cfg", "whole.cfg", *shape, "-o", "part.inc"), "part.inc"),
                ((*arch, "--net", "./n.cfg", "-o", "n.cfg"), "n.cfg"),
                ((*arch, *shape, "--set", "energy=./e.cfg", "-o", "e.cfg"),
                 "e.cfg"),
                ((*arch, *shape, "--mappings", "saved", "-o", "saved"),
                 "saved"),
                (("map", *arch, *shape, "--save", "a.cfg"),
                 "'--save' would write 'a.cfg'"),
                (("map", *arch, *shape, "--save", "new", "-o", "./new"),
                 "and so would '-o'"),
                (("reuse", "--accesses", "acc", "-o", "acc"), "acc")):
            done = run(*given, folder=folder)
            after = {name: os.stat(os.path.join(folder, name)).st_mtime_ns
                     for name in os.listdir(folder)}
            check(done.returncode == 1 and done.stdout == "" and
                  said in done.stderr and done.stderr.count("\n") == 1 and
                  after == before, "refused: " + " ".join(given), done.stderr)


values_of_an_architecture()
files()
networks()
energy_tables()
command_lines()
what_does_not_fit()
what_is_too_much()
places()
files_in_use()
finish()
