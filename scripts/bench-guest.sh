#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of bench.sh: prints what the driver prints for every
# transport and operation, and with "profile" keeps the kernel's symbols too:
#   bench-guest.sh GLASS.KO DRIVER measure|profile|flood|watched|scale [KIND|OPERATION]...
# Where some are named the others of their sort are left out.
set -euo pipefail
module=$1 program=$2 mode=$3
shift 3
kinds=(unix glass tcp mptcp sctp)
operations=(round-trip connection bulk wire steady-bulk steady-wire)

fail() {
	echo "bench: $*" >&2
	exit 1
}

# Until its random generator is ready the kernel draws entropy anew for every
# number, at a price that no machine pays in service.
dmesg | grep -q 'crng init done' || fail "the random generator is not ready"
[ "$(nproc)" = 1 ] || fail "more than one CPU"
# In memory, so that no page of it comes from the host while instructions count.
cp "$program" /run/bench
insmod "$module"
if [ "$mode" = measure ] || [ "$mode" = profile ]; then
	modprobe -q sctp || fail "this kernel has no SCTP"
	[ "$(cat /proc/sys/net/mptcp/enabled)" = 1 ] || fail "MPTCP is off"
fi

# A host behind a cable; its packets are of 1500 octets
wire() {
	ip netns add far || fail "no network namespaces"
	ip link add near0 type veth peer name far0 netns far || fail "no veth"
	ip addr add 10.9.0.1/24 dev near0
	ip link set near0 up
	ip -n far addr add 10.9.0.2/24 dev far0
	ip -n far link set far0 up
}

# begins WORD COMMAND...: a reader of events in the background, which has said so
begins() {
	local word=$1
	shift
	/run/reader "$@" >/dev/null 2>/run/said &
	reader=$!
	until grep -q "$word" /run/said; do
		kill -0 "$reader" || fail "$* ended"
		sleep 1
	done
}

# A round trip while nobody looks, while events go to a buffer that nobody
# reads, and while a reader on the same CPU draws them, or keeps them.
watched() {
	local events=/sys/kernel/tracing/events/glass/enable reader
	cp "$(dirname "$0")/../.build/userspace/glass" /run/reader
	/run/bench glass round-trip | sed "s/ glass / off /"
	echo 1 >$events
	/run/bench glass round-trip | sed "s/ glass / events /"
	echo 0 >$events
	begins watching watch --lines
	/run/bench glass round-trip | sed "s/ glass / watch /"
	kill "$reader"
	wait "$reader" || true
	begins '^recording$' record /run/run.jsonl
	/run/bench glass round-trip | sed "s/ glass / record /"
	kill "$reader"
	wait "$reader" || true
	sed -n 's/ events$//p' /run/said | sed 's/^/kept record /'
}

if [ "$mode" = watched ]; then
	watched
	exit
fi

options=()
case $mode in measure | profile) wire ;; esac
case $mode in profile | scale) cat /proc/kallsyms >"$GLASS_OUT/symbols" ;; esac
if [ "$mode" = flood ]; then
	kinds=(glass tcp)
	operations=(spoilt flood connection siege)
	# Where answers to hosts that are not there go
	ip link add flood0 type dummy || fail "no dummy device"
	ip addr add 10.8.0.1/16 dev flood0
	ip link set flood0 up arp off
	# The listener's address is one of loopback
	echo 1 >/proc/sys/net/ipv4/conf/flood0/route_localnet
elif [ "$mode" = scale ]; then
	kinds=(glass tcp)
	operations=(scale)
elif [ "$mode" = profile ]; then
	options=(-p)
else
	operations=(memory "${operations[@]}")
fi

# Of the list $1 those that are among the other arguments, or all if none is
chosen() {
	local -n list=$1
	local one word found=()
	shift
	for one in "${list[@]}"; do
		for word in "$@"; do
			[ "$one" != "$word" ] || found+=("$one")
		done
	done
	[ ${#found[@]} -eq 0 ] || list=("${found[@]}")
}

for word in "$@"; do
	[[ " ${kinds[*]} ${operations[*]} " == *" $word "* ]] ||
		fail "$word is neither a transport nor an operation"
done
chosen kinds "$@"
chosen operations "$@"

# Answers to the flood, so far
answers() {
	cat /sys/class/net/flood0/statistics/tx_packets
}

for operation in "${operations[@]}"; do
	for kind in "${kinds[@]}"; do
		# What is to be known there is how Glass and TCP compare.
		[ "${operation%wire}" = "$operation" ] || [ "$kind" = glass ] || [ "$kind" = tcp ] || continue
		# SCTP's bundles wait for its timers there, by chance, and no figure is
		# within 1 % of the next.
		[ "$operation $kind" != "steady-bulk sctp" ] || continue
		# Nobody's connections should still be in TIME-WAIT.
		sleep 150
		[ "$operation" != flood ] || before=$(answers)
		/run/bench "${options[@]}" "$kind" "$operation" ||
			fail "$kind: $operation failed"
		[ "$operation" != flood ] || echo "answers $kind $(($(answers) - before))"
	done
done
