"""Fetch what is published, so that a build can say what changes and carry the history of results on."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..files import write
from ..language import _, ngettext
from ..posts.post import is_post
from ..site.history import HISTORY, records

_ALWAYS = ("index.html", HISTORY)
_LOC = re.compile(r"<loc>\s*([^<\s]+)\s*</loc>")
_LIMIT = 50 << 20  # bytes; GitHub takes no page near it
_ATTEMPTS = 3
_HERE = ("127.0.0.1", "localhost")


def fetch_site(base: str, folder: Path, log: Callable[[str], None] = print, pause: float = 2.0) -> bool:
    """Copy the pages, records and history of the site at ``base`` to ``folder``; tell whether there is such a site.

    Only its own host is asked, and the one to which GitHub leads from ``….github.io`` (a custom domain), and only
    securely. What cannot be had stays as it is in ``folder``, and is said. Raises ``ValueError`` for an address that is
    none, and for a site that answers with something else than what it published.
    """
    base = _secure(base.rstrip("/") + "/")

    def one(name: str) -> bool:
        content = _get(base + name, pause)[0]
        if content is not None:
            path = folder / unquote(name)
            if fault := _fault(name, content, path):
                raise ValueError(_again(base + name, fault))
            write(path, content)
        return content is not None

    try:
        sitemap, address = _get(base + "sitemap.xml", pause)
        base = address.rpartition("/")[0] + "/"
        names = _names(sitemap.decode("utf-8"), base) if sitemap is not None else []
        if sitemap is not None and b"<urlset" not in sitemap:
            raise ValueError(_again(address, _("no sitemap")))
        with ThreadPoolExecutor(8) as pool:
            found = sum(pool.map(one, dict.fromkeys([*_ALWAYS, *names])))
    except IncompleteRead as error:
        raise ValueError(_again(base, _("it ends in the middle of a file"))) from error
    except (OSError, HTTPException, UnicodeDecodeError) as error:
        message = _("{address} cannot be read ({reason}): the history of results may start anew")
        log(message.format(address=base, reason=error))
        return False
    if found:
        message = ngettext("{address}: {number} file fetched", "{address}: {number} files fetched", found)
    else:
        message = _("nothing is published at {address}: a new history starts")
    log(message.format(address=base, number=found))
    return found > 0


def fetch_file(url: str, pause: float = 2.0) -> bytes | None:
    """Return what stands at ``url``, asked for securely; ``None`` if nothing does. Raises ``OSError``."""
    try:
        return _get(_secure(url), pause)[0]
    except HTTPException as error:  # such as a body that was cut
        message = _("{address} cannot be read ({reason})").format(address=url, reason=type(error).__name__)
        raise OSError(message) from error


def _secure(url: str) -> str:
    if urlsplit(url).hostname not in _HERE:
        url = url.replace("http://", "https://", 1)
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        message = _("{address!r} is no address of a site; write one such as https://example.com/blog/")
        raise ValueError(message.format(address=url))
    return url


def _again(address: str, fault: str) -> str:
    message = _("{address}: {fault}; what was fetched before stays. Fetch again")
    return message.format(address=address, fault=fault)


def _fault(name: str, content: bytes, path: Path) -> str:
    """Say why this cannot be what was published as ``name``; empty: it can. ``path`` holds what was fetched before."""
    if name == HISTORY and not any(line for __, line in records(content)):
        if content.strip() or (path.is_file() and path.stat().st_size):
            return _("no history of results")
    elif name.endswith(".json"):
        try:
            json.loads(content)
        except (ValueError, RecursionError):
            return _("no JSON")
    elif not content.strip():
        return _("an empty page")
    return ""


def _names(sitemap: str, base: str) -> Iterable[str]:
    """Yield the pages that a sitemap lists and the record beside each post."""
    path = urlsplit(base).path
    for address in _LOC.findall(sitemap):
        name = urlsplit(address).path.removeprefix(path)
        parts = unquote(name).split("/")
        if not name or ".." in parts or "" in parts or "\\" in name or not name.endswith(".html"):
            continue
        yield name
        if is_post(name):
            yield f"{name.removesuffix('.html')}.json"


def _get(url: str, pause: float) -> tuple[bytes | None, str]:
    """Return what stands at ``url``, ``None`` if nothing does, and where it led; try again where a server stumbles."""
    for attempt in range(_ATTEMPTS):
        try:
            with _OPENER.open(url, timeout=30) as answer:
                content: bytes = answer.read(_LIMIT)
                if answer.length:  # what is left of the announced length; reading in parts does not ask
                    raise IncompleteRead(content, answer.length)
                return content, answer.url
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                return None, error.url
            if error.code < 500 or attempt == _ATTEMPTS - 1:
                raise
        except (OSError, HTTPException):
            if attempt == _ATTEMPTS - 1:
                raise
        time.sleep(pause * 2**attempt)
    return None, url


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follow no redirect but a secure one that stays on its host or leaves ``….github.io``."""

    def redirect_request(self, request, fp, code, msg, headers, url):  # type: ignore[no-untyped-def]
        """Return the next request; raise ``URLError`` where it may not be made."""
        host, leading = urlsplit(url).hostname, urlsplit(request.full_url).hostname or ""
        if urlsplit(url).scheme != "https" and host not in _HERE:
            raise urllib.error.URLError(_("leads to {address}, which is not secure").format(address=url))
        if host != leading and not leading.endswith(".github.io"):
            message = _("leads to {address}, on another host; fetch from there")
            raise urllib.error.URLError(message.format(address=url))
        return super().redirect_request(request, fp, code, msg, headers, url)


_OPENER = urllib.request.build_opener(Redirects)
