"""Say in each page what its browser may run and load: a content security policy of what stands in the page.

An element, as GitHub Pages sends no header. It is made of the finished page, so that nothing in it can be forgotten.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from lxml import etree, html

NOTHING = (
    """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'">"""
)
"""For pages that load nothing."""
GISCUS = "giscus.app"
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">\n')
_HEAD = re.compile(r"<head\b[^>]*>\s*(?:<meta charset[^>]*>\s*)?", re.IGNORECASE)
_EVALS = re.compile(r"""\beval\s*\(|\bFunction\s*\(|\bset(?:Timeout|Interval)\s*\(\s*["'`]|\bWebAssembly\b""")
"""How scripts make code of texts."""
_BOKEH_EVALS = re.compile(r'"CustomJS|"webgl"')
_PLOTLY_EVALS = {"scattergl", "scatterpolargl", "splom", "parcoords"}
"""Kinds that are drawn with regl, as what Bokeh draws with WebGL."""
_PAGE = re.compile(r"\s*data:text/html((?:;[\w=.-]+)*),(.*)", re.DOTALL | re.IGNORECASE)
_PARSER = html.HTMLParser(encoding="utf-8", huge_tree=True)


@dataclass(frozen=True)
class Allowed:
    """What the author lets pages do besides what the engine has in them."""

    hosts: tuple[str, ...] = ()
    """Those that pages may ask; the last is the site's own, which is another one in a preview."""
    everywhere: tuple[str, ...] = ()
    """Those of them that the author's own style sheets and scripts name."""
    evals: bool = False
    """Whether those scripts make code of texts."""


def allowed(hosts: Iterable[str], own: str, files: Mapping[str, Path]) -> Allowed:
    """Return what the ``hosts`` and the ``files`` of the author's own look want; ``own`` is the site's host."""
    known = tuple(dict.fromkeys(filter(None, (*hosts, own))))
    texts = {n: f.read_text("utf-8", "replace") for n, f in files.items() if f.suffix in (".css", ".js")}
    named = tuple(host for host in known if any(host in text for text in texts.values()))
    return Allowed(known, named, any(_EVALS.search(text) for name, text in texts.items() if name.endswith(".js")))


def with_policy(page: str, allowed: Allowed) -> str:
    """Return a finished page with its policy before all that it governs; one that it had is replaced."""
    page = _POLICY.sub("", page, count=1)
    content = escape(_policy(page, allowed), quote=False).replace('"', "&quot;")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{content}">\n'
    return _HEAD.sub(lambda head: head[0] + policy, page, count=1)


def blocked(page: str) -> list[str]:
    """Return the scripts in a page that its own policy does not let run."""
    if not (policy := _POLICY.search(page)):
        return []
    needs = _needs(page)
    return [text for text in (*needs.scripts, *needs.handlers) if _hash(text) not in policy[1]]


@dataclass
class _Needs:
    """What stands in a page, in its figures and its frames; texts are keys, in their order."""

    scripts: dict[str, None] = field(default_factory=dict)
    handlers: dict[str, None] = field(default_factory=dict)
    forms: dict[str, None] = field(default_factory=dict)
    objects: bool = False
    written_out: bool = False
    """Frames whose page is their address."""
    foreign: bool = False
    """Scripts or styles of others: whom they ask is not known."""
    evals: bool = False
    drawn: bool = False
    """Figures that a library draws, some with workers."""

    def add(self, text: str, *, inner: bool) -> None:
        """Go through a page, or what is a page within one."""
        tree = html.document_fromstring(f"<p></p>{text}".encode() if inner else text.encode(), parser=_PARSER)
        own = set() if inner else {*tree.iterfind("head/script")}
        for element in tree.iter(etree.Element):
            self.handlers |= {_lines(v): None for name, v in element.items() if name.startswith("on")}
            if element.tag == "script":
                self._add_script(element, is_own=element in own)
            elif element.tag == "link":
                self.foreign |= element.get("rel") == "stylesheet" and bool(_split(element.get("href", ""))[1])
            elif element.tag in ("object", "embed"):
                self.objects = True
            elif element.tag == "iframe":
                self.written_out |= element.get("src", "").lstrip().startswith("data:")
            for address in (element.get("formaction"), element.get("action") if element.tag == "form" else None):
                scheme, host = _split(address or "")
                if scheme or host:
                    self.forms[f"{scheme}:" * bool(scheme) + "//" * bool(scheme and host) + host] = None
            for page in filter(None, (element.get("srcdoc"), _written_out(element.get("src", "")))):
                self.add(page, inner=True)  # a frame without an address of its own has the policy of its page

    def _add_script(self, element: html.HtmlElement, *, is_own: bool) -> None:
        source, text = element.get("src", ""), element.text or ""
        if source:
            foreign = not is_own or bool(_split(source)[1])
            self.foreign, self.evals = self.foreign or foreign, self.evals or foreign
        elif "json" not in element.get("type", ""):
            self.scripts[_lines(text)] = None
            self.foreign, self.evals = self.foreign or not is_own, self.evals or bool(_EVALS.search(text))
        elif (place := element.getparent()) is not None and (library := place.get("data-library")):
            self.drawn = True
            if library == "html":
                self.add(json.loads(text), inner=True)
            elif library == "bokeh":
                self.evals = self.evals or bool(_BOKEH_EVALS.search(text))
            elif library == "plotly":
                kinds = {trace.get("type") for trace in json.loads(text).get("data", ())}
                self.evals = self.evals or bool(kinds & _PLOTLY_EVALS)


def _needs(page: str) -> _Needs:
    needs = _Needs()
    needs.add(page, inner=False)
    return needs


def _policy(page: str, allowed: Allowed) -> str:
    needs, body = _needs(page), page.partition("</head>")[2].lower()
    # Where a page asks a host, that may send on to another one.
    asks = needs.foreign or any(host in allowed.everywhere or host in body for host in allowed.hosts)
    others = allowed.hosts * asks
    # With http a host may be asked either way, as where a preview stands; under https browsers ask no http.
    asked = [f"http://{host}" for host in others]
    comments = [f"https://{GISCUS}"] * ("data-giscus=" in body)
    scripts = asked if needs.foreign else [f"http://{host}" for host in allowed.everywhere]
    evals = ["'unsafe-eval'"] * (needs.evals or allowed.evals)
    rules = {
        "default-src": ["'self'", "data:", "blob:", *asked],
        "script-src": ["'self'", *map(_hash, needs.scripts), *scripts, *comments, *evals],
        "script-src-attr": ["'unsafe-hashes'", *map(_hash, needs.handlers)] * bool(needs.handlers),
        "worker-src": ["'self'", "blob:"] * (needs.drawn or needs.foreign),
        "style-src": ["'self'", "'unsafe-inline'", *asked, *comments],
        "frame-src": ["'self'", *["data:", "blob:"] * (needs.foreign or needs.written_out), *asked, *comments],
        "object-src": ["'self'", *asked] if needs.objects else ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'", *needs.forms],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items() if sources)


def _split(address: str) -> tuple[str, str]:
    """Return scheme and host of an address, each empty where there is none."""
    try:
        parts = urlsplit(address)
    except ValueError:  # no browser goes there
        return "", ""
    return parts.scheme, parts.netloc


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _lines(text: str) -> str:
    """Return a text with the ends of lines that browsers read."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _written_out(address: str) -> str:
    """Return the page that an address is; empty: it is none."""
    if not (found := _PAGE.fullmatch(address)):
        return ""
    body = unquote_to_bytes(found[2])
    with suppress(binascii.Error):  # no browser reads it either
        body = base64.b64decode(body) if "base64" in found[1] else body
    return body.decode("utf-8", "replace")
