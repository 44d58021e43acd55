#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of bench.sh: prints what the driver prints for every
# transport and operation, and with "profile" keeps the kernel's symbols too:
#   bench-guest.sh GLASS.KO DRIVER measure|profile
set -euo pipefail
module=$1 program=$2 mode=$3
kinds=(unix glass tcp mptcp sctp)
operations=(round-trip connection bulk)

fail() {
	echo "bench: $*" >&2
	exit 1
}

# Until its random generator is ready the kernel draws entropy anew for every
# number, at a price that no machine pays in service.
dmesg | grep -q 'crng init done' || fail "the random generator is not ready"
[ "$(nproc)" = 1 ] || fail "more than one CPU"
# In memory, so that no page of it comes from the host while instructions count.
cp "$program" /run/bench
insmod "$module"
modprobe -q sctp || fail "this kernel has no SCTP"
[ "$(cat /proc/sys/net/mptcp/enabled)" = 1 ] || fail "MPTCP is off"

options=()
if [ "$mode" = profile ]; then
	options=(-p)
	cat /proc/kallsyms >"$GLASS_OUT/symbols"
else
	operations=(memory "${operations[@]}")
fi
for operation in "${operations[@]}"; do
	for kind in "${kinds[@]}"; do
		# Nobody's connections should still be in TIME-WAIT.
		sleep 150
		/run/bench "${options[@]}" "$kind" "$operation" ||
			fail "$kind: $operation failed"
	done
done
