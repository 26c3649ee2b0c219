"""experiment.py - what the experiments share: running accelsim, and leaving a
CSV, a figure and a paragraph behind.

SPDX-License-Identifier: MIT
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# One colour and mark a dataflow, in every figure (Okabe and Ito's palette,
# which colour-blind readers can tell apart).
COLOUR = {"rs": "#0072b2", "ws": "#d55e00", "os": "#009e73", "is": "#cc79a7",
          "nlr": "#e69f00", "nest": "#56b4e9"}
MARK = {"rs": "o", "ws": "s", "os": "^", "is": "D", "nlr": "v", "nest": "P"}


def find_program():
    """$ACCELSIM, else the source tree's build, else the one in PATH."""
    built = os.path.join(HERE, "..", "..", "build", "accelsim")
    for path in (os.environ.get("ACCELSIM"), built, shutil.which("accelsim")):
        if path and os.access(path, os.X_OK):
            return os.path.abspath(path)
    sys.exit("experiment: no accelsim found; build it, or name it in $ACCELSIM")


def options(doc):
    """The command line that every experiment has."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", default=".", metavar="FOLDER",
                        help="where the CSV and the figure go")
    return parser


class NoMapping(Exception):
    """No mapping of the layer is legal on the machine."""


def accelsim(*words):
    """Runs the program and returns its JSON document."""
    command = [find_program(), *words, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        raise NoMapping(done.stderr.strip())
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}:\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def settings(values):
    """{"array.rows": 8} -> --set array.rows=8."""
    return [word for key, value in values.items()
            for word in ("--set", f"{key}={value}")]


def write_csv(args, name, rows):
    """rows: dictionaries with the same keys."""
    path = os.path.join(args.output, name + ".csv")
    os.makedirs(args.output, exist_ok=True)
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
        sys.exit(f"experiment: {sys.executable} has no matplotlib; on Debian "
                 "and Ubuntu: apt-get install python3-matplotlib, and run "
                 "this with /usr/bin/python3")
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
    os.makedirs(args.output, exist_ok=True)
    figure.savefig(path, bbox_inches="tight", metadata={"Software": None})
    print(f"wrote {path}")
