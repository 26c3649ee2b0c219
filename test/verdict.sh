# verdict.sh - for the tests that look for what should not be there; read in
# where `failed` is 0.
# SPDX-License-Identifier: MIT

# verdict WHAT FOUND: ok when nothing was found.
verdict()
{
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        echo "$2" | sed 's/^/    /'
        failed=1
    fi
}
