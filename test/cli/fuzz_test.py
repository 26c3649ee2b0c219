"""fuzz_test.py - shipped configurations, broken at random: whatever a file
holds, the program ends, with a status of its own and one line a mistake.

    fuzz_test.py [COUNT [SEED]]

SPDX-License-Identifier: MIT
"""

import glob
import os
import random
import re
import subprocess
import sys

from program import SOURCE, check, finish, new_folder, run, sample, write

COUNT = (int(sys.argv[1]) if len(sys.argv) > 1
         else sample(250, "broken files"))
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
NUMBERS = ["0", "1", "-1", "2", "3", "7", "64", "65535", "65536", "2147483647",
           "2147483648", "-2147483648", "4294967296L", "9223372036854775807L",
           "9223372036854775808", "1e3", "1e308", "1e-320", "0.5", "nan",
           "0x7fffffff", "true", '""', '"x"', "{}", "()", "[]", "(1, 2)"]
MESSAGE = re.compile(r"[^\n]*: error: [^\n]*(;|,|\()[^\n]*|and \d+ more")


def shipped():
    files = {}
    for kind in ("", "networks", "energy"):
        for path in sorted(glob.glob(os.path.join(SOURCE, "configs", kind,
                                                  "*.cfg"))):
            with open(path, "rb") as file:
                text = file.read()
            if len(text) < 12000:
                files[os.path.join(kind, os.path.basename(path))] = text
    return files


def mutate(random_source, text):
    """One of the ways in which a file goes wrong."""
    r = random_source
    way = r.randrange(9)
    lines = text.split(b"\n")
    at = r.randrange(len(text))
    if way == 0:
        return text[:at] + bytes([r.randrange(256)]) + text[at + 1:]
    if way == 1:
        return text[:at]
    if way == 2:
        return text[:at] + text[at + r.randrange(1, 40):]
    if way == 3:
        k = r.randrange(len(lines))
        return b"\n".join(lines[:k] + lines[k:k + 1] + lines[k:])
    if way == 4:
        k, j = r.randrange(len(lines)), r.randrange(len(lines))
        lines[k], lines[j] = lines[j], lines[k]
        return b"\n".join(lines)
    if way == 5:
        return text[:at] + r.choice([b"{", b"}", b"(", b")", b";", b'"', b"=",
                                     b"/*", b"//", b"#", b"@include \"x\"\n",
                                     b"\\", b"\n", b"\0"]) + text[at:]
    numbers = list(re.finditer(rb"(?<=[= ])\d[\d.e]*L?(?=;)", text))
    if numbers:
        found = r.choice(numbers)
        return (text[:found.start()] + r.choice(NUMBERS).encode() +
                text[found.end():])
    return text + b"x"


def command(name):
    folder, _, _ = name.rpartition("/")
    limit = ["--max-cycles", "20000"]
    if folder == "networks":
        return ["--cfg", "systolic", "--net", "./m.cfg", "--batch", "1", *limit]
    if folder == "energy":
        return ["--cfg", "eyeriss", "--net", "lenet5", "--layer", "out",
                "--batch", "1", "--set", "energy=./m.cfg"]
    return ["--cfg", "./m.cfg", "--shape", "M=5,C=4,H=7,W=6,R=3,S=2", *limit]


def what_is_wrong(done):
    """None when the program ended as it should."""
    said = done.stderr.splitlines()
    if done.returncode not in (0, 1, 2, 4, 5):
        return f"status {done.returncode}"
    if done.returncode == 0:
        strange = [line for line in said
                   if not line.startswith("accelsim: warning: ")]
        return "output" if strange or not done.stdout else None
    if done.stdout or not said:
        return "a failure that prints a report, or nothing"
    for line in said:
        if not MESSAGE.fullmatch(line):
            return "no message of ours"
    return None


def main():
    random_source = random.Random(SEED)
    files = shipped()
    ended = {}
    wrong = 0
    with new_folder() as folder:
        for k in range(COUNT):
            name = random_source.choice(sorted(files))
            text = files[name]
            for _ in range(random_source.choice([1, 1, 1, 2, 3])):
                text = mutate(random_source, text) or b"x"
            write(folder, "m.cfg", text)
            words = command(name)
            try:
                done = run(*words, folder=folder, seconds=60)
                fault = what_is_wrong(done)
                ended[done.returncode] = ended.get(done.returncode, 0) + 1
                seen = done.stderr
            except subprocess.TimeoutExpired:
                fault, seen = "no end within a minute", ""
            if fault is not None:
                wrong += 1
                keep = os.environ.get("FUZZ_KEEP")
                if keep:
                    write(keep, f"{SEED}-{k}.cfg", text)
                check(False, f"mutation {k} of {name} by seed {SEED}: {fault}",
                      f"{' '.join(words)}\n{seen}")
        check(os.listdir(folder) == ["m.cfg"], "nothing is left behind")
    check(wrong == 0, f"{COUNT} broken files end as they should "
          f"(by status: {dict(sorted(ended.items()))})")
    check(ended.get(0, 0) > 0 and ended.get(1, 0) > COUNT // 4,
          "some of them are read, and many refused")
    finish()


main()
