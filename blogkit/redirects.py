"""Lead readers from a post's old addresses (``redirect_from``) to where it stands now.

sphinx-reredirects 1.1.0 (December 2025) was tried. Its redirects are a configuration value that makes Sphinx read all
documents again when one changes (a minute at 1,000 posts), its pages name no canonical address and need a script or
``<noscript>``, and it writes over a page that stands at the old address.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from .address import Site, encode
from .errors import AuthorError
from .posts import nfc
from .publish import write_if_changed

if TYPE_CHECKING:
    from .listing import Entry

_MARK = '<meta name="generator" content="blogkit redirect">'
_MOST = 8192
"""Bytes; no redirecting page is larger."""
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
{mark}
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={target}">
{canonical}<title>{title}</title>
</head>
<body><p><a href="{target}">{title}</a></p></body>
</html>
"""


def write_redirects(outdir: Path, entries: Iterable[Entry], site: Site) -> set[str]:
    """Write the redirecting pages and delete those of other builds; return their names.

    Raise :class:`AuthorError` where a page of the site stands already.
    """
    found = {file: entry for entry in entries for file in entry.post.redirect_from}
    faults = []
    for file, entry in found.items():
        target = outdir / file
        if target.is_file() and _MARK not in target.read_text(encoding="utf-8", errors="replace"):
            message = f"redirect_from: a page of the site stands at {file}; delete the line"
            faults.append(entry.post.fault("redirect_from", message))
            continue
        write_if_changed(target, _page(file, entry, site))
    if faults:
        raise AuthorError(faults)
    for page in outdir.rglob("*.html"):  # of lines that authors deleted
        name = nfc(page.relative_to(outdir).as_posix())
        if name not in found and page.stat().st_size < _MOST and _MARK in page.read_text(encoding="utf-8"):
            page.unlink()
    return set(found)


def _page(file: str, entry: Entry, site: Site) -> str:
    url = entry.post.url
    return _PAGE.format(
        language=escape(site.language),
        mark=_MARK,
        target=escape(encode(posixpath.relpath(url, posixpath.dirname(file) or "."))),
        canonical=f'<link rel="canonical" href="{escape(site.url(url))}">\n' if site.base else "",
        title=escape(entry.post.title),
    )
