#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of check.sh: the hosts of scripts/net/hosts.sh, of which
#
#	server		speaks Glass
#	client1		speaks TCP: Linux'
#	switch		has two taps more, for lwIP and gVisor, and is the gateway
#
# and then what talk.py does with them: guest.sh GLASS.KO PART...
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$top/.build/userspace:$PATH
export PATH PYTHONDONTWRITEBYTECODE=1

# Without the module the gateway is refused, before there is anything
if glass gateway lo 2>/tmp/said || ! grep -q "the module is not there" /tmp/said; then
	echo "not ok - glass gateway wants the module"
else
	echo "ok - glass gateway wants the module"
fi
insmod "$1"
shift
modprobe tun
"$top/scripts/net/hosts.sh" up
for name in lwip gvisor; do
	ip -n switch tuntap add "$name" mode tap
	ip -n switch link set "$name" master br0 up
done
exec python3 "$top/scripts/interop/talk.py" "$@"
