#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# How big is it? Files, lines, comments for a hundred lines of code, the
# biggest file and the longest function of each room.
set -euo pipefail
exec env PYTHONDONTWRITEBYTECODE=1 python3 "$(dirname "$0")/sizes.py" --table
