#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# A Debian kernel of a series with its headers, unpacked in the cache and
# never installed:
#   kernel.sh 6.12|6.1 [--kdir|--image|--modules|--release|--dir]
# Without an option all are printed as KEY=VALUE lines.
set -euo pipefail
# shellcheck source=scripts/vm/lib.sh
. "$(dirname "$0")/lib.sh"

usage() { die "usage: kernel.sh 6.12|6.1 [--kdir|--image|--modules|--release|--dir]"; }

series=${1-}
show=${2---all}
case $series in 6.1 | 6.12) ;; *) usage ;; esac
case $show in --all | --kdir | --image | --modules | --release | --dir) ;; *) usage ;; esac
memo=$GLASS_CACHE/debian-$series

# Series 6.1 is bookworm's own (6.1.0-ABI), 6.12 comes with an ABI per release.
image_pattern() {
	case $series in
	6.1) echo 'linux-image-6\.1\.0-[0-9]+-amd64' ;;
	*) echo "linux-image-${series/./\\.}\\.[0-9]+\\+deb12-amd64" ;;
	esac
}

# The newest image whose headers are in the archive too: images outlive them.
find_packages() {
	local image versions
	versions=$(apt-cache "${APT_OWN[@]}" pkgnames linux- 2>/dev/null || true)
	release=
	while read -r image; do
		release=${image#linux-image-}
		version=$(apt_version "$image")
		[ -n "$version" ] && [ -n "$(apt_version "linux-headers-$release")" ] && break
		release=
	done < <(grep -Ex -- "$(image_pattern)" <<<"$versions" | sort -rV)
	[ -n "$release" ] || return 1
	case $series in
	6.1) kbuild=linux-kbuild-6.1 ;;
	*) kbuild=linux-kbuild-${release%-amd64} ;;
	esac
	common=linux-headers-${release%-amd64}-common
}

# Debian's headers name their neighbours by absolute path; ours live elsewhere.
relocate() {
	local root=$1 final=$2 release=$3 file
	local headers=usr/src/linux-headers-$release
	for file in "$root/$headers/Makefile" "$root/$headers/.kernelvariables"; do
		[ -e "$file" ] && sed -i "s|/usr/src/|$final/usr/src/|g;
			s|/usr/lib/linux-kbuild|$final/usr/lib/linux-kbuild|g" "$file"
	done
	ln -sfn "../../../usr/src/linux-headers-$release" "$root/lib/modules/$release/build"
	ln -sfn "../../../usr/src/linux-headers-${release%-amd64}-common" \
		"$root/lib/modules/$release/source"
	# A vmlinux of types alone makes kbuild ask for pahole, which is not needed.
	rm -rf "${root:?}/$headers/vmlinux" "${root:?}/usr/share"
}

# The kernel proper out of its compressed image: QEMU starts it by its PVH
# entry, which spares an emulated CPU the decompression. Offsets are those of
# the boot protocol: setup_sects, payload_offset, payload_length.
unpack_image() {
	local image=$1 sectors offset length unpack=(xz -dcq)
	sectors=$(od -An -tu1 -j497 -N1 "$image")
	offset=$(od -An -tu4 -j584 -N4 "$image")
	length=$(od -An -tu4 -j588 -N4 "$image")
	offset=$(((sectors + 1) * 512 + offset))
	[ "$(od -An -tx4 -j"$offset" -N4 "$image")" != " fd2fb528" ] || unpack=(zstd -dcq)
	# The payload ends with its unpacked size, which is not the packer's.
	dd if="$image" iflag=skip_bytes,count_bytes skip="$offset" count=$((length - 4)) \
		bs=1M status=none | "${unpack[@]}"
}

unpack() {
	local final=$1 new deb
	new=$(cache_scratch)
	# shellcheck disable=SC2064 # the path of now is meant
	trap "rm -rf '$new'" EXIT
	mkdir "$new/deb" "$new/root"
	say "fetching linux $version (${release}) and its headers"
	apt_fetch "$new/deb" "linux-image-$release" "linux-headers-$release" \
		"$common" "$kbuild" || return 1
	for deb in "$new"/deb/*.deb; do
		dpkg-deb -x "$deb" "$new/root" || die "cannot unpack ${deb##*/}"
	done
	relocate "$new/root" "$final" "$release"
	depmod -b "$new/root" "$release" || die "depmod fails"
	unpack_image "$new/root/boot/vmlinuz-$release" >"$new/root/boot/vmlinux-$release" ||
		die "cannot unpack the image of $release"
	echo "$release" >"$new/root/release"
	chmod 755 "$new/root"
	rm -rf "$final"
	mv "$new/root" "$final" || die "cannot keep $final"
}

# Finds what is newest and has it in the cache.
attempt() {
	find_packages || return 1
	final=$GLASS_CACHE/debian-$release-$version
	[ -e "$final/release" ] || unpack "$final"
}

prepare() {
	cache_lock "debian-$series"
	apt_choose_lists
	attempt || { apt_refresh && attempt; } || {
		[ -e "$memo/release" ] ||
			die "cannot fetch linux $series (is bookworm-security among apt's sources?)"
		say "cannot fetch linux $series; using the cached $(cat "$memo/release")"
		touch -h "$memo" # no further try until the lists change
		return
	}
	ln -sfn "${final##*/}" "$memo.new"
	mv -T "$memo.new" "$memo"
}

{ [ -e "$memo/release" ] && newer_than_lists "$memo"; } || prepare
dir=$(readlink -f "$memo")
release=$(cat "$dir/release")
kdir=$dir/usr/src/linux-headers-$release
image=$dir/boot/vmlinux-$release
show "$show" KDIR="$kdir" IMAGE="$image" MODULES="$dir/lib/modules/$release" \
	RELEASE="$release" DIR="$dir"
