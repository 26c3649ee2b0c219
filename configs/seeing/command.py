"""command.py - reads the words of the command line and writes what they ask
for to standard output.
SPDX-License-Identifier: MIT
"""

import argparse
import sys

from seeing import compare, documents, page


def main(words):
    parser = argparse.ArgumentParser(prog="seeing")
    parser.add_argument("what", choices=("report", "compare"))
    parser.add_argument("--glossary", default="")
    parser.add_argument("--program", default="accelsim")
    parser.add_argument("--run-with", action="append", default=[])
    parser.add_argument("files", nargs="*")
    asked = parser.parse_intermixed_args(words)
    try:
        if asked.what == "report":
            read = [documents.read(path) for path in asked.files]
            text = page.of(read, documents.glossary(asked.glossary))
        else:
            text = compare.of(asked.files, asked.program, asked.run_with)
    except documents.Fault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(text.encode())
    return 0
