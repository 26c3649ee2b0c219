#!/bin/sh
# policy_test.sh - which mapping a layer gets that none is given for: searched
# ones are never slower than estimated ones and depend on no thread; a published
# one holds for its machine, however another machine was made.
# SPDX-License-Identifier: MIT
if [ -n "${ACCELSIM_TEST_SHORT:-}" ]; then
    echo "skipped: search_test holds the search under the sanitizers"
    exit 77
fi
set -eu
accelsim=${ACCELSIM:-./accelsim}
configs=${srcdir:-.}/configs
ACCELSIM_PATH=$configs
export ACCELSIM_PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "policy_test: $*" >&2
    exit 1
}

# costs ARGUMENT...: cycles and pJ of each layer, a line each.
costs()
{
    "$accelsim" "$@" --format csv >"$work/csv" 2>"$work/err" ||
        fail "status $? of: $*: $(cat "$work/err")"
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
             NR > 1 { print $at["cycles"], $at["energy_pj.total"] }' "$work/csv"
}

# Slower only by 0.3 % at most, and where it saves ten times as large a share of
# the energy (docs/mapping.md).
is_no_slower()
{
    paste -d ' ' "$1" "$2" |
        awk '$1 > $3 && ($1 > 1.003 * $3 ||
                         ($4 - $2) / $4 < 10 * ($1 - $3) / $3) { exit 1 }'
}

# mapping ARGUMENT...: the parameters of the only layer, and who listed them.
mapping()
{
    "$accelsim" "$@" 2>"$work/err" | sed -n 's/^  [a-z]* *mapping  *\(.*\), .*/\1/p'
}

refuses()
{
    text=$1
    shift
    status=0
    "$accelsim" "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" = 1 ] || fail "status $status of: $*"
    grep -q -e "$text" "$work/err" || fail "'$text' not said of: $*"
}

# Runs by delay try what may stay in L2, and where it is quicker it stays; by
# energy, and where the machine says no, nothing does.
conv5="--cfg eyeriss --net alexnet --layer conv5 --dataflow rs --batch 1"
conv5="$conv5 --mapping-policy search"
mapping $conv5 | grep -q ' keep=' || fail "nothing stays"
for no in "--set mapping.search_keeps=false" "--objective energy"; do
    ! mapping $conv5 $no | grep -q ' keep=' || fail "something stays: $no"
done
costs $conv5 --set mapping.search_keeps=false >"$work/without"
costs $conv5 | paste -d ' ' - "$work/without" |
    awk '$1 > 0.98 * $3 { exit 1 }' || fail "what stays saves no 2 %"

for case in "eyeriss alexnet rs" "eyeriss alexnet ws" "systolic alexnet os" \
    "tensor_core lenet5 ws" "nvdla_small lenet5 ws" "shidiannao lenet5 os"; do
    set -- $case
    run="--cfg $1 --net $2 --dataflow $3 --batch 1"
    [ "$2" = lenet5 ] || run="$run --layer conv3,conv5"
    costs $run --mapping-policy estimate >"$work/estimate"
    costs $run --mapping-policy search -j 1 >"$work/search"
    costs $run --mapping-policy search -j 2 >"$work/search2"
    cmp -s "$work/search" "$work/search2" || fail "-j changes: $case"
    is_no_slower "$work/search" "$work/estimate" ||
        fail "searched are slower: $case"
done
# One parameter by hand holds in all candidates.
mapping --cfg eyeriss --layer conv3 --mapping-policy search --set mapping.q=2 |
    grep -q ' q=2 ' || fail "a parameter by hand is lost"
# The least energy is another question.
[ "$(mapping --cfg eyeriss --layer conv2 --mapping-policy search)" != \
    "$(mapping --cfg eyeriss --layer conv2 --mapping-policy search \
        --objective energy)" ] || fail "--objective changes nothing"

# A published row holds while nothing but timing differs, ...
published=$(mapping --cfg eyeriss --layer conv2)
echo "$published" | grep -q '(table)' || fail "no row: $published"
for set in l2.latency_cycles=5 clock_hz=300000000 pe.fifo_words=32; do
    [ "$(mapping --cfg eyeriss --layer conv2 --set $set)" = "$published" ] ||
        fail "$set drops the row"
done
# ... and for a machine of other sizes it does not, whoever made it.
sed 's/rows = 12;/rows = 16;/; s/cols = 14;/cols = 16;/' \
    "$configs/eyeriss.cfg" >"$work/other.cfg"
by_set=$(mapping --cfg eyeriss --layer conv2 --set array.rows=16 \
    --set array.cols=16)
[ "$by_set" = "$(mapping --cfg "$work/other.cfg" --layer conv2)" ] ||
    fail "an edited copy and --set differ"
echo "$by_set" | grep -q '(table)' && fail "a row of another machine: $by_set"
sed 's/array.rows=12/array.row=12/' "$configs/eyeriss.cfg" >"$work/bad.cfg"
refuses "'holds_for' has 'array.row=12'" --cfg "$work/bad.cfg" --layer conv2

refuses "exclude each other" --cfg eyeriss --layer conv2 --mapping x.cfg \
    --mapping-policy search
refuses "simulates nothing" model --cfg eyeriss --layer conv2 \
    --mapping-policy search
refuses "objective front" --cfg eyeriss --layer conv2 --objective front
refuses "mapping.policy" --cfg eyeriss --layer conv2 --set mapping.policy=best
"$accelsim" --cfg eyeriss --layer conv2 --show-mapping |
    sed -n '/^mappings/,$p' >"$work/conv2.cfg"
"$accelsim" --cfg eyeriss --layer conv2 --mapping-policy "$work/conv2.cfg" \
    >"$work/out" || fail "--mapping-policy FILE"
# A larger L2 holds larger tiles, whose first one nobody waits for.
larger="--cfg systolic --net alexnet --layer conv2,conv3 --dataflow ws \
    --set array.rows=32 --set array.cols=32 --set dram.model=bandwidth \
    --set dram.bytes_per_second=10000000000"
costs $larger --set l2.bytes=393216 >"$work/small"
costs $larger --set l2.bytes=3145728 >"$work/large"
paste -d ' ' "$work/large" "$work/small" | awk '$1 > $3 { exit 1 }' ||
    fail "a larger L2 is slower: $(paste "$work/large" "$work/small")"
# A 1x1 layer with stride 2: not an ifmap that comes once for each filter tile.
"$accelsim" --cfg nvdla_small --format json -o "$work/stride2" \
    --shape M=512,C=256,H=56,W=56,R=1,S=1,stride=2
sed -n '/"dram": {/,/}/p' "$work/stride2" | sed -n 's/.*"reads": \([0-9]*\).*/\1/p' |
    head -n 1 | awk '{ exit !($1 > 0 && $1 <= 4 * 200704) }' ||
    fail "the ifmap comes more than four times"
echo "policy_test: all held"
