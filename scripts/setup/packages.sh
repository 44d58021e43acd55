#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Installs what is missing of the Debian packages that GROUP... needs:
#   packages.sh build|demo|check|arm64|apps|interop|lint|page|bench|bench-net|labs|shell|packages|scenes|docs...
# Nothing missing: no root, no network, no time.
set -euo pipefail

BUILD="build-essential bc bison flex libelf-dev libssl-dev kmod cpio rsync zstd
	pkg-config libbpf-dev libtracefs-dev libtraceevent-dev libjansson-dev libpcap-dev
	libncurses-dev
	ca-certificates xz-utils
	python3 git util-linux"
VM="qemu-system-x86 busybox-static iproute2 procps"
UML="ethtool iputils-ping tcpdump tshark nftables net-tools tmux apparmor"
LINT="sparse shellcheck clang perl python3 python3-ply python3-git codespell
	groff mandoc python3-sphinx"
PAGE="chromium chromium-driver python3-selenium"
BENCH="libsctp-dev lksctp-tools"
BENCH_NET="iproute2 ethtool gnuplot-nox"
# Other stacks, and what builds them
INTEROP="ethtool liblwip-dev golang-go"
# Other people's programs, of which some are daemons: see keep_quiet()
APPS="curl apache2-utils nginx-light redis-server redis-tools postgresql
	openssh-server openssh-client iperf3 socat netcat-openbsd nodejs git rsync
	caddy"
LABS="iproute2 procps"
SHELL_PACKAGES="iproute2 procps tmux bsdutils ncurses-base"
ARM64="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user qemu-system-arm"
SCENES="curl"
DOCS="python3-sphinx poppler-utils groff mandoc fonts-dejavu-core"
PACKAGES="debhelper dh-dkms dkms lintian nftables"

list=
for group in "$@"; do
	case $group in
	build) list+=" $BUILD" ;;
	demo) list+=" $BUILD $VM" ;;
	check) list+=" $BUILD $VM $UML" ;;
	apps) list+=" $BUILD $VM $APPS" ;;
	interop) list+=" $BUILD $VM $INTEROP" ;;
	lint) list+=" $BUILD $LINT" ;;
	page) list+=" $BUILD $PAGE" ;;
	bench) list+=" $BUILD $VM $BENCH" ;;
	bench-net) list+=" $BUILD $BENCH_NET" ;;
	arm64) list+=" $ARM64" ;;
	labs) list+=" $BUILD $LABS" ;;
	shell) list+=" $BUILD $SHELL_PACKAGES" ;;
	packages) list+=" $BUILD $VM $PACKAGES" ;;
	scenes) list+=" $BUILD $LABS $UML $SCENES" ;;
	docs) list+=" $BUILD $LABS $UML $SCENES $PAGE $DOCS" ;;
	*)
		echo "packages.sh: no group '$group' (build demo check arm64 apps interop lint page bench bench-net labs shell packages scenes docs)" >&2
		exit 2
		;;
	esac
done
[ -n "$list" ] || { echo "usage: packages.sh GROUP..." >&2; exit 2; }

read -ra wanted <<<"$(tr -s '[:space:]' '\n' <<<"$list" | sort -u | tr '\n' ' ')"
present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null |
	sed -n 's/^installed //p')
missing=()
for package in "${wanted[@]}"; do
	grep -qxF -- "$package" <<<"$present" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "packages.sh: root or sudo is needed to install: ${missing[*]}" >&2
		exit 1
	}
	as_root=(sudo)
fi
as_root+=(env DEBIAN_FRONTEND=noninteractive)
apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
log=$(mktemp)
policy=
trap 'rm -f "$log"; [ -z "$policy" ] || "${as_root[@]}" rm -f "$policy"' EXIT

# Debian starts a daemon when it is installed, unless this file says no: what is
# here for tests is not to serve on this machine. It says so no longer than this
# process lives, which may be killed.
keep_quiet() {
	local file=/usr/sbin/policy-rc.d mark="# glass: packages.sh"
	[ ! -e "$file" ] || grep -qxF "$mark" "$file" || return 0
	policy=$file
	printf '#!/bin/sh\n%s\n[ ! -e /proc/%s ] || exit 101\n' "$mark" $$ |
		"${as_root[@]}" tee "$policy" >/dev/null
	"${as_root[@]}" chmod 755 "$policy"
}

# Nor from the next boot on: the services of all packages that came with these
keep_off() {
	local new units
	command -v systemctl >/dev/null || return 0
	mapfile -t new < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' |
		sed -n 's/^installed //p' | grep -vxF -- "$present")
	[ ${#new[@]} -gt 0 ] || return 0
	mapfile -t units < <(dpkg-query -L "${new[@]}" |
		sed -nE 's,^(/usr)?/lib/systemd/system/([^@/]*\.(service|socket|timer))$,\2,p')
	[ ${#units[@]} -eq 0 ] || "${as_root[@]}" systemctl -q disable "${units[@]}" >>"$log" 2>&1 ||
		echo "setup: not all is disabled of ${units[*]}" >&2
}

install_missing() {
	"${as_root[@]}" "${apt[@]}" -y --no-install-recommends install \
		"${missing[@]}" >"$log" 2>&1 </dev/null
}

# The first try uses the lists as they are; a fresh image has none, and old
# ones name files that the archive has since dropped.
echo "setup: installing ${missing[*]}" >&2
[[ " $* " != *" apps "* ]] || keep_quiet
install_missing || {
	"${as_root[@]}" "${apt[@]}" update >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
	install_missing || { cat "$log" >&2; exit 1; }
}
[[ " $* " != *" apps "* ]] || keep_off
