"""fuzz_test.py - has the importers read damaged files, in this process: each is
read or refused by a message in one line, in a moment; nothing else may happen.

    fuzz_test.py [COUNT [SEED]]

The seeds are small files of each format; a damaged one has bytes changed, cut,
repeated or put in from others, numbers made extreme, and words of the formats
added. The long form reads 100 000.
SPDX-License-Identifier: MIT
"""

import os
import random
import re
import signal
import sys
import traceback

import machine_texts
import nest_texts
import onnx_models
import workload_texts
from onnx_file import model, node, tensor, value
from program import SOURCE, check, finish, sample

sys.path.insert(0, os.path.join(SOURCE, "configs"))

# pylint: disable=wrong-import-position
from importers import command  # noqa: E402
from importers.said import Refused  # noqa: E402
from importers.source import Source  # noqa: E402

SECONDS = 5  # for one file
EXTREMES = ("0", "-1", "1", "2147483648", "9223372036854775808", "1e308",
            "65536", "nan", "", "99999999999999999999999", "0.5", "-0")
WORDS = ("problem:", "architecture:", "&a", "*a", "<<: ", "{{", "}}", "{%",
         "[", "]", "{", "}", "(", ")", "- ", ": ", ",", "\n", "\t", "\0",
         "Layer X {", "Dataflow {", "factors: ", "[0..99999]", "name: ",
         "# ", "\"", "'", "%", "!", "|", "\ufeff", "M, N, K,", "[general]\n",
         "for P in [0:16)\n", "null", "true", "class: DRAM")


def onnx_seeds():
    return [model(
        [node("Shape", ["x"], ["s"]), node("Gather", ["s", "i"], ["n"]),
         node("Unsqueeze", ["n", "i"], ["n1"]),
         node("Concat", ["n1", "m"], ["t"], axis=0),
         node("Conv", ["x", "w"], ["c"], "conv", strides=[2, 1],
              pads=[1, 0, 1, 0], group=1, kernel_shape=[3, 3]),
         node("MaxPool", ["c"], ["p"], kernel_shape=[2, 2], ceil_mode=1),
         node("Reshape", ["p", "t"], ["f"]),
         node("Gemm", ["f", "g"], ["y"], "fc", transB=1),
         node("ConvTranspose", ["x", "u"], ["v"], "up", strides=[2, 2]),
         node("MatMul", ["y", "y2"], ["z"], "mm")],
        [value("x", [2, 3, 8, 8]), value("y2", [5, "n"])],
        [tensor("i", [1], [0]), tensor("m", [1], [-1]),
         tensor("w", [4, 3, 3, 3]), tensor("g", [5, 36]),
         tensor("u", [3, 2, 3, 3])])]


def seeds():
    """(suffix, bytes) of each."""
    out = [(".onnx", data) for data in onnx_seeds()]
    out += [(".onnx", made()) for made in (
        onnx_models.bert, onnx_models.llama, onnx_models.vit,
        onnx_models.mobile, onnx_models.detector, onnx_models.quantised,
        onnx_models.runtime)]
    for texts in (machine_texts.ALL, workload_texts.ALL):
        out += [(os.path.splitext(name)[1], text.encode())
                for name, text in texts]
    return out


def damaged(data, others, chance):
    """A copy with a few things wrong."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randint(1, 40))
        kind = chance.randrange(7)
        if kind == 0 and data:
            data[at % len(data)] = chance.randrange(256)
        elif kind == 1:
            del data[at:end]
        elif kind == 2:
            data[at:at] = data[at:end] * chance.randint(1, 3)
        elif kind == 3:
            other = chance.choice(others)[1]
            start = chance.randrange(len(other) + 1)
            data[at:end] = other[start:start + chance.randint(1, 60)]
        elif kind == 4:
            data[at:at] = chance.choice(WORDS).encode()
        elif kind == 5:
            numbers = list(re.finditer(rb"\d+", bytes(data)))
            if numbers:
                one = chance.choice(numbers)
                data[one.start():one.end()] = \
                    chance.choice(EXTREMES).encode()
        else:
            del data[at:]
    return bytes(data)


def too_long(signal_number, frame):
    raise TimeoutError(f"more than {SECONDS} s")


def attempt(files):
    """What went wrong with the files, or None."""
    request = command.Request(["--"] + list(files))
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        said, _, refusals = command.read_files(
            request, lambda path: Source(path, files[path]))
        lines = [refused.line() for refused in refusals]
        if not refusals:
            lines += [text for _, text in command.all_texts(said)]
            lines = [note.line() for note in said.notes]
        if any("\n" in line for line in lines):
            return "a message of two lines"
    except Refused as refused:
        return "two lines" if "\n" in refused.line() else None
    except BaseException:  # pylint: disable=broad-except
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def main():
    signal.signal(signal.SIGALRM, too_long)
    try:
        import yaml  # noqa: F401  pylint: disable=unused-import
        import jinja2  # noqa: F401  pylint: disable=unused-import
    except ImportError as error:
        print(f"# YAML is refused throughout: {error}")
    start = seeds()
    wrong = {suffix: attempt({f"nowhere/seed{suffix}": data})
             for suffix, data in start}
    check(not any(wrong.values()), "the seeds are read or refused",
          "\n".join(filter(None, wrong.values())))
    count = (int(sys.argv[1]) if len(sys.argv) > 1 else
             sample(2500, "damaged files", 100000))
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 22)
    failures = 0
    for i in range(count):
        suffix, data = chance.choice(start)
        files = {f"nowhere/file{suffix}": damaged(data, start, chance)}
        if chance.random() < 0.1:  # beside others, which a mapping needs
            files.update((f"nowhere/{k}{end}", other) for k, (end, other) in
                         enumerate(chance.sample(start, 2)))
        if chance.random() < 0.1:  # a mapping with what it is of
            files = {name: text.encode() for name, text in
                     chance.choice(nest_texts.TOGETHER)}
            name = chance.choice(list(files))
            files[name] = damaged(files[name], start, chance)
        fault = attempt(files)
        if fault is not None and failures < 5:
            failures += 1
            check(False, f"file {i}, {suffix}", fault + repr(files)[:1500])
    check(failures == 0, "each damaged file is read or refused")


main()
finish()
