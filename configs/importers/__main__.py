"""__main__.py - the program: python3 importers [--kind KIND] --to PATH FILE...

accelsim runs it for `accelsim import`, and for --net, --cfg, --mapping and
--set energy= with a file of another tool.
SPDX-License-Identifier: MIT
"""

import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from importers.command import main  # noqa: E402 (the package is found only now)

sys.exit(main(sys.argv[1:]))
