"""page.py - one HTML file of any number of documents: style, script and
pictures are inside, and nothing is fetched.
SPDX-License-Identifier: MIT
"""

import os
import re
from html import escape

from seeing import pictures, svg, sweeps, timelines
from seeing.numbers import count, percent, ratio, real, short

FOLDER = os.path.dirname(os.path.abspath(__file__))


def part(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


class Page:
    def __init__(self, glossary):
        self.glossary = glossary
        self.out = []

    def add(self, text):
        self.out.append(text)

    def word(self, name):
        """A word of a report, with what it means."""
        meaning = self.glossary.get(name)
        if meaning is None:
            return escape(name)
        return (f'<abbr title="{escape(meaning, quote=True)}">'
                f"{escape(name)}</abbr>")

    def section(self, title, note=""):
        self.add(f"<h2>{escape(title)}</h2>")
        if note:
            self.add(f'<p class="note">{escape(note)}</p>')

    def figure(self, picture, parts=None):
        if picture is None:
            return
        key = svg.legend(parts, self.glossary) if parts else ""
        self.add(f'<figure>{key}<div class="scroll">{picture}</div></figure>')

    def cards(self, cards):
        self.add('<ul class="cards">' + "".join(
            f"<li>{self.word(name)}<b>{escape(value)}</b></li>"
            for name, value in cards) + "</ul>")

    def table(self, heads, rows, foot=None):
        """rows: cells, each (what is shown, what it is sorted by) or a
        text."""
        def cell(value):
            shown, key = value if isinstance(value, tuple) else (value, value)
            style = ' class="words"' if isinstance(key, str) and \
                len(shown) > 40 else ""
            return (f'<td{style} data-value="{escape(str(key), quote=True)}">'
                    f"{escape(shown)}</td>")
        self.add('<div class="scroll"><table class="sorts"><thead><tr>')
        for head in heads:
            meaning = escape(self.glossary.get(head, ""), quote=True)
            self.add(f'<th><button type="button" title="{meaning}">'
                     f"{escape(head)}</button></th>")
        self.add("</tr></thead><tbody>")
        for row in rows:
            self.add("<tr>" + "".join(cell(c) for c in row) + "</tr>")
        self.add("</tbody>")
        if foot is not None:
            self.add("<tfoot><tr>" + "".join(cell(c) for c in foot) +
                     "</tr></tfoot>")
        self.add("</table></div>")


def unit_of(results):
    return "uJ" if results["energy_unit"] == "pJ" else "10^6 MAC"


def network_of(results):
    network = results["network"]
    return network["name"] if isinstance(network, dict) else network


def dram_words(layer):
    return sum(tensor["reads"] + tensor["writes"]
               for tensor in layer["accesses"].get("dram", {}).values())


def layer_row(results, layer):
    energy = layer["energy_pj"]["total"]
    row = [layer["name"], layer.get("op", ""), layer.get("dataflow", ""),
           layer.get("mapping", {}).get("source", ""),
           (short(layer["macs"]), layer["macs"])]
    if "cycles" in layer:
        whole = sum(layer["ledger_pe_cycles"].values())
        wait = ratio(layer["ledger_pe_cycles"]["wait_dram"], whole)
        row += [(count(layer["cycles"]), layer["cycles"]),
                (real(1e3 * layer["cycles"] / results["clock_hz"]),
                 layer["cycles"]),
                (percent(layer["utilization"]), layer["utilization"]),
                (percent(wait), wait)]
    row += [layer.get("bound_by", ""), (real(energy / 1e6), energy),
            (real(ratio(energy, layer["macs"])), ratio(energy, layer["macs"])),
            (short(dram_words(layer)), dram_words(layer))]
    return row


def results_head(page, results):
    total = results["total"]
    cards = [("macs", short(total["macs"])), ("pes", count(results["pes"])),
             ("batch", count(results["batch"]))]
    if "cycles" in total:
        cards += [("cycles", count(total["cycles"])),
                  ("latency_ms", real(1e3 * total["cycles"] /
                                      results["clock_hz"])),
                  ("utilization", percent(total["utilization"]) + " %")]
    cards.append(("energy", f"{real(total['energy_pj']['total'] / 1e6)} "
                  f"{unit_of(results)}"))
    if "power_mw" in total:
        cards.append(("power_mw", real(total["power_mw"])))
    if "area_mm2" in results:
        cards.append(("area_mm2", real(results["area_mm2"]["total"])))
    page.cards(cards)


def mappings(page, results):
    layers = [layer for layer in results["layers"]
              if layer.get("mapping", {}).get("parameters")]
    if not layers:
        return
    names = []
    for layer in layers:
        names += [name for name in layer["mapping"]["parameters"]
                  if name not in names]
    page.section("Mappings", "The parameters of each layer's mapping, which "
                 "its dataflow explains (accelsim --list-dataflows), and the "
                 "PEs that have work.")
    page.table(["layer", "dataflow", "source"] + names + ["active_pes"],
               [[layer["name"], layer["dataflow"], layer["mapping"]["source"]]
                + [str(layer["mapping"]["parameters"].get(name, ""))
                   for name in names] + [str(layer["active_pes"])]
                for layer in layers])
    page.figure(pictures.used(results), ["at work", "without work"])


def results_part(page, document):
    results = document.data
    page.add(f"<h1>{escape(results['arch'])}: "
             f"{escape(network_of(results) or 'one layer')}</h1>")
    results_head(page, results)
    simulated = pictures.is_simulated(results)
    heads = ["name", "op", "dataflow", "mapping", "macs"]
    heads += ["cycles", "ms", "utilization", "wait_dram"] if simulated else []
    heads += ["bound_by", f"energy {unit_of(results)}", "energy/MAC",
              "DRAM words"]
    page.section("Layers", "Press a head to sort by its column.")
    page.table(heads, [layer_row(results, layer)
                       for layer in results["layers"]],
               layer_row(results, {"name": "total", **results["total"]}))
    if simulated:
        page.section("From peak to what was achieved",
                     "All PE-cycles, less what each cause took, are those "
                     "that issued a MAC.")
        page.figure(pictures.waterfall(results))
        page.section("PE-cycles of each layer")
        page.figure(pictures.ledgers(results), pictures.causes_of(results))
        if pictures.wait_parts(results):
            page.section("What wait_dram is made of",
                         "By tensor and cause; the longest bar is the layer "
                         "that waits for the largest share of its time.")
            page.figure(pictures.waits(results), pictures.wait_parts(results))
        roof = pictures.roofline(results)
        if roof is not None:
            page.section("Roofline of DRAM", "Each layer as it ran, below "
                         "what PEs and DRAM allow.")
            page.figure(roof)
        page.section("How near to each bound",
                     "The least cycles that each resource needs, in % of "
                     "those that the layer took: the roofline of networks, "
                     "ports and DRAM. 100 is as fast as it can be.")
        page.figure(pictures.nearness(results))
    page.section("Energy of each layer")
    page.figure(pictures.energies(results, unit_of(results)),
                pictures.energy_parts(results))
    mappings(page, results)
    page.section("Provenance")
    page.table(["what", "value"],
               [[key, str(value)] for key, value in
                [("file", document.path), ("accelsim", results["accelsim"]),
                 ("kernel", results["kernel"])] +
                list(results.get("provenance", {}).items())])


def reuse_part(page, document):
    for subject in document.data["subjects"]:
        page.add(f"<h1>Reuse: {escape(subject['name'])}</h1>")
        page.section("Misses by capacity", "Of an LRU memory of so many "
                     "words, for each level's accesses.")
        page.figure(pictures.miss_curves(subject))


def explanation_part(page, document):
    data = document.data
    page.add(f"<h1>What binds {escape(', '.join(data['explained'][:3]))} on "
             f"{escape(data['arch'])}</h1>")
    page.add(f"<p>{escape(data['in_words'])}</p>")
    page.section("What would help", "Each simulated with the options that "
                 "make it.")
    page.table(["saves %", "cycles", "energy", "area_mm2", "kind", "what",
                "options"],
               [[(percent(max(one["gain"], 0)) if one["gain"] >= 0 else
                  f"{100 * one['gain']:.1f}", one["gain"]),
                 (count(one["cycles"]), one["cycles"]),
                 (real(one["energy"]), one["energy"]),
                 (real(one.get("area_mm2", 0)), one.get("area_mm2", 0)),
                 one["kind"], one["what"], " ".join(one["options"])]
                for one in data["what_ifs"] if "cycles" in one])


def sweep_part(page, document):
    sweep = document.data
    page.add(f"<h1>Sweep {escape(str(sweep['plan']))}</h1>")
    page.section("Cycles and energy", "The points on the line are those that "
                 "no other beats in both.")
    page.figure(sweeps.pareto(sweep))
    picture = sweeps.heat_map(sweep)
    if picture is not None:
        page.section("Cycles by two keys", "In % of the slowest pair's; where "
                     "more keys vary, the best of each pair.")
        page.figure(picture)
    page.section("Points")
    page.table(*sweeps.rows(sweep))


PARTS = {"sweep": sweep_part, "timeline": timelines.part,
         "results": results_part, "reuse": reuse_part,
         "explanation": explanation_part}


def words_used(text, glossary):
    """Names of the glossary that the page has."""
    seen = set(re.findall(r"[A-Za-z_0-9]+", text))
    return [word for word in glossary if word in seen and "_" in word]


def of(documents, glossary):
    page = Page(glossary)
    for document in documents:
        PARTS[document.kind](page, document)
    body = "".join(page.out)
    meanings = "".join(
        f"<dt>{escape(word)}</dt><dd>{escape(glossary[word])}</dd>"
        for word in words_used(body, glossary))
    title = "accelsim: " + ", ".join(
        dict.fromkeys(document.data.get("arch", document.kind)
                      for document in documents))
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, '
            f'initial-scale=1"><title>{escape(title)}</title>'
            f"<style>{part('style.css')}</style></head><body>"
            f'<button id="theme" type="button">light or dark</button>'
            f"<main>{body}</main><h2>Words</h2><details><summary>What the "
            f"names mean</summary><dl>{meanings}</dl></details>"
            f"<script>{part('page.js')}</script></body></html>\n")
