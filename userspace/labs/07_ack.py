# SPDX-License-Identifier: GPL-2.0
"""Lab 7: what an acknowledgment counts."""


def relative(event):
    """The acknowledgment number, counted from the other end's ISN"""
    return (event.ack - event.peer_isn) % 2**32


def scene(lab):
    lab.step("connect, hello, close, from the client; then the server closes")
    with lab.watch() as ladder:
        c, a, _ = lab.connected()
        c.send(b"hello")
        a.recv()
        lab.client.await_acknowledged()
        c.close()
        lab.server.await_states("CLOSE-WAIT")
        a.close()
        lab.client.await_states("TIME-WAIT")
        lab.step("the segments: in brackets, counted from that end's ISN")
    text = ladder.sent(from_port=80)
    syn_ack = ladder.sent(kind="SYN/ACK")[0]
    after_text = [e for e in text if relative(e) > 1 and e.time <
                  ladder.sent(kind="FIN/ACK", to_port=80)[0].time]
    fin = ladder.sent(kind="FIN/ACK", to_port=80)[0]
    hello = ladder.sent(to_port=80, len=5)[0]
    pure = [e for e in ladder.sent(kind="ACK", to_port=80) if not e.len]

    lab.fact("syn_ack", relative(syn_ack))
    lab.fact("hello_seq", (hello.seq - fin.isn) % 2**32)
    lab.fact("hello", relative(after_text[-1]))
    lab.fact("fin_seq", (fin.seq - fin.isn) % 2**32)
    lab.fact("fin", relative(text[-1]))
    lab.fact("pure_ack", hello.seq != pure[0].seq)
