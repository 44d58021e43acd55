# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="10 MB through cat and back"
host='[::1]'

prepare() { noise "$work/$name/file" 10000000; }

serve() {
	exec "${over[@]}" socat "TCP6-LISTEN:$port,bind=$host,reuseaddr,fork,backlog=5" EXEC:cat
}

use() {
	"${over[@]}" socat -t 60 - "TCP6:$host:$port,nodelay,keepalive,keepidle=5,keepintvl=5" \
		<"$work/$name/file" >"$data/file"
}
