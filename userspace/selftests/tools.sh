#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Other people's tools look at Glass: ss, nstat, tcpdump and tshark, and what
# takes the place of ss -K. One connection on each family from its SYN to its
# end; what was typed and what came is the transcript. Run by
# scripts/selftests-guest.sh.
if [ -z "${GLASS_TOOLS_NETNS-}" ]; then
	GLASS_TOOLS_NETNS=1 exec unshare -n "$0"
fi
bin=$GLASS_TOP/.build/userspace
work=$(mktemp -d)
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"
export PROC_NET_TCP=/proc/net/glass/tcp PROC_NET_TCP6=/proc/net/glass/tcp6
export PROC_NET_SNMP=/proc/net/glass/snmp PROC_NET_NETSTAT=/proc/net/glass/netstat

# type COMMAND...: as it is typed, and what it says; kept in $work/said
type_in() {
	echo "# \$ $*"
	"$@" >"$work/said" 2>"$work/err"
	local status=$?
	sed 's/^/# /' "$work/said"
	return $status
}

# has COUNT PATTERN: so many lines of what was said
has() { [ "$(grep -cE -- "$2" "$work/said")" = "$1" ]; }

# await COMMAND...: it becomes true, or that is the end
await() {
	local tries=1200
	until "$@" >/dev/null 2>&1; do
		if [ $((tries -= 1)) = 0 ]; then
			verdict 1 "waited a minute for: $*"
			exit 1
		fi
		sleep 0.05
	done
}

rows() { [ "$(grep -cE "$1" /proc/net/glass/connections)" = "$2" ]; }

# No end waits for an ACK
acknowledged() {
	awk '/^ESTAB/ && $6 + $7 { exit 1 }' /proc/net/glass/connections
}

# Everybody's packets, from before the first SYN on
capture_begins() {
	tcpdump -i lo -U -Z root -w "$work/capture" "ip proto 253 or ip6 proto 253" 2>"$work/tcpdump" &
	tcpdump=$!
	await grep -q "listening on lo" "$work/tcpdump"
}

capture_ends() {
	# what the clients' ends were told must be in the file
	await has_reset
	kill "$tcpdump"
	wait "$tcpdump"
}

has_reset() {
	[ "$(tcpdump -n -r "$work/capture" 2>/dev/null | wc -l)" -ge "$packets" ]
}

# open FAMILY ADDRESS: a client that has been greeted, and waits
open() {
	local family=$1 address=$2
	mkfifo "$work/line$family"
	"$bin/glass-client" "-$family" -b "5400$family" "$address" 54321 \
		<"$work/line$family" >"$work/client$family" 2>&1 &
	clients[family]=$!
	sleep infinity >"$work/line$family" &
	lines[family]=$!
	await grep -q '^Thank you' "$work/client$family"
	await acknowledged
}

watch_with_ss() {
	type_in ss -tan
	has 1 '^LISTEN +0 +0 +0\.0\.0\.0:54321 ' && has 1 '^LISTEN +0 +0 +\[::1\]:54321 ' &&
		has 1 '^ESTAB +0 +0 +127\.0\.0\.1:54321 +127\.0\.0\.1:54004 *$' &&
		has 1 '^ESTAB +0 +0 +127\.0\.0\.1:54004 +127\.0\.0\.1:54321 *$' &&
		has 1 '^ESTAB +0 +0 +\[::1\]:54321 +\[::1\]:54006 *$' &&
		has 1 '^ESTAB +0 +0 +\[::1\]:54006 +\[::1\]:54321 *$'
	verdict $? "ss -tan: the listeners, and both ends of both connections"
	type_in ss -Htn state established '( sport = :54321 )'
	has 2 ':54321 ' && has 2 .
	verdict $? "ss: its filters choose among them"
}

count_with_nstat() {
	type_in nstat -as
	has 1 '^GlassActiveOpens +2 ' && has 1 '^GlassPassiveOpens +2 ' &&
		has 1 '^GlassCurrEstab +4 ' && ! grep -q '^Tcp[AC]' "$work/said"
	verdict $? "nstat: two opens by each side, four ends, and nothing of TCP"
}

end_with_kill() {
	modprobe -q inet_diag
	[ -e /sys/module/glass_diag ] || insmod "${GLASS_MODULE%/*}/glass_diag.ko"
	type_in "$bin/glass" table --kill sport = :54004
	has 1 '^ESTABLISHED +127\.0\.0\.1 +54004 '
	verdict $? "glass table --kill, for ss -K: it shows what it ends"
	type_in "$bin/glass" table --kill sport = :54006
	has 1 '^ESTABLISHED +::1 +54006 '
	verdict $? "glass table --kill: over IPv6"
	kill "${lines[@]}"
	! wait "${clients[4]}" && ! wait "${clients[6]}"
	verdict $? "the clients fail: $(tail -qn 1 "$work"/client[46] | sort -u)"
	await rows '^ESTABLISHED' 0
	type_in ss -Htn
	! has 1 .
	verdict $? "ss: no connection is left"
	rmmod glass_diag
}

read_with_tcpdump() {
	type_in tcpdump -n -r "$work/capture"
	has "$packets" 'ip-proto-253' || has "$((packets / 2))" 'ip-proto-253'
	verdict $? "tcpdump: protocol 253, which it does not know"
}

read_with_tshark() {
	local port
	type_in tshark -n -r "$work/capture" -d ip.proto==253,tcp
	has 2 '\[SYN\] Seq=0 ' && has 2 '\[SYN, ACK\] Seq=0 Ack=1 ' && ! has 1 Malformed &&
		has 2 '→ 54321 \[RST, ACK\] '
	verdict $? "tshark: it reads the segments as TCP's"
	for port in 54004 54006; do
		grep -oE "[0-9]+ → [0-9]+ \[.*\] Seq=[0-9]+( Ack=[0-9]+)?" "$work/said" |
			grep -w $port | head -n 3 >"$work/three"
		printf '%s\n' "$port → 54321 [SYN] Seq=0" "54321 → $port [SYN, ACK] Seq=0 Ack=1" \
			"$port → 54321 [ACK] Seq=1 Ack=1" | cmp - "$work/three"
		verdict $? "tshark: port $port opens with SYN, SYN/ACK, ACK"
	done
	type_in tshark -n -q -r "$work/capture" -d ip.proto==253,tcp -z conv,tcp
	has 1 '^127\.0\.0\.1:54004 .* 127\.0\.0\.1:54321 ' && has 1 '^::1:54006 .* ::1:54321 '
	verdict $? "tshark -z conv,tcp: two conversations"
}

echo "TAP version 13"
ip link set lo up
capture_begins
"$bin/glass-server" -4 >"$work/server" 2>&1 &
servers=$!
"$bin/glass-server" -6 ::1 54321 >"$work/server" 2>&1 &
servers+=" $!"
await rows '^LISTEN .* 54321 ' 2
open 4 127.0.0.1
open 6 ::1
watch_with_ss
count_with_nstat
end_with_kill
# SYN, SYN/ACK, ACK, the greeting and its ACK, RST; of each family
packets=12
capture_ends
read_with_tcpdump
read_with_tshark
# shellcheck disable=SC2086 # two of them
kill $servers
wait 2>/dev/null
echo "1..$tests"
rm -r "$work"
