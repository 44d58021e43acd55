# SPDX-License-Identifier: GPL-2.0
"""Lab 10: closing is no handshake."""


def scene(lab):
    lab.step("the client has said all; the server has something to add")
    with lab.watch() as ladder:
        c, a, s = lab.connected()
        c.send(b"what time is it?")
        c.shutdown()
        lab.server.await_states("CLOSE-WAIT")
        question = a.recv()
        end = a.recv()
        lab.sleep(10)
        waiting = lab.client.table()
        lab.server.table()
        reply = a.send(b"half past nine")
        heard = c.recv()
        a.close()
        lab.client.await_states("TIME-WAIT")
    lab.step("both close; the server as soon as it hears of it")
    with lab.watch(brief=True) as short:
        d, b, _ = lab.connected(s, ("d", "b"))
        closer = lab.meanwhile(lambda: (b.recv(), b.close()))
        d.close()
        closer.join()
        lab.client.await_states("TIME-WAIT", "TIME-WAIT")
    closing = [e for e in short.sent() if e.time >= short.sent(kind="FIN/ACK")[0].time]

    lab.fact("client", waiting[0]["State"])
    lab.fact("server", ladder.got(kind="FIN/ACK", to_port=80)[0].state)
    lab.fact("recv", "0 bytes" if question and end == b"" else "waits")
    lab.fact("reply", reply is not None and heard is not None)
    lab.fact("fins", len(ladder.sent(kind="FIN/ACK")))
    lab.fact("segments", len(closing))
    lab.fact("rule", ladder.got(kind="FIN/ACK", from_port=80)[0].rule)
