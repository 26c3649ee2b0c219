#!/bin/sh
# rules_test.sh - what holds for all source files: headers that stand alone,
# which folder includes which, where is printed, how long a file may be, that
# it says what it is, and that docs/config.md is what the program prints.
# SPDX-License-Identifier: MIT
cd "$srcdir" || exit 1
failed=0
defines='-DACCELSIM_VERSION="0" -DACCELSIM_DATADIR="" -DACCELSIM_SRCDIR=""'

# verdict WHAT FOUND: ok when nothing was found.
verdict()
{
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        echo "$2" | sed 's/^/    /'
        failed=1
    fi
}

# Headers of the model are C and C++; those of the tests, and .hpp, are C++.
headers=$(ls pe/*.h noc/*.h mem/*.h dataflows/*.h sim/*.h traces/*.h)
flags="-I. -Wall -Wextra -Werror -fsyntax-only"
verdict "each header compiles alone as C11" "$(
    ${CC:-cc} -std=c11 $flags $defines -x c \
        $headers 2>&1)"
verdict "each header compiles alone as C++17" "$(
    ${CXX:-c++} -std=c++17 $flags $defines -x c++ $headers 2>&1)"

# includes FOLDER ALLOWED: the includes of a folder that are not allowed.
includes()
{
    grep -n '^#include "' "$1"/*.[ch] | grep -vE "\"($2)" || true
}
# What every folder may use: messages and checks, and nothing behind them.
verdict "pe/ includes only pe/ and noc/" \
    "$(includes pe 'pe/|noc/|sim/diag\.h"')"
verdict "noc/ includes only noc/" "$(includes noc 'noc/|sim/diag\.h"')"
verdict "mem/ includes only mem/ and noc/" \
    "$(includes mem 'mem/|noc/|sim/diag\.h"')"
verdict "dataflows/ sees the architecture and the layer, no file, no report" \
    "$(includes dataflows \
        'dataflows/|pe/|noc/|mem/|sim/(arch|layer|result|diag)\.h"')"
verdict "traces/ sees no dataflow and no component" \
    "$(includes traces \
        'traces/|sim/(arch|layer|result|diag|whole_number|input_file)\.h"')"

verdict "only sim/ prints on the standard streams" "$(
    grep -nE '\b(printf|puts|putchar|perror)\(|\b(stdout|stderr)\b' \
        pe/*.[ch] noc/*.[ch] mem/*.[ch] dataflows/*.[ch] traces/*.[ch])"
verdict "only sim/ has functions that end the program" "$(
    grep -nE '\b(exit|_exit|abort|assert)\(' \
        pe/*.[ch] noc/*.[ch] mem/*.[ch] dataflows/*.[ch] traces/*.[ch])"
clocks='time|clock|clock_gettime|gettimeofday|timespec_get'
verdict "no time and no chance in the model" "$(
    grep -nE "\b($clocks|rand|random|getenv)\(" \
        pe/*.[ch] noc/*.[ch] mem/*.[ch] dataflows/*.[ch] traces/*.[ch])"

sources=$(ls bootstrap */*.c */*.h */*.cpp */*.hpp */*.py */*.sh \
    configs/*/*.py configs/*.cfg configs/*/*.cfg 2>/dev/null)
# Tests write out by hand what the model shares.
verdict "no file has more than 500 lines, no test more than 600" "$(
    wc -l $sources | awk '$2 != "total" && $1 > ($2 ~ "^test/" ? 600 : 500) {
        print $2 ": " $1 }')"
verdict "each file names its licence" "$(
    grep -L 'SPDX-License-Identifier: MIT' $sources)"
verdict "each C and C++ file begins with its name and what it is" "$(
    for file in $(ls */*.c */*.h */*.cpp */*.hpp 2>/dev/null); do
        head -n 1 "$file" | grep -qE "^/[/*] $(basename "$file") - ." ||
            echo "$file"
    done)"

verdict "docs/config.md is what --help-config=markdown prints (to renew it:
    accelsim --help-config=markdown > docs/config.md)" "$(
    "$ACCELSIM" --help-config=markdown | diff docs/config.md - | head -n 20)"

verdict "make and its files are at peace" "$(
    MAKEFLAGS= make -s -C "$builddir" list-dist 2>&1 >/dev/null)"

# In a clone: what is not distributed is missing from `make dist`.
if [ -e .git ] && tracked=$(git ls-files 2>/dev/null); then
    MAKEFLAGS= make -s -C "$builddir" list-dist |
        sed "s|^\\./||; s|^$srcdir/||; s|^\\.\\./||" >"$builddir/test/dist.list"
    verdict "each tracked file is in the tarball" "$(
        echo "$tracked" | grep -vE '^(\.ci/|\.gitignore$|docs/)' |
            while read -r file; do
                grep -qxF "$file" "$builddir/test/dist.list" || echo "$file"
            done)"
    rm -f "$builddir/test/dist.list"
fi
exit $failed
