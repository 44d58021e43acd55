#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Goodput of Glass and of the kernel's TCP (CUBIC) over bad networks, in
# User-mode Linux, whose time is virtual: busy or not, the figures are the same.
#   bench-net.sh [--self] [--update]
# The networks are the rows of userspace/bench/net.table. What is printed is kept
# in .build/bench-net, with pictures of some transfers; --update brings both into
# Documentation/pictures. --self measures TCP against TCP: every ratio must be 1,
# give or take what chance makes of it. JOBS guests run at a time, one for each
# CPU if not set.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
out=$top/.build/bench-net
table=$top/userspace/bench/net.table
pictures=$top/Documentation/pictures
jobs=${JOBS:-$(nproc)}
self=0 update=0
# However many run at a time, the work is shared by so many guests: what a
# figure is may depend on what its guest did before.
PARTS=4

for option in "$@"; do
	case $option in
	--self) self=1 ;;
	--update) update=1 ;;
	*)
		echo "usage: bench-net.sh [--self] [--update]" >&2
		exit 2
		;;
	esac
done

# guest PART WHAT...: the driver's output, into a file of its own
guest() {
	local part=$1
	shift
	# Where the guest's memory lies decides how much of it there is.
	setarch -R "$top/scripts/vm/run.sh" --kernel uml-fast --virtual-time --mem 1024 \
		--append kunit.enable=0 --timeout 3000 --out "$out" \
		--log "$out/$part.log" -- \
		"$top/scripts/bench-net-guest.sh" "$module" "$top/.build/bench/net" \
		"$@" | tee "$out/$part.lines" | progress
}

progress() {
	sed -u -n 's/^cell [0-9]* /bench-net: /p; s/^fair \(.* .*\) \([0-9]*\) [0-9]* [0-9]*$/bench-net: \1, seed \2/p' >&2
}

# One guest's share. Both parts of the driver, one after the other.
share() {
	local part=$1 status=0
	if [ "$self" = 1 ]; then
		guest "matrix-$part" -k tcp,tcp -p "$part/$PARTS" matrix "$table" || status=$?
	else
		guest "matrix-$part" -p "$part/$PARTS" matrix "$table" || status=$?
		guest "fair-$part" -p "$part/$PARTS" fair || status=$?
	fi
	return "$status"
}

# The words of the row that is drawn under this name
row_of() { sed -n "s/ *plot $1 *.*//p" "$table" | tr -s ' '; }

draw() {
	local name row
	for name in shallow loss; do
		read -r mbit rtt queue _ what <<<"$(row_of "$name")"
		row="$mbit Mbit/s, $rtt ms, $queue queue${what:+, $what}"
		"$top/scripts/bench-net-plot.sh" "$out/bench-net-$name.svg" "$row, one at a time" \
			"Glass=$out/$name-0-glass.samples" "TCP=$out/$name-0-tcp.samples"
	done
	"$top/scripts/bench-net-plot.sh" "$out/bench-net-fair.svg" \
		"10 Mbit/s, 40 ms, normal queue, both at once" \
		"Glass=$out/fair-0-glass.samples" "TCP=$out/fair-1-tcp.samples"
}

"$top/scripts/setup/packages.sh" bench-net
make -s -C "$top/userspace/bench" net
echo "bench-net: building the module" >&2
module=$("$top/scripts/vm/build-module.sh" uml-fast)
rm -rf "$out"
mkdir -p "$out"
start=$SECONDS
status=0
for ((part = 0; part < PARTS; part++)); do
	[ "$part" -lt "$jobs" ] || wait -n || true
	{ share "$part" || touch "$out/failed"; } &
done
wait
[ ! -e "$out/failed" ] || status=1
cat "$out"/*.lines >"$out/lines"
awk -v self="$self" -f "$top/scripts/bench-net.awk" "$out/lines" >"$out/bench-net.txt" || status=$?
cat "$out/bench-net.txt"
echo "bench-net: $((SECONDS - start)) s" >&2
[ "$self" = 1 ] || draw
if [ "$update$self" = 10 ]; then
	mkdir -p "$pictures"
	cp "$out"/bench-net*.svg "$out/bench-net.txt" "$pictures/"
fi
exit "$status"
