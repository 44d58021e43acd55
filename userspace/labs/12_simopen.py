# SPDX-License-Identifier: GPL-2.0
"""Lab 12: both ends open at the same moment (rfc9293#section-3.5, figure 7)."""


def scene(lab):
    lab.step("nobody listens; both SYNs are held up in the network")
    for host in lab.client, lab.server:
        host.fault("hold every SYN")
        host.fault("hold every SYN/ACK")
    with lab.watch() as ladder:
        c = lab.client.socket("c", port=5000).nonblocking()
        d = lab.server.socket("d", port=6000).nonblocking()
        c.connect(lab.server, 6000)
        d.connect(lab.client, 5000)
        for host in lab.client, lab.server:
            lab.wait("a SYN is held", lambda: host.count("FAULT_HOLD") == 1)
        lab.client.table()
        lab.server.table()
        lab.step("both SYNs arrive; the answers are held up")
        for host in lab.client, lab.server:
            host.shell("glass break release 1")
        for host in lab.client, lab.server:
            lab.wait("a SYN/ACK is held", lambda: host.count("FAULT_HOLD") == 2)
        between = lab.client.table() + lab.server.table()
        lab.step("the answers arrive")
        for host in lab.client, lab.server:
            host.shell("glass break release 2")
        lab.client.await_states("ESTABLISHED")
        lab.server.await_states("ESTABLISHED")
        rows = lab.client.table() + lab.server.table()
        lab.step("it is one connection")
        c.send(b"who is the server now?")
        lab.wait("text", lambda: any(r["Recv-Q"] != "0" for r in lab.server.rows()))
        heard = d.recv()
    first = {e.from_port: e for e in ladder.sent(kind="SYN/ACK")}

    lab.fact("connect", "connected" if len(rows) == 2 else "refused")
    lab.fact("connections", len(rows) // 2)
    lab.fact("state", between[0]["State"] if len({r["State"] for r in between}) == 1 else "differ")
    lab.fact("listen", any("LISTEN" in (e.state, e.old) for e in ladder.events))
    lab.fact("syn_acks", len(first))
    lab.fact("text", heard is not None)
    lab.fact("rule", next(e.rule for e in ladder.got(kind="SYN") if e.rule != "FAULT_HOLD"))
