# SPDX-License-Identifier: GPL-2.0
"""For Sphinx: what the pages mention by name becomes a link. A page by its file,
path-mtu.rst, and a section of an RFC, rfc9293#section-3.4, in prose and, pages,
in literals. Blocks are of different widths: the style sheet is told by a class.
"""
import os
import re

from docutils import nodes
from sphinx import addnodes

MENTIONED = re.compile(r"\b(?:(rfc\d+(?:#(?:section|appendix)-[0-9A-Z]+(?:\.\d+)*)?)|"
                       r"((?:Documentation/)?(?:[\w-]+/)*[\w-]+)\.rst)\b")
RFCS = "https://www.rfc-editor.org/rfc/"
WIDE = ((116, "widest"), (92, "wide"))


def page_of(env, name):
    """The page that this one calls so"""
    here = os.path.dirname(env.docname)
    for page in (os.path.normpath(os.path.join(here, name)),
                 name.removeprefix("Documentation/")):
        if page in env.found_docs:
            return page
    return None


def link(env, match):
    if match[1]:
        return nodes.reference("", match[1], refuri=RFCS + match[1])
    page = page_of(env, match[2])
    if not page:
        return None
    found = addnodes.pending_xref("", refdomain="std", reftype="doc", reftarget="/" + page,
                                  refexplicit=True, refwarn=True, refdoc=env.docname)
    found += nodes.inline("", match.group(), classes=["doc"])
    return found


def linked(env, text):
    """The nodes that a text becomes"""
    parts, end = [], 0
    for match in MENTIONED.finditer(text):
        found = link(env, match)
        if found is not None:
            parts += [nodes.Text(text[end:match.start()]), found]
            end = match.end()
    return parts + [nodes.Text(text[end:])] if parts else []


def is_prose(text):
    node = text.parent
    while node and not isinstance(node, nodes.Structural):
        if isinstance(node, (nodes.literal, nodes.literal_block, nodes.reference, nodes.title,
                             nodes.target, nodes.comment, addnodes.pending_xref)):
            return False
        node = node.parent
    return True


def link_literal(env, literal):
    match = MENTIONED.fullmatch(literal.astext())
    found = match and match[2] and link(env, match)
    if found:
        literal.replace_self(found)


def read(app, tree):
    env = app.builder.env
    for literal in list(tree.findall(nodes.literal)):
        link_literal(env, literal)
    for text in list(tree.findall(nodes.Text)):
        parts = linked(env, text.astext()) if is_prose(text) else []
        if parts:
            text.parent.replace(text, parts)
    for block in tree.findall(nodes.literal_block):
        width = max(map(len, block.astext().expandtabs().split("\n")))
        block["classes"] += [name for least, name in WIDE if width >= least][:1]


def setup(app):
    app.connect("doctree-read", read)
    return {"version": "1", "parallel_read_safe": True}
