"""command.py - reads files, writes what they say, and reports.

Exit status: 0 success, 1 a file that cannot be read as any format, or with
--strict anything that cannot be expressed exactly, 3 a comparison with a
difference that nothing explains, 4 what cannot be opened or written.
SPDX-License-Identifier: MIT
"""

import os
import sys
import tempfile

from importers import formats
from importers.names import plain
from importers.said import (APPROXIMATED, KINDS, NOT_EXPRESSIBLE, Place,
                            Refused, Said)
from importers.source import Source

NOTES_SHOWN = 10  # beside a run; `accelsim import` lists all
# Kinds of output: what of `Said` they come from, and who writes them.
OUTPUTS = {
    "network": ("networks", "write_network"),
    "architecture": ("machines", "write_machine"),
    "mapping": ("mappings", "write_mapping"),
    "energy": ("energies", "write_energy"),
    "part": ("parts", "write_part"),
}


# Other tools' forms, and who writes a thing of each kind in them.
EXPORTS = {"scalesim": {"network": "write_scalesim"},
           "timeloop": {"network": "write_timeloop",
                        "mapping": "write_timeloop_map",
                        "architecture": "write_accelergy"}}


class Request:
    """The command line, which accelsim made."""

    def __init__(self, words):
        self.kind, self.to, self.is_strict = None, ".", False
        self.is_listed = self.is_safe = self.is_told = False
        self.form = "accelsim"
        self.compare, self.count_as, self.program = None, None, None
        self.dims, self.files = {}, []
        words = list(words)
        while words:
            word = words.pop(0)
            if word == "--":
                self.files, words = list(dict.fromkeys(words)), []
            elif word == "--strict":
                self.is_strict = True
            elif word == "--safe":
                self.is_safe = True
            elif word == "--listed":
                self.is_listed = True
            elif word == "--told":
                self.is_told = True
            elif word == "--dim":
                name, _, size = words.pop(0).rpartition("=")
                self.dims[name] = int(size)
            elif word == "--kind":
                self.kind = words.pop(0)
            elif word == "--to":
                self.to = words.pop(0)
            elif word == "--form":
                self.form = words.pop(0)
            elif word in ("--compare", "--count-as", "--program"):
                setattr(self, word[2:].replace("-", "_"), words.pop(0))
        if self.compare is not None:
            self.is_listed = True


def read_files(request, source_of=Source):
    """What the files say, each format's name by path, and refusals."""
    said, refusals, known = Said(request.dims), [], []
    said.lists_levels = request.is_listed
    said.form, said.program = request.form, request.program
    if request.is_safe:
        said.reads_below = os.path.realpath(".")

    def attempt(action, path, *what):
        try:
            return action(*what)
        except Refused as refused:
            refusals.append(refused)
        except RecursionError:
            refusals.append(Refused(Place(path), "it is nested too deeply",
                                    "a file with less nesting is needed"))
        return None

    def recognise(path):
        source = source_of(path)
        name, module = formats.recognised(source, said)
        known.append((path, name))
        sources.append((source, module))
        if hasattr(module, "prepare"):
            module.prepare(source, said)

    sources = []
    for path in request.files:
        attempt(recognise, path, path)
    for source, module in sources:
        attempt(module.read, source.path, source, said)
    for module in dict.fromkeys(module for _, module in sources):
        if hasattr(module, "finish") and not refusals:
            attempt(module.finish, request.files[0], said)
    unused = [name for name in request.dims if name not in said.used_dims]
    for name in unused:
        # Beside a run, it may be for another file.
        if request.kind is not None:
            said.approximated(Place(request.files[0]), f"'--dim {name}=...' "
                              "names nothing that it leaves open",
                              "it has no effect here")
        elif not refusals:
            refusals.append(Refused(
                "accelsim", f"'--dim {name}=...' names no dimension that a "
                "file leaves open", "such a name is needed"))
    return said, known, refusals


def one_text(said, kind, request):
    """The text of the one thing of a kind."""
    attribute, module = OUTPUTS[kind]
    things = getattr(said, attribute)
    place = Place(request.files[0])
    if len(things) != 1:
        raise Refused(place, f"{len(things) or 'no'} {kind} "
                      f"{'stands' if len(things) < 2 else 'stand'} in it",
                      f"a file with one {kind} is needed")
    name = f"{plain(things[0].name, kind)}.{kind}.cfg"
    return formats.module_of(module).text_of(things[0], said, name)


def exported(said, form, inputs):
    """Files of another tool's: networks, and nothing else."""
    if form not in EXPORTS:
        raise Refused("accelsim", f"'--to' is '{form}'", "it may be "
                      "accelsim, " + " or ".join(EXPORTS))
    out = []
    for kind, (attribute, _) in OUTPUTS.items():
        for thing in getattr(said, attribute):
            writer = EXPORTS[form].get(kind)
            if kind == "architecture" and not hasattr(thing, "costs"):
                writer = None
            if writer is None:
                said.not_expressible(thing.place, f"the {kind}",
                                     f"--to {form} does not write it")
                continue
            out += formats.module_of(writer).files_of(thing, said,
                                                      plain(thing.name, kind))
    if not out:
        raise Refused(inputs[0], "nothing in it can be written in this form",
                      "a network is needed; --to timeloop writes loop nests "
                      "and the costs of architectures, too")
    return out


def all_texts(said, form="accelsim", inputs=()):
    """The files to be written: (name, text)."""
    out, taken = [], set()
    if form != "accelsim":
        return exported(said, form, inputs)
    for kind, (attribute, module) in OUTPUTS.items():
        for thing in getattr(said, attribute):
            name = stem = plain(thing.name, kind)
            count = 1
            while f"{name}.{kind}.cfg" in taken:
                count += 1
                name = f"{stem}_{count}"
            taken.add(f"{name}.{kind}.cfg")
            known_as = f"{name}.{kind}.cfg"
            out.append((known_as, formats.module_of(module).text_of(
                thing, said, known_as)))
    return out


def write(folder, name, text, inputs):
    """Puts a file into the folder, whole or not at all."""
    path = os.path.join(folder, name)
    if os.path.realpath(path) in inputs:
        raise Refused("accelsim", f"'{path}' is read here and would be "
                      "written", "another folder is needed, by -o")
    made = None
    try:
        handle, made = tempfile.mkstemp(prefix=".accelsim.", dir=folder or ".")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, 0o666 & ~current_umask())
        os.replace(made, path)
    except OSError as error:
        if made is not None and os.path.exists(made):
            os.unlink(made)
        raise cannot_write(path, error) from None


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def cannot_write(path, error):
    return Refused("accelsim", f"cannot write '{path}': {error.strerror}",
                   "a place that can be written is needed", 4)


def write_all(request, texts):
    folder = request.to
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    inputs = {os.path.realpath(path) for path in request.files}
    for name, text in texts:
        write(folder, name, text, inputs)
        print(f"written: {os.path.join(folder, name)}")


def strict_refusals(said):
    return [Refused(note.place, f"{note.kind}: {note.what}",
                    note.consequence) for note in said.notes
            if note.kind in (APPROXIMATED, NOT_EXPRESSIBLE)]


def print_report(said, known):
    """Every note, the files' formats before them and a count behind."""
    for path, name in known:
        print(f"{path}: {name}")
    for note in said.notes:
        print(note.line())
    counts = [f"{sum(note.kind == kind for note in said.notes)} {kind}"
              for kind in KINDS]
    print("notes: " + ", ".join(counts))


def print_few(said, path):
    """Beside a run: what is not as it was written in a file."""
    lines = [note.line() for note in said.notes
             if note.kind in (APPROXIMATED, NOT_EXPRESSIBLE) and
             note.place.file == path]
    for line in lines[:NOTES_SHOWN]:
        print(f"accelsim: {line}")
    if len(lines) > NOTES_SHOWN:
        print(f"accelsim: and {len(lines) - NOTES_SHOWN} more; 'accelsim "
              "import FILE' lists all")


def perform(request):
    """Does it; the refusals, of which there may be none."""
    said, known, refusals = read_files(request)
    if refusals:
        return refusals
    if request.compare is not None:
        formats.module_of("compare").compare(request, all_texts(said))
        return []
    if request.kind is not None:
        texts = [(os.path.basename(request.to),
                  one_text(said, request.kind, request))]
    else:
        texts = all_texts(said, request.form, request.files)
    if not texts:
        left = [note for note in said.notes if note.kind == NOT_EXPRESSIBLE]
        raise Refused(left[0].place if left else Place(request.files[0]),
                      "nothing in it can be expressed" +
                      (f": {left[0].what}; {left[0].consequence}"
                       if left else ""),
                      "a network, an architecture, a mapping or energies are "
                      "needed")
    if request.is_strict and strict_refusals(said):
        return strict_refusals(said)
    if request.kind is not None:
        write(os.path.dirname(request.to), *texts[0], set())
        if not request.is_told:
            print_few(said, request.files[0])
    else:
        print_report(said, known)
        write_all(request, texts)
    return []


def main(words):
    """The exit status."""
    try:
        refusals = perform(Request(words))
        sys.stdout.flush()
    except Refused as refused:
        refusals = [refused]
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 4
    except OSError as error:
        refusals = [cannot_write("standard output", error)]
    except MemoryError:
        refusals = [Refused(words[-1], "out of memory",
                            "more memory (--memory-limit) or a smaller file is "
                            "needed", 4)]
    except Exception as error:  # pylint: disable=broad-except
        # A mistake of the importers, which a user cannot mend: one line.
        refusals = [Refused(
            words[-1], "the importer fails at it "
            f"({type(error).__name__}: {error})",
            "its author would like to see the file")]
    for refused in refusals:
        print(refused.line(), file=sys.stderr)
    return max((refused.status for refused in refusals), default=0)
