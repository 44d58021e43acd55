# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the scripts of this directory: the cache, its locks, and Debian
# packages fetched without installing them. Sourced, never run.

GLASS_CACHE=${GLASS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/glass}
case $GLASS_CACHE in
/*) ;;
*) GLASS_CACHE=$PWD/$GLASS_CACHE ;;
esac
# shellcheck disable=SC2034 # for those that source this
VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

say() { echo "vm: $*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

# Of NAME=VALUE..., the value asked for by --name, or all of it for --all
show() {
	local wanted=$1 pair name
	shift
	for pair in "$@"; do
		name=${pair%%=*}
		case $wanted in
		--all) echo "$pair" ;;
		"--${name,,}") echo "${pair#*=}" ;;
		esac
	done
}

# Runs the rest of the script alone among those that share the cache. The lock
# is held until the process ends; children that outlive it must close fd 9.
cache_lock() {
	mkdir -p "$GLASS_CACHE"
	exec 9>"$GLASS_CACHE/$1.lock"
	flock -n 9 && return
	say "waiting for another process to prepare $1"
	flock 9
}

cache_unlock() { exec 9>&-; }

# True when FILE (a link itself, not what it names) was made after the package
# lists last changed: what was resolved then still holds.
newer_than_lists() {
	local lists=/var/lib/apt/lists
	[ -e "$1" ] || return 1
	[ -e "$lists" ] || return 0
	[ -n "$(find "$1" -maxdepth 0 -newer "$lists")" ]
}

# Package lists of our own serve where the system's are missing or stale and
# the caller may not refresh them, and for packages of another machine: APT_ARCH.
APT_ARCH=

apt_own_dir() { echo "$GLASS_CACHE/apt${APT_ARCH:+-$APT_ARCH}"; }

apt_own_options() {
	local dir
	dir=$(apt_own_dir)
	APT_OWN=(-o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache"
		-o "Debug::NoLocking=1")
	# What is installed here says nothing of that machine.
	[ -z "$APT_ARCH" ] || APT_OWN+=(-o "APT::Architecture=$APT_ARCH"
		-o "APT::Architectures::=$APT_ARCH" -o "Dir::State::status=/dev/null")
}

apt_refresh() {
	local dir
	apt_own_options
	dir=$(apt_own_dir)
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	say "refreshing the package lists"
	apt-get "${APT_OWN[@]}" -o APT::Sandbox::User=root -qq update >"$dir/log" 2>&1
	# apt calls it a success when it got nothing; such lists must not stay.
	! compgen -G "$dir/lists/*_Packages*" >/dev/null || return 0
	cat "$dir/log" >&2
	rm -rf "$dir"
	APT_OWN=()
	return 1
}

# Uses our own lists from now on if an earlier run had to fetch them and the
# system's are not newer.
apt_choose_lists() {
	APT_OWN=()
	[ -e "$GLASS_CACHE/apt/cache" ] || return 0
	[ /var/lib/apt/lists -nt "$GLASS_CACHE/apt/lists" ] || apt_own_options
}

apt_version() {
	apt-cache "${APT_OWN[@]}" show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Version: //p' | head -n 1 || true
}

# apt_fetch DIR PACKAGE...: the .deb files into DIR. Where this fails the lists
# may be stale: the caller refreshes them, looks again and tries once more.
apt_fetch() {
	local dir=$1
	shift
	(cd "$dir" && apt-get "${APT_OWN[@]}" -o APT::Sandbox::User=root \
		-qq download "$@" >fetch.log 2>&1) && return
	sed 's/^/  /' "$dir/fetch.log" >&2
	return 1
}

# A scratch directory inside the cache, so that the final rename is atomic.
cache_scratch() {
	mkdir -p "$GLASS_CACHE"
	mktemp -d "$GLASS_CACHE/.new.XXXXXX"
}
