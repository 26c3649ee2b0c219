"""pages_check.py - what `make check-pages` runs: pages of whole networks and of
a sweep in a browser, on paper and as timelines, and how long `explain` takes.
Each line is a verdict with its figure.
SPDX-License-Identifier: MIT
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

import page_test
from program import PROGRAM, check, finish, new_folder, run

SWEEP = "array_sizes"
LAYER_SECONDS, NETWORK_SECONDS = 1, 20


def made(what, words, out):
    done = run(*words, "-o", out, seconds=600)
    check(done.returncode == 0, f"{what}: the page is made", done.stderr)
    bytes_of = os.path.getsize(out)
    check(bytes_of < 5e6, f"{what}: {bytes_of / 1e6:.2f} MB (below 5)")
    page_test.look_at_page(out, what)


def printed(path, folder, what):
    """Paper: all that is folded is open, and nothing is cut at the right."""
    browser, pdf = shutil.which("chromium"), os.path.join(folder, "page.pdf")
    if browser is None:
        return
    subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu",
                    f"--user-data-dir={folder}/browser", "--no-pdf-header-footer",
                    f"--print-to-pdf={pdf}", f"file://{path}"],
                   capture_output=True, timeout=200)
    check(os.path.exists(pdf), f"{what}: prints")
    if shutil.which("pdftotext") is None:
        print("# left out, what is on paper: pdftotext is missing")
        return
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"],
                          capture_output=True, text=True).stdout
    check("What the names mean" in text and
          "PE-cycles with no pass in flight" in " ".join(text.split()),
          f"{what}: folded parts are on the {text.count(chr(12))} sheets")


def look_at_pages(folder):
    store = os.path.join(folder, "sweep.sqlite")
    done = run("sweep", SWEEP, "--store", store, seconds=900)
    check(done.returncode == 0, "the sweep runs", done.stderr)
    exported = os.path.join(folder, "sweep.json")
    run("sweep", "export", store, "--format", "json", "-o", exported)
    for what, words in (
            ("AlexNet", ("--cfg", "eyeriss", "--net", "alexnet", "--format",
                         "html")),
            ("ResNet-50", ("--cfg", "eyeriss", "--net", "resnet50",
                           "--format", "html")),
            ("a sweep", ("report", exported))):
        out = os.path.join(folder, "page.html")
        made(what, words, out)
        page_test.drive(out, folder, what)
        if what != "a sweep":
            printed(out, folder, what)


def look_at_timeline(folder):
    path = os.path.join(folder, "timeline.json")
    done = run("--cfg", "eyeriss", "--net", "resnet50", "--timeline", path,
               seconds=300)
    check(done.returncode == 0, "a timeline of ResNet-50", done.stderr)
    bytes_of = os.path.getsize(path)
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    check(bytes_of < 20e6, f"valid JSON of {len(events):,} events, "
          f"{bytes_of / 1e6:.1f} MB (below 20)")
    out = os.path.join(folder, "timeline.html")
    made("its drawing", ("report", path), out)


def seconds_of(*words):
    """Of one core, of the processor."""
    before = os.times()
    started = time.monotonic()
    done = run(*words, "-j", "1", seconds=600)
    after = os.times()
    spent = after.children_user - before.children_user + \
        after.children_system - before.children_system
    return done, spent, time.monotonic() - started


def look_at_explain():
    for most, words in ((LAYER_SECONDS, ("--layer", "conv2")),
                        (LAYER_SECONDS, ("--layer", "conv5")),
                        (NETWORK_SECONDS, ("--net", "resnet50"))):
        done, spent, elapsed = seconds_of("explain", "--cfg", "eyeriss", *words)
        check(done.returncode == 0 and spent <= most,
              f"explain {words[1]}: {spent:.2f} s of a core (at most {most}), "
              f"{elapsed:.1f} s by the clock")


def look_at_tests():
    """The long forms of tests that are samples otherwise."""
    here = os.path.dirname(os.path.abspath(__file__))
    for test in ("explain/explain_test.py", "report/waits_test.py"):
        done = subprocess.run(
            [sys.executable, os.path.join(here, "..", test)],
            capture_output=True, text=True,
            env={**os.environ, "ACCELSIM_TEST_LONG": "1"})
        wrong = re.findall(r"^not ok.*", done.stdout, re.M)
        check(done.returncode == 0,
              f"{test}: {len(re.findall('^ok', done.stdout, re.M))} of "
              f"{len(re.findall('^(?:not )?ok', done.stdout, re.M))}", wrong)


if __name__ == "__main__":
    print(f"# {PROGRAM}")
    with new_folder() as work:
        look_at_pages(work)
        look_at_timeline(work)
    look_at_explain()
    look_at_tests()
    finish()
