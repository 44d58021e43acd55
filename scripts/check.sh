#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Every test, from a bare machine on:
#
#	core		pure suites, in userspace under ASan and UBSan
#	captures	glass explain of captures that others made, under both, too
#	kunit		the same and the kernel's own, in User-mode Linux,
#			once plain and once with KASAN, lockdep and kmemleak
#	selftests	real sockets: User-mode Linux in virtual time, the same
#			debug kernel, Debian's 6.12 and 6.1 in VMs
#	shell		glass lab shell, used in tmux, in User-mode Linux
#	rfcmap		whatever an RFC asks and Glass claims has a test, and
#			each that names a MUST has passed above
#	tables		so has each option, sysctl and counter, and all of these
#			tests have passed above
#
# The last line alone: "N passed, N failed, N skipped". Logs: .build/check/.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
out=$top/.build/check

# Every part ends with the same line; without it the part itself has failed.
add() {
	local part=$1 status=$2 line p f s

	cat "$out/$part.log"
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' \
		"$out/$part.log" | tail -n 1) || line=
	read -r p _ f _ s _ <<<"${line:-0 passed, 0 failed, 0 skipped}"
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	if [ "$status" != 0 ] && [ "$f" = 0 ]; then
		echo "not ok - $part ended with status $status"
		failed=$((failed + 1))
	elif [ -z "$line" ]; then
		echo "not ok - $part printed no totals"
		failed=$((failed + 1))
	fi
}

# One part: its log, its status
run_part() {
	local part=$1 start=$SECONDS status=0

	case $part in
	core) scripts/check-core.sh ;;
	captures) scripts/check-captures.sh ;;
	kunit-*) scripts/kunit.sh "${part#kunit-}" ;;
	selftests-uml-fast-*) scripts/selftests.sh --only "${part##*-}" uml-fast ;;
	selftests-*) scripts/selftests.sh "${part#selftests-}" ;;
	shell) scripts/check-shell.sh ;;
	esac >"$out/$part.log" 2>&1 || status=$?
	echo "$status" >"$out/$part.status"
	echo "# $part: $((SECONDS - start)) s" >&2
}

# A core for each and two more, as the guests wait for a third of their time; whoever
# is done takes the next.
if [ "${1-}" = --part ]; then
	run_part "$2"
	exit 0
fi

rm -rf "$out"
mkdir -p "$out"

passed=0 failed=0 skipped=0

scripts/setup/packages.sh build demo check
# Built or fetched once, then cached; the builds use both cores themselves.
for kernel in 6.12 6.1; do
	scripts/vm/kernel.sh "$kernel" --release >/dev/null
done
for kind in fast debug; do
	scripts/vm/uml.sh "$kind" --dir >/dev/null
done
for kernel in 6.12 6.1 uml-fast uml-debug; do
	echo "# building glass.ko for $kernel" >&2
	scripts/vm/build-module.sh "$kernel" >/dev/null
done
make -s -C userspace
make -s -C userspace/selftests OUT="$top/.build/selftests"

# the longest first
printf '%s\n' selftests-6.12 selftests-6.1 selftests-uml-fast-scripts \
	selftests-uml-fast-programs selftests-uml-debug core captures shell \
	kunit-uml-debug kunit-uml-fast |
	xargs -P "$(($(nproc) + 2))" -I{} "$top/scripts/check.sh" --part {}
for part in core captures kunit-uml-fast kunit-uml-debug selftests-uml-fast-programs \
	selftests-uml-fast-scripts selftests-uml-debug selftests-6.12 selftests-6.1 shell; do
	echo "# $part"
	add "$part" "$(cat "$out/$part.status" 2>/dev/null || echo 1)"
done
for part in rfcmap tables; do
	echo "# $part"
	status=0
	case $part in
	rfcmap) set -- scripts/rfcmap.py --check ;;
	tables) set -- scripts/checks/tables.py ;;
	esac
	PYTHONDONTWRITEBYTECODE=1 python3 "$@" --results "$out"/*.log \
		>"$out/$part.log" 2>&1 || status=$?
	add "$part" "$status"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
