#!/bin/sh
# picture.sh - a picture of a GTKWave save file, without a screen.
#
#   configs/gtkwave/picture.sh x.gtkw x.png
#
# Needs Xvfb, gtkwave and ImageMagick (Debian: xvfb gtkwave imagemagick).
# SPDX-License-Identifier: MIT
set -eu
[ $# = 2 ] || { sed -n '4s/^# *//p' "$0" >&2; exit 1; }
for program in Xvfb gtkwave import; do
    command -v "$program" >/dev/null ||
        { echo "picture.sh: $program is missing; apt-get install xvfb gtkwave imagemagick" >&2; exit 1; }
done
number=$(mktemp)
Xvfb -displayfd 3 -screen 0 1250x900x24 3>"$number" 2>/dev/null &
screen=$!
trap 'kill $waves $screen 2>/dev/null; rm -f "$number"' EXIT
waves=
while [ ! -s "$number" ]; do sleep 0.1; done
DISPLAY=:$(cat "$number")
export DISPLAY
gtkwave --nomenu --rcvar 'fontname_waves Monospace 9' "$1" >/dev/null 2>&1 &
waves=$!
# An empty screen, and a window that is not drawn yet, have few colours.
colours=0 seconds=0
while [ "$colours" -lt 20 ] && [ "$seconds" -lt 60 ]; do
    sleep 1
    seconds=$((seconds + 1))
    colours=$(import -window root png:- | convert png:- -format %k info:)
done
[ "$colours" -ge 20 ] || { echo "picture.sh: gtkwave has drawn nothing in $seconds s" >&2; exit 1; }
sleep 2 # the rest of it
import -window root png:- | convert png:- -colors 64 "PNG8:$2"
