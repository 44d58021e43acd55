#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's checkpatch --strict on every C file and header. What was clean
# once, in this form, by this checkpatch, is not looked at again.
set -euo pipefail
# shellcheck source=scripts/vm/lib.sh
. "$(dirname "$0")/../vm/lib.sh"
cd "$(dirname "$0")/../.."

work=$PWD/.build/lint/checkpatch
package=linux-source-6.12
ROOMS=(include module kunit userspace scripts)

# What checkpatch asks for that a file cannot give, each with its reason. A
# module's own code has no exception but the two of one line.
ignored() {
	local types=
	case $1 in
	include/glass/rules.h)
		# The table of rules is a list for other macros to expand (R), which
		# take of a row what they need.
		types+=,COMPLEX_MACRO,MACRO_ARG_REUSE,MACRO_ARG_UNUSED ;;
	include/glass/port.h)
		# Outside of a kernel: u8 and min() are made here, of what C has.
		types+=,PREFER_KERNEL_TYPES,MACRO_ARG_REUSE ;;
	include/trace/events/*)
		# TRACE_EVENT() has a layout of its own, and a path is no division.
		types+=,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT,SPACING ;;
	module/pump.c)
		# sk_err holds errors as positive numbers.
		types+=,USE_NEGATIVE_ERRNO ;;
	module/export.c)
		# What it exports is defined where Linux is not known.
		types+=,EXPORT_SYMBOL ;;
	module/main.c)
		# BUILD_BUG_ON(CONSTANT != sizeof(...)): both sides are constant.
		types+=,CONSTANT_COMPARISON ;;
	kunit/shim/*)
		# Stands in for the kernel's macros, also for its __printf().
		types+=,MACRO_ARG_REUSE,PREFER_DEFINED_ATTRIBUTE_MACRO ;;
	kunit/suites.c)
		# Suites of modules, for the list alone.
		types+=,COMPLEX_MACRO,SPACING ;;
	kunit/story.c)
		# Rows of rules.h again.
		types+=,MACRO_ARG_UNUSED,BRACKET_SPACE ;;
	userspace/bench/marks.h)
		# An initializer by name.
		types+=,COMPLEX_MACRO ;;
	userspace/sim/retell.c)
		# Rows of rules.h again, and what userspace is let off.
		types+=,MACRO_ARG_UNUSED,ARRAY_SIZE,BIT_MACRO ;;
	userspace/live.c)
		# A member of a struct, whose place and size are asked for.
		types+=,MACRO_ARG_REUSE,ARRAY_SIZE,BIT_MACRO ;;
	userspace/* | scripts/*)
		# The C library has no ARRAY_SIZE(), BIT(), u64, __printf(), strscpy(),
		# but a PRIu64; a signal's handler must write a volatile sig_atomic_t.
		types+=,ARRAY_SIZE,BIT_MACRO,PREFER_KERNEL_TYPES,STRCPY,VOLATILE,CAMELCASE
		types+=,PREFER_DEFINED_ATTRIBUTE_MACRO
		# Strings here are commands of several lines, with words that may name
		# a function too; must() takes what sscanf() returns.
		types+=,SPLIT_STRING,EMBEDDED_FUNCTION_NAME,NAKED_SSCANF
		types+=,QUOTED_WHITESPACE_BEFORE_NEWLINE ;;
	esac
	echo "${types#,}"
}

# checkpatch.pl and its word lists: from the kernel's source in the cache, or
# out of the package, of which they alone are kept.
find_checkpatch() {
	local dir new
	for dir in "$GLASS_CACHE"/"$package"-*/scripts "$GLASS_CACHE/checkpatch"; do
		[ -e "$dir/checkpatch.pl" ] || continue
		echo "$dir"
		return
	done
	cache_lock checkpatch
	apt_choose_lists
	new=$(cache_scratch)
	# shellcheck disable=SC2064 # the path of now is meant
	trap "rm -rf '$new'" EXIT
	say "fetching $package for its checkpatch"
	apt_fetch "$new" "$package" || die "cannot fetch $package"
	dpkg-deb -x "$new"/*.deb "$new/deb" || die "cannot unpack $package"
	mkdir "$new/scripts"
	tar -C "$new/scripts" --strip-components=2 -xf "$new/deb/usr/src/$package.tar.xz" \
		"$package"/scripts/{checkpatch.pl,spelling.txt,const_structs.checkpatch} ||
		die "no checkpatch in $package"
	rm -rf "$GLASS_CACHE/checkpatch"
	mv "$new/scripts" "$GLASS_CACHE/checkpatch"
	echo "$GLASS_CACHE/checkpatch"
}

# check FILE: its findings, or a stamp that there are none
check() {
	local file=$1 types stamp out status=0
	types=$(ignored "$file")
	stamp=$work/$(cat "$checkpatch" "$file" <(echo "$file $types") | sha256sum | cut -c1-40)
	[ ! -e "$stamp" ] || return 0
	out=$(
		cd "$work/tree" || exit
		GIT_DIR=/nonexistent "$checkpatch" --strict --no-tree --root=. \
			--no-summary --terse --show-types --quiet \
			${types:+--ignore "$types"} --file "$file" 2>&1
	) || status=$?
	# That a word list is not beside it is no finding.
	out=$(grep -vE '^No (typos|structs that should be const) will be found' <<<"$out" || true)
	if [ -n "$out" ]; then
		echo "$out"
	elif [ "$status" -ne 0 ]; then
		echo "$file: checkpatch itself fails ($status)"
	else
		: >"$stamp"
	fi
}

if [ "${1-}" = --check ]; then
	shift
	checkpatch=$1
	shift
	for file in "$@"; do
		check "$file"
	done
	exit 0
fi

checkpatch=$(find_checkpatch)/checkpatch.pl
# It runs in a tree that is ours by links alone: it writes to where it stands.
mkdir -p "$work/tree"
for room in "${ROOMS[@]}"; do
	ln -sfn "$PWD/$room" "$work/tree/$room"
done
find "$work" -maxdepth 1 -type f -mtime +30 -delete
findings=$(find "${ROOMS[@]}" -name '*.[ch]' \
	! -name '*.mod.c' ! -name '*.gen.h' -print0 | sort -z |
	xargs -0 -n 4 -P "$(nproc)" "$0" --check "$checkpatch" | sort)
[ -z "$findings" ] || { echo "$findings"; exit 1; }
