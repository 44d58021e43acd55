#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Process 1 of every guest once its root stands: runs the command and saves
# what is to be known of it afterwards.
job=/run/glass
# Written by run.sh for this guest.
kernel='' dir=/ leaks_wanted=0 terminal='' type=dumb size='' command=()
# shellcheck disable=SC1091
. "$job/config"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp LANG=C.UTF-8 TERM=dumb GLASS_OUT=/run/glass-out
export GLASS_KERNEL=$kernel GLASS_GUEST=1

# Runs the command; nothing but what it writes goes to the output.
run_command() {
	local status stream
	mkfifo /run/output
	"$job/helper" stream "$job/output" </run/output &
	stream=$!
	(
		cd "$dir" || exit 125
		exec setsid "${command[@]}"
	) </dev/null >/run/output 2>&1 &
	wait $!
	status=$?
	# A daemon that the command left behind may hold the pipe open.
	for _ in {1..20}; do
		kill -0 "$stream" 2>/dev/null || break
		sleep 0.1
	done
	return "$status"
}

# Runs it at the terminal instead, as its session's own.
run_at_terminal() {
	local rows columns
	read -r rows columns <<<"$size"
	(
		cd "$dir" || exit 125
		export TERM=$type
		stty sane rows "$rows" cols "$columns"
		exec setsid --ctty --wait "${command[@]}"
	) <>"$terminal" >&0 2>&1
}

# What only the debug kernel can tell, appended to its log.
debug_checks() {
	local leaks=/sys/kernel/debug/kmemleak
	if [ -e /proc/lockdep_stats ] &&
		! grep -q 'debug_locks: *1$' /proc/lockdep_stats; then
		echo "glass: lockdep is off: BUG: it found something, or was turned off" \
			>/dev/kmsg
	fi
	[ "$leaks_wanted" = 1 ] || return
	[ -e "$leaks" ] || {
		echo "glass: BUG: kmemleak is not there" >/dev/kmsg
		return
	}
	# An object counts as leaked only when it is more than 5 s old, and a
	# pointer in flight during one scan is found by the next.
	echo scan >"$leaks"
	sleep 6
	echo scan >"$leaks"
	cat "$leaks" >"$job/kmemleak"
}

if [ -n "$terminal" ]; then
	run_at_terminal
else
	run_command
fi
status=$?
debug_checks
dmesg >"$job/dmesg"
echo "$status" >"$job/status"
"$job/helper" poweroff
