"""Preview the blog while it is written."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from watchfiles import watch

from ..language import _
from ..publish.server import serving
from . import SITE
from .rebuild import Rebuilder
from .reload import News, PreviewHandler
from .sources import Sources


def serve(
    root: Path,
    generated: Callable[[], set[str]],
    port: int = 8000,
    log: Callable[[str], None] = print,
    stop: threading.Event | None = None,
) -> None:
    """Preview the blog in ``root`` until Ctrl-C or ``stop``; ``generated`` names the files that posts write."""
    news, builder = News(), Rebuilder(root, log)
    handler = type("PreviewHandler", (PreviewHandler,), {"news": news})
    try:
        with serving(root / SITE, port=port, handler=handler) as server:
            log(_("preview: {address} (Ctrl-C ends it)").format(address=server.home))
            _build(builder, news, log)
            # A change during a build is waited for by the watcher and comes right after it.
            for changes in watch(
                root, watch_filter=Sources(root, generated), debounce=200, step=50, stop_event=stop, rust_timeout=500
            ):
                names = sorted({os.path.relpath(path, root) for __, path in changes})
                changed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
                log(_("changed: {names}").format(names=changed))
                _build(builder, news, log)
    except KeyboardInterrupt:
        log("")
    finally:
        builder.close()


def _build(builder: Rebuilder, news: News, log: Callable[[str], None]) -> None:
    started = time.monotonic()
    fault, is_new = builder.build()
    news.tell(fault, is_new)
    if fault:
        log(fault if is_new else "\n".join((fault, _("not built"))))
    else:
        log(_("built in {seconds:.1f} s").format(seconds=time.monotonic() - started))
