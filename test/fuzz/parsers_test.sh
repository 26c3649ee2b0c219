#!/bin/sh
# parsers_test.sh - the corpus of each parser, and some texts that are broken at
# random: none ends the program.  `make fuzz` does it for longer.
# SPDX-License-Identifier: MIT
failed=0
. "$srcdir/test/verdict.sh"
. "$srcdir/test/fuzz/seeds.sh"
fuzz=$builddir/fuzz_parsers
ACCELSIM_PATH=$srcdir/configs
export ACCELSIM_PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

n=200
[ -z "${ACCELSIM_TEST_SHORT:-}" ] || n=50
[ -z "${ACCELSIM_TEST_LONG:-}" ] || n=20000
echo "sample: $n of any number of broken texts of each kind"
for kind in $FUZZ_KINDS; do
    verdict "$kind: $n texts end no parser" "$(
        "$fuzz" "$kind" -n "$n" -s 1 $(fuzz_seeds "$kind") 2>&1 |
            grep -v 'none ended the program'
        ls fuzz-* 2>/dev/null)"
done
# What is found is said: a parser that ends the program by a signal leaves the
# text.
verdict "a kind that is none is refused" "$(
    "$fuzz" none 2>&1 | grep -q "there is no kind 'none'" || echo "not so")"
exit $failed
