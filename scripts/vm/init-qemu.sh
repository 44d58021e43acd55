#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# First process of a QEMU guest, in its initrd, under busybox: lays the host's
# root (read-only, over 9p) under a file system in memory and hands over to
# guest.sh there.
/bin/busybox --install -s /bin
export PATH=/bin

fail() {
	echo "init: $*" >/dev/console
	poweroff -f
}

mkdir -p /proc /sys /dev /host /job /ram /new
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
while read -r module; do
	insmod "/modules/$module" || fail "cannot load $module"
done </modules/order

# The host's files do not change under a guest of seconds: cached (loose). Its
# job directory does: not cached.
nine=trans=virtio,version=9p2000.L,msize=262144
mount -t 9p -o "$nine,cache=none" job /job || fail "no job directory"
/job/helper entropy /job/seed
mount -t 9p -o "$nine,cache=loose,ro" host /host || fail "no host root"
mount -t tmpfs -o mode=755,size=90% tmpfs /ram
mkdir /ram/upper /ram/work /ram/modules /ram/modules.work
mount -t overlay -o lowerdir=/host,upperdir=/ram/upper,workdir=/ram/work overlay /new ||
	fail "no overlay"
/job/helper system /new || fail "no system"

# The guest's own modules, where it may add more.
read -r modules </job/modules
mount -t overlay \
	-o "lowerdir=/host$modules,upperdir=/ram/modules,workdir=/ram/modules.work" \
	overlay "/new/lib/modules/$(uname -r)" || fail "no modules"
mount --move /job /new/run/glass
if [ -e /new/run/glass/out-shared ]; then
	mount -t 9p -o "$nine,cache=none" out /new/run/glass-out || fail "no results directory"
fi
umount /proc /dev
exec switch_root /new /bin/bash /run/glass/guest.sh
