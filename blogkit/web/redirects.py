"""Lead readers from a post's old addresses (``redirect_from``) to where it stands now.

sphinx-reredirects 1.1.0 (December 2025) was tried. Its redirects are a configuration value that makes Sphinx read all
documents again when one changes (a minute at 1,000 posts), its pages name no canonical address and need a script or
``<noscript>``, and it writes over a page that stands at the old address.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from html import escape
from pathlib import Path, PurePosixPath

from ..errors import AuthorError
from ..files import write
from ..language import _
from ..site.address import Site, encode
from ..site.entry import Entry
from ..text import nfc
from .policy import NOTHING

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
{policy}
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={target}">
{canonical}<title>{title}</title>
</head>
<body><p><a href="{target}">{title}</a></p></body>
</html>
"""


def write_redirects(outdir: Path, entries: Iterable[Entry], site: Site, others: Iterable[str]) -> set[str]:
    """Write the redirecting pages and return their names; ``others`` are the names of the site's other files.

    Raise :class:`AuthorError` where one of those would be written over, or would have to be a folder, too.
    """
    found = {file: entry for entry in entries for file in entry.post.redirect_from}
    files = {nfc(name) for name in others}
    folders = {folder for name in (*files, *found) for folder in _folders(name)}
    taken = [file for file in sorted(found) if file in files | folders or not files.isdisjoint(_folders(file))]
    if taken:
        message = _("redirect_from: a page or a file of the site stands at {address}; delete the address")
        raise AuthorError([found[f].post.fault("redirect_from", message.format(address=f)) for f in taken])
    for file, entry in found.items():
        write(outdir / file, _page(file, entry, site))
    return set(found)


def _folders(name: str) -> list[str]:
    return list(map(str, PurePosixPath(name).parents))


def _page(file: str, entry: Entry, site: Site) -> str:
    url = entry.post.url
    return _PAGE.format(
        policy=NOTHING,
        language=escape(site.language),
        target=escape(encode(posixpath.relpath(url, posixpath.dirname(file) or "."))),
        canonical=f'<link rel="canonical" href="{escape(site.url(url))}">\n' if site.base else "",
        title=escape(entry.post.title),
    )
