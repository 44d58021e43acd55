# SPDX-License-Identifier: GPL-2.0
"""glass lab build: a piece of the core to be written, and what grades it.

The learner's tree has the core, its headers and its suites, but of one file the
bodies of its functions are taken out. "make" there compiles what has changed and
runs the suite. The solution is not in it.
"""
import os
import re
import shutil
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "../.."))
KEPT = ("include/glass", "module/core", "kunit")

# A function as kernel style has it: what stands before it, its head, its body
FUNCTION = re.compile(r"^(?P<doc>(?:/\*(?:[^*]|\*(?!/))*\*/\n)*)"
                      r"(?P<head>[a-z][^\n;{}()]*\([^;{}]*\)(?:\n\t__\w+\([^\n]*\))*)\n\{\n"
                      r"(?P<body>.*?)^\}\n\n?", re.M | re.S)

MAKEFILE = """\
# SPDX-License-Identifier: GPL-2.0
# make: compile what has changed, and run the suite of what is to be written;
# make all-suites: every suite of the core.
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror -Wno-unused-parameter \\
	-Wno-unused-const-variable \\
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CPPFLAGS := -Iinclude -Ikunit -Ikunit/shim
suites := $(shell grep -o 'kunit/[a-z_]*\\.o' kunit/Makefile.objs | sed 's/o$$/c/')
objects := $(patsubst %.c,.build/%.o,$(wildcard module/core/*.c) $(suites) $(wildcard kunit/shim/*.c))

check: .build/check
	@.build/check SUITE

all-suites: .build/check
	@.build/check

.build/check: $(objects)
	@$(CC) $(CFLAGS) -o $@ $^

.build/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -c -o $@ $<

-include $(objects:.o=.d)
.PHONY: check all-suites
"""


def labs():
    with open(f"{HERE}/build.toml", "rb") as f:
        return tomllib.load(f)


def without(text, only=None):
    """A file without its functions' bodies, or without that of one of them."""
    def empty(m):
        name = re.search(r"(\w+)\(", m["head"])[1]
        if only and name != only:
            return m[0]
        if m["head"].startswith("static ") and not only:
            return ""
        back = "" if re.match(r"(static )?void\b", m["head"]) else "\treturn 0;\n"
        return f"{m['doc']}{m['head']}\n{{\n\t/* yours */\n{back}}}\n\n"
    return FUNCTION.sub(empty, text).rstrip("\n") + "\n"


def make_tree(lab, to):
    """The learner's tree in the new directory @to."""
    for part in KEPT:
        shutil.copytree(f"{TOP}/{part}", f"{to}/{part}",
                        ignore=shutil.ignore_patterns("*.o", "*.ko", ".*", "*.mod*", "*.gen.h"))
    shutil.copy(f"{TOP}/LICENSE", to)
    with open(f"{to}/Makefile", "w", encoding="utf-8") as f:
        f.write(MAKEFILE.replace("SUITE", lab["suite"]))
    path = f"{to}/{lab['file']}"
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(without(text, lab.get("function")))
