#!/usr/bin/env python3
"""safe_test.py - attacks on a program that runs with --safe for people whom its
operator does not know, each refused: what they try to read is not in what comes
back, what they try to write is not there, and it ends.

SPDX-License-Identifier: MIT
"""

import os
import subprocess

from program import (PROGRAM, SOURCE, check, finish, leave_to_the_plain_build,
                     new_folder, write)

# A sanitizer's own memory is more than --safe lets a program have.
leave_to_the_plain_build()

C1 = ["--cfg", "eyeriss", "--net", "lenet5", "--batch", "1", "--layer", "c1"]
SHAPE = ["--shape", "M=2,C=1,H=4,W=4,R=1,S=1"]
SLOW = ["--shape", "N=64,M=512,C=512,H=114,W=114,R=3,S=3"]
SECRET = "secret_of_the_house = 4711;\n"
with open(os.path.join(SOURCE, "configs", "eyeriss.cfg")) as _file:
    EYERISS = _file.read()


class House:
    """A folder "guest" that the attacker fills, in which the program runs, a
    folder "out" in it, and beside them what is not his."""

    def __init__(self, root):
        self.root = root
        self.guest = os.path.join(root, "guest")
        os.makedirs(os.path.join(self.guest, "out"))
        os.mkdir(os.path.join(root, "house"))
        write(os.path.join(root, "house"), "secret.cfg", SECRET)
        write(os.path.join(root, "house"), "eyeriss.cfg", EYERISS)
        self.secret = os.path.join(root, "house", "secret.cfg")
        self.before = self.outside()

    def outside(self):
        """What there is outside of the guest's folder."""
        seen = {}
        for folder, _, names in os.walk(self.root):
            if not folder.startswith(self.guest):
                for name in names:
                    path = os.path.join(folder, name)
                    with open(path, "rb") as file:
                        seen[path] = file.read()
        return seen

    def write(self, name, text):
        return write(self.guest, name, text)

    def run(self, *words, safe="--safe=out", seconds=60, environment=None):
        return subprocess.run(
            [PROGRAM, *words, *([safe] if safe else [])], cwd=self.guest,
            capture_output=True, text=True, errors="replace", timeout=seconds,
            check=False, env={**os.environ, **(environment or {})})

    def refuses(self, what, *words, part="", **how):
        """The attack is refused by one message, and leaves nothing."""
        done = self.run(*words, **how)
        said = done.stdout + done.stderr
        check(done.returncode in (1, 4, 5) and done.stdout == "" and
              part in done.stderr and "secret_of" not in said and
              "4711" not in said and self.outside() == self.before,
              f"refused: {what}", f"{done.returncode}\n{said}")


def reading(house):
    outside = "outside of what '--safe' reads"
    house.write("root.cfg", f'@include "{house.secret}"\n' + EYERISS)
    house.refuses("1 an include from the root", "--cfg", "root.cfg", *SHAPE,
                  part="goes up or begins at the root")
    house.write("up.cfg", '@include "../house/secret.cfg"\n' + EYERISS)
    house.refuses("2 an include upward", "--cfg", "up.cfg", *SHAPE,
                  part="goes up")
    house.write("down.cfg", '@include "out/../../house/secret.cfg"\n' + EYERISS)
    house.refuses("3 an include down and up", "--cfg", "down.cfg", *SHAPE,
                  part="goes up")
    os.symlink(house.secret, os.path.join(house.guest, "link.inc"))
    house.write("link.cfg", '@include "link.inc"\n' + EYERISS)
    house.refuses("4 an include of a link that leads out", "--cfg", "link.cfg",
                  *SHAPE, part=outside)
    os.symlink(os.path.dirname(house.secret),
               os.path.join(house.guest, "linked"))
    house.refuses("5 a link to a folder", "--cfg", "linked/secret.cfg", *SHAPE,
                  part=outside)
    house.refuses("6 a file of the system as an architecture", "--cfg",
                  "/etc/passwd", *SHAPE, part=outside)
    house.refuses("7 a network outside", "--cfg", "eyeriss", "--net",
                  "../house/secret.cfg", part=outside)
    house.refuses("8 an energy table outside", *C1, "--set",
                  "energy=../house/secret.cfg", part=outside)
    house.write("energy.cfg", EYERISS.replace('energy = "45nm"',
                                              f'energy = "{house.secret}"'))
    house.refuses("9 one that a file names", "--cfg", "energy.cfg", *SHAPE,
                  part=outside)
    house.refuses("10 a DRAM part outside", *C1, "--set", "dram.model=part",
                  "--set", "dram.part=../house/secret.cfg", part=outside)
    house.refuses("11 mappings outside", *C1, "--mappings", house.secret,
                  part=outside)
    house.refuses("12 accesses outside", "reuse", "--accesses", house.secret,
                  part=outside)
    house.refuses("13 limits of nests outside", "map", *C1, "--dataflow",
                  "nest", "--constraints", house.secret, part=outside)
    house.refuses("14 whether a file is there", "--cfg", "../house/none.cfg",
                  *SHAPE, part=outside)
    house.write("t.yaml", "problem: {{ include_text('../house/secret.cfg') }}\n"
                "a: {{ include('" + house.secret + "') }}\n")
    house.refuses("15 a template that includes", "import", "t.yaml", "-o",
                  "out")
    house.refuses("16 another's file of another tool", "import",
                  "../house/secret.cfg", part=outside)


def writing(house):
    below = "below its folder only"
    house.refuses("17 a report outside", *C1, "-o", "../house/report",
                  part=below)
    house.refuses("18 a report over a file", *C1, "-o", house.secret,
                  part=below)
    os.symlink(house.secret, os.path.join(house.guest, "out", "link"))
    house.refuses("19 a report through a link", *C1, "-o", "out/link",
                  part=below)
    house.refuses("20 saved mappings outside", "map", *C1, "--save",
                  "../house/saved", part=below)
    house.refuses("21 imported files outside", "import", "t.yaml", "-o",
                  "../house", part=below)
    house.refuses("22 a file where there may be none", *C1, "-o", "out/r",
                  safe="--safe", part="no file")
    done = house.run(*C1, "--kernel", "systemc", "--vcd", "../house/w.vcd")
    check(done.returncode in (1, 4) and house.outside() == house.before,
          "refused: 23 a waveform outside", done.stderr)


def sweeping(house):
    """A sweep's store is a file that is written, or read."""
    house.write("plan.cfg", 'cfg = "eyeriss"; net = "lenet5"; layer = "c1";\n'
                'axes = ( { key = "array.rows"; values = [6, 12]; } );\n')
    house.refuses("35 a store outside", "sweep", "plan.cfg", "--store",
                  "../house/store", part="would write")
    house.refuses("36 a store of the house", "sweep", "status", house.secret,
                  part="outside")
    house.refuses("37 a plan of the house", "sweep", house.secret,
                  part="outside")
    house.refuses("38 a script of shards outside", "sweep", "plan.cfg",
                  "--emit", "slurm", "--shard", "1/2", "-o", "../house/jobs",
                  part="would write")
    house.refuses("39 the count of a sweep outside", "sweep", "plan.cfg",
                  "--store", "out/other", "-o", "../house/count",
                  part="would write")
    house.refuses("40 merged stores outside", "sweep", "merge", "--store",
                  "../house/all", "out/other", part="would write")
    house.refuses("41 a store of the house, merged", "sweep", "merge",
                  "--store", "out/all", house.secret, part="outside")
    house.write("other.cfg", 'cfg = "../house/eyeriss.cfg"; net = "lenet5";\n'
                'axes = ( { key = "array.rows"; values = [6, 12]; } );\n')
    house.refuses("42 a machine outside, of a plan", "sweep", "other.cfg",
                  "--store", "out/other", part="outside")
    house.write("prices.cfg", 'cfg = "eyeriss"; net = "lenet5";\n'
                'axes = ( { key = "energy"; values = ["../house/secret.cfg"]; '
                '} );\n')
    house.refuses("43 energies outside, of a plan", "sweep", "prices.cfg",
                  "--store", "out/other", part="outside")
    done = house.run("sweep", "plan.cfg", "--store", "out/store")
    check(done.returncode == 0 and
          os.path.exists(os.path.join(house.guest, "out", "store")),
          "a store in the folder is made", done.stderr)


def seeing(house):
    """What is shown or compared is read by another program, or runs one."""
    house.refuses("44 a report of the house's", "report", house.secret,
                  part="outside")
    house.refuses("45 a result of the house, compared", "compare",
                  "../house/secret.cfg", "link.cfg", part="outside")
    house.write("mine.cfg", EYERISS)
    house.refuses("46 a machine, compared, that includes upward", "compare",
                  "up.cfg", "mine.cfg", *SHAPE, part="goes up")
    house.refuses("47 machines, compared with energies outside", "compare",
                  "mine.cfg", "mine.cfg", *SHAPE, "--set",
                  "energy=../house/secret.cfg", part="outside")
    house.refuses("48 a timeline outside", *C1, "--timeline", "../house/t",
                  part="would write")
    house.refuses("49 a page outside", *C1, "--format", "html", "-o",
                  "../house/page", part="would write")
    house.refuses("50 mappings of the house, as a policy", *C1,
                  f"--mapping-policy={house.secret}", part="outside")
    house.refuses("51 a report of another tool outside", "import", "mine.cfg",
                  "--compare", house.secret, "-o", "out", part="outside")


def serving(house):
    """Requests are answered by refusals."""
    asked = os.path.join(house.guest, "requests")
    house.write("requests", "".join(text + "\n" for text in (
        '{"cfg": "../house/eyeriss.cfg", "net": "lenet5"}',
        '{"cfg": "eyeriss", "net": "../house/secret.cfg"}',
        '{"cfg": "up.cfg", "net": "lenet5"}',
        '{"cfg": "eyeriss", "net": "lenet5", "layer": "c1", '
        '"set": {"energy": "../house/secret.cfg"}}')))
    with open(asked, "rb") as requests:
        done = subprocess.run([PROGRAM, "serve", "--safe=out"],
                              cwd=house.guest, stdin=requests, text=True,
                              capture_output=True, timeout=60, check=False)
    answers = done.stdout.splitlines()
    check(done.returncode == 0 and len(answers) == 4 and
          all('"status": "error"' in line and
              ("outside" in line or "goes up" in line) for line in answers),
          "refused: 52-55 files outside, asked of a server", done.stdout)


def code(house):
    plugin = os.path.join(os.path.dirname(PROGRAM), "test", "dataflows",
                          "plugin_dataflow.so")
    house.refuses("24 a plugin", *C1, "--plugin", plugin, "--dataflow", "echo",
                  part="'--plugin'")
    house.write("code.yaml", "a: {{ ''.__class__.__mro__[1].__subclasses__()"
                " }}\nb: !!python/object/apply:os.system ['touch ../house/x']"
                "\n")
    house.refuses("25 code in a template", "import", "code.yaml", "-o", "out")
    house.refuses("26 leave to do anything", *C1, "--safe=/", "-o",
                  "../house/report", part="given twice")


def resources(house):
    house.refuses("27 work for hours", "map", "--cfg", "eyeriss", *SLOW,
                  "--dataflow", "nest", "--wall-limit", "1",
                  part="'--wall-limit' of 1 s")
    house.refuses("28 more time than may be", *C1, "--wall-limit", "100000",
                  part="1 to 3600")
    house.refuses("29 more memory than may be", *C1, "--memory-limit",
                  "1000000", part="1 to 16384")
    house.write("bomb.yaml", "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi")))
    house.refuses("30 a bomb of aliases", "import", "bomb.yaml", "-o", "out",
                  "--wall-limit", "5")
    house.refuses("31 all memory", "reuse", "--cfg", "eyeriss", *SLOW,
                  "--memory-limit", "8", part="out of memory")
    os.mkfifo(os.path.join(house.guest, "pipe"))
    house.refuses("32 a pipe that never ends", "--cfg", "./pipe", *SHAPE,
                  part="no regular file")
    house.refuses("33 a device", "reuse", "--accesses", "/dev/zero",
                  part="outside")
    house.write("loop.cfg", '@include "loop.cfg"\n')
    house.refuses("34 an include of itself", "--cfg", "loop.cfg", *SHAPE,
                  part="include loop")


def what_goes_on(house):
    """What is no attack is done, with the same numbers."""
    plain = house.run(*C1, safe=None)
    for words in ([], ["-o", "out/report"]):
        done = house.run(*C1, *words)
        check(done.returncode == 0, f"--safe does {words}", done.stderr)
        if not words:
            check(done.stdout == plain.stdout, "and says the same")
    house.write("own.inc", "clock_hz = 100000000;\n")
    house.write("own.cfg", '@include "own.inc"\n' + EYERISS.replace(
        "clock_hz = 200000000;", ""))
    done = house.run("--cfg", "own.cfg", *SHAPE)
    check(done.returncode == 0, "an include beside its file", done.stderr)
    done = house.run("--cfg", "conv1d_pes", "--mapping",
                     os.path.join(SOURCE, "configs", "mappings",
                                  "conv1d_across_banks.cfg"))
    check("outside" not in done.stderr, "what accelsim ships", done.stderr)
    done = house.run("map", *C1, "--save", "out/saved")
    check(done.returncode == 0, "map --save in the folder", done.stderr)
    done = house.run("--cfg", "../house/eyeriss.cfg", *SHAPE, environment={
        "ACCELSIM_PATH": os.path.dirname(house.secret)})
    check(done.returncode == 0, "what the operator's ACCELSIM_PATH names",
          done.stderr)
    done = house.run(*C1, safe="--safe=none")
    check(done.returncode == 1 and "a folder that is there" in done.stderr,
          "a folder that is not there is refused", done.stderr)


with new_folder() as _folder:
    _house = House(_folder)
    reading(_house)
    writing(_house)
    sweeping(_house)
    seeing(_house)
    serving(_house)
    code(_house)
    resources(_house)
    what_goes_on(_house)
finish()
