#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module comes when it is called, stays while it is needed, goes without a
# trace, two hundred times. Run by scripts/selftests-guest.sh.
busy=$GLASS_PROGRAMS/busy
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"
# An emulated processor is slow; that is for User-mode Linux, whose slabs
# take the first hundred to settle.
case ${GLASS_KERNEL-} in
uml-*) CYCLES=200 ;;
*) CYCLES=${GLASS_CYCLES:-6} ;;
esac
# What may come and go by itself between two measurements of one kernel.
SLACK_KB=128

loaded() { [ -e /sys/module/glass ]; }

unload() {
	loaded || return 0
	for _ in {1..100}; do
		rmmod glass 2>/dev/null && return
		sleep 0.1
	done
	return 1
}

# A module directory of which glass.ko is all.
install_module() {
	local dir
	dir=/lib/modules/$(uname -r)
	mount -t tmpfs none "$dir" && mkdir "$dir/extra" &&
		cp "$GLASS_MODULE" "$dir/extra/" &&
		touch "$dir/modules.order" "$dir/modules.builtin" "$dir/modules.builtin.modinfo" &&
		depmod
}

autoload() {
	local kind
	install_module || echo "# no module directory"
	for kind in glass4 glass6 own4 own6; do
		unload
		"$busy" "$kind" socket
		verdict $? "socket() by anybody finds the module: $kind"
		loaded
		verdict $? "it was loaded by its alias: $kind"
	done
	umount "/lib/modules/$(uname -r)"
}

refuse() {
	local kind=$1 pid
	loaded || insmod "$GLASS_MODULE"
	coproc "$busy" "$kind" transfer
	pid=$COPROC_PID
	read -r -u "${COPROC[0]}" -t 60
	! rmmod glass 2>/dev/null && loaded
	verdict $? "rmmod is refused during a transfer: $kind"
	kill -0 "$pid"
	verdict $? "the transfer goes on: $kind"
	kill "$pid"
	wait "$pid" 2>/dev/null
	unload
	verdict $? "rmmod succeeds after it: $kind"
}

traces() {
	grep -i glass /proc/slabinfo /proc/net/protocols /proc/modules /proc/kallsyms
	ls -d /proc/net/glass /proc/sys/net/glass /sys/module/glass \
		/sys/kernel/tracing/events/glass 2>/dev/null
}

no_trace() {
	local left
	left=$(traces)
	[ -z "$left" ]
	verdict $? "nothing is left of it"
	# shellcheck disable=SC2001 # every line of it
	[ -z "$left" ] || sed 's/^/# /' <<<"$left"
}

# The kernel's own memory, in KB, and the number of slab caches
measure() {
	# What is freed later is freed by now; only virtual time is free.
	[ -z "${GLASS_SLOW-}" ] || sleep 10
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(SUnreclaim|VmallocUsed|Percpu|KernelStack):/ { print $1, $2 }' /proc/meminfo
	echo "caches: $(wc -l </proc/slabinfo)"
}

cycle() {
	insmod "$GLASS_MODULE" && "$busy" "$1" once && unload
}

growth() {
	local kinds=(glass4 glass6 own4 own6) i before after flood failed=0
	unload
	"$busy" glass4 flood &
	flood=$!
	# Measuring itself takes some, the first time.
	cycle glass4 && measure >/dev/null
	for ((i = 1; i <= CYCLES; i++)); do
		cycle "${kinds[i % 4]}" || { failed=1; break; }
		[ "$i" != $((CYCLES / 2)) ] || before=$(measure)
	done
	after=$(measure)
	kill "$flood"
	wait "$flood" 2>/dev/null
	verdict $failed "$CYCLES times loaded, used and unloaded, under fire"
	paste -d' ' <(echo "$before") <(echo "$after") |
		awk -v slack="$SLACK_KB" -v from=$((CYCLES / 2)) -v to="$CYCLES" '
		{
			limit = $1 == "caches:" ? 0 : slack
			print "# " $1, $2, "after", from, "times,", $4, "after", to
			grown += $4 - $2 > limit
		}
		END { exit grown > 0 || NR < 3 }'
	verdict $? "no growth (within $SLACK_KB KB; caches exactly)"
}

echo "TAP version 13"
autoload
for kind in glass4 own6; do
	refuse "$kind"
done
no_trace
growth
no_trace
echo "1..$tests"
