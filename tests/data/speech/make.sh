#!/bin/sh
# Makes the recordings beside this script. Needs espeak-ng and sox.
set -eu
cd "$(dirname "$0")"
spoken=$(mktemp --suffix=.wav)
trap 'rm -f "$spoken" "$spoken".*.wav' EXIT

espeak-ng -v en-us -s 190 -w "$spoken" "Book a table."
# Without the silence at both ends; -D: no dither anywhere, so that this gives the same bytes each time.
sox -D "$spoken" -b 16 sentence_22050.wav gain -6 silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse

sox -D sentence_22050.wav sox_24000.wav rate -v 24000
for rate in 8000 16000; do
    sox -D sentence_22050.wav "$spoken.$rate.wav" rate -v "$rate"
    sox -D "$spoken.$rate.wav" "sox_${rate}_24000.wav" rate -v 24000
done
