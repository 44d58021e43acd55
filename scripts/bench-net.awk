# SPDX-License-Identifier: GPL-2.0
# Tables and verdicts of bench-net, from the lines of its driver (see
# userspace/bench/net.c); -v self=1 when both of a pair are the same transport.

function median(list,    n, v, i, j, t) {
	n = split(list, v, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	return n % 2 ? v[(n + 1) / 2] + 0 : (v[n / 2] + v[n / 2 + 1]) / 2
}

function title(kind) { return kind == "glass" ? "Glass" : "TCP" }
function verdict(met) { return met ? "met" : "missed" }
function mbit(octets) { return sprintf("%9.3f", octets * 8 / 1e6) }

# Jain's index of two: 1 when they have the same, 0.5 when one has all
function jain(a, b) { return a + b ? (a + b) ^ 2 / (2 * (a * a + b * b)) : 0 }

$1 == "cell" {
	text[$2] = sprintf("%6s %6s  %-8s %4s ", $3, $4, $5, $6)
	for (i = 7; i <= NF; i++)
		text[$2] = text[$2] " " $i
	if ($2 > cells)
		cells = $2
}
$1 == "run" {
	got[$2, $4] = got[$2, $4] " " $6
	kind[$4] = $5
}
$1 == "fair" {
	pair = title($2) " and " title($3)
	if (!(pair in index_of))
		pairs[++np] = pair
	index_of[pair] = index_of[pair] " " jain($5, $6)
	shares[pair] = shares[pair] sprintf("  %5.2f:%-5.2f", $5 * 8 / 1e6, $6 * 8 / 1e6)
}
$1 == "broken" { broken[++nb] = $0 }

function matrix(    i, a, b, ratio, n, low, all) {
	printf "goodput, Mbit/s (median of seeds; MB is what is sent)\n"
	printf "%6s %6s  %-8s %4s  %-36s %9s %9s %10s\n", "Mbit/s", "RTT ms", "queue", "MB",
		"what happens", title(kind[0]), title(kind[1]), title(kind[0]) "/" title(kind[1])
	for (i = 1; i <= cells; i++) {
		if (!(i in text))
			continue
		n++
		a = median(got[i, 0])
		b = median(got[i, 1])
		ratio = b ? a / b : 0
		all = all " " ratio
		low += ratio < 0.9
		if (n == 1 || ratio < least_ratio)
			least_ratio = ratio
		if (n == 1 || ratio > most_ratio)
			most_ratio = ratio
		printf "%-66s %s %s %10.2f%s\n", text[i], mbit(a), mbit(b), ratio,
			ratio < 0.9 ? " <" : ""
	}
	middle = median(all)
	under = low + 0
	of = n
}

function fairness(    i, j) {
	printf "\ntwo flows for a minute over 10 Mbit/s, 40 ms, a queue of one BDP: Mbit/s of each\n"
	printf "%-66s %18s\n", "", "Jain index, median"
	least = 1
	for (i = 1; i <= np; i++) {
		j = median(index_of[pairs[i]])
		# TCP with itself is the yardstick, not what is judged
		if (pairs[i] ~ /Glass/ && j < least)
			least = j
		printf "%-16s %-49s %18.3f\n", pairs[i], shares[pairs[i]], j
	}
}

END {
	if (cells)
		matrix()
	if (np)
		fairness()
	print ""
	for (i = 1; i <= nb; i++)
		print broken[i]
	if (nb)
		printf "transfers that failed: %d\n", nb
	if (cells && self)
		printf "ratios of the same are %.3f to %.3f, target 0.95 to 1.05: %s\n", least_ratio, most_ratio,
			verdict(alike = least_ratio >= 0.95 && most_ratio <= 1.05)
	if (np && !self)
		printf "fairness: least Jain index of Glass %.3f, target 0.90 or more: %s\n", least, verdict(least >= 0.9)
	if (cells && !self) {
		printf "median ratio %.3f, target 1.000 or more: %s\n", middle, verdict(middle >= 1)
		printf "cells under 0.90: %d of %d, target none: %s\n", under, of, verdict(!under)
	}
	exit nb > 0 || (self && !alike)
}
