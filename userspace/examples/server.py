#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Waits for connections and thanks each client, over Glass."""
import socket

GLASS = 253     # the IP protocol; with 0 here this is a TCP program

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, GLASS)
host = socket.gethostname()
port = 54321
# Lets the server start again while old connections are in TIME-WAIT.
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((host, port))
s.listen(5)

while True:
    c, address = s.accept()
    print('Got connection from', address, flush=True)
    c.send(b'Thank you for connecting')
    c.close()
