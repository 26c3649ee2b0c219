"""bench.py - where mutants run: the program as a shared library, the test
programs linked with it once, and which of their cases enter which line.

The library comes in two: libplain.so is the whole program, and libmutant.so,
which the linker searches first, the one object that a mutant changes.  So a
mutant costs one compilation and no more; of the tests, those cases run that
enter its line, quick ones first, until one fails.  Where none does, its cases
run once more with the object compiled for the sanitizers, as CI has the tests,
which see what is read behind its end or never freed; then the scripts that run
the whole program judge, with a program linked in the same way.  All lies in one folder, which may be kept for the next time: what is
older than its source is made anew.
SPDX-License-Identifier: MIT
"""

import filecmp
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOMS = ("sim", "dataflows", "mem", "noc", "pe", "traces")
# The program, and what stands in for SystemC where there is none.
OTHERS = ("sim/main.c", "sim/systemc/systemc_none.c")
LIBRARIES = ["-lsqlite3", "-ljansson", "-lpthread", "-ldl", "-lm"]
# Cases run in rounds of so many seconds in all, so that most mutants see the
# quick ones only, and none sees more than the last: of those that enter the
# line, of the others that enter the function, with the sanitizers, and of
# scripts.  Seconds are those of the short form of samples.
NEAR, OTHERS_ROUNDS, SANITIZED_ROUNDS, SCRIPT_ROUNDS = (
    (0.3, 3, 40), (0.3, 3), (0.5, 2), (2, 10))
# The tests whose scripts run the program, beside those that are about its
# files, limits and messages.
SCRIPT_ROOMS = ("choose", "cli", "explain", "map", "network", "report", "run",
                "validate", "values")
MEMORY_KIB = 6 << 20
# As configure --enable-sanitize has it.
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all",
              "-fno-omit-frame-pointer"]
SANITIZED = {"ASAN_OPTIONS": "hard_rss_limit_mb=3000:allocator_may_return_null=0",
             "UBSAN_OPTIONS": "halt_on_error=1"}


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


def scripts(root):
    for room in SCRIPT_ROOMS:
        for name in sorted(os.listdir(os.path.join(root, "test", room))):
            if name.endswith(("_test.py", "_test.sh")):
                yield f"test/{room}/{name}"


def is_newer(path, others):
    """Whether a file is there and no older than the others."""
    return os.path.exists(path) and all(
        os.path.getmtime(path) >= os.path.getmtime(other) for other in others)


class Bench:
    """The folder `at`, of the sources `root`, built in `build`; is_mutated:
    whether a file's lines are changed, so that what enters them is noted;
    tests: those programs that judge, or all; is_whole: they judge by their
    whole samples, and the scripts do, too."""

    def __init__(self, at, root, build, is_mutated, tests, is_whole):
        self.at, self.root, self.build = at, root, build
        self.cc = os.environ.get("CC", "gcc").split()
        self.cxx = os.environ.get("CXX", "g++").split()
        self.flags = ["-std=gnu11", "-D_GNU_SOURCE", f"-I{root}", "-fPIC",
                      "-O1", "-fno-semantic-interposition", "-w",
                      '-DACCELSIM_VERSION="0.1.0"', '-DACCELSIM_DATADIR="/none"',
                      '-DACCELSIM_LIBDIR="/none"',
                      '-DACCELSIM_PYTHON="python3"',
                      f'-DACCELSIM_SRCDIR="{root}"']
        self.files = list(sources(root))
        self.mutated = [path for path in self.files if is_mutated(path)]
        self.tests = {name: objects
                      for name, objects in test_objects(build).items()
                      if not tests or name in tests}
        self.scripts = [name for name in scripts(root)
                        if is_whole and (not tests or name in tests)]
        self.is_whole = is_whole
        self.environment = {
            **os.environ, "srcdir": root, "builddir": build,
            "PYTHONPATH": os.path.join(root, "test"),
            "ACCELSIM": os.path.join(at, "tests", "accelsim")}
        asan = subprocess.run([*self.cc, "-print-file-name=libasan.so"],
                              capture_output=True, text=True, check=True)
        self.sanitized = {**SANITIZED, "LD_PRELOAD": asan.stdout.strip()}
        self.plain = os.path.join(at, "plain")
        self.noting = os.path.join(at, "noting")
        self.cases, self.lines = [], {}

    def do(self, words, **how):
        done = subprocess.run(words, capture_output=True, text=True,
                              check=False, **how)
        if done.returncode != 0:
            sys.exit(f"mutate.py: error: {' '.join(words[:6])} ...\n"
                     f"{done.stderr}")

    @staticmethod
    def object_in(folder, path):
        return os.path.join(folder, path[:-2].replace("/", "@") + ".o")

    def compile_all(self, folder, files, flags, jobs):
        """Their objects; each source newer than its object is compiled."""
        os.makedirs(folder, exist_ok=True)
        running = []

        def wait():
            path, process = running.pop(0)
            if process.wait() != 0:
                sys.exit(f"mutate.py: error: '{path}' does not compile")
        for path in files:
            to = self.object_in(folder, path)
            source = os.path.join(self.root, path)
            if is_newer(to, [source]):
                continue
            running.append((path, subprocess.Popen(
                [*self.cc, *self.flags, *flags, "-c", source, "-o", to])))
            if len(running) >= jobs:
                wait()
        while running:
            wait()
        return [self.object_in(folder, path) for path in files]

    def link(self, objects, to, libraries):
        """Makes a library anew if it is older than its objects."""
        if not is_newer(to, objects):
            self.do(["g++", "-shared", "-fuse-ld=gold", "-Wl,--no-as-needed",
                     "-o", to, *objects, *libraries])

    def prepare(self, jobs):
        objects = self.compile_all(self.plain, self.files, [], jobs)
        self.link(objects, os.path.join(self.plain, "libplain.so"), LIBRARIES)
        notes = self.compile_all(self.noting, self.mutated, [
            "-g1", "-fsanitize-coverage=trace-pc"], jobs)
        library = os.path.join(self.noting, "libmutant.so")
        self.link(notes, library, [])
        noter = os.path.join(self.at, "noting.o")
        source = os.path.join(HERE, "noting.cpp")
        if not is_newer(noter, [source]):
            self.do([*self.cxx, "-std=c++17", "-O2", "-c", source, "-o", noter])
        os.makedirs(os.path.join(self.at, "tests"), exist_ok=True)
        for name, objects in self.tests.items():
            to = os.path.join(self.at, "tests", name)
            if not is_newer(to, [noter, *(os.path.join(self.build, one)
                                          for one in objects)]):
                main = [] if name == "differ" else ["-lgtest_main"]
                self.link_program(to, [*objects, noter], main)
        to = os.path.join(self.at, "tests", "accelsim")
        program = self.compile_all(self.plain, OTHERS, [], jobs)
        if not is_newer(to, [noter, *program]):
            self.link_program(to, [*program, noter], [])
        for name in (*sorted(self.tests), *self.scripts):
            self.read_note(name, self.note_of(name, library))

    def link_program(self, to, objects, main):
        self.do(["g++", "-rdynamic", "-fuse-ld=gold",
                 "-Wl,--no-as-needed,--strip-debug", "-o", to, *objects,
                 f"-L{self.noting}", "-lmutant", f"-L{self.plain}", "-lplain",
                 *main, "-lgtest", *LIBRARIES], cwd=self.build)

    def read_note(self, name, note):
        """Takes a program's cases and the lines that they enter into the map,
        {path: {line: numbers of cases}}."""
        first = len(self.cases)
        self.cases += [(seconds, name, case) for seconds, case in note["cases"]]
        for path, lines in note["lines"].items():
            known = self.lines.setdefault(path, {})
            for line, numbers in lines.items():
                known.setdefault(int(line), set()).update(
                    first + number for number in numbers)

    def note_of(self, name, library):
        """What the cases of a test enter, kept in a file."""
        kept = os.path.join(self.noting, name.replace("/", "@") + ".json")
        program = os.path.join(self.root if name in self.scripts else
                               os.path.join(self.at, "tests"), name)
        if is_newer(kept, [program]):
            with open(kept) as file:
                note = json.load(file)
            if is_newer(kept, [os.path.join(self.root, path)
                               for path in note["lines"]]):
                return note
        seen = kept[:-len("json")] + "seen"
        began = os.times()
        is_good = self.run(name, [], self.noting, 3000, {"MUTATE_SEEN": seen})
        ended = os.times()
        note = {"cases": [], "lines": {}}
        if is_good and os.path.exists(seen):
            note = self.noted([seen], library)
        elif is_good:
            note = self.noted(glob.glob(seen + ".*"), library)
            note = self.as_one(note, ended.children_user + ended.children_system
                               - began.children_user - began.children_system)
        print(f"mutate: {name}: {len(note['cases'])} cases, "
              f"{sum(case[0] for case in note['cases']):.1f} s"
              f"{'' if is_good else ': fails, and is left out'}", flush=True)
        for path in glob.glob(seen + "*"):
            os.remove(path)
        with open(kept, "w") as file:
            json.dump(note, file)
        return note

    @staticmethod
    def as_one(note, seconds):
        """All processes' cases as one."""
        return {"cases": [(seconds, "")] if note["cases"] else [],
                "lines": {path: dict.fromkeys(lines, [0])
                          for path, lines in note["lines"].items()}}

    def noted(self, paths, library):
        cases, entered = [], {}
        for path in paths:
            with open(path) as file:
                for line in file:
                    if line.startswith("case"):
                        _, seconds, case = line.rstrip("\n").split(" ", 2)
                        cases.append((float(seconds), case))
                    else:
                        entered.setdefault(line, []).append(len(cases) - 1)
        # With the lines of those that a function is merged into.
        found = subprocess.run(["addr2line", "-a", "-i", "-e", library],
                               input="".join(entered), text=True,
                               capture_output=True, check=True).stdout
        lines = {}
        places = re.split(r"^0x[0-9a-f]+\n", found, flags=re.M)[1:]
        for place, numbers in zip(places, entered.values()):
            for where in place.split("\n"):
                # A compiler behind a cache may name another copy of the tree.
                room = re.match(r".*?/((?:%s)/.*\.c):(\d+)" % "|".join(ROOMS),
                                where)
                if room:
                    known = lines.setdefault(room[1], {})
                    known[room[2]] = sorted({*known.get(room[2], []), *numbers})
        return {"cases": cases, "lines": lines}

    def run(self, test, cases, folder, limit, more=()):
        """Whether a test passes, with the library in a folder, within so many
        seconds of CPU and ten times as many by the clock."""
        words = [os.path.join(self.at, "tests", test)]
        short = {"ACCELSIM_TEST_SHORT": "1"}
        if self.is_whole and "MUTATE_SEEN" not in dict(more):
            short = {}
        if test in self.scripts:
            words = [sys.executable, "-B"] if test.endswith(".py") else ["sh"]
            words, short = [*words, os.path.join(self.root, test)], {}
        elif test != "differ":
            words += ["--gtest_fail_fast", "--gtest_filter=" +
                      (":".join(cases) or "*")]
        try:
            # The sanitizers take more addresses than there is memory.
            most = "unlimited" if more else MEMORY_KIB
            return subprocess.run(
                ["sh", "-c", f"ulimit -c 0; ulimit -v {most}; "
                 'ulimit -t "$0"; exec "$@"', str(int(limit)), *words],
                cwd=self.build, timeout=10 * limit, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**self.environment, **short,
                     "LD_LIBRARY_PATH": f"{folder}:{self.plain}",
                     **dict(more)}).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def cases_at(self, path, first, number, last):
        """The cases that enter a line of a function's, by their time; then the
        others that enter the function, or else the file."""
        known = self.lines.get(path, {})
        inside = [line for line in known if first <= line <= last]
        # What the compiler merges into its callers has no block of its own.
        whole = set().union(*(known[line] for line in inside or known))
        nearest = max((line for line in inside if line <= number),
                      default=None)
        near = known[nearest] if nearest is not None else \
            set() if inside else whole
        return ([self.cases[k] for k in sorted(
            near, key=lambda k: self.cases[k])],
                [self.cases[k] for k in sorted(
                    whole - near, key=lambda k: self.cases[k])])

    def judge(self, worker, path, span, text):
        """"killed by TEST", "survived", "unreached" or "none": of the file's
        text as it is now, changed at span = (function's first line, the line,
        the function's last)."""
        folder = os.path.join(self.at, f"worker{worker}")
        os.makedirs(folder, exist_ok=True)
        source = os.path.join(folder, os.path.basename(path))
        made = os.path.join(folder, "mutant.o")
        with open(source, "w") as file:
            file.write(f'#line 1 "{os.path.join(self.root, path)}"\n{text}')
        beside = os.path.dirname(os.path.join(self.root, path))
        make = [*self.cc, *self.flags, f"-I{beside}"]
        done = subprocess.run([*make, "-c", source, "-o", made],
                              capture_output=True, check=False)
        if done.returncode != 0 or self.same(
                made, self.object_in(self.plain, path)):
            return "none"
        near, others = self.cases_at(path, *span)
        if not near and not others:
            return "unreached"
        library = os.path.join(folder, "libmutant.so")
        self.do(["gcc", "-shared", "-o", library, made])
        of_programs = [[case for case in cases if case[1] in self.tests]
                       for cases in (near, others)]
        of_scripts = [[case for case in cases if case[1] in self.scripts]
                      for cases in (near, others)]
        for cases, rounds in zip(of_programs, (NEAR, OTHERS_ROUNDS)):
            test, _ = self.killer(cases, rounds, folder)
            if test:
                return f"killed by {test}"
        checked = os.path.join(folder, "sanitized")
        os.makedirs(checked, exist_ok=True)
        link = ["-shared", "-o", os.path.join(checked, "libmutant.so")]
        self.do([*make, *SANITIZERS, *link, source])
        test, some = self.killer(of_programs[0], SANITIZED_ROUNDS, checked,
                                 self.sanitized)
        if test:
            self.do([*make, *SANITIZERS, *link, os.path.join(self.root, path)])
            if self.run(test, some, checked, 60, self.sanitized):
                return f"killed by {test} and the sanitizers"
        for cases in of_scripts:
            test, _ = self.killer(cases, SCRIPT_ROUNDS, folder)
            if test:
                return f"killed by {test}"
        return "survived"

    def killer(self, cases, rounds, folder, more=()):
        """The first test that fails of cases in order of their time, or None,
        and those cases."""
        spent, at = 0, 0
        for most in rounds:
            tests = {}
            while at < len(cases) and spent + cases[at][0] <= most:
                seconds, test, case = cases[at]
                spent += seconds
                tests.setdefault(test, []).append((seconds, case))
                at += 1
            for test, some in sorted(tests.items(), key=lambda one: sum(
                    seconds for seconds, _ in one[1])):
                limit = 20 * sum(seconds for seconds, _ in some) + 10
                names = [case for _, case in some]
                if not self.run(test, names, folder, limit, more):
                    return test, names
        return None, []

    @staticmethod
    def same(made, plain):
        """Whether two objects have the same code and data; leaves files beside
        the first."""
        bare = [made + ".new", made + ".old"]
        for path, to in zip((made, plain), bare):
            subprocess.run(["objcopy", "--strip-debug", path, to], check=True)
        return filecmp.cmp(*bare, shallow=False)
