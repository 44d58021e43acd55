# SPDX-License-Identifier: GPL-2.0
"""Lab 9: who gets TIME-WAIT, and for how long."""
import time


def scene(lab):
    def rows():
        lab.client.table()
        lab.server.table()
        return (lab.client.states() == ["TIME-WAIT"], lab.server.states() == ["TIME-WAIT"])

    def who(client, server):
        return {(True, False): "client", (False, True): "server", (True, True): "both"}.get(
            (client, server), "none")

    lab.step("the client closes first")
    with lab.watch() as ladder:
        c, a, s = lab.connected()
        c.close()
        lab.server.await_states("CLOSE-WAIT")
        a.close()
        lab.client.await_states("TIME-WAIT")
        first = rows()
    lab.step("how long does it stay?")
    begun = ladder.got(kind="FIN/ACK", to_addr="10.0.0.2")[0].time
    lab.wait("its end", lambda: lab.client.states() == [])
    lasted = time.monotonic() - begun
    lab.print(f"  gone {lasted:.1f} s after the last segment")
    lab.step("the server closes first")
    c, a, _ = lab.connected(s)
    a.close()
    lab.client.await_states("CLOSE-WAIT")
    c.close()
    lab.server.await_states("TIME-WAIT")
    second = rows()
    lab.step("a late FIN: what is TIME-WAIT there for?")
    with lab.watch() as late:
        lab.client.fault("drop the ACK")
        c, a, _ = lab.connected(s)
        port = c.port
        a.close()
        lab.client.await_states("CLOSE-WAIT")
        c.close()
        lab.wait("all is over", lambda: lab.client.states() == [])
        late.port = port
    again = [e for e in late.got(to_port=80, from_port=port, kind="FIN/ACK")]

    lab.fact("client_first", who(*first))
    lab.fact("server_first", who(*second))
    lab.fact("seconds", round(lasted))
    lab.fact("answers", len(again) > 1 and
             any(e.time >= again[1].time for e in late.sent(from_port=80, kind="ACK")))
    lab.fact("rule", again[1].rule if len(again) > 1 else "NONE")
