#!/bin/sh
# install_test.sh - `make install` puts there all that the documents name, for
# whoever may write there, and `make uninstall` takes all of it away.
# SPDX-License-Identifier: MIT
failed=0
. "$srcdir/test/verdict.sh"
if [ -n "${ACCELSIM_TEST_SHORT:-}" ]; then
    echo "skipped: what is installed is the same under the sanitizers"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL
home=$work/home

make_in() { make -s -C "$builddir" prefix="$home" "$@" 2>&1 | tail -n 5; }

make_in install >"$work/log"
verdict "make install prefix=HOME writes below it" "$(
    [ -x "$home/bin/accelsim" ] || cat "$work/log")"
verdict "make installcheck finds all" "$(
    make_in installcheck DESTDIR=/ | grep -iE 'error|no such')"
verdict "each page that the README names is there" "$(
    cd "$home/share/doc/accelsim" || echo "no documents"
    for page in $(grep -oE '\bdocs/[a-z_]+\.(md|json)' README.md | sort -u); do
        [ -r "$page" ] || echo "$page"
    done)"
verdict "the manual page has each option" "$(
    page=$home/share/man/man1/accelsim.1
    "$ACCELSIM" --help | grep -oE '^ +(-., )?--[a-z-]+' | sed 's/.*--//' |
        while read -r option; do
            sed 's/\\-/-/g' "$page" | grep -q -- "--$option" || echo "$option"
        done)"
verdict "bash completes commands and options by it" "$(
    script=$home/share/bash-completion/completions/accelsim
    bash -c ". '$script'; COMP_WORDS=(accelsim ru); COMP_CWORD=1
        COMP_LINE='accelsim ru' COMP_POINT=11
        f=\$(complete -p accelsim | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        \$f accelsim ru accelsim; printf '%s\n' \"\${COMPREPLY[@]}\"" |
        grep -q '^run' || echo "it does not")"
verdict "sweep_array.py runs where it is installed" "$(
    cd / && "$home/share/accelsim/sweep_array.py" --program "$ACCELSIM" \
        --layers conv3 --sizes 4 --dataflows ws 2>&1 |
        grep -q ' ws ' || echo "it does not")"
make_in uninstall >"$work/log"
verdict "make uninstall leaves no file" "$(find "$home" -type f)"
exit $failed
