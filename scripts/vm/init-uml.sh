#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# First process of a User-mode Linux guest, on the host's root (hostfs, mounted
# read-only): puts a file system in memory over it and hands over to guest.sh.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
job=${BASH_SOURCE[0]%/*}

# What is read after /tmp is covered must be known before.
share=$(<"$job/share-path")
out=''
[ -e "$job/out-shared" ] && out=$(<"$job/out-shared")

mount -t tmpfs -o mode=755,size=90% tmpfs /tmp
mkdir /tmp/upper /tmp/work /tmp/new
mount -t overlay -o lowerdir=/,upperdir=/tmp/upper,workdir=/tmp/work overlay /tmp/new
cd /tmp/new || exit 1
".$share/helper" system . || exit 1
mount -t hostfs -o "$share" none run/glass
[ -n "$out" ] && mount -t hostfs -o "$out" none run/glass-out
run/glass/helper entropy run/glass/seed
pivot_root . run/old
umount -l /run/old
exec chroot . /bin/bash /run/glass/guest.sh </dev/null
