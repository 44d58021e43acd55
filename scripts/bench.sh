#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What an operation costs in instructions of the guest, Glass beside the other
# transports of one kernel, all in one boot:
#   bench.sh [--profile]
# The table is kept in .build/bench/table.txt. With --profile a second boot
# tells which functions cost most; .build/bench/profile.txt keeps that.
#   bench.sh --flood
# A flood of SYNs, and connections meanwhile; .build/bench/flood.txt keeps it.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
out=$top/.build/bench
profile=0 flood=0
TOP=25

case ${1-} in
'') ;;
--profile) profile=1 ;;
--flood) flood=1 ;;
*)
	echo "usage: bench.sh [--profile|--flood]" >&2
	exit 2
	;;
esac

# guest MODE RESULT [QEMU-ARG...]: the driver's output, into RESULT. Time that
# the guest would sleep is skipped: nobody waits, and nothing else changes.
guest() {
	local mode=$1 result=$2 arg args=()
	shift 2
	for arg in -icount sleep=off "$@"; do
		args+=(--qemu-arg "$arg")
	done
	"$top/scripts/vm/run.sh" --kernel 6.12 --icount --append nowatchdog \
		"${args[@]}" --timeout 3000 --out "$out" --log "$out/$mode.log" -- \
		"$top/scripts/bench-guest.sh" "$module" "$out/bench" "$mode" |
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
	function row(title, op, name, scale, format,    i, line) {
		line = sprintf("%-34s", title)
		for (i = 1; i <= 5; i++)
			if ((kinds[i], op, name) in value)
				line = line sprintf(" " format, value[kinds[i], op, name] / scale)
			else
				line = line sprintf(" %9s", "-")
		if (name != "packets")
			line = line sprintf(" %10.2f", value["glass", op, name] / value["tcp", op, name])
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
		printf " %10s\n", "Glass/TCP"
		row("one byte there and back", "round-trip", "instructions", 1, "%9.0f")
		row("  packets", "round-trip", "packets", 1, "%9.2f")
		row("connect, one byte each way, close", "connection", "instructions", 1, "%9.0f")
		row("  packets", "connection", "packets", 1, "%9.2f")
		row("bulk stream, per byte", "bulk", "instructions", 65536, "%9.3f")
		# When TCP sends an ACK is a matter of chance: no second digit.
		row("  packets per 64 KiB", "bulk", "packets", 1, "%9.1f")
		row("bulk over veth, MTU 1500, per byte", "wire", "instructions", 65536, "%9.3f")
		row("  packets per 64 KiB", "wire", "packets", 1, "%9.1f")
		row("idle connection, bytes of slab", "memory", "slab", 1, "%9.0f")
		row("one socket, bytes of its object", "memory", "object", 1, "%9.0f")
		waits("round-trip")
		waits("connection")
		waits("bulk")
		waits("wire")
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

"$top/scripts/setup/packages.sh" bench
make -s -C "$top/userspace/bench" O="$out" driver plugin
echo "bench: building the module" >&2
module=$("$top/scripts/vm/build-module.sh" 6.12)

if [ "$flood" = 1 ]; then
	echo "bench: a guest of Linux 6.12 counts; this takes minutes" >&2
	guest flood "$out/flood-figures"
	flood_table "$out/flood-figures" | tee "$out/flood.txt"
	exit
fi

echo "bench: a guest of Linux 6.12 counts; this takes minutes" >&2
guest measure "$out/figures"
table "$out/figures" | tee "$out/table.txt"

if [ "$profile" = 1 ]; then
	echo "bench: and once more, to see where" >&2
	guest profile "$out/profile-lines" \
		-plugin "file=${out//,/,,}/plugin.so,out=${out//,/,,}/sections"
	"$top/userspace/bench/costs.py" "$out/symbols" "$out/sections" \
		"$out/profile-lines" "$TOP" | tee "$out/profile.txt"
fi
