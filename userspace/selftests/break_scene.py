#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Two connections between the same ports, and what is done to the second: the
SYN of the first comes again, the server's end is frozen and thawed, at last it
loses its memory. Prints what each program is told.

    break_scene.py GLASS"""
import errno
import socket
import time

from breaking import glass_break, reset, wait_for

SERVER, CLIENT = 7000, 7001


def bound(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 253)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    return s


def connect():
    c = bound(CLIENT)
    c.connect(("127.0.0.1", SERVER))
    return c, listener.accept()[0]


def told(who, function, *args):
    try:
        function(*args)
    except OSError as e:
        print(who, errno.errorcode[e.errno])


listener = bound(SERVER)
listener.listen(1)
glass_break("keep the SYN")
client, server = connect()
reset(client, server)

time.sleep(0.001)   # for another ISN: virtual time does not pass by itself
client, server = connect()
glass_break("replay")
glass_break("freeze port", str(SERVER))
client.send(b"are you there?")
wait_for("FAULT_FREEZE")
glass_break("thaw")
server.recv(100)
glass_break("forget port", str(SERVER))
told("server", server.recv, 100)
client.send(b"and now?")
wait_for("RST_EXACT")
told("client", client.recv, 100)
