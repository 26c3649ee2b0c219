# expect.sh - what the shell tests of accelsim map share: the program, a folder
# that goes with the test, failing, refusals and numbers of a report.
# SPDX-License-Identifier: MIT
accelsim=${ACCELSIM:-./accelsim}
ACCELSIM_PATH=${srcdir:-.}/configs
export ACCELSIM_PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

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
