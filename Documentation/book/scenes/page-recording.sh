# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What recording.rst and watch.rst show of the recordings in userspace/examples
keep recording-script guest glass replay --script - userspace/examples/handshake.jsonl
keep recording-explain guest glass explain --segment 2 userspace/examples/handshake.jsonl
keep recording-lines guest head -n 3 userspace/examples/handshake.jsonl
keep recording-why guest glass why --read userspace/examples/lossy.jsonl
keep_screen watch-screen 130 36 Right{,}{,}{,}{,} -- guest glass replay userspace/examples/lossy.jsonl
