#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The pure suites: the protocol core and its tests as a program, under the
# address and undefined-behaviour sanitizers; then the quick form of the
# explorer (explore.sh). No root, no kernel, seconds. An argument names the
# one suite to run. Objects go to .build/core/. With --arm64 the suites are
# built for such a machine, without the address sanitizer, and run by QEMU.
set -euo pipefail
cd "$(dirname "$0")/.."

out=.build/core
cc=gcc
run=()
flags=(-std=gnu11 -g -Wall -Wextra -Werror -Iinclude -Ikunit -Ikunit/shim)
asan=(-O1 '-fsanitize=address,undefined' -fno-sanitize-recover=all
	-fno-omit-frame-pointer)
if [ "${1-}" = --arm64 ]; then
	shift
	out=.build/core-arm64
	cc=aarch64-linux-gnu-gcc
	run=(qemu-aarch64)
	asan=(-O1 -fsanitize=undefined -fno-sanitize-recover=all -static)
fi
mapfile -t suites < <(grep -o 'kunit/[a-z_]*\.o' kunit/Makefile.objs |
	sed 's/o$/c/')
sources=(module/core/*.c "${suites[@]}" kunit/shim/*.c)

# Every rule that the core records must be named by a test.
untested_rules() {
	comm -23 \
		<(grep -oh 'RULE_[A-Z0-9_]*' module/core/*.c | sort -u) \
		<(grep -oh 'RULE_[A-Z0-9_]*' "${suites[@]}" | sort -u)
}

# Compiles each source given on standard input: COMPILER SUFFIX FLAGS...
compile_all() {
	local cc=$1 suffix=$2
	shift 2
	# shellcheck disable=SC2016 # expanded by the inner shell
	printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} \
		bash -c 'cc=$1 src=$2 obj=$3; shift 3; exec "$cc" "$@" \
			-c -o "$obj/$(tr / _ <<<"${src%.c}").o" "$src"' \
		_ "$cc" {} "$out/$suffix" "$@"
}

rm -rf "$out"
mkdir -p "$out/gcc" "$out/clang"

missing=$(untested_rules)
if [ -n "$missing" ]; then
	echo "rules of the core that no test names:" >&2
	echo "$missing" >&2
	exit 1
fi

compile_all "$cc" gcc "${flags[@]}" "${asan[@]}"
if [ "$cc" = gcc ] && command -v clang >/dev/null; then
	# for its warnings only: nothing of it is run
	compile_all clang clang "${flags[@]}" -fsyntax-only
fi
"$cc" "${asan[@]}" -o "$out/check-core" "$out"/gcc/*.o
if [ $# != 0 ] || [ "$cc" != gcc ]; then
	exec "${run[@]}" "$out/check-core" "$@"
fi

# Two lists of results and one line of totals, which either may make bad.
{
	"$out/check-core" || true
	scripts/explore.sh --quick || true
} | awk '
	/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
		passed += $1; failed += $3; skipped += $5; parts++
		next
	}
	{ print }
	END {
		failed += 2 - parts
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0
	}'
