#!/bin/sh
# vectorised.sh LIBRARY - the hot loops must use 256-bit registers in their
# AVX2 forms; a loop that no longer does runs ten times as long.
# SPDX-License-Identifier: MIT
set -eu
case $(uname -m) in
x86_64) ;;
*)
    echo "skip - no clones on this machine"
    exit 0
    ;;
esac
failed=0
for loop in eval_range eval_range_skips step_range step_range_held \
    step_range_plain step_range_skips commit_range commit_psums go_on_few \
    plane_meet plane_overlap plane_words_bits; do
    found=$(objdump -d "$1" | awk -v loop="<${loop}_avx2>:" '
        /^[0-9a-f]+ </ { inside = $2 == loop }
        inside && /%ymm/ { n++ }
        END { print n + 0 }')
    if [ "$found" -ge 10 ]; then
        echo "ok - $loop: $found instructions on 256 bits"
    else
        echo "not ok - $loop: $found instructions on 256 bits; 10 or more are expected"
        failed=1
    fi
done
exit $failed
