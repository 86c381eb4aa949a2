"""Make ``404.html`` work wherever it is shown: GitHub Pages answers with it at any address, however deep.

sphinx-notfound-page 1.1.0 (January 2025) was tried. It changes what templates link through ``pathto``; links that come
from elsewhere stay relative, and so does ``data-content_root``, from where scripts fetch. A ``<base>`` element would
mend all of that in one line, but turns links within the page, such as the one that skips to the content, into links to
the home page. So the finished page is changed: every address in it begins at the host's root.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

from ..files import write
from ..site.address import Site
from .policy import Allowed, with_policy

NAME = "404.html"
_ADDRESS = re.compile(r'(\s(?:href|src|action|poster|data-content_root)=")([^"]*)"')


def write_notfound(outdir: Path, site: Site, allowed: Allowed) -> set[str]:
    """Let the links of the built page begin at the host's root; return its name."""
    file = outdir / NAME
    if not file.is_file():
        return set()
    write(file, with_policy(rooted(file.read_text(encoding="utf-8"), site.path), allowed))
    return {file.name}


def rooted(html: str, path: str) -> str:
    """Make every relative address absolute; ``path`` is the home page's, such as ``/blog/``."""
    return _ADDRESS.sub(lambda m: m[0] if m[2].startswith("#") else f'{m[1]}{urljoin(path, m[2] or "./")}"', html)
