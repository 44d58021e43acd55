#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Plays scenes of the documentation, each in a throwaway guest (User-mode Linux
# in virtual time), and compares what they keep with what the pages show:
#   scenes.sh [--update] [SCENE...]
# Without names all of Documentation/book/scenes. Findings go to stdout; what was
# kept now stays in .build/docs/scenes.
set -euo pipefail
cd "$(dirname "$0")/../.."
made=.build/docs/scenes

update=()
if [ "${1-}" = --update ]; then
	update=(--update)
	shift
fi
names=("$@") all=()
if [ $# -eq 0 ]; then
	all=(--all)
	for scene in Documentation/book/scenes/*.sh; do
		scene=${scene##*/}
		# what scenes have in common is none
		[ "$scene" = common.sh ] || names+=("${scene%.sh}")
	done
fi

# in_guest NAME: into its directory
in_guest() {
	rm -rf "${made:?}/$1"
	mkdir -p "$made/$1"
	scripts/vm/run.sh --kernel uml-fast --virtual-time --mem 512 --timeout 300 \
		--append kunit.enable=0 --out "$made/$1" --log "$made/$1.log" \
		-- scripts/docs/scene-guest.sh "$module" "$PWD/Documentation/book/scenes/$1.sh" \
		>"$made/$1.said" 2>&1
}

# play NAME: 1 if it did not come to its end. A guest that did not even boot says
# nothing of the scene.
play() {
	local start=$SECONDS status=0
	in_guest "$1" || status=$?
	if [ "$status" -ne 0 ] && [ ! -e "$made/$1/begun" ]; then
		echo "scene $1: the guest did not boot, once more" >&2
		status=0
		in_guest "$1" || status=$?
	fi
	if [ "$status" -eq 0 ]; then
		sed "s/^/scene $1: /" "$made/$1.said" >&2
		return
	fi
	echo "stale output: scene $1 ended with status $status after $((SECONDS - start)) s"
	sed 's/^/    /' "$made/$1.said"
	return 1
}

# pictures are taken of pages
scripts/setup/packages.sh scenes "${update[@]:+page}"
module=$(scripts/vm/build-module.sh uml-fast)
make -s -C userspace
mkdir -p "$made"
failed=0 played=()
for name in "${names[@]}"; do
	[ -e "Documentation/book/scenes/$name.sh" ] || {
		echo "scenes.sh: there is no scene $name" >&2
		exit 2
	}
	if play "$name"; then
		played+=("$name")
	else
		failed=1 all=()
	fi
done
/usr/bin/python3 scripts/docs/stale.py "${update[@]}" "${all[@]}" "$made" "${played[@]}" || failed=1
if [ ${#update[@]} -gt 0 ]; then
	/usr/bin/python3 scripts/docs/pictures.py "$made" "${played[@]}"
fi
echo "${#names[@]} scenes"
exit "$failed"
