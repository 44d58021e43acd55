#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Draws congestion window, round-trip time and goodput over time as SVG:
#   bench-net-plot.sh PICTURE TITLE NAME=SAMPLES...
# SAMPLES are files of userspace/bench/net_sample.c.
set -euo pipefail
picture=$1 title=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
POINTS=250
COLOURS=('#c8452e' '#2f6db0')

# As many points as an eye can tell, and octets as a rate between them
thin() {
	awk -v points="$POINTS" '
	{ t[NR] = $1; cwnd[NR] = $2; srtt[NR] = $3; octets[NR] = $4 }
	END {
		step = t[NR] / points
		if (step < 0.1)
			step = 0.1
		for (i = 1; i <= NR; i++) {
			if (t[i] - last < step)
				continue
			print t[i], cwnd[i], srtt[i], (octets[i] - before) * 8 / 1e6 / (t[i] - last)
			last = t[i]
			before = octets[i]
		}
	}' "$1"
}

# lines COLUMN: the curves of a panel
lines() {
	local i list=()
	for i in "${!names[@]}"; do
		list+=("'$scratch/$i' using 1:$1 with lines lw 1.3 lc rgb '${COLOURS[i]}' title '${names[i]}'")
	done
	local IFS=,
	echo "plot ${list[*]}"
}

names=()
for curve in "$@"; do
	thin "${curve#*=}" >"$scratch/${#names[@]}"
	names+=("${curve%%=*}")
done
gnuplot <<END_OF_PLOT
set terminal svg size 840,660 font 'sans-serif,12' background rgb 'white'
set output '$scratch/svg'
set multiplot layout 3,1 title '$title'
set lmargin 9
set grid lc rgb '#dddddd'
set key top right horizontal
set yrange [0:*]
set ylabel 'cwnd, packets'
$(lines 2)
unset key
set ylabel 'srtt, ms'
$(lines 3)
set ylabel 'goodput, Mbit/s'
set xlabel 's'
$(lines 4)
unset multiplot
END_OF_PLOT
# Without its maker's version, spaces at the ends of lines, empty lines at its own
printf '%s\n' "$(sed -E '/<(title|desc)>/d; s/[ \t]+$//' "$scratch/svg")" >"$picture"
