#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Do the checks of the documentation find what they are for? Each is given
something that is wrong and something that is right. Silent when all is well."""
import contextlib
import io
import os
import subprocess
import sys
import tempfile

import links
import stale
from settle import approach, form, settle

LADDER = """\
             10.0.0.2:{port}                        10.0.0.1:54321
             | seq {isn} (0)  wnd 65535  mss 1460    |
             | time {ts} echo 0                      |
    {ms} ms |------------- SYN ------------->| 0.000 ms
             | seq 77 (0)  ack {ack} (1)  wnd 65535  |
             | time 9 echo {echo}                    |
"""
EXPLAIN = """\
  {high} a7 22 93  sequence number {seq} (0)
                 of the SYN (rfc9293#section-3.4)
  a0           data offset 10 words
  08 0a 44 55  timestamps {ts} echo 1
  {low} e5 00 00    its clock (rfc7323#section-3.2)
"""

failed = []


def must(good, what):
    if not good:
        failed.append(what)
        print(f"selfcheck: {what}", file=sys.stderr)


def ladder(isn=2751351117, ts=1000, ms="0.000", port=40001, ack=None, echo=None):
    return LADDER.format(isn=isn, ts=ts, ms=ms, port=port, ack=isn + 1 if ack is None else ack,
                         echo=ts if echo is None else echo)


def check_settled():
    first = settle(ladder())
    must(first == settle(ladder(isn=4711, ts=8, port=59999)), "numbers of another run are the same")
    must(first != settle(ladder(ack=2751351119)), "an ACK of something else differs")
    must(first != settle(ladder(echo=1001)), "an echo of something else differs")
    must(first != settle(ladder(ms="0.010")), "another time differs")
    must(settle(ladder(), "-b 40001") != settle(ladder(port=40002), "-b 40001"),
         "a port that the scene names differs")
    must(settle(ladder(port=1025)) != settle(ladder(port=1026)), "a port nobody chose differs")
    one = EXPLAIN.format(high="e3", seq=3819381395, ts=55, low="70")
    must(settle(one) == settle(EXPLAIN.format(high="a3", seq=2745639571, ts=66, low="71")),
         "octets of another run are the same")
    must(settle(one) != settle(one.replace("a0  ", "b0  ")), "other octets differ")
    for old, new, near in (("at 1.000 ms", "at 1.099 ms", True), ("at 1.000 ms", "at 1.102 ms", False),
                           ("538.489 ms", "528.489 ms", True), ("538.489", "518.489", False),
                           ("1599.049 ms", "1569.085 ms", True), ("1600.000", "1900.000", False),
                           ("{'probe': 301}", "{'probe': 300}", True),
                           ("Timer   State", "Timer  State", True),
                           ("1.500s", "1.502s", True), ("1.500s", "1.504s", False),
                           ("0.100000256 a", "0.100000512 a", True), ("54001 a", "54002 a", False),
                           ("300001 a", "300004 a", True), ("300001 a", "300012 a", False),
                           ("250 ms", "251 ms", True), ("250 ms", "252 ms", False),
                           ("1.000 a", "1.000 b", False), ("25 a", "26 a", False)):
        must((approach(["x", old], [new]) == [old]) == near, f"{old} and {new}: {near}")
    must(form("a  17.5 b") == form("a 3 b") != form("a 3 c"), "the form is all but numbers")


def write(top, path, text):
    os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
    with open(os.path.join(top, path), "w", encoding="utf-8") as file:
        file.write(text)


def check_stale(top):
    stale.TOP = top
    write(top, f"{stale.SCENES}/s.sh", "keep a; keep b\n")
    write(top, stale.BLOCKS, "page.rst\t$ glass table\ta\tsame\npage.rst\t$ glass rules\tb\tform\n")
    write(top, "page.rst", "Text::\n\n  $ glass table\n  one\n\n  $ glass rules\n  RULE 17\n\nEnd\n")
    write(top, "Documentation/p.rst", ".. literalinclude:: outputs/a.txt\n")
    for where in stale.OUTPUTS, "made/s":
        write(top, f"{where}/a.txt", "server# glass table\none\n")
        write(top, f"{where}/b.txt", "server# glass rules\nRULE 3\nANOTHER 1\n")

    def said(wanted, what):
        stale.findings.clear()
        stale.compare("made", "s", False)
        stale.check_orphans("made", ["s"], False)
        for row in stale.blocks():
            stale.check_block(*row, "")
        must(len(stale.findings) == wanted, f"{what}: {stale.findings}")

    said(0, "what is right is not stale")
    write(top, "made/s/a.txt", "server# glass table\ntwo\n")
    said(1, "an output that differs is stale")
    write(top, f"{stale.OUTPUTS}/a.txt", "server# glass table\ntwo\n")
    said(1, "a block that differs from its output is stale")
    os.remove(os.path.join(top, "made/s/a.txt"))
    said(2, "an output that no scene makes is stale")


def check_kept(top):
    """The outputs of a scene are of one run."""
    stale.TOP = top
    write(top, f"{stale.SCENES}/r.sh", "keep c; keep d\n")
    for name in "c", "d":
        write(top, f"{stale.OUTPUTS}/{name}.txt", "seq 2751351117 (0)\n")
        write(top, f"made/r/{name}.txt", "seq 3819381395 (0)\n")

    def kept():
        stale.compare("made", "r", True)
        return [stale.read(f"{stale.OUTPUTS}/{name}.txt").split()[1] for name in ("c", "d")]

    must(kept() == ["2751351117"] * 2, "what differs by its numbers alone is not kept anew")
    write(top, "made/r/d.txt", "seq 3819381395 (1)\n")
    must(kept() == ["3819381395"] * 2, "if one of a scene is kept anew all are")


def check_links(top):
    write(top, "html/a.html", "<p id='here'><a href='b.html#there'>b</a><a href='#here'>a</a>"
          "<a href='b.html#nowhere'>b</a><a href='c.html'>c</a></p>")
    write(top, "html/b.html", "<p id='there'></p>")
    links.check_built(os.path.join(top, "html"))
    must(len(links.findings) == 2, f"a file and a place are missing: {links.findings}")
    links.findings.clear()
    links.check_named(links.Tree(), "page", "See ``module/core/ack.c``, ``ack.c``,\n"
                      "break.rst and ``make docs``::\n\n    make check\n",
                      ["module/core/ack.c", "ack.c", "make docs"])
    must(not links.findings, f"what is there is not missing: {links.findings}")
    links.check_named(links.Tree(), "page", "See ``module/core/nack.c``, ``nack.c``,\n"
                      "broken.rst and ``make dogs``::\n\n    make cheque\n",
                      ["module/core/nack.c", "nack.c", "make dogs"])
    must(len(links.findings) == 5, f"five things are missing: {links.findings}")
    links.findings.clear()
    for link in "https://example", "http://a b.org/", "https://www.example.org/x.":
        links.check_form("page", link)
    must(len(links.findings) == 3, f"three are no addresses: {links.findings}")


def check_warnings(top):
    """Sphinx is told to be strict."""
    write(top, "pages/conf.py", "root_doc = 'index'\nnitpicky = True\n")
    write(top, "pages/index.rst", "Title\n=====\n\nSee :ref:`nowhere` and :doc:`nothing`.\n")
    write(top, "pages/lost.rst", "Lost\n====\n")
    done = subprocess.run(["sphinx-build", "-q", "-n", "-W", "--keep-going", "-b", "html",
                           "pages", "built"], cwd=top, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    must(done.returncode and done.stdout.count("WARNING: ") == 3, f"three warnings: {done.stdout}")


def main():
    check_settled()
    with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as top:
        check_links(top)
        check_stale(top)
        check_kept(top)
        check_warnings(top)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
