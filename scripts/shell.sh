#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Four hosts and Glass to play with, at this terminal: a throwaway guest, in whose
# windows one types (shell-guest.sh). It is User-mode Linux, whose first start
# builds a kernel, or the VM of the demonstration:
#   shell.sh [uml-fast|6.12|6.1]
set -euo pipefail

kernel=${1:-uml-fast}
cd "$(dirname "$0")/.."
kept=.build/shell
log=.build/shell-$kernel.log
groups=(shell)
options=(--append kunit.enable=0)
what="User-mode Linux"
[ "$kernel" = uml-fast ] || groups+=(demo) options=() what="Linux $kernel"

if ! [ -t 0 ] || ! [ -t 1 ]; then
	echo "shell.sh: it wants a terminal to be used at" >&2
	exit 2
fi
scripts/setup/packages.sh "${groups[@]}"
module=$(scripts/vm/build-module.sh "$kernel")
make -s -C userspace
echo "shell: starting a guest with $what; a moment" >&2
status=0
scripts/vm/run.sh --kernel "$kernel" --mem 512 --terminal --out "$kept" --log "$log" \
	"${options[@]}" -- scripts/shell-guest.sh "$module" || status=$?
if [ "$status" -ne 0 ]; then
	echo "shell.sh: it ended with status $status; the guest's kernel log is $log" >&2
	exit "$status"
fi
files=$(find "$kept" -mindepth 1 -maxdepth 1 | wc -l)
echo "The guest is gone. Files in $kept: $files"
