# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="daemon: a clone of 2 MB, a push"

export GIT_AUTHOR_NAME=nobody GIT_AUTHOR_EMAIL=nobody@localhost
export GIT_COMMITTER_NAME=nobody GIT_COMMITTER_EMAIL=nobody@localhost
export GIT_AUTHOR_DATE="@1700000000 +0000" GIT_COMMITTER_DATE="@1700000000 +0000"

prepare() {
	local i repo=$work/$name/repo
	git init -q -b main "$repo" || return
	for i in {1..20}; do
		noise "$repo/$i" 100000
	done
	git -C "$repo" add . && git -C "$repo" commit -q -m first
}

serve() {
	git clone -q --bare "$work/$name/repo" "$here/base/repo.git" &&
		exec "${over[@]}" /usr/lib/git-core/git-daemon --reuseaddr --export-all \
			--enable=receive-pack "--base-path=$here/base" "--listen=$host" "--port=$port"
}

use() {
	"${over[@]}" git clone -q "git://$host:$port/repo.git" "$here/clone" &&
		echo more >"$here/clone/more" && git -C "$here/clone" add more &&
		git -C "$here/clone" commit -q -m second &&
		"${over[@]}" git -C "$here/clone" push -q origin main &&
		git -C "$here/base/repo.git" rev-parse main >"$data/head" &&
		rm -rf "$here/clone/.git" && mv "$here/clone" "$data/clone"
}
