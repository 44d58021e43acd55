# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For selftests that are scripts: two hosts, "near" and "far", each with Glass,
# of which the far one can be made to lack it. Addresses end in 1 and 2.

hosts() {
	ip netns add near
	ip netns add far
	ip -n near link set lo up
	# the hard case: in an ARP packet this 0xfd is where IPv4 has its protocol
	ip -n near link add veth0 address 02:fd:00:00:00:01 type veth \
		peer name veth0 netns far
	ip -n near addr add 10.9.0.1/24 dev veth0
	ip -n near addr add fd00:9::1/64 dev veth0 nodad
	ip -n far addr add 10.9.0.2/24 dev veth0
	ip -n far addr add fd00:9::2/64 dev veth0 nodad
	ip -n near link set veth0 up
	ip -n far link set veth0 up
}

no_hosts() {
	ip netns del near
	ip netns del far
}

# nobody_has ADDRESS: what near sends there is lost
nobody_has() { ip -n near neigh add "$1" lladdr 02:00:00:00:00:09 dev veth0; }

# far_runs FILE, or -c TEXT: a program of Python's on the far host, until
# far_ends; it is to make the file that its last argument names
# shellcheck disable=SC2154 # $work is the test's
far_runs() {
	rm -f "$work/ready"
	ip netns exec far python3 -I "$@" "$work/ready" &
	far_program=$!
	for _ in {1..600}; do
		[ -e "$work/ready" ] && break
		sleep 0.1
	done
}

far_ends() {
	kill "$far_program" 2>/dev/null
	wait "$far_program" 2>/dev/null
}

# Protocol 253 no longer comes to the far host's IP
far_is_barred() {
	ip netns exec far tc qdisc add dev veth0 ingress
	ip netns exec far tc filter add dev veth0 ingress protocol ip \
		u32 match ip protocol 253 0xff action drop
	ip netns exec far tc filter add dev veth0 ingress protocol ipv6 \
		u32 match ip6 protocol 253 0xff action drop
}

# No host has the module, nor gets it, until glass_returns
glass_leaves() {
	mount -t tmpfs none "/lib/modules/$(uname -r)"
	[ ! -e /sys/module/glass_diag ] || rmmod glass_diag
	# where time is virtual the last orphan may give up first
	for _ in {1..200}; do
		rmmod glass 2>/dev/null && break
		sleep "${GLASS_SLOW:+1}0.1"
	done
}

glass_returns() {
	umount "/lib/modules/$(uname -r)"
	insmod "$GLASS_MODULE"
}
