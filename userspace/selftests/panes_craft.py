#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Recordings for panes.sh, from one that a kernel made.

    panes_craft.py WHAT FILE	prints it, changed so"""
import json
import sys


def find(events, **want):
    """The first event that has all of these"""
    return next(e for e in events if all(e.get(k) == v for k, v in want.items()))


def hostile(events):
    """A range is held that lies far behind the window"""
    ack = find(events, event="got", rule="ACK_SYN")
    far = (ack["seq_base"] + 0x90000000) % 2**32
    ack["tcb"]["held_count"] = 1
    ack["tcb"]["held"] = [[far, far + 1]]
    return events


def unacked(events):
    """The handshake's ACK is lost, so the SYN/ACK is sent again"""
    synack = find(events, event="sent", rule="SEND_SYN_ACK")
    ack = find(events, event="got", rule="ACK_SYN")
    seen = events[:events.index(ack) + 1]
    ack.update(was="-", state="-", rule="FAULT_DROP")
    del ack["tcb"]
    return seen + [{**synack, "t": synack["t"] + 1000000000}]


def late(events):
    """It began in TIME-WAIT"""
    return [find(events, event="got", rule="TW_QUIET")]


def over(events):
    """Something happens when TIME-WAIT is over"""
    last = events[-1]
    return events + [{**last, "t": last["t"] + 61000000000}]


def unanswered(events):
    """The user's timeout ends it"""
    last = events[-1]
    return events + [{**last, "t": last["t"] + 1000000000, "was": last["state"],
                      "state": "CLOSED", "rule": "USER_TIMEOUT", "error": "ETIMEDOUT"}]


WHAT = {f.__name__: f for f in (hostile, unacked, late, over, unanswered)}
with open(sys.argv[2], encoding="utf-8") as recording:
    head, *lines = recording
print(head, end="")
for event in WHAT[sys.argv[1]]([json.loads(line) for line in lines]):
    print(json.dumps(event))
