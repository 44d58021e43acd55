#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""One connection, and each fault that strikes a segment, one after the other:
text is sent, struck, and awaited at the other end.

    break_wire.py GLASS"""
import socket
import sys

from breaking import PATIENCE, glass_break, reset, wait_for

FAULTS = {
    "duplicate": "the text",
    "corrupt": "the text",
    "delay": "the text by 300 ms",
    "reorder": "the text behind 1",
    "hold": "the text",
    "drop": "the text",
}


def take(octets):
    server.settimeout(PATIENCE)
    while octets:
        got = len(server.recv(octets))
        if not got:
            sys.exit("the end of the text")
        octets -= got


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 253)
listener.bind(("127.0.0.1", 7002))
listener.listen(1)
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 253)
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client.bind(("127.0.0.1", 7003))
client.connect(("127.0.0.1", 7002))
server = listener.accept()[0]
for fault, words in FAULTS.items():
    glass_break(fault, *words.split())
    client.send(b"one")
    client.send(b"more")
    if fault == "hold":
        wait_for("FAULT_HOLD")
        glass_break("release")
    take(7)
reset(client, server)
