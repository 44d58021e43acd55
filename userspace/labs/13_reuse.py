# SPDX-License-Identifier: GPL-2.0
"""Lab 13: EADDRINUSE: who is in whose way."""


def scene(lab):
    result = {}

    def restart(what, key, reuse):
        s = lab.server.socket("s2", reuse=reuse)
        bound = s.bind(80)
        if bound:
            s.listen(5)
        result[key] = s.error or "works"
        s.raw.close()

    def leave_behind(first, reuse=True):
        """A server with one connection that is over but for its TIME-WAIT"""
        c, a, s = lab.connected(lab.server.listener(reuse=reuse))
        one, other = (a, c) if first == "server" else (c, a)
        one.close()
        (lab.client if first == "server" else lab.server).await_states("CLOSE-WAIT")
        other.close()
        (lab.server if first == "server" else lab.client).await_states("TIME-WAIT")
        return s

    lab.step("a server ends after it closed a connection itself; it starts again")
    s = leave_behind("server")
    s.close()
    lab.server.table()
    restart("TIME-WAIT", "time_wait", False)
    lab.step("with SO_REUSEADDR, before bind()")
    restart("TIME-WAIT", "reuse", True)
    lab.step("while another server listens, with SO_REUSEADDR too")
    t = lab.server.listener(name="t", reuse=True)
    restart("a listener", "listener", True)
    t.close()
    lab.step("one minute later, without the option")
    lab.wait("no TIME-WAIT", lambda: lab.server.states() == [])
    restart("nothing", "minute", False)
    lab.step("the same, where the client had closed first")
    lab.wait("no TIME-WAIT", lambda: lab.client.states() == [])
    s = leave_behind("client")
    s.close()
    restart("the client's TIME-WAIT", "client_closed", False)
    lab.step("the server closed first, and had no SO_REUSEADDR; it starts again with it")
    lab.wait("no TIME-WAIT", lambda: lab.client.states() == [])
    s = leave_behind("server", reuse=False)
    s.close()
    restart("TIME-WAIT", "first_without", True)

    for key, value in result.items():
        lab.fact(key, value)
