"""Make the imports of the book's commands; the process that :mod:`commands` forks begins with this module."""

from __future__ import annotations

import importlib
import pkgutil

from PIL import Image
from sphinx.application import builtin_extensions

import blogkit

_OTHERS = (
    *("docutils.languages.ko", "docutils.parsers.rst.languages.ko", "jinja2.ext", "numpy", "PIL.ImageOps"),
    *("sphinx.builders.html.transforms", "sphinx.builders.latex.transforms", "sphinx.ext.mathjax"),
    *("jupyter_book.cli.main", "jupyter_book.sphinx", "sphinx_multitoc_numbering", "sphinx_external_toc.events"),
    *("myst_nb.sphinx_ext", "myst_nb.ext.execution_tables", "myst_nb.ext.glue.domain", "sphinx_design.extension"),
    *("myst_parser.sphinx_ext.directives", "myst_parser.sphinx_ext.mathjax", "myst_parser.sphinx_ext.myst_refs"),
    *("jupyter_client.manager", "nbclient", "rich.progress"),
)
_OWN = [module.name for module in pkgutil.walk_packages(blogkit.__path__, f"{blogkit.__name__}.")]
for _name in (*builtin_extensions, *_OTHERS, *_OWN):
    importlib.import_module(_name)
Image.init()  # which imports what reads each kind of picture
