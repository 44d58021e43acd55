# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scenes of the book have in common: its two programs, recordings, and
# clients that wait behind a gate. Sourced by scenes, whose directory is $tmp.

# shellcheck disable=SC2154 # of scripts/docs/scene-guest.sh
PATH=$top/Documentation/book/scenes/lib:$PATH
cd "$tmp" || exit 1

# record FILE OPTION...: what is said from now on, until recorded
record() {
	start record guest glass record "${@:2}" "$1"
	await "a recording" grep -q '^recording' "$tmp/record.err"
}

recorded() { stop record; }

# behind GATE NAME HOST PROGRAM...: its standard input ends when the gate opens
behind() {
	if [ ! -p "$1" ]; then
		mkfifo "$1"
		start "gate-$1" guest sh -c "exec sleep 3600 >$1"
	fi
	# shellcheck disable=SC2016 # expanded by the inner shell
	start "$2" "$3" sh -c 'exec "$@" <"$0"' "$1" "${@:4}"
}

open_gate() { stop "gate-$1"; }

# quietly HOST COMMAND...
quietly() { on "$@" >/dev/null; }

# counted HOST RULE [TIMES]: it has decided something there, so often
counted() { on "$1" glass rules | grep -qE "^$2 .* +${3-[0-9]+}  "; }

# distant HOST MS: so long from there to anybody, each segment in a packet
distant() {
	ip -n "$1" link set eth0 gso_max_segs 1
	tc -n "$1" qdisc add dev eth0 root netem delay "$2ms" limit 10000
}

# load_diag: for --info; the scene unloads it again
load_diag() {
	# shellcheck disable=SC2154 # of scripts/docs/scene-guest.sh
	insmod "${module%/*}/glass_diag.ko"
}
