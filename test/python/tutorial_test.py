"""tutorial_test.py - each line of docs/python.md does what stands there, all
that the package offers is typed and says what it is, and what goes wrong is an
exception with the program's words.  Sections that need a library which is not
here are left out, but for Optuna's, which then runs with a stand-in.
SPDX-License-Identifier: MIT
"""

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import sys

from program import (SOURCE, check, finish, go_on_with_packages,
                     leave_to_the_plain_build, new_folder)

leave_to_the_plain_build()
go_on_with_packages()
sys.path.insert(0, os.path.join(SOURCE, "configs"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import accelsim  # noqa: E402  (behind the path)
from accelsim import plots  # noqa: E402

NEEDS = {"Tables": "pandas", "Pictures": "matplotlib", "Optuna": "optuna",
         "Many machines": "distributed"}


def is_here(library):
    try:
        importlib.import_module(library)
    except ImportError:
        return False
    return True


def sections(text):
    """[(title, text)] of the tutorial."""
    parts = re.split(r"^## (.*)$", text, flags=re.M)
    return list(zip(["Head"] + parts[1::2], [parts[0]] + parts[2::2]))


with open(os.path.join(SOURCE, "docs", "python.md"), encoding="utf-8") as file:
    tutorial = sections(file.read())
os.environ.setdefault("MPLBACKEND", "Agg")
names = {}
here = os.getcwd()
with new_folder() as folder:
    os.chdir(folder)
    runner = doctest.DocTestRunner(verbose=False)
    for title, text in tutorial:
        library = NEEDS.get(title)
        if library == "optuna" and not is_here(library):
            import optuna_stand_in
            sys.modules[library] = optuna_stand_in
            print("Optuna is not here; a stand-in has its interface")
        if library is not None and not is_here(library):
            print(f"skipped: '{title}' needs {library}, which is not here")
            continue
        test = doctest.DocTestParser().get_doctest(text, names, title,
                                                   "docs/python.md", 0)
        said = []
        test.globs = names
        result = runner.run(test, out=said.append, clear_globs=False)
        check(result.failed == 0, f"{title}: {result.attempted} lines",
              "".join(said))
    check(os.path.exists("sizes.sqlite"), "the tutorial made its store")

    # The plan of a dictionary is the plan of a file.
    text = accelsim.plan_text(
        {"command": "model", "cfg": "eyeriss", "net": "lenet5",
         "set": {"clock_hz": 100000000, "pe.zero_gating": True},
         "axes": {("array.rows", "array.cols"): [(4, 4), (8, 8)],
                  "dram.latency_cycles": {"from": 10, "to": 40, "times": 2},
                  "layer": "each"},
         "where": ["array.rows * array.cols < 100", "layer != 'c1'"],
         "limits": {"cycles": 1000000}})
    with open("made.cfg", "w", encoding="utf-8") as file:
        file.write(text)
    store = accelsim.sweep("made.cfg", "made.sqlite", jobs=1)
    rows = store.records()
    check(len(rows) == 2 * 3 * 4 and store.counts() == {"ok": 24} and
          all(row["clock_hz"] == 100000000 and row["layer"] != "c1"
              for row in rows), "a plan of a dictionary",
          (text, store.counts(), rows[:1]))

    # What goes wrong.
    def fails(what, kind, words, function, *given, **named):
        try:
            function(*given, **named)
        except kind as why:
            check(words in str(why), f"{what}: {kind.__name__}", why)
        else:
            check(False, f"{what}: {kind.__name__}", "nothing was raised")

    fails("no such machine", accelsim.PointError, "'eyeris'", accelsim.run,
          "eyeris")
    fails("no such member", accelsim.PointError, "'nets'", accelsim.run,
          "eyeriss", nets="lenet5")
    fails("no such plan", accelsim.ProgramError, "none.cfg", accelsim.sweep,
          "none.cfg", "none.sqlite")
    fails("a wrong plan", accelsim.ProgramError, "array.row", accelsim.sweep,
          {"cfg": "eyeriss", "axes": {"array.row": [1]}}, "wrong.sqlite")
    fails("no store", FileNotFoundError, "gone.sqlite", accelsim.Store,
          "gone.sqlite")
    fails("no program", accelsim.ProgramError, "/none", accelsim.Server,
          program="/none")
    with accelsim.Server(program="true") as server:
        fails("no server", accelsim.ProgramError, "serve", server.run,
              "eyeriss")
    fails("a closed server", accelsim.ProgramError, "closed", server.submit,
          "eyeriss")
    fails("nothing simulated", ValueError, "cycles", plots.roofline, [])
    with accelsim.Server(jobs=1) as server:
        long = [server.submit("eyeriss", net="resnet50", batch=64,
                              dataflow="nlr", set={"dram.model": "ddr3_1600"})
                for _ in range(2)]
        for future in long:
            server.cancel(future)
        check([future.result()["status"] for future in long] ==
              ["cancelled"] * 2, "what is cancelled says so")
    os.chdir(here)

# Each public function says what it does, and of which types it is.
for module in pkgutil.iter_modules(accelsim.__path__):
    loaded = importlib.import_module(f"accelsim.{module.name}")
    check(bool(loaded.__doc__) and "SPDX" in loaded.__doc__,
          f"accelsim.{module.name} says what it is")
    offered = [(name, one) for name, one in vars(loaded).items()
               if not name.startswith("_") and
               getattr(one, "__module__", "") == loaded.__name__]
    for name, one in list(offered):
        if inspect.isclass(one):
            offered += [(f"{name}.{inner}", method) for inner, method in
                        vars(one).items() if inspect.isfunction(method) and
                        not inner.startswith("_")]
    for name, one in offered:
        if not (inspect.isclass(one) or inspect.isfunction(one)):
            continue
        sign = inspect.signature(one) if inspect.isfunction(one) else None
        typed = sign is None or (
            sign.return_annotation is not sign.empty and all(
                parameter.annotation is not sign.empty
                for key, parameter in sign.parameters.items()
                if key != "self"))
        check(bool(one.__doc__) and typed, f"{module.name}.{name} is typed "
                                           "and documented")
finish()
