#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Four hosts on one Ethernet, each a network namespace:
#
#    +-----------+  +-----------+  +-----------+  +-----------+
#    |  server   |  |  client1  |  |  client2  |  |  client3  |
#    | 10.0.0.1  |  | 10.0.0.2  |  | 10.0.0.3  |  | 10.0.0.4  |
#    | fd00::1   |  | fd00::2   |  | fd00::3   |  | fd00::4   |
#    +---eth0----+  +---eth0----+  +---eth0----+  +---eth0----+
#         |              |              |              |         veth
#    +--server--------client1--------client2--------client3---+
#    |                          br0                   switch  |
#    +--------------------------------------------------------+
#
#   hosts.sh up      makes them anew
#   hosts.sh down    takes them away
#
# Run something on one of them with on.sh. Each knows the names of all, by
# /etc/netns/NAME/hosts, which ip lays over /etc/hosts there.
set -euo pipefail

HOSTS=(server client1 client2 client3)

down() {
	local name
	for name in "${HOSTS[@]}" switch; do
		ip netns del "$name" 2>/dev/null || true
		rm -rf "/etc/netns/$name"
	done
}

names() {
	local n
	echo "127.0.0.1 localhost"
	echo "::1 localhost"
	for n in "${!HOSTS[@]}"; do
		echo "10.0.0.$((n + 1)) ${HOSTS[n]}"
		echo "fd00::$((n + 1)) ${HOSTS[n]}"
	done
}

# host NAME NUMBER: one host and its cable to the switch
host() {
	ip netns add "$1"
	ip link add eth0 netns "$1" type veth peer name "$1" netns switch
	ip -n switch link set "$1" master br0 up
	ip -n "$1" link set lo up
	ip -n "$1" address add "10.0.0.$2/24" dev eth0
	# nodad: usable at once, without asking whether others have it
	ip -n "$1" address add "fd00::$2/64" dev eth0 nodad
	ip -n "$1" link set eth0 up
	mkdir -p "/etc/netns/$1"
	names >"/etc/netns/$1/hosts"
}

up() {
	local n
	down
	ip netns add switch
	ip -n switch link add br0 type bridge
	ip -n switch link set br0 up
	for n in "${!HOSTS[@]}"; do
		host "${HOSTS[n]}" $((n + 1))
	done
}

case ${1-} in
up | down) "$1" ;;
*)
	echo "usage: hosts.sh up|down" >&2
	exit 2
	;;
esac
