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
sleep 5 # until it has drawn
import -window root png:- | convert png:- -colors 64 "PNG8:$2"
