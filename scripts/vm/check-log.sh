#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Reads a guest's kernel log; prints each complaint in it with what stands
# around it, and exits 1 if there is any:
#   check-log.sh FILE
set -euo pipefail

if [ $# -ne 1 ] || ! [ -r "$1" ]; then
	echo "usage: check-log.sh FILE" >&2
	exit 2
fi
[ -s "$1" ] || { echo "check-log.sh: $1 is empty" >&2; exit 1; }

BAD=(
	'WARNING:' 'BUG[: ]' 'Oops' 'int3:' 'KASAN' 'KCSAN:' 'UBSAN:' 'kernel panic' 'Kernel panic'
	'cut here' 'Call Trace' 'INFO: (task|rcu|trying|possible|suspicious|inconsistent|lockdep)'
	'possible (recursive|circular) locking' 'suspicious RCU' 'inconsistent lock state'
	'detected stall' 'ODEBUG:' 'unreferenced object' 'new suspected memory leaks'
	'general protection' '[Uu]nable to handle' 'scheduling while atomic' 'soft lockup'
	'refcount_t:' 'list_(add|del) corruption' 'still has [0-9]* *objects' 'objects remaining'
	'unregister_netdevice: waiting for' 'ref_tracker:' 'Attempt to release'
	'Attempt to override permanent' 'sysfs: cannot create duplicate'
)
ALLOWED=(
	# A mitigation that the guest's CPU or command line lacks; says nothing
	# of the modules under test.
	'(Spectre|RETBleed|MDS|TAA|SRSO|GDS|RFDS|ITS|VMSCAPE)[^:]*: .*WARNING:'
	'WARNING: (Spectre|Unprivileged eBPF)'
	# The announcement of a checker at boot, not its report.
	'stall warnings timeout'
	'KASAN: .*initialized'
)

join() { local IFS='|'; echo "$*"; }

awk -v bad="$(join "${BAD[@]}")" -v allowed="$(join "${ALLOWED[@]}")" '
	{ line[NR] = $0 }
	$0 ~ bad && $0 !~ allowed {
		complaints++
		for (i = NR - 3; i <= NR + 25; i++)
			show[i] = 1
	}
	END {
		if (!complaints)
			exit 0
		print "kernel log: " complaints " suspect lines"
		for (i = 1; i <= NR; i++) {
			if (show[i]) {
				if (!show[i - 1])
					print "  ..."
				print "  " line[i]
			}
		}
		exit 1
	}' "$1"
