#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Installs the packages in a copy of this machine's root, a file system in
# memory over the real one, where a Debian kernel of the cache is installed:
# DKMS builds the modules for it, natively. Then purges them; nothing may be
# left. The real root stays as it is. What was built goes to BUILT, for a guest:
#   check-chroot.sh PACKAGES RELEASE MODULES KDIR BUILT		as root
set -euo pipefail
packages=$1 release=$2 modules=$3 kdir=$4 built=$5
if [ -z "${GLASS_UNSHARED-}" ]; then
	GLASS_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"
fi
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=userspace/selftests/verdict.sh
. "$top/userspace/selftests/verdict.sh"
log=$built.log
mkdir -p "$built"

# Gone with this process, which alone sees it
ram=$built
mount -t tmpfs none "$ram"
mkdir "$ram"/{root,upper,work,modules,modules.work}
mount -t overlay -o "lowerdir=/,upperdir=$ram/upper,workdir=$ram/work" overlay "$ram/root"
mkdir -p "$ram/root/lib/modules/$release"
mount -t overlay -o "lowerdir=$modules,upperdir=$ram/modules,workdir=$ram/modules.work" \
	overlay "$ram/root/lib/modules/$release"
# As the package of the headers has it
ln -sfn "$kdir" "$ram/root/lib/modules/$release/build"
mount --bind /proc "$ram/root/proc"
mount --bind /dev "$ram/root/dev"
mount -t tmpfs none "$ram/root/tmp"
# Wherever they are on this machine, perhaps below its /tmp
cp "$packages"/glass-{dkms,tools}_*.deb "$ram/root/tmp"
in_root() { chroot "$ram/root" env -i PATH="$PATH" DEBIAN_FRONTEND=noninteractive "$@"; }

# What is in one layer and not in the one below. DKMS keeps the key that it
# signs with, dpkg its last status, and man-db tends its index when it likes.
left() {
	local layer=$1 below=$2 path
	(cd "$layer" && find . ! -type d ! -path './tmp/*' -printf '%P\n') | while read -r path; do
		if [ -c "$layer/$path" ]; then
			echo "gone: $path"
		elif [ ! -e "$below/$path" ] && [ ! -L "$below/$path" ]; then
			echo "new: $path"
		fi
	done | grep -vE "^new: (var/lib/dkms/mok\.(key|pub)|var/lib/dpkg/[a-z]+-old|var/(log|cache/man)/.*)$"
}

version=$(dpkg-deb -f "$packages"/glass-dkms_*.deb Version)
set +e	# from here on a failure is a verdict
echo "TAP version 13"
start=$SECONDS
in_root sh -c 'dpkg -i /tmp/glass-*.deb' >"$log" 2>&1
verdict $? "both packages install"
in_root dkms status glass | grep -q "^glass/$version, $release, .*: installed$"
verdict $? "DKMS built and installed the modules: $release"
echo "# $((SECONDS - start)) s for both"
missing=$(sed -n 's/^BUILT_MODULE_NAME.*="\(.*\)"/\1/p' "$ram/root/usr/src/glass-$version/dkms.conf" |
	while read -r name; do
		compgen -G "$ram/root/lib/modules/$release/updates/dkms/$name.ko*" >/dev/null || echo "$name"
	done)
[ -z "$missing" ]
verdict $? "every module of Kbuild is there"
tar -C "$ram/root/var/lib/dkms/glass/$version" -c "$release" >"$built.tar"
in_root dpkg --purge glass-tools glass-dkms >>"$log" 2>&1
verdict $? "both are purged"
found=$(left "$ram/upper" /; left "$ram/modules" "$modules" | grep -v "^new: build$")
[ -z "$found" ]
verdict $? "nothing is left"
[ -z "$found" ] || printf '%s\n' "$found" | cat - "$log" | sed 's/^/# /'
