#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What an operation costs in instructions of the guest, Glass beside the other
# transports of one kernel, all in one boot:
#   bench.sh [--profile] [--only KIND|OPERATION]...
# The table is kept in .build/bench/table.txt. With --profile a second boot
# tells which functions cost most; .build/bench/profile.txt keeps that. --only
# leaves the other transports, or the other operations, out: glass, round-trip.
#   bench.sh --flood
# A flood of SYNs, and connections meanwhile; .build/bench/flood.txt keeps it.
#   bench.sh --watched
# A round trip while nobody looks, while events go to a buffer, and while glass
# watch draws them or glass record keeps them, whose instructions count too; .build/bench/watched.txt keeps it.
#   bench.sh --scale
# One port with 100 and with 100,000 connections; .build/bench/scale.txt keeps
# it, and scale-profile.txt where the instructions went.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
out=$top/.build/bench
profile=0 flood=0 scale=0 watched=0 only=()
TOP=25

while [ $# -gt 0 ]; do
	case $1:${2-} in
	--profile:*) profile=1 ;;
	--flood:*) flood=1 ;;
	--scale:*) scale=1 ;;
	--watched:*) watched=1 ;;
	--only:?*)
		only+=("$2")
		shift
		;;
	*)
		echo "usage: bench.sh [--profile] [--only KIND|OPERATION]... | --flood | --watched | --scale" >&2
		exit 2
		;;
	esac
	shift
done

# What the emulator needs to tell where instructions go
plugin=(-plugin "file=${out//,/,,}/plugin.so,out=${out//,/,,}/sections")

# guest MODE RESULT MB [QEMU-ARG...]: the driver's output, into RESULT. Time that
# the guest would sleep is skipped: nobody waits, and nothing else changes.
guest() {
	local mode=$1 result=$2 mem=$3 arg args=()
	shift 3
	for arg in -icount sleep=off "$@"; do
		args+=(--qemu-arg "$arg")
	done
	"$top/scripts/vm/run.sh" --kernel 6.12 --icount --mem "$mem" --append nowatchdog \
		"${args[@]}" --timeout 3600 --out "$out" --log "$out/$mode.log" -- \
		"$top/scripts/bench-guest.sh" "$module" "$out/bench" "$mode" "${only[@]}" |
		tee "$result" |
		sed -u -n 's/^operations \([^ ]*\) \([^ ]*\) .*/bench: \1, \2: done/p' >&2
}

table() {
	awk '
	BEGIN {
		split("unix glass tcp mptcp sctp", kinds)
		split("AF_UNIX Glass TCP MPTCP SCTP", titles)
	}
	$1 == "figure" { value[$2, $3, $4] = $5 }
	# How Glass stands to TCP, and whether that is what was aimed at
	function row(title, op, name, scale, format, target,    i, line, ratio, n) {
		line = sprintf("%-34s", title)
		for (i = 1; i <= 5; i++)
			if ((kinds[i], op, name) in value) {
				n++
				line = line sprintf(" " format, value[kinds[i], op, name] / scale)
			} else {
				line = line sprintf(" %9s", "-")
			}
		if (name != "packets" && value["glass", op, name] && value["tcp", op, name]) {
			ratio = value["glass", op, name] / value["tcp", op, name]
			line = line sprintf(" %10.2f", ratio)
		}
		if (target && ratio)
			line = line sprintf(" %7.2f %s", target, ratio <= target ? "met" : "missed")
		if (n)
			print line
	}
	# A transport that waits for a timer does not pay for it here.
	function waits(op,    i, k) {
		for (i = 1; i <= 5; i++) {
			k = kinds[i]
			if (value[k, op, "idle"] > value[k, op, "instructions"] / 100)
				printf "%s, %s: waited for timers; idle time is not counted\n", titles[i], op
		}
	}
	END {
		printf "%-34s", "instructions of the guest"
		for (i = 1; i <= 5; i++)
			printf " %9s", titles[i]
		printf " %10s %7s\n", "Glass/TCP", "target"
		row("one byte there and back", "round-trip", "instructions", 1, "%9.0f", 0.82)
		row("  packets", "round-trip", "packets", 1, "%9.2f")
		row("connect, one byte each way, close", "connection", "instructions", 1, "%9.0f", 0.65)
		row("  packets", "connection", "packets", 1, "%9.2f")
		row("bulk stream, per byte", "bulk", "instructions", 65536, "%9.3f", 0.80)
		row("bulk over veth, MTU 1500, per byte", "wire", "instructions", 65536, "%9.3f", 0.95)
		row("bulk, no end preempts the other", "steady-bulk", "instructions", 65536, "%9.3f")
		row("  packets per 64 KiB", "steady-bulk", "packets", 1, "%9.2f")
		row("veth, no end preempts the other", "steady-wire", "instructions", 65536, "%9.3f")
		row("  packets per 64 KiB", "steady-wire", "packets", 1, "%9.2f")
		row("idle connection, bytes of slab", "memory", "slab", 1, "%9.0f")
		row("one socket, bytes of its object", "memory", "object", 1, "%9.0f", 0.58)
		waits("round-trip")
		waits("connection")
		waits("bulk")
		waits("wire")
		waits("steady-bulk")
		waits("steady-wire")
	}' "$1"
}

# The way of a SYN to the listener is the same for both: it is told apart.
flood_table() {
	awk '
	$1 == "figure" && $4 == "instructions" { value[$2, $3] = $5 }
	$1 == "operations" { made[$2, $3] = $4 }
	$1 == "answers" { answers[$2] = $3 }
	function row(title, glass, tcp) {
		printf "%-52s %9.0f %9.0f %10.2f\n", title, glass, tcp, glass / tcp
	}
	function plain(title, op) { row(title, value["glass", op], value["tcp", op]) }
	function less(title, op, from, n) {
		row(title, value["glass", op] - n * value["glass", from],
			value["tcp", op] - n * value["tcp", from])
	}
	END {
		# A SYN that nobody answers costs little and shows nothing.
		if (answers["glass"] < made["glass", "flood"] || answers["tcp"] < made["tcp", "flood"]) {
			print "bench: the flood was not answered"
			exit 1
		}
		printf "%-52s %9s %9s %10s\n", "instructions of the guest", "Glass", "TCP", "Glass/TCP"
		plain("one SYN of a flood, answered by a cookie", "flood")
		plain("  a packet with a bad checksum, by the same way", "spoilt")
		less("  what the SYN itself costs", "flood", "spoilt", 1)
		plain("connect, one byte each way, close, without a flood", "connection")
		less("  with 20 SYNs before each, their cost not in it", "siege", "flood", 20)
		printf "%-52s %9d %9d\n", "  connections made so, every one that was tried",
			made["glass", "siege"], made["tcp", "siege"]
	}' "$1"
}

# Of a segment's cost the lookup is a small part: it is told apart by function.
LOOKUP_GLASS="glass_table_hash glass_table_find hsiphash_3u32"
LOOKUP_TCP="inet_ehashfn __inet_lookup_established"

scale_table() {
	awk -v glass="$LOOKUP_GLASS" -v tcp="$LOOKUP_TCP" '
	BEGIN {
		split(glass " " tcp, names)
		for (i in names)
			lookup[names[i]] = 1
	}
	$1 == "figure" { value[$2, $3, $4] = $5 }
	# Two segments make a round trip.
	$1 == "cost" && $4 in lookup { value[$2, $3, "lookup"] += $5 / 2 }
	function row(title, op, name, format,    g, t) {
		g = value["glass", op, name]
		t = value["tcp", op, name]
		printf "%-46s " format " " format " %10.2f\n", title, g, t, g / t
	}
	# By what part of the few the many are dearer
	function growth(kind, name) {
		return value[kind, "scale-many", name] / value[kind, "scale-few", name] - 1
	}
	function more(title, name, target) {
		printf "%-46s %+8.2f%% %+8.2f%%", title, 100 * growth("glass", name), 100 * growth("tcp", name)
		if (target)
			printf " %10s %7s %s", "", "10 %", growth("glass", name) <= target ? "met" : "missed"
		print ""
	}
	END {
		printf "%-46s %9s %9s %10s %7s\n", "instructions of the guest", "Glass", "TCP", "Glass/TCP", "target"
		row("one byte there and back, 100 connections", "scale-few", "instructions", "%9.0f")
		row("  packets", "scale-few", "packets", "%9.2f")
		row("the same, 100,000 connections", "scale-many", "instructions", "%9.0f")
		row("  packets", "scale-many", "packets", "%9.2f")
		more("  more than with 100", "instructions")
		row("lookup of a segment, 100 connections", "scale-few", "lookup", "%9.1f")
		row("the same, 100,000 connections", "scale-many", "lookup", "%9.1f")
		more("  more than with 100", "lookup", 0.10)
		row("open one more, one byte each way, 100 there", "scale-open-few", "instructions", "%9.0f")
		row("the same, 100,000 there", "scale-open-many", "instructions", "%9.0f")
		row("idle connection of 100,000, bytes of slab", "scale", "slab", "%9.0f")
		row("  bytes of memory, of any kind", "scale", "taken", "%9.0f")
	}' "$@"
}

# What one round trip costs, by who looks. It makes four events.
watched_table() {
	awk '
	$1 == "figure" && $4 == "instructions" { value[$2] = $5 }
	$1 == "operations" { made[$2] = $4 }
	$1 == "kept" { kept = $3 }
	function row(title, who) {
		printf "%-46s %9.0f %8.2f\n", title, value[who], value[who] / value["off"]
	}
	END {
		printf "%-46s %9s %8s\n", "one byte there and back", "instr.", "times"
		row("nobody looks", "off")
		row("events go to a buffer", "events")
		row("glass watch draws them, on the same processor", "watch")
		row("glass record reads them, on the same processor", "record")
		printf "%-46s %8.0f%%\n", "  events that it kept", 100 * kept / made["record"] / 4
	}' "$1"
}

"$top/scripts/setup/packages.sh" bench
make -s -C "$top/userspace/bench" O="$out" driver plugin
echo "bench: building the module" >&2
module=$("$top/scripts/vm/build-module.sh" 6.12)

if [ "$flood" = 1 ]; then
	echo "bench: a guest of Linux 6.12 counts; this takes minutes" >&2
	guest flood "$out/flood-figures" 1024
	flood_table "$out/flood-figures" | tee "$out/flood.txt"
	exit
fi

if [ "$scale" = 1 ]; then
	echo "bench: a guest of Linux 6.12 makes 200,000 connections; this takes minutes" >&2
	guest scale "$out/scale-figures" 4096 "${plugin[@]}"
	costs=("$top/userspace/bench/costs.py" "$out/symbols" "$out/sections" "$out/scale-figures")
	# shellcheck disable=SC2086 # lists of words
	"${costs[@]}" $LOOKUP_GLASS $LOOKUP_TCP >"$out/scale-costs"
	"${costs[@]}" "$TOP" >"$out/scale-profile.txt"
	scale_table "$out/scale-figures" "$out/scale-costs" | tee "$out/scale.txt"
	exit
fi

if [ "$watched" = 1 ]; then
	make -s -C "$top/userspace"
	guest watched "$out/watched-figures" 1024
	watched_table "$out/watched-figures" | tee "$out/watched.txt"
	exit
fi

echo "bench: a guest of Linux 6.12 counts; this takes minutes" >&2
guest measure "$out/figures" 1024
table "$out/figures" | tee "$out/table.txt"

if [ "$profile" = 1 ]; then
	echo "bench: and once more, to see where" >&2
	guest profile "$out/profile-lines" 1024 "${plugin[@]}"
	"$top/userspace/bench/costs.py" "$out/symbols" "$out/sections" \
		"$out/profile-lines" "$TOP" | tee "$out/profile.txt"
fi
