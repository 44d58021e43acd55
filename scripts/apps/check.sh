#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Other people's programs, each at its real job over TCP and over Glass, by
# glass run, in one throwaway guest with Debian's 6.12:
#	check.sh [NAME...]	all, or those of program/NAME.sh
# TAP lines, a row for each program, and then one line alone: "N passed, N
# failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
names=("$@")
[ $# -gt 0 ] || names=(http-server asyncio node nginx redis postgresql openssh
	iperf3 socat netcat git rsync caddy busybox)

"$top/scripts/setup/packages.sh" build demo apps
make -s -C "$top/userspace"
module=$("$top/scripts/vm/build-module.sh" 6.12)

{
	status=0
	"$top/scripts/vm/run.sh" --kernel 6.12 --mem 3072 --timeout 1800 \
		--log "$top/.build/apps.log" -- \
		"$top/scripts/apps/guest.sh" "$module" "${names[@]}" || status=$?
	[ "$status" = 0 ] || echo "not ok - guest: status $status; its log: .build/apps.log"
} | mawk -W interactive -f "$top/scripts/count.awk"
