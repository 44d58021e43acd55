#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs the selftests in one throwaway guest:
#   selftests.sh [--list] [--only programs|scripts] 6.12|6.1|uml-fast|uml-debug [NAME...]
# Without names: all that suit this kernel, or those of a kind, so that two guests may
# share them. TAP lines, then one line alone:
# "N passed, N failed, N skipped". Time is virtual in User-mode Linux, so that
# tests which wait for minutes run there too.
# Packet scripts: "packet" runs all, "packet:PART" those with PART in their path,
# "packet-tcp" and "packet-tcp:PART" the same on the kernel's TCP, "figures"
# prints the figures of rfc9293 as ladders. "not ok # TODO" counts as skipped.
# Of most programs "oracle:PATTERN" runs the tests of such names, "oracle:vrf_*".
# "matrices" prints what TCP and Glass answer side by side, a table each:
# backlog, linger, errno, shutdown.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)

usage() {
	echo "usage: selftests.sh [--list] [--only programs|scripts] 6.12|6.1|uml-fast|uml-debug [NAME...]" >&2
	exit 2
}

# oracle and the like are programs; module and the like are scripts.
EVERYWHERE=(module oracle bytes blocking many closing window links congestion netns table cookies challenge timewait info info_rare article devices faults ends diag)
VIRTUAL=(sysctl buffers budget gigabyte offload isn badnet packet packet-tcp:count attack pathmtu container run break inspect tools doctor failures completion replay why panes labs)
DEBIAN=("${EVERYWHERE[@]}" static)
DEBUG=(budget oracle blocking many closing window links congestion netns table cookies challenge timewait attack faults ends diag mutate)

# A VM has two network cards, at one hub: see devices.c
CARDS=()
for card in 0 1; do
	CARDS+=(--qemu-arg -netdev --qemu-arg "hubport,id=hub$card,hubid=0"
		--qemu-arg -device --qemu-arg "virtio-net-pci,netdev=hub$card,romfile=")
done

list=0
if [ "${1-}" = --list ]; then
	list=1
	shift
fi
only=
if [ "${1-}" = --only ]; then
	only=${2-}
	shift 2 || usage
fi
kernel=${1-}
[ -n "$kernel" ] || usage
shift
case $kernel in
6.1) names=("${DEBIAN[@]}" apparmor) options=(--timeout 900 "${CARDS[@]}") slow='' kinds=glass6,own4 ;;
6.12) names=("${DEBIAN[@]}") options=(--timeout 900 "${CARDS[@]}") slow='' kinds=glass4,own6 ;;
uml-fast)
	names=("${EVERYWHERE[@]}" "${VIRTUAL[@]}")
	options=(--virtual-time --timeout 1800 --mem 512 --append kunit.enable=0) slow=1 kinds=''
	;;
uml-debug)
	names=("${DEBUG[@]}")
	options=(--virtual-time --leaks --timeout 1800 --mem 1024 --append kunit.enable=0)
	slow=1 kinds=own6,glass4
	;;
*) usage ;;
esac
# A thirtieth of the mutated segments with everything else, all when asked for.
mutants=33333
if [ $# -gt 0 ]; then
	names=("$@")
	mutants=1000000
	options+=(--timeout 3600)
fi
case $only in
'') ;;
programs | scripts)
	for i in "${!names[@]}"; do
		what=programs
		[ ! -e "$top/userspace/selftests/${names[i]}.sh" ] || what=scripts
		[ "$what" = "$only" ] || unset "names[i]"
	done
	;;
*) usage ;;
esac
if [ "$list" = 1 ]; then
	printf '%s\n' "${names[@]}"
	exit 0
fi

programs=$top/.build/selftests
# Several kernels' tests may begin at once, and share these.
mkdir -p "$top/.build"
{
	flock 9
	make -s -C "$top/userspace/selftests" OUT="$programs" 9>&-
	make -s -C "$top/userspace" 9>&-
	make -s -C "$top/userspace/bench" O="$top/.build/bench" net 9>&-
} 9>"$top/.build/.lock"
module=${GLASS_KO:-$("$top/scripts/vm/build-module.sh" "$kernel")}
log=$top/.build/selftests-$kernel${only:+-$only}.log

# Numbers the lines and counts them. Of each test: how long it took here, which
# for the first includes the boot; in virtual time the guest cannot know.
number() {
	mawk -W interactive -v kernel="$kernel" '
	BEGIN { last = systime() }
	/^# [^ ]+: [0-9]+ s of the guest.s time$/ {
		now = systime()
		print $0 ", " now - last " s here"
		last = now
		fflush()
		next
	}
	/^(not )?ok / {
		verdict = sub(/^not ok - /, "") ? "not ok" : "ok"
		sub(/^ok - /, "")
		if (verdict == "not ok" && !/# TODO/)
			failed++
		else if (/# (SKIP|TODO)/)
			skipped++
		else
			passed++
		print verdict, ++n, "- " kernel ": " $0
		fflush()
		next
	}
	{ print; fflush() }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0
	}'
}

start=$SECONDS
{
	status=0
	"$top/scripts/vm/run.sh" --kernel "$kernel" "${options[@]}" --log "$log" \
		-- "$top/scripts/selftests-guest.sh" "$module" "$programs" "$slow" "$kinds" \
		"$mutants" \
		"${names[@]}" || status=$?
	echo "# $kernel: $((SECONDS - start)) s"
	case $status in
	0) echo "ok - guest: it ran to its end and its kernel had no complaint" ;;
	*) echo "not ok - guest: status $status; its log: $log" ;;
	esac
} | number
