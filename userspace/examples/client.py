#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Connects, prints what the server says and leaves, over Glass."""
import socket
import sys

GLASS = 253     # the IP protocol; with 0 here this is a TCP program

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, GLASS)
host = sys.argv[1] if len(sys.argv) > 1 else socket.gethostname()
port = 54321
s.connect((host, port))
print(s.recv(1024))
s.close()
