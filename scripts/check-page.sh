#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Makes the pages of the recordings in userspace/examples and uses them as a
# reader does, in headless Chromium; see userspace/page/check.py:
#   check-page.sh [--update]
# Pictures at two widths go to .build/pages; --update brings them into
# Documentation/pictures.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/.build/pages

scripts/setup/packages.sh build page
make -s -C userspace
mkdir -p "$out"
for run in handshake lossy ends faults; do
	.build/userspace/glass replay "userspace/examples/$run.jsonl" --html "$out/$run.html"
done
# Debian's Python, whose Selenium it is
/usr/bin/python3 userspace/page/check.py "$out"/{handshake,lossy,ends,faults}.html "$out"
[ "${1-}" != --update ] || cp "$out"/page-*.webp Documentation/pictures/
