# SPDX-License-Identifier: GPL-2.0
"""Lab 11: refused, reset, silent, unreachable: one cause each."""


def causes(lab):
    """Four failures of connect(), two of a connection."""
    result = {}
    lab.step("a port where nobody listens")
    result["nobody"] = lab.client.socket("c1").connect(lab.server, 9)
    lab.step("a host that is not there: its address is on the cable, nobody answers")
    lab.client.run("ip", "neighbour", "add", "10.0.0.99", "lladdr", "02:00:00:00:00:99",
                   "dev", "eth0", "nud", "permanent")
    lab.client.sysctl("syn_retries", 2)
    result["silent"] = lab.client.socket("c2").connect("10.0.0.99")
    lab.step("a network that no router knows: the server's kernel says so, by ICMP")
    lab.client.run("ip", "route", "add", "10.9.0.0/16", "via", "10.0.0.1")
    lab.server.run("ip", "route", "add", "unreachable", "10.9.0.0/16")
    lab.server.run("sysctl", "-w", "net.ipv4.ip_forward=1")
    c3 = lab.client.socket("c3")
    result["unreachable"] = c3.connect("10.9.0.1")
    lab.step("a server that drops the connection: close() with SO_LINGER, no time")
    c, a, s = lab.connected()
    a.abort()
    c.recv()
    result["linger"] = c.error or "nothing"
    lab.step("a server that closes without reading what has come")
    c, a, _ = lab.connected(s)
    c.send(b"nobody will read this")
    lab.wait("text", lambda: any(r["Recv-Q"] == "21" for r in lab.server.rows()))
    a.close()
    c.recv()
    result["unread"] = c.error or "nothing"
    return result


def scene(lab):
    with lab.watch(show=False) as ladder:
        result = causes(lab)
    lab.step("the rules that were met")
    lab.client.shell("glass rules")
    lab.server.shell("glass rules")
    resets = [e for e in ladder.sent() if "RST" in e.kind]

    for key in "nobody", "silent", "unreachable", "linger", "unread":
        lab.fact(key, result[key])
    lab.fact("resets", len(resets))
    lab.fact("rule", ladder.sent(from_port=9)[0].rule)
