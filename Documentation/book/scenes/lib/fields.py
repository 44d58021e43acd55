#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Some fields of each segment that one end of a recording told, as a table.

    fields.py FILE HOST FIELD...

HOST is an end's name or address. A FIELD is of the TCB, or else of the event; t
is shown as milliseconds since the first event, una and nxt count from the ISN."""
import json
import socket
import sys

path, host, *names = sys.argv[1:]
address = socket.gethostbyname(host)
rows, start = [names], None
with open(path, encoding="ascii") as lines:
    next(lines)
    events = sorted(map(json.loads, lines), key=lambda e: e["t"])
for e in events:
    start = e["t"] if start is None else start
    sent = e["event"] == "sent"
    if not sent and e["event"] != "got" or e["from" if sent else "to"][0] != address:
        continue
    all_of_it = {**e, **e.get("tcb", {}), "t": f"{(e['t'] - start) / 1e6:.3f}"}
    base = e["seq_base" if sent else "ack_base"]
    for number in "una", "nxt":
        if number in all_of_it:
            all_of_it[number] -= base
    rows.append([str(all_of_it.get(name, "-")) for name in names])
widths = [max(map(len, column)) for column in zip(*rows)]
for row in rows:
    print("  ".join(map(str.ljust, row, widths)).rstrip())
