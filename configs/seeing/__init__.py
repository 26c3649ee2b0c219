"""seeing - pages and comparisons made of accelsim's JSON.  Standard library
only.
SPDX-License-Identifier: MIT
"""
