#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of check.sh. It has no headers, so DKMS is given what it
# built elsewhere for this kernel, and installs that:
#   check-guest.sh PACKAGES BUILT	where the .deb files are, and the archive
packages=$1 built=$2
GLASS_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export GLASS_TOP
release=$(uname -r)
modules=/lib/modules/$release
work=$(mktemp -d)
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"

# What has the project's name, where packages put files; check-chroot.sh looks
# at all others.
paths() {
	shopt -s nullglob
	printf '%s\n' /etc/{,*/}glass* /usr/{bin,include/linux,lib,src}/glass* \
		/usr/share/{doc,man/man?,bash-completion/completions}/glass* \
		/var/lib/{dkms,dpkg/info}/glass* "$modules"/updates/*/glass* | sed '/^$/d'
}

tell() { sed 's/^/# /' "$@"; }

# Runs it, with its words as comments, at once
told() { "$@" 2>&1 | sed -u 's/^/# /'; return "${PIPESTATUS[0]}"; }

took() { echo "# $1: $((SECONDS - start)) s of the guest's time"; start=$SECONDS; }

# depmod reads every module, which takes an emulated CPU minutes: the kernel has
# no more than what the tests below want.
few_modules() {
	mkdir "$work/modules"
	modprobe --show-depends nf_tables | awk '$1 == "insmod" { print $2 }' |
		xargs cp -t "$work/modules" "$modules"/modules.{order,builtin,builtin.modinfo}
	mount -t tmpfs none "$modules"
	mkdir "$modules/kernel"
	mv "$work"/modules/modules.* "$modules"
	mv "$work"/modules/* "$modules/kernel"
	depmod
}

install_packages() {
	told dpkg --force-unsafe-io -i "$packages"/glass-{dkms,tools}_*.deb
	verdict $? "both packages install"
	took "installed"
	version=$(dpkg-query -W -f '${Version}' glass-tools)
	tar -C "/var/lib/dkms/glass/$version" -xf "$built" --no-same-owner &&
		told dkms install "glass/$version" -k "$release"
	verdict $? "DKMS installs what it has built"
	dkms status glass | tee "$work/status" | grep -q "$release, .*: installed$"
	verdict $? "and says so"
	tell "$work/status"
	took "installed by DKMS"
}

# Nobody in particular asks for a socket, and has it.
autoload() {
	local family protocol
	while read -r family protocol; do
		modprobe -r glass_dctcp glass_bbr glass 2>/dev/null
		[ ! -e /sys/module/glass ] &&
			setpriv --reuid 65534 --clear-groups python3 -c \
				"import socket; socket.socket($family, socket.SOCK_STREAM, $protocol)" &&
			[ "$(cat /sys/module/glass/version)" = "$version" ]
		verdict $? "socket($family, SOCK_STREAM, $protocol) by nobody loads the module"
	done <<-END
		2 253
		10 253
		18 0
		18 1
	END
	sysctl -q net.glass.congestion_control=bbr && [ -e /sys/module/glass_bbr ]
	verdict $? "a congestion control is loaded by its name"
	sysctl -q net.glass.congestion_control=cubic
}

# What the packages brought, and no file of the tree
use() {
	local server
	[ "$(glass --version)" = "glass $version" ]
	verdict $? "the tool and the module are of one version"
	GLASS_EXAMPLES=/usr/share/doc/glass-tools/examples "$GLASS_TOP/userspace/selftests/article.sh" >"$work/article" 2>&1
	! grep -q "^not ok" "$work/article" && [ "$(grep -c "^ok" "$work/article")" = 4 ]
	verdict $? "the article's pair talks"
	tell "$work/article"
	glass-server -n 1 >"$work/server" &
	server=$!
	until grep -q "^LISTEN .* 54321 " /proc/net/glass/connections; do sleep 0.1; done
	glass-client 127.0.0.1 54321 hello | grep -q "sent 5 bytes"
	verdict $? "glass-client talks to glass-server"
	wait "$server"
	glass run -q python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 4000))
s.listen()
print(open("/proc/net/glass/connections").read())' | grep -q "^LISTEN .* 4000 "
	verdict $? "glass run finds its library"
	man -w 7 glass >/dev/null && man -w 8 glass >/dev/null && man -w 5 glass_proc >/dev/null &&
		man -w 1 glass-client >/dev/null
	verdict $? "the manual pages are found"
	[ -e /usr/share/bash-completion/completions/glass ]
	verdict $? "the completion is there"
}

doctor() {
	glass doctor >"$work/doctor" 2>&1
	verdict $? "glass doctor: all is well"
	tell "$work/doctor"
	nft 'add table inet seal; add chain inet seal in { type filter hook input priority 0; }
		add rule inet seal in meta l4proto 253 counter drop'
	! glass doctor >"$work/doctor" 2>&1 &&
		grep -q "^not ok  filters .* chain inet seal in drops" "$work/doctor" &&
		grep -q "^not ok  IPv4 .* drops protocol 253" "$work/doctor" &&
		grep -q "^not ok  IPv6 .* drops protocol 253" "$work/doctor"
	verdict $? "glass doctor finds a rule that drops it"
	tell "$work/doctor"
	nft delete table inet seal
}

purge() {
	told dpkg --force-unsafe-io --purge glass-tools glass-dkms
	verdict $? "both are purged"
	modprobe -r nf_tables 2>/dev/null
	rmmod glass_bbr glass && ! modinfo glass >/dev/null 2>&1
	verdict $? "the module unloads, and is not found again"
	paths >"$work/left"
	[ ! -s "$work/left" ]
	verdict $? "nothing of its name is left"
	tell "$work/left"
}

echo "TAP version 13"
start=$SECONDS
few_modules
export DEBIAN_FRONTEND=noninteractive
# Reading every manual page would take an emulated CPU minutes.
rm -f /var/lib/man-db/auto-update
install_packages
autoload
took "loaded by sockets"
use
took "used"
doctor
took "asked glass doctor"
purge
took "purged"
echo "1..$tests"
