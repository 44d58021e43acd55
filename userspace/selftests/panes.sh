#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass watch and glass replay on the whole screen of a terminal, which tmux is:
# keys go in, what the screen shows is compared. Run by scripts/selftests-guest.sh.
if [ -z "${GLASS_PANES_NETNS-}" ]; then
	GLASS_PANES_NETNS=1 exec unshare -n "$0"
fi
glass=$GLASS_TOP/.build/userspace/glass
examples=$GLASS_TOP/userspace/examples
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

# times KEY COUNT
times() {
	local i
	for ((i = 0; i < $2; i++)); do
		mux send-keys "$1"
	done
}

recorded() {
	begin 130 40 replay "$examples/handshake.jsonl"
	shows '10\.0\.0\.2:54001 +10\.0\.0\.1:54321' ' 1/6 +recorded' '\|-+ SYN -+>\|' &&
		shows 'CLOSED > SYN-SENT *$' '^ 10\.0\.0\.2:54001 is SYN-SENT'
	verdict $? "a recording begins at its beginning"
	times Right 2
	shows ' 3/6 ' '^ SYN ACK: seq 0, ack 1, 0 octets' 'sent: SEND_SYN_ACK rfc9293#section-3\.5' \
		'came: SYN_SENT_SYN_ACK' 'CLOSED > SYN-SENT > ESTABLISHED' 'LISTEN > SYN-RECEIVED$'
	verdict $? "a step on: the segment, its reasons, both states"
	mux send-keys Left
	shows ' 2/6 ' 'sent: SEND_SYN rfc9293' 'CLOSED > SYN-SENT$'
	verdict $? "a step back: everything is as it was"
	mux send-keys End
	shows ' 6/6 ' 'LISTEN > SYN-RECEIVED > ESTABLISHED$'
	verdict $? "the end"
	mux send-keys q
	shows '^ended 0$'
	verdict $? "q ends it"
	end
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
	end
	begin 80 24 replay "$examples/lossy.jsonl"
	shows ' SYN ACK 1 ' && mux send-keys s && shows 'CLOSED > SYN-SENT$' '^ - done'
	verdict $? "on a small screen the states stand for the ladder"
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

echo "TAP version 13"
recorded
lossy
broken
struck
for kind in glass4 own6; do
	live "$kind"
done
echo "1..$tests"
