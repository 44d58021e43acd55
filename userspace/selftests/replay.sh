#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass record, replay, explain and why: a run with a fault is recorded, drawn
# again, made into packets, scripts and a page, explained, and asked about; and
# files that somebody else wrote are read. Run by scripts/selftests-guest.sh.
if [ -z "${GLASS_REPLAY_NETNS-}" ]; then
	GLASS_REPLAY_NETNS=1 exec unshare -n "$0"
fi
glass=$GLASS_TOP/.build/userspace/glass
examples=$GLASS_TOP/userspace/examples
work=$(mktemp -d)
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"

# run NAME STATUS ARGUMENT...: glass with these, whose status and words are kept
run() {
	local name=$1 want=$2
	shift 2
	"$glass" "$@" >"$work/$name" 2>"$work/err"
	local status=$?
	[ $status = "$want" ] || sed 's/^/# /' "$work/err"
	[ $status = "$want" ]
}

# has NAME PATTERN [COUNT]: so many lines, else one or more
has() {
	local count
	count=$(grep -cE -- "$2" "$work/$1")
	[ "$count" = "${3-$count}" ] && [ "$count" -gt 0 ]
}

# keep KIND: one run of it is recorded, with a fault
keep() {
	local kind=$1
	"$glass" break repair >/dev/null
	"$glass" break drop the SYN/ACK >/dev/null
	run said 0 record --netns self "$work/$kind.jsonl" -- \
		"$GLASS_PROGRAMS/busy" "$kind" once && has err '^[0-9]+ events$'
	verdict $? "$kind: a command is recorded"
	head -n 1 "$work/$kind.jsonl" | grep -q '^{"glass-recording":1,.*"once"' &&
		python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]' \
			<"$work/$kind.jsonl"
	verdict $? "$kind: the file is JSON, a line each, and begins with what it is"
}

# retell KIND: what it was is told again
retell() {
	local kind=$1
	run ladder 0 replay "$work/$kind.jsonl" && has ladder 'x--* SYN ACK --' 1 &&
		has ladder 'a fault on demand: it is lost' 1 && has ladder '^ *ESTABLISHED '
	verdict $? "$kind: it is drawn as it was, with the fault"
	run brief 0 replay --brief --connection 1 "$work/$kind.jsonl" &&
		! has brief 'rfc[0-9]' && has brief 'SYN ACK'
	verdict $? "$kind: of one connection, without reasons"
	run explained 0 explain --segment 1 "$work/$kind.jsonl" &&
		has explained 'sequence number [0-9]+ \(0\)' 1 &&
		has explained 'acknowledgment number 0$' 1 && has explained 'sent it: SEND_SYN ' 1 &&
		has explained 'LISTEN > SYN-RECEIVED' 1 && has explained '^    SND.NXT ' 1
	verdict $? "$kind: a segment is explained, and what it made of both ends"
	run why 0 why --read "$work/$kind.jsonl" --last &&
		has why '^  dropped: FAULT_DROP$' 1 && has why 'SEND_SYN(_ACK)?_AGAIN rfc6298' &&
		has why 'try: somebody asked for it'
	verdict $? "$kind: why it took so long"
}

# export_packets KIND: for Wireshark
export_packets() {
	local kind=$1
	run said 0 replay --pcapng "$work/$kind.pcapng" "$work/$kind.jsonl" &&
		tshark -n -r "$work/$kind.pcapng" -d ip.proto==253,tcp -T fields \
			-e tcp.flags -e tcp.srcport -e frame.comment >"$work/packets" 2>"$work/err"
	verdict $? "$kind: packets are written"
	has packets '^0x0012' && has packets 'SEND_SYN rfc9293' && ! has packets Malformed
	verdict $? "$kind: tshark reads them, and why they were sent"

	python3 - "$work/$kind.pcapng" <<-'END'
		import struct, sys
		data, at, good = open(sys.argv[1], "rb").read(), 0, 0
		while at < len(data):
		    kind, size, _, _, _, have, length = struct.unpack_from("=7I", data, at)
		    packet = data[at + 28:at + 28 + have]
		    at += size
		    if kind != 6 or have != length:     # with text, which is not there
		        continue
		    ends = packet[12:20] if packet[0] >> 4 == 4 else packet[8:40]
		    rest = packet[20 if packet[0] >> 4 == 4 else 40:]
		    total = sum(struct.unpack(f">{len(ends + rest) // 2}H", ends + rest)) + 253 + len(rest)
		    assert total % 0xffff == 0, "a wrong checksum"
		    good += 1
		assert good
	END
	verdict $? "$kind: their checksums are of protocol 253"
}

# export_rest KIND: as scripts of both ends, as a page
export_rest() {
	local kind=$1 end
	mkdir -p "$work/scripts/$kind"
	for end in left right; do
		run said 0 replay --end "$end" --script "$work/scripts/$kind/$end.pkt" \
			"$work/$kind.jsonl"
		verdict $? "$kind: a script of its $end end is written"
	done

	run page 0 replay --html - "$work/$kind.jsonl" && python3 - "$work/page" <<-'END'
		import json, re, sys
		page = open(sys.argv[1], encoding="utf-8").read()
		data = re.search(r'id="recording">\n(.*?)\n</script>', page, re.S).group(1)
		run = json.loads(data)
		assert run["arrows"] and len(run["arrows"]) == len(run["headers"])
		assert all(e["event"] == "state" or e["rule"] in run["rules"] for e in run["events"])
		# nothing is asked for: no address but that of an RFC to follow
		assert set(re.findall(r"https?://[^/]*", page)) <= {
		    "http://www.w3.org", "https://www.rfc-editor.org"}
		assert not re.search(r"<(link|img|iframe)|<script src|@import|url\(h", page)
	END
	verdict $? "$kind: the page holds all that it needs"
}

# refused NAME TEXT: no such recording is read, and none makes it crash
refused() {
	printf '%s\n' "$2" >"$work/bad"
	run said 1 replay "$work/bad" && has err "bad:[0-9]+: "
	verdict $? "not read: $1"
}

# Octets changed here and there: read or refused, in good order
hostile() {
	python3 - "$glass" "$examples/lossy.jsonl" "$work/mutant" <<-'END'
		import random, subprocess, sys
		glass, path, mutant = sys.argv[1:]
		lines = open(path, "rb").read().split(b"\n")
		lines = lines[:20] + lines[-6:]
		random.seed(9293)
		bad = 0
		for number in range(16):
		    data = bytearray(b"\n".join(lines))
		    for _ in range(random.randint(1, 4)):
		        at = random.randrange(140, len(data))
		        if random.random() < 0.8:   # a digit for a digit: it stays JSON
		            while not chr(data[at]).isdigit():
		                at = random.randrange(140, len(data))
		            data[at] = random.choice(b"0123456789")
		        else:
		            data[at] = random.randrange(256)
		    open(mutant, "wb").write(data)
		    for what in ["replay"], ["replay", "--html", "/dev/null"], ["explain"], \
		            ["replay", "--script", "/dev/null"]:
		        status = subprocess.run([glass, *what, mutant], stdout=subprocess.DEVNULL,
		                                stderr=subprocess.DEVNULL).returncode
		        if status not in (0, 1):
		            print(f"# mutant {number}: {what} ended with {status}")
		            bad += 1
		sys.exit(bad > 0)
	END
	verdict $? "mutated recordings are read, or refused"
}

echo "TAP version 13"
ip link set lo up
ip link set lo mtu 1500
for kind in glass4 own6; do
	keep "$kind"
	retell "$kind"
	export_packets "$kind"
	export_rest "$kind"
done
"$GLASS_PROGRAMS/packet" -s -k glass4,glass6 -d "$work" scripts >"$work/played" 2>&1
verdict $? "the scripts run, on each end of each"
has played '^ok .*/(left|right)' 4
verdict $? "four of them"
grep -v '^ok' "$work/played" | sed 's/^/# /'

run said 1 record "$work/no/where" -- true && has err 'No such file'
verdict $? "a file that cannot be made"
run said 7 record "$work/none.jsonl" -- sh -c 'exit 7' && run ladder 0 replay "$work/none.jsonl"
verdict $? "the status is the command's"
run said 127 record "$work/none.jsonl" -- no-such-program
verdict $? "a command that is not there"
"$glass" record --netns self "$work/signal.jsonl" 2>"$work/err" &
recorder=$!
until grep -q recording "$work/err"; do sleep 0.1; done
"$GLASS_PROGRAMS/busy" glass4 once
kill -INT "$recorder"
wait "$recorder" && run ladder 0 replay "$work/signal.jsonl" && has ladder ' SYN --'
verdict $? "until a signal, without a command"

head='{"glass-recording":1}'
refused "nothing" ""
refused "another format" '{"glass-recording":2}'
refused "no JSON" "$head"$'\n''{"t":'
refused "no event" "$head"$'\n''{"t":1}'
segment='{"t":1,"event":"got","netns":1,"from":["::1",7],"to":["::1",8],"was":"-","state":"-",'
segment+='"rule":"NONE","seq_base":0,"ack_base":0,"len":0,"piece":0,"ecn":0,"header":"HEADER"}'
refused "a header that is longer than it is" "$head"$'\n'"${segment/HEADER/00070008000000000000000060020000000000000}"
refused "a header of other ports" "$head"$'\n'"${segment/HEADER/0009000800000000000000005002000000000000}"
printf '%s\n' "$head" "${segment/HEADER/0007000800000000000000005002000000000000}" >"$work/good"
run ladder 0 replay "$work/good" && has ladder '\[::1\]:7 .*\[::1\]:8'
verdict $? "read: a file that somebody else wrote"
# Both ends open at once: each tells of its call, and of its SYN
opens() {
	local opens='{"t":%d,"event":"%s","netns":%d,"from":["::1",%d],"to":["::1",%d],'
	opens+='"was":"%s","state":"SYN-SENT"%s}\n'
	# shellcheck disable=SC2059 # a format for both
	printf "$opens" "$1" state 1 "$2" "$3" CLOSED "" &&
		printf "$opens" $(($1 + 1)) sent 1 "$2" "$3" SYN-SENT \
			',"rule":"SEND_SYN","seq_base":9,"ack_base":0,"len":0,"piece":0,"ecn":0,"header":"'"$4"'"'
}
{
	printf '%s\n' "$head"
	opens 1 7 8 0007000800000009000000005002000000000000
	opens 3 8 7 0008000700000009000000005002000000000000
} >"$work/good"
run ladder 0 replay "$work/good" && has ladder '^connection ' 1 && has ladder ' SYN --' 2
verdict $? "two SYNs that cross are of one connection"
hostile

run hex 0 explain d2f1 d431 a62e7ef6 00000000 a002ffff15280000 020405b4010303050402080a7680133800000000 &&
	has hex 'maximum segment size 1460' && has hex 'rfc7323#section-3.2'
verdict $? "octets in hex are explained"
echo 4500002800000000 40fd0000 0a000002 0a000001 d2f1d431a62e7ef6000000005002ffff15280000 |
	"$glass" explain - >"$work/hex" && has hex '10.0.0.2:54001 > 10.0.0.1:54321  SYN'
verdict $? "so is a packet, from the input"
run capture 0 explain --segment 2 "$work/glass4.pcapng" && has capture 'control bits SYN ACK' 1
verdict $? "and a capture"
for wrong in 00ff "d2f1d431a62e7ef60000000060" "0007000800000000000000004002000000000000" xyz; do
	run said 1 explain "$wrong" && has err 'no segment'
	verdict $? "not explained: $wrong"
done
"$glass" explain --segment 1 >"$work/live" 2>"$work/err" &
explainer=$!
until grep -q watching "$work/err"; do sleep 0.1; done
"$GLASS_PROGRAMS/busy" glass4 once
wait "$explainer" && has live 'control bits SYN$' 1
verdict $? "the next segment of the kernel is explained"

# What the documentation shows of the examples is what they show.
(cd "$GLASS_TOP" && python3 - "$glass" Documentation/recording.rst) <<'END'
import subprocess, sys
lines = open(sys.argv[2], encoding="utf-8").read().split("\n")
shown = [n for n, line in enumerate(lines) if line.startswith("\t$ glass ")]
for n in shown:
    block = []
    for line in lines[n + 1:]:
        if line and not line.startswith("\t"):
            break
        block.append(line[1:])
    said = subprocess.run([sys.argv[1], *lines[n].split()[2:]], capture_output=True,
                          encoding="utf-8").stdout
    if said.split("\n") != "\n".join(block).rstrip().split("\n") + [""]:
        sys.exit(f"# stale: {lines[n]}")
sys.exit(not shown)
END
verdict $? "what Documentation/recording.rst shows is what is said"

"$glass" break repair >/dev/null
run live 0 why && has live 'dropped: FAULT_DROP' 1 && has live 'try: '
verdict $? "why, without a recording: what went wrong here"
run live 0 why 9 && has live 'no connection has it now' 1
verdict $? "nothing has that port"
run said 2 why --last && has err 'glass record FILE'
verdict $? "the last connection is of a recording"
run said 1 why --read "$examples/lossy.jsonl" 65000 && has err 'no port'
verdict $? "no such connection is recorded"
for wrong in "replay" "replay --speed 0 x" "replay --end up x" "record" "explain --segment x" "why x"; do
	# shellcheck disable=SC2086 # words
	run said 2 $wrong
	verdict $? "usage: glass $wrong"
done
echo "1..$tests"
rm -r "$work"
