# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Chapter 7: one run with a loss, by every view there is. client2 is 100 ms away.
# shellcheck source=Documentation/book/scenes/lib/common.sh
. Documentation/book/scenes/lib/common.sh

distant client2 100
mkfifo end

start s server calls.py bind=54321 listen=5 accept take=8000 wait=end drain
await "the server listens" rows 1 server '^LISTEN '
quietly server glass break drop the 3rd text
record run.jsonl
start c client2 calls.py bind=54001 connect=server,54321 nodelay sends=1000,8 wait=end
await "all is acknowledged" counted server TEXT_FILLS
await "nothing waits" rows 1 client2 '^ESTABLISHED .* 54321 +0 +0 +- '
recorded

# Now: tables
load_diag
keep views-table server glass table
keep views-info client2 glass table --info
keep views-connections client2 cat /proc/net/glass/connections
keep views-ss client2 sh -c 'PROC_NET_TCP=/proc/net/glass/tcp ss -tanio'
keep views-nstat client2 sh -c \
	'PROC_NET_SNMP=/proc/net/glass/snmp PROC_NET_NETSTAT=/proc/net/glass/netstat nstat -as | grep Glass'
keep views-sysctl client2 sysctl net.glass.sack net.glass.retries2 net.glass.keepalive_time
: >end
wait_for c
wait_for s

# Decisions
keep views-rules client2 glass rules
keep views-why-here client2 glass why
keep views-faults server cat /proc/net/glass/faults

# The run, retold
keep views-why client2 glass why --read run.jsonl
keep views-explain client2 glass explain --segment 15 run.jsonl
keep views-fields client2 fields.py run.jsonl client2 t event rule una nxt cwnd rto
quietly client2 glass replay --pcapng run.pcapng run.jsonl
keep views-tshark client2 sh -c 'tshark -r run.pcapng -d ip.proto==253,tcp 2>/dev/null'

# The whole screen, at the 13th event
keep_screen views-screen 132 36 Right Right Right Right Right Right Right Right \
	Right Right Right Right -- client2 glass replay run.jsonl
# The page, where the loss is found
picture views-page run.jsonl 29
rmmod glass_diag
