#!/bin/bash
# fresh_root.sh - what a newcomer has: a root folder by debootstrap with nothing
# but the system in it, and in it the README's two commands, the packages, or an
# installation by who is not root (`make fresh-root`; as root, some minutes).
#
#   make fresh-root                              all of it, on bookworm
#   make fresh-root SUITE=noble WHAT=run         Ubuntu 24.04
#
#   run    ./bootstrap run
#   check  ./bootstrap check
#   deb    packages, built twice to the same bytes and shown to lintian
#   use    these, in another root installed, used and purged, which leaves nothing
#   home   ./configure --prefix=$HOME, make, make install by a user
#
# MIRROR, of the suite's packages: else debootstrap's own.  ROOTS: where the
# roots are made, and left.
# SPDX-License-Identifier: MIT
set -eu
suite=${SUITE:-bookworm}
roots=${ROOTS:-$PWD/roots}/$suite
mkdir -p "$roots"

say() { echo "fresh-root: $suite: $*"; }

die() { say "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || die "only root may make a root folder"
command -v debootstrap >/dev/null || die "debootstrap is missing"

inside() # ROOT COMMANDS
{
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive chroot "$roots/$1" sh -ec "$2"
}

leave()
{
    for root in "$roots"/*; do
        umount "$root/proc" "$root/dev" 2>/dev/null || true
    done
}
trap leave EXIT

# A suite that this debootstrap does not know yet is made as its forerunners.
base()
{
    [ ! -e "$roots/base/made" ] || return 0
    rm -rf "$roots/base"
    script=
    [ -e "/usr/share/debootstrap/scripts/$suite" ] ||
        script=/usr/share/debootstrap/scripts/gutsy
    set -- "$suite" "$roots/base"
    [ -z "${MIRROR:-}$script" ] || set -- "$@" "${MIRROR:-}"
    [ -z "$script" ] || set -- --no-check-gpg --components=main,universe \
        "$@" "$script"
    debootstrap --variant=minbase "$@" >"$roots/log" 2>&1 ||
        { tail -n 3 "$roots/log"; die "debootstrap failed"; }
    cp /etc/resolv.conf "$roots/base/etc/"
    touch "$roots/base/made"
}

root() # NAME: a new one, with the sources in /root/accelsim
{
    base
    umount "$roots/$1/proc" "$roots/$1/dev" 2>/dev/null || true
    rm -rf "${roots:?}/$1"
    cp -a "$roots/base" "$roots/$1"
    mount --bind /proc "$roots/$1/proc"
    mount --bind /dev "$roots/$1/dev"
    git clone -q "$srcdir" "$roots/$1/root/accelsim"
}

run()
{
    root run
    inside run 'cd /root/accelsim && ./bootstrap run' | tail -n 1
    say "./bootstrap run works"
}

check()
{
    [ -e "$roots/run/proc/self" ] || root run
    inside run 'cd /root/accelsim && ./bootstrap check' | tail -n 1
    say "./bootstrap check works"
}

build_packages() # FOLDER in the root, a copy of the sources
{
    inside build "cp -r /root/accelsim $1/accelsim && cd $1/accelsim &&
        dpkg-buildpackage -us -uc -b >/root/build.log 2>&1 ||
        { tail -n 20 /root/build.log; exit 1; }"
}

deb()
{
    root build
    inside build 'apt-get update -q && cd /root/accelsim &&
        apt-get install -qy --no-install-recommends build-essential lintian &&
        apt-get build-dep -qy . && mkdir /one /another' >"$roots/log" 2>&1 ||
        { tail -n 5 "$roots/log"; die "no packages to build with"; }
    build_packages /one
    build_packages /another
    inside build 'cd /one && sha256sum *.deb >sums && cd /another &&
        sha256sum -c ../one/sums'
    say "built twice, to the same bytes"
    inside build 'lintian --allow-root --fail-on error,warning /one/*.changes'
    say "lintian finds no error and no warning"
}

use()
{
    root use
    cp "$roots"/build/one/*.deb "$roots/use/root/"
    inside use 'apt-get update -q; apt-get install -qy --no-install-recommends \
        man-db bash-completion' >"$roots/log" 2>&1
    files='find / -xdev \( -path /proc -o -path /dev -o -path /var/cache -o \
        -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/apt -o \
        -path /tmp -o -name __pycache__ -o -name "ld.so.cache*" \) -prune \
        -o -type f -print | sort'
    inside use "$files" >"$roots/before"
    inside use 'apt-get install -qy --no-install-recommends /root/*.deb' \
        >"$roots/log" 2>&1 || { tail "$roots/log"; die "they do not install"; }
    inside use 'cd /tmp && accelsim --cfg eyeriss.cfg --layer conv2' |
        tail -n 1
    inside use 'MANPAGER=cat man accelsim' | grep -q 'OPTIONS' ||
        die "man shows no page"
    inside use 'bash -c ". /usr/share/bash-completion/bash_completion
        _completion_loader accelsim; complete -p accelsim"' ||
        die "nothing completes"
    inside use 'cd /tmp && python3 -c "import accelsim"'
    inside use 'apt-get purge -qy accelsim accelsim-doc python3-accelsim &&
        apt-get autoremove --purge -qy' >"$roots/log" 2>&1
    inside use "$files" | comm -13 "$roots/before" - >"$roots/left"
    [ ! -s "$roots/left" ] || { cat "$roots/left"; die "purge leaves files"; }
    say "installed, run, shown, completed, purged: nothing is left"
}

home()
{
    root home
    inside home 'cd /root/accelsim && apt-get update -q &&
        apt-get install -qy --no-install-recommends $(sed -n \
            "s/^PACKAGES=\"\(.*\)\"/\1/p" bootstrap) &&
        useradd -m user && cp -r /root/accelsim /home/user/ &&
        chown -R user /home/user' >"$roots/log" 2>&1 ||
        { tail -n 5 "$roots/log"; die "no packages"; }
    inside home 'su user -c "cd && mkdir made && cd made &&
        (cd ../accelsim && autoreconf -i) >log 2>&1 &&
        ../accelsim/configure -q --prefix=\$HOME >>log 2>&1 &&
        make -j2 >>log 2>&1 && make install >>log 2>&1 && cd / &&
        ~/bin/accelsim --cfg eyeriss.cfg --layer conv2"' | tail -n 1
    say "configure --prefix=HOME works without root"
}

for what in ${WHAT:-run check deb use home}; do
    case $what in
    run | check | deb | use | home) "$what" ;;
    *) die "there is no '$what'; there are run, check, deb, use and home" ;;
    esac
done
