#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# First process of the machine that check.sh boots: loads the module, lets
# programs talk, and tells it all on the console, then the kernel's log.
/bin/busybox --install -s /bin
export PATH=/bin

verdict() {
	[ "$1" = 0 ] || printf 'not '
	echo "ok - boot: $2"
}

# await SECONDS COMMAND...: until it succeeds
await() {
	left=$1
	shift
	until "$@"; do
		[ "$left" != 0 ] || return 1
		left=$((left - 1))
		sleep 1
	done
}

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
ip link set lo up

insmod /modules/tun.ko
insmod /modules/glass.ko
verdict $? "the module loads: $(uname -rm)"
# pair FAMILY HOST: a client that sends five octets, and gets them back
pair() {
	glass-server "-$1" -n 1 "$2" 54321 >/tmp/server &
	server=$!
	await 60 grep -q '^LISTEN .* 54321 ' /proc/net/glass/connections
	glass-client "-$1" "$2" 54321 hello >/tmp/client
	grep -q 'sent 5 bytes' /tmp/client
	verdict $? "IPv$1: a client talks to a server"
	sed 's/^/# /' /tmp/client
	wait $server
	verdict $? "IPv$1: the server is content, too"
}

pair 4 127.0.0.1
pair 6 ::1
read -r tests </tests
for program in $tests; do
	"$program" -k glass4,own6 | sed "/^TAP/d; /^1\.\./d; s/^\(\(not \)\?ok\) [0-9]*/\1/; s/^\(\(not \)\?ok - \)/\1boot: $program: /"
done
# orphans have a minute
await 120 rmmod glass 2>/dev/null
verdict $? "the module unloads"
echo "kernel log:"
dmesg
poweroff -f
