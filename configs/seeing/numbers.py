"""numbers.py - numbers as a person reads them.
SPDX-License-Identifier: MIT
"""


def count(value):
    return f"{value:,}"


def real(value):
    """Four digits."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"


def percent(share):
    if 0 < share < 0.0005:
        return "<0.1"
    return f"{100 * share:.1f}"


def short(value):
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def ratio(a, b):
    return a / b if b else 0.0
