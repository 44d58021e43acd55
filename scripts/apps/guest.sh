#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of check.sh: each program does its job over TCP, then over
# Glass, and what came of it is compared:
#   guest.sh GLASS.KO NAME...
# program/NAME.sh says what the job is. It sets
#   job=TEXT	what is done, in a few words
#   host=ADDR	where it is served, 127.0.0.1 unless told
#   once=1	if the server ends by itself, after one client
# and defines
#   prepare	what both ways need, in $work/$name (may be missing)
#   serve	becomes the server, "${over[@]}" in front, on $host and $port; what
#		it makes for itself goes to $here
#   use		the client, the same way; whatever it, or the server, leaves in
#		$data is compared
module=$1
shift
apps=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$apps/../../.build/userspace
work=$(mktemp -d)
# Servers of other users look into it, and no directory of this tree may stop them.
chmod 755 "$work"
install -D -t "$work/bin" "$bin/glass" "$bin/glass-run.so"
PATH=$work/bin:$PATH
table=/proc/net/glass/connections
# shellcheck disable=SC2034 # for program/*.sh, as is $over
host=127.0.0.1 once=0 job='' port=5000
mkfifo "$work/never"	# nobody writes: to read it is to wait, without a process
PATIENCE=60		# seconds that a server may take to listen, and to end
LIMIT=300		# and a client to do its job

verdict() {
	local result=$1
	shift
	[ "$result" = 0 ] || echo -n "not "
	echo "ok - $name: $*"
	[ "$result" = 0 ]
}

tell() { tail -n 30 "$1" | sed 's/^/# /'; }
pause() { read -rt 0.1 <>"$work/never" || true; }

# noise FILE OCTETS: so many that no two times are alike
noise() { mkdir -p "${1%/*}" && head -c "$2" /dev/urandom >"$1"; }

# rows: those of our port, at either end: into $listening and, of connections, $n
rows() {
	local row
	n=0 listening=0
	while read -ra row; do
		[ "${row[2]}" = "$port" ] || [ "${row[4]}" = "$port" ] || continue
		if [ "${row[0]}" = LISTEN ]; then
			listening=$((listening + 1))
		else
			n=$((n + 1))
		fi
	done <"$table"
}

# Has TCP sockets with our port, in any state? Then it stays said in $of_tcp.
ask_tcp() {
	local lines hex family
	printf -v hex %04X "$port"
	for family in tcp tcp6; do
		mapfile lines <"/proc/net/$family"
		[[ ${lines[*]} != *":$hex "* ]] || of_tcp=1
	done
}

# count NAME: that counter of Glass', of all ports
count() {
	awk -v name="$1" '/^Glass: [A-Z]/ { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		/^Glass: [0-9]/ { print $at }' /proc/net/glass/snmp
}

listens() {
	if [ "$way" = tcp ]; then
		ss -Htln "sport = :$port" | grep -q .
	else
		rows
		[ "$listening" -gt 0 ]
	fi
}

await_server() {
	local until=$((SECONDS + PATIENCE))
	until listens; do
		kill -0 "$server" 2>/dev/null && [ "$SECONDS" -lt "$until" ] || return 1
		pause
	done
}

# Until the client has ended: the most rows that the table showed at once, of both
# ends and in any state, and whether TCP had any
watch_client() {
	local until=$((SECONDS + LIMIT)) running=1
	most=0 of_tcp=0
	while [ "$running" = 1 ]; do
		pause
		kill -0 "$client" 2>/dev/null || running=0
		[ "$SECONDS" -lt "$until" ] || kill -KILL -- "-$client"
		rows
		ask_tcp
		[ "$n" -le "$most" ] || most=$n
	done
	wait "$client"
}

# end_server ITSELF: it ends by itself (1) or by the signal (0), in time, and not
# before nor by a mistake of its own
end_server() {
	local itself=$1 until=$((SECONDS + PATIENCE)) status
	if [ "$itself" = 0 ] && ! kill "$server" 2>/dev/null; then
		echo "# $name: the server has ended before it was asked to"
		return 1
	fi
	while kill -0 "$server" 2>/dev/null; do
		if [ "$SECONDS" -ge "$until" ]; then
			echo "# $name: the server does not end"
			kill -KILL -- "-$server"
			return 1
		fi
		pause
	done
	wait "$server"
	status=$?
	[ "$itself" = 0 ] || return "$status"
	case $status in
	# SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV
	132 | 133 | 134 | 135 | 136 | 139)
		echo "# $name: the server ended with status $status"
		return 1
		;;
	esac
}

# try WAY: tcp or glass. Into $most, $of_tcp and $took what was seen. Each end is a
# process group of its own, so that all of it can be ended.
try() {
	local server client status start
	way=$1 here=$work/$name/$1 data=$work/$name/$1/data
	# shellcheck disable=SC2034
	if [ "$way" = tcp ]; then over=(); else over=(glass run); fi
	mkdir -p "$data"
	set -m
	serve >"$here/server" 2>&1 </dev/null &
	server=$!
	set +m
	start=${EPOCHREALTIME/./}
	if await_server; then
		start=${EPOCHREALTIME/./}
		set -m
		use >"$here/client" 2>&1 </dev/null &
		client=$!
		set +m
		watch_client
		status=$?
	else
		echo "# $name: no server over $way"
		status=1
	fi
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	# a client that failed may have left the server waiting
	end_server $((status == 0 ? once : 0)) || status=1
	[ "$status" = 0 ] || for log in server client; do
		echo "# $name over $way, the $log's words:"
		[ ! -s "$here/$log" ] || tell "$here/$log"
	done
	return "$status"
}

yes_no() { if [ "$1" = 0 ]; then echo yes; else echo NO; fi; }

# One program, in a process of its own: what it defines goes with it
run() {
	local works equal seen opened again tcp_took most=0 of_tcp=0 took octets
	name=$1
	# shellcheck disable=SC1090
	. "$apps/program/$name.sh"
	mkdir -p "$work/$name"
	if declare -F prepare >/dev/null && ! prepare >"$work/$name/prepare" 2>&1; then
		verdict 1 "it is prepared"
		tell "$work/$name/prepare"
	fi
	try tcp
	verdict $? "works over TCP, to compare with"
	tcp_took=$took port=$((port + 1))
	opened=$(count ActiveOpens) again=$(count RetransSegs)
	try glass
	works=$?
	opened=$(($(count ActiveOpens) - opened)) again=$(($(count RetransSegs) - again))
	verdict $works "works over Glass"
	octets=$(find "$work/$name/glass/data" -type f -printf '%s\n' |
		awk '{ sum += $1 } END { print +sum }')
	diff -r "$work/$name/tcp/data" "$work/$name/glass/data" >"$work/$name/diff" &&
		[ -n "$(find "$work/$name/glass/data" -type f -size +0)" ]
	equal=$?
	verdict $equal "what came of it over Glass and over TCP is equal" || tell "$work/$name/diff"
	[ "$most" -gt 0 ] && [ "$of_tcp" = 0 ]
	seen=$?
	verdict $seen "its connections are in Glass' table, not in TCP's: $most rows at once"
	printf '%-12s %-5s %-5s %4d %6d %5d %9d %8d %8d  %s\n' "$name" "$(yes_no $works)" \
		"$(yes_no $equal)" "$most" "$opened" "$again" "$octets" "$took" "$tcp_took" "$job" \
		>>"$work/report"
	rm -rf "${work:?}/$name"
}

insmod "$module" || exit 125
# glass run of what no library reaches wants one
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
printf '%-12s %-5s %-5s %4s %6s %5s %9s %8s %8s  %s\n' PROGRAM WORKS EQUAL ROWS OPENED AGAIN \
	OCTETS "GLASS ms" "TCP ms" JOB >"$work/report"
for program in "$@"; do
	port=$((port + 2))
	(run "$program")
	grep -q "^$program " "$work/report" || {
		name=$program
		verdict 1 "it is tried to the end"
	}
done
cat "$work/report"
