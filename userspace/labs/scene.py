# SPDX-License-Identifier: GPL-2.0
"""What the scenes of the labs are made of, inside the guest.

Two hosts, network namespaces, and a cable (veth) between them:

    client  10.0.0.2  eth0 ---------- eth0  10.0.0.1  server

A scene says what it does in steps. Each call of a socket and each command is
printed with what came of it; what the kernel did is shown as a table or as a
ladder. Beside that a scene states facts, key and value: they are taken from
what the kernel did, never known beforehand, and glass lab check compares
predictions with them.
"""
import collections
import ctypes
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

GLASS = 253                     # the IP protocol
CLONE_NEWNET = 0x40000000
PATIENCE = 100                  # seconds of the guest's time

COLUMNS = ("State", "Local Address", "Local Port", "Remote Address", "Remote Port",
           "Send-Q", "Recv-Q", "Timer", "In State")

libc = ctypes.CDLL(None, use_errno=True)


def seconds(duration):
    return f"{duration:.3f} s"


class Host:
    """One end of the cable; in a "with", calls are made on this host."""

    def __init__(self, lab, name, address):
        self.lab, self.name, self.address = lab, name, address
        self.fd = os.open(f"/run/netns/{name}", os.O_RDONLY)

    def __enter__(self):
        self.back = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
        libc.setns(self.fd, CLONE_NEWNET)
        return self

    def __exit__(self, *_):
        libc.setns(self.back, CLONE_NEWNET)
        os.close(self.back)

    def socket(self, name, port=0, reuse=False):
        """A Glass socket, bound if a port is given."""
        with self:
            s = Socket(self, name)
        if reuse:
            s.raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.lab.print(f"{self.name}: {name}.setsockopt(SO_REUSEADDR, 1)")
        if port:
            s.bind(port)
        return s

    def listener(self, port=80, backlog=5, name="s", reuse=False):
        s = self.socket(name, port, reuse)
        s.listen(backlog)
        return s

    def run(self, *command):
        """A command's output, quietly."""
        with self:
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.STDOUT, check=False)
        return done.stdout

    def shell(self, line):
        """A command as a person types it, with its output; that is returned."""
        out = self.run("sh", "-c", line)
        self.lab.print(f"{self.name}# {line}")
        for row in out.splitlines():
            self.lab.print("  " + row)
        return out

    def proc(self, name):
        """Lines of a file of /proc/net/glass, without a process to read it"""
        with self, open(f"/proc/thread-self/net/glass/{name}", encoding="ascii") as f:
            return f.read().splitlines()[1:]

    def rows(self):
        """The connection table: dictionaries by column."""
        return [dict(zip(COLUMNS, line.split())) for line in self.proc("connections")]

    def table(self):
        """glass table, shown; its rows."""
        lines = self.shell("glass table").splitlines()[1:]
        return [dict(zip(COLUMNS, line.split())) for line in lines]

    def states(self):
        """State of each connection, without listeners, sorted."""
        return sorted(r["State"] for r in self.rows() if r["State"] != "LISTEN")

    def await_states(self, *wanted):
        self.lab.wait(f"{self.name}: {wanted}", lambda: self.states() == sorted(wanted))

    def await_acknowledged(self):
        """Until no text of this host's is on its way."""
        self.lab.wait(f"{self.name}: all is acknowledged", lambda: not any(
            r["Send-Q"] != "0" for r in self.rows() if r["State"] != "LISTEN"))

    def count(self, rule):
        """How often a rule decided here."""
        return next(int(line.split()[2]) for line in self.proc("rules")
                    if line.split()[0] == rule)

    def sysctl(self, name, value):
        self.shell(f"sysctl -w net.glass.{name}={value}")

    def fault(self, sentence):
        """glass break, for segments that arrive at this host."""
        self.shell(f"glass break {sentence}")


class Socket:
    """A socket whose calls are told, with result, errno and duration."""

    def __init__(self, host, name, raw=None):
        self.host, self.name = host, name
        self.raw = raw or socket.socket(socket.AF_INET, socket.SOCK_STREAM, GLASS)
        self.error = None

    def call(self, text, function):
        """Tells the call; the result, or None and the errno's name in .error."""
        begun, result, self.error = time.monotonic(), None, None
        try:
            result = function()
            end = ""
        except BlockingIOError:
            self.error = "EAGAIN"
            end = " = EAGAIN: it would wait"
        except OSError as e:
            self.error = errno.errorcode.get(e.errno, str(e.errno))
            end = f" = {self.error}: {os.strerror(e.errno)}"
        if isinstance(result, int):
            end = f" = {result}"
        elif isinstance(result, bytes):
            end = f" = {len(result)} bytes"
        took = time.monotonic() - begun
        if took >= 0.001:
            end += f", after {seconds(took)}"
        self.host.lab.print(f"{self.host.name}: {self.name}.{text}{end}")
        return result

    @property
    def ok(self):
        return self.error is None

    def bind(self, port):
        self.call(f"bind({port})", lambda: self.raw.bind((self.host.address, port)))
        return self.ok

    def listen(self, backlog):
        self.call(f"listen({backlog})", lambda: self.raw.listen(backlog))

    def connect(self, to, port=80):
        address = to if isinstance(to, str) else to.address
        self.call(f"connect({address}, {port})", lambda: self.raw.connect((address, port)))
        return self.error or "connected"

    def accept(self, name):
        got = self.call("accept()", self.raw.accept)
        return Socket(self.host, name, got[0]) if got else None

    def send(self, data):
        what = f"{len(data)} bytes" if len(data) > 20 else repr(data)
        return self.call(f"send({what})", lambda: self.raw.send(data, socket.MSG_NOSIGNAL))

    def recv(self, size=65536):
        return self.call(f"recv({size})", lambda: self.raw.recv(size))

    def drain(self, total, size=65536):
        """Reads so many bytes, told once."""
        def read():
            left = total
            while left:
                got = len(self.raw.recv(min(size, left)))
                if not got:
                    break
                left -= got
            return total - left
        return self.call(f"recv() until {total} bytes are there", read)

    def shutdown(self):
        self.call("shutdown(SHUT_WR)", lambda: self.raw.shutdown(socket.SHUT_WR))

    def close(self):
        self.call("close()", self.raw.close)

    def abort(self):
        """SO_LINGER with no time: close() throws the connection away."""
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.call("close() with SO_LINGER {on, 0 s}", self.raw.close)

    def option(self, level, name, value=1):
        self.call(f"setsockopt({name}, {value})", lambda: self.raw.setsockopt(
            level, getattr(socket, name), value))

    def nonblocking(self):
        self.raw.setblocking(False)
        return self

    @property
    def port(self):
        return self.raw.getsockname()[1]


Event = collections.namedtuple("Event", "time dir netns from_addr from_port to_addr to_port "
                               "old state rule seq isn ack peer_isn len wnd kind")


def parse(line, start):
    """A line of a recording that tells of a segment, else None."""
    e = json.loads(line)
    if e.get("event") == "missed":
        raise OverflowError("events were missed")
    if e.get("event") not in ("sent", "got"):
        return None
    kind = "/".join(flag for flag in ("SYN", "FIN", "RST", "ACK") if flag in e["flags"].split())
    return Event(start + e["t"] / 1e9, e["event"], e["netns"], *e["from"], *e["to"], e["was"],
                 e["state"], e["rule"], e["seq"], e["seq_base"], e["ack"], e["ack_base"],
                 e["len"], e["wnd"], kind)


class Watch:
    """glass record while a "with" lasts; then the ladder is shown."""

    def __init__(self, lab, brief, show):
        self.lab, self.brief, self.show = lab, brief, show
        self.port = 0           # a scene may know only later which to show
        self.events = []

    def __enter__(self):
        self.lab.recordings += 1
        self.name = f"{self.lab.name}-{self.lab.recordings}.jsonl"
        self.path = f"{self.lab.where}/{self.name}"
        self.child = subprocess.Popen(["glass", "record", self.path], stderr=subprocess.PIPE)
        self.child.stderr.readline()    # "recording"
        self.start = time.monotonic()
        return self

    def __exit__(self, kind, *_):
        self.child.send_signal(signal.SIGTERM)
        self.child.communicate()
        with open(self.path, encoding="ascii") as f:
            lines = f.readlines()
        if self.port:           # what others did meanwhile is left away
            lines[1:] = [line for line in lines[1:] if self.port in
                         [end[1] for end in map(json.loads(line).get, ("from", "to")) if end]]
            with open(self.path, "w", encoding="ascii") as f:
                f.writelines(lines)
        self.events = [e for e in (parse(line, self.start) for line in lines[1:]) if e]
        if self.show and kind is None:
            self.draw()

    def draw(self):
        options = ["--brief"] if self.brief else []
        self.lab.print(f"guest# glass replay {' '.join([*options, self.name])}")
        out = subprocess.run(["glass", "replay", *options, self.path],
                             stdout=subprocess.PIPE, text=True, check=False).stdout
        for line in out.splitlines():
            self.lab.print("  " + line)

    def sent(self, **want):
        return self.all("sent", **want)

    def got(self, **want):
        return self.all("got", **want)

    def all(self, direction, **want):
        return [e for e in self.events if e.dir == direction and
                all(getattr(e, k) == v for k, v in want.items())]


class Lab:
    def __init__(self, name, where, out=sys.stdout):
        """Recordings are kept in the directory @where, under @name."""
        self.name, self.where, self.out = name, where, out
        self.facts, self.number, self.recordings = {}, 0, 0
        self.lock = threading.Lock()
        self.server = self.client = None
        self.more = []

    def print(self, text=""):
        with self.lock:
            print(text, file=self.out, flush=True)

    def step(self, text):
        self.number += 1
        self.print(f"\n--- step {self.number}: {text}")

    def fact(self, key, value):
        """What the kernel did; True and False are yes and no."""
        if isinstance(value, bool):
            value = "yes" if value else "no"
        self.facts[key] = str(value)

    def watch(self, brief=False, show=True):
        return Watch(self, brief, show)

    def wait(self, what, condition):
        """An event, or what came instead."""
        begun = time.monotonic()
        while not condition():
            waited = time.monotonic() - begun
            if waited > PATIENCE:
                raise TimeoutError(f"waited {PATIENCE} s for {what}")
            time.sleep(0.01 + waited / 50)

    def sleep(self, duration):
        """Time is what the scene is about: in the guest it costs nothing."""
        self.print(f"(nothing happens for {duration} s)")
        time.sleep(duration)

    def meanwhile(self, function, *args):
        """Runs beside what follows; .join() waits for its end."""
        thread = threading.Thread(target=function, args=args, daemon=True)
        thread.start()
        return thread

    def up(self):
        """Both hosts anew."""
        lines = ("link add eth0 netns client type veth peer name eth0 netns server",
                 "-n client address add 10.0.0.2/24 dev eth0",
                 "-n server address add 10.0.0.1/24 dev eth0")
        lines += tuple(f"-n {h} link set {d} up" for h in ("client", "server")
                       for d in ("lo", "eth0"))
        for name in ("client", "server"):
            subprocess.run(["ip", "netns", "add", name], check=True)
        for line in lines:
            subprocess.run(["ip", *line.split()], check=True)
        self.server = Host(self, "server", "10.0.0.1")
        self.client = Host(self, "client", "10.0.0.2")
        for host in self.client, self.server:
            self.wait("the cable", lambda: "state UP" in host.run("ip", "link", "show", "eth0"))

    def another(self, name):
        """A third host, 10.0.1.2, on a cable of its own to the server."""
        subprocess.run(["ip", "netns", "add", name], check=True)
        host = Host(self, name, "10.0.1.2")
        self.more.append(host)
        for line in (f"link add eth0 netns {name} type veth peer name eth1 netns server",
                     f"-n {name} address add 10.0.1.2/24 dev eth0",
                     f"-n {name} link set eth0 up",
                     "-n server address add 10.0.1.1/24 dev eth1",
                     "-n server link set eth1 up",
                     f"-n {name} route add default via 10.0.1.1"):
            subprocess.run(["ip", *line.split()], check=True)
        self.wait("the cable", lambda: "state UP" in host.run("ip", "link", "show", "eth0"))
        return host

    def distance(self, ms):
        """A round trip takes so long from now on, and each segment is a packet."""
        for host in self.client, self.server:
            host.shell("ip link set eth0 gso_max_segs 1")
            host.shell(f"tc qdisc add dev eth0 root netem delay {ms / 2:g}ms limit 10000")

    def down(self):
        for host in [self.server, self.client, *self.more]:
            if host:
                os.close(host.fd)
                subprocess.run(["ip", "netns", "del", host.name], check=False)

    def connected(self, s=None, names=("c", "a")):
        """One connection, to a listener of its own unless given: client's end, server's end,
        listener."""
        s = s or self.server.listener()
        c = self.client.socket(names[0])
        c.connect(self.server)
        return c, s.accept(names[1]), s
