# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For selftests that are scripts: a TAP line for each verdict.
tests=0

# 0 is good: what a command returned, and what that shows
verdict() {
	local result=$1
	shift
	tests=$((tests + 1))
	if [ "$result" = 0 ]; then
		echo "ok $tests - $*"
	else
		echo "not ok $tests - $*"
	fi
}

# refused STATUS REASON PROGRAM...: it ends so, says why, and does nothing else;
# what it said goes to $work/err
# shellcheck disable=SC2154 # $work is the test's
refused() {
	local status=$1 reason=$2
	shift 2
	"$@" >"$work/out" 2>"$work/err"
	[ $? = "$status" ] && grep -q "$reason" "$work/err" && [ ! -s "$work/out" ]
	verdict $? "refused: $reason"
	sed 's/^/# /' "$work/err"
}
