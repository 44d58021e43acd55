# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Chapter 4: the two queues of a listener, full and fuller, and a cookie; then
# the two of a connection.
# shellcheck source=Documentation/book/scenes/lib/common.sh
. Documentation/book/scenes/lib/common.sh

mkfifo nobody accept-now

# A SYN queue with one in it: the handshake's last ACK does not arrive
start s server calls.py bind=54321 listen=2 wait=accept-now accept wait=nobody
await "the server listens" rows 1 server '^LISTEN .* 54321 '
quietly server glass break hold the ACK
start c1 client1 calls.py connect=server,54321 wait=nobody
await "an embryo" rows 1 server '^SYN-RECEIVED '
keep queues-embryo server glass table
quietly server glass break release
await "a child" rows 1 server '^ESTABLISHED '

# The backlog is 2, and nobody accepts: how many fit?
keep queues-1 server glass table -l
start c2 client1 calls.py connect=server,54321 wait=nobody
await "two" rows 2 server '^ESTABLISHED '
keep queues-2 server glass table -l
start c3 client1 calls.py connect=server,54321 wait=nobody
await "three" rows 3 server '^ESTABLISHED '
keep queues-3 server glass table -l
record overflow.jsonl --port 54004
start c4 client1 calls.py bind=54004 connect=server,54321 wait=nobody
await "a SYN is dropped" counted server LISTEN_ACCEPT_QUEUE_FULL
keep queues-4 server glass table
: >accept-now
await "the fourth is open" rows 4 server '^ESTABLISHED '
recorded
keep queues-overflow client1 glass replay overflow.jsonl
keep queues-nstat server sh -c \
	'PROC_NET_SNMP=/proc/net/glass/snmp PROC_NET_NETSTAT=/proc/net/glass/netstat nstat -asz | grep GlassExtListen'

# Text that the server's program has not read, and whose ACK is on its way
quietly client1 glass break hold every ACK
start t server calls.py bind=54322 listen=0 accept wait=nobody
await "another listens" rows 1 server '^LISTEN .* 54322 '
start d client1 calls.py bind=54005 connect=server,54322 sends=1000,3 wait=nobody
await "the text" rows 1 server '^ESTABLISHED .* 54005 +0 +3000 '
keep queues-sender client1 glass table dport = :54322
keep queues-receiver server glass table sport = :54322
quietly client1 glass break release
quietly client1 glass break repair
await "the ACK" rows 1 client1 ' 54005 .* 54322 +0 +0 '
keep queues-acknowledged client1 glass table dport = :54322

# A full SYN queue, and a cookie
start u server calls.py bind=54323 listen=1 wait=nobody
await "a third listens" rows 1 server '^LISTEN .* 54323 '
quietly client2 glass break drop every SYN/ACK
start e client2 calls.py connect=server,54323
start f client2 calls.py connect=server,54323
await "two embryos" rows 2 server '^SYN-RECEIVED '
keep queues-full server glass table sport = :54323
record cookie.jsonl --port 54006
start g client3 calls.py bind=54006 connect=server,54323 wait=nobody
await "the cookie came back" counted server COOKIE_ACK
recorded
keep queues-cookie server glass replay cookie.jsonl
