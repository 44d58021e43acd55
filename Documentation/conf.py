# SPDX-License-Identifier: GPL-2.0
"""How Sphinx makes pages of this directory; "make docs" calls it."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../scripts/docs"))

project = "Glass"
author = "the authors of Glass"
project_copyright = "the authors of Glass, GPL-2.0"
root_doc = "index"
extensions = ["mentions"]
nitpicky = True
# What stands in literal blocks is mostly what programs print.
highlight_language = "none"
smartquotes = False

html_theme = "alabaster"
html_theme_options = {"page_width": "75rem", "sidebar_width": "15rem", "fixed_sidebar": True,
                      "show_powered_by": False, "font_family": "sans-serif",
                      "description": "a TCP you can see through"}
html_sidebars = {"**": ["about.html", "searchbox.html", "navigation.html"]}
html_static_path = ["../scripts/docs/style"]
html_css_files = ["glass.css"]
html_title = "Glass"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
