# SPDX-License-Identifier: GPL-2.0
"""asyncio's streams, a server and thirty clients:

    streams.py serve HOST PORT FILE
    streams.py use HOST PORT ANSWERS

A client sends a line and octets until it half-closes. After "echo" it gets the
octets back, after "file" the file. ANSWERS has a digest of each.
"""
import asyncio
import hashlib
import sys

CLIENTS = 30
OCTETS = 60000


async def answer(path, reader, writer):
    if await reader.readline() == b"file\n":
        await reader.read()
        with open(path, "rb") as file:
            await asyncio.get_running_loop().sendfile(writer.transport, file, fallback=False)
    else:
        while octets := await reader.read(10000):
            writer.write(octets)
            await writer.drain()
    writer.close()
    await writer.wait_closed()


async def serve(host, port, path):
    server = await asyncio.start_server(
        lambda reader, writer: answer(path, reader, writer), host, port)
    await server.serve_forever()


async def ask(host, port, number):
    reader, writer = await asyncio.open_connection(host, port)
    octets = bytes((number + i * i) % 251 for i in range(OCTETS))
    writer.write((b"file\n" if number % 3 == 0 else b"echo\n") + octets)
    writer.write_eof()
    got = await reader.read()
    writer.close()
    await writer.wait_closed()
    if number % 3 and got != octets:
        raise ValueError(f"client {number} got another echo")
    return f"{number} {len(got)} {hashlib.sha256(got).hexdigest()}\n"


async def use(host, port, path):
    answers = await asyncio.gather(*(ask(host, port, n) for n in range(CLIENTS)))
    with open(path, "w", encoding="ascii") as file:
        file.writelines(answers)


asyncio.run({"serve": serve, "use": use}[sys.argv[1]](sys.argv[2], int(sys.argv[3]), sys.argv[4]))
