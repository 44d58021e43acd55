# SPDX-License-Identifier: GPL-2.0
"""Lab 2: the SYN queue and the accept queue."""


def queues(rows):
    listener = next(r for r in rows if r["State"] == "LISTEN")
    return listener["Timer"].split(":")[1], listener["Recv-Q"]


def scene(lab):
    lab.step("the network loses what would finish the handshake, again and again")
    s = lab.server.listener(80)
    lab.server.fault("drop every ACK")
    lab.step("a client connects")
    with lab.watch() as ladder:
        c = lab.client.socket("c")
        connected = c.connect(lab.server)
        client = lab.client.table()
        server = lab.server.table()
        syn, accept = queues(server)
        waits = s.nonblocking().accept("a") is None
        lab.step("the network is mended; the server asks again by itself")
        lab.server.shell("glass break repair")
        lab.wait("the accept queue", lambda: queues(lab.server.rows())[1] != "0")
        later = queues(lab.server.table())
        a = s.accept("a")
        lab.step("all of it, segment by segment")

    lab.fact("connect", connected == "connected" and client[0]["State"] == "ESTABLISHED")
    lab.fact("server", next(r["State"] for r in server if r["State"] != "LISTEN"))
    lab.fact("syn_queue", syn)
    lab.fact("accept_queue", accept)
    lab.fact("accept", "waits" if waits else "returns")
    lab.fact("later", "accept" if later == ("0", "1") and a else "syn" if later[0] == "1" else "none")
    lab.fact("rule", ladder.sent(kind="SYN/ACK")[1].rule)
