"""What sphinx is told about the site. build.py calls it once for each language."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

project = "minidl"
copyright = "the minidl authors, MIT licence"
extensions = ["myst_nb", "extension"]
exclude_patterns = ["downloads"]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
myst_heading_slug_func = "extension.slug"
nb_execution_mode = "off"
nb_merge_streams = True
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 90
html_math_renderer = "mathml"

html_theme = "pydata_sphinx_theme"
html_title = "minidl"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["site.css"]
templates_path = ["templates"]
html_sidebars = {name: [] for name in ("index", "homework", "explore", "errors", "tour/*")}
html_theme_options = {
    "navbar_persistent": ["search-button-field", "language"],
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "header_links_before_dropdown": 6,
    "show_toc_level": 1,
    "logo": {"text": "minidl"},
}
