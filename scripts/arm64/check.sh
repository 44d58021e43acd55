#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Glass on arm64, as far as a machine of another kind can tell:
#	check.sh [module|core|boot...]		all three without a word
# The modules are built for Debian's kernel, against its headers; the pure suites
# are, too, and run in QEMU's user mode; that kernel boots in an emulated machine,
# loads the module, and programs talk over it. TAP lines, then one line alone: "N
# passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
vm=$top/scripts/vm
out=$top/.build/arm64
CC=aarch64-linux-gnu-gcc
TIMEOUT=400
# Of the selftests, what needs neither libraries nor other programs
TESTS=(bytes closing)

module() {
	local built missing
	if ! built=$("$vm/build-module.sh" arm64 "$out/module"); then
		echo "not ok - module: it builds for $("$vm/arm64.sh" --release)"
		return
	fi
	echo "ok - module: it builds for $("$vm/arm64.sh" --release)"
	missing=$(sed -nE '/undefined!|no symbol version|WARNING: modpost/s/^/# /p' "$out/module/.log")
	if [ -z "$missing" ]; then
		echo "ok - module: the kernel has every symbol that ${built##*/} wants"
	else
		printf '%s\nnot ok - module: the kernel has every symbol\n' "$missing"
	fi
}

# A thousand tests: those that fail are told, and how many there are
core() {
	local log=$out/core.log
	"$top/scripts/check-core.sh" --arm64 >"$log" 2>&1 || true
	grep -E '^ *not ok ' "$log" | sed 's/^/# /' || true
	tail -n 1 "$log" | grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' ||
		echo "not ok - core: the suites printed no totals: $log"
}

# What the machine has for a file system: busybox, the modules, the programs
initrd() {
	local root=$out/root kernel
	kernel=$("$vm/arm64.sh" --dir)
	rm -rf "$root"
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,modules}
	make -s -C "$top/userspace" O="$out/userspace" CC=$CC LDFLAGS=-static \
		"$out"/userspace/glass-{server,client}
	make -s -C "$top/userspace/selftests" OUT="$out/selftests" CC=$CC \
		"${TESTS[@]/#/$out/selftests/}"
	cp "$kernel/bin/busybox" "$out"/userspace/glass-{server,client} \
		"${TESTS[@]/#/$out/selftests/}" "$root/bin"
	cp "$top/scripts/arm64/init.sh" "$root/init"
	echo "${TESTS[*]}" >"$root/tests"
	"${CC%gcc}strip" -g -o "$root/modules/glass.ko" "$out/module/glass.ko"
	find "$kernel/lib/modules" -name tun.ko.xz -exec xz -dc {} + >"$root/modules/tun.ko"
	chmod 755 "$root/init"
	(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) >"$out/initrd"
}

# Its console has all: what the tests say, then the kernel's log below a line.
boot() {
	local console=$out/console log=$out/kernel.log
	"$vm/build-module.sh" arm64 "$out/module" >/dev/null
	initrd
	timeout "$TIMEOUT" qemu-system-aarch64 -M virt -cpu cortex-a57 -smp 2 -m 512 \
		-accel tcg,thread=multi -nodefaults -no-user-config -display none -no-reboot \
		-serial "file:$console" -kernel "$("$vm/arm64.sh" --image)" -initrd "$out/initrd" \
		-append "console=ttyAMA0 loglevel=1 panic=-1 oops=panic" </dev/null ||
		echo "not ok - boot: the machine ended with status $?"
	tr -d '\r' <"$console" >"$out/said"
	sed '/^kernel log:$/,$d' "$out/said"
	sed '1,/^kernel log:$/d' "$out/said" >"$log"
	if "$vm/check-log.sh" "$log" >&2; then
		echo "ok - boot: it ran to its end and its kernel had no complaint"
	else
		echo "not ok - boot: its kernel's log: $log"
		tail -n 20 "$out/said" | sed 's/^/# /'
	fi
}

"$top/scripts/setup/packages.sh" build arm64
mkdir -p "$out"
parts=("$@")
[ $# -gt 0 ] || parts=(module core boot)
for part in "${parts[@]}"; do
	case $part in
	module | core | boot) "$part" ;;
	*)
		echo "check.sh: no part '$part' (module core boot)" >&2
		exit 2
		;;
	esac
done | mawk -W interactive -f "$top/scripts/count.awk"
