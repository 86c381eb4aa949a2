"""What an earlier version of the engine has built is carried on.

Each archive of ``upgrades/`` is a small book with all that the engine of that commit made of it.
"""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

import pytest
from conftest import Book

from blogkit.publish.server import serving
from blogkit.site.history import HISTORY

ADDRESS = "https://example.com/blog/"
POST = "2024-01-01-one"


def identities(feed: Path) -> list[str]:
    return re.findall(r"<(?:id|published)>[^<]*", feed.read_text(encoding="utf-8"))


@pytest.mark.parametrize("archive", sorted(Path(__file__).with_name("upgrades").iterdir()), ids=lambda path: path.name)
def test_nothing_is_lost_in_an_upgrade(book: Book, archive: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(book.root, filter="data")
    pages = {
        path.relative_to(book.site) for path in book.site.rglob("*.*") if path.suffix in (".html", ".xml", ".json")
    }
    known, history = identities(book.site / "feed.xml"), (book.site / HISTORY).read_text(encoding="utf-8")
    with serving(book.site, "/blog/") as server:  # what is published can be verified
        found = book.blogkit("verify", server.home)
        assert f"| {POST} | 1 same | same | " in found.stdout
    assert f"stale  {POST}" in book.blogkit("status").stdout

    assert "executing 1 post" in book.build(BLOG_BASEURL=ADDRESS)
    assert {page for page in pages if not (book.site / page).is_file()} == set()
    assert identities(book.site / "feed.xml") == known
    after = (book.site / HISTORY).read_text(encoding="utf-8")
    assert after.startswith(history)
    assert len(after.splitlines()) == len(history.splitlines()) + 1
    assert "executing" not in book.build(BLOG_BASEURL=ADDRESS)
