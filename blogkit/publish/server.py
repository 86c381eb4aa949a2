"""Serve a built site the way GitHub Pages does, so that what works here works there."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote, unquote

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".ipynb": "application/octet-stream",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "application/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "application/javascript; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
_NAMES = ("localhost", "127.0.0.1", "[::1]")
_PACKED = ("text/", "application/j", "application/xml", "application/manifest", "image/svg")


@dataclass(frozen=True)
class Answer:
    """What the server says to one address: a file with its status, or where to go instead."""

    status: int
    file: Path | None = None
    location: str = ""


def answer(site: Path, prefix: str, target: str) -> Answer:
    """Answer a request's ``target`` for a site published below ``prefix`` (such as ``/repo/``; ``/``: at the root).

    As on GitHub Pages: names are compared byte for byte on every system, ``/page`` is ``/page.html``, ``/dir/`` its
    ``index.html`` and ``/dir`` leads there; no folder is listed; anything else is ``404.html`` with status 404.
    """
    path = unquote(target.partition("?")[0])
    if path + "/" == prefix:
        return Answer(301, location=prefix)
    if not path.startswith(prefix):
        return Answer(404)
    parts = path[len(prefix) :].split("/")
    *folders, name = parts
    folder = _exact(site, folders)
    file = None
    if folder and name:
        file = _file(folder, name) or _file(folder, f"{name}.html")
        if not file and (inner := _exact(folder, [name])) and inner.is_dir():
            return Answer(301, location=quote(f"{path}/"))
    elif folder:
        file = _file(folder, "index.html")
    if file:
        return Answer(200, file)
    return Answer(404, _file(site, "404.html"))


def content_type(file: Path) -> str:
    """Return the ``Content-Type`` of a file."""
    return _TYPES.get(file.suffix.lower(), "application/octet-stream")


class Handler(BaseHTTPRequestHandler):
    """Answer requests for one site; :mod:`blogkit.preview` adds what a preview needs."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: apart, the second waits 40 ms for an answer to the first

    def __init__(self, site: Path, prefix: str, *arguments: object) -> None:
        self.site, self.prefix = site, prefix
        super().__init__(*arguments)  # type: ignore[arg-type]

    def handle(self) -> None:
        """Answer until the browser goes, be it in the middle of an answer."""
        with suppress(ConnectionError):
            super().handle()

    def parse_request(self) -> bool:
        """Refuse to answer to a stranger's name: it may lead here, and its pages would read what is served."""
        if not super().parse_request():
            return False
        port = self.connection.getsockname()[1]
        known = {f"{name}{end}" for name in _NAMES for end in ("", f":{port}")}
        if {host.strip().lower() for host in self.headers.get_all("Host", [""])} <= known:
            return True
        self.close_connection = True
        self.reply(421, b"421: this site answers to localhost only\n", "text/plain; charset=utf-8")
        return False

    def do_GET(self) -> None:
        """Send what :func:`answer` says."""
        found = answer(self.site, self.prefix, self.path)
        if found.location:
            self.reply(found.status, b"", location=found.location)
        elif found.file:
            self.reply(found.status, self.page(found.file), content_type(found.file))
        else:
            self.reply(found.status, b"404: nothing is here\n", "text/plain; charset=utf-8")

    do_HEAD = do_GET

    def page(self, file: Path) -> bytes:
        """Return the bytes to send for a file."""
        return file.read_bytes()

    def reply(self, status: int, body: bytes, kind: str = "", location: str = "") -> None:
        """Send one whole answer, compressed where the browser and GitHub Pages would have it so."""
        self.send_response(status)
        if kind.startswith(_PACKED) and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        if kind:
            self.send_header("Content-Type", kind)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", self.caching)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    caching = "max-age=600"

    def log_message(self, *_: object) -> None:
        """Stay silent: requests are no news."""


@dataclass
class Server:
    """A site that is being served; ``home`` is the address of its home page."""

    http: ThreadingHTTPServer
    prefix: str
    home: str = field(init=False)

    def __post_init__(self) -> None:
        self.home = f"http://127.0.0.1:{self.http.server_port}{self.prefix}"


@contextmanager
def serving(site: Path, prefix: str = "/", port: int = 0, handler: type[Handler] = Handler) -> Iterator[Server]:
    """Serve ``site`` on this machine alone while the block runs (``port`` 0: any that is free)."""
    with ThreadingHTTPServer(("127.0.0.1", port), partial(handler, site, prefix)) as http:
        http.daemon_threads = True
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Server(http, prefix)
        finally:
            http.shutdown()
            thread.join()


def _exact(folder: Path, names: list[str]) -> Path | None:
    """Walk down from ``folder`` by names that exist in exactly this spelling; no link is followed."""
    for name in names:
        if name in ("", ".", "..") or not folder.is_dir() or name not in os.listdir(folder):  # noqa: PTH208
            return None
        folder /= name
        if folder.is_symlink():  # no built site has any: this one leads elsewhere
            return None
    return folder


def _file(folder: Path, name: str) -> Path | None:
    found = _exact(folder, [name])
    return found if found and found.is_file() else None
