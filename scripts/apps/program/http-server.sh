# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="python3 -m http.server, curl: 20 files"

prepare() {
	local i
	for i in {1..20}; do
		noise "$work/$name/www/$i" $((i * 10000))
	done
}

serve() {
	exec "${over[@]}" python3 -m http.server --bind "$host" \
		--directory "$work/$name/www" "$port"
}

use() {
	"${over[@]}" curl -sSf --parallel --parallel-max 8 -o "$data/#1" \
		"http://$host:$port/[1-20]"
}
