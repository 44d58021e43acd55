# SPDX-License-Identifier: GPL-2.0
"""Lab 14: what keepalive keeps, and when."""
import socket
import time


def pull(lab):
    """The server's cable; the client's own stays up, as behind a switch."""
    lab.server.shell("glass break drop every segment")


def scene(lab):
    lab.step("a connection, idle; the network is gone for 24 hours")
    c, a, s = lab.connected()
    pull(lab)
    lab.sleep(24 * 3600)
    client = lab.client.table()
    sent = lab.client.count("SEND_KEEPALIVE")
    lab.server.shell("glass break repair")
    alive = c.send(b"still there?") is not None and a.recv() is not None
    lab.client.await_acknowledged()
    lab.step("the client asks for SO_KEEPALIVE; the network is gone again")
    pull(lab)
    c.option(socket.SOL_SOCKET, "SO_KEEPALIVE")
    lab.client.table()
    begun = time.monotonic()
    c.recv()
    took = time.monotonic() - begun
    lab.client.shell("glass rules | grep -E 'Rule|KEEPALIVE'")
    lab.client.shell("sysctl net.glass | grep keepalive")
    lab.step("what a probe looks like: another connection, kept alive every 10 s")
    lab.server.shell("glass break repair")
    probes = lab.client.count("SEND_KEEPALIVE") - sent
    rule = "KEEPALIVE_TIMEOUT" if lab.client.count("KEEPALIVE_TIMEOUT") else "NONE"
    d = lab.client.socket("d")
    d.connect(lab.server)
    with lab.watch() as kept:
        d.option(socket.SOL_SOCKET, "SO_KEEPALIVE")
        d.option(socket.IPPROTO_TCP, "TCP_KEEPIDLE", 10)
        lab.wait("a probe is answered", lambda: lab.client.count("SEND_KEEPALIVE") > sent + probes)
    probe = next(e for e in kept.sent() if e.rule == "SEND_KEEPALIVE")

    lab.fact("idle", sent)
    lab.fact("day", client[0]["State"] if client else "none")
    lab.fact("alive", alive)
    lab.fact("minutes", round(took / 60))
    lab.fact("probes", probes)
    lab.fact("error", c.error)
    lab.fact("text", probe.len)
    lab.fact("rule", rule)
