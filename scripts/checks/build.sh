#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Builds glass.ko with the compiler's further warnings (W=1) as errors, and on
# 6.12 under sparse too, each of whose warnings is an error. Debian's headers
# were configured for gcc and name options that clang does not have, so clang
# compiles the core and the programs alone, see clang.sh.
#	build.sh 6.12|6.1
set -euo pipefail
cd "$(dirname "$0")/../.."

kernel=$1
top=$PWD
dest=$top/.build/lint/$kernel
kdir=$(scripts/vm/kernel.sh "$kernel" --kdir)
options=(W=1 "KCFLAGS=-Werror" CONFIG_DEBUG_INFO_BTF_MODULES=)
# C=1: what is compiled is checked. An object whose check fails is removed, so
# the next run checks it again.
[ "$kernel" != 6.12 ] || options+=(C=1 "CHECK=sparse" "CF=-Wsparse-error")

mkdir -p "$dest"
rsync -rlp --checksum --delete --prune-empty-dirs \
	--filter='P *.o' --filter='P *.ko' --filter='P *.mod' --filter='P *.mod.c' \
	--filter='P .*' --filter='P *.symvers' --filter='P *.order' --filter='P *.gen.h' \
	--include='*/' --include='*.c' --include='*.h' --include='Kbuild' --include='*.sh' \
	--exclude='*' "$top/Kbuild" "$top/module" "$top/include" "$dest/"
if [ "$kdir" != "$(cat "$dest/.kdir" 2>/dev/null)" ]; then
	find "$dest" -name '*.o' -delete
	echo "$kdir" >"$dest/.kdir"
fi
log=$dest/.log
status=0
make -k -C "$kdir" M="$dest" -j"$(nproc)" "${options[@]}" modules >"$log" 2>&1 || status=1
# Without the words of make, and with the names of the tree.
if grep -qE 'warning:|error:' "$log" || [ "$status" -ne 0 ]; then
	sed -e "s|$dest/||g" -e "s|$kdir|KDIR|g" "$log" |
		grep -vE '^  [A-Z]+ |^make(\[[0-9]+\])?: ' ||
		tail -n 20 "$log"
	exit 1
fi
