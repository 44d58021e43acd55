# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Chapter 6: each clock, seen where it expires. client2 is 100 ms away: what it
# sends takes so long.
# shellcheck source=Documentation/book/scenes/lib/common.sh
. Documentation/book/scenes/lib/common.sh

# ladder OUTPUT HOST FILE: without reasons
ladder() { keep "$1" "$2" glass replay --brief "$3"; }

# serve NAME PORT CALL...: and wait until it listens
serve() {
	start "$1" server calls.py "bind=$2" listen=5 accept "${@:3}"
	await "$1 listens" rows 1 server "^LISTEN .* $2 "
}

distant client2 100

mkfifo end

# finish HOST PORT: what was sent there is acknowledged
finish() {
	await "all is acknowledged" rows 1 "$1" "^ESTABLISHED .* $2 +0 +0 +- "
	recorded
	: >end
	wait_for c
	wait_for s
	await "the last ACK" rows 0 server '^LAST-ACK '
}

# The RTO: three segments of text, a second from each to the next
serve s 54321 drain
record rto.jsonl
start c client2 calls.py bind=54001 connect=server,54321 send=one sleep=1 send=two sleep=1 send=three wait=end
await "the third is sent" counted server TEXT_IN_ORDER 3
finish client2 54321
keep timers-rto client2 fields.py rto.jsonl client2 t event rule srtt rttvar rto

# Nothing comes of a SYN
quietly server glass break drop every SYN
quietly client1 sysctl -w net.glass.syn_retries=3
record syn.jsonl
start c client1 calls.py bind=54002 connect=server,54321
wait_for c
recorded
quietly server glass break repair
ladder timers-syn client1 syn.jsonl

# Text that is lost five times
serve s 54322 drain
quietly server glass break drop the first 5 texts
record lost.jsonl
start c client1 calls.py bind=54003 connect=server,54322 send=hello wait=end
await "the sixth arrives" counted server TEXT_IN_ORDER 4
finish client1 54322
ladder timers-lost client1 lost.jsonl
keep timers-backoff client1 fields.py lost.jsonl client1 t event rule rto backoff timers

# An ACK that waits for company
serve s 54323 drain
record delayed.jsonl
start c client1 calls.py bind=54004 connect=server,54323 send=hello wait=end
await "it arrives" counted server TEXT_IN_ORDER 5
finish client1 54323
ladder timers-delayed client1 delayed.jsonl

# Is anybody there? Nobody is
serve s 54324 recv
start c client1 calls.py bind=54005 connect=server,54324 keepalive=10,5,3 recv
await "it is open" rows 1 client1 '^ESTABLISHED .* 54324 '
keep timers-keepalive-row client1 glass table dport = :54324
record keepalive.jsonl
quietly server glass break drop every segment
wait_for c
recorded
quietly server glass break repair
keep_of timers-keepalive-calls c
keep timers-keepalive client1 glass replay keepalive.jsonl
stop s

# Of five segments the second is lost, then of four the last
serve s 54326 drain
quietly server glass break drop the 2nd text
record middle.jsonl
start c client2 calls.py bind=54007 connect=server,54326 nodelay sends=1000,5 wait=end
await "the gap is filled" counted server TEXT_FILLS
finish client2 54326
quietly server glass break repair
ladder timers-rack client2 middle.jsonl
serve s 54325 drain
quietly server glass break drop the 4th text
record tail.jsonl
start c client2 calls.py bind=54006 connect=server,54325 nodelay sends=1000,4 wait=end
await "the probe is sent" counted client2 RESEND_TLP
finish client2 54325
quietly server glass break repair
ladder timers-tlp client2 tail.jsonl
keep timers-probe client2 fields.py tail.jsonl client2 t event rule srtt rto timers
keep timers-repairs client2 sh -c 'glass rules | grep -E "Rule|RESEND|TLP|LOSS|SACK"'

# A minute of TIME-WAIT
serve s 54327 drain close
start c client1 calls.py bind=54008 connect=server,54327 shutdown drain close
wait_for c
wait_for s
await "TIME-WAIT" rows 1 client1 '^TIME-WAIT .* 54327 '
keep timers-timewait client1 glass table dport = :54327
sleep 30
keep timers-timewait-30 client1 glass table dport = :54327
sleep 30
await "its end" rows 0 client1 '^TIME-WAIT .* 54327 '
keep timers-timewait-60 client1 sh -c 'glass rules | grep TW_'
