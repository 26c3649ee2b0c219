"""cli_test.py - each option of the command line, on the program itself.

SPDX-License-Identifier: MIT
"""

import csv
import glob
import io
import json
import os
import re
import shutil
import subprocess
import time

from program import (PROGRAM, SMALL, SOURCE, check, finish, new_folder,
                     report, run, write)

C1 = SMALL + ["--layer", "c1"]


def names(document):
    return [layer["name"] for layer in document["layers"]]


def about():
    shown = run("--help")
    check(shown.returncode == 0 and shown.stderr == "",
          "--help succeeds and complains of nothing", shown.stderr)
    check(shown.stdout.startswith("Usage: accelsim [COMMAND] [OPTION...]\n"),
          "--help begins with the usage", shown.stdout)
    lines = shown.stdout.splitlines()
    check(all(line == line.rstrip() and len(line) < 80 for line in lines) and
          "page" not in lines, "--help has no line that broke badly", lines)
    for word in ("--cfg=FILE", "Exit status:", "Commands, the first"):
        check(word in shown.stdout, f"--help tells of '{word}'", shown.stdout)
    for words in (("-?",), ("--help", "--no-such-option", "word"), ("help",),
                  ("--layer", "x", "--help")):
        check(run(*words).stdout == shown.stdout,
              f"'{' '.join(words)}' is --help")
    for command in ("run", "model", "map", "reuse", "validate", "list",
                    "help"):
        own = run(command, "--help").stdout
        check(own.startswith(f"Usage: accelsim {command} ") and
              run("help", command).stdout == own and
              ("--top=K" in own) == (command == "map") and
              ("--cfg=FILE" in own) == (command not in ("validate", "help")),
              f"{command} --help lists what {command} honours", own)
    usage = run("--usage")
    check(usage.returncode == 0 and usage.stdout.startswith("Usage: accelsim")
          and "[--cfg=FILE]" in usage.stdout, "--usage lists the options",
          usage.stdout + usage.stderr)
    version = run("--version")
    check(version.returncode == 0 and
          re.fullmatch(r"accelsim \d+\.\d+\.\d+\n", version.stdout),
          "--version is a name and three numbers", version.stdout)
    check(run("-V").stdout == version.stdout, "-V is --version")
    full = run("--cfg", "eyeriss", "--help").stdout
    check(full == shown.stdout, "--help needs nothing else")
    if os.path.exists("/dev/full"):
        for words in ("--help", "--version", "help man", "help schema",
                      "help completion", "help words", "help fold"):
            status = os.system(f"{PROGRAM} {words} > /dev/full 2> /dev/null")
            check(os.waitstatus_to_exitcode(status) == 4,
                  f"{words} onto a full disk is an I/O error")


def manual_and_completion():
    options = re.findall(r"^ .*?--([a-z-]+)", run("--help").stdout, re.M)
    manual = run("help", "man").stdout
    script = run("help", "completion").stdout
    for option in sorted(set(options)):
        check("\\fB\\-\\-" + option.replace("-", "\\-") + "\\fR" in manual,
              f"the manual page has --{option}")
        check(f" --{option}" in script, f"completion has --{option}")
    if shutil.which("man"):
        done = subprocess.run(["man", "--warnings", "-l", "-"], input=manual,
                              capture_output=True, text=True)
        check(done.stderr == "", "man reads the page", done.stderr)
    if shutil.which("bash"):
        for line, wanted in (("mo", "model"), ("map --ob", "--objective"),
                             ("run --format j", "json"),
                             ("run --format = j", "json"),
                             ("help compl", "completion"),
                             ("help CO", ""), ("help WO", ""),
                             ("help reu", "reuse")):
            words = ["accelsim", *line.split()]
            ask = (script + "COMP_WORDS=(" + " ".join(words) + ")\n"
                   f"COMP_CWORD={len(words) - 1}; _accelsim\n"
                   "echo ${COMPREPLY[@]}")
            done = subprocess.run(["bash", "-c", ask], capture_output=True,
                                  text=True)
            check(done.stdout.split() == wanted.split(),
                  f"bash completes '{line}' to '{wanted}'",
                  done.stdout + done.stderr)
    wrong = run("help", "mna")
    check(wrong.returncode == 1 and "the nearest word is 'man'" in
          wrong.stderr, "help names the nearest word", wrong.stderr)


def every_option_has_a_test():
    tests = ""
    for path in glob.glob(os.path.join(SOURCE, "test", "*", "*_test.*")):
        if path.endswith((".py", ".sh")):
            with open(path) as file:
                tests += file.read()
    options = re.findall(r"^ .*?(--[a-z-]+)", run("--help").stdout, re.M)
    for option in sorted(set(options)):
        check(re.search(re.escape(option) + r"(?![a-z-])", tests),
              f"{option} has an end-to-end test")


def help_for_files():
    text = run("--help-config")
    check(text.returncode == 0 and "array.rows: 1 to" in text.stdout,
          "--help-config explains keys")
    check(run("--help-config=text").stdout == text.stdout,
          "--help-config is --help-config=text")
    check("| `array.rows` |" in run("--help-config=markdown").stdout,
          "--help-config=markdown makes a table")
    flows = run("--list-dataflows")
    for name in ("rs", "ws", "os"):
        check(f"{name}: " in flows.stdout, f"--list-dataflows has '{name}'")


def what_to_run():
    by_name = report(*C1)
    check(by_name["arch"] == "eyeriss", "--cfg takes a shipped name")
    path = os.path.join(SOURCE, "configs", "eyeriss.cfg")
    check(report("--cfg", path, *C1[2:]) == by_name, "--cfg takes a path")
    check(report("--cfg", "Eyeriss.cfg", *C1[2:]) == by_name,
          "--cfg ignores case and takes the name with its end")
    with new_folder() as folder:
        with open(path) as file:
            write(folder, "mine.cfg", file.read().replace(
                'name = "eyeriss"', 'name = "mine"'))
        found = report("--cfg", "mine.cfg", *C1[2:], folder=folder)
        check(found["arch"] == "mine", "--cfg finds a file of this folder")
        found = report("--cfg", "mine", *C1[2:],
                       environment={"ACCELSIM_PATH": "/none:" + folder})
        check(found["arch"] == "mine", "--cfg finds a file of $ACCELSIM_PATH")
    check(by_name["network"] == "lenet5" and by_name["batch"] == 1,
          "--net and --batch choose the network and its images")
    check(by_name["layers"][0]["shape"]["N"] == 1, "--batch is each layer's N")
    check(names(by_name) == ["c1"], "--layer takes a name")
    check(names(report(*SMALL, "--layer", "F6,c1")) == ["c1", "f6"],
          "--layer takes a list, in the network's order")
    check(names(report(*SMALL, "--layer", "c*")) == ["c1", "c3", "c5"],
          "--layer takes a glob")
    whole = names(report(*SMALL))
    check(whole == ["c1", "c3", "c5", "f6", "out"],
          "without --layer the whole network runs", whole)
    check(names(report(*SMALL, "--layer", "all")) == whole,
          "--layer all is the whole network")
    shape = report("--cfg", "eyeriss", "--shape",
                   "M=6,C=1,H=32,W=32,R=5,S=5")["layers"][0]
    check(shape["cycles"] == by_name["layers"][0]["cycles"],
          "--shape describes a layer")
    gemm = report("--cfg", "eyeriss", "--gemm", "M=7,N=5,K=3")["layers"][0]
    check((gemm["shape"]["H"], gemm["shape"]["M"], gemm["shape"]["C"],
           gemm["macs"]) == (7, 5, 3, 105), "--gemm describes a product")
    rows = report(*C1, "--set", "array.rows=5", "--set", "array.cols=4")
    layer = rows["layers"][0]
    check(sum(layer["ledger_pe_cycles"].values()) == 20 * layer["cycles"],
          "--set changes the machine, more than once")
    check(report(*C1, "--set", "array.rows = 5", "--set", " array.cols=4 ") ==
          rows, "blanks in --set do not matter")
    check(report(*C1, "--set", "array.rows=3", "--set", "array.rows=5",
                 "--set", "array.cols=4") == rows,
          "of two --set of one key the later holds")


def how_to_run_it():
    plain = run(*SMALL, "--format", "json").stdout
    for flow in ("rs", "ws", "os"):
        layer = report(*C1, "--dataflow", flow)["layers"][0]
        check(layer["dataflow"] == flow, f"--dataflow {flow}")
    check(run(*SMALL, "--format", "json", "--kernel", "native").stdout ==
          plain, "--kernel native is the default")
    check(run(*SMALL, "--format", "json", "--no-memo").stdout == plain,
          "--no-memo changes no number")
    little = run(*SMALL, "--format", "json", "--memo-bytes", "1", "--stats")
    check(little.stdout == plain, "--memo-bytes changes no number")
    check(re.search(r" 0 outcomes.* [1-9]\d* forgotten", little.stderr),
          "--memo-bytes 1 keeps nothing", little.stderr)
    for jobs in ("1", "2", "7"):
        check(run(*SMALL, "--format", "json", "-j", jobs).stdout == plain,
              f"-j {jobs} changes no byte")
    check(run(*SMALL, "--format", "json", "--jobs=3").stdout == plain,
          "--jobs is -j")
    found = report(*C1, "--check")["layers"][0]["check"]
    check(found == {"outputs": 4704, "mismatches": 0, "zero_macs": 0},
          "--check compares every output", found)
    late = run(*C1, "--max-cycles", "100", "--no-memo")
    check(late.returncode == 5 and late.stdout == "" and
          "passed --max-cycles" in late.stderr,
          "--max-cycles ends a layer with status 5", late.stderr)
    tiny = ("--cfg", "eyeriss", "--shape", "M=2,C=2,H=4,W=4,R=1,S=1")
    nest = ("--cfg", "conv1d_banks", "--layer", "weight",
            "--set", "dram.model=bandwidth",
            "--set", "dram.bytes_per_second=100000000")
    for words in (tiny, nest):
        cycles = report(*words)["layers"][0]["cycles"]
        late = run(*words, "--max-cycles", str(cycles - 1))
        check(late.returncode == 5 and late.stdout == "" and
              f"raise the limit to {cycles}" in late.stderr,
              "--max-cycles holds while DRAM takes the last words",
              late.stderr)
        done = run(*words, "--max-cycles", str(cycles))
        check(done.returncode == 0, "and allows as many cycles as it says",
              done.stderr)
    wide = report(*C1, "--set", "precision.psum_bits=64",
                  "--set", "dram.compression=none")["layers"][0]
    check(wide["cycles"] > 0, "psums of 64 bits run without compression")
    check(run(*C1, "--max-cycles", "1000000", "--format", "json").returncode
          == 0, "a limit that is not reached does not matter")
    start = time.monotonic()
    with new_folder() as folder:
        late = run("map", "--cfg", "eyeriss", "--net", "resnet50", "--dataflow",
                   "nest", "--wall-limit", "1", "-o",
                   os.path.join(folder, "out"))
        check((late.returncode, late.stdout) == (5, "") and
              late.stderr.count("\n") == 1 and
              "'--wall-limit' of 1 s has passed" in late.stderr,
              "--wall-limit ends any work with status 5, in one line",
              late.stderr)
        check(os.listdir(folder) == [], "and leaves nothing behind")
    check(time.monotonic() - start < 20, "and soon")
    check(run(*SMALL, "--wall-limit", "1000", "--format", "json").stdout ==
          plain, "a --wall-limit that is not reached does not matter")
    plugin = os.path.join(os.path.dirname(PROGRAM), "test", "dataflows",
                          "plugin_dataflow.so")
    layer = report(*C1, "--plugin", plugin, "--dataflow", "echo",
                   "--check")["layers"][0]
    check(layer["dataflow"] == "echo" and layer["check"]["mismatches"] == 0,
          "--plugin brings a dataflow")
    check(layer["cycles"] ==
          report(*C1, "--dataflow", "ws", "--mapping-policy",
                 "rules")["layers"][0]["cycles"],
          "a plugin's dataflow runs as its program says")


def what_to_print():
    table = run(*C1)
    check(table.returncode == 0 and table.stderr == "" and
          "  cycles         " in table.stdout, "a table is the default")
    check(run(*C1, "--format", "table").stdout == table.stdout,
          "--format table is the default")
    json_layers = report(*SMALL)["layers"]
    rows = list(csv.DictReader(io.StringIO(run(*SMALL, "--format",
                                               "csv").stdout)))
    check([row["name"] for row in rows] ==
          [layer["name"] for layer in json_layers] + ["total"],
          "--format csv has a row a layer and one of totals")
    check([int(row["cycles"]) for row in rows[:-1]] ==
          [layer["cycles"] for layer in json_layers],
          "--format csv and json have the same cycles")
    with new_folder() as folder:
        path = os.path.join(folder, "out.txt")
        done = run(*C1, "-o", path)
        with open(path) as file:
            check(file.read() == table.stdout and done.stdout == "",
                  "-o takes what would have gone to standard output")
        run(*C1, f"--output={path}", "--format", "json")
        with open(path) as file:
            check(file.read().startswith("{"), "--output is -o, and replaces")
        check(run(*C1, "-o", "-").stdout == table.stdout,
              "-o - is standard output")
        check(os.listdir(folder) == ["out.txt"], "-o leaves nothing beside")
    shown = run(*C1, "--show-mapping").stdout
    line = re.search(r"to ask for it:((?: --set mapping\.\w+=\d+)+)", shown)
    if check(line is not None, "--show-mapping prints a line of --set", shown):
        again = report(*C1, *line.group(1).split())["layers"][0]
        plain = report(*C1)["layers"][0]
        check(again["mapping"]["source"] == "given" and
              again["cycles"] == plain["cycles"],
              "that line asks for the same mapping")
    stats = run(*C1, "--stats")
    check(stats.stdout == table.stdout and
          re.search(r"\d+ passes", stats.stderr),
          "--stats speaks on standard error alone", stats.stderr)


def what_there_is():
    """list, --show-config, and the forms of both."""
    def rows(*words):
        return report(*words)["rows"]
    configs = os.path.join(SOURCE, "configs")
    for what, folder in (("networks", "networks"), ("energy", "energy"),
                         ("architectures", "")):
        shipped = {os.path.basename(path)[:-len(".cfg")] for path in
                   glob.glob(os.path.join(configs, folder, "*.cfg"))}
        listed = {row["name"] for row in rows("list", what)}
        check(shipped <= listed, f"list {what} has all that is shipped",
              shipped - listed)
    memories = {row["name"] for row in rows("list", "memories")}
    check({"ideal", "bandwidth", "ddr3_1600"} <= memories,
          "list memories has parts and models", memories)
    flows = {row["name"] for row in rows("list", "dataflows")}
    check({"rs", "ws", "is", "os", "nlr", "nest"} == flows,
          "list dataflows has them all", flows)
    layers = rows("list", "layers", "--net", "lenet5")
    ran = report(*SMALL)["layers"]
    check([(row["name"], row["macs"]) for row in layers] ==
          [(layer["name"], layer["macs"]) for layer in ran],
          "list layers has the MACs that a run counts", layers)
    c1 = {"weights": 150, "op": "conv", "bytes": 1024 + 150 + 6 * 784}
    check(c1.items() <= layers[0].items(),
          "list layers has weights and bytes", layers[0])
    wide = rows("list", "layers", "--cfg", "eyeriss", "--net", "lenet5")
    check(wide[0]["bytes"] == 2 * c1["bytes"],
          "with --cfg bytes are those of the machine's words", wide[0])
    check(run("list", "layers", "--net", "lenet5", "--format",
              "csv").stdout.splitlines()[0] ==
          "name,op,shape,macs,weights,bytes", "list has csv")
    check(run("list", "memories", "--format", "markdown").stdout.startswith(
        "| name |"), "list has markdown")
    check("lenet5" in run("list", "networks").stdout, "list has a table")
    for words, said in ((("list",), "networks|layers|architectures"),
                        (("list", "netwroks"), "nearest is 'networks'"),
                        (("list", "layers"), "accelsim list networks"),
                        (("list", "networks", "--batch", "4"),
                         "no use for '--batch'; it goes with 'list layers'"),
                        (("--cfg", "eyeriss", "--net", "transformer_xl"),
                         "accelsim list networks"),
                        (("--cfg", "eyeriis"), "nearest is 'eyeriss'; "
                         "'accelsim list architectures'")):
        done = run(*words)
        check(done.returncode == 1 and said in done.stderr,
              f"{words} says how to go on", done.stderr)
    for command in ("run", "model", "map"):
        shown = rows(command, *C1, "--set", "array.rows=10",
                     "--set", "mapping.m=2", "--show-config")
        by_key = {row["key"]: row for row in shown}
        origins = [by_key[key]["origin"] for key in
                   ("array.rows", "array.drain", "--net", "mapping.m")]
        check(origins == ["--set", "default", "command line", "--set"] and
              re.search(r"eyeriss\.cfg:\d+$", by_key["array.cols"]["origin"]),
              f"{command} --show-config says where values come from", origins)
        check((by_key["array.rows"]["value"], by_key["array.rows"]["unit"]) ==
              ("10", "PEs") and by_key["energy.mac"]["unit"] == "pJ",
              f"{command} --show-config has values and units")
    keys = re.findall(r"^([\w.]+): ", run("--help-config").stdout, re.M)
    schema = [key for key in keys if not key.startswith("mapping.")
              or key in ("mapping.table", "mapping.file")]
    check(set(schema) - {"Networks"} <=
          set(by_key) | {"rs", "ws", "is", "os", "nlr", "nest"},
          "--show-config lists every key",
          set(schema) - set(by_key))
    table = run(*SMALL, "--format", "markdown").stdout.splitlines()
    check([line.split(" | ")[0] for line in table[2:]] ==
          ["| " + layer["name"] for layer in ran] + ["| total"] and
          f"| {ran[0]['macs']} | {ran[0]['cycles']} |" in table[2],
          "--format markdown has a line a layer and one of totals", table)
    check("| >= " in run("model", *C1, "--format", "markdown").stdout,
          "model --format markdown has bounds")


def bursts_of_a_part():
    """Operands of 64 x 64 bytes are 64 bursts of 64 bytes each."""
    words = ["--cfg", "systolic", "--dataflow", "os", "--gemm",
             "M=64,N=64,K=64", "--set", "dram.model=ddr3_1600"]
    out = 64  # finished outputs are as wide as operands
    rows = ["--set", "dram.layout=rows"]
    for more, bursts in (([], 64 + 64 + out),
                         (["--set", "precision.ofmap_bits=32"],
                          64 + 64 + 4 * out),
                         (["--set", "dram.filter_order=mcrs"], 64 + 64 + out),
                         (rows, 64 * 64 + 64 + 64 * 64)):
        layer = report(*words, *more)["layers"][0]
        check(layer["dram"]["bursts"] == bursts,
              f"a GEMM of bytes takes {bursts} bursts {more}", layer["dram"])
    words = ["--cfg", "systolic", "--dataflow", "os", "--gemm",
             "M=256,N=256,K=256", "--set", "dram.model=hbm2"]
    one, two = [report(*words, "--set", f"dram.channels={n}")["layers"][0]
                for n in (1, 2)]
    check(one["dram"]["bursts"] == two["dram"]["bursts"] and
          one["energy_pj"] == two["energy_pj"],
          "channels share bursts, and each burst costs the same")
    # A refresh falls into the longer transfers of one channel.
    times = one["bounds_cycles"]["dram"] / two["bounds_cycles"]["dram"]
    check(2 <= times < 2.1 and one["cycles"] > two["cycles"] and
          two["metrics"]["dram_gbytes_per_second"] == 64,
          "two channels have twice the bandwidth of one", [one, two])


def tiles_that_do_not_stay():
    """32 filters of 3 x 3 x 8 in tiles of 16, 8 images one by one."""
    words = ["--cfg", "eyeriss", "--dataflow", "ws", "--shape",
             "M=32,C=8,H=10,W=10,R=3,S=3", "--batch", "8",
             "--set", "mapping.m=32", "--set", "mapping.f=16",
             "--set", "mapping.n=1", "--set", "mapping.c=8",
             "--set", "mapping.e=8", "--set", "mapping.keep=1"]
    kept, anew = [report(*words, "--set", f"l2.keeps_tiles={keeps}")
                  ["layers"][0]["accesses"]["dram"]
                  for keeps in ("true", "false")]
    ifmap, filters = 8 * 8 * 100, 32 * 8 * 9
    check(kept["ifmap"]["reads"] == ifmap and
          anew["ifmap"]["reads"] == 2 * ifmap,
          "an ifmap tile that does not stay comes for each filter tile",
          [kept, anew])
    check(kept["filter"]["reads"] == anew["filter"]["reads"] == 8 * filters,
          "filter tiles that alternate come for each image", [kept, anew])
    words[words.index("mapping.f=16")] = "mapping.f=32"
    kept, anew = [report(*words, "--set", f"l2.keeps_tiles={keeps}")
                  ["layers"][0]["accesses"]["dram"]
                  for keeps in ("true", "false")]
    check(kept["filter"]["reads"] == filters and
          anew["filter"]["reads"] == 8 * filters,
          "a filter tile that does not stay comes for each image",
          [kept, anew])


def reuse():
    streams = os.path.join(SOURCE, "configs", "accesses")
    for name, reads in (("weights_at_once", 4), ("weights_in_pairs", 8),
                        ("weights_apart", 16)):
        path = os.path.join(streams, name + ".txt")
        done = run("reuse", "--accesses", path, "--format", "json")
        found = json.loads(done.stdout)["subjects"][0]
        check(found["sharing"][0]["multicast_reads"] == reads,
              f"reuse --accesses {name}.txt: {reads} reads", done.stderr)
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as source:
        piped = run("reuse", "--accesses", "/dev/stdin", stdin=source.stdout)
    check(piped.returncode == 0 and "16" in piped.stdout,
          "reuse --accesses reads from a pipe without a name", piped.stderr)
    done = run("reuse", *C1, "--format", "json")
    found = json.loads(done.stdout)["subjects"][0]["streams"]
    layer = report(*C1)["layers"][0]
    check([s["accesses"] for s in found if s["level"] == "pe"] ==
          3 * [layer["macs"]], "reuse sees three accesses a MAC")
    shown = run("reuse", *C1)
    check(shown.returncode == 0 and "misses, %" in shown.stdout,
          "reuse prints miss curves", shown.stderr)
    lines = run("reuse", *C1, "--format", "csv").stdout.splitlines()
    check(lines[0] == "subject,level,name,figure,from,to,count",
          "reuse --format csv has a line a figure")
    sent = layer["noc"]["filter"]["words_delivered"]
    check({"c1,pe,filter,units_followed,0,0,13",
           f"c1,pe,filter,compulsory,0,0,{sent}"} <= set(lines),
          "words of the PEs followed stand for those of all", lines[:8])
    wide = ["--cfg", "eyeriss", "--set", "l2.bytes=1000000", "--shape"]
    shape = "M=1,C=1,H=1,W=65534,R=1,S=1,pad=1,stride=2"
    done = run("reuse", *wide, shape, "--format", "json")
    words = [s["compulsory"] for s in
             json.loads(done.stdout)["subjects"][0]["streams"]
             if (s["level"], s["name"]) == ("l2", "ifmap")]
    check(words == [65536], "reuse tells 65536 columns apart", words)
    done = run("reuse", *wide, shape.replace("65534", "65535"))
    check((done.returncode, done.stdout) == (1, "") and
          "has a dimension of 65537 (of an ifmap, padded); accesses are "
          "followed up to 65536" in
          done.stderr, "reuse says that it cannot tell more", done.stderr)
    for words in (["--accesses", "x", *C1],
                  ["reuse", "--accesses", "x", "--cfg", "eyeriss"],
                  ["reuse", *C1, "--check"], ["reuse", *C1, "--no-memo"],
                  ["reuse", "--accesses", os.path.join(
                      streams, "weights_apart.txt"), "--batch", "7"],
                  ["validate", "--filter", "ddr3_1600*", "--stats"],
                  ["model", *C1, "--max-cycles", "1"],
                  ["map", *C1, "--no-memo"]):
        check(run(*words).returncode == 1, f"{words[:3]} is refused")


def names_of_any_bytes():
    """Of machines and files: what the user writes, reports must hold."""
    with open(os.path.join(SOURCE, "configs", "eyeriss.cfg"), "rb") as file:
        text = file.read().replace(b'name = "eyeriss"',
                                   b'name = "caf\xe9, \\"x\\""')
    tiny = ["--shape", "M=2,C=2,H=4,W=4,R=2,S=2"]
    with new_folder() as folder:
        cfg = write(folder, "m.cfg", text)
        for words in ([], ["model"], ["reuse"], ["map"],
                      ["map", "--dataflow", "nest"]):
            found = report(*words, "--cfg", cfg, *tiny)
            check(found["arch"] == 'caf?, "x"',
                  f"{words}: JSON is UTF-8 whatever the machine's name")
        for flow in ("rs", "nest"):
            saved = os.path.join(folder, flow)
            run("map", "--cfg", cfg, *tiny, "--dataflow", flow, "--top", "0",
                "--save", saved)
            use = ["--mapping" if flow == "nest" else "--mappings", saved]
            check(report("--cfg", cfg, *tiny, *use)["layers"] != [],
                  f"what map saves for {flow} is read, whatever that name")
        stream = os.path.join(os.fsencode(folder), b'a,"\xe9.txt')
        with open(stream, "w") as file:
            file.write("we,ight 0 1\nwe,ight 0 1\n")
        found = report("reuse", "--accesses", stream)["subjects"][0]
        check(found["name"].endswith('a,"?.txt'),
              "JSON is UTF-8 whatever the name of a file of accesses")
        rows = csv.reader(io.StringIO(run("reuse", "--accesses", stream,
                                          "--format", "csv").stdout))
        rows = list(rows)[1:]
        check({len(row) for row in rows} == {7} and
              {row[2] for row in rows} == {"we,ight"},
              "CSV of reuse quotes names", rows)


about()
manual_and_completion()
every_option_has_a_test()
help_for_files()
what_to_run()
how_to_run_it()
what_to_print()
what_there_is()
bursts_of_a_part()
tiles_that_do_not_stay()
reuse()
names_of_any_bytes()
finish()
