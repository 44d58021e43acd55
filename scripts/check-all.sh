#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What is run before a release: every check that this Makefile has, one after the
# other, each to its end whatever became of those before; hours.
#   check-all.sh [TARGET...]	all, or these
# Of each: how it ended, how long it took, the last line that it printed. Then how
# many were well. Logs: .build/check-all/.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.build/check-all

ALL=(lint check labs-check check-page docs check-arm64 check-apps check-interop check-packages)

targets=("$@")
[ $# -gt 0 ] || targets=("${ALL[@]}")
mkdir -p "$out"
good=0 bad=()
for target in "${targets[@]}"; do
	log=$out/$target.log
	start=$SECONDS status=0
	"${MAKE:-make}" -s --no-print-directory "$target" >"$log" 2>&1 </dev/null || status=$?
	word=ok
	if [ "$status" = 0 ]; then
		good=$((good + 1))
	else
		word="not ok"
		bad+=("$target")
	fi
	# what make adds is told only where nothing else was said
	last=$(awk 'NF { if (/^make(\[[0-9]+\])?: /) own = $0; else said = $0 }
		END { print said ? said : own ? own : "(nothing was said)" }' "$log")
	printf '%s - %s, %d s: %s\n' "$word" "$target" $((SECONDS - start)) "$last"
done
echo "$good passed, ${#bad[@]} failed, 0 skipped"
[ ${#bad[@]} = 0 ] || {
	echo "failed: ${bad[*]}; see $out" >&2
	exit 1
}
