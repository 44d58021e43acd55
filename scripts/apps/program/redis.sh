# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="redis-benchmark, 1 MB, DEBUG DIGEST"

prepare() { noise "$work/$name/value" 1000000; }

serve() {
	exec "${over[@]}" redis-server --bind "$host" --port "$port" --save '' --appendonly no \
		--dir "$here" --enable-debug-command local
}

cli() { "${over[@]}" redis-cli -h "$host" -p "$port" "$@"; }

use() {
	"${over[@]}" redis-benchmark -h "$host" -p "$port" -n 2000 -c 20 -q \
		-t set,get,incr,lpush,mset &&
		cli -x set value <"$work/$name/value" && cli --raw get value >"$data/value" &&
		cli debug digest >"$data/digest" && grep -qxE '[0-9a-f]{40}' "$data/digest"
}
