# SPDX-License-Identifier: GPL-2.0
"""For captures.py: packets, frames and capture files, octet by octet.

What a capture of somebody else's may hold: link types and layers between, IPv6
extension headers, files of either byte order. Nothing has a right checksum.
"""
import struct

GLASS, TCP, UDP = 253, 6, 17
HOP_BY_HOP, ROUTING, FRAGMENT, ESP, AUTH, DESTINATION = 0, 43, 44, 50, 51, 60
IPV4, IPV6, ARP = 0x0800, 0x86dd, 0x0806
VLAN, SERVICE, OLD_SERVICE = 0x8100, 0x88a8, 0x9100

# Link types as they stand in a file: pcap-linktype(7)
NULL, ETHERNET, RAW, LOOP, SLL, LINK_IPV4, LINK_IPV6, SLL2 = 0, 1, 101, 108, 113, 228, 229, 276
WIFI = 105

# SYN from 54001 to 54321, with options
SYN = bytes.fromhex("d2f1d431a62e7ef600000000a002ffff15280000"
                    "020405b4010303050402080a7680133800000000")


def text(octets):
    """A segment from 54321 to 54001 with so many octets"""
    return bytes.fromhex("d431d2f100000001a62e7ef75018ffff00000000") + b"x" * octets


def ip4(inner, protocol=GLASS, options=b"", offset=0, total=None):
    """@offset: the fragment's, in units of 8 octets, and its bits"""
    size = 20 + len(options)
    total = size + len(inner) if total is None else total
    return struct.pack(">BBHHHBBH4s4s", 0x40 | size // 4, 0, total, 0, offset, 64, protocol, 0,
                       bytes([10, 0, 0, 2]), bytes([10, 0, 0, 1])) + options + inner


def ip6(inner, following=GLASS, length=None):
    """@following: the protocol of what stands in @inner first"""
    length = len(inner) if length is None else length
    return struct.pack(">IHBB", 0x60000000, length, following, 64) + \
        bytes.fromhex("fd00" + "00" * 13 + "02" + "fd00" + "00" * 13 + "01") + inner


def extended(kinds, inner, last=GLASS):
    """An IPv6 packet with these extension headers, each (kind, octets)"""
    after = [kind for kind, _ in kinds[1:]] + [last]
    chain = b"".join(extension(kind, size, following)
                     for (kind, size), following in zip(kinds, after))
    return ip6(chain + inner, kinds[0][0])


def extension(kind, size, following):
    """Lengths count in units of 8 octets behind the first 8, of AUTH of 4 (rfc8200)"""
    words = {FRAGMENT: 0, AUTH: size // 4 - 2}.get(kind, size // 8 - 1)
    return bytes([following, words]) + bytes(size - 2)


def fragment(inner, offset, more=True):
    """An IPv6 packet that is a fragment; @offset in units of 8 octets"""
    return ip6(struct.pack(">BBHI", GLASS, 0, offset << 3 | more, 7) + inner, FRAGMENT)


def ethernet(packet, kind=None, tags=()):
    """@tags: types of the VLAN tags in front of the packet"""
    kind = kind or (IPV6 if packet[0] >> 4 == 6 else IPV4)
    return (bytes(12) + b"".join(struct.pack(">HH", tag, 100) for tag in tags) +
            struct.pack(">H", kind) + packet).ljust(60, b"\0")


def sll(packet, kind=IPV4, tags=()):
    """libpcap writes the tag of a VLAN in front of the packet here, too"""
    kinds = [*tags, kind]
    return struct.pack(">HHH8s", 0, 1, 6, bytes(8)) + struct.pack(">H", kinds[0]) + \
        b"".join(struct.pack(">HH", 100, later) for later in kinds[1:]) + packet


def sll2(packet, kind=IPV4):
    return struct.pack(">HHIHBB8s", kind, 0, 1, 1, 0, 6, bytes(8)) + packet


def pcap(link, packets, order="<", nano=False, length=None, wire=None):
    """A packet every millisecond. @length: what the file says of each, if not the truth;
    @wire: octets that each had before it was cut. The file says that none is longer
    than the longest: libpcap's buffer ends there, and who reads beyond it is found."""
    longest = max(map(len, packets), default=0)
    magic = 0xa1b23c4d if nano else 0xa1b2c3d4
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, longest, link)
    for n, packet in enumerate(packets):
        size = len(packet) if length is None else length
        out += struct.pack(order + "IIII", 1000, n * (10**6 if nano else 1000), size,
                           wire or size) + packet
    return out


def block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + \
        struct.pack(order + "I", len(body) + 12)


def interface(order, link, resolution=None):
    option = b"" if resolution is None else \
        struct.pack(order + "HHB3xHH", 9, 1, resolution, 0, 0)
    return block(order, 1, struct.pack(order + "HHI", link, 0, 262144) + option)


def pcapng(links, packets, order="<", resolution=None, step=1000):
    """An interface for each of @links; @packets: (interface, octets) or octets"""
    out = block(order, 0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1))
    out += b"".join(interface(order, link, resolution) for link in links)
    for n, packet in enumerate(packets):
        at, octets = packet if isinstance(packet, tuple) else (0, packet)
        time = 1000 + n * step
        out += block(order, 6, struct.pack(order + "IIIII", at, time >> 32, time & 0xffffffff,
                                           len(octets), len(octets)) + octets)
    return out
