#!/bin/sh
# analyse.sh - `make analyse`: what three tools say of the C sources without
# running them, gcc -fanalyzer, cppcheck and clang-tidy, less what
# exceptions.txt argues away.  One that is not installed is left out by name.
#
#   make analyse                        all sources, some ten minutes of a core
#   make analyse QUICK=1                without clang's analyser, which takes most
#                                       of them: what .ci/run does
#   make analyse FILES="sim/cli/x.c"
#
# SPDX-License-Identifier: MIT
set -u
cd "$srcdir" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=${FILES:-$(find sim dataflows mem noc pe traces -name '*.c' | sort)}
strings='-DACCELSIM_DATADIR="x" -DACCELSIM_SRCDIR="x" -DACCELSIM_PYTHON="x"
    -DACCELSIM_LIBDIR="x" -DACCELSIM_VERSION="x"'
form="-std=gnu11 -D_GNU_SOURCE -I. $strings"
# What is argued away in all files is not looked for either.
checks="-*,bugprone-*$(awk -F '\t' '$1 == "*" && $2 ~ /^bugprone-/ {
    printf ",-%s*", $2 }' test/analysis/exceptions.txt)"
[ -n "${QUICK:-}" ] || checks="$checks,clang-analyzer-*"
# Paths of large functions are left off earlier: of a sample of files the same
# findings in half the time.
paths=
[ -z "${QUICK:-}" ] || paths='--param analyzer-bb-explosion-factor=2'
jobs=$(getconf _NPROCESSORS_ONLN)

has() { command -v "$1" >/dev/null || { echo "analyse: no $1" >&2; false; }; }

# Each finding is one line: FILE:LINE: WHAT [KIND].
if has gcc; then
    echo $files | xargs -P "$jobs" -n 1 gcc $form -O1 -fanalyzer $paths \
        -o /dev/null -S 2>&1 |
        sed -nE 's/^([a-z0-9_/]+\.c:[0-9]+):[0-9]+: warning: (.*)$/\1: \2/p' \
        >>"$work/found"
fi
if has cppcheck; then
    cppcheck --std=c11 --enable=warning,portability,performance --quiet \
        -j "$jobs" -I. $strings --suppress=missingInclude \
        --template='{file}:{line}: {message} [cppcheck-{id}]' $files 2>&1 |
        grep -E '^[a-z0-9_/]+\.c:' >>"$work/found"
fi
if has clang-tidy; then
    echo $files | xargs -P "$jobs" -n 4 sh -c 'form=$1; shift
        checks=$1; shift
        clang-tidy --quiet --checks="$checks" "$@" -- $form' \
            sh "$form" "$checks" 2>/dev/null |
        sed -nE "s|^$PWD/||; s/^([a-z0-9_/]+\.c:[0-9]+):[0-9]+: warning: (.*)$/\1: \2/p" \
            >>"$work/found"
fi

# An exception is "FILE or * <tab> KIND <tab> why".
sort -u "$work/found" | awk -F '\t' '
    BEGIN { n = 0 }
    FILENAME != "-" {
        if ($0 !~ /^#/ && NF == 3) {
            file[n] = $1; kind[n] = $2; used[n] = 0; n++
        }
        next
    }
    {
        split($0, at, ":"); kept = 1
        for (i = 0; i < n; i++)
            if ((file[i] == "*" || file[i] == at[1]) &&
                index($0, "[" kind[i])) {
                kept = 0; used[i]++
            }
        if (kept) { print; left++ } else argued++
    }
    END {
        printf "analyse: %d findings, %d argued away\n", left, argued
        exit left > 0
    }' test/analysis/exceptions.txt - 
