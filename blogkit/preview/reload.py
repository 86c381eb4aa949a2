"""Tell open pages that a newer build is there, or what went wrong in it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from ..language import _
from ..publish.server import Handler

_EVENTS, _RELOAD = "/__preview", "/__preview.js"
_SECONDS_PER_PING = 10.0
_SCRIPT = (Path(__file__).parent / "reload.js").read_text(encoding="utf-8")
_WAITING = "<!doctype html><meta charset=utf-8><title>…</title><p>{}</p>"


class News:
    """The number of the last build and what went wrong in it, for any number of waiting pages."""

    def __init__(self) -> None:
        self.number, self.fault = 0, ""
        self._changed = threading.Condition()

    def tell(self, fault: str, is_new: bool) -> None:
        """Say that a build ended: ``fault`` is empty where it went well; whether there is a new site."""
        with self._changed:
            self.number, self.fault = self.number + is_new, fault
            self._changed.notify_all()

    def wait(self, seen: tuple[int, str], seconds: float) -> tuple[int, str]:
        """Return the news as soon as they are other than ``seen``, at the latest after ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: (self.number, self.fault) != seen, seconds)
            return self.number, self.fault


def with_script(page: bytes, number: int) -> bytes:
    """Return a page that reloads itself when a newer build than ``number`` is there."""
    tag = f'<script src="{_RELOAD}?{number}"></script>'.encode()  # a file, which the policy of every page lets run
    before, body, after = page.rpartition(b"</body>")
    return before + tag + body + after if body else page + tag


class PreviewHandler(Handler):
    """Serves the preview; ``news`` are those of its builds."""

    news: News
    caching = "no-store"

    def do_GET(self) -> None:
        """Send a page of the newest build, or the news themselves."""
        name, _query, number = self.path.partition("?")
        if name == _EVENTS:
            self._stream()
        elif name == _RELOAD:
            script = _SCRIPT.replace("EVENTS", json.dumps(f"{_EVENTS}?{number}"))
            self.reply(200, script.encode(), "text/javascript; charset=utf-8")
        elif not self.site.is_dir():
            page = _WAITING.format(_("The first site is being made."))
            self.reply(200, with_script(page.encode(), self.news.number), "text/html; charset=utf-8")
        else:
            super().do_GET()

    do_HEAD = do_GET

    def page(self, file: Path) -> bytes:
        """Return a file, with the reloading script if it is a page."""
        number = self.news.number  # before reading: a page that is older than its number would never reload
        content = file.read_bytes()
        return with_script(content, number) if file.suffix == ".html" else content

    def _stream(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        known = self.path.partition("?")[2]
        seen = (int(known) if known.isdigit() else self.news.number, "")
        try:
            while True:
                news = self.news.wait(seen, _SECONDS_PER_PING)
                if news == seen:
                    self.wfile.write(b": still here\n\n")
                else:
                    number, fault = news
                    data = {"reload": number != seen[0], "fault": fault}
                    self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
                    seen = news
                self.wfile.flush()
        except OSError:  # the page was closed
            return
