#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass break: sentences become faults, the faults show in the ladder. Run by
# scripts/selftests-guest.sh.
if [ -z "${GLASS_BREAK_NETNS-}" ]; then
	GLASS_BREAK_NETNS=1 exec unshare -n "$0"
fi
glass=$GLASS_TOP/.build/userspace/glass
faults=/proc/net/glass/faults
work=$(mktemp -d)
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"

# understood SENTENCE LINE WORD...: what the kernel is told by these
understood() {
	local sentence=$1 line=$2
	shift 2
	"$glass" break repair >/dev/null
	"$glass" break "$@" >"$work/out" 2>&1 &&
		[ "$(sed -n 's/^ *[0-9]* *0 *0 *0  //p' "$faults")" = "$line" ]
	verdict $? "$sentence, in $# words"
}

# means SENTENCE LINE: the same, cut into words or not
means() {
	understood "$1" "$2" "$1"
	# shellcheck disable=SC2086 # words
	understood "$1" "$2" $1
	echo "$2" >"$faults" && [ "$(grep -cF "  $2" "$faults")" = 2 ]
	verdict $? "what is shown may be written: $2"
}

# wrong SENTENCE MESSAGE
wrong() {
	"$glass" break "$1" >"$work/out" 2>"$work/err"
	[ $? = 2 ] && [ ! -s "$work/out" ] && grep -q "$2" "$work/err"
	verdict $? "refused: $1"
}

echo "TAP version 13"
ip link set lo up
means "drop the 2nd SYN/ACK" "drop with=syn,ack nth=2 times=1"
means "lose syn-ack" "drop with=syn,ack nth=1 times=1"
means "hold every SYN" "hold with=syn without=ack nth=1 times=0"
means "duplicate the first 3 texts to 80" "dup with=text to=80 nth=1 times=3"
means "delay the third segment by 2 s" "delay nth=3 times=1 ms=2000"
means "delay ACK by 200ms from 54321" \
	"delay with=ack without=fin,syn,rst,text from=54321 nth=1 times=1 ms=200"
means "reorder the 10th text behind 3" \
	"reorder with=text nth=10 times=1 behind=3 ms=1000"
means "corrupt the FIN" "corrupt with=fin nth=1 times=1"
means "drop all resets" "drop with=rst nth=1 times=0"
means "keep the SYN" "keep with=syn without=ack nth=1 times=1"
means "freeze" "freeze"
means "freeze port 80" "freeze port=80"
means "forget port 80" "forget port=80"

wrong "mend the SYN" '"mend" has no meaning'
wrong "drop the 2nd" "a word missing"
wrong "drop the 2nd SYM" '"SYM" has no meaning'
wrong "drop SYN by noon" '"noon" has no meaning'
wrong "drop SYN to" "a word missing"
wrong "delay ACK by 200 from 80" '"from" has no meaning'
wrong "delay ACK by 200" '"200" has no meaning'
wrong "delay ACK by 4000 s" '"s" has no meaning'
wrong "drop the SYN from 1 from 2 from 3 from 4 from 5 from 6 from 7 to 65535" '"7" has no meaning'
wrong "drop SYN twice" '"twice" has no meaning'
wrong "release me" '"me" has no meaning'
wrong "thaw 1 2" '"2" has no meaning'
wrong "freeze 80" '"80" has no meaning'
wrong "freeze port" "a word missing"
wrong "forget port 80 port" '"port" has no meaning'
"$glass" break delay SYN >"$work/out" 2>"$work/err"
[ $? = 1 ] && grep -q "Invalid argument" "$work/err"
verdict $? "a delay of no time is refused"
"$glass" break release 99 >"$work/out" 2>"$work/err"
[ $? = 1 ] && grep -q "no such fault" "$work/err"
verdict $? "there is no fault 99"
"$glass" break repair >/dev/null
"$glass" break replay >"$work/out" 2>"$work/err"
[ $? = 1 ] && grep -q "no segment was kept" "$work/err"
verdict $? "nothing is kept that could come again"
"$glass" break drop the ACK >/dev/null
"$glass" break freeze >/dev/null
"$glass" break thaw >"$work/out" && grep -q '  drop with=ack' "$work/out" &&
	! grep -q '  freeze' "$work/out"
verdict $? "who thaws leaves the other faults"

# has NAME PATTERN [COUNT]: so many lines of what was kept, else one or more
has() {
	local count
	count=$(grep -cE -- "$2" "$work/$1")
	[ "$count" = "${3-$count}" ] && [ "$count" -gt 0 ]
}

# struck NAME FAULT ARROW: below such an arrow it stands, once
struck() {
	[ "$(grep -A 3 -E -- "$3" "$work/$1" | grep -c "FAULT_$2 ")" = 1 ]
}

# watch_begin NAME OPTION...: lines to NAME; it is under way
watch_begin() {
	local name=$1
	shift
	: >"$work/err"
	"$glass" watch --netns self "$@" >"$work/$name" 2>"$work/err" &
	watch=$!
	for _ in {1..600}; do
		grep -q watching "$work/err" && break
		sleep 0.1
	done
}

# It ends when it is told to
watch_end() {
	kill "$watch"
	wait "$watch"
}

# The ladder: three arrows that arrive, and the one that does not
"$glass" break repair >/dev/null
"$glass" break drop the SYN/ACK >/dev/null
watch_begin ladder --count 4 --timeout 100
"$GLASS_PROGRAMS/busy" glass4 once
wait "$watch"
verdict $? "the ladder is drawn"
[ "$(grep -c 'FAULT_DROP' "$work/ladder")" = 1 ] &&
	grep -q 'a fault on demand: it is lost' "$work/ladder"
verdict $? "it tells of the fault"
[ "$(grep -c 'x--* SYN ACK --' "$work/ladder")" = 1 ] &&
	[ "$(grep -c '<--* SYN ACK --' "$work/ladder")" = 1 ]
verdict $? "one SYN/ACK is lost, the next arrives"
sed 's/^/# /' "$work/ladder"

# Nobody answers: what the program is told, by no segment
"$glass" break repair >/dev/null
"$glass" break drop every SYN >/dev/null
watch_begin live
python3 - <<-'END' 2>"$work/told"
	import socket
	socket.socket(socket.AF_INET, socket.SOCK_STREAM, 253).connect(("127.0.0.1", 7004))
END
ended='^ *[0-9.]+ m?s \| CLOSED: Connection timed out'
for _ in {1..100}; do
	! has live "$ended" || break
	sleep 0.1
done
grep -q '^TimeoutError' "$work/told" && has live "$ended" 1
verdict $? "live: an attempt that nobody answers, and how it ends"
watch_end

# What is done to ends, and an old SYN, wherever it is told
"$glass" break repair >/dev/null
watch_begin live
"$glass" record --netns self "$work/run.jsonl" -- \
	"$GLASS_TOP/userspace/selftests/break_scene.py" "$glass" >"$work/told" 2>"$work/err" &&
	has told '^server ECONNABORTED$' 1 && has told '^client ECONNRESET$' 1
verdict $? "what the programs are told whose connection was forgotten"
sed 's/^/# /' "$work/told" "$work/err"
watch_end && has live '^ *\| *FAULT_FREEZE \|' 2 && has live '^ *\| *FAULT_THAW \|' 1 &&
	has live '^ *\| *FAULT_FORGET \|' 1 && has live 'CLOSED: Software caused connection abort' 1 &&
	has live 'a copy that was kept arrives' 1
verdict $? "live: what is done to ends is told when it is done"
sed 's/^/# /' "$work/live"
"$glass" replay "$work/run.jsonl" >"$work/ends"
has ends 'a copy that was kept arrives' 1 && has ends '^connection 1, continued' 1
verdict $? "ladder: an old SYN is of the connection that it opened"
has ends 'PSH ACK, 14 bytes -*x' 1 && has ends 'this end is frozen until it is thawed' &&
	has ends 'FAULT_THAW' 1
verdict $? "ladder: an end is frozen, a segment waits, the end goes on"
has ends 'CLOSED: Software caused connection abort' 1 && has ends ' FAULT_FORGET' 1 &&
	has ends 'this end has lost its memory' 1 && has ends 'LISTEN_ACK rfc9293' &&
	has ends 'RST_EXACT rfc9293'
verdict $? "ladder: an end loses its memory, the other hears of it when it asks"
sed 's/^/# /' "$work/ends"
"$glass" why --read "$work/run.jsonl" 1 >"$work/why1"
"$glass" why --read "$work/run.jsonl" 2 >"$work/why2"
has why1 '^  doubled: FAULT_REPLAY$' 1 && has why2 '^  slow: FAULT_FREEZE' 1 &&
	has why2 '^  forgotten: FAULT_FORGET$' 1 && has why2 '^    at [0-9.]* ms: 127.0.0.1:7000$'
verdict $? "why: all three are causes"
sed 's/^/# /' "$work/why1" "$work/why2"
"$glass" explain "$work/run.jsonl" >"$work/explained" && has explained 'got it: FAULT_REPLAY' 1 &&
	has explained 'got it: FAULT_FREEZE'
verdict $? "explain: what struck a segment"
"$glass" replay --html "$work/page.html" "$work/run.jsonl" &&
	python3 - "$work/page.html" <<-'END'
		import json, re, sys
		page = open(sys.argv[1], encoding="utf-8").read()
		run = json.loads(re.search(r'id="recording">\n(.*?)\n</script>', page, re.S).group(1))
		at = {e["rule"]: e for e in run["events"] if e["event"] == "state" and "rule" in e}
		assert {"FAULT_FREEZE", "FAULT_THAW", "FAULT_FORGET"} <= set(at)
		assert all(rule in run["rules"] for rule in at)
		assert at["FAULT_FREEZE"]["was"] == at["FAULT_FREEZE"]["state"] == "ESTABLISHED"
		assert at["FAULT_FORGET"]["state"] == "CLOSED"
		assert run["rules"]["FAULT_REPLAY"] and len(run["connections"]) == 2
	END
verdict $? "page: it has them, with their phrases"
"$glass" replay --connection 2 --end right --script "$work/end.pkt" "$work/run.jsonl" &&
	has end.pkt '^state ESTABLISHED$' 1 && has end.pkt '^recv c 14$' 1 && ! grep -q FAULT_ "$work/end.pkt"
verdict $? "script: it ends where the end forgot"
sed 's/^/# /' "$work/end.pkt"
# Each fault that strikes a segment, wherever it is told
"$glass" break repair >/dev/null
watch_begin live
"$glass" record --netns self "$work/wire.jsonl" -- \
	"$GLASS_TOP/userspace/selftests/break_wire.py" "$glass" >"$work/told" 2>&1
verdict $? "a segment is struck by each fault, all text arrives"
sed 's/^/# /' "$work/told"
watch_end
"$glass" replay "$work/wire.jsonl" >"$work/wire"
for fault in CORRUPT DELAY REORDER HOLD DROP; do
	struck live $fault 'PSH ACK, 3 bytes -*x' && struck wire $fault 'PSH ACK, 3 bytes -*x'
	verdict $? "live and replayed: FAULT_$fault, below an arrow that does not arrive"
done
for name in live wire; do
	struck $name DUP 'PSH ACK, 3 bytes -*>'
	verdict $? "$name: FAULT_DUP, below an arrow that arrives twice"
done
sed 's/^/# /' "$work/live"
echo "1..$tests"
rm -r "$work"
