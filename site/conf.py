"""How Sphinx builds the site, from a source folder that prepare.py fills first."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # citation.py, head.py, mathml.py, prepare.py

from citation import AUTHORS, RELEASED, VERSION

project = "Multilevel models in Python"
author = ", ".join(AUTHORS)
release = VERSION
html_title = project
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "head", "mathml", "prepare"]
exclude_patterns = ["README.md", "_*", "jupyter_execute"]

# Chapters are shown as they were committed.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_ipywidgets_js = {}
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"
napoleon_google_docstring = False
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"
default_role = "code"

html_theme = "sphinx_book_theme"
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["site.css", "live.css"]
html_js_files = [("site.js", {"defer": "defer"}), ("live.js", {"defer": "defer"})]
html_context = {
    "default_mode": "auto",  # light or dark, as the reader's system says
    "released": RELEASED,
}
html_favicon = "static/favicon.svg"
html_logo = "static/favicon.svg"
html_math_renderer = "mathml"
html_sourcelink_suffix = ""
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "logo": {"text": project, "alt_text": ""},
    "footer_content_items": ["colophon"],
    # Without anything in its bar at the top, the theme finds the menu buttons above the article.
    "navbar_persistent": [],
    "primary_sidebar_end": [],
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
