#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Builds the other stacks' hosts, from Debian's packages, into .build/interop:
# lwip and gvisor. gVisor's sources come in packages whose dependences would
# change this machine's systemd; so the few that its TCP needs are fetched into
# the cache, and not installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/vm/lib.sh
. "$here/../vm/lib.sh"
out=$here/../../.build/interop
SOURCES=(golang-gvisor-gvisor-dev golang-github-google-btree-dev golang-golang-x-sys-dev
	golang-golang-x-time-dev)

# Where gVisor's sources are; they are fetched once for each version
go_path() {
	local version path new package
	apt_choose_lists
	version=$(apt_version "${SOURCES[0]}")
	if [ -z "$version" ]; then
		apt_refresh
		version=$(apt_version "${SOURCES[0]}")
	fi
	path=$GLASS_CACHE/gvisor-$version
	if [ ! -e "$path" ]; then
		new=$(cache_scratch)
		apt_fetch "$new" "${SOURCES[@]}" ||
			{ apt_refresh && apt_fetch "$new" "${SOURCES[@]}"; } ||
			die "gVisor's packages cannot be fetched"
		for package in "$new"/*.deb; do
			dpkg-deb -x "$package" "$new/root"
		done
		mv "$new/root/usr/share/gocode" "$path"
		rm -rf "$new"
	fi
	echo "$path"
}

# newer FILE SOURCE: is what was built of it still right?
newer() { [ -e "$1" ] && [ "$1" -nt "$2" ]; }

mkdir -p "$out"
if ! newer "$out/lwip" "$here/lwip.c"; then
	read -ra flags <<<"$(pkg-config --cflags --libs lwip)"
	gcc -O2 -Wall -Wextra -Werror -o "$out/lwip" "$here/lwip.c" "${flags[@]}"
fi
if ! newer "$out/gvisor" "$here/gvisor/peer.go"; then
	cache_lock gvisor
	GOPATH=$(go_path)
	cd "$here/gvisor"
	GOPATH=$GOPATH GO111MODULE=off CGO_ENABLED=0 GOFLAGS='' GOCACHE=$GLASS_CACHE/go \
		go build -o "$out/gvisor" .
fi
