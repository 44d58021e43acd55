#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The demonstration, from whatever this machine has: packages, module, programs,
# then a throwaway guest that runs demo-guest.sh:
#   demo.sh [6.12|6.1]
set -euo pipefail

kernel=${1:-6.12}
cd "$(dirname "$0")/.."
log=.build/demo-$kernel.log

step() { printf 'demo: [%3d s] %s\n' "$SECONDS" "$*" >&2; }

step "looking for the Debian packages it needs"
scripts/setup/packages.sh build demo
step "building glass.ko for Linux $kernel"
module=$(scripts/vm/build-module.sh "$kernel")
step "building the programs"
make -s -C userspace
step "starting a guest with Linux $kernel"
status=0
scripts/vm/run.sh --kernel "$kernel" --timeout 600 --log "$log" -- \
	scripts/demo-guest.sh "$module" || status=$?
if [ "$status" -ne 0 ]; then
	step "FAILED with status $status; the guest's kernel log is $log"
	exit "$status"
fi
step "done"
