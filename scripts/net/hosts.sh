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
# Where the kernel has no bridge (User-mode Linux) the switch is a router that
# answers for everybody: to the hosts it is the same Ethernet.
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

# plug_in NAME NUMBER: the switch's end of a cable
plug_in() {
	local n
	if [ "$router" = 0 ]; then
		ip -n switch link set "$1" master br0 up
		return
	fi
	ip -n switch link set "$1" up
	ip -n switch address add 10.0.0.254/32 dev "$1"
	ip -n switch route add "10.0.0.$2" dev "$1"
	ip -n switch route add "fd00::$2" dev "$1"
	ip netns exec switch sysctl -qw "net.ipv4.conf.$1.proxy_arp=1" \
		"net.ipv6.conf.$1.proxy_ndp=1" \
		"net.ipv4.neigh.$1.proxy_delay=0" "net.ipv6.neigh.$1.proxy_delay=0"
	for n in "${!HOSTS[@]}"; do
		[ "$n" -eq $(($2 - 1)) ] ||
			ip -n switch neighbour add proxy "fd00::$((n + 1))" dev "$1"
	done
}

# host NAME NUMBER: one host and its cable to the switch
host() {
	ip netns add "$1"
	ip link add eth0 netns "$1" type veth peer name "$1" netns switch
	plug_in "$1" "$2"
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
	router=0
	if ip -n switch link add br0 type bridge 2>/dev/null; then
		ip -n switch link set br0 up
	else
		router=1
		ip netns exec switch sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv6.conf.all.forwarding=1
	fi
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
