# SPDX-License-Identifier: GPL-2.0
"""Lab 18: how much at once? Slow start, and what a loss does."""
import socket
import struct

TCP_INFO_CWND = 80      # its place in struct tcp_info; ssthresh stands before it
MSS = 1448
FIRST = 200             # segments of the first transfer


def windows(c):
    info = c.raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return struct.unpack_from("II", info, TCP_INFO_CWND - 4)


def rounds(ladder, rtt):
    """Segments of text that left in each round trip"""
    text = [e for e in ladder.sent(to_port=80) if e.len]
    isn = text[0].isn
    text = [e for e in text if (e.seq - isn) % 2**32 <= FIRST * MSS]
    counts = {}
    for e in text:
        n = int((e.time - text[0].time + 0.01) / rtt)
        counts[n] = counts.get(n, 0) + e.len / MSS
    return [round(counts[n]) for n in sorted(counts)]


def in_flight(ladder):
    """Segments sent and not acknowledged when the lost one was sent again"""
    text = [e for e in ladder.sent(to_port=80) if e.len]
    at = next(i for i, e in enumerate(text) if e.rule.startswith("RESEND"))
    return round(sum(e.len for e in text[:at]) / MSS) - FIRST


def transfer(lab, c, a, segments):
    """So many segments there; ssthresh afterwards"""
    sender = lab.meanwhile(c.raw.sendall, b"x" * segments * MSS)
    a.drain(segments * MSS)
    sender.join()
    lab.client.await_acknowledged()
    threshold, cwnd = windows(c)
    said = threshold if threshold < 2**31 - 1 else "none"
    lab.print(f"client: TCP_INFO: cwnd {cwnd} segments, ssthresh {said}")
    return threshold


def scene(lab):
    lab.step("a round trip of 200 ms; the client has 200 segments to send")
    lab.distance(200)
    s = lab.server.socket("s", 80)
    s.option(socket.SOL_SOCKET, "SO_RCVBUF", 4 << 20)
    s.listen(5)
    c = lab.client.socket("c")
    c.option(socket.SOL_SOCKET, "SO_SNDBUF", 4 << 20)
    c.connect(lab.server)
    a = s.accept("a")
    with lab.watch(show=False) as ladder:
        transfer(lab, c, a, FIRST)
        lab.step("600 more at once; the first of them is lost")
        lab.server.fault("drop the first text")
        threshold = transfer(lab, c, a, 600)
    each = rounds(ladder, 0.2)
    lab.step("what left in each round trip of the first transfer")
    lab.print(f"  (the SYN/ACK offered a window of {65535 // MSS} segments, later ACKs more)")
    for n, count in enumerate(each, 1):
        lab.print(f"  round trip {n}: {count:3} segments  {'#' * count}")
    flight = in_flight(ladder)
    lab.step("what the loss did")
    lab.print(f"  in flight when it was found: {flight} segments; ssthresh since then: "
              f"{threshold}, which is {threshold / flight:.2f} of it")

    lab.fact("first", each[0])
    lab.fact("second", each[1])
    lab.fact("third", each[2])
    lab.fact("kept", round(100 * threshold / flight))
