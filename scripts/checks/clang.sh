#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# clang's opinion of what is not bound to a kernel: the core, its suites and
# the programs. What one compiler lets pass the other often sees.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=$PWD/.build/lint/clang
status=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# quiet COMMAND...: shows what it says only when it fails
quiet() {
	"$@" >"$log" 2>&1 && return
	sed "s|$out/||g" "$log"
	status=1
}

mapfile -t suites < <(grep -o 'kunit/[a-z_]*\.o' kunit/Makefile.objs 2>/dev/null |
	sed 's/o$/c/')
printf '%s\0' module/core/*.c "${suites[@]}" kunit/shim/*.c >"$log.list"
quiet xargs -0 -n 8 -P "$(nproc)" -a "$log.list" clang -fsyntax-only -std=gnu11 \
	-Wall -Wextra -Werror -Iinclude -Ikunit -Ikunit/shim
rm -f "$log.list"
quiet make -k -s -j"$(nproc)" -C userspace CC=clang O="$out/programs"
quiet make -k -s -j"$(nproc)" -C userspace/selftests CC=clang OUT="$out/selftests"
quiet make -k -s -j"$(nproc)" -C userspace/bench CC=clang O="$out/bench" driver net
exit "$status"
