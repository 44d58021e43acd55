#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# glass lab shell used as a learner does: at a terminal, which tmux is, keys go in
# and the screen is looked at. TAP, and the line of totals.
#   check-shell.sh [uml-fast|6.12|6.1]
set -uo pipefail
kernel=${1:-uml-fast}
cd "$(dirname "$0")/.." || exit
export TERM=screen LC_ALL=C.UTF-8
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
failed=0
# shellcheck source=userspace/selftests/verdict.sh
. userspace/selftests/verdict.sh

judge() {
	verdict "$@"
	[ "$1" = 0 ] || failed=$((failed + 1))
}

mux() { tmux -L "glass-shell-$$" -f /dev/null "$@"; }
# shellcheck disable=SC2317 # called by the trap
clean_up() {
	mux kill-server 2>/dev/null
	rm -rf "$work" ".build/shell/${work##*/}"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# shows WHAT SECONDS PATTERN...: each of them stands on the screen by then
shows() {
	local what=$1 deadline=$((SECONDS + $2)) pattern screen missing=start
	shift 2
	while [ -n "$missing" ] && [ "$SECONDS" -le "$deadline" ]; do
		sleep 0.2
		screen=$(mux capture-pane -p)
		missing=
		for pattern in "$@"; do
			grep -qE -- "$pattern" <<<"$screen" || missing=$pattern
		done
	done
	[ -z "$missing" ]
	judge $? "$what"
	[ -n "$missing" ] || return 0
	echo "# no line \"$missing\" on the screen:"
	# shellcheck disable=SC2001 # every line of it
	sed 's/^/# /' <<<"$screen"
	# nor will there be what follows
	totals
	exit 1
}

totals() { echo "$((tests - failed)) passed, $failed failed, 0 skipped"; }

# types KEY LINE: into the window of that key, or the one that is there
types() {
	[ -z "$1" ] || mux send-keys "$1"
	mux send-keys "$2" Enter
}

scripts/setup/packages.sh shell
make -s -C userspace && scripts/vm/build-module.sh "$kernel" >/dev/null || exit 1
.build/userspace/glass lab shell "$kernel" </dev/null >"$work/said" 2>&1
[ $? = 2 ] && grep -q 'wants a terminal' "$work/said"
judge $? "refused where there is no terminal"
mux new-session -d -x 130 -y 36 "stty -g >$work/before
	.build/userspace/glass lab shell $kernel
	status=\$?; stty -g >$work/after; echo \"ended \$status\"; exec sleep 1000"
shows "a guest comes up, and says what to try" 300 \
	'^Glass, on four hosts' 'F3: glass-client' '^guest#$' '\[F1 guest\] +F2 server +F3 client1'
types F1 "glass watch"
shows "the guest's window watches" 60 '^ glass +all connections .* live' 'nothing was seen yet'
types F2 "glass-server"
shows "a server in the server's" 60 '^server# glass-server' "^Listening on \('0\.0\.0\.0', 54321\)"
types F4 "glass-client -4 server 54321 hello; glass table"
shows "a client in client2's, whose table has the connection" 60 \
	"^Thank you for connecting, \('10\.0\.0\.3', " '^TIME-WAIT +10\.0\.0\.3 .* 10\.0\.0\.1 +54321'
mux send-keys F1
shows "and the ladder was live" 60 '10\.0\.0\.3:[0-9]+ +10\.0\.0\.1:54321' '\|-+ SYN -+>\|' \
	'\|<-+ SYN ACK 1 -+\|'
types F5 "PS1='old> '"
shows "each host has a shell" 60 '^old>$'
types "" exit
shows "who ends it gets it anew" 60 '^client3#$'
types "" "echo \"\$GLASS_KERNEL\" \$((6 * 7)) >${work##*/}; cat ${work##*/}"
shows "and its own files" 60 "^$kernel 42"
mux send-keys F1 q
types F1 "glass-server 7777 &"
shows "with a server in the background" 60 "Listening on .* 7777"
types F1 exit
shows "exit in the guest's window ends it well" 60 '^The guest is gone' '^ended 0'
[ "$(cat ".build/shell/${work##*/}")" = "$kernel 42" ]
judge $? "a file that was written there is kept"
[ -s "$work/before" ] && cmp -s "$work/before" "$work/after"
judge $? "the terminal is as it was"
totals
[ "$failed" = 0 ]
