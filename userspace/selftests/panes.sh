#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass watch and glass replay on the whole screen of a terminal, which tmux is:
# keys go in, what the screen shows is compared. Run by scripts/selftests-guest.sh.
if [ -z "${GLASS_PANES_NETNS-}" ]; then
	GLASS_PANES_NETNS=1 exec unshare -n "$0"
fi
glass=$GLASS_TOP/.build/userspace/glass
examples=$GLASS_TOP/userspace/examples
scene=$GLASS_TOP/userspace/selftests/panes_scene.py
craft=$GLASS_TOP/userspace/selftests/panes_craft.py
export TERM=screen LC_ALL=C.UTF-8
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"
ip link set lo up

# A server for each screen: one that ends takes its time
screens=0
mux() { tmux -L "panes-$$-$screens" -f /dev/null "$@"; }

# begin COLUMNS ROWS ARGUMENT...: glass with these on a screen of its own
begin() {
	local columns=$1 rows=$2
	shift 2
	screens=$((screens + 1))
	mux new-session -d -x "$columns" -y "$rows" "$glass $*; echo ended \$?; sleep 1000"
}

end() { mux kill-server; }

# shows PATTERN...: every one of them stands on the screen, soon
shows() {
	local pattern i screen missing
	for ((i = 0; i < 50; i++)); do
		screen=$(mux capture-pane -p)
		missing=
		for pattern in "$@"; do
			grep -qE -- "$pattern" <<<"$screen" || missing=$pattern
		done
		[ -n "$missing" ] || return 0
		sleep 0.2
	done
	echo "# no line \"$missing\" on the screen:"
	# shellcheck disable=SC2001 # every line of it
	sed 's/^/# /' <<<"$screen"
	return 1
}

# lacks PATTERN: no line of the screen is such
lacks() { ! mux capture-pane -p | grep -qE -- "$1"; }

# times KEY COUNT
times() {
	local i
	for ((i = 0; i < $2; i++)); do
		mux send-keys "$1"
	done
}

recorded() {
	begin 130 40 replay "$examples/handshake.jsonl"
	shows '10\.0\.0\.2:54001 +10\.0\.0\.1:54321' ' 1/6 +recorded' '\|-+ SYN -+>\|' \
		'^ a call or a clock, no segment' && shows 'CLOSED > SYN-SENT *$' '^ 10\.0\.0\.2:54001 is SYN-SENT'
	verdict $? "a recording begins at its beginning"
	times Right 2
	shows ' 3/6 ' '^ SYN ACK: seq 0, ack 1, 0 octets' 'sent: SEND_SYN_ACK rfc9293#section-3\.5' \
		'came: SYN_SENT_SYN_ACK' 'CLOSED > SYN-SENT > ESTABLISHED' 'LISTEN > SYN-RECEIVED$'
	verdict $? "a step on: the segment, its reasons, both states"
	mux send-keys Left
	shows ' 2/6 ' 'sent: SEND_SYN rfc9293' 'CLOSED > SYN-SENT$'
	verdict $? "a step back: everything is as it was"
	mux send-keys End
	shows ' 6/6 ' '^ 10\.0\.0\.1:54321 is ESTABLISHED' '^ by the segment that came: ACK_SYN rfc9293' \
		'LISTEN > SYN-RECEIVED > ESTABLISHED$'
	verdict $? "the end"
	mux send-keys q
	shows '^ended 0$'
	verdict $? "q ends it"
	end
}

# octets COLUMNS ROWS: below the ladder, or in its place
octets() {
	begin "$1" "$2" replay "$examples/handshake.jsonl"
	shows ' 1/6 ' && mux send-keys x && shows '^ no segment, no octets'
	times Right 2
	shows '^ header, 40 octets, as it came' '^ d4 31 +source port 54321\b' '^ a0 +data offset 10 words' \
		'^ 12 +control bits SYN ACK\b' '^ 02 04 05 b4 +maximum segment size 1460\b' \
		'^ 08 0a 44 55 70 e5 ee 65 9c 12 +timestamps 1146450149 echo 3999636498'
	verdict $? "$1 columns: x shows the header of the SYN/ACK octet by octet"
	times Right 2
	shows '^ header, 32 octets, as it came' '^ d2 f1 +source port 54001\b' '^ 10 +control bits ACK\b'
	verdict $? "$1 columns: a step on, that of the next"
	mux send-keys x
	shows '\|-+ ACK 1 -+>\|' && lacks 'source port'
	verdict $? "$1 columns: x again, the ladder alone"
	end
}

# filter WORDS: typed after a slash
filter() {
	mux send-keys / && mux send-keys -l -- "$1" && mux send-keys Enter
}

# drawn COUNT: so many lines has the ladder
drawn() {
	[ "$(mux capture-pane -p | grep -cE '^ *[0-9]+\.[0-9]{3} \|')" = "$1" ]
}

# opened COUNT: so many first SYNs has the ladder, soon
opened() {
	local i
	for ((i = 0; i < 50; i++)); do
		[ "$(mux capture-pane -p | grep -cE '\|-+ SYN -+>\|')" != "$1" ] || return 0
		sleep 0.2
	done
	return 1
}

# Words of a filter, and what they leave of the ladder
filters() {
	begin 130 90 replay "$examples/lossy.jsonl"
	shows ' 1/48 ' && mux send-keys /
	shows '^/_ +port, flag, text, lost, fault, state or rule'
	verdict $? "a slash asks for words"
	mux send-keys -l "lst" && mux send-keys BSpace BSpace && mux send-keys -l ost && mux send-keys Enter
	shows '^ glass .*  only lost' ' 1/3 ' 'FAULT_DROP -+\|$|FAULT_DROP -+x?\| ' && drawn 3
	verdict $? "lost: three are, and the cursor is at one of them"
	filter SYN
	shows '  only SYN *$' '\|-+ SYN -+>\|' && drawn 5
	verdict $? "a flag"
	times Tab 2
	shows '^ glass  all connections .*  only SYN *$' '\|-+ SYN -+>\|' && drawn 5
	verdict $? "Tab: to one of the wanted, of all connections too"
	filter "ack lost"
	shows '  only ack lost' && drawn 3
	verdict $? "two words are both true"
	filter time-wait
	shows '  only time-wait' && drawn 3
	verdict $? "a state"
	filter resend
	shows '  only resend' 'sent: RESEND_' && lacks ' SYN '
	verdict $? "a part of a rule's name"
	filter 54002
	shows '  only 54002' && drawn 48
	verdict $? "a port"
	filter 54003
	shows '  only 54003' ' 0/0  recorded' '^ nothing is such' && drawn 0
	verdict $? "a port that nobody has"
	filter sym
	shows '^ "sym" has no meaning' ' 0/0 .*  only 54003'
	verdict $? "a word without meaning changes nothing"
	filter ""
	shows ' [0-9]+/48  recorded *$' && drawn 48
	verdict $? "no word: all"
	mux send-keys / && mux send-keys -l q && mux send-keys Escape && shows '/48  recorded *$' 'q quit$'
	verdict $? "Escape: as it was"
	end
	begin 130 40 watch --netns self
	shows ' live' && filter 7200
	shows ' live  only 7200'
	for port in 7100 7200 7100 7200; do
		"$scene" talk "$port"
	done
	# the last one's end is there: so is whatever else came
	shows ':7200 │' ' text 1-5 ACK 1 ' && opened 2 && lacks ':7100'
	verdict $? "live, what comes is filtered"
	filter "syn 7200"
	shows ' live  only syn 7200' 'ESTABLISHED > CLOSED *$' && lacks ' text 1-5 '
	verdict $? "and both ends are told of as they are by now"
	end
}

# What came is not known of a segment that never did, and of text never
unknown() {
	local work
	work=$(mktemp -d)
	grep -v '"got".*"flags":"SYN ACK"' "$examples/handshake.jsonl" >"$work/run.jsonl"
	begin 130 40 replay "$work/run.jsonl"
	shows ' 1/[0-9]+ ' && mux send-keys x
	times Right 2
	shows 'it has not come' '^ header, 40 octets, as it was sent: its checksum is not made yet' \
		'^ 00 00 +checksum 0000\b'
	verdict $? "octets of a segment that was not seen to arrive"
	end
	begin 130 40 replay "$examples/lossy.jsonl"
	shows ' 1/48 ' && mux send-keys x
	times Right 16
	shows '^ \(not in the trace\) +text 1448 octets'
	verdict $? "of text it is told how much there was"
	end
	rm -r "$work"
}

# What was lost is told from what came, and windows show what is held
lossy() {
	begin 130 40 replay "$examples/lossy.jsonl"
	shows ' 1/48 '
	times Right 16
	shows ' 17/48 ' 'sent #+=+F\.+>' 'came -+o+\.+>' 'x-+ SYN ACK 1 FAULT_DROP -+\|' \
		'snd\.una 1 nxt 14481 wnd 65535' 'rcv\.nxt 4345 wnd 62944' \
		'retransmit [0-9]+ ms, loss-probe [0-9]+ ms'
	verdict $? "windows on rulers, what is held behind a gap, clocks"
	mux send-keys Home
	times Right 2
	shows ' 3/48 ' 'retransmit 989 ms' 'SYN/ACKs sent: 1; no TCB yet' '^.*│ sent S *$' &&
		lacks 'rcv\.nxt'
	verdict $? "in SYN-RECEIVED the SYN/ACK's clock runs; who knows no IRS has no window"
	times Right 2
	shows ' 5/48 ' 'retransmit 1989 ms' 'SYN/ACKs sent: 3; no TCB yet'
	verdict $? "and longer when it was sent again"
	mux send-keys End
	shows ' 48/48 ' 'time-wait 59989 ms' '2 MSL are 60 s; no TCB is left'
	verdict $? "in TIME-WAIT 2 MSL run"
	end
	begin 80 24 replay "$examples/lossy.jsonl"
	shows ' SYN ACK 1 ' && mux send-keys s && shows 'CLOSED > SYN-SENT$' &&
		times Right 16 && mux send-keys s && shows '^ - done' '^ retransmit [0-9]+ ms'
	verdict $? "on a small screen the states stand for the ladder, then windows and clocks"
	mux resize-window -x 40 -y 24 && shows '^ - done' && mux resize-window -x 39 -y 24 &&
		shows '^glass: the terminal is too small$' && mux resize-window -x 6 -y 24 && shows '^glass:$' &&
		mux resize-window -x 5 -y 24 && shows '^glass$' &&
		mux resize-window -x 80 -y 24 && shows '^ - done  # in flight  = waits  o held  \. window$'
	verdict $? "one of a few columns is too small, and may grow again"
	end
}

# What is done to an end, and which memory is gone
broken() {
	begin 130 40 replay "$examples/ends.jsonl"
	shows ' 1/[0-9]+ +recorded' && mux send-keys End
	times Left 3
	shows ' CLOSED FAULT_FORGET \|' '^ 127\.0\.0\.1:7000 is CLOSED' \
		'no segment: FAULT_FORGET' 'this end has lost its memory' \
		'LISTEN > SYN-RECEIVED > ESTABLISHED > CLOSED *$' 'CLOSED > SYN-SENT > ESTABLISHED *$'
	verdict $? "an end that forgot: its state, and by which fault"
	[ "$(mux capture-pane -p | grep -c 'snd\.una')" = 1 ] &&
		[ "$(mux capture-pane -p | grep -c '│ rto ')" = 1 ]
	verdict $? "its windows and clocks are gone"
	times Left 1
	shows ' ESTABLISHED FAULT_THAW \|' 'no segment: FAULT_THAW' 'ESTABLISHED *$'
	verdict $? "an end that goes on"
	times Left 2
	shows '\|-+ text 1-14 ACK 1 FAULT_FREEZE -+x\|' 'came: FAULT_FREEZE'
	verdict $? "a segment that waits at an end that is frozen"
	end
}

# crafted WHAT EXAMPLE: its end, changed so
crafted() {
	"$craft" "$1" "$examples/$2.jsonl" >"$work/$1.jsonl"
	begin 130 40 replay "$work/$1.jsonl"
	shows ' 1/[0-9]+ +recorded' && mux send-keys End
}

# What the examples do not have
rare() {
	local work
	work=$(mktemp -d)
	crafted hostile handshake
	shows ' ([0-9]+)/\1 ' 'came S\.+>? *$'
	verdict $? "a range far behind the window is not drawn"
	end
	crafted unacked handshake
	shows ' ([0-9]+)/\1 ' 'retransmit 2000 ms' 'SYN/ACKs sent: 2; no TCB yet' && mux send-keys Left &&
		shows 'ACK 1 FAULT_DROP' 'retransmit 979 ms'
	verdict $? "a lost ACK leaves the SYN/ACK's clock as it was"
	end
	crafted late lossy
	shows ' 1/1 ' '│ TIME-WAIT *$' && lacks 'time-wait'
	verdict $? "since when a TIME-WAIT is that was there before is not known"
	end
	crafted over lossy
	shows ' ([0-9]+)/\1 ' 'time-wait: its time is over' '2 MSL are 60 s'
	verdict $? "2 MSL that ran out"
	end
	crafted unanswered handshake
	shows ' is CLOSED$' 'no segment: USER_TIMEOUT rfc9293#section-3\.8\.3' 'the user is told: Connection timed out'
	verdict $? "a timeout that ended it: its rule, and the error"
	end
	rm -r "$work"
}

live() {
	local kind=$1
	begin 130 40 watch --netns self
	shows 'nothing was seen yet' ' live'
	verdict $? "$kind: live, nothing happens"
	"$GLASS_PROGRAMS/busy" "$kind" once
	shows '\|-+ SYN -+>\|' '\|<-+ SYN ACK 1 -+\|' 'LISTEN > SYN-RECEIVED > ESTABLISHED'
	verdict $? "$kind: a connection comes by as it happens"
	mux send-keys Space
	shows ' paused'
	verdict $? "$kind: it pauses"
	mux send-keys Home
	shows 'CLOSED > SYN-SENT$' ' 1/[0-9]+ +paused'
	verdict $? "$kind: back to the beginning, while more may come"
	mux send-keys q
	shows '^ended 0$'
	verdict $? "$kind: q ends it"
	end
}

# Each fault that strikes a segment, as it is done
struck() {
	local fault
	begin 130 60 watch --netns self
	shows ' live'
	"$GLASS_TOP/userspace/selftests/break_wire.py" "$glass"
	for fault in CORRUPT DELAY REORDER HOLD DROP; do
		shows "\|-+ text [0-9]+-[0-9]+ ACK 1 FAULT_$fault -+x\|"
		verdict $? "a segment is marked that FAULT_$fault stopped"
	done
	shows '\|-+ text 1-3 ACK 1 FAULT_DUP -+>\|'
	verdict $? "a segment is marked that arrives twice"
	"$glass" break repair >/dev/null
	end
}

# Queues, and each pane in its turn where there is no room for all
queues() {
	local server most half='#####\.\.\.\.\.' none='\.{10}' full='#{10}'
	"$glass" break drop every SYN/ACK from 7030 >/dev/null
	begin 80 24 watch --netns self
	shows ' live'
	"$scene" queues &
	server=$!
	shows '\|-+ SYN -+>\|' '\|x?-+ SYN ACK 1 FAULT_DROP -+\|' && mux send-keys s
	shows "7010  $half 1/2    $none 0/2$" "7020  $full 1/1    $none 0/1$" \
		"7030  $none 0/2    $half 1/2$" 'CLOSED > SYN-SENT' 'LISTEN *> SYN-RECEIVED'
	verdict $? "queues: each against its room, which is one more than the backlog; states"
	mux send-keys s
	shows '^ - done' '^ sent S' 'retransmit [0-9]+ ms' && lacks 'accept queue' && lacks ' > SYN-SENT'
	verdict $? "s on a small screen: windows and clocks have it, whole"
	mux send-keys s
	shows 'retransmit [0-9]+ ms' 'accept queue +SYN queue$' && lacks '^ - done'
	verdict $? "s once more: clocks and queues"
	mux send-keys Space
	shows ' paused' 'accept queue +SYN queue, now$'
	verdict $? "paused: queues are told as they are now"
	times s 2
	shows '\|-+ SYN -+>\|' && lacks 'accept queue'
	verdict $? "s at last: the ladder again"
	kill "$server"
	wait "$server" 2>/dev/null
	end
	begin 130 40 watch --netns self
	shows ' live' && mux send-keys x
	"$scene" queues &
	server=$!
	shows '\|x?-+ SYN -+>?\|' 'CLOSED > SYN-SENT' 'retransmit [0-9]+ ms' '7010  #####' \
		'^ (before it: )?header, 40 octets, as it came'
	verdict $? "all at once: ladder, octets, states, clocks and queues"
	most=$(</proc/sys/net/glass/max_syn_backlog)
	echo 1 >/proc/sys/net/glass/max_syn_backlog
	shows "7010  $half 1/2    $none 0/1 *$" "7030  $none 0/2    $full 1/1 *$"
	verdict $? "the SYN queue has no more room than max_syn_backlog"
	echo "$most" >/proc/sys/net/glass/max_syn_backlog
	kill "$server"
	wait "$server" 2>/dev/null
	"$glass" break repair >/dev/null
	end
	begin 130 30 watch --netns self
	shows '^ +│ listener +accept queue +SYN queue$'
	verdict $? "queues: on a wide screen before anything else"
	end
}

# More listeners, and more in their queues, than there is room for
crowd() {
	local server room
	room=$(</proc/sys/net/glass/max_syn_backlog)
	[ "$room" -lt 4001 ] || room=4001
	begin 130 60 watch --netns self
	shows ' live'
	"$scene" crowd &
	server=$!
	shows "7041  #\.+ 10/4001  \.+ 0/$room *\$" "7045  \.+ 0/4001   \.+ 0/$room *\$"
	verdict $? "large numbers make bars shorter"
	mux resize-window -x 130 -y 40
	shows '^.*│ listener +accept queue +SYN queue *$' '│ +and 3 more *$' 'CLOSED > SYN-SENT' ' cwnd '
	verdict $? "of listeners that do not all fit it is told how many more there are"
	kill "$server"
	wait "$server" 2>/dev/null
	end
}

# Which connections, and along with what comes
choose() {
	begin 130 40 watch --netns self --port 7200
	shows ' live'
	for port in 7100 7200; do
		"$scene" talk "$port"
	done
	shows '127\.0\.0\.1:7200 │' ' text 1-5 ACK 1 ' && lacks ':7100'
	verdict $? "--port: only that one is seen"
	end
	begin 130 40 watch --netns self
	shows ' live'
	for port in 7100 7200; do
		"$scene" talk "$port"
		shows "127\\.0\\.0\\.1:$port │" ' RST'
	done
	mux send-keys Tab
	shows '^ glass  one connection' '127\.0\.0\.1:7100 │' && [ "$(mux capture-pane -p | grep -c ' SYN -')" = 1 ]
	verdict $? "Tab: the first connection alone"
	mux send-keys Tab
	shows '127\.0\.0\.1:7200 │' && mux send-keys Tab && shows '^ glass  all connections'
	verdict $? "Tab: the next, then all"
	mux send-keys Space Home
	shows ' 1/[0-9]+ +paused'
	"$scene" talk 7100
	shows ' 1/[0-9]+ +paused' && mux send-keys Space
	shows '^ glass  all connections  ([0-9]+)/\1  live' '127\.0\.0\.1:7100 │'
	verdict $? "space: to what came meanwhile"
	"$scene" talk 7200
	shows '^ glass  all connections  ([0-9]+)/\1  live' '127\.0\.0\.1:7200 │'
	verdict $? "and along with what comes"
	end
}

echo "TAP version 13"
recorded
octets 130 40
octets 80 24
unknown
filters
lossy
broken
rare
struck
queues
crowd
choose
for kind in glass4 own6; do
	live "$kind"
done
echo "1..$tests"
