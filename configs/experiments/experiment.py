"""experiment.py - what the experiments share: sweeps of points, other commands
of accelsim, and leaving a CSV, a figure and a paragraph behind.

SPDX-License-Identifier: MIT
"""

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))
try:
    import accelsim as package  # noqa: E402  (behind the path)
except ImportError:
    sys.exit("experiment: error: Python finds no package accelsim; the folder "
             "that 'make install' put it in is needed in PYTHONPATH")

# One colour and mark a dataflow, in every figure (Okabe and Ito's palette,
# which colour-blind readers can tell apart).
COLOUR = {"rs": "#0072b2", "ws": "#d55e00", "os": "#009e73", "is": "#cc79a7",
          "nlr": "#e69f00", "nest": "#56b4e9"}
MARK = {"rs": "o", "ws": "s", "os": "^", "is": "D", "nlr": "v", "nest": "P"}


def fail(text):
    sys.exit(f"experiment: error: {text}")


def find_program():
    """$ACCELSIM, else the source tree's build, else the one in PATH."""
    built = os.path.join(HERE, "..", "..", "build", "accelsim")
    return os.path.abspath(
        os.environ.get("ACCELSIM") or (os.path.exists(built) and built) or
        shutil.which("accelsim") or
        fail("there is no accelsim in build/ or PATH; build it, or name it in "
             "$ACCELSIM"))


def options(doc):
    """The command line that every experiment has."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", default=".", metavar="FOLDER",
                        help="where the CSV and the figure go")
    return parser


def read_options(parser):
    """The options; what is needed when all has run is seen to before."""
    args = parser.parse_args()
    find_program()
    plot()
    try:
        os.makedirs(args.output, exist_ok=True)
    except OSError as why:
        fail(f"'--output' is '{args.output}' ({why.strerror}); a folder is "
             "needed")
    if not os.access(args.output, os.W_OK | os.X_OK):
        fail(f"'--output' is '{args.output}', which cannot be written; a "
             "folder that can is needed")
    return args


def run(main):
    """Runs an experiment; what goes wrong is one line."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as in '| head'
    try:
        main()
        sys.stdout.flush()
    except (NoMapping, package.ProgramError) as why:
        fail(why)
    except OSError as why:
        print(f"experiment: error: cannot use "
              f"'{why.filename or 'standard output'}' ({why.strerror}); a "
              "place that can be written is needed",
              file=sys.stderr, flush=True)
        os._exit(4)  # without another try at what is left


class NoMapping(Exception):
    """No mapping of the layer is legal on the machine."""


def printed(*words):
    """Runs the program and returns what it prints."""
    command = [find_program(), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False, errors="replace")
    except OSError as why:
        fail(f"cannot run '{command[0]}' ({why.strerror}); name accelsim in "
             "$ACCELSIM")
    if done.returncode == 2:
        raise NoMapping(done.stderr.strip())
    if done.returncode != 0:
        fail(f"{' '.join(command)}: "
             f"{done.stderr.strip() or f'status {done.returncode}'}")
    return done.stdout


def accelsim(*words):
    """Runs the program and returns its JSON document."""
    try:
        return json.loads(printed(*words, "--format", "json"))
    except ValueError:
        fail(f"'{find_program()}' prints no report; name accelsim in "
             "$ACCELSIM")


def sweep(plan, may_lack_mapping=False):
    """The points of a plan (docs/sweeps.md), in its order, as dictionaries of
    their columns.  A point without results ends the experiment, but for one
    that no mapping fits where that may be."""
    with tempfile.TemporaryDirectory() as folder:
        store = package.sweep(plan, os.path.join(folder, "points.sqlite"),
                              program=find_program())
        points = json.loads(store.export("json"))["points"]
    for point in points:
        if point["status"] != "ok" and not (
                may_lack_mapping and point["status"] == "no_mapping"):
            fail(f"point {point['point']}: {point['status']}: "
                 f"{point['reason']}")
    return points


def side_by_side(machines):
    """[{"array.rows": 8, ...}, ...] -> an axis of all keys."""
    return {tuple(machines[0]): [list(one.values()) for one in machines]}


def write_csv(args, name, rows):
    """rows: dictionaries with the same keys."""
    path = os.path.join(args.output, name + ".csv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]),
                                lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"wrote {path}")


def plot():
    """matplotlib.pyplot, set up for files."""
    try:
        import matplotlib
    except ImportError:
        fail(f"{sys.executable} has no matplotlib; on Debian and Ubuntu: "
             "apt-get install python3-matplotlib, and run this with "
             "/usr/bin/python3")
    matplotlib.use("Agg")
    matplotlib.rcParams.update({
        "font.size": 9, "axes.grid": True, "grid.alpha": 0.3,
        "axes.spines.top": False, "axes.spines.right": False,
        "figure.dpi": 120, "legend.frameon": False, "svg.hashsalt": "accelsim",
    })
    import matplotlib.pyplot
    return matplotlib.pyplot


def write_figure(args, name, figure):
    path = os.path.join(args.output, name + ".png")
    figure.savefig(path, bbox_inches="tight", metadata={"Software": None})
    print(f"wrote {path}")
