#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Two ends, each in a network namespace of its own (left, right): one connects
and sends so many octets, the other takes them and says thanks. With none it is
over when the handshake is, and both ends live on for a while.

    pages_pair.py OCTETS PORT"""
import ctypes
import os
import signal
import socket
import sys

size, port = int(sys.argv[1]), int(sys.argv[2])


def inside(name, work):
    child = os.fork()
    if child == 0:
        signal.alarm(60 if size else 2)
        fd = os.open("/run/netns/" + name, os.O_RDONLY)
        # os.setns() is younger than Debian 12's Python
        if ctypes.CDLL(None).setns(fd, 0):
            sys.exit("setns: no network namespace " + name)
        work()
        os._exit(0)
    return child


def glass():
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 253)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return s


def serve():
    s = glass()
    s.bind(("10.0.0.1", 54321))
    s.listen(5)
    os.write(ready[1], b"x")
    c = s.accept()[0]
    s.close()
    if size:
        while c.recv(65536):
            pass
        c.sendall(b"thanks")
    else:
        os.write(over[1], b"x")
        signal.pause()
    c.close()


def send():
    os.read(ready[0], 1)
    c = glass()
    c.bind(("10.0.0.2", port))
    c.connect(("10.0.0.1", 54321))
    if size:
        c.sendall(b"x" * size)
        c.shutdown(socket.SHUT_WR)
        while c.recv(65536):
            pass
        c.close()
    else:
        signal.pause()


ready, over = os.pipe(), os.pipe()
children = [inside("right", serve), inside("left", send)]
if not size:
    os.read(over[0], 1)
    sys.exit()
for child in children:
    os.waitpid(child, 0)
