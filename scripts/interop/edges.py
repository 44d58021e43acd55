# SPDX-License-Identifier: GPL-2.0
"""The gateway itself: what it refuses (refusals.py), and what is not a plain
segment: fragments, ICMP errors, wrong sums, what comes in one piece.

For some of it a router stands on either side of the switch, each with a host
behind it:

	deep (Glass) --- client2 --- switch --- client3 --- far (TCP)
"""
import json
import socket
import subprocess
from contextlib import contextmanager

from ends import GLASS, TCP, Linux, Namespace, await_that
from refusals import as_before, devices, qdiscs, refusals
from scenes import Failed, Pair, answer, play, true, well
from tun import ACK, MORE, SYN, Tun, ipv4, syn

NARROW = 1300	# octets, of a link's MTU
NOTHING = b"\x01\x01\x01\x00"	# options of IPv4's header: three times none, and the end
PATH = {"ipv4": "ipv4/ip_forward", "ipv6": "ipv6/conf/all/forwarding"}


class Hosts:
    """The namespaces, and both ends next to the switch"""

    def __init__(self, work):
        self.work = work
        self.switch = Namespace("switch")
        self.glass = Linux("Glass", "server", GLASS, {4: "10.0.0.1", 6: "fd00::1"})
        self.tcp = Linux("Linux", "client1", TCP, {4: "10.0.0.2", 6: "fd00::2"})

    def pairs(self, glass=None, tcp=None):
        glass, tcp = glass or self.glass, tcp or self.tcp
        for client, server in ((glass, tcp), (tcp, glass)):
            for family in (4, 6):
                yield Pair(self.work, client, server, family)

    def gateway(self, *words):
        """Its exit status, and all that it said"""
        done = subprocess.run(["ip", "netns", "exec", "switch", *words], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def on(self, *words):
        status, said = self.gateway("glass", "gateway", *words)
        true(said, status == 0)

    @contextmanager
    def between(self, *words):
        """A gateway, in a block"""
        self.on(*words)
        try:
            yield
        finally:
            self.on("--off", words[-1])

    def seen(self, device):
        """What a gateway may change"""
        run = self.switch.run
        return (run("tc", "qdisc", "show", "dev", device),
                run("tc", "filter", "show", "dev", device, "ingress"),
                run("tc", "filter", "show", "dev", device, "egress"),
                run("ethtool", "-k", device))

    def refused(self, device, words, status, why):
        """It is, for this reason, and the device stays as it was."""
        before = self.seen(device)
        got, said = self.gateway(*words)
        true(f"{words}: {got}, {said}", got == status and why in said)
        true(f"{words}: {before} is {self.seen(device)} now", self.seen(device) == before)

    def wires(self, whole):
        for end in (self.glass, self.tcp):
            end.namespace.run("ethtool", "-K", "eth0", *[
                word for name in ("tx", "sg", "tso", "gso")
                for word in (name, "on" if whole else "off")])

    @contextmanager
    def impatient(self):
        """One SYN more is all, in a block"""
        ends = (self.glass, self.tcp)
        before = [end.get("syn_retries") for end in ends]
        for end in ends:
            end.set("syn_retries", 1)
        try:
            yield
        finally:
            for end, tries in zip(ends, before):
                end.set("syn_retries", tries)


def some(pair):
    """100 KB each way at once"""
    pair.open()
    pair.both_ways("some")
    pair.close()


def talks(hosts, **ends):
    """Text both ways, whoever opens, over both versions of IP"""
    for pair in hosts.pairs(**ends):
        why = play(some, pair)
        true(f"{pair.client.name}, {pair.address}: {why}", why is None)


def without(hosts):
    """No gateway: who asks is refused by the stack that he asked."""
    for pair in hosts.pairs():
        pair.listen()
        said = answer(pair.client.do("connect", pair.address, pair.port))
        true(f"{pair.client.name}: {said}", said == "error ECONNREFUSED")
        pair.server.end()


def not_mended(hosts):
    """tc's own actions change the protocol and IPv4's sum, not TCP's: nothing opens."""
    hosts.wires(False)
    swap = ["flower", "ip_proto", "{}", "action", "pedit", "ex", "munge", "ip", "protocol",
            "set", "{}", "pipe", "action", "csum", "ip4h"]
    hosts.switch.run("tc", "qdisc", "add", "dev", "client1", "clsact")
    try:
        for side, numbers in (("ingress", "6 253"), ("egress", "fd 6")):
            numbers = iter(numbers.split())
            hosts.switch.run("tc", "filter", "add", "dev", "client1", side, "protocol", "ip",
                             *[next(numbers) if word == "{}" else word for word in swap])
        for pair in list(hosts.pairs())[::2]:
            before = pair.server.wrong_sums()
            pair.listen()
            with hosts.impatient():
                said = answer(pair.client.do("connect", pair.address, pair.port))
            true(f"{pair.client.name}: {said}", said == "error ETIMEDOUT")
            true("no sum was wrong", pair.server.wrong_sums() > before)
            pair.server.end()
    finally:
        hosts.switch.run("tc", "qdisc", "del", "dev", "client1", "clsact")


def wrong_sums(hosts):
    """What was corrupted before the gateway is still wrong behind it."""
    def errors():
        return hosts.glass.wrong_sums(), hosts.tcp.wrong_sums()

    hosts.wires(False)
    hosts.on("client1")
    before = errors()
    for end in (hosts.glass, hosts.tcp):
        end.namespace.run("tc", "qdisc", "add", "dev", "eth0", "root", "netem", "corrupt", "3%")
    try:
        for _ in range(20):
            talks(hosts)
            if all(now > then for now, then in zip(errors(), before)):
                break
        true(f"{before} is {errors()} now", all(now > then for now, then in zip(errors(), before)))
    finally:
        for end in (hosts.glass, hosts.tcp):
            end.namespace.run("tc", "qdisc", "del", "dev", "eth0", "root")
        hosts.on("--off", "client1")


def one_piece(hosts):
    """What comes in one piece leaves for Glass in pieces, whole for TCP."""
    def packets(device, way):
        link = json.loads(hosts.switch.run("ip", "-s", "-j", "link", "show", "dev", device))[0]
        return link["stats64"][way]["bytes"], link["stats64"][way]["packets"]

    def size(device, way, before):
        octets, count = (now - then for now, then in zip(packets(device, way), before))
        return octets / count

    hosts.wires(True)
    hosts.on("client1")
    places = (("client1", "rx"), ("server", "tx"), ("server", "rx"), ("client1", "tx"))
    for family in (4, 6):
        pair = Pair(hosts.work, hosts.tcp, hosts.glass, family)
        for sender, receiver in (pair.ends, pair.ends[::-1]):
            before = [packets(*place) for place in places]
            pair.open()
            given = pair.give(sender, "many")
            true("the text", answer(pair.take(receiver, 600000)) == "ok 600000")
            well(given)
            sizes = [size(*place, then) for place, then in zip(places, before)]
            pair.close()
            if sender is hosts.tcp:
                true(f"TCP to Glass: {sizes}", sizes[0] > 3000 and sizes[1] <= 1514)
            else:
                true(f"Glass to TCP: {sizes}", sizes[2] > 3000 and sizes[3] > 3000)
        hosts.glass.end()
        hosts.tcp.end()
    hosts.on("--off", "client1")


def begun(hosts):
    """Sums that the hosts began, and the gateway's own ports complete, are right."""
    hosts.wires(True)
    for way in ("off", "on"):
        for port in ("server", "client1"):
            hosts.switch.run("ethtool", "-K", port, "tx", way)
        if way == "off":
            hosts.on("client1")
            talks(hosts)
    hosts.on("--off", "client1")


def one_port(hosts):
    """--port: the others are TCP's as before."""
    port = 19999
    server = Linux("TCP beside Glass", "server", TCP, hosts.glass.addresses)
    for words, other in ((["--port", str(port)], "ok"), ([], "error ECONNREFUSED")):
        with hosts.between(*words, "client1"):
            try:
                for address in hosts.glass.addresses.values():
                    well(hosts.glass.do("listen", address, port),
                         server.do("listen", address, port - 1))
                    said = answer(hosts.tcp.do("connect", address, port))
                    true(f"{words}, {address}: {said}", said == "ok")
                    well(hosts.glass.do("accept"))
                    said = answer(hosts.tcp.do("connect", address, port - 1))
                    true(f"{words}, another port, {address}: {said}", said == other)
            finally:
                for end in (hosts.tcp, hosts.glass, server):
                    end.end()


def long_header(hosts):
    """IPv4 with options: TCP's header is further behind."""
    hosts.wires(False)
    for end in (hosts.glass, hosts.tcp):
        end.ip_options = NOTHING
    try:
        with hosts.between("client1"):
            talks(hosts)
    finally:
        for end in (hosts.glass, hosts.tcp):
            end.ip_options = b""


def itself(hosts):
    """Glass on the gateway's own host, with all that comes in one piece"""
    here = Linux("Glass", "switch", GLASS, {4: "10.0.0.9", 6: "fd00::9"})
    run = here.namespace.run
    hosts.wires(True)
    run("ip", "address", "add", "10.0.0.9/24", "dev", "br0")
    run("ip", "address", "add", "fd00::9/64", "dev", "br0", "nodad")
    try:
        with hosts.between("client1"):
            talks(hosts, glass=here)
    finally:
        here.end()
        run("ip", "address", "flush", "dev", "br0", "scope", "global")


def plain(hosts):
    """A device without Ethernet: a SYN is answered, unless its sum is wrong."""
    tun = Tun(hosts.switch, "tun0")
    here = Linux("Glass", "switch", GLASS, {4: "10.0.9.1"})
    try:
        hosts.switch.run("ip", "address", "add", "10.0.9.1/24", "dev", "tun0")
        hosts.switch.run("ip", "link", "set", "tun0", "up")
        with hosts.between("tun0"):
            well(here.do("listen", "10.0.9.1", 9))
            before = here.wrong_sums()
            for wrong in (1, 0):
                tun.send(syn("10.0.9.2", "10.0.9.1", TCP, 1000 + wrong, wrong))
            answers = tun.segments(1)
            true(f"{answers}", answers == [(TCP, True, SYN | ACK, 1000, 1001)])
            true("a wrong sum", here.wrong_sums() == before + 1)
    finally:
        here.end()
        tun.close()


def short(hosts):
    """A first fragment that ends before TCP's checksum is dropped, padded or not."""
    server = hosts.glass.namespace
    link = json.loads(server.run("ip", "-j", "link", "show", "eth0"))[0]["address"]
    source, target = (socket.inet_aton(end.addresses[4]) for end in (hosts.tcp, hosts.glass))

    def send(octets, place):
        packet = ipv4(source, target, TCP, bytes(octets), place)
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as wire:
            wire.sendto(packet.ljust(46, b"\0"),
                        ("eth0", 0x800, 0, 0, bytes.fromhex(link.replace(":", ""))))

    def counts():
        return [server.count("snmp", name) for name in ("ReasmReqds", "ReasmOKs")]

    before = counts()
    with hosts.between("client1"):
        # the whole one is two that arrive
        for octets, place in ((16, MORE), (24, MORE), (8, 3)):
            hosts.tcp.namespace.inside.submit(send, octets, place).result()
        await_that(lambda: f"{before} is {counts()} now", lambda: counts()[1] > before[1])
    true(f"{before} is {counts()} now", counts() == [before[0] + 2, before[1] + 1])


class Routers:
    """deep and far, each behind a router; taken away by end()"""

    def __init__(self):
        self.glass = self._behind("client2", "deep", GLASS, 2)
        self.tcp = self._behind("client3", "far", TCP, 1)
        for router, net, via in (("client2", 1, 4), ("client3", 2, 3)):
            Namespace(router).run("ip", "route", "add", f"10.0.{net}.0/24", "via", f"10.0.0.{via}")
            Namespace(router).run("ip", "route", "add", f"fd0{net}::/64", "via", f"fd00::{via}")

    @staticmethod
    def _behind(router, name, protocol, net):
        inside = Namespace(router)
        subprocess.run(["ip", "netns", "add", name], check=True)
        inside.run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0",
                   "netns", name)
        addresses = {4: f"10.0.{net}.2", 6: f"fd0{net}::2"}
        inside.run("ip", "address", "add", f"10.0.{net}.1/24", "dev", name)
        inside.run("ip", "address", "add", f"fd0{net}::1/64", "dev", name, "nodad")
        inside.run("ip", "link", "set", name, "up")
        for path in PATH.values():
            inside.sysctl(path, 1)
        end = Linux(name, name, protocol, addresses)
        end.namespace.run("ip", "address", "add", f"{addresses[4]}/24", "dev", "eth0")
        end.namespace.run("ip", "address", "add", f"{addresses[6]}/64", "dev", "eth0", "nodad")
        end.namespace.run("ip", "link", "set", "eth0", "up")
        end.namespace.run("ip", "route", "add", "default", "via", f"10.0.{net}.1")
        end.namespace.run("ip", "-6", "route", "add", "default", "via", f"fd0{net}::1")
        return end

    @staticmethod
    def end():
        for name in ("deep", "far"):
            subprocess.run(["ip", "netns", "del", name], check=True)


def narrow(hosts, routers):
    """Each router's last link is narrow: it says so, and is understood."""
    for router, name in (("client2", "deep"), ("client3", "far")):
        Namespace(router).run("ip", "link", "set", name, "mtu", str(NARROW))
    talks(hosts, glass=routers.glass, tcp=routers.tcp)
    for end, other in ((routers.glass, routers.tcp), (routers.tcp, routers.glass)):
        for address in other.addresses.values():
            route = end.namespace.run("ip", "route", "get", address)
            true(f"{end.name}: {route}", f"mtu {NARROW}" in route)
    for router, name in (("client2", "deep"), ("client3", "far")):
        Namespace(router).run("ip", "link", "set", name, "mtu", "1500")


def unreachable(_, routers):
    """An error that a router tells of a SYN is whose SYN it was."""
    routers.glass.set("abort_on_soft_error", 1)
    for end, router, net in ((routers.glass, "client3", 1), (routers.tcp, "client2", 2)):
        for address, error in ((f"10.0.{net}.99", "EHOSTUNREACH"),
                               (f"fd0{net}::99", "ENETUNREACH")):
            Namespace(router).run("ip", "route", "add", "unreachable", address)
            said = answer(end.do("connect", address, 9))
            true(f"{end.name} to {address}: {said}", said == f"error {error}")


def fragments(hosts, routers):
    """Routers cut what may be cut, before the gateway in either direction."""
    for end in (routers.glass, routers.tcp):
        end.namespace.sysctl("ipv4/ip_no_pmtu_disc", 1)
        end.namespace.sysctl("ipv4/route/flush", 1)
    for router in ("client2", "client3"):
        Namespace(router).run("ip", "link", "set", "eth0", "mtu", str(NARROW))
    for end in (routers.glass, routers.tcp):
        before = end.namespace.count("snmp", "ReasmOKs")
        for pair in list(hosts.pairs(routers.glass, routers.tcp))[::2]:
            why = play(some, pair)
            true(f"{pair.client.name}: {why}", why is None)
        true(f"{end.name} got no fragments", end.namespace.count("snmp", "ReasmOKs") > before)


ALONE = (refusals, devices, as_before, qdiscs, without, not_mended, wrong_sums, one_piece,
         begun, one_port, long_header, itself, plain, short)
ROUTED = (narrow, unreachable, fragments)
NAMES = [edge.__name__ for edge in ALONE + ROUTED]


def play_some(work, report, names):
    """Those of these names, all if there is none"""
    hosts, routers = Hosts(work), None
    for edge in ALONE + ROUTED:
        if names and edge.__name__ not in names:
            continue
        why, arguments = None, [hosts]
        try:
            if edge in ROUTED and not routers:
                routers = Routers()
                hosts.on("client3")
            if routers:
                arguments.append(routers)
            edge(*arguments)
        except (Failed, OSError, subprocess.SubprocessError) as error:
            why = f"{type(error).__name__}: {error}"
            hosts.gateway("glass", "gateway", "--off", "client1")
        for end in (hosts.glass, hosts.tcp):
            end.end()
        report.say(f"gateway: {edge.__doc__.strip().rstrip('.')}", why)
    if routers:
        routers.end()
        hosts.on("--off", "client3")
    hosts.wires(True)
