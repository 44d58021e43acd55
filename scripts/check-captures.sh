#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# glass explain of captures that others made, and that nobody in their senses
# would: the program is built under ASan and UBSan, and reads them. Neither root
# nor a kernel, seconds. Objects go to .build/userspace-asan/.
set -euo pipefail
cd "$(dirname "$0")/.."

sanitize='-fsanitize=address,undefined'
make -s -C userspace O=../.build/userspace-asan LDFLAGS="$sanitize" \
	CFLAGS="-O1 -g $sanitize -fno-sanitize-recover=all -fno-omit-frame-pointer" \
	../.build/userspace-asan/glass

python3 -B userspace/selftests/captures.py .build/userspace-asan/glass |
	mawk -W interactive -f scripts/count.awk
