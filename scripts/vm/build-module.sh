#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Builds glass.ko, and those that stand beside it, for a guest's kernel beside the
# source tree, not in it, and prints where glass.ko is:
#   build-module.sh 6.12|6.1|arm64|uml-fast|uml-debug [DEST]
# With GLASS_PATCH=FILE the sources are changed by it, in DEST.
set -euo pipefail
# shellcheck source=scripts/vm/lib.sh
. "$(dirname "$0")/lib.sh"

kernel=${1-}
top=$(cd "$VM_DIR/../.." && pwd)
dest=${2:-$top/.build/$kernel}
case $kernel in
6.1 | 6.12 | arm64)
	if [ "$kernel" = arm64 ]; then
		kdir=$("$VM_DIR/arm64.sh" --kdir)
	else
		kdir=$("$VM_DIR/kernel.sh" "$kernel" --kdir)
	fi
	# BTF of a module needs pahole and a vmlinux, and serves none of us.
	options=(CONFIG_DEBUG_INFO_BTF_MODULES=)
	;;
uml-fast | uml-debug)
	kdir=$("$VM_DIR/uml.sh" "${kernel#uml-}" --kdir)
	options=(ARCH=um GLASS_KUNIT=y)
	;;
*) die "usage: build-module.sh 6.12|6.1|arm64|uml-fast|uml-debug [DEST]" ;;
esac
mkdir -p "$dest"
dest=$(cd "$dest" && pwd)
exec 9>"$dest/.lock"
flock 9

# Only sources travel, and only those that differ, so that make does what
# changed and no more; what make has left there is not rsync's to delete.
rsync -rlp --checksum --delete --delete-excluded --prune-empty-dirs \
	--filter='P *.o' --filter='P *.ko' --filter='P *.mod' --filter='P *.mod.c' \
	--filter='P .*' --filter='P *.symvers' --filter='P *.order' --filter='P *.a' \
	--filter='P *.gen.h' \
	--include='*/' --include='*.c' --include='*.h' --include='Kbuild' \
	--include='*.mk' --include='Makefile.objs' --include='*.sh' \
	--include='*.o_shipped' --exclude='*' \
	"$top/Kbuild" "$top/module" "$top/include" "$top/kunit" "$dest/"

if [ -n "${GLASS_PATCH-}" ]; then
	patch -s -N -p1 -d "$dest" <"$GLASS_PATCH" >&2 || die "$GLASS_PATCH does not apply"
fi

# A change of kernel or of options makes every object stale.
recipe="$kdir ${options[*]}"
if [ "$recipe" != "$(cat "$dest/.recipe" 2>/dev/null || true)" ]; then
	find "$dest" -name '*.o' -delete
	echo "$recipe" >"$dest/.recipe"
fi
log=$dest/.log
if ! make -C "$kdir" M="$dest" -j"$(nproc)" "${options[@]}" modules >"$log" 2>&1 9>&-; then
	grep -vE '^  [A-Z]+( \[M\])? ' "$log" >&2
	die "glass.ko does not build for $kernel"
fi
grep -A6 'warning:' "$log" >&2 || true
for made in glass glass_diag; do
	[ -e "$dest/$made.ko" ] || die "the build for $kernel made no $made.ko"
done
echo "$dest/glass.ko"
