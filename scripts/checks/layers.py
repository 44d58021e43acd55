#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Who may include whom, and who may touch what.

include/glass and module/core include nothing but each other, downwards:
seq < segment < loss, tcb < core. rx, tx and clock leave the fields of a TCB alone.
Only pump.c asks the core for output. The pure suites see no glue. A program
sees of the module only what userspace may see.
"""
import re

from tree import c_paths, code, finding, line_of, paths, read, report

# What each header of the core may name. rules.h is a list of names; port.h is
# the ground: only it knows the kernel or the C library.
BELOW = {
    "port.h": set(),
    "rules.h": {"port.h"},
    "seq.h": {"port.h"},
    "segment.h": {"port.h", "seq.h"},
    "tcb.h": {"port.h", "seq.h", "segment.h"},
    "loss.h": {"port.h", "seq.h", "segment.h"},
    "cong.h": {"tcb.h"},
    "core.h": {"cong.h", "port.h", "seq.h", "segment.h", "loss.h", "tcb.h", "rules.h"},
    "backlog.h": {"rules.h"},
    "challenge.h": {"core.h"},
    "cookies.h": {"core.h"},
    "version.h": set(),
}
NO_TCB_FIELDS = {"module/rx.c", "module/tx.c", "module/clock.c"}
OUTPUT_CALLER = "module/pump.c"

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def includes(path):
    text = read(path)
    for match in INCLUDE.finditer(text):
        yield match.group(1), match.group(2), line_of(text, match.start())


def check_core_header(path):
    name = path.rsplit("/", 1)[1]
    if name not in BELOW:
        finding(path, 1, "not a known header of the core: give it its layer in layers.py")
        return
    for _, target, line in includes(path):
        inside = target.startswith("glass/")
        if name == "port.h" and not inside:
            continue
        if not inside or target[len("glass/"):] not in BELOW[name]:
            finding(path, line, f"a layer above, or outside the core: <{target}>")


def check_core_source(path):
    for quote, target, line in includes(path):
        if quote != "<" or not target.startswith("glass/"):
            finding(path, line, f"module/core includes only <glass/...>: {target}")


def check_port_ifdef(path):
    """port.h holds the core's one question of where it is compiled."""
    text = code(read(path))
    for match in re.finditer(r"__KERNEL__|\bMODULE\b|\bCONFIG_\w+|\bKBUILD_\w+", text):
        if path != "include/glass/port.h":
            finding(path, line_of(text, match.start()),
                    f"only port.h may ask where it is compiled: {match.group()}")


def check_tcb_fields(path):
    text = code(read(path))
    names = set(re.findall(r"\bstruct tcb \*?(\w+)\b", text))
    own = "|".join(sorted(names)) or "$."
    for match in re.finditer(rf"\btcb\s*(\.|->)\s*\w+|\b({own})\s*(->|\.)\s*\w+", text):
        finding(path, line_of(text, match.start()),
                f"touches a field of the TCB: {match.group()}")


def check_output(path):
    text = code(read(path))
    for match in re.finditer(r"\btcb_output\s*\(", text):
        finding(path, line_of(text, match.start()),
                f"only {OUTPUT_CALLER} asks the core for output")


def pure_suites():
    """Those that are built as a program too, and the headers between them."""
    path = "kunit/Makefile.objs"
    if path not in paths():
        return set()
    sources = {name + ".c" for name in re.findall(r"(kunit/\w+)\.o\b", read(path))}
    found = sources | {"kunit/" + target for source in sources if source in paths()
                       for quote, target, _ in includes(source) if quote == '"'}
    return found & set(paths())


GLUE = ("glass_sock.h", "glass_calls.h", "glass_listen.h", "proc.h", "compat.h")


def check_suite(path):
    for quote, target, line in includes(path):
        pure = target.startswith(("glass/", "kunit/")) or \
            (path.startswith("kunit/shim/") and quote == "<" and "/" not in target) or \
            (quote == '"' and "/" not in target and target not in
             (*GLUE, "compat_features.gen.h"))
        if not pure:
            finding(path, line, f"a pure suite sees only the core and kunit/: {target}")


def check_program(path):
    for quote, target, line in includes(path):
        name = target.rsplit("/", 1)[-1]
        if "module/" in target or (quote == '"' and name in GLUE):
            finding(path, line, f"a program may not see the glue: {target}")


pure = pure_suites()
for file in c_paths():
    room = file.rsplit("/", 1)[0]
    if room == "include/glass":
        check_core_header(file)
    if room == "module/core":
        check_core_source(file)
    if room in ("include/glass", "module/core"):
        check_port_ifdef(file)
    if file in NO_TCB_FIELDS:
        check_tcb_fields(file)
    if room == "module" and file != OUTPUT_CALLER:
        check_output(file)
    if file in pure or room.startswith("kunit/shim"):
        check_suite(file)
    if room.startswith("userspace"):
        check_program(file)
report()
