# SPDX-License-Identifier: GPL-2.0
"""The ends of a connection, whatever stack they are made of.

do(VERB, ARGUMENT...) begins something and returns a future of its answer, "ok"
or "error NAME", NAME being an errno's:

	listen ADDRESS PORT	anew, if there is a listener already
	accept
	connect ADDRESS PORT
	exchange IN OUT COUNT	send all of the file IN while COUNT octets, or all
				until the end (0), are received into OUT; "-" for
				neither; the answer tells how many came
	finish			no more will be sent
	close, abort		the connection, in order or by a RST
	deaf			the listener
"""
import ctypes
import errno
import os
import select
import socket
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

GLASS, TCP = 253, 6
PIECE = 16384
PATIENCE = 60	# seconds that anything may take
CLONE_NEWNET = 0x40000000
OPTIONS_AT = 5	# in struct tcp_info
FASTOPEN_CONNECT = 30
_libc = ctypes.CDLL(None, use_errno=True)


def enter(name):
    """This thread, and it alone, is in the network namespace from now on."""
    with open(f"/run/netns/{name}", encoding="ascii") as namespace:
        if _libc.setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), name)


def await_that(what, true):
    """Until true() is, which may take a while; what() says why it should be"""
    until = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(what())
        time.sleep(0.02)


class Namespace:
    """What is to be seen and set in one of them"""

    def __init__(self, name):
        self.name = name
        self.inside = ThreadPoolExecutor(1, initializer=enter, initargs=(name,))

    def read(self, path):
        def text():
            with open(path, encoding="ascii") as file:
                return file.read()
        return self.inside.submit(text).result()

    def write(self, path, value):
        def put():
            with open(path, "w", encoding="ascii") as file:
                file.write(str(value))
        self.inside.submit(put).result()

    def sysctl(self, name, value):
        self.write("/proc/sys/net/" + name, value)

    def count(self, path, name, protocol=""):
        """A counter of a file in nstat's format, below /proc/net"""
        lines = self.read("/proc/thread-self/net/" + path).splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            if names.startswith(protocol) and name in names.split():
                return int(values.split()[names.split().index(name)])
        raise KeyError(name)

    def run(self, *words):
        """A command there; its output"""
        return subprocess.run(["ip", "netns", "exec", self.name, *words], check=True,
                              stdout=subprocess.PIPE, text=True).stdout


class Linux:
    """Sockets of this kernel: of Glass, or of TCP"""
    refusal = "error ECONNREFUSED"
    urgent = True

    def __init__(self, name, namespace, protocol, addresses):
        self.name, self.protocol, self.addresses = name, protocol, addresses
        self.namespace = Namespace(namespace)
        self.worker = ThreadPoolExecutor(1, initializer=enter, initargs=(namespace,))
        self.listener = self.stream = None
        self.fastopen, self.ip_options = False, b""

    def do(self, verb, *arguments):
        return self.worker.submit(self._answer, verb, arguments)

    def _answer(self, verb, arguments):
        try:
            return "ok" + (getattr(self, "_" + verb)(*arguments) or "")
        except OSError as error:
            return "error " + errno.errorcode.get(error.errno, "ETIMEDOUT")

    def _socket(self, address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM, self.protocol)
        made.settimeout(PATIENCE)
        if self.ip_options and family == socket.AF_INET:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, self.ip_options)
        return made

    def _listen(self, address, port):
        self._deaf()
        self.listener = self._socket(address)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self.fastopen:
            self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)
        self.listener.bind((address, port))
        self.listener.listen(5)

    def _accept(self):
        self._close()
        self.stream = self.listener.accept()[0]

    def _connect(self, address, port):
        self._close()
        self.stream = self._socket(address)
        if self.fastopen:
            self.stream.setsockopt(socket.IPPROTO_TCP, FASTOPEN_CONNECT, 1)
        self.stream.connect((address, port))

    def _exchange(self, in_path, out_path, wanted):
        text = b""
        if in_path != "-":
            with open(in_path, "rb") as file:
                text = file.read()
        receiving, received = out_path != "-", 0
        self.stream.setblocking(False)
        until = time.monotonic() + PATIENCE
        with open("/dev/null" if out_path == "-" else out_path, "wb") as out:
            while text or receiving:
                left = until - time.monotonic()
                ready = select.select([self.stream] if receiving else [],
                                      [self.stream] if text else [], [], max(left, 0))
                if not any(ready):
                    raise TimeoutError(errno.ETIMEDOUT, "exchange")
                if ready[0]:
                    piece = self.stream.recv(PIECE)
                    out.write(piece)
                    received += len(piece)
                    receiving = bool(piece) and (not wanted or received < wanted)
                if ready[1]:
                    text = text[self.stream.send(text[:PIECE]):]
        self.stream.settimeout(PATIENCE)
        return f" {received}"

    def _finish(self):
        self.stream.shutdown(socket.SHUT_WR)

    def _close(self):
        if self.stream:
            self.stream.close()
        self.stream = None

    def _deaf(self):
        if self.listener:
            self.listener.close()
        self.listener = None

    def _abort(self):
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._close()

    def _exclaim(self):
        self.stream.sendall(b"before")
        self.stream.send(b"!", socket.MSG_OOB)

    def _hear(self):
        poll = select.poll()
        poll.register(self.stream, select.POLLPRI)
        if not poll.poll(PATIENCE * 1000):
            raise TimeoutError(errno.ETIMEDOUT, "urgent")
        return " " + (self.stream.recv(1, socket.MSG_OOB) + self.stream.recv(6)).decode()

    def options(self):
        """The byte of TCP_INFO that tells which are in use"""
        return self.worker.submit(lambda: self.stream.getsockopt(
            socket.IPPROTO_TCP, socket.TCP_INFO, 104)[OPTIONS_AT]).result()

    def probes(self):
        """How often it asked a closed window whether it is still closed"""
        return self.namespace.count(
            "glass/netstat" if self.protocol == GLASS else "netstat", "TCPWinProbe")

    def decided(self, *rules):
        """How often Glass has decided by one of them"""
        rows = self.namespace.read("/proc/thread-self/net/glass/rules").splitlines()
        return sum(int(row.split()[2]) for row in rows if row.split()[0] in rules)

    def asked(self):
        """How often Glass may have been asked that: by text, or by an old number"""
        return self.decided("TEXT_ZERO_WINDOW", "SEQ_OLD")

    def wrong_sums(self):
        """How many segments arrived with one"""
        if self.protocol == GLASS:
            return self.namespace.count("glass/snmp", "InCsumErrors")
        return self.namespace.count("snmp", "InCsumErrors", "Tcp:")

    def _path(self, name):
        return ("glass/" if self.protocol == GLASS else "ipv4/tcp_") + name

    def set(self, name, value):
        """A sysctl that both stacks have: Glass' name"""
        self.namespace.sysctl(self._path(name), value)

    def get(self, name):
        return self.namespace.read("/proc/sys/net/" + self._path(name)).strip()

    def states(self, port):
        """Of Glass: those of the rows with this port"""
        rows = self.namespace.read("/proc/thread-self/net/glass/connections").splitlines()
        rows = [row.split() for row in rows[1:]]
        return [row[0] for row in rows if str(port) in (row[2], row[4])]

    def end(self):
        self.do("close").result()
        self.do("deaf").result()


class Program:
    """Another stack, in a process of its own that reads verbs"""
    urgent = False

    def __init__(self, name, command, addresses, refusal):
        self.name, self.command, self.addresses, self.refusal = name, command, addresses, refusal
        self.reader = ThreadPoolExecutor(1)
        self.process = None
        self.begin()

    def begin(self):
        self.process = subprocess.Popen(self.command, text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._line(self.process) != "ok":
            raise RuntimeError(f"{self.name} does not begin")

    def _line(self, process):
        return process.stdout.readline().strip() or "error ended"

    def do(self, verb, *arguments):
        try:
            print(verb, *arguments, file=self.process.stdin, flush=True)
        except OSError:
            pass	# it has ended, which the answer says
        return self.reader.submit(self._line, self.process)

    def set(self, name, value):
        raise KeyError(f"{self.name} has no {name} to set to {value}")

    def end(self):
        """What hangs does not answer: it is begun anew."""
        try:
            self.do("close").result(PATIENCE)
            if self.do("deaf").result(PATIENCE) == "ok":
                return
        except OSError:
            pass
        self.process.kill()
        self.process.wait()
        self.begin()
