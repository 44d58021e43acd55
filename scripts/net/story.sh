# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the demo and the scenes of the documentation are told with: programs on
# the hosts of hosts.sh, in the background too, and waiting for what they do.
# Sourced inside a guest, never run; $top is the tree, $story who tells.
# "guest" is a host, too: the guest itself, from where all of them are seen.

# shellcheck disable=SC2154 # of those that source this
PATH=$top/.build/userspace:$PATH
tmp=$(mktemp -d)
background=()
declare -A pids told	# of each program in the background: how it was typed
expected=0
patience=60	# seconds that something may take

give_up() {
	echo "$story: FAILED: $*" >&2
	for f in "$tmp"/*.err; do
		[ -s "$f" ] && sed "s|^|$story: ${f##*/}: |" "$f" >&2
	done
	exit 1
}

# spell HOST COMMAND...: as somebody types it there
spell() {
	local word text=$1'#'
	shift
	if [ $# = 3 ] && [ "$1 $2" = "sh -c" ]; then
		printf '%s %s\n' "$text" "$3"
		return
	fi
	for word; do
		case $word in
		*\'*) text+=" \"$word\"" ;;
		'' | *[!A-Za-z0-9_./:=,@%+-]*) text+=" '$word'" ;;
		*) text+=" $word" ;;
		esac
	done
	printf '%s\n' "$text"
}

# command_on HOST COMMAND...: into the array command
command_on() {
	command=("$top/scripts/net/on.sh" "$@")
	[ "$1" != guest ] || command=("${@:2}")
}

# on HOST COMMAND...
on() {
	local command
	command_on "$@"
	"${command[@]}"
}

# await WHAT COMMAND...: COMMAND becomes true, soon
await() {
	local what=$1 deadline=$((SECONDS + patience))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || give_up "waited $patience s for: $what"
		sleep 0.05
	done
	expected=$((expected + 1))
}

# lines COUNT PATTERN FILE: exactly COUNT lines match
lines() { [ "$(grep -cE -- "$2" "$3")" = "$1" ]; }

# rows COUNT HOST PATTERN: the table of HOST has exactly COUNT such rows
rows() { [ "$(on "$2" glass table | grep -cE -- "$3")" = "$1" ]; }

# shellcheck disable=SC2034 # pids and told are for those that source this
# start NAME HOST COMMAND...: in the background, output in NAME.out and NAME.err
start() {
	local name=$1 command
	command_on "${@:2}"
	"${command[@]}" >"$tmp/$name.out" 2>"$tmp/$name.err" &
	pid=$!
	background+=("$pid")
	pids[$name]=$pid
	told[$name]=$(spell "${@:2}")
}

# shellcheck disable=SC2034 # so is this
# watch NAME OPTIONS...: a ladder into NAME.out; sees all from now on
watch() {
	start "$1" guest glass watch --timeout $((2 * patience)) "${@:2}"
	told[$1]=$(spell guest glass watch "${@:2}")
	await "glass watch" grep -q watching "$tmp/$1.err"
}

# open_stage GLASS.KO: the hosts and the module
open_stage() {
	"$top/scripts/net/hosts.sh" up
	insmod "$1"
}

close_stage() {
	"$top/scripts/net/hosts.sh" down
	await "the module unloads" rmmod glass
}

# shellcheck disable=SC2317 # called by the trap
clean_up() {
	local p
	for p in "${background[@]}"; do
		kill "$p" 2>/dev/null || true
	done
	wait
	rm -rf "$tmp"
}
trap clean_up EXIT
