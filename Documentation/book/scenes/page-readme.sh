# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# README.md has them from "make demo", where time is real: what is compared is the
# form. The article's pair first, for the rows in TIME-WAIT; then four clients of
# which two are of one host: a table is sorted, so their ports are bound.
start article server server.py
await "server.py listens" rows 1 server '^LISTEN '
on server client.py >/dev/null
on client1 client.py server >/dev/null
stop article
await "server.py is gone" rows 0 server '^LISTEN'

gate=$(mktemp -u)
mkfifo "$gate"
# client NAME HOST OPTION...: it stays until the gate opens
client() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	start "$1" "$2" sh -c 'exec glass-client "$@" <"$0"' "$gate" -4 "${@:3}" server 54321
}

start server server glass-server
await "the server listens" rows 1 server '^LISTEN '
watch handshake --port 54001 --count 3
client a client1 -b 54001
client b client1 -b 54002
client c client2
client d client3
sleep 600 >"$gate" &
await "four greetings" rows 4 server '^ESTABLISHED .* 0 +0 +- '
wait_for handshake
keep_of readme-handshake handshake
keep readme-table server glass table
