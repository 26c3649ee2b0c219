"""program.py - finds the accelsim program, and runs it.

SPDX-License-Identifier: MIT
"""

import os
import shutil
import subprocess
from typing import Optional, Sequence


class ProgramError(RuntimeError):
    """accelsim is missing, or ended with a message, which this has."""

    def __init__(self, text: str, status: Optional[int] = None) -> None:
        super().__init__(text)
        self.status = status


def find_program(program: Optional[str] = None) -> str:
    """The program: the one named, $ACCELSIM, the source tree's build, or the
    one in PATH."""
    built = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                         os.pardir, os.pardir, "build", "accelsim")
    found = (program or os.environ.get("ACCELSIM") or
             (os.path.exists(built) and os.path.abspath(built)) or
             shutil.which("accelsim"))
    if not found:
        raise ProgramError("there is no accelsim in PATH; install it, or name "
                           "it in $ACCELSIM")
    return found


def call(words: Sequence[str], program: Optional[str] = None) -> str:
    """What accelsim prints; ProgramError with its message if it fails."""
    command = [find_program(program), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False)
    except OSError as why:
        raise ProgramError(f"cannot run '{command[0]}' ({why.strerror}); "
                           "accelsim is needed") from why
    if done.returncode != 0:
        raise ProgramError(done.stderr.strip() or
                           f"'{command[0]}' ended with {done.returncode}",
                           done.returncode)
    return done.stdout
