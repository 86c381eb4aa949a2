"""Preview the blog while it is written: build, serve, and on each save build again and reload the open pages.

Drafts and posts of the future are shown, too, so the pages go to a folder of their own and never to the published site.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

from .posts import FOLDER
from .serving import Handler, serving

OUTPUT = "_build/preview"
SITE = f"{OUTPUT}/_build/html"
_EVENTS = "/__preview"
_SECONDS_PER_PING = 10.0
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# The imports take longer than the build of one changed page, so the next build's process makes them beforehand; none of
# the blog's own code, which may change.
_BUILDER = """
import gc, importlib, os, sys
from sphinx.application import builtin_extensions
book = "jupyter_book.cli.main", "jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx_external_toc", "sphinx_design"
for name in (*builtin_extensions, *book, "nbclient", "numpy", "lxml.html", "PIL.Image", "filelock"):
    importlib.import_module(name)
gc.freeze()
gc.set_threshold(100_000, 20, 20)
sys.stdin.readline()
from jupyter_book.cli.main import main
sys.argv[0] = "jupyter-book"
try:
    main()
except SystemExit as end:
    code = end.code or 0
    if isinstance(code, str):
        print(code)
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 1)  # tidying up takes as long as writing the page
"""
_SCRIPT = (Path(__file__).parent / "preview.js").read_text(encoding="utf-8")
_WAITING = "<!doctype html><meta charset=utf-8><title>…</title><p>첫 사이트를 만들고 있습니다.</p>"


class News:
    """The number of the last build and what went wrong in it, for any number of waiting pages."""

    def __init__(self) -> None:
        self.number, self.fault = 0, ""
        self._changed = threading.Condition()

    def tell(self, fault: str) -> None:
        """Say that a build ended: ``fault`` is empty where it went well."""
        with self._changed:
            self.number, self.fault = self.number + (not fault), fault
            self._changed.notify_all()

    def wait(self, seen: tuple[int, str], seconds: float) -> tuple[int, str]:
        """Return the news as soon as they are other than ``seen``, at the latest after ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: (self.number, self.fault) != seen, seconds)
            return self.number, self.fault


class Builder:
    """Builds the preview, each time in a process that was started, and warm, before it was needed."""

    def __init__(self, root: Path, log: Callable[[str], None] = print) -> None:
        self.root, self._log = root, log
        self._next = self._start()

    def build(self) -> str:
        """Build; return the last lines that were printed if it failed, and otherwise nothing."""
        process, lines = self._next, []
        assert process.stdin and process.stdout
        with process:
            process.stdin.write("go\n")
            process.stdin.close()
            for line in process.stdout:
                lines.append(_ANSI.sub("", line.rstrip()))
                if _worth_showing(lines[-1]):
                    self._log(lines[-1])
        self._next = self._start()
        if process.returncode == 0:
            return ""
        return "\n".join(filter(None, lines[-30:])) or "the build ended without a word"

    def close(self) -> None:
        """End the process that waits."""
        self._next.kill()
        self._next.communicate()

    def _start(self) -> subprocess.Popen[str]:
        arguments = ["build", "-W", "--keep-going", ".", "--path-output", OUTPUT]
        return subprocess.Popen(
            [sys.executable, "-c", _BUILDER, *arguments],
            cwd=self.root,
            env={**os.environ, "BLOG_PREVIEW": "1", "PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )


class Sources(DefaultFilter):
    """Lets through the files that an author writes: nothing generated, hidden or temporary."""

    def __init__(self, root: Path, generated: Callable[[], set[str]]) -> None:
        super().__init__()
        self._root, self._generated = root, generated

    def __call__(self, change: Change, path: str) -> bool:
        """Tell whether a changed path asks for a build."""
        try:
            name = Path(path).resolve().relative_to(self._root.resolve())
        except ValueError:
            return False
        hidden = any(part.startswith(".") for part in name.parts)
        if hidden or name.parts[:1] == ("_build",) or not super().__call__(change, path):
            return False
        return name.parts[:1] == (FOLDER,) or name.as_posix() not in self._generated()  # asking reads all posts


def serve(
    root: Path,
    generated: Callable[[], set[str]],
    port: int = 8000,
    log: Callable[[str], None] = print,
    stop: threading.Event | None = None,
) -> None:
    """Preview the blog in ``root`` until Ctrl-C or ``stop``; ``generated`` names the files that posts write."""
    news, builder = News(), Builder(root, log)
    handler = type("PreviewHandler", (_PreviewHandler,), {"news": news})
    try:
        with serving(root / SITE, port=port, handler=handler) as server:
            log(f"preview: {server.home} (Ctrl-C ends it)")
            _build(builder, news, log)
            # A change during a build is waited for by the watcher and comes right after it.
            for changes in watch(
                root, watch_filter=Sources(root, generated), debounce=200, step=50, stop_event=stop, rust_timeout=500
            ):
                names = sorted({os.path.relpath(path, root) for _, path in changes})
                log(f"changed: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")
                _build(builder, news, log)
    except KeyboardInterrupt:
        log("")
    finally:
        builder.close()


def with_script(page: bytes, number: int) -> bytes:
    """Return a page that reloads itself when a newer build than ``number`` is there."""
    tag = f"<script>{_SCRIPT.replace('EVENTS', json.dumps(f'{_EVENTS}?{number}'))}</script>".encode()
    before, body, after = page.rpartition(b"</body>")
    return before + tag + body + after if body else page + tag


def _build(builder: Builder, news: News, log: Callable[[str], None]) -> None:
    started = time.monotonic()
    fault = builder.build()
    news.tell(fault)
    log(f"{fault}\nnot built" if fault else f"built in {time.monotonic() - started:.1f} s")


def _worth_showing(line: str) -> bool:
    return bool(re.search(r"^executing \d|: (cell \d+/\d+|done|failed), ", line))


class _PreviewHandler(Handler):
    news: News
    caching = "no-store"

    def do_GET(self) -> None:
        """Send a page of the newest build, or the news themselves."""
        if self.path.partition("?")[0] == _EVENTS:
            self._stream()
        elif not self.site.is_dir():
            self.reply(200, with_script(_WAITING.encode(), self.news.number), "text/html; charset=utf-8")
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
                    data = {"reload": number != seen[0] and not fault, "fault": html.unescape(fault)}
                    self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
                    seen = news if fault else (number, "")
                self.wfile.flush()
        except OSError:  # the page was closed
            return
