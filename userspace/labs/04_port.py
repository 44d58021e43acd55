# SPDX-License-Identifier: GPL-2.0
"""Lab 4: five clients, one port."""


def scene(lab):
    lab.step("five clients connect to one server, two of them from ports that they choose")
    s = lab.server.listener(80)
    clients, accepted = [], []
    for n in range(1, 6):
        c = lab.client.socket(f"c{n}", port=5000 + n if n > 3 else 0)
        c.connect(lab.server)
        clients.append(c)
        accepted.append(s.accept(f"a{n}"))
    lab.step("who is who on the server")
    rows = [r for r in lab.server.table() if r["State"] == "ESTABLISHED"]
    ends = [a.raw.getsockname()[1] for a in accepted]
    peers = [a.raw.getpeername()[1] for a in accepted]
    for a, here, there in zip(accepted, ends, peers):
        lab.print(f"server: {a.name}: getsockname() port {here}, getpeername() port {there}")
    lab.step("the third client says something: which socket hears it?")
    clients[2].send(b"which one am I?")
    for a in accepted:
        a.nonblocking()
    heard = [a.name for a in accepted if a.recv()]
    lab.step("a sixth client binds port 80 at its own end")
    one = lab.client.socket("c80", port=80)
    same = one.connect(lab.server)
    lab.server.table()

    lab.fact("local_ports", len(set(ends)))
    lab.fact("remote_ports", len({r["Remote Port"] for r in rows}))
    lab.fact("rows", len(rows))
    lab.fact("differ", "remote port" if len({(r["Local Address"], r["Local Port"],
                                              r["Remote Address"]) for r in rows}) == 1
             else "local port")
    lab.fact("hears", " ".join(heard))
    lab.fact("from_80", same)
