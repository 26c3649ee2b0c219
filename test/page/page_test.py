"""page_test.py - `accelsim report`, --format html and `accelsim compare`.

The page is one file that fetches nothing and has every number of its JSON;
where there is a Chromium, a script presses its buttons.
SPDX-License-Identifier: MIT
"""

import html.parser
import json
import os
import re
import shutil
import subprocess

from program import (IS_SHORT, check, finish, leave_to_the_plain_build,
                     new_folder, report, run, write)

C = ("--cfg", "eyeriss", "--net", "lenet5", "--batch", "1")

PRESS = """<script>addEventListener("load", () => {
  const out = [], rows = () => [...document.querySelectorAll(
    "table.sorts tbody")][0].rows;
  const heads = [...document.querySelectorAll("table.sorts")[0].tHead
    .rows[0].cells];
  const at = heads.findIndex((h) => h.textContent === "cycles");
  const values = () => [...rows()].map((r) => Number(
    r.cells[at].dataset.value));
  heads[at].querySelector("button").click();
  out.push("falls " + values().every((v, i, a) => i === 0 || a[i - 1] >= v));
  heads[at].querySelector("button").click();
  out.push("rises " + values().every((v, i, a) => i === 0 || a[i - 1] <= v));
  const paper = () => getComputedStyle(document.body).backgroundColor;
  const before = paper();
  document.getElementById("theme").click();
  out.push("theme " + (paper() !== before));
  out.push("titles " + document.querySelectorAll("svg rect title").length);
  const tip = document.getElementById("tip");
  const said = (mark, what) => {
    mark.dispatchEvent(new Event(what, {bubbles: true}));
    return !tip.hidden && tip.textContent;
  };
  const mark = document.querySelector("svg rect:has(title)");
  out.push("points " + (said(mark, "pointerover") ===
    mark.querySelector("title").textContent));
  const word = document.querySelector("abbr, circle");
  out.push("touches " + (said(word, "focusin").length > 10));
  document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}));
  out.push("leaves " + tip.hidden);
  out.push("fetched " + performance.getEntriesByType("resource").length);
  out.push("fits " + (document.documentElement.scrollWidth <=
    document.documentElement.clientWidth));
  document.title = "pressed: " + out.join(", ");
});</script>"""


class Tags(html.parser.HTMLParser):
    """Which tags are open, and what they would fetch."""

    VOID = {"meta", "line", "rect", "circle", "i"}

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.wrong = [], [], []

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for name, value in attrs
                         if name in ("src", "href", "srcset")]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def look_at_page(path, what):
    with open(path, encoding="utf-8") as file:
        page = file.read()
    tags = Tags()
    tags.feed(page)
    check(not tags.wrong and not tags.open, f"{what}: tags match",
          (tags.wrong, tags.open))
    check(not tags.fetched and "url(" not in page and "@import" not in page
          and "http" not in page, f"{what}: nothing is fetched", tags.fetched)
    check(len(page) < 5000000, f"{what}: below 5 MB")
    return page


def drive(path, folder, what):
    browser = shutil.which("chromium")
    if browser is None or IS_SHORT:
        print("# left out, the page in a browser: chromium is missing")
        return
    with open(path, encoding="utf-8") as file:
        page = file.read().replace("</body>", PRESS + "</body>")
    for width in (1280, 390):
        pressed = write(folder, "pressed.html", page)
        done = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu",
             f"--user-data-dir={folder}/browser",
             "--enable-logging=stderr", f"--window-size={width},800",
             "--dump-dom", f"file://{pressed}"], capture_output=True,
            text=True, timeout=100)
        said = re.search(r"<title>pressed: ([^<]*)", done.stdout)
        said = said[1] if said else done.stderr[-500:]
        check("falls true, rises true, theme true" in said and
              "titles 0" not in said and "fits true" in said and
              "points true, touches true, leaves true, fetched 0" in said,
              f"{what} at {width} pixels: the table sorts, the theme changes, "
              "marks and words say what they are, nothing hangs over or is "
              "fetched", said)
        said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        check(not said, f"{what} at {width} pixels: no error on the console",
              said)


def look_at_report(folder):
    results = report("run", *C)
    kept = write(folder, "a.json", json.dumps(results))
    other = write(folder, "r.json", json.dumps(
        report("reuse", *C, "--layer", "c1")))
    why = write(folder, "e.json", json.dumps(
        report("explain", "--cfg", "systolic", *C[2:])))
    out = os.path.join(folder, "page.html")
    done = run("report", kept, other, why, "-o", out)
    check(done.returncode == 0, "report of results, reuse and explanation",
          done.stderr)
    page = look_at_page(out, "report")
    check(all(f"{layer['cycles']:,}" in page and layer["name"] in page
              for layer in results["layers"]), "each layer's cycles are there")
    check(page.count("<svg") >= 14, "and its pictures", page.count("<svg"))
    check("Roofline of L2" in page and "Roofline of the network of ifmaps" in
          page and "Roofline of DRAM" in page, "rooflines of each level")
    check("l2 holds 55,296" in page, "capacities on the miss curves")
    check("wait_dram" in page and "PE-cycles with no pass in flight" in page,
          "and what words mean")
    drive(out, folder, "report")
    straight = os.path.join(folder, "straight.html")
    done = run("run", *C, "--format", "html", "-o", straight)
    check(done.returncode == 0, "--format html", done.stderr)
    page = look_at_page(straight, "--format html")
    check("parallel-for" in page and "<path" in page and
          "PEs: a colour is a set" in page,
          "with mappings as nests and on the array")
    model = run("model", *C, "--format", "html", "-o", straight)
    check(model.returncode == 0, "of a model, too", model.stderr)
    sweep = {"accelsim": "0", "plan": "p", "digest": "d", "points": [
        {"point": k, "array.rows": 2 + k % 2, "array.cols": 3 + k // 2,
         "status": "ok", "cycles": 100 + k, "energy_pj.total": 50.0 - k}
        for k in range(4)]}
    done = run("report", write(folder, "s.json", json.dumps(sweep)), "-o", out)
    check(done.returncode == 0, "report of a sweep", done.stderr)
    check("array.cols=4" in look_at_page(out, "sweep"), "with its points")
    for words, said in (
            (("--cfg", "simba_like", *C[2:], "--layer", "c3"),
             "side by side, rows: "),
            (("--cfg", "systolic", *C[2:], "--layer", "c3"),
             "x 128 PEs have work")):
        done = run("run", *words, "--format", "html", "-o", straight)
        check(done.returncode == 0 and said in look_at_page(
            straight, words[1]), f"{words[1]}: {said}", done.stderr)


def look_at_timeline(folder):
    """Its sums are the result's, to the cycle."""
    path = os.path.join(folder, "timeline.json")
    results = report("run", *C, "--timeline", path)
    with open(path, encoding="utf-8") as file:
        events = [e for e in json.load(file)["traceEvents"] if e["ph"] == "X"]
    for pid, layer in enumerate(results["layers"]):
        waits, ledger = {}, {}
        for e in events:
            if e["pid"] != pid:
                continue
            for cause, pe_cycles in e["args"].get("pe_cycles", {}).items():
                ledger[cause] = ledger.get(cause, 0) + pe_cycles
            if e["name"].startswith("wait "):
                waits[e["name"]] = waits.get(e["name"], 0) + \
                    results["pes"] * e["args"]["cycles"]
        wanted = {f"wait {tensor} {cause}": pe_cycles
                  for tensor, causes in layer["wait_dram_by"].items()
                  for cause, pe_cycles in causes.items() if pe_cycles > 0}
        check(waits == wanted and ledger ==
              {cause: pe_cycles for cause, pe_cycles in
               layer["ledger_pe_cycles"].items()
               if pe_cycles > 0 and cause != "wait_dram"},
              f"{layer['name']}: the timeline sums to the ledger", waits)
    out = os.path.join(folder, "timeline.html")
    done = run("report", path, "-o", out)
    check(done.returncode == 0 and "DRAM load" in look_at_page(
        out, "timeline"), "a page draws it", done.stderr)
    run(*C, "--layer", "c3", "--timeline", path, "--timeline-window",
        "100:2000")
    with open(path, encoding="utf-8") as file:
        part = json.load(file)
    events = [e for e in part["traceEvents"] if e["ph"] == "X"]
    check(part["otherData"]["window"] == [100, 2000] and events and
          all(e["ts"] < 2000 and e["ts"] + e["dur"] > 100 for e in events),
          "a window has what touches it", len(events))
    for words, said in ((("--kernel", "systemc", "--timeline", path),
                         "native kernel"),
                        (("--timeline-events", "9"), "no use without"),
                        (("--timeline-window", "0:9"), "no use without"),
                        (("--timeline-window", "9:9", "--timeline", path),
                         "the one behind the last")):
        done = run(*C, *words)
        check(done.returncode == 1 and said in done.stderr,
              f"{words[0]}: {said}", done.stderr)


VCD = """$timescale 1 ps $end
$scope module SystemC $end
$scope module top $end
$var wire 1 a clk $end
$scope module array $end
$scope module pe_0_1 $end
$var wire 4 b state [3:0] $end
$var wire 8 c psum_fifo [7:0] $end
$upscope $end
$scope module filter_network $end
$var wire 2 d state [1:0] $end
$upscope $end
$upscope $end
$upscope $end
$upscope $end
$enddefinitions $end
$dumpvars
0a
b0 b
b0 c
b11 d
$end
#1000
1a
#1500
0a
b1 b
#2000
1a
b101 b
b11 c
#2500
0a
#3000
1a
#4000
"""


def look_at_waveform(folder):
    """States by their words, by cycle; what never changes is named below."""
    path, out = write(folder, "w.vcd", VCD), os.path.join(folder, "w.html")
    done = run("report", path, "-o", out)
    check(done.returncode == 0, "a waveform is drawn", done.stderr)
    page = look_at_page(out, "waveform")
    check("pe_0_1 state: mac in cycles" in page and
          "pe_0_1 state: wait_filter in cycles" in page and
          "pe_0_1 psum_fifo: 3 in cycles 2 to " in page and
          "Never changing: filter_network state 3" in page,
          "its states, numbers and constants", page[-3000:])


def look_at_faults(folder):
    text = write(folder, "broken.json", "{")
    other = write(folder, "other.json", "[1]")
    out = os.path.join(folder, "none.html")
    numbers = run(*C, "--format", "json").stdout
    wrong = write(folder, "wrong.json",
                  re.sub(r": [0-9.e+]+", ': "s"', numbers))
    nan = write(folder, "nan.json",
                re.sub(r'"cycles": [0-9]+', '"cycles": NaN', numbers))
    below = write(folder, "below.json",
                  re.sub(r'"cycles": ([0-9]+)', r'"cycles": -\1', numbers))
    for words, said in ((("report",), "has 0 files"),
                        (("report", below), "for 'total.cycles'"),
                        (("compare", below, below), "for 'total.cycles'"),
                        (("report", wrong), "missing or of another kind"),
                        (("compare", wrong, wrong),
                         "missing or of another kind"),
                        (("report", text), "is no JSON"),
                        (("report", nan), "'NaN' is no number of JSON"),
                        (("compare", nan, nan), "'NaN' is no number of JSON"),
                        (("report", other), "another kind"),
                        (("report", "none.json"), "cannot read 'none.json'"),
                        (("report", *([other] * 401)), "has 401 files"),
                        (("compare", other), "has 1 files"),
                        (("compare", other, other), "another kind")):
        done = run(*words, "-o", out)
        check(done.returncode == 1 and said in done.stderr and
              done.stderr.startswith("accelsim: error: "),
              f"{' '.join(words)[:20]}: {said}", done.stderr)
    check(not os.path.exists(out), "and nothing is written")


def look_at_compare(folder):
    one = write(folder, "one.json", json.dumps(report("run", *C)))
    two = write(folder, "two.json", json.dumps(report(
        "run", *C, "--set", "dram.bytes_per_second=960000000")))
    done = run("compare", one, two)
    check(done.returncode == 0 and "wait_dram of" in done.stdout and
          "\nc1\n" in done.stdout, "two results, by layer and cause",
          done.stdout + done.stderr)
    check("(same)" in run("compare", one, one).stdout, "a result and itself")
    model = write(folder, "model.json", json.dumps(report("model", *C)))
    other = write(folder, "other.json", json.dumps(report(
        "run", *C[:2], "--shape", "M=4,C=4,H=4,W=4,R=1,S=1")))
    mac = write(folder, "mac.json", json.dumps(report(
        "run", *C, "--energy", "eyeriss_normalized")))
    for words, said in (((one, "eyeriss"), "is a result and 'eyeriss' an "),
                        (("eyeriss", one), "is a result and 'eyeriss' an "),
                        ((one, two, "--layer", "c1"), "for architectures"),
                        ((one, model), "of a model, which knows no cycles"),
                        ((one, other), "have no layer in common"),
                        ((one, mac), "the same table (--energy)"),
                        (("eyeriss", "systolic", *["--set", "array.rows=8"] *
                          600), "605 words are more than a page takes"),
                        (("eyeriss", "systolic", "--layer", "conv3"),
                         "batch 4, and 'systolic'")):
        done = run("compare", *words)
        check(done.returncode == 1 and said in done.stderr and
              done.stderr.startswith("accelsim: error: "),
              f"unlike things are refused: {said}", done.stderr)
    done = run("compare", "eyeriss", "eyeriss_spads", "--net", "lenet5",
               "--layer", "c1", "--batch", "1")
    check(done.returncode == 0 and "alone on the first: " in done.stdout,
          "two architectures, and each key that differs",
          done.stdout + done.stderr)


if __name__ == "__main__":
    leave_to_the_plain_build()
    with new_folder() as work:
        look_at_report(work)
        look_at_timeline(work)
        look_at_waveform(work)
        look_at_faults(work)
        look_at_compare(work)
    finish()
