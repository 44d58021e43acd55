#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""One connection of loopback to which something bad happens, for why.sh. Prints
what its programs are told.

    why_scene.py GLASS 4|6 SCENE"""
import errno
import select
import socket
import struct
import sys

from breaking import count, glass_break, reset, wait_for

PORT, GLASS = 7000, 253
V6 = sys.argv[2] == "6"
FAMILY, LOOP = (socket.AF_INET6, "::1") if V6 else (socket.AF_INET, "127.0.0.1")
SECOND = 1000     # milliseconds


def told(who, function, *args):
    try:
        function(*args)
        print(who, "nothing")
    except OSError as e:
        print(who, errno.errorcode[e.errno])


def new():
    return socket.socket(FAMILY, socket.SOCK_STREAM, GLASS)


def listen(backlog=1):
    s = new()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((LOOP, PORT))
    s.listen(backlog)
    return s


def pair(prepare=lambda s: None):
    """Client, server; @prepare: what is done to the listener, and so to its child"""
    listener = listen()
    prepare(listener)
    c = new()
    c.connect((LOOP, PORT))
    return c, listener.accept()[0]


def wait_on(s, what):
    poller = select.poll()
    poller.register(s, what)
    if not poller.poll(600 * SECOND):
        sys.exit("it never came")


def wait_more(rule, before):
    """Until @rule has spoken more often than @before"""
    while count(rule) == before:
        select.select([], [], [], 0.01)


def refused():
    told("client", new().connect, (LOOP, PORT))


def linger():
    c, s = pair()
    reset(c)
    wait_on(s, select.POLLIN)
    told("server", s.recv, 1)


def unread():
    c, s = pair()
    s.send(b"hello")
    wait_on(c, select.POLLIN)
    c.close()
    wait_on(s, select.POLLIN)
    told("server", s.recv, 1)


def timeout():
    c, s = pair()
    glass_break("drop every text")
    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 3 * SECOND)
    c.send(b"hello")
    wait_on(c, select.POLLIN)
    told("client", c.recv, 1)
    reset(s)


def resent():
    """The probe for the tail is lost, too: the timer must do it."""
    c, s = pair()
    glass_break("drop the first 2 texts")
    c.send(b"hello")
    s.recv(5)
    reset(c, s)


def window():
    def small(listener):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    c, s = pair(small)
    c.setblocking(False)
    before = count("SEND_PROBE")
    try:
        while True:
            c.send(b"x" * 1000)
    except BlockingIOError:
        wait_more("SEND_PROBE", before)
    reset(c, s)


def carry(octets, prepare=lambda s: None):
    """So much text at once, a close() behind it, all of it read at once"""
    c, s = pair(prepare)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * octets)
    c.setblocking(False)
    left, unsent = octets, octets
    while left:
        if unsent:
            try:
                unsent -= c.send(b"x" * unsent)
            except BlockingIOError:
                pass
            if not unsent:
                c.close()
        wait_on(s, select.POLLIN)
        left -= len(s.recv(65536))
    wait_on(s, select.POLLIN)
    s.close()


def narrow():
    """A window that is much less than the path holds"""
    carry(40000, lambda s: s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096))


def young():
    """The window at the beginning of a connection"""
    carry(150000)


def easy():
    carry(1000)


def delayed():
    c, s = pair()
    before = count("ACK_DELAYED")
    for _ in range(8):      # the first ones are answered at once
        c.send(b"hello")
        s.recv(5)
        s.send(b"hello")
        c.recv(5)
    c.send(b"hello")
    wait_more("ACK_DELAYED", before)
    reset(c, s)


def unreachable(hard):
    """What a router would answer to the SYN, which the server never gets"""
    raw = socket.socket(FAMILY, socket.SOCK_RAW, GLASS)
    glass_break("drop every SYN")
    c = new()
    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
    c.setblocking(False)
    before = count("ICMP_HARD" if hard else "ICMP_SOFT")
    c.connect_ex((LOOP, PORT))
    packet = raw.recv(200)
    router = socket.socket(FAMILY, socket.SOCK_RAW,
                           socket.IPPROTO_ICMPV6 if V6 else socket.IPPROTO_ICMP)
    if V6:      # its own header is not told
        loop = socket.inet_pton(FAMILY, LOOP)
        packet = struct.pack(">IHBB", 6 << 28, len(packet), GLASS, 64) + loop * 2 + packet
        error = struct.pack(">BBHI", 1, 4 if hard else 3, 0, 0) + packet
    else:
        error = struct.pack(">BBHI", 3, 2 if hard else 1, 0, 0) + packet
        words = sum(struct.unpack(f">{len(error) // 2}H", error))
        words = ~((words & 0xffff) + (words >> 16)) & 0xffff
        error = error[:2] + struct.pack(">H", words) + error[4:]
    router.sendto(error, (LOOP, 0))
    wait_more("ICMP_HARD" if hard else "ICMP_SOFT", before)
    wait_on(c, select.POLLOUT)
    told("client", c.send, b"hello")


def far():
    """The server wants nobody from further away than its own link."""
    level, name = (socket.IPPROTO_IPV6, 73) if V6 else (socket.IPPROTO_IP, 21)
    c, s = pair()
    before = count("HOPS_FEW")
    s.setsockopt(level, name, 255)
    c.send(b"hello")
    wait_more("HOPS_FEW", before)
    s.setsockopt(level, name, 1)
    s.recv(5)
    reset(c, s)


def embryo():
    listener = listen()
    glass_break("drop every ACK")
    before = count("EMBRYO_TIMEOUT")
    c = new()
    c.connect((LOOP, PORT))
    wait_more("EMBRYO_TIMEOUT", before)
    glass_break("repair")
    reset(c, listener)


def silent():
    c, s = pair()
    for name, value in (socket.TCP_KEEPIDLE, 2), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 2):
        c.setsockopt(socket.IPPROTO_TCP, name, value)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    glass_break("drop every segment")
    wait_on(c, select.POLLIN)
    told("client", c.recv, 1)
    glass_break("repair")
    reset(s)


def full():
    listener = listen(0)
    before = count("LISTEN_ACCEPT_QUEUE_FULL")
    clients = [new() for _ in range(3)]
    for c in clients:
        c.setblocking(False)
        c.connect_ex((LOOP, PORT))
    wait_more("LISTEN_ACCEPT_QUEUE_FULL", before)
    reset(*clients, listener)


SCENES = {f.__name__: f for f in (refused, linger, unread, timeout, resent, window, narrow, young,
                                  easy, delayed, far, embryo, silent, full)}
SCENES["soft"] = lambda: unreachable(False)
SCENES["hard"] = lambda: unreachable(True)
SCENES[sys.argv[3]]()
