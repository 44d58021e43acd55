# SPDX-License-Identifier: GPL-2.0
"""What differs in every run of a scene, replaced by placeholders: initial
sequence numbers, timestamps, ports that the kernel chose, checksums, cookies.
Equal values get equal placeholders, numbered as they come: an acknowledgment
of something else is another placeholder, and a difference.

Other numbers are the same in each run, but for the last digits of times: a clock
that is virtual counts in steps of 256 ns, and which of them an event falls into
depends on what was before. Those may differ by what SLACK says.
"""
import difflib
import re

EPHEMERAL = range(32768, 61000)
DEFAULT_PORT = "54321"

# "seq 2751351117 (0)", and as glass explain spells it
NUMBER = re.compile(r"\b(seq|ack|sequence number|acknowledgment number) (\d+)(?: \((\d+)\))?")
STAMPS = re.compile(r"\b(time |timestamps |ts |TSval=)(\d+)( echo | ecr | TSecr=)(\d+|last)")
# An address or a host's name, and its port
PORT = re.compile(r"((?:\d+\.){3}\d+|[0-9a-f]*::[0-9a-f]*\]?|\b(?:server|client\d|localhost))"
                  r"(:|', |\s+)(\d{5})\b")
JSON = re.compile(r'"(seq|ack|\w+_base|una|nxt|cur|end|rcv_nxt|rcv_acked|started|netns)":(\d{7,})')
JSON_HEADER = re.compile(r'"header":"[0-9a-f]+"')
EVENT = re.compile(r"\b(seq|ack|isn|una|nxt|irs|iss)=(\d{7,})")

# The kernel's trace: which program, on which CPU
TASK = re.compile(r"^(\s*\S+)-\d+(?=\s+\[\d{3}\])")

# glass explain: up to four octets in a line, and from column 15 on whose they are
OCTETS = re.compile(r"  [0-9a-f]{2}(?: [0-9a-f]{2}){0,3}(?=\s|$)")
RANDOM = re.compile("sequence number|acknowledgment number|checksum|timestamps|SACK [0-9]|"
                    "fast open cookie")
# The largest buffers follow from the memory that a guest finds.
MEMORY = re.compile(r"(?<=mem = )(\d+)(\s+\d+\s+)(\d+)")
CHECKSUM = re.compile(r"\b(checksum) [0-9a-f]{4}\b")


class Names:
    """PORT1, PORT2... for values as they come"""

    def __init__(self):
        self.names = {}

    def of(self, kind, value):
        if (kind, value) not in self.names:
            count = sum(1 for other, _ in self.names if other == kind)
            self.names[kind, value] = f"{kind}{count + 1}"
        return self.names[kind, value]


class Settler:
    """One text; @known are ports that somebody asked for."""

    def __init__(self, known):
        self.known = known
        self.names = Names()
        self.inside = False     # a field whose octets are random

    def number(self, match):
        name, value, relative = match.groups()
        if relative is None:
            return match.group() if int(value) < 10**6 else \
                f"{name} {self.names.of('NUMBER', value)}"
        isn = (int(value) - int(relative)) % 2**32
        return f"{name} {self.names.of('ISN', isn)} ({relative})"

    def stamp(self, value):
        return value if value in ("0", "last") else self.names.of("TIME", value)

    def stamps(self, match):
        return match[1] + self.stamp(match[2]) + match[3] + self.stamp(match[4])

    def port(self, match):
        if match[3] in self.known or int(match[3]) not in EPHEMERAL:
            return match.group()
        return match[1] + match[2] + self.names.of("PORT", match[3])

    def value(self, match):
        return match.group().replace(match[2], self.names.of("NUMBER", match[2]))

    def octets(self, line):
        match = OCTETS.match(line)
        if not match:
            return line
        name = line[15:]
        if name and not name.startswith(" "):
            self.inside = bool(RANDOM.match(name))
        if not self.inside:
            return line
        return re.sub(r"\S\S", "..", match[0]) + line[match.end():]

    def line(self, line):
        settled = self.octets(line)
        settled = NUMBER.sub(self.number, settled)
        settled = STAMPS.sub(self.stamps, settled)
        settled = PORT.sub(self.port, settled)
        settled = JSON.sub(self.value, settled)
        settled = JSON_HEADER.sub('"header":"..."', settled)
        settled = EVENT.sub(self.value, settled)
        settled = TASK.sub(r"\1-PID", settled)
        settled = MEMORY.sub(r"\1\2MEMORY", settled)
        settled = CHECKSUM.sub(r"\1 SUM", settled)
        if settled == line:
            return line
        # a placeholder is as long as it is, what stood there was not
        return re.sub(r" {2,}", " ", settled)


def settle(text, scene=""):
    """The lines of @text; ports that the scene names are known."""
    settler = Settler({DEFAULT_PORT, *re.findall(r"\b\d{5}\b", scene)})
    return [settler.line(line) for line in text.splitlines()]


TICK = 10.1     # milliseconds

# Seconds to the microsecond or better, or to the millisecond; milliseconds to
# the microsecond, or whole; microseconds, of which one in RTTVAR is four in the RTO
SLACK = ((re.compile(r"\d+\.\d{6,}"), 1e-4), (re.compile(r"\d+\.\d+(?=s\b)"), 2e-3),
         (re.compile(r"\d+\.\d{3}(?!\d)"), 0.1), (re.compile(r"\d+(?= ms\b)|(?<=': )\d+"), 1),
         (re.compile(r"\b\d{6,7}\b"), 10), (re.compile(r"\b\d{5}(?= +\d{6}\b)"), 10))
TIMES = re.compile("|".join(f"({pattern.pattern})" for pattern, _ in SLACK))
TICKING = 3     # of these groups, and only where a timer can have been

def shape(line):
    """All but the times, and the columns that are as wide as they are"""
    return re.sub(r" {2,}", " ", TIMES.sub("#", line))


def as_near(old, new):
    """Have two lines of one shape the same times, nearly?"""
    for one, other in zip(TIMES.finditer(old), TIMES.finditer(new)):
        a, b = float(one[0]), float(other[0])
        slack = SLACK[one.lastindex - 1][1]
        if one.lastindex == TICKING and min(a, b) > 100:
            slack = TICK if min(a, b) < 600 else min(a, b) / 8
        if one.lastindex != other.lastindex or abs(a - b) > slack * 1.001:
            return False
    return True


def approach(old, new):
    """New lines, but old ones for those that differ by the slack alone"""
    found = list(new)
    pairs = difflib.SequenceMatcher(None, [shape(line) for line in old],
                                    [shape(line) for line in new], autojunk=False)
    for i, j, count in pairs.get_matching_blocks():
        for k in range(count):
            if as_near(old[i + k], new[j + k]):
                found[j + k] = old[i + k]
    return found


def form(line):
    """A line of which no number counts, nor how it is aligned"""
    line = re.sub(r"\b(ISN|TIME|PORT|NUMBER)\d+\b", "N", line)
    return re.sub(r"\s+", " ", re.sub(r"(?:\b|(?<=-j))\d+(\.\d+)?", "N", line)).strip()
