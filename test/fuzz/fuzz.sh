#!/bin/sh
# fuzz.sh - `make fuzz`: for a long time what parsers_test.sh does for a short
# one, with afl++ where it is installed.
#
#   make fuzz                     every kind, a minute each
#   make fuzz KINDS="arch set" SECONDS=600
#   make fuzz COUNT=10000000      so many texts broken at random instead, without
#                                 afl++, of which a twentieth are files of other
#                                 tools and results, which Python reads
#   make fuzz DIFF=100000         runs beside each other (differ.cpp, differ.py)
#
# SEED=S gives others.  The last two use all processors.
#
# A text that ends a parser goes into test/fuzz/corpus/KIND, where every `make
# check` sees it from then on.
# SPDX-License-Identifier: MIT
set -eu
. "$srcdir/test/fuzz/seeds.sh"
kinds=${KINDS:-$FUZZ_KINDS}
seconds=${SECONDS_EACH:-60}
work=$PWD/fuzz
ACCELSIM_PATH=$srcdir/configs
export ACCELSIM_PATH
mkdir -p "$work"

# keep KIND FILE: adds a text that was found to the corpus.
keep()
{
    name=$(cksum <"$2" | cut -d' ' -f1)
    cp "$2" "$srcdir/test/fuzz/corpus/$1/$name"
    echo "fuzz: $1: found test/fuzz/corpus/$1/$name" >&2
    found=1
}

# Runs the lines of $1, commands, as many at once as there are processors; fails
# when one does.
side_by_side()
{
    xargs -P "$(getconf _NPROCESSORS_ONLN)" -d '\n' -n 1 sh -c <"$1"
}

# Most cases in one process for each processor, a hundredth as whole runs of the
# program.
if [ -n "${DIFF:-}" ]; then
    cd "$work"
    n=$(getconf _NPROCESSORS_ONLN)
    each=$((DIFF / n))
    : >lines
    for i in $(seq 0 $((n - 1))); do
        echo "'$builddir/differ' $each ${SEED:-1} $((i * each))" >>lines
    done
    echo "python3 -B '$srcdir/test/fuzz/differ.py' $((DIFF / 100 + 1))" \
        "${SEED:-1}" >>lines
    begin=$(date +%s)
    side_by_side lines && status=0 || status=1
    echo "fuzz: $((each * n)) cases, $(($(date +%s) - begin)) s in all"
    exit $status
fi

found=0
if [ -n "${COUNT:-}" ]; then
    cd "$work"
    n_kinds=$(echo $kinds | wc -w)
    each=$((COUNT * 19 / 20 / n_kinds))
    begin=$(date +%s)
    status=0
    rm -f fuzz-* lines
    for kind in $kinds; do
        echo "'$builddir/fuzz_parsers' $kind -n $each -s ${SEED:-1}" \
            $(fuzz_seeds "$kind") >>lines
    done
    if [ -z "${KINDS:-}" ]; then
        echo "python3 -B '$srcdir/test/importers/fuzz_test.py'" \
            "$((COUNT / 25)) ${SEED:-1}" >>lines
        echo "python3 -B '$srcdir/test/fuzz/results_fuzz.py'" \
            "$((COUNT / 100)) ${SEED:-1}" >>lines
    fi
    side_by_side lines || status=1
    for kind in $kinds; do
        [ ! -e "fuzz-$kind" ] || keep "$kind" "fuzz-$kind"
    done
    in_python=
    [ -n "${KINDS:-}" ] || in_python=" and $((COUNT / 20)) files in Python"
    echo "fuzz: $((each * n_kinds)) texts of $n_kinds kinds in C$in_python," \
        "$(($(date +%s) - begin)) s in all"
    exit $((found | status))
fi

command -v afl-fuzz >/dev/null || {
    echo "make: fuzz needs afl++ (on Debian and Ubuntu: apt-get install" \
        "afl++), or COUNT=N" >&2
    exit 1
}
# The program's own code, built anew to say which branches it took.
if [ ! -e "$work/build/Makefile" ]; then
    mkdir -p "$work/build"
    (cd "$work/build" && CC=afl-cc CXX=afl-c++ "$srcdir/configure" \
        --disable-tests --without-systemc >configure.log)
fi
make -C "$work/build" fuzz_parsers >"$work/build.log"
for kind in $kinds; do
    rm -rf "$work/in" "$work/out-$kind"
    mkdir "$work/in"
    for seed in $(fuzz_seeds "$kind"); do
        cp "$seed" "$work/in/$(basename "$(dirname "$seed")")-$(basename "$seed")"
    done
    AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 \
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
        afl-fuzz -V "$seconds" -t 2000 -i "$work/in" -o "$work/out-$kind" -- \
        "$work/build/fuzz_parsers" "$kind" >"$work/$kind.log" 2>&1 || {
        tail -n 20 "$work/$kind.log" >&2
        exit 1
    }
    for text in "$work/out-$kind"/default/crashes/id* \
        "$work/out-$kind"/default/hangs/id*; do
        [ ! -e "$text" ] || keep "$kind" "$text"
    done
    sed -n 's/^execs_done *: */fuzz: '"$kind"': executions /p
        s/^edges_found *: */fuzz: '"$kind"': edges /p' \
        "$work/out-$kind/default/fuzzer_stats"
done
exit $found
