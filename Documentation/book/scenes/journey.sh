# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Chapter 2: one segment of text, seen by the tracepoints and counted by rules.
# shellcheck source=Documentation/book/scenes/lib/common.sh
. Documentation/book/scenes/lib/common.sh

tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs nodev $tracing
mkfifo go end

start s server calls.py bind=54321 listen=5 accept recv wait=end
await "the server listens" rows 1 server '^LISTEN .* 54321 '
start c client1 calls.py bind=54001 connect=server,54321 wait=go send=hello wait=end
await "it is open" rows 1 server '^ESTABLISHED '
echo 1 >$tracing/events/glass/enable
: >go
await "hello is acknowledged" counted client1 ACK_NEW
echo 0 >$tracing/events/glass/enable
keep journey-trace guest sh -c 'grep -v ^# /sys/kernel/tracing/trace'
keep journey-rules-client client1 glass rules
keep journey-rules-server server glass rules
: >end
wait_for c
wait_for s
