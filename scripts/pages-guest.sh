#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Inside the guest: two hosts, a wire of 10 ms each way, and runs recorded into
# $GLASS_OUT: the three-way handshake, and a transfer that loses a SYN/ACK and
# text.
#   pages-guest.sh PATH/glass.ko
set -euo pipefail

cd "$(dirname "$0")/.."
glass=.build/userspace/glass
for device in veth sch_netem; do
	modprobe -q "$device" || true
done
insmod "$1"

ip netns add left
ip netns add right
ip link add wire netns left type veth peer name wire netns right
for side in left right; do
	ip -n "$side" link set lo up
	# one segment in each packet, so that each is an arrow
	ip netns exec "$side" ethtool -K wire tso off gso off gro off >/dev/null
	ip -n "$side" link set wire up
	tc -n "$side" qdisc add dev wire root netem delay 10ms
done
ip -n left address add 10.0.0.2/24 dev wire
ip -n right address add 10.0.0.1/24 dev wire

# so that no segment waits for a neighbour's address
ip netns exec left ping -q -c 1 10.0.0.1 >/dev/null
$glass record "$GLASS_OUT/handshake.jsonl" -- python3 scripts/pages_pair.py 0 54001
ip netns exec left $glass break drop the SYN/ACK
ip netns exec right $glass break drop the 4th text
ip netns exec right $glass break drop the 11th text
$glass record --port 54002 "$GLASS_OUT/lossy.jsonl" -- python3 scripts/pages_pair.py 20000 54002
