#!/bin/sh
# constraints_test.sh - what accelsim map does with a file of constraints: small
# spaces are proven, saved nests run, mistakes are named; and the three output
# stationary machines of the equal-area comparison, by hand.
# SPDX-License-Identifier: MIT
set -eu
. "${srcdir:-.}/test/map/expect.sh"

shape=M=4,C=2,H=3,W=1,R=2,S=1

# Constraints: a small space proven, what it saves runs, and what is wrong with
# a file is told.
cat >"$work/limits.cfg" <<'EOF'
constraints = {
  stationary = "psum";
  dram = { order = ["m"]; };
  l2 = { order = ["m", "c"]; rows = ["p 2"]; cols = []; bypass = ["psum"]; };
  rf = { loops = ["r", "c 2"]; words = 6; };
};
EOF
"$accelsim" map --cfg eyeriss.cfg --dataflow nest --shape $shape --top 0 \
    --constraints "$work/limits.cfg" --save "$work/limited.cfg" \
    >"$work/table" 2>"$work/err"
grep -q 'of all nests that the constraints allow' "$work/table" ||
    fail "a small constrained space is not proven"
grep -q 'cols = \[\]; keep = \["[a-z", ]*"\]; }' "$work/limited.cfg" ||
    fail "columns are used against the constraints"
grep 'keep = ' "$work/limited.cfg" | grep -q psum &&
    fail "psums are kept against the constraints"
"$accelsim" --cfg eyeriss.cfg --shape $shape --mapping "$work/limited.cfg" \
    --check --format json -o "$work/ran.json"
grep -q '"mismatches": 0' "$work/ran.json" ||
    fail "a constrained nest computes wrong"
limits() {
    printf 'constraints = { %s };\n' "$1" >"$work/wrong.cfg"
    shift
    refuses "$@" map --cfg eyeriss.cfg --dataflow nest --shape $shape \
        --constraints "$work/wrong.cfg"
}
limits 'l2 = { row = ["p"]; };' 1 "the nearest is 'rows'"
limits 'l2 = { rows = ["x"]; };' 1 "wrong.cfg:1: error: 'rows' has 'x'; a letter"
limits 'l2 = { rows = ["p", "p 2"]; };' 1 "'rows' has p twice; once is enough"
limits 'l2 = { rows = "p"; };' 1 "a list of dimensions is needed"
limits 'l2 = { keep = ["psum"]; bypass = ["psum"]; };' 1 "one of them is possible"
limits 'rf = { words = 1; };' 1 "a number of words is needed, 3 to"
limits 'dram = { loops = ["m"]; order = ["m"]; };' 1 "'order' alone says"
limits 'stationary = "weight";' 1 "it may have 'ifmap', 'filter' and 'psum'"
limits 'dram = { loops = []; }; l2 = { loops = []; rows = []; cols = []; };
    rf = { loops = []; };' 2 "no nest was found under these constraints"
refuses 1 "has a dimension of 65536 (of an ifmap, padded); nests take up to 65535" \
    map --cfg eyeriss.cfg --dataflow nest --gemm M=1,N=1,K=65536
refuses 1 "there is no file of constraints 'nowhere'" map --cfg eyeriss.cfg \
    --shape $shape --dataflow nest --constraints nowhere
refuses 1 "for '--cfg'; a file of constraints is needed" map \
    --cfg eyeriss.cfg --shape $shape --dataflow nest --constraints systolic
refuses 1 "'--dataflow nest' is needed with it" map --cfg eyeriss.cfg \
    --shape $shape --constraints "$work/limits.cfg"
refuses 1 "goes with the command 'map' only" --cfg eyeriss.cfg \
    --shape $shape --constraints "$work/limits.cfg"

# The files that ship, dataflows of chips: each proves a nest of a small layer
# that computes right and has on rows, columns and in PEs what the chip has.
shape=M=16,C=8,H=7,W=6,R=3,S=3
while read -r chip rows cols rf; do
    "$accelsim" map --cfg eyeriss.cfg --dataflow nest --shape $shape --top 1 \
        --constraints "${srcdir:-.}/configs/constraints/$chip.cfg" \
        --save "$work/chip.cfg" >"$work/table" 2>"$work/err" ||
        fail "$chip's constraints: $(cat "$work/err")"
    grep -q 'proven' "$work/err" || fail "$chip's small layer is not proven"
    # Loops but those that are named are left.
    grep -q "rows = \[[$rows 0-9\",]*\]; cols = \[[$cols 0-9\",]*\];" \
        "$work/chip.cfg" || fail "$chip: rows and columns"
    grep -q "rf = { loops = \[[$rf 0-9\",]*\];" "$work/chip.cfg" ||
        fail "$chip: loops in PEs"
    "$accelsim" --cfg eyeriss.cfg --shape $shape --check --format json \
        --mapping "$work/chip.cfg" -o "$work/ran.json"
    grep -q '"mismatches": 0' "$work/ran.json" || fail "$chip computes wrong"
done <<'EOF'
eyeriss rcm pm scm
nvdla c m _
shidiannao p q _
simba c m rscm
tpu c m _
EOF

# The limit of time is that of simulations, too: without loops in PEs each of
# these nests takes a minute to walk.
begin=$(date +%s)
"$accelsim" map --cfg eyeriss.cfg --layer conv3 --dataflow nest \
    --time-limit 1 --constraints "${srcdir:-.}/configs/constraints/tpu.cfg" \
    >"$work/table" 2>"$work/err" || fail "$(cat "$work/err")"
[ $(($(date +%s) - begin)) -le 10 ] || fail "--time-limit 1 is not kept"
grep -q 'the time limit came before they were simulated' "$work/err" ||
    fail "nests are simulated after the time limit"

# The three output stationary machines of the equal-area comparison, each by
# hand: M filters of C R S words, P Q pixels of each of 16 images.
experiments=${srcdir:-.}/configs/experiments
os_words() {
    "$accelsim" model --cfg "$experiments/isca16_$1.cfg" --format json \
        --shape M=8,C=4,H=6,W=6,R=3,S=3,N=16 "$2" "$3" -o "$work/os.json"
    python3 -c 'import json, sys
l2 = json.load(open(sys.argv[1]))["layers"][0]["accesses"]["l2"]
print(l2["filter"]["reads"], l2["ifmap"]["reads"], l2["psum"]["reads"])' \
        "$work/os.json"
}
# OSC: a filter word for each pixel and the 16 images, an ifmap word for each MAC
# of all filters.
[ "$(os_words osc --dataflow os)" = "$((8 * 36 * 16)) $((256 * 36)) 2048" ] ||
    fail "OSC's words from L2"
# OSB: a filter word for 64 pixels.
[ "$(os_words osb --dataflow os)" = "$((8 * 36 * 256 / 64)) $((256 * 36)) 2048" ] ||
    fail "OSB's words from L2"
# OSA: a filter word for each image, an ifmap word for each filter, no psum.
"$accelsim" map --cfg "$experiments/isca16_osa.cfg" --dataflow nest --top 0 \
    --shape M=8,C=4,H=6,W=6,R=3,S=3,N=16 --save "$work/osa.cfg" \
    --constraints "$experiments/isca16_osa_nests.cfg" >"$work/table" 2>"$work/err"
grep -q proven "$work/err" || fail "OSA's small layer is not proven"
[ "$(os_words osa --mapping "$work/osa.cfg")" = \
    "$((16 * 8 * 36)) $((16 * 8 * 4 * 36)) 0" ] || fail "OSA's words from L2"
echo "ok - constraints narrow a search to what they say"
