"""bench.py - where mutants run: the program as a shared library, the test
programs linked with it once, and which of them enter which function.

A mutant is one object compiled anew and the library linked with it; the tests
that enter its function run until one fails.  All lies in one folder, which may
be kept for the next time.
SPDX-License-Identifier: MIT
"""

import json
import os
import re
import subprocess
import sys

ROOMS = ("sim", "dataflows", "mem", "noc", "pe", "traces")
# The program, and what stands in for SystemC where there is none.
OTHERS = ("sim/main.c", "sim/systemc/systemc_none.c")
LIBRARIES = ["-lsqlite3", "-ljansson", "-lpthread", "-ldl", "-lm"]
# Takes note of each function that is entered, and leaves the addresses.
NOTE = r"""
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define OFF __attribute__((no_instrument_function))
enum { BYTES = 1 << 24 };
static unsigned char seen[BYTES];
static const char *base;
void __cyg_profile_func_enter(void *function, void *from) OFF;
void __cyg_profile_func_exit(void *function, void *from) OFF;
static int find(struct dl_phdr_info *info, size_t size, void *context) OFF;
static void leave(void) OFF __attribute__((destructor));
static int find(struct dl_phdr_info *info, size_t size, void *context)
{
    if (strstr(info->dlpi_name, "libmutant") != NULL)
        base = (const char *)info->dlpi_addr;
    return 0;
}
void __cyg_profile_func_enter(void *function, void *from)
{
    if (base == NULL)
        dl_iterate_phdr(find, NULL);
    const size_t at = (size_t)((const char *)function - base);
    if (at < BYTES)
        seen[at] = 1;
}
void __cyg_profile_func_exit(void *function, void *from)
{
}
static void leave(void)
{
    const char *path = getenv("MUTATE_SEEN");
    FILE *to = path != NULL ? fopen(path, "a") : NULL;
    for (size_t i = 0; to != NULL && i < BYTES; i++)
        if (seen[i])
            fprintf(to, "0x%zx\n", i);
    if (to != NULL)
        fclose(to);
}
"""


def sources(root):
    for room in ROOMS:
        for folder, _, names in sorted(os.walk(os.path.join(root, room))):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(folder, name), root)
                if name.endswith(".c") and path not in OTHERS:
                    yield path


def test_objects(build):
    """{test program: its objects}, as the Makefile has them."""
    with open(os.path.join(build, "Makefile")) as file:
        text = file.read().replace("\\\n", " ")
    values = dict(re.findall(r"^(?:am_)?(\w+) = (.*)$", text, re.M))
    values.update(re.findall(r"^am_(\w+_OBJECTS) = (.*)$", text, re.M))

    def expanded(words):
        for word in words.split():
            name = re.fullmatch(r"\$\((?:am_)?(\w+)\)", word)
            if name:
                yield from expanded(values.get(name[1], ""))
            elif word.startswith("test/"):
                yield word.replace("$(OBJEXT)", "o")
    out = {}
    for name, value in values.items():
        if re.fullmatch(r"(\w+_test|differ)_OBJECTS", name):
            objects = list(dict.fromkeys(expanded(value)))
            program = name[:-len("_OBJECTS")]
            if all(os.path.exists(os.path.join(build, o)) for o in objects):
                out[program] = objects
            else:
                print(f"mutate: {program} is not built and left out")
    return out


class Bench:
    """The folder `at`, of the sources `root`, built in `build`; tests: those
    that judge, or all."""

    def __init__(self, at, root, build, tests=()):
        self.at, self.root, self.build = at, root, build
        self.form = ["-std=gnu11", "-D_GNU_SOURCE", f"-I{root}", "-fPIC",
                     '-DACCELSIM_VERSION="0.1.0"', '-DACCELSIM_DATADIR="/none"',
                     '-DACCELSIM_LIBDIR="/none"', '-DACCELSIM_PYTHON="python3"',
                     f'-DACCELSIM_SRCDIR="{root}"', "-w"]
        self.plain = [*self.form, "-O2", "-fno-semantic-interposition"]
        self.files = list(sources(root))
        self.tests = {name: objects
                      for name, objects in test_objects(build).items()
                      if not tests or name in tests}
        self.environment = {**os.environ, "srcdir": root, "builddir": build,
                            "ACCELSIM": os.path.join(build, "accelsim")}

    def object_of(self, path):
        return os.path.join(self.at, "plain", path[:-2].replace("/", "@") +
                            ".o")

    def do(self, words, **how):
        done = subprocess.run(words, capture_output=True, text=True,
                              check=False, **how)
        if done.returncode != 0:
            sys.exit(f"mutate.py: error: {' '.join(words[:6])} ...\n"
                     f"{done.stderr}")

    def compile_all(self, folder, flags, jobs):
        """Each source newer than its object."""
        os.makedirs(folder, exist_ok=True)
        running = []
        for path in self.files:
            to = os.path.join(folder, path[:-2].replace("/", "@") + ".o")
            source = os.path.join(self.root, path)
            if (os.path.exists(to) and
                    os.path.getmtime(to) > os.path.getmtime(source)):
                continue
            running.append(subprocess.Popen(
                ["gcc", *flags, "-c", source, "-o", to]))
            if len(running) >= jobs and running.pop(0).wait() != 0:
                sys.exit(f"mutate.py: error: '{path}' does not compile")
        for process in running:
            process.wait()

    def link(self, objects, to):
        return subprocess.run(
            ["g++", "-shared", "-fuse-ld=gold", "-o", to, *objects,
             *LIBRARIES], capture_output=True, check=False).returncode == 0

    def prepare(self, jobs):
        self.compile_all(os.path.join(self.at, "plain"), self.plain, jobs)
        plain = os.path.join(self.at, "libmutant.so")
        if not self.link([self.object_of(path) for path in self.files], plain):
            sys.exit("mutate.py: error: the library does not link")
        folder = os.path.join(self.at, "tests")
        os.makedirs(folder, exist_ok=True)
        for name, objects in self.tests.items():
            to = os.path.join(folder, name)
            if not os.path.exists(to):
                main = [] if name == "differ" else ["-lgtest_main"]
                self.do(["g++", "-rdynamic", "-o", to, *objects,
                         f"-L{self.at}", "-lmutant", *main, "-lgtest",
                         *LIBRARIES], cwd=self.build)
        self.enters = self.what_is_entered(jobs)

    def what_is_entered(self, jobs):
        """{"path function" or "path": [[seconds, test]]}, quick ones first."""
        out = {}
        for name in sorted(self.tests):
            seconds, entered = self.entered_by(name, jobs)
            for key in entered:
                out.setdefault(key, []).append([seconds, name])
        for tests in out.values():
            tests.sort()
        return out

    def entered_by(self, name, jobs):
        """(seconds, what the test enters), kept in a file."""
        folder = os.path.join(self.at, "noting")
        kept = os.path.join(folder, name + ".json")
        if os.path.exists(kept):
            with open(kept) as file:
                return json.load(file)
        library = self.noting_library(folder, jobs)
        seen = os.path.join(folder, name + ".seen")
        began = os.times().children_user
        status = self.run(name, folder, 3000, {"MUTATE_SEEN": seen})
        seconds = round(os.times().children_user - began, 2)
        print(f"mutate: {name}: {seconds} s"
              f"{', fails, and is left out' if status else ''}", flush=True)
        entered = set()
        if not status:
            with open(seen) as file:
                lines = subprocess.run(
                    ["addr2line", "-f", "-e", library], stdin=file,
                    capture_output=True, text=True,
                    check=True).stdout.split("\n")
            for function, at in zip(lines[::2], lines[1::2]):
                path = os.path.relpath(at.rsplit(":", 1)[0], self.root)
                entered |= {path, f"{path} {function}"}
        if os.path.exists(seen):
            os.remove(seen)
        with open(kept, "w") as file:
            json.dump([seconds, sorted(entered)], file)
        return seconds, entered

    def noting_library(self, folder, jobs):
        """The program that takes note of what is entered."""
        library = os.path.join(folder, "libmutant.so")
        if os.path.exists(library):
            return library
        self.compile_all(folder, [*self.form, "-O1", "-fno-inline", "-g1",
                                  "-finstrument-functions"], jobs)
        note = os.path.join(folder, "note.c")
        with open(note, "w") as file:
            file.write(NOTE)
        self.do(["gcc", "-fPIC", "-O2", "-D_GNU_SOURCE", "-c", note, "-o",
                 note[:-1] + "o"])
        objects = [os.path.join(folder, name) for name in os.listdir(folder)
                   if name.endswith(".o")]
        if not self.link(objects, library):
            sys.exit("mutate.py: error: the library that notes does not link")
        return library

    def run(self, test, library_folder, limit, more=()):
        """Its status; a hang is one, too."""
        try:
            return subprocess.run(
                [os.path.join(self.at, "tests", test), "--gtest_fail_fast"]
                [:1 if test == "differ" else 2],
                cwd=self.build, timeout=limit, check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**self.environment, "LD_LIBRARY_PATH": library_folder,
                     **dict(more)}).returncode
        except subprocess.TimeoutExpired:
            return "a hang"

    def judge(self, worker, path, function, text):
        """"killed by TEST", "survived", "unreached" or "none": of the file's
        text as it is now."""
        folder = os.path.join(self.at, f"worker{worker}")
        os.makedirs(folder, exist_ok=True)
        source = os.path.join(folder, os.path.basename(path))
        made = os.path.join(folder, "mutant.o")
        with open(source, "w") as file:
            file.write(f'#line 1 "{os.path.join(self.root, path)}"\n{text}')
        beside = os.path.dirname(os.path.join(self.root, path))
        done = subprocess.run(["gcc", *self.plain, f"-I{beside}", "-c", source,
                               "-o", made], capture_output=True, check=False)
        if done.returncode != 0 or self.same(made, self.object_of(path)):
            return "none"
        if not self.link([made if one == path else self.object_of(one)
                          for one in self.files],
                         os.path.join(folder, "libmutant.so")):
            return "none"
        tests = self.enters.get(f"{path} {function}",
                                self.enters.get(path, []))
        for seconds, test in tests:
            if self.run(test, folder, 20 * seconds + 60) != 0:
                return f"killed by {test}"
        return "survived" if tests else "unreached"

    @staticmethod
    def same(one, other):
        """Whether two objects have the same code and data."""
        def parts(path):
            bare = path + ".bare"
            subprocess.run(["objcopy", "--strip-debug", path, bare], check=True)
            with open(bare, "rb") as file:
                return file.read()
        return parts(one) == parts(other)
