#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What panes.sh looks at.

    panes_scene.py queues	listeners with something in their queues, until killed
    panes_scene.py crowd	five listeners of large backlogs, one with ten waiting, until killed
    panes_scene.py talk PORT	one connection to this port, which both ends reset"""
import errno
import signal
import socket
import struct
import sys


def sock():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 253)


def listen(port, backlog):
    s = sock()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(backlog)
    return s


def connect(port):
    s = sock()
    s.setblocking(False)
    assert s.connect_ex(("127.0.0.1", port)) in (0, errno.EINPROGRESS)
    return s


def queues():
    """Of backlog 1 and half full, of 0 and full, and one whose SYN/ACKs are lost"""
    kept = [listen(port, backlog) for port, backlog in ((7010, 1), (7020, 0), (7030, 1))]
    kept += [connect(port) for port in (7010, 7020, 7030)]
    signal.pause()


def crowd():
    kept = [listen(port, 4000) for port in range(7041, 7046)]
    kept += [connect(7041) for i in range(10)]
    signal.pause()


def talk(port):
    listener = listen(port, 1)
    client = sock()
    client.connect(("127.0.0.1", port))
    server = listener.accept()[0]
    client.send(b"hello")
    server.recv(5)
    for end in client, server:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()


if sys.argv[1] == "queues":
    queues()
elif sys.argv[1] == "crowd":
    crowd()
else:
    talk(int(sys.argv[2]))
