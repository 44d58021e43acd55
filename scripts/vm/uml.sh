#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# User-mode Linux 6.12 built from Debian's source package, in the cache:
#   uml.sh fast|debug [--kdir|--linux|--dir]
# fast is small and quick; debug adds the kernel's own checkers. The entry is
# named by its content: configuration, source version and compiler.
set -euo pipefail
# shellcheck source=scripts/vm/lib.sh
. "$(dirname "$0")/lib.sh"

usage() { die "usage: uml.sh fast|debug [--kdir|--linux|--dir]"; }

flavour=${1-}
show=${2---all}
case $flavour in fast | debug) ;; *) usage ;; esac
case $show in --all | --kdir | --linux | --dir) ;; *) usage ;; esac

package=linux-source-6.12
memo=$GLASS_CACHE/$package.version
# Sources that no configuration of ours compiles; headers and Kconfig stay.
UNUSED=(Documentation/'*.'{rst,txt,yaml,svg,json} sound samples rust
	tools/testing tools/perf tools/power
	arch/{alpha,arc,arm,arm64,csky,hexagon,loongarch,m68k,microblaze,mips}
	arch/{nios2,openrisc,parisc,powerpc,riscv,s390,sh,sparc,xtensa}
	drivers/{accel,ata,block,clk,comedi,crypto,dma,gpu,hid,hwmon,i2c,iio}'/*.[ch]'
	drivers/{infiniband,input,isdn,md,media,mfd,mmc,mtd,nvme,pci}'/*.[ch]'
	drivers/{phy,pinctrl,platform,power,regulator,s390,scsi,soc,spi}'/*.[ch]'
	drivers/{staging,target,thunderbolt,usb,video,net/ethernet}'/*.[ch]'
	drivers/net/{wireless,dsa,can,usb,phy,wan,ieee802154}'/*.[ch]'
	fs/{afs,bcachefs,btrfs,ceph,ext4,f2fs,gfs2,jfs,jffs2,nfs,nfsd}'/*.[ch]'
	fs/{nls,ntfs3,ocfs2,reiserfs,smb,ubifs,udf,xfs}'/*.[ch]')

# The version last seen serves until the package lists change.
source_version() {
	if [ -s "$memo" ] && newer_than_lists "$memo"; then
		version=$(cat "$memo")
		return
	fi
	mkdir -p "$GLASS_CACHE"
	apt_choose_lists
	version=$(apt_version "$package")
	if [ -z "$version" ] && apt_refresh; then
		version=$(apt_version "$package")
	fi
	[ -n "$version" ] || version=$(cat "$memo" 2>/dev/null) ||
		die "no $package in the package lists (is bookworm-security among apt's sources?)"
}

remember_version() { echo "$version" >"$memo.$$" && mv "$memo.$$" "$memo"; }

configuration() {
	cat "$VM_DIR/uml-fast.config"
	[ "$flavour" = fast ] || cat "$VM_DIR/uml-debug.config"
}

# make finds a file of the build's own before the source's.
change_source() {
	local file=arch/um/kernel/stacktrace.c
	[ "$flavour" = debug ] || return 0
	mkdir -p "$work/${file%/*}"
	sed -f "$VM_DIR/uml-debug.sed" "$source/$file" >"$work/$file"
	! cmp -s "$source/$file" "$work/$file" || die "$file is not what uml-debug.sed changes"
}

unpack_source() {
	local new exclude=() path
	new=$(cache_scratch)
	# shellcheck disable=SC2064 # the path of now is meant
	trap "rm -rf '$new'" EXIT
	say "fetching $package $version"
	apt_fetch "$new" "$package" || return 1
	say "unpacking it"
	dpkg-deb -x "$new"/*.deb "$new/deb" || die "cannot unpack $package"
	for path in "${UNUSED[@]}"; do
		case $path in
		*'*'*) exclude+=(--exclude="$package/$path") ;;
		# Kconfig and Makefiles of such a directory may still be named.
		*) exclude+=(--exclude="$package/$path/*.[chS]" --exclude="$package/$path/*.dts*"
			--exclude="$package/$path/*.rs") ;;
		esac
	done
	mkdir "$new/src"
	tar -C "$new/src" --strip-components=1 "${exclude[@]}" \
		-xf "$new/deb/usr/src/$package.tar.xz" || die "cannot unpack $package"
	mv "$new/src" "$source" || die "cannot keep $package"
	rm -rf "$new"
	trap - EXIT
}

# A line of progress now and then until the build ends.
watch_build() {
	local pid=$1 log=$2 start=$SECONDS next=$((SECONDS + 15))
	while kill -0 "$pid" 2>/dev/null; do
		sleep 1
		[ "$SECONDS" -ge "$next" ] || continue
		next=$((SECONDS + 15))
		say "uml-$flavour: $(grep -cE '^  (CC|AS|AR|LD)' "$log" || true) objects," \
			"$((SECONDS - start)) s"
	done
	wait "$pid" || {
		tail -n 40 "$log" >&2
		die "the build of uml-$flavour failed (all of it: $log)"
	}
	say "uml-$flavour: built in $((SECONDS - start)) s"
}

configure() {
	local lost
	configuration >"$work/wanted"
	make -s -C "$source" O="$work" ARCH=um KCONFIG_ALLCONFIG="$work/wanted" \
		allnoconfig >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		die "cannot configure uml-$flavour"
	}
	# Kconfig drops what it cannot have without a word.
	lost=$(grep '^CONFIG' "$work/wanted" | grep -vxFf "$work/.config" || true)
	[ -z "$lost" ] || die "the kernel does not take: $lost"
}

# Modules need headers, scripts and symbols of the build, not its objects.
slim() {
	find "$work" -path "$work/scripts" -prune -o -path "$work/tools" -prune -o \
		-type f \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' -o -name '*.order' \) \
		-print0 | xargs -0 rm -f
	rm -f "$work"/vmlinux* "$work"/.vmlinux* "$work"/.tmp_*
}

# A build that was interrupted is taken up where it stopped.
build() {
	local log=$work/log
	mkdir -p "$work"
	[ -e "$work/.config" ] || configure
	change_source
	say "building User-mode Linux ($flavour); this takes minutes, once"
	make -C "$work" ARCH=um -j"$(nproc)" linux modules >"$log" 2>&1 9>&- &
	watch_build $! "$log"
	slim
	mv "$work" "$final"
}

# The entry's name says all that decides its content.
name_entry() {
	local key
	key=$({
		configuration
		[ "$flavour" = fast ] || cat "$VM_DIR/uml-debug.sed"
		echo "$version"
		gcc --version | head -n 1
	} | sha256sum | cut -c 1-12)
	final=$GLASS_CACHE/uml-$flavour-$key
	work=$final.partial
	source=$GLASS_CACHE/$package-$version
}

# Without the network the version built before is as good.
ensure_source() {
	[ -e "$source/Makefile" ] && return
	apt_choose_lists
	unpack_source && return
	if apt_refresh; then
		version=$(apt_version "$package")
		name_entry
		unpack_source && return
	fi
	version=$(cat "$memo" 2>/dev/null) || die "cannot fetch $package"
	name_entry
	[ -x "$final/linux" ] || [ -e "$source/Makefile" ] || die "cannot fetch $package"
	say "cannot fetch $package; using $version"
}

main() {
	source_version
	name_entry
	if [ ! -x "$final/linux" ]; then
		cache_lock "$package"
		ensure_source
		cache_unlock
		cache_lock "uml-$flavour"
		[ -x "$final/linux" ] || build
		cache_unlock
	fi
	remember_version
	case $show in
	--kdir | --dir) echo "$final" ;;
	--linux) echo "$final/linux" ;;
	--all) printf '%s=%s\n' KDIR "$final" LINUX "$final/linux" DIR "$final" ;;
	esac
	exit
}

main
