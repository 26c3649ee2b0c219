"""importers - reads files of other tools and writes accelsim's own.

`__main__.py` is the program. `formats.py` tells what a file is, one module a
format reads it into what `said.py` has a place for, and `write_*.py` write that
in accelsim's syntax.
SPDX-License-Identifier: MIT
"""
