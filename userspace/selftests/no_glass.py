# SPDX-License-Identifier: GPL-2.0
"""Answers protocol 253 as a kernel without Glass: no_glass.py READY

The file READY appears when it has begun. IPv4's answer is protocol unreachable
(rfc1122#section-3.2.2.1), IPv6's a parameter problem: the next header is not
known (rfc8200#section-4). At port 8 the hop limit is what IPv6 complains of, a
problem that tells nothing of Glass.
"""
import socket
import sys

UNREACHABLE, PROTOCOL = 3, 2
PROBLEM, FIELD, NEXT_HEADER = 4, 0, 1


def checksum(octets):
    total = sum(memoryview(octets).cast("H"))
    total = (total & 0xFFFF) + (total >> 16)
    return (~(total + (total >> 16)) & 0xFFFF).to_bytes(2, sys.byteorder)


def main():
    # Of all packets: each is seen here before a filter drops it.
    seen = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    icmp6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    open(sys.argv[1], "w").close()
    while True:
        packet, (_, protocol, kind, *_) = seen.recvfrom(2000)
        if kind != socket.PACKET_HOST:
            continue
        if protocol == 0x0800 and packet[9] == 253:
            head, body = bytes([UNREACHABLE, PROTOCOL]), bytes(4) + packet[:28]
            message = head + checksum(head + body) + body
            icmp.sendto(message, (socket.inet_ntoa(packet[12:16]), 0))
        if protocol == 0x86DD and packet[6] == 253:
            other = packet[42:44] == b"\0\x08"
            head = bytes([PROBLEM, FIELD if other else NEXT_HEADER])
            # the kernel fills in the checksum
            message = head + bytes(5) + bytes([7 if other else 6]) + packet
            icmp6.sendto(message, (socket.inet_ntop(socket.AF_INET6, packet[8:24]), 0))


main()
