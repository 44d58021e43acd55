#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass-server and glass-client: what they say when a call fails, to the letter,
# and how names lead to addresses and ports. Run by scripts/selftests-guest.sh.
if [ -z "${GLASS_FAILURES_MOUNTS-}" ]; then
	GLASS_FAILURES_MOUNTS=1 exec unshare -m "$0"
fi
work=$(mktemp -d)
unheard="connect: Connection refused: nobody listens on that port"
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"
# shellcheck source=userspace/selftests/far.sh
. "$GLASS_TOP/userspace/selftests/far.sh"

# Names of ours, and the programs where the user nobody may run them
prepare() {
	chmod 755 "$work"
	mkdir "$work/etc" "$work/bin"
	cp "$GLASS_TOP"/.build/userspace/glass-{server,client} "$work/bin"
	PATH=$work/bin:$PATH
	printf '%s\n' "hosts: files" "services: files" >"$work/etc/nsswitch.conf"
	echo "multi on" >"$work/etc/host.conf"
	printf '%s\n' "echo 7/tcp" "ntp 123/udp" >"$work/etc/services"
	printf '%s\n' "127.0.0.1 both" "127.0.0.2 both second" \
		"10.9.0.2 far far4" "fd00:9::2 far far6" >"$work/etc/hosts"
	mount --bind "$work/etc" /etc
}

# says STATUS TEXT COMMAND...: near runs it, and this is all of its stderr
says() {
	local status=$1 text=$2
	shift 2
	ip netns exec near timeout 60 "$@" >"$work/out" 2>"$work/err" </dev/null
	[ $? = "$status" ] && [ "$(<"$work/err")" = "$text" ]
	status=$?
	verdict $status "$*: $text"
	[ $status = 0 ] || sed 's/^/# /' "$work/out" "$work/err"
}

# goes TEXT COMMAND...: near runs it, and this is all of its stdout
goes() {
	local text=$1 result
	shift
	ip netns exec near timeout 60 "$@" >"$work/out" 2>&1 &&
		[ "$(<"$work/out")" = "$text" ]
	result=$?
	verdict $result "$*: it goes well"
	[ $result = 0 ] || sed 's/^/# /' "$work/out"
}

# serves HOST ADDRESS OPTION...: a server on that host; ADDRESS is what it says
serves() {
	local address=$2
	rm -f "$work/server"
	ip netns exec "$1" glass-server "${@:3}" >"$work/server" 2>&1 &
	server=$!
	for _ in {1..600}; do
		grep -sqxF "Listening on $address" "$work/server" && return
		sleep 0.1
	done
	verdict 1 "a server listens on $address"
}

server_ends() {
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
}

# connecting FAR NOBODY ABSENT ELSEWHERE FORBIDDEN: hosts of one family
connecting() {
	local option
	says 1 "$unheard" glass-client "$1" 4
	for option in -g -t; do
		says 1 "$unheard" glass-client "$option" "$1" 4
	done
	nobody_has "$2"
	says 1 "connect: Connection timed out: no answer came" glass-client "$2"
	says 1 "connect: No route to host: no host on the way answers for that address" \
		glass-client "$3"
	says 1 "connect: Network is unreachable: no route leads to that address" glass-client "$4"
	ip -n near route add prohibit "$5"
	says 1 "connect: Permission denied: a route or a filter forbids it" glass-client "$5"
}

# The far host is there, and its kernel answers as one without Glass
lacking() {
	far_is_barred
	far_runs "$GLASS_TOP/userspace/selftests/no_glass.py"
	says 1 "connect: Protocol not available: the host is there, but has no Glass" glass-client far4
	says 1 "connect: Protocol error: the host could not read the packet; over IPv6 one without Glass says so" \
		glass-client far6
	far_ends
}

# binding FAMILY OURS FAR
binding() {
	local used="bind: Address already in use: another socket has that address and port"
	local low="bind: Permission denied: ports below 1024 are for privileged programs"
	local nobody=(setpriv --reuid 65534 --clear-groups) option
	serves near "('$2', 7)" "-$1" "$2" 7
	says 1 "$used" glass-server "-$1" "$2" 7
	says 1 "$used" glass-server "-${1}g" "$2" 7
	says 1 "$used" glass-client -b 7 "$2" 7
	server_ends
	for option in "-$1" "-${1}t" "-${1}g"; do
		says 1 "$low" "${nobody[@]}" glass-server "$option" 7
	done
	says 1 "$low" "${nobody[@]}" glass-client "-$1" -b 7 "$3"
	says 1 "bind: Cannot assign requested address: that address is not of this host, or no port is free" \
		glass-server "-$1" "$3" 7
}

# greeting FAR OURS PORT: what a client prints that goes there from here
greeting() {
	echo "Connecting to ('$1', 7)"
	echo "Thank you for connecting, ('$2', $3)"
	echo "sent 5 bytes, CRC-32 3610a686; received 5 bytes, CRC-32 3610a686"
}

names() {
	serves far "('0.0.0.0', 7)" -n 1 echo
	goes "$(greeting 10.9.0.2 10.9.0.1 54001)" glass-client -4 -b 54001 far echo hello
	server_ends
	serves far "('::', 7)" -6 -n 1 echo
	goes "$(greeting fd00:9::2 fd00:9::1 54002)" glass-client -6 -b 54002 far echo hello
	server_ends
	serves far "('0.0.0.0', 7)" -t -n 1 echo
	says 1 "$unheard" glass-client far4 echo
	goes "$(greeting 10.9.0.2 10.9.0.1 54003)" glass-client -t -b 54003 far4 echo hello
	server_ends
	# the first address refuses, the second does not
	serves near "('127.0.0.2', 7)" -n 1 second echo
	goes "Connecting to ('127.0.0.1', 7)
$(greeting 127.0.0.2 127.0.0.1 54004)" glass-client -b 54004 both echo hello
	server_ends

	says 1 "getaddrinfo: Name or service not known: no address for host 'nowhere', service '4'" \
		glass-client nowhere 4
	says 1 "getaddrinfo: Name or service not known: no address for host 'far6', service '54321'" \
		glass-server -4 far6 54321
	says 1 "getaddrinfo: Servname not supported for ai_socktype: no address for host 'far', service 'gopher'" \
		glass-client far gopher
	says 1 "getaddrinfo: Servname not supported for ai_socktype: no address for host '*', service 'ntp'" \
		glass-server ntp
}

# As of a filter, of which a kernel without BPF has none
forbidden() {
	printf '#include <errno.h>\nint connect(void) { errno = EPERM; return -1; }' |
		gcc -w -x c -shared -o "$work/forbid.so" -
	says 1 "connect: Operation not permitted: BPF of this cgroup, or seccomp, forbids it" \
		env "LD_PRELOAD=$work/forbid.so" glass-client far4
}

absent() {
	local text="the module is not there; glass doctor says more" option
	glass_leaves
	for option in -4 -6; do
		says 1 "socket: Protocol not supported: $text" glass-client "$option" far
		says 1 "socket: Protocol not supported: $text" glass-server "$option"
	done
	says 1 "socket: Address family not supported by protocol: $text" glass-client -g far
	glass_returns
}

echo "TAP version 13"
hosts
prepare
ip netns exec near sysctl -q net.glass.syn_retries=2
connecting 10.9.0.2 10.9.0.9 10.9.0.8 10.10.0.1 10.11.0.1
connecting fd00:9::2 fd00:9::9 fd00:9::8 fd00:10::1 fd00:11::1
unnamed="Invalid argument: a link-local address needs its interface, as in fe80::1%eth0"
says 1 "connect: $unnamed" glass-client fe80::1
says 1 "bind: $unnamed" glass-server -6 fe80::1 7
binding 4 10.9.0.1 10.9.0.2
binding 6 fd00:9::1 fd00:9::2
names
lacking
forbidden
refused 2 "^usage: glass-client " glass-client one two three four
refused 2 "^usage: glass-server " glass-server one two three
absent
no_hosts
echo "1..$tests"
umount /etc
rm -r "$work"
