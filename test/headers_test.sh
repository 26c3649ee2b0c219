#!/bin/sh
# headers_test.sh - each header of the model compiles alone, as C and as C++.
# SPDX-License-Identifier: MIT
if [ -n "${ACCELSIM_TEST_SHORT:-}" ]; then
    echo "skipped: the sources are the same under the sanitizers"
    exit 77
fi
cd "$srcdir" || exit 1
failed=0
headers=$(find pe noc mem dataflows sim traces -name '*.h' | LC_ALL=C sort)
flags='-I. -Wall -Wextra -Werror -fsyntax-only -DACCELSIM_VERSION="0"
    -DACCELSIM_DATADIR="" -DACCELSIM_SRCDIR=""'

. test/verdict.sh

as_cxx=$(mktemp)
trap 'rm -f "$as_cxx"' EXIT
${CXX:-c++} -std=c++17 $flags -x c++ $headers >"$as_cxx" 2>&1 &
verdict "each header compiles alone as C11" "$(
    ${CC:-cc} -std=c11 $flags -x c $headers 2>&1)"
wait
verdict "each header compiles alone as C++17" "$(cat "$as_cxx")"
exit $failed
