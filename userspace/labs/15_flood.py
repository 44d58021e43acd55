# SPDX-License-Identifier: GPL-2.0
"""Lab 15: a flood of SYNs, and cookies."""
import socket

from scene import GLASS


def flood(lab, attacker, number):
    """SYNs that no ACK will follow: no SYN/ACK gets through to the attacker."""
    attacker.fault("drop every SYN/ACK")
    lab.print(f"{attacker.name}: connect({lab.server.address}, 80) by {number} sockets")
    sockets = []
    with attacker:
        for _ in range(number):
            s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, GLASS)
            s.setblocking(False)
            s.connect_ex((lab.server.address, 80))
            sockets.append(s)
    return sockets


def listener(rows):
    return next(r for r in rows if r["State"] == "LISTEN")


def scene(lab):
    attacker = lab.another("attacker")
    lab.step("room for 16 handshakes, no cookies; 40 SYNs come, whose ACKs never will")
    lab.server.sysctl("max_syn_backlog", 16)
    lab.server.sysctl("syncookies", 0)
    s = lab.server.listener(80, backlog=100)
    held = flood(lab, attacker, 40)
    rows = lab.server.rows()
    embryos = [r for r in rows if r["State"] == "SYN-RECEIVED"]
    lab.server.shell("glass table -l")
    lab.print(f"(and {len(embryos)} rows in SYN-RECEIVED)")
    lab.step("an honest client, without cookies")
    lab.client.sysctl("syn_retries", 1)
    without = lab.client.socket("c1").connect(lab.server)
    lab.step("an honest client, with cookies")
    lab.server.sysctl("syncookies", 1)
    with lab.watch() as ladder:
        c = lab.client.socket("c2")
        cookie = c.connect(lab.server)
        text = None
        if c.ok:
            a = s.accept("a")
            c.send(b"I am honest")
            text = a.recv()
        ladder.port = c.port
    lab.server.shell("glass rules | grep -E 'Rule|LISTEN|COOKIE'")
    for one in held:
        one.close()
    syn_ack = ladder.sent(kind="SYN/ACK", to_port=ladder.port)

    lab.fact("embryos", len(embryos))
    lab.fact("accept_queue", listener(rows)["Recv-Q"])
    lab.fact("without", without)
    lab.fact("with_cookies", cookie)
    lab.fact("text", text == b"I am honest")
    lab.fact("memory", syn_ack[0].state.replace("LISTEN", "nothing") if syn_ack else "none")
    lab.fact("rule", syn_ack[0].rule if syn_ack else "NONE")
