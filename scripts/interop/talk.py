#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The pairs of stacks, the options that they agree on, and the table:
talk.py PART..., of linux, lwip, gvisor, edges, or some of edges.py; see guest.sh."""
import os
import sys
import tempfile

import edges
from ends import GLASS, TCP, Linux, Namespace, Program
from scenes import (ECN, KNOWN, SACK, SCENES, TIMESTAMPS, WINDOW_SCALING, Pair, make_noise,
                    play, possible)

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = f"{HERE}/../../.build/interop"
SWITCH = "switch"
ADDRESSES = {"server": ("10.0.0.1", "fd00::1"), "client1": ("10.0.0.2", "fd00::2"),
             "lwip": ("10.0.0.12", "fd00::12"), "gvisor": ("10.0.0.13", "fd00::13")}
BITS = {"timestamps": TIMESTAMPS, "sack": SACK, "window_scaling": WINDOW_SCALING, "ecn": ECN}
CAN = {"linux": KNOWN, "lwip": WINDOW_SCALING, "gvisor": TIMESTAMPS | SACK | WINDOW_SCALING}
OFFLOADS = ("tx", "sg", "tso", "gso", "gro")
ROW = "{:<7} {:<7} {:<3} {:<28}" + " {:<7}" * len(SCENES)


def families(name):
    return dict(zip((4, 6), ADDRESSES[name]))


class Row:
    """Of which stack, with which of Glass' and of its options off"""

    def __init__(self, label, glass=(), peer=(), fastopen=False, whole=False):
        self.label, self.glass, self.peer = label, glass, peer
        self.fastopen, self.whole = fastopen, whole

    def agreed(self, part):
        off = set(self.glass) | set(self.peer)
        return CAN[part] & ~sum(BITS[name] for name in off)

    def prepare(self, glass, peer, part):
        glass_off, peer_off = self.glass, self.peer
        for end, off in ((glass, glass_off), (peer, peer_off)):
            if part != "linux" and end is peer:
                continue
            for name in BITS:
                end.set(name, 0 if name in off else 1)
            end.set("fastopen", 3 if self.fastopen else 0)


def rows_of(part):
    if part != "linux":
        yield Row("all that it has", whole=True)
        for name in ("timestamps", "sack", "window_scaling"):
            if CAN[part] & BITS[name]:
                yield Row(f"not {name}", glass=(name,), whole=True)
        return
    yield Row("all")
    for name in BITS:
        yield Row(f"not {name}: Glass", glass=(name,))
        yield Row(f"not {name}: TCP", peer=(name,))
    yield Row("none of them", glass=tuple(BITS))
    yield Row("all and fast open", fastopen=True)
    yield Row("all, offloads on", whole=True)


def cables(whole, *ends):
    """What leaves these hosts is whole and without sums, or as on a wire."""
    for end in ends:
        words = [word for name in OFFLOADS for word in (name, "on" if whole else "off")]
        end.namespace.run("ethtool", "-K", "eth0", *words)


class Report:
    """TAP, and the table at the end"""

    def __init__(self):
        self.lines = []

    def say(self, what, why=None):
        print(f"{'not ' if why else ''}ok - {what}", flush=True)
        if why:
            print(f"# {why}", flush=True)

    def row(self, pair, family, label):
        cells = []
        for scene in SCENES:
            if not possible(scene, pair):
                cells.append("-")
                continue
            why = play(scene, pair)
            self.say(f"{pair.client.name} to {pair.server.name}, IPv{family}, {label}: "
                     f"{scene.__name__}", why)
            cells.append("NO" if why else "yes")
        self.lines.append(ROW.format(pair.client.name, pair.server.name, family, label, *cells))

    def table(self):
        if self.lines:
            print(ROW.format("OPENS", "ANSWERS", "IP", "OPTIONS",
                             *[scene.__name__.upper() for scene in SCENES]).rstrip())
        for line in self.lines:
            print(line.rstrip())


def peer_of(part):
    if part == "linux":
        return Linux("Linux", "client1", TCP, families("client1")), "client1"
    command = ["ip", "netns", "exec", SWITCH, f"{BUILT}/{part}", part, *ADDRESSES[part]]
    if part == "lwip":
        # a refusal is a reset to it: it has one error for both
        return Program("lwIP", command, families(part), "error ECONNRESET"), part
    return Program("gVisor", command, families(part), "error ECONNREFUSED"), part


def talk(part, work, report):
    """All rows of one stack, through a gateway on its port of the switch"""
    gateway = Namespace(SWITCH)
    glass = Linux("Glass", "server", GLASS, families("server"))
    peer, device = peer_of(part)
    gateway.run("glass", "gateway", device)
    for row in rows_of(part):
        row.prepare(glass, peer, part)
        cables(row.whole, *[end for end in (glass, peer) if isinstance(end, Linux)])
        for client, server in ((glass, peer), (peer, glass)):
            for family in (4, 6):
                pair = Pair(work, client, server, family)
                pair.options, pair.fastopen = row.agreed(part), row.fastopen
                pair.gateway, pair.devices = gateway, ("server", device)
                report.row(pair, family, row.label)
    gateway.run("glass", "gateway", "--off", device)
    cables(True, glass)


def main():
    unknown = [part for part in sys.argv[1:]
               if part not in CAN and part != "edges" and part not in edges.NAMES]
    if unknown or not sys.argv[1:]:
        print(f"talk.py: no part {unknown}: {[*CAN, 'edges', *edges.NAMES]}", file=sys.stderr)
        sys.exit(2)
    report = Report()
    with tempfile.TemporaryDirectory() as work:
        make_noise(work)
        parts = sys.argv[1:]
        names = [part for part in parts if part not in CAN and part != "edges"]
        if names or "edges" in parts:
            edges.play_some(work, report, names)
        for part in parts:
            if part in CAN:
                talk(part, work, report)
    report.table()
    sys.stdout.flush()
    # whatever still waits for an answer ends with us
    os._exit(0)


main()
