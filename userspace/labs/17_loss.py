# SPDX-License-Identifier: GPL-2.0
"""Lab 17: one segment is lost."""
import socket


def transfer(lab, *faults):
    """Eight segments, of which one is lost: the ladder"""
    lab.server.shell("glass break repair >/dev/null")
    for fault in faults:
        lab.server.fault(fault)
    with lab.watch(brief=True) as ladder:
        c, a, _ = lab.connected(lab.s)
        # each send() a segment of its own
        c.option(socket.IPPROTO_TCP, "TCP_NODELAY")
        for _ in range(8):
            c.raw.send(b"x" * 1000)
        lab.print("client: c.send(1000 bytes), 8 times")
        a.drain(8000)
        lab.client.await_acknowledged()
        ladder.port = c.port
    c.abort()
    return ladder


def resent(ladder):
    """What was sent again, and how long after it was sent first"""
    again = [e for e in ladder.sent(to_port=80) if e.rule.startswith("RESEND")]
    first = next(e for e in ladder.sent(to_port=80) if e.seq == again[0].seq and e.len)
    return again, again[0].time - first.time


def tell(lab, again, late):
    lab.print(f"sent again by: {', '.join(e.rule for e in again)}")
    lab.print(f"{1000 * late:.0f} ms after it was sent first")


def scene(lab):
    lab.step("a round trip of 100 ms; the third of eight segments of text is lost")
    lab.distance(100)
    lab.s = lab.server.listener(80)
    middle = transfer(lab, "drop the 3rd text")
    again, late = resent(middle)
    tell(lab, again, late)
    lab.step("the last of eight is lost")
    tail = transfer(lab, "drop the 8th text")
    tail_again, tail_late = resent(tail)
    tell(lab, tail_again, tail_late)
    lab.step("the last of eight is lost, and two copies of it")
    worst = transfer(lab, *(f"drop the {n}th text" for n in (8, 9, 10)))
    copies, _ = resent(worst)
    lab.print("sent again by: " + ", ".join(e.rule for e in copies))
    gaps = [b.time - a.time for a, b in zip(copies, copies[1:])]
    lab.print("seconds between: " + ", ".join(f"{g:.2f}" for g in gaps))

    lab.fact("again", sum(e.len for e in again) // 1000)
    lab.fact("middle_ms", round(1000 * late))
    lab.fact("tail_ms", round(1000 * tail_late))
    lab.fact("rule", again[0].rule)
    lab.fact("tail_rule", tail_again[0].rule)
    lab.fact("last_rule", copies[-1].rule)
