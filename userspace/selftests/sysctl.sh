#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Documentation/sysctl.rst against the kernel, row by row: a fresh network
# namespace has the defaults, takes both ends of each range and nothing beyond,
# and what it has taken is its own.
# Run by scripts/selftests-guest.sh.
if [ -z "${GLASS_HOST_NETNS-}" ]; then
	GLASS_HOST_NETNS=1 exec unshare -n "$0"
fi
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"
page=$GLASS_TOP/Documentation/sysctl.rst
sysctls=/proc/sys/net/glass

# A line for each row: name, type, default, range, with a tab between
rows() {
	awk -v OFS='\t' '/^What is fixed$/ { exit }
		/^   \* - / { sub(/^   \* - /, ""); gsub(/`/, ""); n = 1; cell[n] = $0; next }
		/^     -/ { sub(/^     - ?/, ""); cell[++n] = $0; if (n == 4) print cell[1], cell[2], cell[3], cell[4] ? cell[4] : "-" }' "$page" |
		tail -n +2
}

takes() { { echo "$2" >"$sysctls/$1"; } 2>/dev/null && [ "$(<"$sysctls/$1")" = "$2" ]; }

refuses() {
	local before
	before=$(<"$sysctls/$1")
	! { echo "$2" >"$sysctls/$1"; } 2>/dev/null && [ "$(<"$sysctls/$1")" = "$before" ]
}

# Numbers of the range "LOW to HIGH" or "LOW and more"
bounded() {
	local name=$1 low=${2%% *} high=${2##* }
	takes "$name" "$low" && refuses "$name" $((low - 1)) || return 1
	[ "$high" = more ] || { takes "$name" "$high" && refuses "$name" $((high + 1)); }
}

# It is the default elsewhere, whatever it is here
is_own() {
	local end=${3%% *}
	[ "$end" != "$2" ] || end=$((end + 1))
	takes "$1" "$end" || return 1
	[ "$(unshare -n cat "$sysctls/$1")" = "$2" ]
}

# Are all these words in that line?
has_words() {
	local word
	for word in $2; do
		[[ " $1 " == *" $word "* ]] || return 1
	done
}

# Of three, the largest is less where memory is
is_default() {
	local now
	now=$(tr '\t' ' ' <"$sysctls/$1")
	case $2,$3 in
	"three ints",*) [ "${now% *}" = "${3% *}" ] ;;
	int,"by memory") [ "$now" -gt 0 ] && [ "$now" -le 65536 ] ;;
	text,"by memory" | text,random) [ -n "$now" ] ;;
	text,*) has_words "$now" "$3" ;;
	*) [ "$now" = "$3" ] ;;
	esac
}

echo "TAP version 13"
while IFS=$'\t' read -r name type default range; do
	is_default "$name" "$type" "$default"
	verdict $? "$name: its default is $default"
	if [ "$type" = int ] && [ "$range" != - ]; then
		bounded "$name" "$range"
		verdict $? "$name: its range is $range"
		if [[ "$default" == [0-9]* ]]; then
			is_own "$name" "$default" "$range"
			verdict $? "$name: other network namespaces have their own"
		fi
	fi
done < <(rows)
[ "$(find "$sysctls" -type f | wc -l)" = "$(rows | wc -l)" ]
verdict $? "the page has all of them"
echo "1..$tests"
