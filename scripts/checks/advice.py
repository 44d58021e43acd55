#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What glass why has to say: a rule by which a segment is dropped or answered
with a RST is bad news for somebody, and has a row in advice.c, or stands here
with the reason why nobody needs one."""
import re

import tree

RULES = "include/glass/rules.h"
ADVICE = "userspace/advice.c"
ROW = re.compile(r'\bR\((\w+),\s*"[^"]*",\s*"[^"]*",[\s\\]*"([^"]*)"')
BAD = ("drop:", "RST:")

EXEMPT = {
    "CLOSED_RST": "there is no connection that it could harm",
    "CLOSED_LATE": "its connection has told of its end",
    "LISTEN_RST": "there is no connection that it could harm",
    "LISTEN_NO_SYN": "no TCP sends such a segment",
    "EMBRYO_NO_ACK": "no TCP sends such a segment",
    "ACK_MISSING": "no TCP sends such a segment",
    "SYN_SENT_NO_SYN": "no TCP answers a SYN with one; the SYN is sent again, and told",
    "SYN_SENT_BAD_ACK_RST": "an answer to an older SYN; this one's is still to come",
    "SYN_SENT_HELD": "both ends open at once, and the peer's SYN comes again",
    "TW_RST_IGNORED": "the connection is over, and somebody asked for this",
    "TW_QUIET": "the connection is over",
}


def main():
    text = tree.read(RULES)
    advised = set(re.findall(r"\{ RULE_(\w+),", tree.read(ADVICE)))
    bad = set()
    for match in ROW.finditer(text):
        rule, phrase = match.groups()
        if not phrase.startswith(BAD):
            continue
        bad.add(rule)
        if rule not in advised and rule not in EXEMPT:
            tree.finding(RULES, tree.line_of(text, match.start()),
                         f"{rule} ({phrase}) has no row in {ADVICE}: what should one try?")
    for rule in sorted(EXEMPT):
        if rule in advised:
            tree.finding(ADVICE, 1, f"{rule} has a row, and need not be exempt")
        elif rule not in bad:
            tree.finding(RULES, 1, f"{rule} is exempt, but drops nothing")
    if not bad:
        tree.finding(RULES, 1, "no row was understood")
    tree.report()


main()
