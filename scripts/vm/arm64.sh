#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Debian's kernel for arm64 machines in a cloud (few drivers), its headers and a
# busybox, in the cache and never installed:
#   arm64.sh [--kdir|--image|--release|--dir]
# It is of the release that kernel.sh has of 6.12, whose headers of all machines
# and whose programs of kbuild, which run on this one, are used for it, too.
set -euo pipefail
# shellcheck source=scripts/vm/lib.sh
. "$(dirname "$0")/lib.sh"

show=${1---all}
case $show in
--all | --kdir | --image | --release | --dir) ;;
*) die "usage: arm64.sh [--kdir|--image|--release|--dir]" ;;
esac

native=$("$VM_DIR/kernel.sh" 6.12 --dir)
base=$(<"$native/release")
base=${base%-amd64}
release=$base-cloud-arm64
final=${native/-amd64-/-cloud-arm64-}

# What names or is linked to its neighbours finds those of the native kernel.
relocate() {
	local root=$1 part
	for part in src/linux-headers-$base-common lib/linux-kbuild-$base; do
		mkdir -p "$root/usr/${part%/*}"
		ln -sfn "$native/usr/$part" "$root/usr/$part"
	done
	sed -i "s|/usr/src/|$native/usr/src/|g" "$root/usr/src/linux-headers-$release/Makefile"
	# A vmlinux of types alone makes kbuild ask for pahole, which is not needed.
	rm -f "$root/usr/src/linux-headers-$release/vmlinux"
	rm -rf "${root:?}/usr/share"
}

unpack() {
	local new deb
	new=$(cache_scratch)
	# shellcheck disable=SC2064 # the path of now is meant
	trap "rm -rf '$new'" EXIT
	mkdir "$new/deb" "$new/root"
	say "fetching linux $release and its headers"
	apt_fetch "$new/deb" "linux-image-$release" "linux-headers-$release" busybox-static || {
		rm -rf "$new"
		return 1
	}
	for deb in "$new"/deb/*.deb; do
		dpkg-deb -x "$deb" "$new/root" || die "cannot unpack ${deb##*/}"
	done
	relocate "$new/root"
	echo "$release" >"$new/root/release"
	chmod 755 "$new/root"
	mv "$new/root" "$final" || die "cannot keep $final"
}

if [ ! -e "$final/release" ]; then
	cache_lock debian-arm64
	APT_ARCH=arm64
	apt_own_options
	[ -e "$final/release" ] || { [ -e "$(apt_own_dir)" ] && unpack; } ||
		{ apt_refresh && unpack; } || die "cannot fetch linux $release"
	cache_unlock
fi
kdir=$final/usr/src/linux-headers-$release
image=$final/boot/vmlinuz-$release
show "$show" KDIR="$kdir" IMAGE="$image" RELEASE="$release" DIR="$final"
