#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""No plain comparison of sequence numbers.

The space wraps: seq_lt() and its kin in include/glass/seq.h compare, nothing
else does. What a name cannot tell is not found; these names can. A distance
(a - b) is a plain number and may be compared with one. Tests, whose numbers
are written down and do not wrap, are left alone.
"""
import re

from tree import c_paths, code, finding, line_of, read, report

# Names that are sequence numbers wherever they stand in these rooms.
NAMES = r"(?:seq|una|nxt|iss|irs|wl1|wl2|ack|timed_seq|recover|" \
        r"\w+_seq|snd_nxt|snd_una|rcv_nxt|end_seq)"
# These only as fields of the send and receive variables, or of a range.
FIELDS = r"(?:(?:snd|rcv)\.(?:cur|end|acked|fin)|(?:\w|\])(?:\.|->)(?:start|end))"
OPERAND = rf"(?:(?:\b(?:\w+(?:\[\w+\])?(?:\.|->))*{NAMES}\b)|(?:\b[\w.>\[\]-]*?{FIELDS}\b))"
COMPARE = r"(?:<=|>=|<(?![<=])|(?<!-)>(?![>=]))"
# seq < x, seq + len < x; x < seq. With a minus it is a distance.
LEFT = re.compile(rf"({OPERAND})\s*(?:\+\s*[\w.>()\[\]-]+\s*)*(?<![<>]){COMPARE}")
RIGHT = re.compile(rf"(?<![<>-]){COMPARE}\s*({OPERAND})(?!\s*(?:-[^>]|\())")
MINMAX = re.compile(rf"\b(?:min|max|min_t|max_t|min3|max3|clamp)\s*\("
                    rf"(?:[^(),]*,)*\s*({OPERAND})\s*[,)]")


def distance_before(text, start):
    """Is the operand at start what something is subtracted by?"""
    before = text[:start].rstrip()
    return before.endswith("-") and not before.endswith("--")


def check(path):
    text = "\n".join("" if line.lstrip().startswith("#") else line
                     for line in code(read(path)).split("\n"))
    for pattern in (LEFT, RIGHT, MINMAX):
        for match in pattern.finditer(text):
            if distance_before(text, match.start(1)):
                continue
            finding(path, line_of(text, match.start(1)),
                    f"sequence number {match.group(1)} compared without seq.h: "
                    f"{' '.join(match.group().split())}")


for file in c_paths("include/glass", "module"):
    if file != "include/glass/seq.h":
        check(file)
report()
