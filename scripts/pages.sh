#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Records the three-way handshake and a transfer that loses segments, in
# User-mode Linux, and makes a page of each in .build/pages:
#   pages.sh [--update]
# --update keeps the recordings as userspace/examples/*.jsonl, which tests and
# `make check-page` read.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.build/pages

scripts/setup/packages.sh build check
module=$(scripts/vm/build-module.sh uml-fast)
make -s -C userspace
mkdir -p "$out"
scripts/vm/run.sh --kernel uml-fast --virtual-time --mem 512 --append kunit.enable=0 \
	--out "$out" -- scripts/pages-guest.sh "$module"
for run in handshake lossy; do
	.build/userspace/glass replay "$out/$run.jsonl" --html "$out/$run.html"
	[ "${1-}" != --update ] || cp "$out/$run.jsonl" userspace/examples/
	echo "$out/$run.html"
done
