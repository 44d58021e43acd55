#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass table: what it shows with sock_diag and without, what it is asked for,
# and what it ends. A transcript is told. Run by scripts/selftests-guest.sh.
if [ -z "${GLASS_INSPECT_NETNS-}" ]; then
	GLASS_INSPECT_NETNS=1 exec unshare -n "$0"
fi
glass=$GLASS_TOP/.build/userspace/glass
work=$(mktemp -d)
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"

# A server, two clients: the first is told of its end, the second goes on. A
# third has left.
cat >"$work/hosts.py" <<'END'
import socket, sys

def glass():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 253)

server = glass()
server.bind(("127.0.0.1", 5000))
server.listen(5)
clients, accepted = [], []
for port in 5001, 5002, 5003:
    client = glass()
    client.bind(("127.0.0.1", port))
    client.connect(("127.0.0.1", 5000))
    clients.append(client)
    accepted.append(server.accept()[0])
clients[1].sendall(b"x" * 3000)
clients.pop().close()
accepted.pop().close()
print("ready", flush=True)
for client in clients:
    try:
        client.recv(1)
    except OSError as error:
        print(error.strerror, flush=True)
END

tell() { sed 's/^/# /' "$work/out" "$work/err"; }

# ask STATUS ARGUMENT...: glass table, which must end so
ask() {
	local want=$1
	shift
	echo "# \$ glass table $*"
	"$glass" table "$@" >"$work/out" 2>"$work/err"
	local status=$?
	tell
	[ $status = "$want" ]
}

# shows COUNT PATTERN: so many such rows, and no others
shows() {
	[ "$(grep -cE "$2" "$work/out")" = "$1" ] &&
		[ "$(grep -vc '^ ' "$work/out")" = $(($1 + 1)) ]
}

# What does not change from one moment to the next
columns() { awk '{ print $1, $2, $3, $4, $5, $6, $7 }' "$work/out"; }

echo "TAP version 13"
ip link set lo up
[ ! -e /sys/module/glass_diag ] || rmmod glass_diag
python3 "$work/hosts.py" >"$work/said" &
hosts=$!
until grep -q ready "$work/said" &&
	[ "$(awk '$3 == 5002 { print $6 }' /proc/net/glass/connections)" = 0 ]; do
	sleep 0.1
done

ask 0 -v && grep -q "no sock_diag" "$work/err" && shows 6 " 500[0-3] "
verdict $? "without sock_diag rows come from /proc, and that is told"
columns >"$work/proc"
ask 0 && [ ! -s "$work/err" ] && shows 6 " 500[0-3] "
verdict $? "it is told to those who ask alone"
ask 1 --kill sport = :5001 && grep -q "no sock_diag" "$work/err"
verdict $? "nothing is ended without it"

modprobe -q inet_diag
insmod "${GLASS_MODULE%/*}/glass_diag.ko"
verdict $? "glass_diag.ko is loaded"
ask 0 -v && grep -q "rows from sock_diag" "$work/err" && columns | cmp - "$work/proc"
verdict $? "rows of sock_diag are those of /proc"
ask 0 --kill state time-wait && shows 1 "^TIME-WAIT " && ask 0 state time-wait && shows 0 " 500"
verdict $? "TIME-WAIT is ended like any other"
ask 0 --info state established dport = :5000 && shows 2 "^ESTABLISHED .* 5000 " &&
	[ "$(grep -cE '^    [a-z]+  cwnd:[0-9]+  .*srtt:.*rto:[1-9]' "$work/out")" = 2 ] &&
	grep -qE 'sent:3000  acked:3000 .*memory:0/' "$work/out"
verdict $? "--info tells of the path, of text and of memory"

ask 0 state listening && shows 1 "^LISTEN "
verdict $? "a state"
ask 0 state listen state established and sport 5000 && shows 3 " 5000 "
verdict $? "one of two states, and a port"
ask 0 src 127.0.0.0/8 dst = 127.0.0.1 dport = :5002 && shows 1 " 5002 "
verdict $? "addresses"
ask 0 dst 127.0.0.2 && shows 0 " 500"
verdict $? "another address"
ask 0 -6 && shows 0 " 500"
verdict $? "another family"
ask 0 -4 && shows 5 " 500[0-3] " && ask 0 -l && shows 1 "^LISTEN "
verdict $? "its own family, and who listens"
cp /proc/net/glass/connections "$work/kept"
cp /proc/net/glass/rules "$work/rules"
for wrong in "state open" "sport = :0" "sport = :70000" "dst 10.0.0.1/33" "dst x" "port 1" "sport" \
	"sport = :5001 and sport = :5002" "dport 5000 dport 5000" "src ::/0 src 127.0.0.1" \
	"--kill dst 127.0.0.2 src 127.0.0.1 dst 127.0.0.1"; do
	# shellcheck disable=SC2086 # words
	ask 2 $wrong && grep -q "no filter" "$work/err"
	verdict $? "no filter: $wrong"
done

ask 2 --kill && grep -q "wants a filter" "$work/err"
verdict $? "--kill alone ends nothing"
ask 1 --kill sport = :5999 && grep -q "nothing matches" "$work/err"
verdict $? "--kill of nothing"
setpriv --reuid 65534 --clear-groups "$glass" table --kill sport = :5001 \
	>"$work/out" 2>"$work/err"
[ $? = 1 ] && grep -q "needs CAP_NET_ADMIN" "$work/err" && shows 0 " 500"
verdict $? "--kill by nobody"
tell
ask 0 --kill sport = :5001 && shows 1 "^ESTABLISHED .* 5001 "
verdict $? "--kill shows what it ended"
until grep -q "Software caused" "$work/said"; do sleep 0.1; done
verdict $? "the user was told: $(tail -n 1 "$work/said")"
ask 0 && shows 3 " 500[02] "
verdict $? "both ends of it are gone, the others are there"
ask 0 --read "$work/kept" && shows 5 " 500[0-3] "
verdict $? "a table that was kept shows them still"

# Its rules: those that spoke, or all; each by its name and its count
spoke() { awk 'NR > 1 && $3 { print $1, $3 }' "$work/rules"; }
said() { awk 'NR > 1 { print $1, $3 }' "$work/out"; }
"$glass" rules --read "$work/rules" >"$work/out" 2>"$work/err" && cmp <(spoke) <(said) &&
	grep -q '^EMBRYO_ACK .* 3  our SYN is acknowledged' "$work/out"
verdict $? "glass rules: those that spoke"
tell
"$glass" rules -a --read "$work/rules" >"$work/out" && [ "$(wc -l <"$work/out")" = "$(wc -l <"$work/rules")" ]
verdict $? "glass rules -a: all of them"
cp /proc/net/glass/rules "$work/rules"
"$glass" rules >"$work/out" && cmp <(spoke) <(said) && grep -q '^SEND_RST_ABORT ' "$work/out"
verdict $? "glass rules: of this moment, with what was ended"
kill "$hosts"
wait "$hosts" 2>/dev/null
rmmod glass_diag
verdict $? "glass_diag.ko goes"
echo "1..$tests"
rm -r "$work"
