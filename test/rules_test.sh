#!/bin/sh
# rules_test.sh - what holds for all source files: which room includes which,
# where is printed, how long a file may be, that it says what it is, and that
# docs/config.md is what the program prints.
# SPDX-License-Identifier: MIT
cd "$srcdir" || exit 1
failed=0

. test/verdict.sh

if [ -n "${ACCELSIM_TEST_SHORT:-}" ]; then
    echo "skipped: the sources are the same under the sanitizers"
    exit 77
fi

# Rooms, from the ground up, and what each may include beside itself: whole
# rooms, or single headers of sim/base where a narrow view is the point.  An
# arrow may skip floors; it never goes up.
rooms='
sim/base
noc                 sim/base/diag.h
pe                  sim/base/diag.h sim/base/waits.h noc
mem                 sim/base/diag.h noc
traces              sim/base
sim/process         sim/base
sim/pattern         sim/base
sim/energy          sim/base mem
dataflows           BLOCKS
dataflows/gemm      BLOCKS dataflows
dataflows/rs        BLOCKS dataflows
dataflows/nest      BLOCKS dataflows
dataflows/pass      BLOCKS dataflows
dataflows/search    BLOCKS DATAFLOWS
dataflows/search/levels BLOCKS DATAFLOWS
dataflows/search/nest BLOCKS DATAFLOWS
sim/config          sim/base mem sim/pattern DATAFLOWS
sim/array           sim/base sim/array/sparse pe noc mem traces DATAFLOWS
sim/array/credit    sim/base pe mem sim/array
sim/array/nest      sim/base noc traces DATAFLOWS sim/array sim/array/credit
sim/array/overlap   sim/base noc pe DATAFLOWS sim/array sim/array/credit sim/array/nest
sim/array/sparse    sim/base sim/pattern pe DATAFLOWS
sim/array/levels    sim/base noc traces DATAFLOWS sim/array sim/array/nest
sim/timeline        sim/base mem sim/array
sim/run             sim/timeline sim/base sim/pattern sim/process pe noc mem traces DATAFLOWS ARRAYS
sim/choose          BELOW
sim/plugin          sim/base DATAFLOWS
sim/network         BELOW sim/choose
sim/network/fuse    BELOW sim/choose sim/network
sim/values          BELOW sim/network
sim/systemc         BELOW sim/choose
sim/report          BELOW sim/choose sim/network sim/values sim/network/fuse
sim/map             BELOW sim/choose sim/network sim/report
sim/validate        BELOW sim/choose sim/network sim/report sim/network/fuse
sim/sweep           BELOW sim/choose sim/network sim/report sim/network/fuse
sim/sweep/walk      sim/base sim/process sim/run sim/sweep
sim/serve           sim/base sim/run sim/sweep DATAFLOWS
sim/explain         BELOW sim/choose sim/report
sim/page            BELOW sim/choose sim/network sim/report
sim/cli             BELOW sim/choose sim/network sim/values sim/report sim/systemc sim/map sim/plugin sim/validate sim/sweep sim/page sim/network/fuse
sim/cli/seeing      BELOW sim/choose sim/network sim/report sim/explain sim/page sim/cli
sim/cli/sweep       sim/base sim/process sim/sweep sim/sweep/walk sim/serve sim/cli
sim                 sim/base sim/cli sim/config sim/process
'
blocks='sim/base/arch.h sim/base/layer.h sim/base/result.h sim/base/diag.h sim/base/text_stream.h pe noc mem'
dataflows='dataflows dataflows/gemm dataflows/rs dataflows/nest dataflows/pass dataflows/search dataflows/search/levels dataflows/search/nest'
rooms=$(echo "$rooms" | sed "s|BELOW|sim/base sim/pattern sim/process sim/energy sim/config ARRAYS \
    sim/timeline sim/run pe noc mem traces DATAFLOWS|; s|BLOCKS|$blocks|; s|DATAFLOWS|$dataflows|
    s|ARRAYS|sim/array sim/array/credit sim/array/nest sim/array/overlap sim/array/levels sim/array/sparse|")
room_names=$(echo "$rooms" | awk 'NF { print $1 }')

# sources_of ROOM: the C and C++ files of a room, not of those inside it.
sources_of()
{
    find "$1" -maxdepth 1 -name '*.[ch]' -o -maxdepth 1 -name '*.[ch]pp'
}

# arrows ROOT: the includes below ROOT that its room may not have.
arrows()
{
    (cd "$1" && for room in $room_names; do
        [ ! -d "$room" ] || sources_of "$room"
    done | LC_ALL=C sort | xargs grep '^#include "' /dev/null |
        rooms=$rooms awk -F ':#include "|"' '
        function home(path) { sub("/[^/]*$", "", path); return path }
        BEGIN {
            n = split(ENVIRON["rooms"], line, "\n")
            for (i = 1; i <= n; i++) {
                split(line[i], word, " ")
                may[word[1]] = " " line[i] " "
            }
        }
        # The registry of dataflows names what it registers.
        $1 != "dataflows/table.c" &&
            !index(may[home($1)], " " home($2) " ") &&
            !index(may[home($1)], " " $2 " ") { print $1 " includes " $2 }')
}

verdict "arrows between rooms go down only" "$(arrows .)"
planted=$(mktemp -d)
# One forbidden arrow a room: the next room up, which its includers stand on.
for room in $room_names; do
    [ "$room" != sim ] || continue
    mkdir -p "$planted/$room"
    echo '#include "sim/cli/invented.h"' >"$planted/$room/planted.hpp"
    [ "${room#sim/cli}" = "$room" ] ||
        echo '#include "sim/main.h"' >"$planted/$room/planted.hpp"
done
arrows "$planted" >"$planted/found"
verdict "an arrow upward is found in each room" "$(
    for room in $room_names; do
        [ "$room" = sim ] ||
            grep -q "^$room/planted.hpp includes" "$planted/found" ||
            echo "$room"
    done)"
rm -rf "$planted"

verdict "a run is given its mapping and chooses none" "$(
    grep -l '"dataflows/choose.h"' sim/run/*.[ch])"
verdict "each folder with sources is a room of the table" "$(
    find pe noc mem dataflows sim traces -name '*.[ch]' -o -name '*.[ch]pp' |
        sed 's|/[^/]*$||' | sort -u | grep -vxF "$room_names")"
verdict "sim/ holds main.c, its list and rooms" "$(
    ls -p sim | grep -v '/$' | grep -vxE 'main\.c|local\.mk')"
verdict "no room has more than 40 files" "$(
    for room in $(find pe noc mem dataflows sim traces test bench docs -type d);
    do
        n=$(find "$room" -maxdepth 1 -type f | wc -l)
        [ "$n" -le 40 ] || echo "$room: $n"
    done)"

all=$(for room in $room_names; do sources_of "$room"; done)
outside_sim=$(echo "$all" | grep -v '^sim/')

headers=$(echo "$all" | grep '\.h$')
names=$(mktemp)
echo "$headers" | sort >"$names"
verdict "each header's guard is its path" "$(
    grep '^#ifndef [A-Z0-9_]*$' $headers | awk -F ':#ifndef ' '
        function guard(path) { gsub(/[\/.-]/, "_", path); return toupper(path) }
        $2 == guard($1) { print $1 }' | sort | comm -13 - "$names")"
verdict "each file name is unique among the sources" "$(
    echo "$all" | sed 's|.*/||' | sort | uniq -d)"

verdict "only sim/ prints on the standard streams" "$(
    grep -nE '\b(printf|puts|putchar|perror)\(|\b(stdout|stderr)\b' \
        $outside_sim)"
verdict "only sim/ has functions that end the program" "$(
    grep -nE '\b(exit|_exit|abort|assert)\(' $outside_sim)"
clocks='time|clock|clock_gettime|gettimeofday|timespec_get'
verdict "no time and no chance in the model" "$(
    grep -nE "\b($clocks|rand|random|getenv)\(" $outside_sim)"

allocating='malloc|calloc|realloc|strdup|strndup|asprintf|open_memstream'
verdict "memory comes from where its lack ends the program" "$(
    grep -nE "\b($allocating|getline|realpath)\(" $all |
        grep -vE '^sim/base/(diag|input_file)\.c:')"

sources="$all $(find bench test configs -name '*.c' -o -name '*.h' \
    -o -name '*.cpp' -o -name '*.py' -o -name '*.sh' -o -name '*.cfg') bootstrap"
# Tests write out by hand what the model shares.
verdict "no file has more than 500 lines, no test more than 600" "$(
    wc -l $sources | awk '$2 != "total" && $1 > ($2 ~ "^test/" ? 600 : 500) {
        print $2 ": " $1 }')"
verdict "each file names its licence" "$(
    grep -L 'SPDX-License-Identifier: MIT' $sources)"
verdict "each C and C++ file begins with its name and what it is" "$(
    awk 'FNR == 1 {
        name = FILENAME
        sub(".*/", "", name)
        if (substr($0, 4, length(name) + 3) != name " - " ||
            $0 !~ /^\/[\/*] / || length($0) < length(name) + 7)
            print FILENAME
    }' $(echo $sources | tr ' ' '\n' | grep '\.[ch]p*$'))"

# A comment is a sentence that says what the thing is.
c_files=$(echo $sources | tr ' ' '\n' | grep '\.[ch]p*$')
verdict "no comment begins with 'Of'" "$(grep -nE '(/\*|//) Of ' $c_files)"
verdict "no file's first comment only sends to another file" "$(
    awk 'FNR == 1 && / - see [a-z_0-9\/]+\.h/ { print FILENAME }' $c_files)"

verdict "docs/config.md is what --help-config=markdown prints (to renew it:
    accelsim --help-config=markdown > docs/config.md)" "$(
    "$ACCELSIM" --help-config=markdown | diff docs/config.md - | head -n 20)"

verdict "docs/schema.json is what help schema prints (to renew it:
    accelsim help schema > docs/schema.json)" "$(
    "$ACCELSIM" help schema | diff docs/schema.json - | head -n 20)"
verdict "docs/sweep_schema.json is what help sweep-schema prints (to renew it:
    accelsim help sweep-schema > docs/sweep_schema.json)" "$(
    "$ACCELSIM" help sweep-schema | diff docs/sweep_schema.json - |
        head -n 20)"

verdict "make and its files are at peace" "$(
    MAKEFLAGS= make -s -C "$builddir" list-dist 2>&1 >/dev/null)"

# In a clone: what is not distributed is missing from `make dist`.
if [ -e .git ] && tracked=$(git ls-files 2>/dev/null); then
    MAKEFLAGS= make -s -C "$builddir" list-dist |
        sed "s|^\\./||; s|^$srcdir/||; s|^\\.\\./||" >"$builddir/test/dist.list"
    verdict "each tracked file is in the tarball" "$(
        echo "$tracked" | grep -vE '^(\.ci/|\.gitignore$|docs/|test/fuzz/corpus/)' |
            grep -vxF -f "$builddir/test/dist.list")"
    rm -f "$builddir/test/dist.list"
fi
rm -f "$names"
exit $failed
