# SPDX-License-Identifier: GPL-2.0
"""glass lab build: a piece of the core to be written, and what grades it.

The learner's tree has the core, its headers and its suites, but of one file the
bodies of its functions are taken out. "make" there compiles what has changed and
runs the suite; "make own" runs the learner's own tests. The solution is not in it.

Where Glass' tree is a learner's own (instructor/learner.py makes it), the pieces are
there as objects only, and what is handed out is beside this file, in pieces/.
"""
import filecmp
import os
import re
import shutil
import subprocess
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "../.."))
KEPT = ("include/glass", "module/core", "kunit")
OWN = "kunit/own_test.c"

# A function as kernel style has it: what stands before it, its head, its body
FUNCTION = re.compile(r"^(?P<doc>(?:/\*(?:[^*]|\*(?!/))*\*/\n)*)"
                      r"(?P<head>[a-z][^\n;{}()]*\([^;{}]*\)(?:\n\t__\w+\([^\n]*\))*)\n\{\n"
                      r"(?P<body>.*?)^\}\n\n?", re.M | re.S)

MAKEFILE = """\
# SPDX-License-Identifier: GPL-2.0
# make: compile what has changed, and run the suite of what is to be written;
# make all-suites: every suite of the core; make own: the tests in kunit/own_test.c.
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror -Wno-unused-parameter \\
	-Wno-unused-const-variable \\
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CPPFLAGS := -Iinclude -Ikunit -Ikunit/shim
suites := $(shell grep -o 'kunit/[a-z_]*\\.o' kunit/Makefile.objs | sed 's/o$$/c/')
tests := kunit/suites.c $(filter %_test.c,$(suites))
# What others have written, as far as it is not here as source
given := $(foreach o,$(wildcard module/core/*.o_shipped),$(if $(wildcard $(o:.o_shipped=.c)),,$(o)))
below := $(wildcard module/core/*.c kunit/shim/*.c) $(filter-out $(tests),$(suites))
objects = $(patsubst %.c,.build/%.o,$(below) $(1))

check: .build/check
	@.build/check SUITE

all-suites: .build/check
	@.build/check

own: .build/own
	@.build/own

.build/check: $(call objects,$(tests)) $(given)
.build/own: $(call objects,kunit/own_test.c) $(given)
.build/check .build/own:
	@$(CC) $(CFLAGS) -o $@ $^

.build/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -c -o $@ $<

-include $(patsubst %.o,%.d,$(call objects,$(tests) kunit/own_test.c))
.PHONY: check all-suites own
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


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def shipped(lab):
    """Where an object stands for the piece"""
    return lab["file"][:-2] + ".o_shipped"


def solution(lab):
    """Its source, or in a learner's tree its object"""
    if os.path.exists(f"{TOP}/{shipped(lab)}"):
        with open(f"{TOP}/{shipped(lab)}", "rb") as f:
            return f.read()
    return read(f"{TOP}/{lab['file']}")


def handed_out(name, lab):
    """The source without what is to be written"""
    given = f"{HERE}/pieces/{name}.c"
    return read(given) if os.path.exists(given) else without(solution(lab), lab.get("function"))


def place(lab, tree, what):
    """This source for the piece, or this object"""
    if isinstance(what, str):
        write(f"{tree}/{lab['file']}", what)
        return
    if os.path.exists(f"{tree}/{lab['file']}"):
        os.remove(f"{tree}/{lab['file']}")
    with open(f"{tree}/{shipped(lab)}", "wb") as f:
        f.write(what)


def copy_changed(source, to):
    """What is the same stays as old as it is, and make lets it be."""
    if not (os.path.exists(to) and filecmp.cmp(source, to, shallow=False)):
        shutil.copy(source, to)


def fill(lab, to):
    """The whole core, its headers and its suites in @to, anew or again."""
    for part in KEPT:
        shutil.copytree(f"{TOP}/{part}", f"{to}/{part}", copy_function=copy_changed,
                        dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("*.o", "*.ko", ".*", "*.mod*", "*.gen.h"))
        for where, _, names in os.walk(f"{to}/{part}"):
            for path in (os.path.join(where, name) for name in names):
                if not os.path.exists(os.path.join(TOP, os.path.relpath(path, to))):
                    os.remove(path)
    copy_changed(f"{TOP}/LICENSE", f"{to}/LICENSE")
    copy_changed(f"{HERE}/own_test.c", f"{to}/{OWN}")
    write(f"{to}/Makefile", MAKEFILE.replace("SUITE", lab["suite"]))


def make_tree(name, lab, to):
    """The learner's tree in the new directory @to."""
    fill(lab, to)
    if os.path.exists(f"{to}/{shipped(lab)}"):
        os.remove(f"{to}/{shipped(lab)}")
    place(lab, to, handed_out(name, lab))


def make(tree, program):
    """Builds check or own there; None, or what the compiler has against it."""
    done = subprocess.run(["make", "-s", f"-j{os.cpu_count()}", "-C", tree, f".build/{program}"],
                          check=False, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout if done.returncode else None
