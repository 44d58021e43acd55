# SPDX-License-Identifier: GPL-2.0
"""Lab 3: what happens to one client too many."""
import time


def connect(lab, name, results):
    c = lab.client.socket(name)
    begun = time.monotonic()
    results[name] = (c.connect(lab.server), time.monotonic() - begun, c)


def scene(lab):
    results = {}
    lab.step("a server with room for few: listen(1), and no accept() yet")
    s = lab.server.listener(80, backlog=1)
    lab.step("clients connect one after the other; c3 is one too many")
    connect(lab, "c1", results)
    connect(lab, "c2", results)
    with lab.watch() as ladder:
        third = lab.meanwhile(connect, lab, "c3", results)
        lab.wait("a SYN is dropped", lambda: lab.server.count("LISTEN_ACCEPT_QUEUE_FULL") >= 2)
        full = lab.server.table()
        lab.step("the server takes one connection; what will c3's connect() do?")
        s.accept("a1")
        third.join()
        lab.step("all that was sent to find that out, c1's and c2's left away")
        ladder.port = results["c3"][2].port
    lab.step("another server, for one: d1's last ACK is late, d2 is quicker")
    lab.server.sysctl("abort_on_overflow", 1)
    t = lab.server.listener(81, backlog=0, name="t")
    lab.server.fault("hold the ACK to 81")
    d1, d2 = lab.client.socket("d1"), lab.client.socket("d2")
    first = d1.connect(lab.server, 81)
    d2.connect(lab.server, 81)
    lab.step("now it arrives, where net.glass.abort_on_overflow=1")
    lab.server.shell("glass break release")
    d1.recv()
    t.close()
    lab.server.shell("glass rules | grep -E 'Rule|LISTEN|OVERFLOW'")

    port = results["c3"][2].port
    syns = ladder.sent(kind="SYN", from_port=port)
    lab.fact("room", next(r["Recv-Q"] for r in full if r["State"] == "LISTEN"))
    answers = [e for e in ladder.sent(to_port=port) if e.time < syns[1].time]
    lab.fact("answer", answers[0].kind.replace("/", "-") if answers else "silence")
    lab.fact("syns", len(syns))
    lab.fact("connect", "slow" if results["c3"][0] == "connected" else results["c3"][0])
    lab.fact("abort", d1.error if first == "connected" else first)
    lab.fact("rule", ladder.got(kind="SYN", from_port=port)[0].rule)
