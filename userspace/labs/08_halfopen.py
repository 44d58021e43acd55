# SPDX-License-Identifier: GPL-2.0
"""Lab 8: half-open, half-closed, embryonic."""


def scene(lab):
    lab.step("half-closed: the client has said all; the server has not")
    c, a, s = lab.connected()
    c.shutdown()
    lab.server.await_states("CLOSE-WAIT")
    sent = a.send(b"but I have something to say")
    heard = c.recv()
    half = lab.client.table()
    lab.server.table()
    a.close()
    c.close()
    lab.step("half-open: the server loses its memory, and the client hears nothing of it")
    c, a, _ = lab.connected(s)
    lab.server.fault("forget")
    a.recv()
    lab.print("(the server's end is gone, and no segment was sent)")
    lab.sleep(3600)
    client = lab.client.shell("glass table state established")
    server = [r for r in lab.server.rows() if r["State"] == "ESTABLISHED"]
    lab.step("the client finds out")
    with lab.watch() as ladder:
        first = c.send(b"are you there?")
        lab.client.await_states()
        second = c.send(b"hello?")
    rst = ladder.sent(from_port=80)

    lab.fact("half_closed", half[0]["State"])
    lab.fact("says", sent is not None and heard is not None)
    lab.fact("half_open", "ESTABLISHED" if "ESTABLISHED" in client else "none")
    lab.fact("server_rows", len(server))
    lab.fact("first_send", "succeeds" if first else "fails")
    lab.fact("answer", rst[0].kind.split("/")[0] if rst else "none")
    lab.fact("second_send", "succeeds" if second else c.error)
    lab.fact("rule", rst[0].rule if rst else "NONE")
