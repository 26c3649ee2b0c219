"""nest_letters.py - a layer's loops by the letters of our nests.
SPDX-License-Identifier: MIT
"""

from importers.export_sizes import full


def letters_of(nest):
    """The letter of each of an author's loops."""
    return {loop: letter for letter, loops in nest.letters.items()
            for loop in loops}


def steps_of(layer):
    """The steps of each letter's loops in all."""
    sizes = full(layer)
    g = sizes["G"]
    return {"g": g, "n": sizes["N"], "m": sizes["M"] // g,
            "c": sizes["C"] // g, "p": sizes["P"], "q": sizes["Q"],
            "r": sizes["R"], "s": sizes["S"]}
