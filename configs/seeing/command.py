"""command.py - reads the words of the command line and writes what they ask
for to standard output.
SPDX-License-Identifier: MIT
"""

import argparse
import sys

from seeing import compare, documents, page


# What a document that is no report of the program's makes of its reader.
NO_REPORT = (TypeError, KeyError, ValueError, IndexError, AttributeError,
             ArithmeticError)


def page_of(paths, glossary):
    read = [documents.read(path) for path in paths]
    try:
        return page.of(read, glossary)
    except NO_REPORT:
        for path, one in zip(paths, read):
            try:
                page.of([one], glossary)
            except NO_REPORT as error:
                raise no_report(path, error) from error
        raise


def no_report(path, error):
    return documents.Fault(
        f"{path}: a figure in it is missing or of another kind ({error}); a "
        "report that 'accelsim --format json' wrote is needed")


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
            text = page_of(asked.files, documents.glossary(asked.glossary))
        else:
            try:
                text = compare.of(asked.files, asked.program, asked.run_with)
            except NO_REPORT as error:
                raise no_report(" or ".join(asked.files), error) from error
    except documents.Fault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    # A name may be no text of any alphabet: JSON can say such ones.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    return 0
