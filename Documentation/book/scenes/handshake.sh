# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Chapter 1: the article's story, its two ways to fail, and one handshake to
# the octet.
# shellcheck source=Documentation/book/scenes/lib/common.sh
. Documentation/book/scenes/lib/common.sh

# The article's pair
start article server server.py
await "the server listens" rows 1 server '^LISTEN .* 54321 '
keep handshake-client server client.py
keep handshake-client1 client1 client.py server
stop article
keep_of handshake-server article
await "the server is gone" rows 0 server '^LISTEN'

# Ports that client1 chooses stand below those that the scene does: rows are sorted
quietly client1 sysctl -w net.ipv4.ip_local_port_range="40000 49999"

# Many clients to one port, all open at once
start many server glass-server
await "the server listens" rows 1 server '^LISTEN .* 54321 '
behind gate a client1 glass-client -4 -b 54002 server
behind gate b client1 glass-client -4 server
behind gate c client2 glass-client -4 server
behind gate d client3 glass-client -4 server
await "all are greeted" rows 4 server '^ESTABLISHED .* 0 +0 +- '
keep handshake-table server glass table
open_gate gate
await "all have closed" rows 0 server '^ESTABLISHED '
stop many
keep_of handshake-many many
await "the server is gone" rows 0 server '^LISTEN'

# Nobody listens; then nobody answers
keep handshake-refused client2 glass-client -4 server
quietly server glass break drop every SYN
quietly client2 sysctl -w net.glass.syn_retries=2
keep handshake-timeout client2 calls.py connect=server,54321
quietly server glass break repair

# A handshake, and nothing else, segment by segment
mkfifo end
start quiet server calls.py bind=54321 listen=5 accept wait=end
await "the server listens" rows 1 server '^LISTEN .* 54321 '
record handshake.jsonl
start one client1 calls.py bind=54001 connect=server,54321 wait=end
await "it is open" rows 1 server '^ESTABLISHED .* 54001 '
recorded
keep handshake-ladder server glass replay handshake.jsonl
keep handshake-syn server glass explain --segment 1 handshake.jsonl
keep handshake-synack server glass explain --segment 2 handshake.jsonl
keep handshake-ack server glass explain --segment 3 handshake.jsonl
