#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass doctor: each of its answers, given on purpose: those about files below
# a directory of ours, those about segments in network namespaces. Run by
# scripts/selftests-guest.sh.
glass=$GLASS_TOP/.build/userspace/glass
work=$(mktemp -d)
root=$work/root
RELEASE=6.12.9-made-up
SECURE=sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
VERSION=$("$glass" --version | cut -d ' ' -f 2)
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"
# shellcheck source=userspace/selftests/far.sh
. "$GLASS_TOP/userspace/selftests/far.sh"

# put PATH [TEXT]: a file of the made-up machine
put() {
	mkdir -p "$root/${1%/*}"
	printf '%s\n' "${2-}" >"$root/$1"
}

# A machine of which nothing is to be said; made once, copied each time
healthy() {
	rm -rf "$root"
	[ -d "$work/healthy" ] || make_healthy
	cp -r "$work/healthy" "$root"
}

make_healthy() {
	put proc/sys/kernel/osrelease "$RELEASE"
	put "lib/modules/$RELEASE/build/Makefile"
	put "lib/modules/$RELEASE/modules.dep" "updates/dkms/glass.ko.xz: kernel/a.ko"
	put sys/kernel/security/lsm lockdown,capability
	put sys/kernel/security/lockdown "[none] integrity confidentiality"
	put sys/module/module/parameters/sig_enforce N
	put sys/module/glass/version "$VERSION"
	for file in connections rules snmp; do
		put "proc/net/glass/$file" "heads"
	done
	put sys/kernel/tracing/events/glass/glass_segment/format "name: glass_segment"
	for name in max_syn_backlog max_tw_buckets max_orphans; do
		put "proc/sys/net/glass/$name" 4096
	done
	for name in abort_on_overflow abort_on_soft_error; do
		put "proc/sys/net/glass/$name" 0
	done
	for name in syncookies window_scaling sack timestamps; do
		put "proc/sys/net/glass/$name" 1
	done
	for name in syn_retries synack_retries; do
		put "proc/sys/net/glass/$name" 6
	done
	put proc/sys/net/glass/retries2 15
	put proc/sys/net/glass/rto_min_us 200000
	put proc/sys/net/glass/rto_max_ms 120000
	put proc/sys/net/glass/delack_max_ms 40
	for name in rmem wmem; do
		put "proc/sys/net/glass/$name" "4096 131072 6291456"
	done
	put proc/sys/net/ipv4/conf/all/rp_filter 0
	put proc/sys/net/ipv4/conf/default/rp_filter 1
	put proc/sys/net/ipv4/conf/lo/rp_filter 1
	put proc/sys/net/ipv4/conf/eth0/rp_filter 1
	mv "$root" "$work/healthy"
}

# The module is nowhere
bare() {
	rm -r "$root/sys/module/glass" "$root/proc/net/glass" "$root/proc/sys/net/glass"
	put "lib/modules/$RELEASE/modules.dep" "kernel/glassy.ko: kernel/a.ko"
}

# answered LINE [NEXT]: does it say so, with this advice?
answered() {
	local line=$1 next=${2-} result
	grep -qE "^$line" "$work/out" &&
		{ [ -z "$next" ] || grep -A1 -E "^$line" "$work/out" | grep -q "next: .*$next"; }
	result=$?
	verdict $result "$line"
	[ $result = 0 ] || sed 's/^/# /' "$work/out"
}

# told STATUS LINE [NEXT]: of the made-up machine
told() {
	local status=$1
	shift
	"$glass" doctor --root "$root" >"$work/out" 2>&1
	[ $? = "$status" ] || echo "the status is not $status" >"$work/out"
	answered "$@"
}

machine() {
	healthy
	told 0 "all is well"
	! grep -qE '^(not ok|skip +[^w ])' "$work/out"
	verdict $? "nothing else is said of it"
	put proc/sys/kernel/osrelease 5.10.0-8-amd64
	told 1 "not ok +kernel .* older than 6.1" "boot a kernel"
	put proc/sys/kernel/osrelease 6.13.1
	told 1 "not ok +kernel .* newer than 6.12" "boot a kernel"
	rm "$root/proc/sys/kernel/osrelease"
	told 1 "not ok +kernel .* cannot be read" "mount -t proc"

	healthy
	rm -r "$root/lib/modules/$RELEASE/build"
	told 0 "skip +headers .* built already"
	bare
	told 1 "not ok +headers .* no module can be built" "apt install linux-headers-$RELEASE"
}

module() {
	healthy
	put sys/module/glass/version 0.0.1
	told 1 "not ok +module .*: 0.0.1, but these tools are $VERSION" "modprobe glass"
	rm "$root/sys/module/glass/version"
	told 1 "not ok +module .* of no version" "modprobe glass"
	rm -r "$root/sys/module/glass"
	told 0 "ok +module .* comes with the first socket"
	put "lib/modules/$RELEASE/modules.dep" "glass.ko:"
	told 0 "ok +module .* comes with the first socket"
	rm -r "$root/proc/net/glass" "$root/proc/sys/net/glass"
	put "lib/modules/$RELEASE/modules.dep" "kernel/glassy.ko:"
	told 1 "not ok +module .* not installed" "apt install ./glass-dkms"
	put "usr/src/glass-$VERSION/dkms.conf"
	told 1 "not ok +module .* not installed" "dkms install glass/$VERSION"
	told 1 "skip +proc "
	told 1 "skip +tracing "
	told 1 "skip +sysctls "
}

# Secure Boot's variable: four bytes of attributes, one of value
firmware() {
	mkdir -p "$root/${SECURE%/*}"
	printf '\x06\0\0\0%b' "\\x0$1" >"$root/$SECURE"
}

signing() {
		healthy
	put sys/kernel/security/lockdown "none [integrity] confidentiality"
	told 0 "ok +signing .* locked down, and took the module"
	bare
	told 1 "not ok +signing .* the kernel is locked down: a module that nobody signed is refused" mok.pub
	firmware 1
	told 1 "not ok +signing .* Secure Boot is on and the kernel is locked down" "turn Secure Boot off"
	put sys/kernel/security/lockdown "[none] integrity confidentiality"
	told 1 "ok +signing .* though Secure Boot is on"
	put sys/module/module/parameters/sig_enforce Y
	told 1 "not ok +signing .*sig_enforce" mok.pub

	healthy
	rm -r "$root/sys/kernel/security"
	told 0 "ok +signing .*nobody signed$"
	firmware 1
	told 0 "skip +signing .* not to be seen" "mount -t securityfs"
	firmware 0
	told 0 "ok +signing .*nobody signed$"
}

views() {
	healthy
	rm "$root/proc/net/glass/rules"
	told 1 "not ok +proc .*/rules: No such file" "ls -l /proc/net/glass"
	healthy
	rm -r "$root/sys/kernel/tracing/events/glass"
	told 1 "not ok +tracing .* no tracepoint" "CONFIG_TRACEPOINTS"
	rm -r "$root/sys/kernel/tracing"
	told 1 "not ok +tracing .* no tracefs" "mount -t tracefs"
	healthy
	chmod 700 "$root/sys/kernel/tracing"
	chmod 755 "$work"
	setpriv --reuid 65534 --clear-groups "$glass" doctor --root "$root" >"$work/out"
	answered "skip +tracing +only root may look"
	healthy
	put proc/sys/net/glass/retries2 3
	put proc/sys/net/glass/syncookies 2
	put proc/sys/net/glass/rmem "512 512 512"
	told 1 "not ok +sysctls +net.glass.retries2 is 3" "glass_proc(5)"
	told 1 "not ok +sysctls +net.glass.syncookies is 2" "glass_proc(5)"
	told 1 "not ok +sysctls +net.glass.rmem is 512" "glass_proc(5)"
	healthy
	put proc/sys/net/glass/rto_min_us 5000
	put proc/sys/net/glass/rto_max_ms 1000
	put proc/sys/net/glass/delack_max_ms 400
	told 1 "not ok +sysctls +net.glass.rto_min_us is 5000" "glass_proc(5)"
	told 1 "not ok +sysctls +net.glass.rto_max_ms is 1000" "glass_proc(5)"
	told 1 "not ok +sysctls +net.glass.delack_max_ms is 400" "glass_proc(5)"
	healthy
	rm "$root/proc/sys/net/glass/sack"
	told 0 "skip +sysctls +net.glass.sack cannot be read: No such file"
	! grep -q "^ok *sysctls" "$work/out"
	verdict $? "and of one that is not read nothing good is said"
	healthy
	put proc/sys/net/ipv4/conf/eth1/rp_filter 2
	told 1 "not ok +rp_filter +is strict on eth0:" "all.rp_filter=2"
	put proc/sys/net/ipv4/conf/all/rp_filter 2
	told 0 "ok +rp_filter "
	told 0 "skip +way "
}

# An nft that tells what it is told to
filters() {
	mkdir -p "$work/bin"
	printf '%s\n' '#!/bin/sh' "cat <<'END'" "$1" END "exit ${2:-0}" >"$work/bin/nft"
	chmod +x "$work/bin/nft"
}

# about LINE NEXT [ARGUMENT...]: of this machine, or of the namespace $inside
about() {
	local line=$1 next=$2
	shift 2
	PATH=$work/bin:$PATH "${inside[@]}" "$glass" doctor "$@" >"$work/out" 2>&1
	answered "$line" "$next"
}

listings() {
	local input='table inet filter {
	chain input {
		type filter hook input priority filter; policy'
	filters ""
	about "ok +filters +no rule" ""
	filters "$input accept;
		meta l4proto { tcp, 253 } drop
	}
}"
	about "not ok +filters +a rule of chain inet filter input drops" "nft -a list"
	filters "$input accept;
		ip protocol 253 counter packets 0 bytes 0 reject with icmp host-prohibited
		tcp dport 1253 drop
	}
}"
	about "not ok +filters +a rule of chain inet filter input drops" "nft -a list"
	filters "$input accept;
		ip saddr 10.0.253.0/24 meta l4proto 253 drop
	}
}"
	about "not ok +filters +a rule of chain inet filter input drops" "nft -a list"
	filters "$input accept;
		ip saddr 10.253.2.253 meta l4proto { 2530, 1253, 25 } drop
		tcp dport 253 drop
		meta l4proto 25 drop
	}
}"
	about "ok +filters +no rule" ""
	filters "$input drop;
		tcp dport 22 accept
	}
}"
	about "not ok +filters +chain inet filter input drops what" \
		"nft insert rule inet filter input meta l4proto 253 accept"
	filters "$input drop;
		meta l4proto 253 accept
	}
}"
	about "ok +filters +no rule" ""
	filters "" 1
	about "skip +filters .* only root" ""
	filters "" 127
	about "skip +filters .* not installed" ""
	filters ""
}

# way FAMILY FAR NOBODY ELSEWHERE: addresses of near's network and of another
way() {
	local family=$1 far=$2 nobody=$3 elsewhere=$4
	about "ok +way +$far answers; nobody listens at its port 4" "" "$far" 4
	ip netns exec far "$GLASS_TOP/.build/userspace/glass-server" "-$family" -n 1 4 >/dev/null 2>&1 &
	for _ in {1..600}; do
		ip netns exec far grep -q '^LISTEN .* 4 ' /proc/net/glass/connections && break
		sleep 0.1
	done
	about "ok +way +$far accepts at port 4" "" "$far" 4
	wait
	nobody_has "$nobody"
	about "not ok +way +$nobody: no answer to protocol 253, nor to TCP" "ping $nobody" "$nobody"
	about "not ok +way +$elsewhere: Network is unreachable" "ip route get $elsewhere" "$elsewhere"
}

ways() {
	hosts
	inside=(ip netns exec near)
	about "ok +IPv4 +over lo" ""
	about "ok +IPv6 +over lo" ""
	way 4 10.9.0.2 10.9.0.9 10.10.0.1
	way 6 fd00:9::2 fd00:9::9 fd00:10::1
	about "not ok +way +no-such-host port 1: " "an address" no-such-host 1
	ip -n near link set lo down
	about "not ok +lo +is down" "ip link set lo up"
	inside=()
	no_hosts
}

lacking() { about "not ok +way +$1 is reached, and has no Glass" "there: modprobe glass" "$1" 7; }

# Protocol 253 does not come to the far host's IP, though the host is there
barred() {
	local far text="answers TCP, but not protocol 253"
	hosts
	far_is_barred
	inside=(ip netns exec near)
	far_runs -c 'import socket, sys, time
there = socket.create_server(("", 7), family=socket.AF_INET6, dualstack_ipv6=True)
open(sys.argv[1], "w")
time.sleep(1000)'
	for far in 10.9.0.2 fd00:9::2; do
		about "not ok +way +$far $text" "glass doctor there" "$far" 7
		about "not ok +way +$far $text" "glass doctor there" "$far" 8
	done
	far_ends
	far_runs "$GLASS_TOP/userspace/selftests/no_glass.py"
	lacking 10.9.0.2
	lacking fd00:9::2
	about "not ok +way +fd00:9::2: Protocol error" "ip route get" fd00:9::2 8
	ip netns exec near sysctl -q net.glass.abort_on_soft_error=1
	lacking fd00:9::2
	far_ends
	inside=()
	no_hosts
}

# Two ways not to have the module: not there, and there but for modprobe's files
absent() {
	glass_leaves
	about "not ok +module +is not installed" "apt install"
	about "skip +way +without the module" ""
	echo "extra/glass.ko:" >"/lib/modules/$(uname -r)/modules.dep"
	about "not ok +module .* did not come when a socket asked: Protocol not supported" "modprobe glass"
	glass_returns
}

echo "TAP version 13"
inside=()
machine
module
signing
views
if [ -n "${GLASS_MODULE-}" ]; then
	listings
	ways
	barred
	absent
fi
"$glass" doctor one two three >/dev/null 2>&1
[ $? = 2 ]
verdict $? "three arguments are too many"
echo "1..$tests"
rm -r "$work"
