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
