# SPDX-License-Identifier: GPL-2.0
"""For break_scene.py and break_wire.py, whose first argument is the glass that they run:
faults are asked for, and what was decided is waited for."""
import socket
import struct
import subprocess
import sys
import time

PATIENCE = 30     # seconds


def glass_break(*words):
    subprocess.run([sys.argv[1], "break", *words], check=True, stdout=subprocess.DEVNULL)


def count(rule):
    with open("/proc/net/glass/rules", encoding="ascii") as f:
        return next(int(line.split()[2]) for line in f if line.startswith(rule + " "))


def wait_for(rule):
    until = time.monotonic() + PATIENCE
    while not count(rule):
        if time.monotonic() > until:
            sys.exit(f"no {rule}")
        time.sleep(0.01)


def reset(*ends):
    """No TIME-WAIT is left."""
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()
