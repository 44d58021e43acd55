# SPDX-License-Identifier: GPL-2.0
"""Lab 1: does accept() answer connect()?"""


def scene(lab):
    lab.step("a server listens; it will not call accept() until step 4")
    with lab.watch() as ladder:
        s = lab.server.listener(80)
        lab.step("a client connects, and sends")
        c = lab.client.socket("c")
        connected = c.connect(lab.server)
        c.send(b"hello")
        lab.step("both tables, and the segments")
        client, server = lab.client.table(), lab.server.table()
    lab.step("only now the server calls accept()")
    a = s.accept("a")
    text = a.recv()
    lab.server.table()

    lab.fact("connect", "returns" if connected == "connected" else connected)
    lab.fact("client", client[0]["State"])
    child = [r for r in server if r["State"] != "LISTEN"]
    lab.fact("server", child[0]["State"] if child else "none")
    lab.fact("waiting", next(r["Recv-Q"] for r in server if r["State"] == "LISTEN"))
    lab.fact("text", text == b"hello")
    lab.fact("rule", ladder.sent(kind="SYN/ACK")[0].rule)
