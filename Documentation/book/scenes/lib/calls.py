#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes the calls of one Glass socket, in the order of its arguments, and tells
what came of each.

    calls.py CALL[=ARGUMENT,...]...

    bind=PORT           with SO_REUSEADDR, so that a scene may be played again
    listen=BACKLOG      accept: from then on the calls are the accepted socket's
    connect=HOST,PORT
    send=TEXT           sends=OCTETS,TIMES: so many octets each time
    recv                once; drain: until the peer has closed; take=OCTETS
    nodelay             keepalive=IDLE,INTERVAL,COUNT: seconds, seconds, times
    shutdown            for writing; close; abort: close() with SO_LINGER of 0 s
    sleep=SECONDS       wait=FIFO: until somebody has opened it for writing, and
                        closed it
"""
import errno
import os
import socket
import struct
import sys
import time

GLASS = 253     # the IP protocol


class Calls:
    def __init__(self):
        self.s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, GLASS)
        self.listener = None

    def bind(self, port):
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.s.bind(("", int(port)))

    def listen(self, backlog):
        self.s.listen(int(backlog))

    def accept(self):
        accepted, peer = self.s.accept()
        self.listener, self.s = self.s, accepted
        return f"from {peer[0]}, {peer[1]}"

    def connect(self, host, port):
        self.s.connect((host, int(port)))

    def send(self, text):
        return self.s.send(text.encode())

    def sends(self, octets, times):
        return sum(self.s.send(b"x" * int(octets)) for _ in range(int(times)))

    def recv(self):
        return repr(self.s.recv(65536))

    def take(self, octets):
        return len(self.s.recv(int(octets), socket.MSG_WAITALL))

    def drain(self):
        total = 0
        while got := len(self.s.recv(65536)):
            total += got
        return total

    def nodelay(self):
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def keepalive(self, *times):
        names = socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT
        for name, value in zip(names, times):
            self.s.setsockopt(socket.IPPROTO_TCP, name, int(value))
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def shutdown(self):
        self.s.shutdown(socket.SHUT_WR)

    def close(self):
        self.s.close()

    def abort(self):
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.s.close()

    def sleep(self, seconds):
        time.sleep(float(seconds))

    def wait(self, fifo):
        with open(fifo, "rb") as f:
            f.read()


def play(calls, word):
    """One call, told; False if it failed."""
    name, _, rest = word.partition("=")
    arguments = rest.split(",") if rest else []
    begun, good = time.monotonic(), True
    try:
        result = getattr(calls, name)(*arguments)
        end = "" if result is None else f" = {result}"
    except OSError as e:
        good, end = False, f" = {errno.errorcode.get(e.errno, e.errno)}: {os.strerror(e.errno)}"
    took = time.monotonic() - begun
    if took >= 0.001 and name not in ("sleep", "wait"):
        end += f", after {took:.3f} s"
    print(f"{name}({', '.join(arguments)}){end}", flush=True)
    return good


def main():
    if len(sys.argv) < 2 or sys.argv[1] == "--help":
        sys.exit(__doc__)
    calls = Calls()
    return all(play(calls, word) for word in sys.argv[1:])


sys.exit(not main())
