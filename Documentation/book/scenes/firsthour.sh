# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The first hour: its commands of the first hour, on one machine: all over loopback.
# shellcheck source=Documentation/book/scenes/lib/common.sh
. Documentation/book/scenes/lib/common.sh

ip link set lo up
mountpoint -q /sys/kernel/tracing || mount -t tracefs nodev /sys/kernel/tracing
keep firsthour-doctor guest glass doctor

# A server and a client
start s server glass-server
await "the server listens" rows 1 server '^LISTEN '
keep firsthour-client server glass-client -4 localhost 54321 hello
keep firsthour-table server glass table
keep firsthour-rules server glass rules

# Watched
start w server glass watch --count 3
await "it watches" grep -q watching "$tmp/w.err"
quietly server glass-client -4 localhost 54321 hello
wait_for w
keep_of firsthour-watch w

# Broken on purpose, kept, explained
keep firsthour-break server glass break drop the SYN/ACK
keep firsthour-record server glass record run.jsonl -- glass-client -4 localhost 54321 hello
keep firsthour-replay server glass replay --brief run.jsonl
keep firsthour-why server glass why --read run.jsonl
keep firsthour-repair server glass break repair
quietly server glass replay --html run.html run.jsonl

# A program of TCP's, and a refusal
mkdir www
echo "by protocol 253" >www/index.html
start http server glass run python3 -m http.server -d www 8080
await "it listens" rows 1 server '^LISTEN .* 8080 '
keep firsthour-run server glass run curl -s http://127.0.0.1:8080/
stop http
keep firsthour-refused server sh -c 'glass-client 127.0.0.1 9 hello; glass why'
stop s
keep_of firsthour-server s
