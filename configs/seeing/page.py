"""page.py - one HTML file of any number of documents: style, script and
pictures are inside, and nothing is fetched.
SPDX-License-Identifier: MIT
"""

import os
import re
from html import escape

from seeing import (mappings, pictures, rooflines, svg, sweeps,
                    timelines, waves)
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

    @staticmethod
    def text(words):
        return escape(words)

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

    def figure(self, picture, parts=None, caption="", style=""):
        if picture is None:
            return
        key = svg.legend(parts, self.glossary) if parts else ""
        below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
        self.add(f'<figure class="{style}">{key}<div class="scroll">{picture}'
                 f"</div>{below}</figure>")

    def stacks(self, rows, parts, name, unit):
        """A bar a row (svg.stacks), and its numbers for who cannot point."""
        self.figure(svg.stacks(rows, parts, name, unit), parts)
        self.add("<details><summary>the numbers</summary>")
        self.table([""] + parts, [[label] + [
            (unit(values.get(part, 0)), values.get(part, 0))
            for part in parts] for label, values in rows])
        self.add("</details>")

    def cards(self, cards):
        self.add('<ul class="cards">' + "".join(
            f"<li>{self.word(name)}<b>{escape(value)}</b></li>"
            for name, value in cards) + "</ul>")

    def table(self, heads, rows, foot=None):
        """rows: cells, each (what is shown, what it is sorted by), a text, or a
        list of texts that are not broken.  Columns of texts alone are at the
        left."""
        def is_text(value):
            return isinstance(value, list) or \
                isinstance(value, str) and re.fullmatch(r"[\d,.]+",
                                                        value) is None
        texts = [all(is_text(row[k]) or row[k] == "" for row in rows)
                 for k in range(len(heads))]

        def cell(value, column):
            shown, key = value if isinstance(value, tuple) else (value, value)
            if isinstance(shown, list):
                key = " ".join(shown)
                text = " ".join(f"<span>{escape(one)}</span>" for one in shown)
            else:
                text = escape(shown)
            style = ' class="words"' if texts[column] else ""
            return (f'<td{style} data-value="{escape(str(key), quote=True)}">'
                    f"{text}</td>")
        self.add('<div class="scroll"><table class="sorts"><thead><tr>')
        for column, head in enumerate(heads):
            style = ' class="words"' if texts[column] else ""
            meaning = escape(self.glossary.get(head.removesuffix(" %"), ""),
                             quote=True)
            self.add(f'<th{style}><button type="button" title="{meaning}">'
                     f"{escape(head)}</button></th>")
        self.add("</tr></thead><tbody>")
        for row in rows:
            self.add("<tr>" + "".join(cell(c, k) for k, c in enumerate(row)) +
                     "</tr>")
        self.add("</tbody>")
        if foot is not None:
            self.add("<tfoot><tr>" + "".join(
                cell(c, k) for k, c in enumerate(foot)) + "</tr></tfoot>")
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


def mappings_part(page, results):
    layers = [layer for layer in results["layers"]
              if layer.get("mapping", {}).get("parameters") is not None and
              layer["active_pes"] > 0]
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
    page.stacks(pictures.used_rows(results), ["at work", "without work"],
                "PEs with work", lambda value: f"{count(value)} PEs")
    if any("text" in layer["mapping"] for layer in layers):
        page.add("<h3>As nests, and on the array</h3>")
        page.add('<p class="note">Loops from the outermost to the innermost; '
                 "those of parallel-for are done side by side.</p>")
    else:
        page.add('<p class="note">With --show-mapping, a report has each '
                 "mapping as a nest, and its PE sets.</p>")
    for layer in layers:
        mappings.part(page, results, layer)


def results_part(page, document):
    results = document.data
    page.add(f"<h1>{escape(results['arch'])}: "
             f"{escape(network_of(results) or 'one layer')}</h1>")
    results_head(page, results)
    simulated = pictures.is_simulated(results)
    heads = ["name", "op", "dataflow", "mapping", "macs"]
    heads += ["cycles", "ms", "utilization %", "wait_dram %"] if simulated \
        else []
    heads += ["bound_by", f"energy {unit_of(results)}",
              f"{results['energy_unit']} a MAC", "DRAM words"]
    page.section("Layers", "Press a head to sort by its column.")
    page.table(heads, [layer_row(results, layer)
                       for layer in results["layers"]],
               layer_row(results, {"name": "total", **results["total"]}))
    if simulated:
        page.section("From peak to what was achieved",
                     "All PE-cycles, less what each cause took, are those "
                     "that issued a MAC.")
        page.figure(pictures.waterfall(results))
        page.section("PE-cycles of each layer", "Each cycle of each PE is "
                     "charged to one cause.")
        page.stacks(pictures.ledger_rows(results), pictures.causes_of(results),
                    "PE-cycles of each layer",
                    lambda share: f"{percent(share)} %")
        if pictures.wait_parts(results):
            page.section("What waits are made of",
                         "In % of each layer's PE-cycles, by tensor and cause; "
                         "the longest bar is the layer that waits for the "
                         "largest share of its time.")
            page.stacks(pictures.wait_rows(results),
                        pictures.wait_parts(results), "waits of each layer",
                        lambda share: f"{percent(share)} %")
        rooflines.part(page, results)
        page.section("How near to each bound",
                     "The least cycles that each resource needs, in % of "
                     "those that the layer took. 100 is as fast as it can be.")
        page.figure(pictures.nearness(results))
    page.section("Energy of each layer")
    page.stacks(pictures.energy_rows(results), pictures.energy_parts(results),
                "energy of each layer",
                lambda value: f"{real(value / 1e6)} {unit_of(results)}")
    mappings_part(page, results)
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
                     "words, for each level's accesses. The upright lines are "
                     "what the machine's levels hold.")
        page.figure(*pictures.miss_curves(subject))


def explanation_part(page, document):
    data = document.data
    page.add(f"<h1>What binds {escape(', '.join(data['explained'][:3]))} on "
             f"{escape(data['arch'])}</h1>")
    page.add(f"<p>{escape(data['in_words'])}</p>")
    page.section("What would help", "Each simulated with the options that "
                 "make it.")
    unit = "uJ" if data["energy_unit"] == "pJ" else "10^6 MAC"
    page.table(["saves %", "cycles", f"energy {unit}", "area_mm2", "kind",
                "what", "options"],
               [[(percent(max(one["gain"], 0)) if one["gain"] >= 0 else
                  f"{100 * one['gain']:.1f}", one["gain"]),
                 (count(one["cycles"]), one["cycles"]),
                 (real(one["energy"] / 1e6), one["energy"]),
                 (real(one.get("area_mm2", 0)), one.get("area_mm2", 0)),
                 one["kind"], one["what"], one["options"]]
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
         "waveform": waves.part,
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
        dict.fromkeys(document.kind if document.kind == "waveform" else
                      document.data.get("arch", document.kind)
                      for document in documents))
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, '
            f'initial-scale=1"><title>{escape(title)}</title>'
            f"<style>{part('style.css')}</style></head><body>"
            f'<button id="theme" type="button">light or dark</button>'
            f"<main>{body}</main><h2>Words</h2><details><summary>What the "
            f"names mean</summary><dl>{meanings}</dl></details>"
            f'<div id="tip" role="status" hidden></div>'
            f"<script>{part('page.js')}</script></body></html>\n")
