# SPDX-License-Identifier: GPL-2.0
"""What two ends do with each other: a function for each column of the table. It
raises Failed if something is not as it should be."""
import hashlib
import itertools
import json
import os

from ends import GLASS, PATIENCE, TCP, await_that

TIMESTAMPS, SACK, WINDOW_SCALING, ECN, SYN_TEXT = 1, 2, 4, 8, 32
KNOWN = TIMESTAMPS | SACK | WINDOW_SCALING | ECN
SIZES = {"few": 1000, "some": 100000, "many": 600000, "most": 2000000}
_ports = itertools.count(20000)


class Failed(Exception):
    """Something is not as it should be"""


def true(what, condition):
    if not condition:
        raise Failed(what)


def answer(future):
    try:
        return future.result(2 * PATIENCE)
    except OSError as error:
        raise Failed("no answer") from error


def well(*futures):
    """All of these went well."""
    for future in futures:
        said = answer(future)
        true(said, said.startswith("ok"))


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def make_noise(work):
    for name, size in SIZES.items():
        with open(f"{work}/{name}", "wb") as file:
            file.write(os.urandom(size))


class Pair:
    """Who opens, who answers, over IPv4 or IPv6, and between both the gateway"""

    def __init__(self, work, client, server, family):
        self.work, self.client, self.server = work, client, server
        self.address = server.addresses[family]
        self.port = 0
        self.options = None		# what both should have agreed on
        self.fastopen = False
        self.gateway, self.devices = None, ()

    @property
    def ends(self):
        return (self.client, self.server)

    def mine(self, protocol):
        """The end whose sockets are of this protocol; None if none is"""
        return next((e for e in self.ends if getattr(e, "protocol", None) == protocol), None)

    def listen(self):
        self.port = next(_ports)
        well(self.server.do("listen", self.address, self.port))

    def open(self):
        self.listen()
        accepted = self.server.do("accept")
        opened = self.client.do("connect", self.address, self.port)
        well(opened, accepted)

    def give(self, sender, name):
        """All of a file, this way; a future"""
        return sender.do("exchange", f"{self.work}/{name}", "-", 0)

    def take(self, receiver, count=0):
        return receiver.do("exchange", "-", f"{self.work}/taken", count)

    def both_ways(self, name, accepted=None):
        """That file each way at once, and both copies have its SHA-256"""
        size, copies = SIZES[name], [f"{self.work}/{side}" for side in ("client", "server")]
        begun = [self.client.do("exchange", f"{self.work}/{name}", copies[0], size)]
        if accepted:
            well(accepted)
        begun.append(self.server.do("exchange", f"{self.work}/{name}", copies[1], size))
        for future in begun:
            said = answer(future)
            true(said, said == f"ok {size}")
        for copy in copies:
            true(f"{copy} is another file", digest(copy) == digest(f"{self.work}/{name}"))

    def close(self):
        """In order: the client says that it will send no more, then the server"""
        for first, second in (self.ends, self.ends[::-1]):
            well(first.do("finish"))
            true("more came than was sent", answer(self.take(second)) == "ok 0")
        well(self.client.do("close"), self.server.do("close"))


def text(pair):
    """2 MB each way at once; the options are those that were asked for"""
    if pair.fastopen:
        return fast_text(pair)
    pair.open()
    pair.both_ways("most")
    for end in pair.ends:
        if pair.options is not None and hasattr(end, "options"):
            has = end.options() & KNOWN
            true(f"{end.name} has options {has:#x}, not {pair.options:#x}",
                 has == pair.options)
    return pair.close()


def fast_text(pair):
    """The first SYN asks for a cookie, the second one has text."""
    for end in pair.ends:
        end.fastopen = True
    for carries in (0, SYN_TEXT):
        pair.listen()
        accepted = pair.server.do("accept")
        well(pair.client.do("connect", pair.address, pair.port))
        pair.both_ways("some", accepted)
        for end in pair.ends:
            has = end.options() & SYN_TEXT
            true(f"{end.name}: the SYN's text, of connection {carries}", has == carries)
        pair.close()
    for end in pair.ends:
        end.fastopen = False


def half(pair):
    """A question, an end of it, and only then the answer"""
    pair.open()
    well(pair.give(pair.client, "few"), pair.client.do("finish"))
    true("the question", answer(pair.take(pair.server)) == f"ok {SIZES['few']}")
    given = pair.give(pair.server, "some")
    true("the answer", answer(pair.take(pair.client, SIZES["some"])) == f"ok {SIZES['some']}")
    true("it is another one", digest(f"{pair.work}/taken") == digest(f"{pair.work}/some"))
    well(given, pair.server.do("finish"))
    true("the end of the answer", answer(pair.take(pair.client)) == "ok 0")
    well(pair.client.do("close"), pair.server.do("close"))


def closes(pair):
    """Either first, and both at once: TIME-WAIT is where it belongs.

    A FIN that comes twice, on a busy machine, is acknowledged twice. Who had the first
    of these ACKs is closed, and answers the second by a RST: it ends TIME-WAIT."""
    glass = pair.mine(GLASS)
    for first, second in (pair.ends, pair.ends[::-1]):
        pair.open()
        resets = glass.decided("TW_RST")
        well(first.do("finish"))
        true("the first end", answer(pair.take(second)) == "ok 0")
        well(second.do("finish"))
        true("the second end", answer(pair.take(first)) == "ok 0")
        well(pair.client.do("close"), pair.server.do("close"), pair.server.do("deaf"))
        waits = ["TIME-WAIT"] if first is glass else []
        await_that(lambda: f"{first.name} closed first: Glass is {glass.states(pair.port)}",
                   lambda: glass.states(pair.port) == waits or
                   (first is glass and not glass.states(pair.port) and
                    glass.decided("TW_RST") != resets))
    pair.open()
    well(*[end.do("finish") for end in pair.ends])
    for end in pair.ends:
        true("the end of both", answer(pair.take(end)) == "ok 0")
    well(pair.client.do("close"), pair.server.do("close"), pair.server.do("deaf"))
    await_that(lambda: f"both closed: Glass is {glass.states(pair.port)}",
               lambda: glass.states(pair.port) in ([], ["TIME-WAIT"]))


def refused(pair):
    """Nobody listens."""
    pair.listen()
    well(pair.server.do("deaf"))
    said = answer(pair.client.do("connect", pair.address, pair.port))
    true(said, said == pair.client.refusal)


def reset(pair):
    """Either aborts, and the other one learns it."""
    for who, other in (pair.ends, pair.ends[::-1]):
        pair.open()
        well(who.do("abort"))
        said = answer(pair.take(other))
        true(f"{other.name}: {said}", said == "error ECONNRESET")
        well(other.do("close"))


def urgent(pair):
    """An octet out of band, either way"""
    pair.open()
    for sender, receiver in (pair.ends, pair.ends[::-1]):
        well(sender.do("exclaim"))
        said = answer(receiver.do("hear"))
        true(f"{receiver.name}: {said}", said == "ok !before")
    pair.close()


def window(pair):
    """Nobody reads until the sender asks for a window; then all of it is read."""
    size = SIZES["many"]
    for sender, receiver in (pair.ends, pair.ends[::-1]):
        pair.open()
        # other stacks do not tell, but Glass is on the other side
        count = sender.probes if hasattr(sender, "probes") else receiver.asked
        before = count()
        given = pair.give(sender, "many")
        await_that(lambda: f"{sender.name} met no closed window",
                   lambda: count() > before)
        said = answer(pair.take(receiver, size))
        true(f"{receiver.name}: {said}", said == f"ok {size}")
        true("it is another file", digest(f"{pair.work}/taken") == digest(f"{pair.work}/many"))
        well(given)
        pair.close()


def loss(pair):
    """5 % are lost behind the gateway, on both sides, and something was."""
    def dropped():
        return sum(queue["drops"] for device in pair.devices for queue in json.loads(
            pair.gateway.run("tc", "-s", "-j", "qdisc", "show", "dev", device))
            if queue["kind"] == "netem")

    for device in pair.devices:
        pair.gateway.run("tc", "qdisc", "add", "dev", device, "root", "netem", "loss", "5%")
    try:
        for _ in range(20):
            pair.open()
            pair.both_ways("some")
            pair.close()
            if dropped():
                break
        true("nothing was lost", dropped())
    finally:
        for device in pair.devices:
            pair.gateway.run("tc", "qdisc", "del", "dev", device, "root")


SCENES = (text, half, closes, refused, reset, urgent, window, loss)


def possible(scene, pair):
    """Can it be played by these two?"""
    return scene is not urgent or all(end.urgent for end in pair.ends)


def play(scene, pair):
    """None if it went well, else why not"""
    try:
        scene(pair)
    except (Failed, OSError) as error:
        return str(error) or type(error).__name__
    finally:
        for end in pair.ends:
            end.fastopen = False
            end.end()
    return None


__all__ = ["ECN", "GLASS", "KNOWN", "Pair", "SACK", "SCENES", "TCP", "TIMESTAMPS",
           "WINDOW_SCALING", "Failed", "make_noise", "play", "possible", "true", "well"]
