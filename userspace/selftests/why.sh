#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass why: of each trouble a connection can have, what is blamed, by which
# section of which RFC, the segment that did it, and what to try. Run by
# scripts/selftests-guest.sh.
if [ -z "${GLASS_WHY_NETNS-}" ]; then
	GLASS_WHY_NETNS=1 exec unshare -n "$0"
fi
glass=$GLASS_TOP/.build/userspace/glass
work=$(mktemp -d)
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"

# scene NAME [TOLD]: it is recorded, and asked about; what its programs are told
scene() {
	name="IPv$family: $1"
	"$glass" break repair >/dev/null
	"$glass" record --netns self "$work/run.jsonl" -- \
		"$GLASS_TOP/userspace/selftests/why_scene.py" "$glass" "$family" "$1" \
		>"$work/told" 2>"$work/err" && [ "$(cat "$work/told")" = "${2-}" ]
	verdict $? "$name: it happens${2:+, and is told: $2}"
	sed '/^recording$/d; /^[0-9]* events$/d; s/^/# /' "$work/err"
	"$glass" why --read "$work/run.jsonl" 7000 >"$work/why"
	sed 's/^/# /' "$work/why"
}

# blamed TROUBLE RULE SEGMENT TRY: one paragraph has all of them, and the rule's
# phrase; RULE with its section, as in the RFC's address, or a fault alone
blamed() {
	local phrase
	phrase=$("$glass" rules -a | awk -v rule="${2%% *}" '$1 == rule {
		sub(/^[^ ]+ +[^ ]+ +[0-9]+  /, ""); print }')
	[ -n "$phrase" ] && awk -v RS= -v head="  $1: $2" -v phrase="    $phrase" \
		-v segment="^    (segment [0-9]+, )?at [0-9.]+ ms: .*$3" -v try="    try: $4" -F'\n' '
		index($1, head) == 1 && substr($1, length(head) + 1) ~ /^(, [0-9]+ times)?$/ &&
		$2 == phrase && $3 ~ segment && index($4, try) == 1 { found = 1 }
		END { exit !found }' "$work/why"
	verdict $? "$name: $1: $2"
}

# waited WINDOW TRY: that alone made it slow
waited() {
	awk -v RS= -v head="  slow: $1" -v try="    try: $2" -F'\n' '
		$1 == head && $2 ~ /^    .* had more to send for [0-9.]+ of [0-9.]+ ms, / &&
		index($3, try) == 1 { found = 1 }
		END { exit !found || NR != 2 }' "$work/why"
	verdict $? "$name: slow: $1"
}

# course PATTERN: a line of what became of it
course() {
	grep -qE -- "$1" "$work/why"
	verdict $? "$name: $1"
}

echo "TAP version 13"
ip link set lo up
echo 1 >/proc/sys/net/glass/synack_retries
for family in 4 6; do
	scene refused "client ECONNREFUSED"
	course '^  it never opened$'
	course 'was told ECONNREFUSED: Connection refused$'
	blamed refused "SYN_SENT_RST rfc9293#section-3.10.7.3" "got RST ACK, seq" "is the server running"
	blamed refused "CLOSED_REJECT rfc9293#section-3.10.7.1" ":7000 got SYN, seq 0" "nobody listens"
	course '^  refused: CLOSED_REJECT rfc9293#section-3.10.7.1$'

	scene linger "server ECONNRESET"
	blamed reset "SEND_RST_ABORT rfc9293#section-3.10.5" "sent RST ACK, seq 1" \
		"the program closed with SO_LINGER 0, or left text unread"
	blamed reset "RST_EXACT rfc9293#section-3.10.7.4" ":7000 got RST ACK, seq 1" "the other end gave up"

	scene unread "server ECONNRESET"
	blamed reset "SEND_RST_ABORT rfc9293#section-3.10.5" "sent RST ACK, seq 1" \
		"the program closed with SO_LINGER 0, or left text unread: read to the end"
	blamed reset "RST_EXACT rfc9293#section-3.10.7.4" ":7000 got RST ACK, seq 1" "the other end gave up"

	scene timeout "client ETIMEDOUT"
	course 'was told ETIMEDOUT: Connection timed out$'
	blamed "given up" "USER_TIMEOUT rfc9293#section-3.8.3" ":[0-9]+$" "nothing was answered"
	blamed dropped FAULT_DROP ":7000 got PSH ACK, seq 1, 5 octets" "somebody asked for it"

	scene resent
	blamed "sent again" "RESEND_RTO rfc6298#section-5.4" "sent PSH ACK, seq 1, 5 octets" \
		"something on the way loses segments"
	blamed "sent again" "RESEND_TLP rfc8985#section-7.3" "sent PSH ACK, seq 1, 5 octets" \
		"something on the way loses segments"

	scene window
	blamed slow "SEND_PROBE rfc9293#section-3.8.6.1" "sent .*ACK, seq" "the other program does not read"
	blamed slow "TEXT_ZERO_WINDOW rfc9293#section-3.8.6.1" ":7000 got .*ACK, seq" \
		"the program here does not read"

	ip link set lo mtu 1500
	tc qdisc add dev lo root netem delay 50ms
	scene narrow
	waited "the other end's window, rfc9293#section-3.8.6" "the program there reads too slowly"
	scene young
	waited "the congestion window, rfc5681#section-3.1" "it grows with each round trip"
	scene easy
	course '^  nothing went wrong$'
	tc qdisc del dev lo root
	ip link set lo mtu 65536

	scene delayed
	blamed slow "ACK_DELAYED rfc9293#section-3.8.6.3" "sent ACK, seq" "small writes that wait"

	scene soft "client EHOSTUNREACH"
	course '^  it never opened$'
	course 'was told EHOSTUNREACH: No route to host$'
	blamed "given up" "USER_TIMEOUT rfc9293#section-3.8.3" ":[0-9]+$" "nothing was answered"
	blamed unreachable "ICMP_SOFT rfc9293#section-3.9.2.2" ":[0-9]+$" "a router or the host says"

	[ "$family" = 4 ] && error=ENOPROTOOPT || error=ECONNREFUSED
	scene hard "client $error"
	blamed refused "ICMP_HARD rfc9293#section-3.9.2.2" ":[0-9]+$" "a router or the host says no"

	scene far
	blamed dropped "HOPS_FEW rfc5082#section-3" ":7000 got PSH ACK, seq 1, 5 octets" \
		"IP_MINTTL or IPV6_MINHOPCOUNT"

	scene embryo
	blamed "given up" "EMBRYO_TIMEOUT rfc9293#section-3.8.3" ":7000$" "does it arrive?"
	blamed "sent again" "SEND_SYN_ACK_AGAIN rfc6298#section-5" ":7000 sent SYN ACK, seq 0" \
		"does it arrive?"

	scene silent "client ETIMEDOUT"
	blamed "given up" "KEEPALIVE_TIMEOUT rfc9293#section-3.8.4" "" "the other end is gone"

	scene full
	blamed refused "LISTEN_ACCEPT_QUEUE_FULL rfc9293#section-3.10.7.2" ":7000 got" \
		"the server accepts too slowly"
done
echo "1..$tests"
rm -r "$work"
