"""layers_test.py - layers as networks have them: strides, dilations and
padding of each axis and side, and large dimensions, on every dataflow.

SPDX-License-Identifier: MIT
"""

from program import check, finish, new_folder, report, run, write

FLOWS = {"eyeriss": ["rs", "ws", "os", "is", "nlr"],
         "systolic": ["ws", "os", "is"]}


def layer_of(*words):
    return report(*words)["layers"][0]


def padded_in_one_axis():
    """A convolution of one dimension: length 128, 3 taps."""
    line = ["--cfg", "eyeriss", "--shape", "M=64,C=64,H=1,W=128,R=1,S=3,"]
    line, shape = line[:3], line[3]
    alone = layer_of(*line, shape + "pad_w=1")
    check(alone["macs"] == 64 * 64 * 128 * 3, "pad_w pads columns alone",
          alone["macs"])
    check((alone["shape"]["P"], alone["shape"]["Q"]) == (1, 128),
          "pad_w adds no row")
    check("pad" not in alone["shape"] and alone["shape"]["pad_top"] == 0 and
          alone["shape"]["pad_right"] == 1,
          "JSON names the sides, and one pad only where all are alike",
          alone["shape"])
    check(run(*line, shape + "pad_w=1").stderr == "",
          "pad_w gets no warning")
    warned = run(*line, shape + "pad=1")
    check(warned.returncode == 0 and warned.stderr.count("\n") == 1 and
          "warning: 'pad' of layer 'shape' made 3 ofmap rows" in
          warned.stderr and "'pad_w'" in warned.stderr,
          "pad of a single row gets a warning that names pad_w",
          warned.stderr)
    turned = run("--cfg", "eyeriss", "--shape",
                 "M=4,C=4,H=9,W=1,R=3,S=1,pad=1")
    check("'pad_h' pads rows alone" in turned.stderr,
          "pad of a single column gets a warning that names pad_h",
          turned.stderr)


def strides_of_each_axis():
    net = ('name = "n"; layers = ( { name = "a"; M = 8; C = 1; H = 49; '
           "W = 10; R = 10; S = 4; stride_h = 2; stride_w = 1; } );\n")
    with new_folder() as folder:
        found = layer_of("--cfg", "eyeriss", "--batch", "1", "--net",
                         write(folder, "n.cfg", net))
        check((found["shape"]["P"], found["shape"]["Q"], found["macs"]) ==
              (20, 7, 8 * 20 * 7 * 10 * 4), "stride 2 down and 1 across",
              found["shape"])
        check("stride" not in found["shape"] and
              found["shape"]["stride_h"] == 2,
              "JSON names one stride only where both are equal")
        twice = net.replace("stride_h", "stride = 2; stride_h")
        broken = run("--cfg", "eyeriss", "--net",
                     write(folder, "m.cfg", twice))
        check(broken.returncode == 1 and
              "'stride_h' sets what 'stride' has set" in broken.stderr,
              "two keys for one stride exclude each other", broken.stderr)


def every_dataflow_multiplies_right():
    shape = ("N=2,M=6,C=4,H=9,W=12,R=2,S=3,stride_h=1,stride_w=2,"
             "dilation_h=3,dilation_w=2,pad_top=2,pad_bottom=1,pad_left=0,"
             "pad_right=3")
    for cfg, flows in FLOWS.items():
        for flow in flows:
            found = layer_of("--cfg", cfg, "--dataflow", flow, "--shape",
                             shape, "--check")
            check(found["check"]["mismatches"] == 0 and
                  found["check"]["outputs"] == 2 * 6 * 9 * 6,
                  f"{cfg}, {flow}: each axis has its own steps",
                  found["check"])


def csv_keeps_its_columns():
    lines = run("--cfg", "eyeriss", "--shape", "M=2,C=2,H=4,W=4,R=2,S=2",
                "--format", "csv").stdout.splitlines()
    names = lines[0].split(",")
    behind = names.index("metrics.gops_per_watt") + 1
    check(names[behind:behind + 9] ==
          ["shape.stride_h", "shape.stride_w", "shape.pad_top", "shape.pad_bottom",
           "shape.pad_left", "shape.pad_right", "shape.dilation_h",
           "shape.dilation_w", "op"],
          "new columns of CSV stand behind those of before", names)
    check("shape.stride" in names and "shape.pad" in names,
          "columns of both axes stay")
    heads = {lines[0]}
    for words in (("model", "--cfg", "eyeriss", "--dataflow", "ws"),
                  ("run", "--cfg", "systolic", "--dataflow", "os", "--check"),
                  ("run", "--cfg", "eyeriss_v2_dense"),
                  ("model", "--cfg", "tensor_core"),
                  ("run", "--cfg", "nvdla_small", "--show-mapping")):
        heads.add(run(*words, "--gemm", "M=4,N=4,K=4", "--format",
                      "csv").stdout.splitlines()[0])
    check(len(heads) == 1, "CSVs of all machines and dataflows line up",
          [set(one.split(",")) ^ set(names) for one in heads])
    lines = run("--cfg", "eyeriss", "--gemm", "M=4,N=4,K=4", "--format", "csv",
                "--set", "array.rows=8", "--set", "array.rows=9", "--set",
                "dram.latency_cycles=5").stdout.splitlines()
    check(lines[0] == ",".join(names + ["array.rows", "dram.latency_cycles"])
          and all(line.endswith(",9,5") for line in lines[1:]),
          "keys that --set sets are columns behind them", lines[0][-60:])
    listed = run("model", "--cfg", "simba_like", "--net", "lenet5", "--layer",
                 "c1", "--format", "csv").stdout.splitlines()[0].split(",")
    check(listed[:len(names)] == names and
          "accesses.pe_accu.psum.reads" in listed[len(names):],
          "levels of a file stand behind them", listed[len(names):][:5])


def large_dimensions():
    head = ["--cfg", "systolic", "--gemm", "M=1,N=151936,K=5120"]
    for words in (["model"], ["run"]):
        found = layer_of(*words, *head)
        check(found["macs"] == 777912320 and
              found["accesses"]["dram"]["filter"]["reads"] == 777912320,
              f"{words[0]}: a language model's head", found["macs"])
    found = layer_of("--cfg", "eyeriss", "--dataflow", "is", "--gemm",
                     "M=2,N=70000,K=3", "--check")
    check(found["check"]["outputs"] == 140000 and
          found["check"]["mismatches"] == 0, "70,000 filters are right")
    found = layer_of("--cfg", "eyeriss", "--shape",
                     "M=3,C=1,H=3,W=70000,R=3,S=3", "--check")
    check(found["check"]["outputs"] == 3 * 69998 and
          found["check"]["mismatches"] == 0, "70,000 columns are right")
    for words, part in (
            (["map", "--cfg", "systolic", "--gemm", "M=70000,N=1,K=1"],
             "has 70000 ofmap rows; mappings are searched for up to 65535"),
            (["map", "--dataflow", "nest", "--cfg", "eyeriss", "--gemm",
              "M=1,N=70000,K=1"],
             "has a dimension of 70000 (of an ifmap, padded); nests take up "
             "to 65535"),
            (["reuse", "--cfg", "eyeriss", "--gemm", "M=1,N=70000,K=1"],
             "accesses are followed up to 65536")):
        broken = run(*words)
        check(broken.returncode in (1, 2) and part in broken.stderr and
              broken.stderr.count("\n") == 1,
              f"{' '.join(words)} is refused by name", broken.stderr)


def transposed():
    """Each word of 3 channels of 2 x 2 meets each of 2 x 2 taps once."""
    net = ('name = "n"; layers = ( { name = "a"; op = "conv_transpose"; '
           "M = 1; C = 3; H = 2; W = 2; R = 2; S = 2; stride = 2; } );\n")
    with new_folder() as folder:
        words = ["--cfg", "eyeriss", "--batch", "1", "--net",
                 write(folder, "n.cfg", net)]
        found = layer_of(*words, "--check")
        check((found["op"], found["macs"], found["shape"]["P"],
               found["shape"]["Q"], found["check"]["outputs"],
               found["check"]["mismatches"]) ==
              ("conv_transpose", 48, 4, 4, 16, 0),
              "a transposed convolution multiplies no inserted zero", found)
        check(layer_of("model", *words)["macs"] == 48,
              "so does its closed form")
        zeros = layer_of(*words, "--set", "lowering.transposed=zeros")
        check(zeros["macs"] == 16 * 3 * 4, "naive hardware multiplies zeros",
              zeros["macs"])
        mapped = report("map", *words, "--top", "1")["layers"]
        check([layer["name"] for layer in mapped] ==
              ["a.0_0", "a.0_1", "a.1_0", "a.1_1"],
              "map searches each convolution that it is made of")
        subjects = report("reuse", *words)["subjects"]
        check([subject["name"] for subject in subjects] ==
              ["a.0_0", "a.0_1", "a.1_0", "a.1_1"],
              "reuse surveys each of them")
        nest = write(folder, "m.cfg", 'mappings = ( { dram = { loops = '
                     '["p 2", "q 2", "c 3"]; }; rf = { loops = []; }; } );\n')
        found = layer_of(*words, "--mapping", nest, "--check")
        check((found["macs"], found["check"]["mismatches"]) == (48, 0),
              "a nest is of each of them", found["check"])
    shape = ("op=conv_transpose,N=2,G=2,M=4,C=6,H=5,W=4,R=3,S=4,stride_h=2,"
             "stride_w=3,pad_top=1,pad_right=2,output_pad=1,dilation_w=2")
    for cfg, flows in FLOWS.items():
        for flow in flows:
            line = ["--cfg", cfg, "--dataflow", flow, "--shape", shape,
                    "--mapping-policy", "estimate"]
            found = layer_of(*line, "--check")
            model = layer_of("model", *line)
            outputs = (2 * 4 * found["shape"]["P"] * found["shape"]["Q"])
            check((found["check"]["outputs"], found["check"]["mismatches"]) ==
                  (outputs, 0), f"{cfg}, {flow}: it makes each output once",
                  found["check"])
            check(model["macs"] == found["macs"] and
                  model["accesses"] == found["accesses"] and
                  model["noc"] == found["noc"] and
                  max(model["bounds_cycles"].values()) <= found["cycles"],
                  f"{cfg}, {flow}: its closed form counts the same")
            check(sum(found["ledger_pe_cycles"].values()) %
                  found["cycles"] == 0, f"{cfg}, {flow}: the ledger is whole")


def products_of_matrices():
    words = ["--cfg", "systolic", "--gemm", "M=8,N=6,K=5,B=3"]
    for flow in FLOWS["systolic"]:
        found = layer_of(*words, "--dataflow", flow, "--check")
        check(found["op"] == "matmul" and found["macs"] == 3 * 8 * 6 * 5 and
              found["check"]["mismatches"] == 0 and
              found["gemm"] == {"M": 8, "N": 6, "K": 5, "B": 3},
              f"{flow}: products side by side", found["gemm"])
    check(layer_of(*words, "--batch", "4")["macs"] == 4 * 3 * 8 * 6 * 5,
          "the batch multiplies B")
    check("M=8 N=6 K=5 B=3" in run(*words).stdout,
          "tables speak the letters that were given")
    dram = layer_of(*words, "--set", "dram.carries=filters")
    check(dram["accesses"]["dram"]["filter"]["reads"] == 0,
          "both operands of a matmul are feature maps")
    net = ('name = "n"; layers = ( { name = "a"; op = "matmul"; M = 8; '
           "N = 6; K = 5; B = 3; }, { name = \"b\"; op = \"gemm\"; M = 8; "
           "N = 6; K = 5; } );\n")
    with new_folder() as folder:
        layers = report("--cfg", "systolic", "--batch", "2", "--net",
                        write(folder, "n.cfg", net))["layers"]
        check([layer["macs"] for layer in layers] == [2 * 720, 2 * 240],
              "a network's file has the letters of --gemm")
        short = write(folder, "m.cfg",
                      'mappings = ( { dram = { loops = ["m 3", "c 5", '
                      '"p 8"]; }; rf = { loops = []; }; } );\n')
        refused = run("--cfg", "eyeriss", "--gemm", "M=8,N=6,K=5",
                      "--mapping", short)
        check(refused.returncode == 2 and "a nest's m is the N of '--gemm'" in
              refused.stderr, "a nest says which letter is which",
              refused.stderr)


def what_is_not_modelled():
    net = ('name = "n"; layers = ( { name = "a"; M = 1; C = 1; D = 4; '
           "H = 5; W = 5; T = 3; R = 3; S = 3; } );\n")
    with new_folder() as folder:
        refused = run("--cfg", "eyeriss", "--net",
                      write(folder, "n.cfg", net))
        check(refused.returncode == 1 and "depth (D, T)" in refused.stderr,
              "a third dimension is refused by name", refused.stderr)
    warned = run("--cfg", "eyeriss", "--layer", "conv5", "--batch", "1",
                 "--set", "l1.bytes=8192", "--set", "l1.cluster_cols=8",
                 "--set", "l1.bank_row_words=4",
                 "--mapping-policy", "estimate")
    check(warned.returncode == 0 and warned.stderr.count("\n") == 1 and
          "clusters of 'l1.cluster_cols' = 8 and 6 columns" in warned.stderr,
          "clusters of unequal width have L1s of one size, and it is said",
          warned.stderr)


padded_in_one_axis()
strides_of_each_axis()
every_dataflow_multiplies_right()
csv_keeps_its_columns()
large_dimensions()
transposed()
products_of_matrices()
what_is_not_modelled()
finish()
