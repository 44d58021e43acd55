#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of selftests.sh: loads the module, runs the selftests named
# and prints TAP, each line told by its program:
#   selftests-guest.sh GLASS.KO PROGRAMS SLOW KINDS MUTANTS NAME...
module=$1 programs=$2 slow=$3 kinds=$4 mutants=$5
shift 5
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GLASS_MODULE=$module GLASS_PROGRAMS=$programs GLASS_TOP=$top
export GLASS_SLOW=$slow
packets=$top/userspace/selftests/packet

# "ok 3 - glass4 name" becomes "ok - program: glass4 name"; a pattern may have |
label() {
	sed -u -E "/^(TAP version|1\.\.[0-9]+$)/d
		s,^((not )?ok) [0-9]+ - ,\1 - $1: ,"
}

# The options of a test's program: may it wait for long, and its kinds. Where
# all could run, long ones take one of each family, own6 for glass6, from which
# it differs in socket() alone; elsewhere they take one, and glass46 in tests that
# are MAPPED.
choose() {
	local list=$kinds
	options=()
	case $1 in
	oracle | links)
		list=${kinds%%,*}
		list=${list:-glass4,glass46,own6}
		;;
	pathmtu) list=${kinds:-glass4,glass46,own6} ;;
	# TCP, by the same packets, shows that the test asks for what is right:
	# once, where all kinds run.
	cookies | challenge | timewait | isn)
		list=${kinds:-tcp4,tcp6,glass4,glass6,glass46,own6}
		;;
	attack) list=${kinds:-tcp4,glass4,glass46,own6} ;;
	# TCP shows that the device would cut what is given to it.
	devices) list=tcp4,${kinds:-glass4,glass6,own6} ;;
	# beside TCP of one family where an emulated processor is slow
	diag)
		case $GLASS_KERNEL in
		uml-fast) list=tcp4,tcp6,tcp46,glass4,glass6,glass46,own4,own6 ;;
		6.*) list=tcp4,${kinds%%,*} ;;
		esac
		;;
	gigabyte | mutate | packet-tcp*) list= ;;
	esac
	[ -z "$list" ] || options+=(-k "$list")
	case $1,$GLASS_KERNEL in
	# a debug kernel need not wait for the oracle's minutes
	oracle,uml-debug | devices,* | diag,*) ;;
	*) [ -z "$slow" ] || options+=(-s) ;;
	esac
}

run() {
	local name=$1 status start=$SECONDS options part=()
	echo "# $name"
	choose "${name%%:*}"
	[ "$name" = "${name%%:*}" ] || part=("${name#*:}")
	{
		case $name in
		module | article | sysctl | container | run | static | apparmor | break | inspect | tools | doctor | failures | completion | replay | why | panes | labs)
			"$top/userspace/selftests/$name.sh" 2>&1
			;;
		# A few rows of bench-net: see userspace/bench/net.c
		badnet) "$top/.build/bench/net" quick "$top/userspace/bench/net.table" 2>&1 ;;
		packet | packet:*)
			"$programs/packet" "${options[@]}" -d "$packets" "${part[@]}" 2>&1
			;;
		packet-tcp | packet-tcp:*)
			"$programs/packet" "${options[@]}" -p 6 -d "$packets" "${part[@]}" 2>&1
			;;
		figures) "$programs/packet" ${slow:+-s} --ladder -k glass4 -d "$packets" figures 2>&1 ;;
		matrices)
			for matrix in backlog linger errno shutdown; do
				ORACLE_TABLE=$matrix "$programs/oracle" ${slow:+-s} -k glass4 2>&1
			done
			;;
		# All of it where that costs little, elsewhere a part.
		attack) ATTACK_SHARE=${kinds:+32} "$programs/$name" "${options[@]}" 2>&1 ;;
		mutate) "$programs/$name" "${options[@]}" -n "$mutants" 2>&1 ;;
		*) "$programs/${name%%:*}" "${options[@]}" "${part[@]}" 2>&1 ;;
		esac
		status=$?
		# A program that failed without a word is a failure too.
		case $status in
		0 | 1) ;;
		*) echo "not ok 0 - ended with status $status" ;;
		esac
	} | label "$name"
	echo "# $name: $((SECONDS - start)) s of the guest's time"
}

for device in tun veth dummy bridge sch_netem sch_fq sch_fq_codel sch_htb virtio_net; do
	modprobe -q "$device"
done
# The first program loads the module by itself, or it is loaded here.
for name in "$@"; do
	case $name in
	module) ;;
	*) [ -e /sys/module/glass ] || insmod "$module" || exit 125 ;;
	esac
	run "$name"
done

# Whatever the tests left behind must be gone now, or once the last orphan has
# given up: a minute in FIN-WAIT-2, longer only where time costs nothing.
if [ -e /sys/module/glass ]; then
	! [ -e /sys/module/glass_diag ] || rmmod glass_diag
	start=$SECONDS
	for _ in {1..160}; do
		rmmod glass 2>/dev/null && break
		sleep "${slow:+1}0.5"
	done
	echo "# unload: $((SECONDS - start)) s of the guest's time"
	if [ -e /sys/module/glass ]; then
		echo "not ok - unload: the module is still in use"
		sed 's/^/# /' /sys/module/glass/refcnt /proc/net/glass/connections
	else
		echo "ok - unload: the module unloads after all tests"
	fi
fi
if grep -qi glass /proc/slabinfo /proc/net/protocols; then
	echo "not ok - unload: nothing is left"
	grep -i glass /proc/slabinfo /proc/net/protocols | sed 's/^/# /'
else
	echo "ok - unload: nothing is left"
fi
