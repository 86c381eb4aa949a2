"""Where the blog stands on the web and what it is called. Plain values, no Sphinx."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from ..errors import AuthorError, Fault
from ..language import ENGLISH, _, language_code
from ..text import nfc
from .licence import Licence, licence_of
from .settings import CONFIG, Settings

LOCAL = "http://localhost:8000/"
"""Stands in for the address where one is needed and none is known, so that a local build's feeds are valid."""
VARIABLE = "BLOG_BASEURL"
_HOST = re.compile(r"[\w.-]+(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?")
_SAFE = "/:@!$&'()*+,;=~"


@dataclass(frozen=True)
class Site:
    """What every page, feed and card says of the blog as a whole."""

    title: str
    base: str = ""
    """The home page's absolute address, ending in ``/``; empty: not known."""
    author: str = ""
    description: str = ""
    language: str = ENGLISH
    origin: str = ""
    """The address that the blog had first: feed readers know the posts by it (``blog_origin``)."""
    feed_entries: int = 20
    icon: bool = False
    """Whether ``images/favicon.svg`` and ``images/favicon.png`` (180 × 180) are there."""
    favicon: str = ""
    """The path of the icon instead of those."""
    mark: bytes = field(default=b"", repr=False)
    """The icon's file, which stands on cards if it is no SVG."""
    licence: Licence | None = None
    """Of the texts."""

    @property
    def picture(self) -> str:
        """The path of the picture that stands for the blog in feeds; empty: there is none."""
        return self.favicon or "images/favicon.png" * self.icon

    @property
    def path(self) -> str:
        """The home page's address on its host, such as ``/blog/``."""
        return urlsplit(self.base).path or "/"

    def url(self, path: str = "") -> str:
        """Return the absolute address of a path below the home page, percent-encoded."""
        return (self.base or LOCAL) + encode(path)

    def id(self, path: str = "") -> str:
        """Return the name by which feed readers know what stands at ``path``; it outlives a change of address."""
        return (self.origin or self.base or LOCAL) + encode(path)


def site_of(settings: Settings, environ: Mapping[str, str], root: Path) -> Site:
    """Return what the settings, the environment and the files say of the site; raise :class:`AuthorError`."""
    return Site(
        title=settings.title,
        base=base_url(settings.address, environ, root),
        author=settings.author,
        description=settings.description,
        language=language_code(settings.language),
        origin=_tidy(root / CONFIG, settings.origin),
        feed_entries=settings.feed_entries,
        icon=all((root / "images" / f"favicon.{suffix}").is_file() for suffix in ("svg", "png")),
        favicon=settings.favicon,
        mark=_read(root / (settings.favicon or "images/favicon.png")),
        licence=licence_of(settings.licence),
    )


def base_url(configured: str, environ: Mapping[str, str], root: Path) -> str:
    """Return the home page's absolute address, ending in ``/``, or an empty text when nothing tells it.

    The first of: ``html_baseurl`` in ``_config.yml``; the variable ``BLOG_BASEURL``, which the publishing workflow
    takes from the settings of GitHub Pages; the host in the file ``CNAME``. Raise :class:`AuthorError` for a bad one.
    """
    cname = root / "CNAME"
    host = " ".join(cname.read_text(encoding="utf-8", errors="replace").split()) if cname.is_file() else ""
    told = {
        root / CONFIG: configured.strip(),
        Path(f"${VARIABLE}"): environ.get(VARIABLE, "").strip(),
        cname: f"https://{host}/" if host else "",
    }
    place, address = next(((p, a) for p, a in told.items() if a), (root, ""))
    return _tidy(place, address)


def tidy_address(address: str) -> str:
    """Return the address of a site with ``/`` at its end; raise ``ValueError`` when it is none."""
    parts = urlsplit(address.strip())
    host = parts.netloc.lower()
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or parts.query or parts.fragment:
        message = _("{address!r} is no address of a site; write one such as https://example.com/blog/")
        raise ValueError(message.format(address=address))
    host = host.encode("idna").decode()
    path = quote(nfc(parts.path.strip("/")), safe=_SAFE + "%")
    return f"{parts.scheme}://{host}/{path}/" if path else f"{parts.scheme}://{host}/"


def encode(path: str) -> str:
    """Percent-encode a path below the site, with Hangul composed; a home page has no name."""
    path = nfc(path)
    path = re.sub(r"(^|/)index\.html$", r"\1", path)
    return quote(path, safe=_SAFE)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _tidy(place: Path, address: str) -> str:
    try:
        return tidy_address(address) if address else ""
    except ValueError as error:
        raise AuthorError([Fault(place, 0, str(error))]) from error
