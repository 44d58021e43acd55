#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass run of a static program: by BPF where the kernel has the hook for it,
# refused where it has none. Run by scripts/selftests-guest.sh.
if [ -z "${GLASS_STATIC_NETNS-}" ]; then
	GLASS_STATIC_NETNS=1 exec unshare -n "$0"
fi
glass=$GLASS_TOP/.build/userspace/glass
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"

# has PATTERN: the table has such a row
has() { grep -q "$1" /proc/net/glass/connections; }

groups() { find /sys/fs/cgroup -name 'glass-run-*'; }

# becomes COMMAND...: within a minute it does
becomes() {
	for _ in {1..600}; do
		"$@" && return
		sleep 0.1
	done
	return 1
}

# Is nobody in the group but the one that the program has left?
only_left() {
	[ -s "$work/left" ] &&
		[ "$(cat "$(groups)/cgroup.procs" 2>/dev/null)" = "$(<"$work/left")" ]
}

no_group() { [ -z "$(groups)" ]; }
ended() { ! kill -0 "$@" 2>/dev/null; }

echo "TAP version 13"
ip link set lo up
if [ "$GLASS_KERNEL" != 6.12 ]; then
	refused 126 "linked statically.*; and this kernel lets no BPF choose" "$glass" run busybox echo
	refused 126 "^glass run: true: this kernel lets no BPF choose" "$glass" run -b true
	echo "1..$tests"
	exit
fi

mountpoint -q /sys/fs/cgroup || {
	refused 126 "linked statically.*; and no cgroup v2" "$glass" run busybox echo
	mount -t cgroup2 none /sys/fs/cgroup
}
install -m 755 "$glass" "$work/glass"
chmod 755 "$work"
refused 126 "a cgroup for it cannot be made" setpriv --reuid 65534 --clear-groups \
	"$work/glass" run -b true

# shellcheck disable=SC2016 # $0 is the inner shell's
refused 126 "cannot be made: Read-only" unshare -m sh -c \
	'mount -o remount,bind,ro /sys/fs/cgroup && exec "$0" run -b true' "$glass"
# shellcheck disable=SC2016
refused 126 "BTF is not at /sys/kernel/btf/vmlinux" unshare -m sh -c \
	'mount -t tmpfs none /sys/kernel/btf && exec "$0" run -b true' "$glass"

head -c 100000 /dev/urandom >"$work/file"
"$glass" run busybox httpd -f -p 127.0.0.1:8080 -h "$work" 2>"$work/server" &
server=$!
becomes has '^LISTEN .* 8080 ' && [ -z "$(ss -Htln)" ]
verdict $? "a static server listens on Glass, not on TCP"
grep -q "busybox over Glass, by BPF" "$work/server"
verdict $? "which way was used is told"
grep -q "^State:.S" "/proc/$server/status"
verdict $? "glass run sleeps meanwhile"
"$glass" run -q busybox wget -q -O "$work/got" http://127.0.0.1:8080/file &&
	cmp "$work/file" "$work/got"
verdict $? "a static client fetches what it serves"
becomes has '^TIME-WAIT .* 8080 '
verdict $? "the table has their connection"
! busybox wget -q -O "$work/none" http://127.0.0.1:8080/file
verdict $? "one that was not asked for goes by TCP"
"$glass" run -bq sh -c "busybox wget -q -O $work/again http://127.0.0.1:8080/file" &&
	cmp "$work/file" "$work/again"
verdict $? "-b reaches the static child of a program that the library reaches"
kill "$server"
wait "$server"
[ $? = 143 ] && ! has '^LISTEN'
verdict $? "a signal is the program's, and its end is ours"

"$glass" run -bq sh -c 'exit 7'
[ $? = 7 ]
verdict $? "the status is the program's"
timeout -k 1 60 env --ignore-signal=CHLD "$glass" run -bq sh -c 'exit 6'
[ $? = 6 ]
verdict $? "also if whoever began it asked not to hear of children"

# The program ends, what it leaves behind does not hear of Ctrl-C.
leaves="sleep 100 >/dev/null & echo \$! >$work/left; exit 8"
"$glass" run -bq sh -c "$leaves" &
run=$!
becomes only_left; kill "$run"
wait "$run"
[ $? = 8 ] && becomes ended "$(<"$work/left")"
verdict $? "what the program leaves behind ends with glass run"
rm "$work/left"
{
	becomes only_left; printf '\003'
	becomes no_group >&2
} | SHELL=/bin/sh timeout -k 1 60 script -qec "exec $glass run -bq sh -c '$leaves'" /dev/null >/dev/null
[ "${PIPESTATUS[1]}" = 8 ] && becomes ended "$(<"$work/left")"
verdict $? "and by Ctrl-C"

# Who becomes another user is no longer told that his parent has died.
rm "$work/left"
nobody="setpriv --reuid 65534 --clear-groups"
"$glass" run -bq sh -c "$nobody sleep 100 & echo \$! \$\$ >$work/left; exec $nobody sleep 100" &
run=$!
becomes test -s "$work/left"
kill -KILL "$run"
wait "$run"
# shellcheck disable=SC2046 # two numbers
becomes ended $(<"$work/left")
verdict $? "killed, glass run takes all of them along"
becomes no_group
verdict $? "no cgroup is left"
echo "1..$tests"
