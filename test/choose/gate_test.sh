#!/bin/sh
# gate_test.sh - what a machine does not model is refused by name, with what
# would be right; and what yields instead.
# SPDX-License-Identifier: MIT
set -eu
accelsim=${ACCELSIM:-./accelsim}
ACCELSIM_PATH=${srcdir:-.}/configs
export ACCELSIM_PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "gate_test: $*" >&2
    exit 1
}

# Refuses with status 1, or $as, and a message that has $1; $2...: arguments.
refuses()
{
    text=$1
    shift
    status=0
    "$accelsim" "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" = "${as:-1}" ] || fail "status $status of: $*: $(cat "$work/err")"
    [ ! -s "$work/out" ] || fail "half a report of: $*"
    grep -q -e "$text" "$work/err" ||
        fail "'$text' not said of: $*: $(cat "$work/err")"
}

takes()
{
    "$accelsim" "$@" >"$work/out" 2>"$work/err" ||
        fail "status $? of: $*: $(cat "$work/err")"
}

# Takes it and says so.
says()
{
    text=$1
    shift
    takes "$@"
    grep -q -e "$text" "$work/err" || fail "'$text' not said of: $*"
}

says_not()
{
    text=$1
    shift
    takes "$@"
    ! grep -e "$text" "$work/err" || fail "'$text' said of: $*"
}

shape='--shape M=4,C=2,H=3,W=1,R=2,S=1'
cat >"$work/nest.cfg" <<'MAPPING'
mappings = ( { rf = { loops = ["m 4", "c 2", "r 2"]; };
               l2 = { loops = ["p 2"]; }; } );
MAPPING
nest="$shape --mapping $work/nest.cfg"
sed 's/l2 = /l1 = { line_buffer = true; }; l2 = /' "$work/nest.cfg" \
    >"$work/line.cfg"

# Of the machine, under a nest; whatever the command.
for command in run model reuse; do
    refuses "noc.psum_reduce' is 'tree'; 'chain' is right" \
        $command --cfg tensor_core $nest
    takes $command --cfg eyeriss_v2_dense $nest
    refuses "line buffers by a multicast network and 'noc.l2_to_l1' is 'mesh'" \
        $command --cfg eyeriss_v2_dense $shape --mapping "$work/line.cfg"
    refuses "dram.carries' is 'filters'; 'all' is right" \
        $command --cfg eyeriss $nest --set dram.carries=filters
    takes $command --cfg eyeriss $nest
done
# PEs that skip zeros, and what goes with them.
skips="$shape --set pe.skips=ifmap --set pe.zero_gating=false"
refuses "noc.coding' has no effect where PEs skip no zeros" \
    run --cfg eyeriss $shape --set noc.coding=csc
refuses "pe.multipliers' = 2 is for PEs that skip zeros" \
    run --cfg eyeriss $shape --set pe.multipliers=2
refuses "with 'pe.multipliers' = 2 it may be 1 to 8" \
    run --cfg eyeriss_v2_sparse $shape --set pe.pipeline_cycles=9
refuses "with loop nests ('nest'); choose a '--dataflow'" \
    run --cfg eyeriss $skips --mapping "$work/nest.cfg"
refuses "with passes that overlap ('rs'); choose 'pass.overlap' = false" \
    run --cfg eyeriss $skips --set pass.overlap=true
refuses "with this kind of array ('os'); choose 'array.network' = 'multicast'" \
    run --cfg systolic $shape --set pe.skips=ifmap
refuses "with adder trees, .*; choose 'noc.psum_reduce' = 'chain'" \
    run --cfg nvdla_small $shape --set pe.skips=ifmap
refuses "psums that ride on a product, .*; choose 'pe.psum_add' = 'own_cycle'" \
    run --cfg eyeriss $skips --set pe.psum_add=last_product
refuses "a gate, which .* does not need ('rs'); choose 'pe.zero_gating' = f" \
    run --cfg eyeriss $shape --set pe.skips=ifmap
refuses "with this dataflow ('nlr'); choose 'rs', 'ws', 'is' or 'os'" \
    run --cfg eyeriss $skips --dataflow nlr
refuses "with L1s that keep tiles, .*; choose 'l1.keeps_tiles' = false" \
    run --cfg eyeriss_v2_sparse $shape --set l1.keeps_tiles=true
takes run --cfg eyeriss $skips

refuses "noc.psum_reduce' is 'tree'; 'chain' is right" \
    map --cfg tensor_core --dataflow nest $shape
refuses "nests are searched on multicast networks" \
    map --cfg systolic --dataflow nest $shape
takes run --cfg eyeriss_v2_dense $nest --set noc.l2_to_l1=multicast

# On a systolic array the innermost part of a nest is a fold.
fold()
{
    text=$1
    printf 'mappings = ( { l2 = { %s }; %s } );\n' "$2" "$3" >"$work/fold.cfg"
    shift 3
    for command in run model; do
        status=0
        "$accelsim" $command --cfg systolic $shape --mapping "$work/fold.cfg" \
            "$@" >"$work/out" 2>"$work/err" || status=$?
        [ "$status" = 2 ] || fail "$command, status $status: $text"
        grep -q -e "$text" "$work/err" || fail "$text: $(cat "$work/err")"
    done
}
outer='loops = ["c 2", "r 2", "p 2"];'
fold "no loops in rf are right" "$outer cols = [\"m 2\"];" \
    'rf = { loops = ["m 2"]; };' --set pe.rf.filter_words=2 \
    --set pe.rf.psum_words=2
fold "l2 keeping all tensors is right" \
    "$outer cols = [\"m 4\"]; keep = [\"ifmap\", \"psum\"];" ''
fold "rows share out m, and the innermost part of a nest" \
    "$outer rows = [\"m 4\"];" '' --dataflow nest --set array.cols_hold=m
fold "columns share out c" "$outer rows = [\"r 2\"]; cols = [\"c 2\", \"m 4\"];" ''
fold "rows have two loops over c" \
    'loops = ["r 2", "p 2"]; rows = ["c 1", "c 2", "c 2"]; cols = ["m 4"];' ''
fold "a fold would have gaps" \
    'loops = ["r 2", "p 2"]; rows = ["r 2", "c 3"]; cols = ["m 4"];' ''
fold "a fold as of 'os' is right" "$outer cols = [\"m 4\"];" '' \
    --set array.drain=overlapped
printf 'mappings = ( { pass = 1; l2 = { %s }; } );\n' \
    "$outer cols = [\"m 4\"];" >"$work/pass.cfg"
status=0
"$accelsim" --cfg systolic $shape --mapping "$work/pass.cfg" \
    >"$work/out" 2>"$work/err" || status=$?
[ "$status" = 2 ] && grep -q "of which a pass is a fold; leave it out" \
    "$work/err" || fail "a pass of a fold: $(cat "$work/err")"
shadow='--set array.preload=shadow --set array.strip_words=4'
fold "a fold as of 'ws' is right" \
    'loops = ["p 2", "c 2", "r 2"]; cols = ["m 4"];' '' $shadow
cat >"$work/fold.cfg" <<'MAPPING'
mappings = ( { dram = { loops = ["m 2"]; };
               l2 = { loops = ["r 2", "p 2"]; rows = ["c 2"];
                      cols = ["m 2"]; }; } );
MAPPING
fold="$shape --mapping $work/fold.cfg"
for command in run model; do
    takes $command --cfg systolic $fold
    refuses "dram.carries' is 'filters'; 'all' is right" \
        $command --cfg systolic $fold --set dram.carries=filters
    refuses "a nest's transfers are not coded" \
        $command --cfg systolic $fold --set dram.compression=rlc
done
refuses "accesses are followed there under 'ws', 'is' and 'os'" \
    reuse --cfg systolic $fold

# Keys that a nest does not read: refused when given, listed when not.
for key in dram.compression=rlc; do
    for command in run model reuse; do
        refuses "'${key%=*}' has no effect under a loop nest" \
            $command --cfg eyeriss $nest --set $key
    done
    refuses "'${key%=*}' has no effect under a loop nest" \
        map --cfg eyeriss --dataflow nest $shape --set $key
    takes run --cfg eyeriss $shape --set $key
    takes run --cfg eyeriss $nest --format json
    grep -q "^ *\"${key%=*}\",*\$" "$work/out" || fail "$key is not listed"
done
# Passes overlap on chains of psums, without an L1.
takes run --cfg eyeriss $nest --set pass.overlap=true
for command in run model reuse map; do
    takes $command --cfg eyeriss --dataflow rs $shape --set pass.overlap=true
    refuses "not behind adder trees ('noc.psum_reduce' = 'tree'); false is" \
        $command --cfg nvdla_small --dataflow ws $shape --set pass.overlap=true
    refuses "passes do not overlap behind L1s ('l1.bytes'); false is right" \
        $command --cfg eyeriss_v2_dense --dataflow rs $shape \
        --set pass.overlap=true
    refuses "passes overlap on multicast networks; false is right" \
        $command --cfg systolic --dataflow os $shape --set pass.overlap=true
done
refuses "'pass.overlap' is true; false is right" run --cfg eyeriss_v2_dense \
    $nest --set noc.l2_to_l1=multicast --set pass.overlap=true

# Those of PEs steer a nest as they do a dataflow, but behind an L1 that keeps
# tiles: that has whole words and no fifos.
kept="--cfg eyeriss_v2_dense $nest --set noc.l2_to_l1=multicast"
for key in pe.fifo_words=32 pe.psum_add=own_cycle pe.refill=next_cycle \
    pe.start=word noc.ifmap_waits_for_filters=true; do
    takes run --cfg eyeriss $nest --set $key
    refuses "'${key%=*}' has no effect under a loop nest" run $kept --set $key
done
for key in l1.ifmap_banks=1 l1.filter_banks=1 l1.ifmap_bypass=true \
    l1.filter_bypass=true l1.input_slots=4 l1.keeps_tiles=true; do
    refuses "'${key%=*}' has no effect under a loop nest" run $kept --set $key
done
for key in pe.pipeline_cycles=4 l1.banks=2 l1.bank_row_words=2 l1.ports=1r1w \
    l1.latency_cycles=3; do
    takes run $kept --set $key
done
refuses "'noc.mesh_buffer_flits' has no effect under a loop nest" \
    run --cfg eyeriss_v2_dense $nest --set noc.mesh_buffer_flits=3
takes run --cfg eyeriss_v2_dense $nest
takes run $kept
grep -q 'not modelled  *pe.fifo_words' "$work/out" || fail "the table is silent"
takes run --cfg eyeriss $shape --format json
! grep -q not_modelled "$work/out" || fail "a dataflow reads what it is given"

# Psums that leave while the next pass computes.
for dataflow in ws is; do
    for command in run model reuse map; do
        refuses "not under '$dataflow'; 'serial' is right" $command \
            --cfg systolic --dataflow $dataflow $shape \
            --set array.drain=overlapped
    done
done
takes run --cfg systolic --dataflow os $shape --set array.drain=overlapped
# Without a dataflow, `map` searches those that the gate lets in.
takes map --cfg systolic $shape --set array.drain=overlapped --format csv
grep -q "warning: 'ws' is not searched: 'array.drain' is 'overlapped'" \
    "$work/err" || fail "not said that ws is left out: $(cat "$work/err")"
[ "$(grep -c os "$work/out")" = "$(($(wc -l <"$work/out") - 1))" ] ||
    fail "map has others than os: $(cat "$work/out")"
sed 's/"os", "ws", "is"/"ws", "is"/; s/= "os"/= "ws"/' \
    "$ACCELSIM_PATH/systolic.cfg" >"$work/stationary.cfg"
refuses "not under 'ws'; 'serial' is right" \
    map --cfg "$work/stationary.cfg" $shape --set array.drain=overlapped
refuses "'serial' is right for 'multicast'" \
    run --cfg eyeriss $shape --set array.drain=overlapped
refuses "'false' is right for 'multicast'" \
    run --cfg eyeriss $shape --set array.tight_folds=true
refuses "'chain' is right for 'systolic'" \
    run --cfg systolic $shape --set noc.psum_reduce=tree

# What rows and columns of PEs may hold.
refuses "'rs' puts the loops 'mcpr' on the rows" \
    run --cfg eyeriss $shape --set array.rows_hold=c
refuses "'os' puts the loops 'nmpq' on the columns" \
    run --cfg eyeriss --dataflow os $shape --set array.cols_hold=m
refuses "'is' puts the loops 'npq' on the columns" \
    run --cfg systolic --dataflow is $shape --set array.cols_hold=m
refuses "with both of 'r' and 's' or neither" \
    run --cfg eyeriss --dataflow ws $shape --set array.rows_hold=c,r
refuses "'x'; an item is one of the loops" \
    run --cfg eyeriss $shape --set array.rows_hold=c,x
for command in run model reuse map; do
    takes $command --cfg eyeriss --dataflow ws $shape \
        --set array.rows_hold=c --set array.cols_hold=m
    takes $command --cfg eyeriss --dataflow ws $shape \
        --set array.rows_hold=s,r,c --set array.cols_hold=m,p
done
takes run --cfg eyeriss --dataflow ws $shape --set array.rows_hold=any
cat >"$work/rows.cfg" <<'MAPPING'
mappings = ( { rf = { loops = ["m 4", "c 2", "p 2"]; };
               l2 = { rows = ["r 2"]; }; } );
MAPPING
takes run --cfg eyeriss $shape --mapping "$work/rows.cfg"
status=0
"$accelsim" run --cfg eyeriss $shape --mapping "$work/rows.cfg" \
    --set array.rows_hold=c >"$work/out" 2>"$work/err" || status=$?
[ "$status" = 2 ] || fail "status $status of a nest with taps on the rows"
grep -q "the rows of l2 share out 'r'" "$work/err" ||
    fail "not said: $(cat "$work/err")"

# Groups side by side.
refuses "'array.groups_parallel' has no effect, for 'array.network'" \
    run --cfg systolic $shape --set array.groups_parallel=2
takes run --cfg eyeriss $shape --set array.network=systolic --dataflow os
depthwise='--shape G=8,M=8,C=8,H=6,W=6,R=3,S=3'
takes run --cfg eyeriss $depthwise --set mapping.g=3 --check
status=0
"$accelsim" run --cfg eyeriss $depthwise --set mapping.g=3 \
    --set array.groups_parallel=2 >"$work/out" 2>"$work/err" || status=$?
[ "$status" = 2 ] || fail "status $status of three groups side by side"
grep -q "array.groups_parallel.*mapping.g=2" "$work/err" ||
    fail "not said: $(cat "$work/err")"
refuses "'array.groups_parallel' has no effect under 'nlr'" \
    run --cfg eyeriss --dataflow nlr $depthwise --set array.groups_parallel=2
refuses "'array.groups_parallel' has no effect behind adder trees" \
    run --cfg nvdla_small --dataflow ws $depthwise \
    --set array.groups_parallel=2
takes run --cfg eyeriss --dataflow ws $depthwise
refuses "'array.groups_parallel' has no effect under a loop nest" \
    run --cfg eyeriss $nest --set array.groups_parallel=4

# Tiles that stay in L2 are searched for where there are such mappings.
for command in run model map; do
    refuses "search_keeps' has no effect, for 'l2.keeps_tiles' is 'false'" \
        $command --cfg eyeriss --dataflow rs $shape \
        --set mapping.search_keeps=true --set l2.keeps_tiles=false
    refuses "search_keeps' has no effect under a loop nest" \
        $command --cfg simba_like --dataflow nest $shape \
        --set mapping.search_keeps=true
    takes $command --cfg eyeriss --dataflow rs $shape \
        --set mapping.search_keeps=true
    takes $command --cfg gemmini $shape --set mapping.search_keeps=false
    takes $command --cfg eyeriss --dataflow rs $shape \
        --set mapping.search_keeps=runs
done
refuses "search_keeps' is 'some'" \
    run --cfg eyeriss $shape --set mapping.search_keeps=some
for keeps in true false '"runs"'; do
    { cat "$srcdir/configs/nvdla_small.cfg" | sed '/^mapping = {/,/^};/d' &&
        echo "mapping = { search_keeps = $keeps; };"; } >"$work/keeps.cfg"
    takes run --cfg "$work/keeps.cfg" $shape
done

# L1s that both operands pass by keep nothing.
both="--set l1.filter_bypass=true --set l1.ifmap_bypass=true"
refuses "'l1.keeps_tiles' has no effect, for filters and ifmaps pass the L1s by" \
    run --cfg eyeriss_v2_dense --dataflow rs $shape $both \
    --set l1.keeps_tiles=true
takes run --cfg eyeriss_v2_dense --dataflow rs $shape \
    --set l1.filter_bypass=true --set l1.ifmap_bypass=false \
    --set l1.keeps_tiles=true

# Tiles that would come once in any case need not stay.
says "'mapping.keep' = 3 keeps tiles in L2 that layer .* needs once in any case" \
    run --cfg eyeriss --dataflow ws --shape N=1,M=4,C=4,H=6,W=6,R=3,S=3 \
    --set mapping.e=4 --set mapping.m=4 --set mapping.f=4 --set mapping.keep=3
says_not "mapping.keep" \
    run --cfg eyeriss --dataflow ws --shape N=1,M=4,C=4,H=6,W=6,R=3,S=3 \
    --set mapping.e=2 --set mapping.m=4 --set mapping.f=2 --set mapping.keep=3

# A DRAM part has times of its own: a file's values yield to a model that
# --set names, and steer nothing; what --set gives is refused.
for key in dram.bytes_per_second=1000000 dram.latency_cycles=7; do
    for model in ddr4_2400 ideal; do
        refuses "'${key%=*}' has no effect, for 'dram.model' is '$model'" \
            run --cfg eyeriss $shape --set dram.model=$model --set $key
    done
    takes run --cfg eyeriss $shape --set $key
done
# Only a part looks at addresses.
for key in dram.layout=rows dram.filter_order=mcrs; do
    for model in bandwidth ideal; do
        refuses "'${key%=*}' has no effect, for 'dram.model' is '$model'.*part" \
            run --cfg eyeriss $shape --set dram.model=$model --set $key
    done
    takes run --cfg eyeriss $shape --set dram.model=hbm2 --set $key
done
for rate in 480000000 1000000; do
    sed "s/bytes_per_second = 480000000/bytes_per_second = $rate/" \
        "$ACCELSIM_PATH/eyeriss.cfg" >"$work/eyeriss.cfg"
    takes run --cfg "$work/eyeriss.cfg" --layer conv2 --dataflow ws \
        --set dram.model=ddr4_2400 --format json -o "$work/$rate.json"
    grep '"cycles"' "$work/$rate.json" >"$work/$rate"
done
cmp "$work/480000000" "$work/1000000" ||
    fail "a mapping is chosen by a bandwidth that is not in use"
sed 's/model = "bandwidth"/model = "ddr4_2400"/' \
    "$ACCELSIM_PATH/eyeriss.cfg" >"$work/eyeriss.cfg"
refuses "eyeriss.cfg:[0-9]*: error: 'dram.bytes_per_second' has no effect" \
    run --cfg "$work/eyeriss.cfg" $shape

# What a part that the machine lacks would read.
for key in l1.banks=2 l1.cluster_cols=2 l1.ifmap_bypass=true l1.ports=1r1w \
    l1.input_slots=3 l1.keeps_tiles=true noc.l2_to_l1=mesh noc.l2_to_l1_slots_per_cycle=2 \
    noc.mesh_buffer_flits=3; do
    for command in run model map reuse; do
        refuses "'${key%=*}' has no effect, for 'l1.bytes' is '0'" \
            $command --cfg eyeriss $shape --set $key
    done
    takes run --cfg eyeriss_v2_dense $shape --set $key
done
refuses "'noc.mesh_buffer_flits' has no effect, for 'noc.l2_to_l1' is" \
    run --cfg eyeriss_v2_dense $shape --set noc.l2_to_l1=multicast \
    --set noc.mesh_buffer_flits=3
takes run --cfg eyeriss_v2_dense $shape --set noc.l2_to_l1=multicast
refuses "'noc.tree_accumulates' has no effect, for 'noc.psum_reduce' is" \
    run --cfg eyeriss $shape --set noc.tree_accumulates=true
for key in pe.pipeline_cycles=2 noc.ifmap_waits_for_filters=true; do
    refuses "'${key%=*}' has no effect, for 'array.network' is 'systolic'" \
        run --cfg systolic $shape --set $key
done
takes run --cfg systolic $shape

# Feature maps that are said to stay on chip, and are too large for it.
for command in run model map; do
    refuses "layer 'conv1_2' has an ifmap of 6537728 bytes and an ofmap of" \
        $command --cfg eyeriss --net vgg16 --batch 1 --layer conv1_2 \
        --set dram.carries=filters
done
takes run --cfg eyeriss $shape --set dram.carries=filters

# One DRAM channel has a waveform.
for set in dram.model=ideal dram.model=bandwidth; do
    refuses "'dram.channels' has no effect, for 'dram.model' is" \
        run --cfg eyeriss $shape --set $set --set dram.channels=2
done
takes model --cfg eyeriss $shape --set dram.model=hbm2 --set dram.channels=8
if "$accelsim" run --cfg eyeriss $shape --kernel systemc >/dev/null 2>&1; then
    refuses "'--vcd' shows the commands of one DRAM channel; " \
        run --cfg eyeriss $shape --set dram.model=hbm2 \
        --set dram.channels=2 --kernel systemc --vcd "$work/a.vcd"
fi

# Commands are of arrays with second registers, and of filters that stay.
shadow='--cfg systolic --set array.preload=shadow'
strips='--set array.strip_words=4'
refuses "'array.strip_words' has no effect, for 'array.preload' is 'serial'" \
    --cfg systolic $strips --dataflow ws $shape
refuses "'array.commands_in_flight' has no effect" \
    --cfg eyeriss --set array.commands_in_flight=2 $shape
refuses "'array.command_cycles' has no effect" \
    $shadow --set array.command_cycles=9 --dataflow ws $shape
refuses "and not under 'is'; 'ws' is right" $shadow $strips --dataflow is $shape
refuses "and not under 'os'; 'ws' is right" \
    $shadow --set array.commands_in_flight=2 --dataflow os $shape
takes $shadow $strips --dataflow ws $shape
takes --cfg gemmini --set array.preload=serial $shape

# An L1 whose banks are narrower than a slot never takes one, whoever chooses.
as=2
for policy in rules estimate search; do
    refuses "filter slots of 4 words are 3 words wider than L1's banks" \
        --cfg eyeriss --set l1.bytes=4608 --mapping-policy $policy $shape
done
takes --cfg eyeriss --set l1.bytes=4608 --set l1.bank_row_words=4 $shape
