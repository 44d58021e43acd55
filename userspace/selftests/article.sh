#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The article's pair, in Python: the server tells who came, the client what it
# was told. Run by scripts/selftests-guest.sh.
examples=${GLASS_EXAMPLES:-$GLASS_TOP/userspace/examples}
host=glass-server
work=$(mktemp -d)

echo "TAP version 13"
echo "1..4"
hostname "$host"
echo "127.0.1.1 $host" >>/etc/hosts

python3 -u "$examples/server.py" >"$work/server" 2>&1 &
server=$!
for _ in {1..600}; do
	grep -q '^LISTEN .* 54321 ' /proc/net/glass/connections && break
	sleep 0.1
done
for i in 1 2 3; do
	python3 "$examples/client.py" >>"$work/client" 2>&1 &
	clients[i]=$!
done
wait "${clients[@]}"
kill "$server"
wait "$server" 2>/dev/null

check() {
	local n=$1 file=$2 pattern=$3 text=$4
	if [ "$(grep -cE "$pattern" "$file")" = 3 ] && [ "$(wc -l <"$file")" = 3 ]; then
		echo "ok $n - $text"
	else
		echo "not ok $n - $text"
	fi
	sed 's/^/# /' "$file"
}

check 1 "$work/server" "^Got connection from \('127\.0\.[01]\.1', [0-9]+\)$" \
	"server.py prints who came"
check 2 "$work/client" "^b'Thank you for connecting'$" "client.py prints what came"
if [ "$(sort -u "$work/server" | wc -l)" = 3 ]; then
	echo "ok 3 - three clients, three ports"
else
	echo "not ok 3 - three clients, three ports"
fi

# The third argument of socket() is all that makes it Glass.
sed 's/^GLASS = 253.*/GLASS = 0/' "$examples/server.py" >"$work/server.py"
sed 's/^GLASS = 253.*/GLASS = 0/' "$examples/client.py" >"$work/client.py"
python3 -u "$work/server.py" >"$work/server" 2>&1 &
server=$!
for _ in {1..600}; do
	ss -Htln | grep -q ':54321 ' && break
	sleep 0.1
done
if python3 "$work/client.py" | grep -q "^b'Thank you"; then
	echo "ok 4 - with 0 in its place the same programs speak TCP"
else
	echo "not ok 4 - with 0 in its place the same programs speak TCP"
fi
kill "$server"
rm -r "$work"
