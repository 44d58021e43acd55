# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# break.rst: a SYN/ACK that is lost on demand
start server server glass-server
await "the server listens" rows 1 server '^LISTEN '
keep break-drop client1 glass break drop the SYN/ACK
watch ladder --port 54001 --count 2
start client client1 glass-client -4 -b 54001 server
wait_for ladder
keep_of break-ladder ladder
