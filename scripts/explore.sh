#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Every state that two cores and a bad channel can be in, within the bounds of
# userspace/sim/cases.c, and mutants of the core that this must catch:
#
#	explore.sh			everything, minutes
#	explore.sh --quick		as TAP, seconds: the beginning of each
#					case, all mutants
#	explore.sh --mutant NAME	one mutant with its ladder
#
# A mutant is a patch in userspace/sim/mutants/; its comments say what is wrong
# and in which case it must show. Objects go to .build/explore/.
set -euo pipefail
cd "$(dirname "$0")/.."

out=.build/explore
mutants=userspace/sim/mutants
flags=(-std=gnu11 -O2 -g -Iinclude -Ikunit -Ikunit/shim)
warn=(-Wall -Wextra -Werror)
# A mutant that is not found among so many states of its case survives.
mutant_limit=300000

object() { echo "$out/obj/$(tr / _ <<<"${1%.c}").o"; }

compile_one() {
	local object
	object=$(object "$1")
	gcc "${flags[@]}" "${warn[@]}" -c -o "$object" "$1"
}

build() {
	rm -rf "$out"
	mkdir -p "$out/obj" "$out/mutants"
	printf '%s\n' userspace/sim/*.c kunit/story.c module/core/*.c |
		xargs -P "$(nproc)" -I{} "$0" --compile {}
	gcc -o "$out/explore" "$out"/obj/*.o
}

# mutant NAME: prints its line; fails if it cannot be built or survives
mutant() {
	local name=$1 dir=$out/mutants/$1 file object what case line
	what=$(sed -n '2s/^# //p' "$mutants/$name.patch")
	case=$(sed -n '3s/^# case: //p' "$mutants/$name.patch")
	mkdir -p "$dir/module"
	cp -r module/core "$dir/module/"
	if ! patch -s -p1 -d "$dir" <"$mutants/$name.patch" >"$dir/patch.log" 2>&1; then
		echo "$name: its patch does not apply"
		return 1
	fi
	file=$(sed -n '0,/^+++ b\//s/^+++ b\///p' "$mutants/$name.patch")
	object=$(object "$file")
	# shellcheck disable=SC2046 # names without spaces
	if ! { gcc "${flags[@]}" -w -c -o "$dir/mutant.o" "$dir/$file" &&
		gcc -o "$dir/explore" "$dir/mutant.o" \
			$(printf '%s\n' "$out"/obj/*.o | grep -vxF "$object"); } \
		>"$dir/build.log" 2>&1; then
		echo "$name: it does not compile"
		return 1
	fi
	if "$dir/explore" --limit "$mutant_limit" "$case" >"$dir/explore.log" 2>&1; then
		echo "$name: SURVIVES: $what"
		return 1
	fi
	line=$(sed -n 's/^violated: //p' "$dir/explore.log" | head -n 1)
	if [ -z "$line" ]; then
		echo "$name: SURVIVES, the explorer failed: $what"
		return 1
	fi
	echo "$name: $what; caught: $line"
}

names() { for patch in "$mutants"/*.patch; do basename "$patch" .patch; done; }

# A line for each mutant, "ok" or "not ok" first
all_mutants() {
	names | xargs -P "$(nproc)" -I{} "$0" --one {} | LC_ALL=C sort -k 2
}

one() {
	local line
	if line=$(mutant "$1"); then
		echo "ok $line"
	else
		echo "not ok $line"
	fi
}

# Only distances between sequence numbers may count: other ISNs, same states
other_isns() {
	local isn states=()
	for isn in 0x10000000 0x5a5a5a5a; do
		states+=("$("$out/explore" --tap --flight 2 --isn "$isn" handshake |
			sed -n 's/^ok .*handshake: \([0-9]*\) states, all of them$/\1/p')")
	done
	if [ -n "${states[0]}" ] && [ "${states[0]}" = "${states[1]}" ]; then
		echo "ok other ISNs: ${states[0]} states of handshake, the same"
	else
		echo "not ok other ISNs: ${states[*]} states of handshake"
	fi
}

# TAP lines of programs side by side become one list with one plan
quick() {
	{
		"$out/explore" --tap --flight 2 --limit 150000 --jobs "$(nproc)" || true
		other_isns | sed -E 's/^(not )?ok /&0 - explore /'
		all_mutants | sed -E 's/^(not )?ok /&0 - mutant /'
	} | awk '
		BEGIN { print "TAP version 13" }
		/^TAP|^1\.\./ { next }
		/^(not )?ok / { sub(/ok [0-9]+/, "ok " ++n) }
		/^not ok / { failed++ }
		{ print }
		END {
			printf "1..%d\n", n
			printf "%d passed, %d failed, 0 skipped\n", n - failed, failed
			exit failed > 0 || !n
		}'
}

full() {
	local status=0 caught

	"$out/explore" --jobs "$(nproc)" || status=1
	other_isns >"$out/isns.log"
	sed -E 's/^(not )?ok //' "$out/isns.log"
	! grep -q '^not ok ' "$out/isns.log" || status=1
	all_mutants >"$out/mutants.log"
	sed -E 's/^(not )?ok /mutant /' "$out/mutants.log"
	caught=$(grep -c '^ok ' "$out/mutants.log" || true)
	echo "mutants caught: $caught of $(names | wc -l)"
	! grep -q '^not ok ' "$out/mutants.log" || status=1
	return "$status"
}

case ${1-} in
--compile) compile_one "$2" ;;
--one) one "$2" ;;
--mutant)
	build
	mutant "$2" || true
	cat "$out/mutants/$2/explore.log"
	;;
--quick)
	build
	quick
	;;
"")
	build
	full
	;;
*)
	echo "explore.sh: no option '$1'" >&2
	exit 2
	;;
esac
