#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A container of nobody's: namespaces of its own for users, network, mounts and
# the host's name, and no right outside of them. The article's pair (article.sh)
# talks in it; what is the container's its root sets, and nothing else. Run by
# scripts/selftests-guest.sh.
# shellcheck source=userspace/selftests/verdict.sh
. "${GLASS_CONTAINER:-$GLASS_TOP/userspace/selftests}/verdict.sh"
sysctls=/proc/sys/net/glass
faults=/proc/net/glass/faults

opens() {
	awk '/^Glass: [A-Z]/ { for (i = 2; i <= NF; i++) name[i] = $i }
		/^Glass: [0-9]/ { for (i = 2; i <= NF; i++)
			if (name[i] ~ /^(Active|Passive)Opens$/) printf "%s%s", sep, $i, sep = " " }' \
		/proc/net/glass/snmp
}

inside() {
	[ "$(id -u)" = 0 ] && [ "$(awk '{ print $2 }' /proc/self/uid_map)" = 65534 ]
	verdict $? "root within is nobody without"
	[ "$(wc -l </proc/net/glass/connections)" = 1 ] &&
		[ "$(<"$sysctls/syn_retries")" = 7 ]
	verdict $? "its table is empty, its sysctls are as at first"
	echo 3 >"$sysctls/syn_retries" && [ "$(<"$sysctls/syn_retries")" = 3 ]
	verdict $? "its root sets them"
	! { echo "1 2 3" >"$sysctls/mem" || echo reno >"$sysctls/allowed_congestion_control"; } 2>/dev/null
	verdict $? "those of the whole machine are not its own"
	echo "drop with=syn nth=1 times=1" >"$faults" && grep -q "drop with=syn " "$faults" &&
		echo clear >"$faults"
	verdict $? "its root breaks its segments"

	mount --bind "$GLASS_CONTAINER/hosts" /etc/hosts && ip link set lo up &&
		"$GLASS_CONTAINER/article.sh" >"$GLASS_CONTAINER/article"
	[ "$(grep -c '^ok' "$GLASS_CONTAINER/article")" = 4 ] && [ "$(opens)" = "3 3" ]
	verdict $? "the article's pair talks over its loopback"
	sed 's/^/# /' "$GLASS_CONTAINER/article"
}

if [ -n "${GLASS_CONTAINER-}" ]; then
	inside 2>&1
	exit
fi
if [ -z "${GLASS_HOST_NETNS-}" ]; then
	GLASS_HOST_NETNS=1 exec unshare -n "$0"
fi

# Nobody may not read where this tree is
work=$(mktemp -d)
cp "$GLASS_TOP"/userspace/{selftests/{container,article,verdict}.sh,examples/*.py} "$work"
cp /etc/hosts "$work"
chown -R 65534:65534 "$work"

echo "TAP version 13"
name=$(hostname)
# shellcheck disable=SC2094 # it was copied
setpriv --reuid 65534 --regid 65534 --clear-groups \
	env "GLASS_CONTAINER=$work" "GLASS_EXAMPLES=$work" \
	unshare --map-root-user --net --uts --mount "$work/container.sh" | tee "$work/said"
tests=$(grep -cE '^(not )?ok ' "$work/said")
[ "$tests" = 6 ] && [ "$(opens)" = "0 0" ] && [ "$(<"$sysctls/syn_retries")" = 7 ] &&
	[ "$(hostname)" = "$name" ]
verdict $? "nothing of it is seen outside"
setpriv --reuid 65534 --regid 65534 --clear-groups \
	sh -c "! echo 3 >$sysctls/syn_retries" 2>/dev/null && [ "$(<"$sysctls/syn_retries")" = 7 ]
verdict $? "nor may nobody set anything there"
echo "1..$tests"
rm -r "$work"
