#!/bin/sh
# driver.sh - automake's test driver: runs one test program, keeps its output
# in a log, and prints a line as it ends: its verdict, its seconds, how many
# tests it held, and below that which sample each of them took.
#
#   driver.sh --test-name NAME --log-file LOG --trs-file TRS [...] -- COMMAND
#
# SPDX-License-Identifier: MIT
hard_errors=yes
expect_failure=no
while [ $# -gt 0 ]; do
    case $1 in
    --test-name) name=$2 ;;
    --log-file) log=$2 ;;
    --trs-file) trs=$2 ;;
    --expect-failure) expect_failure=$2 ;;
    --enable-hard-errors) hard_errors=$2 ;;
    --color-tests | --collect-skipped-logs) ;;
    --)
        shift
        break
        ;;
    *)
        echo "driver.sh: error: unknown option '$1'" >&2
        exit 2
        ;;
    esac
    shift 2
done

start=$(date +%s)
"$@" >"$log" 2>&1
status=$?
seconds=$(($(date +%s) - start))
# The processor's, of the test and all that it started: on a busy machine, what
# can be compared.
times >"$trs"
cpu=$(awk 'NR == 2 { gsub(/[ms]/, " ")
                     printf "%.0f", 60 * ($1 + $3) + $2 + $4 }' "$trs")

case $status,$expect_failure,$hard_errors in
0,yes,*) result=XPASS ;;
0,*,*) result=PASS ;;
77,*,*) result=SKIP ;;
99,*,yes) result=ERROR ;;
*,yes,*) result=XFAIL ;;
*) result=FAIL ;;
esac
case $result in
PASS | XFAIL | SKIP) recheck=no ;;
*) recheck=yes ;;
esac
{
    echo ":test-result: $result"
    echo ":global-test-result: $result"
    echo ":recheck: $recheck"
    echo ":copy-in-global-log: $recheck"
} >"$trs"

# One write a program, so that programs side by side do not mix their lines.
tests=$(grep -cE '^(\[       OK \]|ok )' "$log")
samples=$(sed -n 's/^sample: /    sample: /p' "$log" | LC_ALL=C sort | uniq -c |
    awk '{ n = $1; sub(/^ *[0-9]+ /, "")
           print (n > 1 ? $0 ", " n " times" : $0) }')
printf '%s: %s (%d s, %d s of processor, %d tests)%s\n' \
    "$result" "$name" "$seconds" "$cpu" "$tests" "${samples:+
$samples}"
