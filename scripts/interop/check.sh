#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Glass and other stacks talk through "glass gateway", in one throwaway guest:
#	check.sh [6.1|6.12] [PART...]	6.12 and all parts, if not told
# A part is linux, lwip or gvisor, with whom Glass talks, or edges, or one of edges.py.
# TAP lines, the table, and then one line alone: "N passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
kernel=6.12
case ${1-} in
6.1 | 6.12)
	kernel=$1
	shift
	;;
[0-9]*)
	echo "check.sh: no kernel '$1': 6.1 or 6.12" >&2
	exit 2
	;;
esac
parts=("$@")
[ $# -gt 0 ] || parts=(edges linux lwip gvisor)

"$top/scripts/setup/packages.sh" build demo interop
make -s -C "$top/userspace"
"$top/scripts/interop/peers.sh"
module=$("$top/scripts/vm/build-module.sh" "$kernel")

{
	status=0
	"$top/scripts/vm/run.sh" --kernel "$kernel" --mem 2048 --timeout 7200 \
		--log "$top/.build/interop.log" -- \
		"$top/scripts/interop/guest.sh" "$module" "${parts[@]}" || status=$?
	[ "$status" = 0 ] || echo "not ok - guest: status $status; its log: .build/interop.log"
} | mawk -W interactive -f "$top/scripts/count.awk"
