"""Walk through a site as it is served and report everything in it that does not answer."""

from __future__ import annotations

import http.client
import re
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from lxml import etree, html

from ..language import _
from ..site.address import LOCAL
from ..text import shorten
from ..web.policy import blocked
from .links import Reference, references
from .server import serving

_START = ("", "404.html", "robots.txt", "sitemap.xml")
_MISSING = "no/such/page"


@dataclass
class Crawl:
    """What a walk through a site found; ``faults`` is empty for a good site."""

    faults: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    """The addresses, relative to the home page, that answered with status 200."""
    outside: dict[str, str] = field(default_factory=dict)
    """Address on another host → the page that links to it."""


@dataclass
class _Answer:
    status: int
    kind: str
    body: bytes
    location: str = ""


def crawl_site(site: Path, base: str = "", hosts: Collection[str] = ()) -> Crawl:
    """Serve ``site`` below the path of its published address ``base`` (default: as its home page says) and crawl it.

    ``hosts`` are the other ones that pages may ask.
    """
    base = base or published_address(site)
    with serving(site, urlsplit(base).path or "/") as server:
        return _Crawler(server.home, base, hosts).run()


def published_address(site: Path) -> str:
    """Return the address that the home page calls its own (``rel=canonical``), ending in ``/``, or ``""``."""
    home = site / "index.html"
    tree = html.fromstring(home.read_bytes()) if home.is_file() else None
    found = tree.xpath("//link[@rel='canonical']/@href") if tree is not None else []
    address = str(found[0]).removesuffix("index.html") if found else ""
    return address if urlsplit(address).netloc and address != LOCAL else ""


class _Crawler:
    def __init__(self, home: str, base: str, hosts: Collection[str]) -> None:
        self.home, self.base, self.hosts = home, base, hosts
        self.result = Crawl()
        self.pages: dict[str, _Answer] = {}
        self.anchors: dict[str, set[str]] = {}
        parts = urlsplit(home)
        self.host = parts.netloc
        self.connection = http.client.HTTPConnection(parts.netloc, timeout=30)

    def run(self) -> Crawl:
        """Visit everything that can be reached and check each reference once for each page."""
        todo = deque(self.home + name for name in _START)
        seen = set(todo)
        while todo:
            url = todo.popleft()
            page = self._get(url)
            if page.status != 200:
                if url == self.home:
                    self.result.faults.append(_("the home page does not exist"))
                continue
            self._check_policy(url, page)
            feed = _is_feed(page)
            for reference in self._references(url, page):
                if feed and not re.match(r"\s*[A-Za-z][\w+.-]*:", reference.address):
                    message = _("{address} is relative, which feed readers cannot follow")
                    self._fault(url, message.format(address=reference.address))
                target = self._check(url, reference)
                if target and target not in seen:
                    seen.add(target)
                    todo.append(target)
        self._check_not_found()
        self.connection.close()
        self.result.answered = {unquote(u.removeprefix(self.home)) for u, p in self.pages.items() if p.status == 200}
        return self.result

    def _references(self, url: str, page: _Answer) -> list[Reference]:
        try:
            return list(dict.fromkeys(references(page.kind, page.body)))
        except (etree.LxmlError, ValueError, KeyError) as error:
            self._fault(url, _("cannot be read: {reason}").format(reason=error))
            return []

    def _check(self, source: str, reference: Reference) -> str:
        """Report what is wrong with one reference; return the address to visit, if it lies in the site."""
        address, loads = reference.address.strip(), reference.loads
        if re.match(r"(?i)(data|mailto|tel|javascript|blob|about):", address):
            if address.lower().startswith("javascript:"):
                self._fault(source, _("a script as an address: {address}").format(address=address))
            return ""
        try:
            url = self._here(urljoin(source, address))
            parts = urlsplit(url)
        except ValueError as error:
            self._fault(source, _("{address} is no address: {reason}").format(address=address, reason=error))
            return ""
        if parts.netloc != self.host:
            if self.base.startswith("https:") and url.startswith(self.base.replace("https:", "http:", 1)):
                message = _("{address} is not secure; the site is published under https")
                self._fault(source, message.format(address=address))
            elif loads and parts.netloc not in self.hosts:
                self._fault(source, _("loads {address} from another host").format(address=address))
            else:
                self.result.outside.setdefault(address, self._name(source))
            return ""
        url, fragment = urldefrag(url)
        if not url.startswith(self.home):
            self._fault(source, _("{address} leaves the site's folder").format(address=address))
            return ""
        page = self._get(url)
        if page.location:
            url = urljoin(url, page.location)
            page = self._get(url)
        if page.status != 200 and url != source:  # the page for unknown addresses may point into itself
            self._fault(source, _("{address} answers {status}").format(address=address, status=page.status))
            return ""
        fragment = unquote(fragment).partition(":~:")[0]
        marked = page.kind.startswith(("text/html", "image/svg"))
        if marked and fragment not in ("", "top") and fragment not in self._ids(url, page):
            self._fault(source, _("{address}: no such place on that page").format(address=address))
        return url

    def _check_not_found(self) -> None:
        """See that the page for unknown addresses works from any depth."""
        url = self.home + _MISSING
        page = self._get(url)
        if page.status != 404:
            self._fault(url, _("an unknown address answers {status}, not 404").format(status=page.status))
        if not page.kind.startswith("text/html"):
            self._fault(url, _("there is no 404.html"))
        else:
            for reference in self._references(url, page):
                self._check(url, reference)

    def _check_policy(self, url: str, page: _Answer) -> None:
        """See that a page runs what stands in it: something may have been put in after the build."""
        for script in blocked(page.body.decode("utf-8", "replace")) if page.kind.startswith("text/html") else ():
            message = _("its content security policy blocks a script that stands in it: {script}")
            self._fault(url, message.format(script=shorten(script)))

    def _here(self, url: str) -> str:
        """Turn an address of the published site into that of the served one."""
        for base in (self.base, LOCAL):
            if base and (url + "/").startswith(base):
                return self.home + url[len(base) :]
        return url

    def _get(self, url: str) -> _Answer:
        if url not in self.pages:
            target = quote(urlsplit(url).path, safe="/%:@!$&'()*+,;=~")
            self.connection.request("GET", target)
            answer = self.connection.getresponse()
            kind, location = answer.headers.get("Content-Type", ""), answer.headers.get("Location", "")
            self.pages[url] = _Answer(answer.status, kind, answer.read(), location)
        return self.pages[url]

    def _ids(self, url: str, page: _Answer) -> set[str]:
        if url not in self.anchors:
            tree = html.document_fromstring(page.body or b"<p>", parser=html.HTMLParser(encoding="utf-8"))
            self.anchors[url] = {str(name) for name in tree.xpath("//@id | //a/@name")}
        return self.anchors[url]

    def _name(self, url: str) -> str:
        return unquote(url.removeprefix(self.home)) or "index.html"

    def _fault(self, source: str, message: str) -> None:
        line = f"{self._name(source)}: {unquote(message)}"
        if line not in self.result.faults:
            self.result.faults.append(line)


def _is_feed(page: _Answer) -> bool:
    return b"jsonfeed.org" in page.body[:200] or b"<feed" in page.body[:1000] or b"<rss" in page.body[:1000]
