# SPDX-License-Identifier: GPL-2.0
"""Lab 6: where sequence numbers begin."""
import time


def scene(lab):
    lab.step("the same client, from the same port, connects again and again")
    s = lab.server.listener(80)
    isns, times, tables = [], [], []
    for n in 1, 2, 3:
        with lab.watch(show=n == 1) as ladder:
            c = lab.client.socket(f"c{n}", port=5000)
            times.append(time.monotonic())
            c.connect(lab.server)
            s.accept(f"a{n}").close()   # the server's end gets TIME-WAIT, and the client none
            c.close()
            lab.client.await_states()
        tables.append(ladder)
        syn = ladder.sent(kind="SYN")[0]
        isns.append(syn.seq)
        lab.print(f"(the SYN's sequence number: {syn.seq}; counted from itself: {syn.seq - syn.isn})")
        lab.print("(a second goes by)")
        time.sleep(1)
    lab.step("how far apart?")
    for n in 0, 1:
        gap = (isns[n + 1] - isns[n]) % 2**32
        lab.print(f"  {isns[n]} -> {isns[n + 1]}: {gap} more, "
                  f"in {times[n + 1] - times[n]:.6f} s")
    gap = (isns[2] - isns[1]) % 2**32
    rate = gap / (times[2] - times[1]) / 1e6
    lab.step("other ports, at the same moment")
    lab.print(f"  from port 5000: {isns[2]}")
    away = []
    # one of them may be near by chance, once in 430 times
    for port in 6000, 6001, 6002:
        with lab.watch(show=False) as ladder:
            lab.client.socket(f"d{port}", port=port).connect(lab.server)
        other = ladder.sent(kind="SYN")[0].seq
        away.append(min((other - isns[2]) % 2**32, (isns[2] - other) % 2**32))
        lab.print(f"  from port {port}: {other}")
    first = tables[0]

    lab.fact("zero", any(isn == 0 for isn in isns))
    lab.fact("both", "two" if first.sent(kind="SYN")[0].seq != first.sent(kind="SYN/ACK")[0].seq
             else "one")
    lab.fact("again", "grows" if all((isns[n + 1] - isns[n]) % 2**32 < 2**31 for n in (0, 1))
             else "random")
    lab.fact("clock", round(rate, 2))
    lab.fact("other_port", "far" if max(away) > 5 * 10**6 else "near")
    lab.fact("relative", first.sent(kind="SYN")[0].seq - first.sent(kind="SYN")[0].isn)
