# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# labs/build.rst: what there is to be written, and one of it handed out
cd "$(mktemp -d)" || exit 1
keep labs-build guest glass lab build
keep labs-build-rtt guest glass lab build rtt
