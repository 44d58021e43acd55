# SPDX-License-Identifier: GPL-2.0
"""Lab 16: the receiver's window."""
import socket


def fill(lab, c):
    """Writes until send() would wait; how much it took"""
    total = 0
    c.raw.setblocking(False)
    while True:
        try:
            total += c.raw.send(b"x" * 1000)
        except BlockingIOError:
            break
    lab.print(f"client: c.send(1000 bytes), again and again: {total} bytes, then EAGAIN")
    c.raw.setblocking(True)
    return total


def scene(lab):
    lab.step("a server with small buffers, which does not read")
    s = lab.server.socket("s", 80)
    s.option(socket.SOL_SOCKET, "SO_RCVBUF", 8192)
    s.listen(5)
    c = lab.client.socket("c")
    c.option(socket.SOL_SOCKET, "SO_SNDBUF", 8192)
    c.connect(lab.server)
    a = s.accept("a")
    with lab.watch(brief=True) as ladder:
        total = fill(lab, c)
        lab.step("nobody reads for 10 seconds")
        lab.sleep(10)
        client = lab.client.table()[0]
        server = next(r for r in lab.server.table() if r["State"] != "LISTEN")
        lab.step("the server reads all of it")
        got = a.drain(total)
        lab.client.await_acknowledged()
    probes = [e for e in ladder.sent(to_port=80) if e.rule == "SEND_PROBE"]
    lab.print("probes of the closed window, seconds after the first: " +
              ", ".join(f"{e.time - probes[0].time:.1f}" for e in probes))
    lab.server.shell("glass rules | grep -E 'Rule|ACK'")
    gaps = [b.time - a.time for a, b in zip(probes, probes[1:])] or [0]
    closed = [e.time for e in ladder.sent(from_port=80) if not e.wnd]
    opened = [e.rule for e in ladder.sent(from_port=80) if closed and e.time > closed[-1]]

    lab.fact("send", "returns" if total > 8192 else "waits")
    lab.fact("window", min(e.wnd for e in ladder.sent(from_port=80)))
    lab.fact("waiting", "both" if int(client["Send-Q"]) and int(server["Recv-Q"]) else
             "client" if int(client["Send-Q"]) else "server")
    lab.fact("client", "asks" if len(probes) > 1 else "waits")
    lab.fact("gaps", "grow" if gaps[-1] > 4 * gaps[0] else "equal")
    lab.fact("lost", total - got)
    lab.fact("rule", opened[0] if opened else "NONE")
