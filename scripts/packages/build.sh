#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Debian's packages, glass-dkms and glass-tools, by dpkg-buildpackage from a
# copy of the tree in .build/packages, where they are found afterwards; lintian
# must find nothing. Prints where the packages are.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/.build/packages
log=$out/log

"$top/scripts/setup/packages.sh" packages
version=$(sed -n 's/^#define GLASS_VERSION[^"]*"\(.*\)"$/\1/p' "$top/include/glass/version.h")
told=$(dpkg-parsechangelog -l "$top/scripts/packages/debian/changelog" -S Version)
[ "$version" = "$told" ] || {
	echo "build.sh: version.h says $version, debian/changelog $told" >&2
	exit 1
}

rm -rf "$out"
copy=$out/glass-$version
mkdir -p "$copy"
cd "$top"
# What is not built there, and not the packages' own files twice
rsync -rlp --exclude=.git --exclude=.build --exclude=__pycache__ --exclude='*.o' --exclude='*.ko' \
	--exclude='*.mod' --exclude='*.mod.c' --exclude='.*.cmd' --exclude='*.gen.h' \
	--exclude='.checkpatch*' --exclude=/scripts/packages/debian \
	Kbuild Makefile LICENSE README.md Documentation include kunit module scripts userspace "$copy/"
cp -r scripts/packages/debian "$copy/debian"
if ! (cd "$copy" && dpkg-buildpackage -us -uc) >"$log" 2>&1; then
	tail -n 40 "$log" >&2
	exit 1
fi
if ! lintian --allow-root --display-info --pedantic --fail-on error,warning,info,pedantic \
	"$out"/*.changes >"$out/lintian" 2>&1; then
	cat "$out/lintian" >&2
	exit 1
fi
ls "$out"/*.deb
