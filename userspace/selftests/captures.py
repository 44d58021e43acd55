#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""glass explain of captures that somebody else made: every link type and what
may stand in front of a segment, files cut short, changed, and of no sense.

    captures.py GLASS	the program; TAP lines. It needs neither root nor a kernel.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

import captures_wire as w

GOOD4 = "10.0.0.2:54001 > 10.0.0.1:54321  SYN"
GOOD6 = "[fd00::2]:54001 > [fd00::1]:54321  SYN"
SANITIZER = re.compile(r"Sanitizer|runtime error")


class Tap:
    def __init__(self, glass, directory):
        self.glass = glass
        self.path = os.path.join(directory, "capture")
        self.count = self.failed = 0

    def explain(self, capture, *options):
        with open(self.path, "wb") as f:
            f.write(capture)
        return subprocess.run([self.glass, "explain", *options, self.path], capture_output=True,
                              encoding="utf-8", errors="replace", timeout=60, check=False)

    def verdict(self, good, name, run=None):
        self.count += 1
        self.failed += not good
        print(f"{'' if good else 'not '}ok {self.count} - {name}")
        if not good and run:
            for line in (f"status {run.returncode}\n" + run.stdout + run.stderr).splitlines()[:20]:
                print(f"# {line}")

    def tells(self, name, capture, *segments):
        """Each of @segments has a line of its own, in this order, and there are no others"""
        run = self.explain(capture)
        heads = re.findall(r"^segment \d+: (.*), at ", run.stdout, re.M)
        self.verdict(heads == list(segments) and run.returncode == 0 and not run.stderr, name, run)

    def nothing(self, name, capture, reason="no segment of Glass or TCP"):
        run = self.explain(capture)
        self.verdict(run.returncode == 1 and not run.stdout and reason in run.stderr and
                     not SANITIZER.search(run.stderr), name, run)


def links(t):
    """Each family by each link type, which says where the packet begins"""
    for name, packet, kind, head in ("IPv4", w.ip4(w.SYN), w.IPV4, GOOD4), \
            ("IPv6", w.ip6(w.SYN), w.IPV6, GOOD6):
        family = (2 if kind == w.IPV4 else 10).to_bytes(4, "little")
        for link, number, frame in (
                ("raw", w.RAW, packet), ("null", w.NULL, family + packet),
                ("loop", w.LOOP, family[::-1] + packet),
                ("Ethernet", w.ETHERNET, w.ethernet(packet)),
                ("Linux cooked", w.SLL, w.sll(packet, kind)),
                ("Linux cooked 2", w.SLL2, w.sll2(packet, kind)),
                (name, w.LINK_IPV4 if kind == w.IPV4 else w.LINK_IPV6, packet),
                ("Ethernet, VLAN", w.ETHERNET, w.ethernet(packet, tags=[w.VLAN])),
                ("Ethernet, service VLAN", w.ETHERNET, w.ethernet(packet, tags=[w.SERVICE])),
                ("Ethernet, VLAN in VLAN", w.ETHERNET,
                 w.ethernet(packet, tags=[w.SERVICE, w.VLAN])),
                ("Ethernet, VLAN in an old one's", w.ETHERNET,
                 w.ethernet(packet, tags=[w.OLD_SERVICE, w.VLAN])),
                ("Ethernet, VLAN three times", w.ETHERNET, w.ethernet(packet, tags=[w.VLAN] * 3)),
                ("Linux cooked, VLAN", w.SLL, w.sll(packet, kind, [w.VLAN])),
                ("Linux cooked, VLAN in VLAN", w.SLL, w.sll(packet, kind, [w.SERVICE, w.VLAN]))):
            t.tells(f"{name} in {link}", w.pcap(number, [frame]), head)
            t.tells(f"{name} in {link}, pcapng", w.pcapng([number], [frame]), head)


def files(t):
    """Byte orders, resolutions, interfaces"""
    two = [w.ethernet(w.ip4(w.SYN)), w.ethernet(w.ip4(w.SYN))]
    for order, name in ("<", "little"), (">", "big"):
        for nano in False, True:
            run = t.explain(w.pcap(w.ETHERNET, two, order, nano), "--segment", "2")
            t.verdict("SYN, at 1.000 ms" in run.stdout, f"pcap, {name} endian, nano {nano}", run)
        for resolution, step in (None, 1000), (9, 10**6), (3, 1):
            run = t.explain(w.pcapng([w.ETHERNET], two, order, resolution, step),
                            "--segment", "2")
            t.verdict("SYN, at 1.000 ms" in run.stdout,
                      f"pcapng, {name} endian, resolution {resolution}", run)
    t.tells("pcapng of two interfaces",
            w.pcapng([w.ETHERNET] * 2, [(0, two[0]), (1, two[1])]), GOOD4, GOOD4)
    t.nothing("pcapng of two link types",
              w.pcapng([w.ETHERNET, w.WIFI], [(0, two[0])]), "an interface has a type 105")
    t.nothing("a link type that is not known", w.pcap(w.WIFI, two), "link type IEEE802_11 is not")
    t.nothing("nothing is in it", w.pcap(w.ETHERNET, []))
    run = t.explain(w.pcapng([w.ETHERNET], two, resolution=0, step=1 << 60))
    t.verdict(run.returncode == 0 and not run.stderr, "a time that no clock tells", run)


def extensions(t):
    """rfc8200#section-4: what may stand between IPv6's header and the segment"""
    hop, dest, route = (w.HOP_BY_HOP, 8), (w.DESTINATION, 24), (w.ROUTING, 24)
    for name, kinds in (
            ("hop-by-hop options", [hop]), ("a routing header", [route]),
            ("destination options", [dest]), ("authentication", [(w.AUTH, 24)]),
            ("a fragment that is all", [(w.FRAGMENT, 8)]),
            ("all of them", [hop, dest, route, (w.FRAGMENT, 8), (w.AUTH, 24), dest]),
            ("a long one", [(w.DESTINATION, 2048)]), ("a hundred", [dest] * 100)):
        for protocol in w.GLASS, w.TCP:
            t.tells(f"IPv6 with {name}, protocol {protocol}",
                    w.pcap(w.RAW, [w.extended(kinds, w.SYN, protocol)]), GOOD6)
    run = t.explain(w.pcap(w.RAW, [w.extended([hop, route], w.text(5))]))
    t.verdict("of the first of 5 octets of text" in run.stdout,
              "extension headers are no text", run)
    t.tells("the first fragment, IPv6", w.pcap(w.RAW, [w.fragment(w.SYN, 0)]), GOOD6)
    t.nothing("another fragment, IPv6", w.pcap(w.RAW, [w.fragment(w.SYN, 5)]))
    t.nothing("another protocol behind one", w.pcap(w.RAW, [w.extended([hop], w.SYN, w.UDP)]))
    t.nothing("encrypted", w.pcap(w.RAW, [w.extended([hop], w.SYN, w.ESP)]))
    t.nothing("no next header", w.pcap(w.RAW, [w.extended([hop], w.SYN, 59)]))

    # lengths that are lies
    lie = bytes([w.GLASS, 255]) + bytes(6)
    t.nothing("an extension header longer than the packet",
              w.pcap(w.RAW, [w.ip6(lie + w.SYN, w.DESTINATION)]))
    t.nothing("one longer than IPv6's header says",
              w.pcap(w.RAW, [w.ip6(w.extension(w.DESTINATION, 24, w.GLASS) + w.SYN,
                                   w.DESTINATION, 16)]))
    t.nothing("extension headers to the end",
              w.pcap(w.RAW, [w.ip6(w.extension(w.DESTINATION, 8, w.DESTINATION) * 8000,
                                   w.DESTINATION)]))
    t.nothing("authentication of no length",
              w.pcap(w.RAW, [w.ip6(bytes([w.AUTH, 0] * 40), w.AUTH)]))


def contents(t):
    """What is no segment is not told, whatever stands there"""
    for protocol in w.GLASS, w.TCP:
        t.tells(f"protocol {protocol}", w.pcap(w.RAW, [w.ip4(w.SYN, protocol)]), GOOD4)
    t.tells("IPv4 with options", w.pcap(w.RAW, [w.ip4(w.SYN, options=b"\1" * 40)]), GOOD4)
    run = t.explain(w.pcap(w.ETHERNET, [w.ethernet(w.ip4(w.text(3)))]))
    t.verdict("of the first of 3 octets of text" in run.stdout, "padding is no text", run)
    run = t.explain(w.pcap(w.RAW, [w.ip4(w.text(900))[:40]]))
    t.verdict("of the first of 900 octets of text" in run.stdout, "text that was cut off counts",
              run)
    for name, packet in ("4", w.ip4(w.text(7), total=0)), ("6", w.ip6(w.text(7), length=0)):
        run = t.explain(w.pcap(w.RAW, [packet[:-3]], wire=len(packet)))
        t.verdict("of the first of 7 octets of text" in run.stdout,
                  f"IPv{name} of no length, for a device to cut", run)
    t.nothing("IPv4 that ends in the segment's header", w.pcap(w.RAW, [w.ip4(w.SYN, total=59)]))
    t.nothing("IPv6 that ends there", w.pcap(w.RAW, [w.ip6(w.SYN, length=39)]))
    t.tells("the first fragment, IPv4", w.pcap(w.RAW, [w.ip4(w.SYN, offset=0x2000)]), GOOD4)
    t.nothing("another fragment, IPv4", w.pcap(w.RAW, [w.ip4(w.SYN, offset=0x2005)]))
    # where the data offset of a segment would be, there are addresses
    datagram = w.ip4(b"\0" * 60, w.UDP)
    foreign = datagram[:12] + bytes([0x50, 2, 3, 4]) + datagram[16:]
    t.nothing("UDP of an address that looks like a data offset", w.pcap(w.RAW, [foreign]))
    t.nothing("the same in Ethernet", w.pcap(w.ETHERNET, [w.ethernet(foreign)]))
    t.nothing("ARP", w.pcap(w.ETHERNET, [w.ethernet(bytes(12) + b"\x50" + bytes(40), w.ARP)]))
    t.nothing("a frame with a length for a type",
              w.pcap(w.ETHERNET, [w.ethernet(w.ip4(w.SYN), 60)]))
    t.nothing("ARP, cooked", w.pcap(w.SLL, [w.sll(w.ip4(w.SYN), w.ARP)]))
    t.nothing("ARP, cooked 2", w.pcap(w.SLL2, [w.sll2(w.ip4(w.SYN), w.ARP)]))
    t.tells("a segment among others",
            w.pcap(w.ETHERNET, [w.ethernet(foreign), w.ethernet(w.ip4(w.SYN)),
                                w.ethernet(bytes(40), w.ARP), w.ethernet(w.ip6(w.SYN))]),
            GOOD4, GOOD6)


FRAMES = (
    (w.RAW, w.ip4(w.SYN, options=b"\1" * 8)), (w.NULL, bytes(4) + w.ip4(w.SYN)),
    (w.ETHERNET, w.ethernet(w.ip4(w.SYN), tags=[w.SERVICE, w.VLAN])),
    (w.ETHERNET, w.ethernet(w.extended([(w.HOP_BY_HOP, 8), (w.FRAGMENT, 8)], w.SYN))),
    (w.SLL, w.sll(w.ip4(w.SYN), tags=[w.VLAN])), (w.SLL2, w.sll2(w.ip6(w.SYN), w.IPV6)),
)


def truncated(t):
    """Cut at each octet: what is left is a segment or it is not, and nobody reads beyond"""
    for number, (link, frame) in enumerate(FRAMES):
        full = frame.index(w.SYN) + len(w.SYN)
        bad = None
        for n in range(1, len(frame) + 1):
            run = t.explain(w.pcap(link, [frame[:n]]))
            if run.returncode != (n < full) or SANITIZER.search(run.stderr):
                bad = bad or run
        t.verdict(bad is None, f"frame {number} cut at each octet: told from {full} on", bad)
    capture = w.pcap(w.ETHERNET, [w.ethernet(w.ip4(w.SYN))])
    good = True
    for n in range(1, len(capture)):
        run = t.explain(capture[:n])
        good = good and run.returncode == 1 and not SANITIZER.search(run.stderr)
    t.verdict(good, "a file cut at each octet", run)
    t.nothing("a length that the file has not",
              w.pcap(w.ETHERNET, [w.ethernet(w.ip4(w.SYN))], length=9999), "truncated")
    t.nothing("a length that no file has",
              w.pcap(w.ETHERNET, [w.ethernet(w.ip4(w.SYN))], length=0xffffffff),
              "invalid packet capture length")


def mutated(t, files_of_each):
    """Octets changed here and there: told or refused, in good order"""
    random.seed(9293)
    bad = None
    for number in range(files_of_each * len(FRAMES)):
        link, frame = FRAMES[number % len(FRAMES)]
        packets = []
        for _ in range(50):
            data = bytearray(frame)
            for _ in range(random.randint(1, 4)):
                data[random.randrange(len(data))] = random.choice((0, 1, 0x7f, 0xff,
                                                                   random.randrange(256)))
            packets.append(bytes(data[:random.randint(1, len(data))] if random.random() < 0.3
                                 else data))
        whole = bytearray(w.pcap(link, packets) if number % 2 else w.pcapng([link], packets))
        if number % 3 == 0:     # what holds the packets, too
            for _ in range(3):
                whole[random.randrange(8, len(whole))] = random.randrange(256)
        run = t.explain(bytes(whole))
        if run.returncode not in (0, 1) or SANITIZER.search(run.stderr):
            bad = bad or run
    t.verdict(bad is None, f"{files_of_each * len(FRAMES)} files of mutated packets", bad)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print("TAP version 13")
    with tempfile.TemporaryDirectory() as directory:
        t = Tap(sys.argv[1], directory)
        for part in links, files, extensions, contents, truncated:
            part(t)
        mutated(t, 20)
    print(f"1..{t.count}")
    return t.failed > 0 or not t.count


sys.exit(main())
