# SPDX-License-Identifier: GPL-2.0
"""A device without Ethernet whose other end is this program, and segments for it"""
import fcntl
import os
import select
import socket
import struct

SET_DEVICE, TUN_WITHOUT_HEADER = 0x400454ca, 0x1001	# TUNSETIFF, IFF_TUN | IFF_NO_PI
SYN, ACK = 2, 16
MORE = 0x2000	# IP_MF
PATIENCE = 10	# seconds for what is to come


def total(octets):
    """The sum of rfc1071#section-1, of an even number of octets; 0 if a sum in them is right"""
    words = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while words >> 16:
        words = (words & 0xffff) + (words >> 16)
    return ~words & 0xffff


def pseudo(source, target, protocol, length):
    return source + target + struct.pack("!HH", protocol, length)


def ipv4(source, target, protocol, text, place=0):
    """A packet; place is the word with MF and a fragment's offset"""
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(text), 1, place, 64, protocol, 0)
    mark = struct.pack("!H", total(head + source + target))
    return head[:10] + mark + source + target + text


def syn(source, target, protocol, port, wrong=0):
    """An IPv4 packet with a SYN to port 9; its checksum is wrong by so much"""
    source, target = socket.inet_aton(source), socket.inet_aton(target)
    tcp = struct.pack("!HHIIBBHHH", port, 9, 1000, 0, 5 << 4, SYN, 4096, 0, 0)
    mark = (total(pseudo(source, target, protocol, len(tcp)) + tcp) + wrong) & 0xffff
    tcp = tcp[:16] + struct.pack("!H", mark) + tcp[18:]
    return ipv4(source, target, protocol, tcp)


class Tun:
    """The device, in a namespace"""

    def __init__(self, namespace, name):
        def made():
            fd = os.open("/dev/net/tun", os.O_RDWR)
            fcntl.ioctl(fd, SET_DEVICE, struct.pack("16sH22x", name.encode(), TUN_WITHOUT_HEADER))
            return fd
        self.fd = namespace.inside.submit(made).result()

    def send(self, packet):
        os.write(self.fd, packet)

    def segments(self, wanted):
        """As many TCP segments: protocol, are both sums right?, flags, to which port,
        what it acknowledges"""
        found = []
        while len(found) < wanted and select.select([self.fd], [], [], PATIENCE)[0]:
            packet = os.read(self.fd, 65536)
            # IPv6 asks who else is there
            if packet[0] >> 4 != 4:
                continue
            head, tcp = packet[:20], packet[20:]
            both = not total(head) and not total(
                pseudo(head[12:16], head[16:20], head[9], len(tcp)) + tcp)
            port, acknowledged = struct.unpack("!2xH4xI", tcp[:12])
            found.append((head[9], both, tcp[13], port, acknowledged))
        return found

    def close(self):
        os.close(self.fd)
