#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""One connection, and each fault that strikes a segment, one after the other:
text is sent, struck, and awaited at the other end.

    break_wire.py GLASS"""
import socket
import struct
import subprocess
import sys
import time

PATIENCE = 30     # seconds
FAULTS = {
    "duplicate": "the text",
    "corrupt": "the text",
    "delay": "the text by 300 ms",
    "reorder": "the text behind 1",
    "hold": "the text",
    "drop": "the text",
}


def glass_break(*words):
    subprocess.run([sys.argv[1], "break", *words], check=True, stdout=subprocess.DEVNULL)


def count(rule):
    with open("/proc/net/glass/rules", encoding="ascii") as f:
        return next(int(line.split()[2]) for line in f if line.startswith(rule + " "))


def wait_for(rule):
    until = time.monotonic() + PATIENCE
    while not count(rule):
        if time.monotonic() > until:
            sys.exit(f"no {rule}")
        time.sleep(0.01)


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
for end in client, server:      # no TIME-WAIT is left
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()
