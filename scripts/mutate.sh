#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# A million mutated segments at sockets in every state, in User-mode Linux
# with KASAN, lockdep and kmemleak. The last line says how many, from which
# seed, and how often the guest's kernel complained, memory leaks included.
set -uo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)

"$top/scripts/setup/packages.sh" check || exit
out=$top/.build/mutate.out
mkdir -p "$top/.build"
"$top/scripts/selftests.sh" uml-debug mutate | tee "$out"
status=$?
log=$top/.build/selftests-uml-debug.log
splats=$("$top/scripts/vm/check-log.sh" "$log" | sed -n 's/^kernel log: \([0-9]*\) .*/\1/p')
sent=$(sed -n 's/^# mutated segments: \(.*\), splats: .*/\1/p' "$out")
if [ -z "$sent" ]; then
	echo "mutate.sh: it did not come to its end; see $log" >&2
	exit 1
fi
echo "mutated segments: $sent, splats: ${splats:-0}"
[ "${splats:-0}" = 0 ] && exit "$status"
exit 1
