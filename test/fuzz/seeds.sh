# seeds.sh - the files that the fuzzing of a kind begins with: what ships, and
# what stands in corpus/, to which each text that was found to end the program
# is added.  For sh's `.`; $srcdir is the source tree.
# SPDX-License-Identifier: MIT
FUZZ_KINDS="text arch set part network energy mapping limits accesses shape gemm
    plan request words model layer mask"

fuzz_seeds()
{
    c=$srcdir/configs
    case $1 in
    text | arch | model) ls $c/conv1d_l1_2.cfg $c/eyeriss.cfg $c/gemmini.cfg \
        $c/simba_like.cfg $c/systolic.cfg $c/eyeriss_v2_dense.cfg ;;
    network) ls $c/networks/lenet5.cfg $c/networks/lenet5_graph.cfg \
        $c/networks/lstm.cfg $c/networks/mlp0.cfg ;;
    energy) ls $c/energy/45nm.cfg $c/energy/65nm_components.cfg ;;
    mapping) ls $c/mappings/*.cfg ;;
    plan) ls $c/sweeps/*.cfg ;;
    accesses) ls $c/accesses/* ;;
    esac
    ls "$srcdir"/test/fuzz/corpus/"$1"/*
}
