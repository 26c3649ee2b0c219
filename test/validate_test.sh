#!/bin/sh
# validate_test.sh - no claim is missed unexpectedly, and docs/validation.md is
# what `accelsim validate --format markdown` prints.
# SPDX-License-Identifier: MIT
page=validate_test.$$.md
trap 'rm -f "$page"' EXIT
"$ACCELSIM" validate --format markdown -o "$page" || exit 1
diff "$srcdir/docs/validation.md" "$page" && exit 0
echo "docs/validation.md is stale: accelsim validate --format markdown -o" \
    "docs/validation.md" >&2
exit 1
