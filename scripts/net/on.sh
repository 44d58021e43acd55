#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# on.sh HOST COMMAND...: runs COMMAND on a host that hosts.sh made, under that
# host's name. It becomes COMMAND: signals and the exit status are its own.
[ $# -ge 2 ] || { echo "usage: on.sh HOST COMMAND..." >&2; exit 2; }
# shellcheck disable=SC2016 # expanded by the inner shell
exec ip netns exec "$1" unshare --uts \
	sh -c 'hostname "$0" && exec "$@"' "$@"
