# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="daemon: 3 MB, what changed, all back"

prepare() {
	local i
	for i in {1..30}; do
		noise "$work/$name/pub/$i" 100000
	done
}

serve() {
	mkdir "$here/back"
	cat >"$here/conf" <<-END
		use chroot = no
		uid = root
		gid = root
		[pub]
			path = $here/pub
		[back]
			path = $here/back
			read only = no
	END
	cp -a "$work/$name/pub" "$here/pub" &&
		exec "${over[@]}" rsync --daemon --no-detach "--config=$here/conf" \
			"--address=$host" "--port=$port"
}

use() {
	local url=rsync://$host:$port
	"${over[@]}" rsync -a "$url/pub/" "$data/got/" && echo changed >>"$here/pub/7" &&
		rm "$here/pub/8" && "${over[@]}" rsync -ac --delete "$url/pub/" "$data/got/" &&
		"${over[@]}" rsync -az "$data/got/" "$url/back/" && mv "$here/back" "$data/back"
}
