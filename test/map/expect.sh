# expect.sh - what the shell tests of accelsim map share: failing, refusals and
# numbers of a report.  The test that reads it in has set $accelsim and $work.
# SPDX-License-Identifier: MIT

fail()
{
    echo "${0##*/}: $*" >&2
    exit 1
}

# Refuses with status $1 and a message that has $2; $3...: arguments.
refuses()
{
    want=$1
    text=$2
    shift 2
    status=0
    "$accelsim" "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" = "$want" ] || fail "status $status of: $*"
    [ ! -s "$work/out" ] || fail "half a report of: $*"
    grep -q -e "$text" "$work/err" || fail "'$text' not said of: $*: $(cat "$work/err")"
}

# The first number behind a key of a JSON file.
number()
{
    sed -n "s/.*\"$1\": \([0-9.e+]*\),*\$/\1/p" "$2" | head -n 1
}
