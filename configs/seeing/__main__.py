"""__main__.py - the program: python3 seeing report|compare FILE...

accelsim runs it for `accelsim report` and `accelsim compare`, and for
--format html, whose JSON comes through standard input ('-').
SPDX-License-Identifier: MIT
"""

import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from seeing.command import main  # noqa: E402 (the package is found only now)

sys.exit(main(sys.argv[1:]))
