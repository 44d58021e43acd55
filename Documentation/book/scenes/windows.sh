# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Chapter 5: octets as cells, and a receiver that does not read.
# shellcheck source=Documentation/book/scenes/lib/common.sh
. Documentation/book/scenes/lib/common.sh

# hello and the FIN, counted on fingers
mkfifo say end
start s server calls.py bind=54321 listen=5 accept drain wait=end close
await "the server listens" rows 1 server '^LISTEN '
start c client1 calls.py bind=54001 connect=server,54321 wait=say send=hello shutdown drain
await "it is open" rows 1 server '^ESTABLISHED '
record cells.jsonl
: >say
await "the FIN is acknowledged" rows 1 client1 '^FIN-WAIT-2 '
recorded
: >end
wait_for c
wait_for s
keep windows-cells client1 glass replay cells.jsonl

# A receive buffer of 8192 octets, 8000 to send, and a program that reads a
# little after 5 seconds, and all after 10
quietly server sysctl -w "net.glass.rmem=4096 8192 8192"
start s server calls.py bind=54322 listen=5 accept sleep=5 take=500 sleep=5 drain
await "the server listens" rows 1 server '^LISTEN '
record zero.jsonl
start c client1 calls.py bind=54002 connect=server,54322 sends=1000,8 shutdown drain
await "a probe of the closed window" counted server TEXT_ZERO_WINDOW
keep windows-sender client1 glass table dport = :54322
keep windows-receiver server glass table sport = :54322 state established
wait_for c
wait_for s
recorded
keep windows-zero client1 glass replay --brief zero.jsonl
keep windows-edges client1 fields.py zero.jsonl client1 t event rule una nxt wnd cwnd
keep windows-rules server glass rules

# The first probe has left, beyond the edge
picture windows-zero zero.jsonl 31 1360 '#windows'
