#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The manual pages: groff and mandoc find nothing, and glass(8) has every
# subcommand and option that glass takes.
set -euo pipefail
cd "$(dirname "$0")/../../Documentation/man"
tool=(../../userspace/{glass,watch,record,replay,dissect,why,gateway}.c)

findings=$(
	for page in *.[1-8]; do
		groff -man -Tutf8 -ww -z "$page" 2>&1 || true
		mandoc -Tlint -W style "$page" || true
	done
	plain=$(sed 's/\\-/-/g' glass.8)
	while read -r word; do
		grep -qwF -e "$word" <<<"$plain" || echo "glass.8: nothing of $word"
	done < <(sed -n 's/.*argv\[1\], "\([a-z-]*\)".*/\1/p; s/.*{ "\([a-z]*\)", .*_argument.*/--\1/p' \
		"${tool[@]}" | grep -vx -e --help | sort -u)
)
[ -z "$findings" ] || { printf '%s\n' "$findings"; exit 1; }
