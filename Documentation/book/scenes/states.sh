# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Chapter 3: one connection, held in each state by faults that hold one segment
# each; then one that both ends open, and close, at once.
# shellcheck source=Documentation/book/scenes/lib/common.sh
. Documentation/book/scenes/lib/common.sh

# hold HOST KIND...; held HOST COUNT; release HOST [NUMBER]
hold() { quietly "$1" glass break hold "${@:2}"; }
held() { [ "$(on "$1" glass break | awk 'NR > 1 { n += $4 } END { print n + 0 }')" = "$2" ]; }
release() { quietly "$1" glass break release "${@:2}"; }

mkfifo client-close server-close both-close
start s server calls.py bind=54321 listen=5 accept drain wait=server-close close
await "LISTEN" rows 1 server '^LISTEN '
record life.jsonl

hold server the SYN
start c client1 calls.py bind=54001 connect=server,54321 wait=client-close shutdown drain
await "SYN-SENT" held server 1
keep states-synsent client1 glass table
hold server the ACK
release server
await "SYN-RECEIVED" held server 1
keep states-synreceived server glass table
release server
await "ESTABLISHED" rows 1 server '^ESTABLISHED '
keep states-established client1 glass table

hold server the FIN
: >client-close
await "FIN-WAIT-1" held server 1
keep states-finwait1 client1 glass table
release server
await "CLOSE-WAIT" rows 1 server '^CLOSE-WAIT '
await "FIN-WAIT-2" rows 1 client1 '^FIN-WAIT-2 '
keep states-finwait2 client1 glass table
keep states-closewait server glass table
hold server the ACK
: >server-close
await "LAST-ACK" held server 1
keep states-lastack server glass table
keep states-timewait client1 glass table
release server
wait_for s
wait_for c
await "CLOSED" rows 0 server 54001
recorded
keep states-life client1 glass replay --brief life.jsonl

# Both ends open at once, and close at once
record both.jsonl
for host in client2 client3; do
	hold $host the SYN
	hold $host the SYN/ACK
	hold $host the FIN
done
start a client2 calls.py bind=5000 connect=client3,6000 wait=both-close shutdown drain
start b client3 calls.py bind=6000 connect=client2,5000 wait=both-close shutdown drain
await "both SYNs" held client2 1
await "both SYNs" held client3 1
release client2 1
release client3 1
await "both SYN/ACKs" held client2 1
await "both SYN/ACKs" held client3 1
keep states-simopen client2 glass table
release client2 2
release client3 2
await "ESTABLISHED" rows 1 client2 '^ESTABLISHED '
await "ESTABLISHED" rows 1 client3 '^ESTABLISHED '
: >both-close
await "both FINs" held client2 1
await "both FINs" held client3 1
hold client2 the ACK
hold client3 the ACK
release client2 3
release client3 3
await "both ACKs" held client2 1
await "both ACKs" held client3 1
keep states-closing client2 glass table
release client2 4
release client3 4
await "TIME-WAIT" rows 1 client2 '^TIME-WAIT '
await "TIME-WAIT" rows 1 client3 '^TIME-WAIT '
wait_for a
wait_for b
recorded
keep states-both client2 glass replay --brief both.jsonl
keep states-rules client2 glass rules

# The way of both through the figure: there are less events than 99
picture states-both both.jsonl 99 1360 '#states'
