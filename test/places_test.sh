#!/bin/sh
# places_test.sh - adds an option, a counter, a form of output and a dataflow
# to a copy of the sources, each in the places that ARCHITECTURE.md names and
# in no other.  The copy must compile; in the long form it is built whole, and
# the program must know all four.
# SPDX-License-Identifier: MIT
if [ -n "${ACCELSIM_TEST_SHORT:-}" ]; then
    echo "skipped: the sources are the same under the sanitizers"
    exit 77
fi
set -u
cd "$srcdir" || exit 1
here=$PWD
failed=0
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R Makefile.am configure.ac sim pe noc mem dataflows traces configs \
    test docs bench "$copy"
for file in accelsim* configure aclocal.m4 Makefile.in LICENSE *.md *.cff \
    bootstrap build-aux m4; do
    [ ! -f "$file" ] && [ ! -d "$file" ] || cp -R "$file" "$copy"
done
cd "$copy" || exit 1

# says WHAT COMMAND...: ok when the command succeeds.
says()
{
    what=$1
    shift
    if "$@" >said 2>&1; then
        echo "ok - $what"
    else
        echo "not ok - $what"
        tail -n 20 said
        failed=1
    fi
}

# edit FILE SCRIPT: sed that must change the file.
edit()
{
    cp "$1" before
    sed "$2" before >"$1"
    if cmp -s before "$1"; then
        echo "not ok - nothing was added to $1"
        failed=1
    fi
}

# An option: one place.
edit sim/cli/option_table.c '/^    ON("stats"/i\
    ON("added-option", RUN, stats, "an option that a test added"),'
# A counter: one place.
edit sim/base/result.h 's/^#define COUNTS(X) .*/#define COUNTS(X) \\\
    X(added_counter, "dram.added", "words", "added words", \\\
      COUNTER_WITHOUT_FORM, "a counter that a test added") \\/'
# A form of output: a row, and its name in the enum.
edit sim/cli/format_table.c '/^    \[REPORT_MARKDOWN\]/i\
    [REPORT_ADDED] = {"added", report_write_csv, NULL, NULL, NULL,\
                      listing_write_csv, NULL, "a form that a test added"},'
edit sim/report/report.h 's/^    REPORT_MARKDOWN,$/    REPORT_ADDED,\
&/'
# A dataflow: four places.
sed 's/^ACCELSIM_DATAFLOW_PLUGIN;//; s/accelsim_dataflow/added_dataflow/
    s/"echo"/"added"/; s/plugin_dataflow\.c/added.c/' \
    test/dataflows/plugin_dataflow.c >dataflows/added.c
edit dataflows/table.c 's/^const struct dataflow \*const dataflow_table.*/\
extern const struct dataflow added_dataflow;\
&/; s/&rs_dataflow, /\&added_dataflow, &/'
edit dataflows/local.mk 's/%D%\/arith\.h/%D%\/added.c %D%\/arith.h/'
edit configs/eyeriss.cfg 's/^dataflows = \["rs"/dataflows = ["added", "rs"/'

for file in sim/cli/option_table.c sim/base/counters.c sim/cli/format_table.c \
    dataflows/added.c dataflows/table.c; do
    says "$file compiles with what was added" ${CC:-cc} -std=gnu11 -I. \
        -Wall -Wextra -Werror -fsyntax-only -DACCELSIM_VERSION='"0"' \
        -DACCELSIM_DATADIR='""' -DACCELSIM_SRCDIR='""' "$file"
done
if [ -z "${ACCELSIM_TEST_LONG:-}" ]; then
    echo "sample: 0 of 1 whole builds of a copy"
    exit $failed
fi

echo "sample: 1 of 1 whole builds of a copy"
mkdir build
says "the copy builds" sh -c 'autoreconf -i && cd build &&
    ../configure && make -j2'
ACCELSIM_PATH=$copy/configs
export ACCELSIM_PATH
added=build/accelsim
small="--cfg eyeriss --net lenet5 --layer c1 --batch 1"
says "--help has the option" sh -c "$added --help | grep -q added-option"
says "so has the manual" sh -c "$added help man | grep -q 'added.*option'"
says "so has the completion" sh -c "$added help completion |
    grep -q added-option"
says "the option runs" sh -c "$added $small --added-option 2>&1 >/dev/null |
    grep -q outcomes"
says "the JSON has the counter" sh -c "$added $small --format json |
    grep -q '\"added\": 0'"
says "so has the CSV" sh -c "$added $small --format csv | head -n 1 |
    grep -q "dram\\.added""
says "so has the schema" sh -c "$added help schema | grep -q '\"added\"'"
says "the form is written" sh -c "$added $small --format added |
    head -n 1 | grep -q cycles"
says "where it is not, the refusal names those that are" sh -c \
    "$added map $small --format added 2>&1 | grep -q \"'added'\""
says "the dataflow runs, and its counts are the closed form's" sh -c \
    "$added $small --dataflow added --check --format json >ran &&
    $added model $small --dataflow added --format json >formed &&
    python3 -c \"
import json
ran, formed = (json.load(open(n))['layers'][0] for n in ('ran', 'formed'))
raise SystemExit(ran['accesses'] != formed['accesses'])\""
says "help knows it" sh -c "$added list dataflows | grep -q added"
cd "$here" || exit 1
exit $failed
