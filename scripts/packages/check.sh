#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Debian's packages, as a user has them, with a Debian kernel: both are
# installed, DKMS builds the modules, a socket loads them, the article's pair
# talks, glass doctor finds nothing; then they are purged, and nothing is left:
#	check.sh [6.12|6.1...]		both kernels without a word
# An emulated CPU compiles for half an hour: DKMS builds in a chroot that stands
# over this machine's root (check-chroot.sh), and a throwaway guest gets what it
# built (check-guest.sh). TAP lines, then one line alone: "N passed, N failed, N
# skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
kernels=("$@")
[ $# -gt 0 ] || kernels=(6.12 6.1)

"$top/scripts/setup/packages.sh" packages
"$top/scripts/packages/build.sh" >/dev/null

packages=$top/.build/packages
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

# A part that ends badly is a failure, though it said nothing of one.
part() {
	local name=$1 status=0
	shift
	"$@" </dev/null || status=$?
	[ "$status" = 0 ] || echo "not ok - $name: ended with status $status"
}

check() {
	local kernel=$1 release kdir modules
	release=$("$top/scripts/vm/kernel.sh" "$kernel" --release)
	kdir=$("$top/scripts/vm/kernel.sh" "$kernel" --kdir)
	modules=$("$top/scripts/vm/kernel.sh" "$kernel" --modules)
	part chroot "${as_root[@]}" "$top/scripts/packages/check-chroot.sh" \
		"$packages" "$release" "$modules" "$kdir" "$packages/built-$kernel"
	part guest "$top/scripts/vm/run.sh" --kernel "$kernel" --timeout 1800 \
		--log "$packages/guest-$kernel.log" -- \
		"$top/scripts/packages/check-guest.sh" "$packages" "$packages/built-$kernel.tar"
}

for kernel in "${kernels[@]}"; do
	check "$kernel" | sed -u -E "/^(TAP version|1\.\.[0-9]+$)/d
		s|^((not )?ok) ([0-9]+ )?- |\1 - $kernel: |"
done | mawk -W interactive -f "$top/scripts/count.awk"
