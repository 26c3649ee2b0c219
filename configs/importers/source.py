"""source.py - a foreign file as bytes, text and lines.
SPDX-License-Identifier: MIT
"""

import os
import re

from importers.said import Place, Refused

MIB_MAX = 256
CONTROLS = re.compile(rb"[\0-\x08\x0e-\x1f\x7f-\x9f]")  # but ends of lines


class Source:
    """What is in a file; read once, and decoded when a format wants text."""

    def __init__(self, path, data=None):
        self.path = path
        self.data = self._read() if data is None else data
        self._text = None
        self.trees = {}  # by the syntax that made them

    def _read(self):
        try:
            if os.path.isdir(self.path):
                raise Refused(Place(self.path), "it is a folder",
                              "a file is needed")
            if not os.path.isfile(self.path):
                os.stat(self.path)
                raise Refused(Place(self.path), "it is no regular file",
                              "a file is needed")
            if os.path.getsize(self.path) > MIB_MAX << 20:
                raise Refused(Place(self.path),
                              f"it is larger than {MIB_MAX} MiB",
                              "a smaller file is needed")
            with open(self.path, "rb") as file:
                return file.read()
        except OSError as error:
            missing = isinstance(error, (FileNotFoundError,
                                         NotADirectoryError))
            raise Refused(Place(self.path),
                          f"it cannot be read: {error.strerror}",
                          "a readable file is needed",
                          1 if missing else 4) from None

    @property
    def stem(self):
        """The file's name without folder and suffix."""
        name = os.path.basename(self.path)
        stem = name.rsplit(".", 1)[0]
        return stem or name

    @property
    def name(self):
        return os.path.basename(self.path)

    def place(self, line=0):
        return Place(self.path, line)

    def _decoded(self):
        """As UTF-8, as UTF-16 where a mark says so, or, where there are no
        control characters, as Latin-1."""
        try:
            if self.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                return self.data.decode("utf-16")
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if not CONTROLS.search(self.data):
                return self.data.decode("latin-1")
            line = self.data.count(b"\n", 0, error.start) + 1
            raise Refused(self.place(line),
                          f"byte 0x{self.data[error.start]:02x} is no "
                          "UTF-8", "a text file is needed") from None

    @property
    def is_text(self):
        try:
            return "\0" not in self.text
        except Refused:
            return False

    @property
    def text(self):
        """The text without a mark of its code, each line ending in a newline
        alone."""
        if self._text is None:
            text = self._decoded()
            self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        return self._text

    def refuse(self, line, what, right):
        raise Refused(self.place(line), what, right)
