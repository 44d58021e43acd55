#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The learner's tree: Glass without answers and without the build labs' solutions.

    learner.py DIR      what git knows of this tree, as it is now, in the new DIR

This directory stays away, and so do the pages that are for instructors. The pieces
that learners write are there as objects, for amd64, position-independent and without
anything of a kernel, so that one of each does for every kernel and for the suites as a
program; a piece that a learner puts in its place, module/core/NAME.c, is taken instead.
The variants that "glass lab test" needs are objects, too.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import build as pieces      # noqa: E402

TOP = pieces.TOP
AWAY = ("userspace/labs/instructor/", "Documentation/labs/instructor.rst",
        "userspace/selftests/labs.sh", ".ci/")
# Goals of the Makefile that want all of it
WHOLE = r"(learner-tree|labs-check|check[a-z0-9-]*|docs|explore|mutate|bench[a-z-]*|lint|rfcmap" \
        r"|tables|packages|pages)"

FLAGS = ("-std=gnu11 -O2 -Wall -Werror -fpie -fvisibility=hidden -mgeneral-regs-only "
         "-mno-red-zone -fcf-protection=branch -fno-stack-protector -fno-jump-tables "
         "-fno-asynchronous-unwind-tables -include").split()

KBUILD = """
# The pieces that are to be written are objects, until they are
given := $(patsubst $(src)/%_shipped,%,$(wildcard $(src)/module/core/*.o_shipped))
yours := $(foreach o,$(given),$(if $(wildcard $(src)/$(o:.o=.c)),$(notdir $(basename $(o)))))
given := $(filter-out $(addprefix module/core/,$(addsuffix .o,$(yours))),$(given))
glass-y += $(given)
targets += $(given)
quiet_cmd_given = GIVEN   $@
      cmd_given = cp $< $@
$(addprefix $(obj)/, $(given)): $(obj)/%: $(src)/%_shipped FORCE
	$(call if_changed,given)
CFLAGS_module/core.o := -D'GLASS_YOURS="$(yours)"'
"""

README = """
This is a learner's tree: what learners are to find out or to write is not in it.
Documentation/labs/index.rst is the way in; `make shell` and `make lab N=1` work, the
tests of Glass itself (`make check` and the like) want the whole tree.
"""


def edit(path, function):
    old = pieces.read(path)
    new = function(old)
    assert new != old, f"{path} is not what learner.py changes"
    pieces.write(path, new)


def copy_tree(to):
    names = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split("\0")
    for name in names:
        if name and not name.startswith(AWAY) and os.path.lexists(f"{TOP}/{name}"):
            os.makedirs(os.path.dirname(f"{to}/{name}"), exist_ok=True)
            shutil.copy2(f"{TOP}/{name}", f"{to}/{name}", follow_symlinks=False)


def alone(text, function):
    """A file with nothing but this function in it, or all of it"""
    if not function:
        return text
    head = "".join(re.findall(r"^#include .*\n", text, re.M))
    return f"// SPDX-License-Identifier: GPL-2.0\n{head}\n{found(text, function)[0].rstrip()}\n"


def found(text, function):
    return next(m for m in pieces.FUNCTION.finditer(text) if f" {function}(" in m["head"])


def compiled(text, to, words=None):
    """The source as an object; with it what is to be said of it"""
    with tempfile.TemporaryDirectory() as work:
        pieces.write(f"{work}/hidden.h", "#pragma GCC visibility push(hidden)\n")
        pieces.write(f"{work}/piece.c", text)
        subprocess.run(["gcc", *FLAGS, f"{work}/hidden.h", f"-I{TOP}/include", "-c",
                        "-o", to, f"{work}/piece.c"], check=True)
        if words:
            with open(f"{work}/words", "wb") as f:
                f.write(zlib.compress(words.encode()))
            subprocess.run(["objcopy", "--add-section", f".glass={work}/words", to], check=True)


def take_out(name, piece, bad, to):
    """One piece: what is handed out, and objects for what is right and for what is not"""
    good, function = pieces.solution(piece), piece.get("function")
    base = name if function else os.path.basename(piece["file"])[:-2]
    pieces.write(f"{to}/userspace/labs/pieces/{name}.c",
                 alone(pieces.without(good, function), function))
    compiled(alone(good, function), f"{to}/module/core/{base}.o_shipped")
    for number, b in enumerate(bad, 1):
        compiled(alone(good.replace(b["old"], b["new"], 1), function),
                 f"{to}/userspace/labs/pieces/{name}-{number}.o_shipped", f"{b['what']}\n{b['hint']}")
    include = f'#include "core/{base}.c"\n'
    guarded = f'#if __has_include("core/{base}.c")\n{include}#endif\n'
    if function:
        edit(f"{to}/{piece['file']}", lambda s: s.replace(found(s, function)[0], ""))
        before = f'#include "core/{os.path.basename(piece["file"])}"\n'
        edit(f"{to}/module/core.c", lambda s: s.replace(before, guarded + before))
        edit(f"{to}/userspace/labs/build.toml",
             lambda s: s.replace(f'file = "{piece["file"]}"\nfunction = "{function}"\n',
                                 f'file = "module/core/{base}.c"\n'))
    else:
        os.remove(f"{to}/{piece['file']}")
        edit(f"{to}/module/core.c", lambda s: s.replace(include, guarded))


def makefile(text):
    """Without the goals that are not for learners, nor what the top says of them"""
    text = re.sub(rf"^#\tmake {WHOLE}\b.*\n(#\t\t.*\n)*", "", text, flags=re.M)
    text = re.sub(rf"^{WHOLE}:\n(\t.*\n)+\n", "", text, flags=re.M)
    head, _, phony = text.partition(".PHONY:")
    phony = [w for w in phony.replace("\\\n", " ").split() if not re.fullmatch(WHOLE, w)]
    return f"{head}.PHONY: {' '.join(phony)}\n"


def learner_tree(to):
    copy_tree(to)
    os.mkdir(f"{to}/userspace/labs/pieces")
    with open(f"{HERE}/build.toml", "rb") as f:
        bad = tomllib.load(f)
    for name, piece in pieces.labs().items():
        take_out(name, piece, bad[name], to)
    edit(f"{to}/Kbuild", lambda s: s + KBUILD)
    # of these objects a kernel that guards its returns says that they do not
    edit(f"{to}/scripts/vm/build-module.sh", lambda s: s.replace(
        "grep -A6 'warning:' \"$log\"", "grep 'warning:' \"$log\" | grep -v \"'naked' return\""))
    edit(f"{to}/Makefile", makefile)
    edit(f"{to}/Documentation/labs/index.rst", lambda s: s.replace("   instructor\n", ""))
    edit(f"{to}/README.md", lambda s: re.sub(r"^(#.*\n)", lambda m: m[1] + README, s, count=1,
                                             flags=re.M))


def main():
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("usage: learner.py DIR (make learner-tree DEST=DIR)")
    to = os.path.abspath(sys.argv[1])
    if os.path.exists(to):
        sys.exit(f"learner.py: {to} is there already")
    # what fails half-way has the solutions in it still
    half = f"{to}.half"
    shutil.rmtree(half, ignore_errors=True)
    try:
        learner_tree(half)
        os.rename(half, to)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    print(f"{to}: the learner's tree; hand out all of it")


if __name__ == "__main__":
    main()
