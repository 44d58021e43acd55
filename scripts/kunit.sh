#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs the KUnit suites inside glass.ko in User-mode Linux:
#	kunit.sh uml-fast|uml-debug
# They run when the module is loaded and report in the kernel's log, as KTAP. It is
# loaded in a network namespace of its own: some cases want one beside the first.
# Ends with one line alone: "N passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
kernel=${1:?usage: kunit.sh uml-fast|uml-debug}

module=$("$top/scripts/vm/build-module.sh" "$kernel")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
options=(--virtual-time)
[ "$kernel" != uml-debug ] || options+=(--leaks)
# The last sockets go when RCU lets them: ask until then, 10 s at most.
# shellcheck disable=SC2016 # for the guest's shell
unload='i=0; until rmmod glass 2>/dev/null; do
	[ $((i += 1)) -lt 100 ] || { echo "glass.ko does not unload"; exit 1; }
	sleep 0.1
done'
status=0
"$top/scripts/vm/run.sh" --kernel "$kernel" "${options[@]}" --timeout 300 \
	--append kunit.enable=1 --log "$log" -- \
	sh -c "unshare --net sh -c 'ip link set lo up && insmod \"\$0\"' '$module' || exit; $unload" ||
	status=$?

# Cases are indented once below their suite; the suites' own lines are not.
sed -E 's/^<[0-9]+>//; s/^\[ *[0-9.]+\] //' "$log" |
	grep -E '^ *(KTAP|# |ok |not ok |1\.\.)' || true
cases=$(sed -E 's/^<[0-9]+>//; s/^\[ *[0-9.]+\] //' "$log" |
	grep -E '^    (ok|not ok) ' || true)
failed=$(grep -c '^    not ok' <<<"$cases" || true)
skipped=$(grep -c '^    ok .*# SKIP' <<<"$cases" || true)
passed=$(($(grep -c '^    ok' <<<"$cases" || true) - skipped))
if [ "$passed" = 0 ]; then
	echo "not ok - no suite ran"
	failed=$((failed + 1))
fi
[ "$status" = 0 ] || echo "not ok - the guest ended with status $status"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$status" = 0 ]
