#!/bin/sh
# map_test.sh - accelsim map as a user meets it: what it saves runs and is what
# it said; what it refuses, it names.
# SPDX-License-Identifier: MIT
if [ -n "${ACCELSIM_TEST_SHORT:-}" ]; then
    echo "skipped: search_test holds the search under the sanitizers"
    exit 77
fi
set -eu
. "${srcdir:-.}/test/map/expect.sh"

"$accelsim" map --cfg eyeriss.cfg --layer conv5 --format json \
    --save "$work/saved.cfg" -o "$work/map.json" 2>"$work/err"
grep -q '"proven": true' "$work/map.json" || fail "conv5 is not proven"
grep -q 'mappings evaluated in' "$work/err" || fail "no speed is told"
grep -q '"front": \[\]' "$work/map.json" || fail "a front that nobody asked for"
"$accelsim" map --cfg eyeriss.cfg --layer conv5 --format json \
    --objective front -o "$work/front.json" 2>"$work/err"
grep -q '"front_proven": true' "$work/front.json" ||
    fail "its front is not proven"
dataflow=$(sed -n 's/.*dataflow = "\([a-z]*\)".*/\1/p' "$work/saved.cfg")
for command in run model; do
    "$accelsim" $command --cfg eyeriss.cfg --layer conv5 --format json \
        --dataflow "$dataflow" --mappings "$work/saved.cfg" \
        -o "$work/$command.json"
done
[ "$(number cycles "$work/run.json")" = "$(number cycles "$work/map.json")" ] ||
    fail "a saved mapping takes other cycles"
for command in run model; do
    said=$(number energy "$work/map.json")
    took=$(number total "$work/$command.json")
    awk "BEGIN { d = $said / $took - 1; exit !(d < 1e-9 && d > -1e-9) }" ||
        fail "a saved mapping takes other energy: $said, $took"
done
options=$(sed -n 's/.*"options": "\(.*\)".*/\1/p' "$work/map.json" | head -n 1)
# shellcheck disable=SC2086
"$accelsim" --cfg eyeriss.cfg --layer conv5 $options --format json \
    -o "$work/set.json"
[ "$(number cycles "$work/set.json")" = "$(number cycles "$work/map.json")" ] ||
    fail "the line to run it takes other cycles"

# The same bytes whatever -j.
for jobs in 1 3; do
    "$accelsim" map --cfg eyeriss.cfg --layer conv3 --objective edp -j $jobs \
        -o "$work/j$jobs" 2>"$work/err"
done
cmp "$work/j1" "$work/j3" || fail "-j changes the result"

# Layers that are equal are searched once, and reported as if each were.
"$accelsim" map --cfg eyeriss.cfg --net vgg16 --layer 'conv5_[12]' \
    --dataflow ws -o "$work/both" 2>"$work/err"
grep -q 'conv5_2: as conv5_1' "$work/err" || fail "equal layers searched twice"
for layer in conv5_1 conv5_2; do
    "$accelsim" map --cfg eyeriss.cfg --net vgg16 --layer $layer \
        --dataflow ws -o "$work/$layer" 2>"$work/err"
done
{ cat "$work/conv5_1"; sed 1d "$work/conv5_2"; } >"$work/each"
head -n "$(wc -l <"$work/each")" "$work/both" | cmp - "$work/each" ||
    fail "an equal layer's report differs"

# Not better than the best of a part of the space.
"$accelsim" map --cfg eyeriss.cfg --layer conv3 --dataflow rs \
    --set mapping.q=3 --format json -o "$work/part.json" 2>"$work/err"
"$accelsim" map --cfg eyeriss.cfg --layer conv3 --dataflow rs --count \
    --format json -o "$work/whole.json" 2>"$work/err"
awk "BEGIN { exit !($(number energy "$work/whole.json") <= \
    $(number energy "$work/part.json")) }" || fail "a part beats the whole"
grep -q '"q": 3' "$work/part.json" || fail "mapping.q was not held"

# A space that takes longer to count than to search is counted in part.
"$accelsim" map --cfg systolic.cfg --dataflow os \
    --gemm M=60000,N=60000,K=60000 --objective delay --time-limit 1 --count \
    --format json -o "$work/large.json" 2>"$work/err"
grep -q '"counted_all": false' "$work/large.json" ||
    fail "a space of 10^20 was counted in a second"
grep -q 'more than [0-9.]* [A-Z]' "$work/err" ||
    fail "not said that there are more: $(cat "$work/err")"
grep -q '"counted_all": true' "$work/whole.json" || fail "conv3 is not counted"

# A limit that is not reached changes nothing.
"$accelsim" map --cfg eyeriss.cfg --layer conv5 --format json \
    --time-limit 1000 -o "$work/limited.json" 2>"$work/err"
cmp "$work/limited.json" "$work/map.json" || fail "a time limit changes the result"

# With an L1, what map says a mapping takes is what the closed form says.
"$accelsim" map --cfg eyeriss_v2_dense.cfg --net alexnet --layer conv3 \
    --dataflow rs --top 1 --format json --save "$work/l1.cfg" \
    -o "$work/l1.json" 2>"$work/err"
"$accelsim" model --cfg eyeriss_v2_dense.cfg --net alexnet --layer conv3 \
    --mappings "$work/l1.cfg" --format json -o "$work/l1_model.json"
awk "BEGIN { d = $(number energy "$work/l1.json") / \
    $(number total "$work/l1_model.json") - 1; exit !(d < 1e-9 && d > -1e-9) }" ||
    fail "map leaves L1's energy out"
grep -q '"proven": false' "$work/l1.json" || fail "proven though L1 is left out"
refuses 2 "no legal 'nlr' mapping" map --cfg eyeriss.cfg --dataflow nlr \
    --shape M=8,C=4,H=4,W=4,R=1,S=1 --set l1.bytes=64

# Layers out of the way are refused at once.
refuses 2 'more than 2^30 products' map --cfg dadiannao_like.cfg \
    --dataflow nlr --shape M=2,C=65535,H=256,W=256,R=256,S=256
refuses 1 "in more than 2097152 ways by 'ws'" map --cfg eyeriss.cfg \
    --dataflow ws --set pe.rf.ifmap_words=16384 \
    --set pe.rf.filter_words=16384 --shape M=8,C=8192,H=8,W=8,R=1,S=1
refuses 2 'a tile has more than 2^30 outputs' --cfg systolic.cfg \
    --dataflow ws --shape N=65535,M=2,C=2,H=200,W=200,R=1,S=1 \
    --set mapping.n=65535 --set mapping.e=200 --set l2.bytes=1000000000000

# General loop nests: a small space as a whole, and what it saves runs.
shape=M=4,C=2,H=3,W=1,R=2,S=1
"$accelsim" map --cfg eyeriss.cfg --dataflow nest --shape $shape \
    --format json --save "$work/nest.cfg" -o "$work/nest.json" 2>"$work/err"
grep -q '"proven": true' "$work/nest.json" || fail "a small nest is not proven"
"$accelsim" --cfg eyeriss.cfg --shape $shape --mapping "$work/nest.cfg" \
    --check --format json -o "$work/ran.json"
grep -q '"mismatches": 0' "$work/ran.json" || fail "a saved nest computes wrong"
awk "BEGIN { d = $(number energy "$work/nest.json") / \
    $(number total "$work/ran.json") - 1; exit !(d < 1e-9 && d > -1e-9) }" ||
    fail "a saved nest takes other energy"
refuses 1 "nests are searched on multicast networks" map --cfg systolic.cfg \
    --dataflow nest --shape $shape
for objective in delay edp edp2 front; do
    "$accelsim" map --cfg eyeriss.cfg --dataflow nest --shape $shape \
        --objective $objective --format csv -o "$work/$objective.csv" \
        2>"$work/err"
    grep -q '^shape,1,.*,true,0$' "$work/$objective.csv" ||
        fail "a small nest is not proven for $objective"
done
awk -F, 'FNR == 2 { print $7 }' "$work/delay.csv" "$work/edp.csv" | sort -nc ||
    fail "less energy x delay takes less delay than the least"
"$accelsim" map --cfg eyeriss.cfg --dataflow nest --shape $shape \
    --objective edp --time-limit 1000 --format csv -o "$work/limited.csv" \
    2>"$work/err"
cmp "$work/limited.csv" "$work/edp.csv" ||
    fail "a time limit changes the result of a nest search"
"$accelsim" map --cfg eyeriss.cfg --dataflow nest --layer conv5 \
    --objective front --time-limit 1 --top 0 >"$work/table" 2>"$work/err"
grep -q 'not proven: the time limit came first$' "$work/table" ||
    fail "a time limit that came first is not told"
grep -q 'Pareto front .*, of those evaluated$' "$work/table" ||
    fail "a front that is not proven is not told"

# What else is left open; and all layers together, which need not run.
"$accelsim" map --cfg eyeriss_v2_dense.cfg --net lenet5 --layer c1 \
    --objective front >"$work/table" 2>"$work/err"
grep -q 'of the best without copies in several L1s$' "$work/table" ||
    fail "a front without copies in L1s is not told"
grep -q 'not proven: bounds leave out' "$work/table" ||
    fail "not said what bounds leave out"
"$accelsim" map --cfg eyeriss.cfg --net lenet5 --top 0 \
    --set dram.model=ddr3_1600 >"$work/table" 2>"$work/err"
grep -q '^all layers, the best of each: .*, at least [0-9,]* cycles$' \
    "$work/table" || fail "what did not run is no bound"
tr -s '\n ' ' ' <"$work/table" |
    grep -q 'proven of mappings that keep no tensor whole in L2; the search paid DRAM by useful words, not by' ||
    fail "not said what the search paid: $(cat "$work/table")"
"$accelsim" map --cfg eyeriss.cfg --net lenet5 --layer c1 \
    --energy 45nm,45nm_rough --format csv >"$work/two.csv" 2>"$work/err"
head -n 1 "$work/two.csv" |
    grep -q ',gap,energy_by_table.45nm,energy_by_table.45nm_rough$' ||
    fail "a table is missing in CSV"
awk -F, 'NR == 2 { d = $(NF - 1) / $5 - 1; e = $NF / $5 - 1
    exit !(d < 1e-9 && d > -1e-9 && (e > 1e-9 || e < -1e-9)) }' \
    "$work/two.csv" || fail "a table's energy is not as it was shown"

# No mapping that was chosen runs: the report says so, and nothing is saved.
for flow in rs nest; do
    status=0
    "$accelsim" map --cfg eyeriss.cfg --dataflow $flow --shape $shape \
        --max-cycles 20 --save "$work/failed.cfg" \
        >"$work/table" 2>"$work/err" || status=$?
    [ $status = 5 ] || fail "status $status where no mapping of $flow runs"
    grep -q '1 failed: .*passed --max-cycles' "$work/table" ||
        fail "not reported why"
    grep -q "'shape': each mapping that was simulated failed" "$work/err" ||
        fail "not said that all failed: $(cat "$work/err")"
    [ ! -e "$work/failed.cfg" ] || fail "mappings that do not run are saved"
done

# Over all dataflows, those that have the parameter.
"$accelsim" map --cfg eyeriss.cfg --layer conv5 --set mapping.q=3 \
    --format json -o "$work/some.json" 2>"$work/err"
grep -q '"q": 3' "$work/some.json" || fail "mapping.q was not held over all"

refuses 1 "nearest is 'edp'" map --cfg eyeriss.cfg --layer conv3 --objective edq
refuses 1 "goes with the command 'map'" --cfg eyeriss.cfg --save "$work/x"
refuses 1 "it may be 0 to 1000" map --cfg eyeriss.cfg --layer conv3 --top -1
"$accelsim" map --cfg eyeriss.cfg --layer conv5 --dataflow rs --top 0 \
    --format csv -o "$work/unrun.csv" 2>"$work/err"
grep -q '^conv5,1,.*,,true,0$' "$work/unrun.csv" || fail "--top 0 simulates"
refuses 1 "it may be 1 to" map --cfg eyeriss.cfg --layer conv3 --time-limit 0
refuses 4 "nowhere" map --cfg eyeriss.cfg --layer conv3 --save "$work/nowhere/x"
refuses 1 "no mapping by 'rs' of layer 'conv1'" --cfg eyeriss.cfg --dataflow rs \
    --layer conv1 --mappings "$work/saved.cfg"
refuses 1 "is a network, for '--net'; a mapping file is needed" --cfg eyeriss.cfg --layer conv1 \
    --mappings "$ACCELSIM_PATH/networks/alexnet.cfg"
refuses 2 "has no legal 'rs' mapping" map --cfg eyeriss.cfg --layer conv3 \
    --dataflow rs --set pe.rf.filter_words=2 --set mapping.p=3
echo "ok - what map saves, reads and refuses is what it says"

# Never slower than the plain run, which it looks at, too.
cycles()
{
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) {
                           if ($i == "cycles") at = i
                           if ($i == "rank") rank = i } }
             NR > 1 && $1 != "" && (!rank || $rank == 1) { print $at }' "$1"
}
for case in "eyeriss rs" "eyeriss ws" "tensor_core os" "nvdla_small ws"; do
    set -- $case
    words="--cfg $1 --net lenet5 --batch 2 --dataflow $2 --format csv"
    # shellcheck disable=SC2086
    "$accelsim" $words -o "$work/run.csv"
    # shellcheck disable=SC2086
    "$accelsim" map $words --objective delay -o "$work/map.csv" 2>"$work/err"
    cycles "$work/run.csv" | sed '$d' >"$work/run.cycles"
    cycles "$work/map.csv" >"$work/map.cycles"
    [ -s "$work/map.cycles" ] || fail "no cycles of $case"
    paste "$work/map.cycles" "$work/run.cycles" |
        awk '$1 > $2 { exit 1 }' || fail "map is slower than a run: $case"
done
