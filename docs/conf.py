"""Sphinx configuration. Build: `python -m sphinx -W -b html docs docs/_build`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for docs.tools

project = "realtime_translate"
author = "realtime_translate contributors"
copyright = "realtime_translate contributors"

extensions = ["myst_parser", "sphinx.ext.autodoc", "docs.tools.sphinx_fields", "docs.tools.sphinx_rules"]
exclude_patterns = ["_build", "examples", "tools"]
nitpicky = False
default_role = "py:obj"  # in docstrings: a link to what has an entry, and else code

html_theme = "furo"
html_title = "realtime_translate"
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["names.css"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
maximum_signature_line_length = 160
add_module_names = False
