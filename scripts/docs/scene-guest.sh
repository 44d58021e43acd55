#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Inside the guest: one scene of the documentation. It is a script that is read
# with the four hosts up and the module there, the programs and the examples in
# PATH, and the functions of this file and of net/story.sh. What it keeps goes
# to $GLASS_OUT.
#   scene-guest.sh PATH/glass.ko SCENE.sh
set -euo pipefail

module=$1 scene=$2
top=$(cd "$(dirname "$0")/../.." && pwd)
story=${scene##*/}
# shellcheck source=scripts/net/story.sh
. "$top/scripts/net/story.sh"
PATH=$PATH:$top/userspace/examples
# Time is virtual: a minute in FIN-WAIT-2 costs nothing.
patience=600

# kept_as OUTPUT: the file of an output that no one has kept yet
kept_as() {
	case $1 in
	'' | *[!a-z0-9-]*) give_up "an output is named by a-z, 0-9 and -, not '$1'" ;;
	esac
	kept=$GLASS_OUT/$1.txt
	[ ! -e "$kept" ] || give_up "two outputs are called $1"
}

# keep OUTPUT HOST COMMAND...: what it prints there. It may fail, and is then
# told so by what it printed; but it must be there, and come to an end.
keep() {
	local kept status=0
	kept_as "$1"
	shift
	{
		spell "$@"
		on "$1" timeout "$patience" "${@:2}" 2>&1 </dev/null || status=$?
	} >"$kept"
	case $status in
	12[4-7]) give_up "status $status of: $(spell "$@")" ;;
	esac
	nowhere "$kept"
}

# nowhere FILE: it names no place of this machine
nowhere() {
	! grep -qF -e "$top" -e "$GLASS_OUT" "$1" || give_up "$1 names a place of one machine"
}

# ended NAME: it has, by itself or by our signal
ended() {
	local status=0
	[ -n "${pids[$1]-}" ] || give_up "nothing runs by the name $1"
	wait "${pids[$1]}" || status=$?
	unset "pids[$1]"
	case $status in
	12[4-7]) give_up "status $status of: ${told[$1]}" ;;
	esac
}

# stop NAME: by a signal
stop() {
	kill "${pids[$1]-}" || give_up "$1 runs no longer"
	ended "$1"
}

wait_for() {
	await "the end of $1" gone "${pids[$1]-}"
	ended "$1"
}

gone() { ! kill -0 "$1"; }

# keep_of OUTPUT NAME: what that program has printed until now; of its messages
# not those by which scripts know that it has begun.
keep_of() {
	local kept
	kept_as "$1"
	{
		printf '%s\n' "${told[$2]}"
		cat "$tmp/$2.out"
		grep -vx -e watching -e recording "$tmp/$2.err" || true
	} >"$kept"
	nowhere "$kept"
}

# keep_screen OUTPUT COLUMNS ROWS KEY... -- HOST COMMAND...: a terminal of that
# size after these keys. Time passes only while everybody waits: after any sleep
# all has been drawn.
keep_screen() {
	local kept mux command key keys=() columns=$2 rows=$3
	kept_as "$1"
	shift 3
	while [ "$1" != -- ]; do
		keys+=("$1")
		shift
	done
	shift
	mux=(tmux -L scene -f /dev/null)
	command_on "$@"
	TERM=screen "${mux[@]}" new-session -d -x "$columns" -y "$rows" "${command[@]}"
	sleep 1
	for key in "${keys[@]}"; do
		"${mux[@]}" send-keys "$key"
		sleep 0.1
	done
	{
		spell "$@"
		"${mux[@]}" capture-pane -p
	} >"$kept"
	"${mux[@]}" kill-server
}

# picture NAME FILE EVENT [WIDTH [CSS]]: pictures/book-NAME.webp, of the page of a
# recording at one event, from 1, or of the panes that CSS selects. That and its
# ladder is kept: a picture is stale when they are.
picture() {
	local kept
	cp "$2" "$GLASS_OUT/$1.jsonl"
	printf '%s\t%s\t%s\t%s\n' "$1" "$3" "${4-1360}" "${5-}" >>"$GLASS_OUT/pictures"
	keep "picture-$1" guest glass replay "$2"
	kept=$GLASS_OUT/picture-$1.txt
	sed -i "1i picture at event $3, ${4-1360} wide, of ${5-all}" "$kept"
}

: >"$GLASS_OUT/begun"
open_stage "$module"
# so that no segment waits for a neighbour's address
for host in client1 client2 client3; do
	on "$host" ping -q -c 1 10.0.0.1 >/dev/null
	on "$host" ping -q -c 1 fd00::1 >/dev/null
done
cd "$top"
# How a timer is rounded depends on the tick that it is set at, and the longer it
# is, the more ticks are one to it. Each scene begins at the same, halfway to the
# next: at 13.28 s of the guest's clock, when it has booted long since.
python3 -c 'import os, time
def sleep_until(then):
    time.sleep(max(0, then - time.monotonic()))
halfway = (time.monotonic() // 0.01 + 1.5) * 0.01
sleep_until(halfway)
sleep_until(halfway + 0.01 * (2048 - round(100 * os.times().elapsed) % 2048))'
# shellcheck source=/dev/null
. "$scene"
cd "$top"
for p in $(jobs -p); do
	kill "$p" 2>/dev/null || true
done
wait
close_stage
