# SPDX-License-Identifier: GPL-2.0
"""Lab 5: why three segments, not two: an old SYN (rfc9293#section-3.5, figure 8)."""


def scene(lab):
    lab.step("a client's SYN is held up in the network; the client gives up")
    s = lab.server.listener(80)
    s.nonblocking()
    lab.server.fault("hold every SYN")
    with lab.watch() as ladder:
        old = lab.client.socket("old", port=5000).nonblocking()
        old.connect(lab.server)
        lab.wait("the SYN is held", lambda: lab.server.count("FAULT_HOLD") == 1)
        old.close()
        lab.step("nobody at the client wants this connection any more")
        client = lab.client.table()
        lab.step("now the old SYN arrives at the server")
        lab.server.shell("glass break release")
        lab.wait("an answer", lambda: lab.client.count("CLOSED_REJECT"))
        lab.wait("its end", lambda: lab.server.states() == [])
        lab.step("is there a connection to accept?")
        ghost = s.accept("ghost")
        server = lab.server.table()
        lab.step("the segments")
    rst = ladder.sent(kind="RST") + ladder.sent(kind="RST/ACK")

    lab.fact("client_rows", len(client))
    lab.fact("answer", ladder.sent(from_port=80)[0].kind.replace("/", "-"))
    lab.fact("third", rst[0].kind.split("/")[0] if rst else "none")
    lab.fact("accept", "returns" if ghost else "waits")
    lab.fact("server_rows", len([r for r in server if r["State"] != "LISTEN"]))
    lab.fact("rule", ladder.got(kind=rst[0].kind)[0].rule if rst else "NONE")
