#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Inside the guest: four hosts, the module, and the story in five parts. Every
# part says what it expects; the first that does not hold ends the story.
#   demo-guest.sh PATH/glass.ko
set -euo pipefail

module=$1
top=$(cd "$(dirname "$0")/.." && pwd)
story=demo
# shellcheck source=scripts/net/story.sh
. "$top/scripts/net/story.sh"

# --- telling, expecting ------------------------------------------------------

part() { printf '\n=== %s. %s\n' "$1" "$2"; }
tell() { printf '\n--- %s\n' "$*"; }

# show FILE: what a program said
show() { sed 's/^/  /' "$1"; }

# expect WHAT COMMAND...: COMMAND is true
expect() {
	local what=$1
	shift
	"$@" >/dev/null || give_up "expected: $what"
	expected=$((expected + 1))
}

# fails PID: that program ends, and not well
fails() { ! wait "$1"; }

# ladder NAME OPTIONS...: waits for the end of what watch() began, shows it
ladder() {
	wait "$watcher" || give_up "glass watch --count: not all segments came"
	echo "guest# glass watch ${*:2}"
	cat "$tmp/$1.out"
}

# --- the story -------------------------------------------------------------

article() {
	tell "The article's pair in Python: TCP's calls, 253 as third argument of socket()"
	start article server "$top/userspace/examples/server.py"
	local server=$pid
	await "server.py listens" rows 1 server '^LISTEN .* 54321 '
	echo "server# client.py"
	on server "$top/userspace/examples/client.py" >"$tmp/client.py"
	show "$tmp/client.py"
	echo "client1# client.py server"
	on client1 "$top/userspace/examples/client.py" server >>"$tmp/client.py"
	tail -n 1 "$tmp/client.py" | show -
	await "server.py prints both" lines 2 '^Got connection from' "$tmp/article.out"
	echo "server# server.py"
	show "$tmp/article.out"
	expect "the thanks, twice" lines 2 "^b'Thank you for connecting'" "$tmp/client.py"
	expect "a client on the server itself" grep -q "('10.0.0.1', " "$tmp/article.out"
	expect "a client on another host" grep -q "('10.0.0.2', " "$tmp/article.out"
	kill "$server"
	await "server.py is gone" rows 0 server '^LISTEN'
}

# client NAME HOST OPTIONS...: connects when the gate opens, closes when it shuts
client() {
	local name=$1 host=$2
	shift 2
	# shellcheck disable=SC2016 # expanded by the inner shell
	start "$name" "$host" sh -c 'exec glass-client "$@" <"$0"' \
		"$tmp/gate" -4 "$@" server 54321
	clients+=("$pid")
}

# A pipe: opening it for reading waits for the writer, and its end is the end
# of every client's input.
open_gate() {
	sleep 600 >"$tmp/gate" &
	gate=$!
	background+=("$gate")
}

shut_gate() {
	local p
	kill "$gate"
	for p in "${clients[@]}"; do
		wait "$p" || give_up "a client failed"
	done
}

all_at_once() {
	local got="^Got connection from \('10\.0\.0\."
	clients=()
	tell "Three hosts at once to the one port 54321, one of them from its port 54001"
	mkfifo "$tmp/gate"
	start server server glass-server
	server=$pid
	await "glass-server listens" rows 1 server '^LISTEN .* 54321 '
	watch handshake --port 54001 --count 3
	watcher=$pid
	client a client1 -b 54001
	client b client1
	client c client2
	client d client3
	open_gate
	await "four connections" lines 4 "$got" "$tmp/server.out"
	for name in a b c d; do
		await "the greeting" grep -q '^Thank you' "$tmp/$name.out"
	done
	echo "server# glass-server"
	show "$tmp/server.out"
	expect "the one bound to 54001" \
		grep -qxF "Got connection from ('10.0.0.2', 54001)" "$tmp/server.out"
	expect "two from client1" lines 2 "$got"'2' "$tmp/server.out"
	expect "one from client2" lines 1 "$got"'3' "$tmp/server.out"
	expect "one from client3" lines 1 "$got"'4' "$tmp/server.out"
	echo "client1# glass-client -b 54001 server 54321"
	show "$tmp/a.out"
}

handshake() {
	ladder handshake --port 54001 --count 3
	expect "a SYN" lines 1 '-- SYN --+>' "$tmp/handshake.out"
	expect "a SYN/ACK" lines 1 '<-+ SYN ACK --' "$tmp/handshake.out"
	expect "an ACK" lines 1 '-- ACK --+>' "$tmp/handshake.out"
	for rule in SEND_SYN LISTEN_SYN SEND_SYN_ACK SYN_SENT_SYN_ACK ACK_SYN; do
		expect "the rule $rule" grep -qw "$rule" "$tmp/handshake.out"
	done
}

# table HOST: its table, shown
table() {
	echo "$1# glass table"
	on "$1" glass table
}

tables() {
	local established='^ESTABLISHED +10\.0\.0\.1 +54321 +10\.0\.0\.[234] '
	tell "/proc/net/glass/connections on the server, while the connections are open"
	table server
	expect "one LISTEN" rows 1 server '^LISTEN +0\.0\.0\.0 +54321 +0\.0\.0\.0 +\* '
	expect "four ESTABLISHED" rows 4 server "$established"
	expect "no two with one remote end" [ 4 = "$(on server glass table |
		grep -E "$established" | awk '{ print $4, $5 }' | sort -u | wc -l)" ]
	tell "And on client1, which holds two of them"
	table client1
	expect "client1's two" rows 2 client1 '^ESTABLISHED +10\.0\.0\.2 .* 10\.0\.0\.1 +54321 '
	shut_gate
	tell "After the clients closed: the end that closes first waits 2 MSL in TIME-WAIT"
	await "client1's two in TIME-WAIT" rows 2 client1 '^TIME-WAIT +10\.0\.0\.2 '
	table client1
	echo "(the server has TIME-WAIT only from server.py, which did close first)"
	await "only LISTEN is left" rows 0 server "$established"
	table server
	expect "one LISTEN still" rows 1 server '^LISTEN +0\.0\.0\.0 +54321 '
}

# An address that nobody has, on a neighbour that does not exist: what is sent
# there leaves, and no one says that it cannot arrive.
nobody_there() {
	ip -n client3 neighbour add 10.0.0.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent
	on client3 sysctl -qw net.glass.syn_retries=2
}

refused_and_timed_out() {
	local begun late lost
	nobody_there
	watch late --port 9901 --count 3
	late=$pid begun=$SECONDS
	start lost client3 glass-client 10.0.0.99 9901
	lost=$pid

	tell "No listener: the server answers with RST"
	watch refused --port 9 --count 2
	watcher=$pid
	start refusal client1 glass-client -4 server 9 nobody
	expect "a refused client fails" fails "$pid"
	echo "client1# glass-client server 9"
	cat "$tmp/refusal.out" "$tmp/refusal.err" | show -
	ladder refused --port 9 --count 2
	expect "connection refused" grep -q '^connect: Connection refused: ' "$tmp/refusal.err"
	expect "a RST" grep -q 'RST ACK --' "$tmp/refused.out"
	for rule in CLOSED_REJECT SYN_SENT_RST; do
		expect "the rule $rule" grep -qw "$rule" "$tmp/refused.out"
	done

	tell "No host: the SYN goes out again after 1 s and 2 s, and the open fails 4 s later"
	expect "a lost client fails" fails "$lost"
	echo "client3# sysctl net.glass.syn_retries=2"
	echo "client3# glass-client 10.0.0.99 9901"
	cat "$tmp/lost.out" "$tmp/lost.err" | show -
	watcher=$late
	ladder late --port 9901 --count 3
	expect "connection timed out" grep -q '^connect: Connection timed out: ' "$tmp/lost.err"
	expect "three SYNs" lines 3 '-- SYN --+x' "$tmp/late.out"
	expect "the rule SEND_SYN_AGAIN" lines 2 'SEND_SYN_AGAIN' "$tmp/late.out"
	expect "about 7 s" [ $((SECONDS - begun)) -le 15 ]
	tell "Each end of this story was somebody's decision: the rules that client3 met"
	echo "client3# glass rules"
	on client3 glass rules
}

# echo_of OPTIONS...: a megabyte there and back
echo_of() {
	local sum=$1
	shift
	echo "client2# glass-client $* <megabyte"
	on client2 glass-client "$@" <"$tmp/megabyte" >"$tmp/echo.out" 2>"$tmp/echo.err" ||
		give_up "the echo differs"
	show "$tmp/echo.out"
	expect "all of it, unharmed" grep -qxF \
		"sent 1048576 bytes, CRC-32 $sum; received 1048576 bytes, CRC-32 $sum" \
		"$tmp/echo.out"
}

echoed() {
	local sum
	head -c 1048576 /dev/urandom >"$tmp/megabyte"
	sum=$(python3 -c 'import sys, zlib
print("%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' "$tmp/megabyte")
	tell "One megabyte of random bytes, CRC-32 $sum by Python's zlib"
	echo_of "$sum" -4 server 54321
	tell "The same over IPv6, by socket(AF_GLASS, ...)"
	start server6 server glass-server -6 -g 54326
	await "it listens on IPv6" rows 1 server '^LISTEN +:: +54326 +:: +\* '
	echo_of "$sum" -6 -g server 54326
	kill "$pid"
}

finish() {
	kill "$server"
	await "no socket is left on the server" rows 0 server '^LISTEN'
	close_stage
	printf '\ndemo: all five parts shown, %d expectations held\n' "$expected"
}

echo "Linux $(uname -r), four hosts in network namespaces (scripts/net/hosts.sh)"
open_stage "$module"
part 1 "Many clients, one port"
article
all_at_once
part 2 "The handshake of one of these connections, from port 54001"
handshake
part 3 "The connection table"
tables
part 4 "Two ways to fail"
refused_and_timed_out
part 5 "Bytes there and back"
echoed
finish
