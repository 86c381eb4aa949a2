"""The preview: drafts are shown, a save is built and reloads the page, a fault is shown in it."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Book, code, troubles_of
from playwright.sync_api import Browser, expect
from watchfiles import Change

from blogkit.preview import SITE
from blogkit.preview.loop import serve
from blogkit.preview.reload import News, PreviewHandler, with_script
from blogkit.preview.sources import Sources
from blogkit.publish.server import serving
from blogkit.web.policy import Allowed, with_policy


def test_a_page_carries_the_script_before_its_end() -> None:
    page = with_script(b"<body>x</body>\n", 7).decode()
    assert page == '<body>x<script src="/__preview.js?7"></script></body>\n'


@pytest.mark.parametrize(
    ("name", "asks"),
    [
        ("posts/2024-01-01-a.md", True),
        ("_config.yml", True),
        ("blogkit/render/theme/post.html", True),
        ("images/made.png", False),
        ("_build/html/index.html", False),
        (".git/index", False),
        ("posts/.2024-01-01-a.md.swp", False),
        ("posts/2024-01-01-a.md~", False),
        ("blogkit/__pycache__/x.pyc", False),
        ("../elsewhere.md", False),
    ],
)
def test_only_what_an_author_writes_asks_for_a_build(tmp_path: Path, name: str, asks: bool) -> None:
    filter_ = Sources(tmp_path, lambda: {"images/made.png"})
    assert filter_(Change.modified, str(tmp_path / name)) is asks


def test_news_wake_those_who_wait() -> None:
    news = News()
    threading.Timer(0.05, news.tell, ["", True]).start()
    started = time.monotonic()
    assert news.wait((0, ""), 10) == (1, "")
    assert time.monotonic() - started < 5
    assert news.wait((1, ""), 0.01) == (1, "")
    news.tell("broken", False)
    assert news.wait((1, ""), 10) == (1, "broken")


def test_what_is_served_is_never_kept_by_the_browser_and_pages_know_their_build(tmp_path: Path) -> None:
    news = News()
    news.tell("", True)
    with serving(tmp_path / "site", handler=type("Answering", (PreviewHandler,), {"news": news})) as server:
        for name, text in {"": "The first site", "index.html": "<p>글", "a.css": "p {}"}.items():
            if name:
                (tmp_path / "site").mkdir(exist_ok=True)
                (tmp_path / "site" / name).write_text(text, encoding="utf-8")
            with urllib.request.urlopen(server.home + name, timeout=10) as answer:
                assert answer.headers["Cache-Control"] == "no-store"
                body = answer.read().decode()
            assert text in body
            assert ('"/__preview.js?1"' in body) == (name != "a.css")
        with urllib.request.urlopen(f"{server.home}__preview.js?7", timeout=10) as answer:
            assert 'new EventSource("/__preview?7")' in answer.read().decode()
        stranger = urllib.request.Request(f"{server.home}__preview", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="421") as error:
            urllib.request.urlopen(stranger, timeout=10)
        error.value.close()


def test_a_page_reloads_itself_whatever_its_policy_forbids(tmp_path: Path, browser: Browser) -> None:
    news, file = News(), tmp_path / "index.html"
    file.write_text(with_policy("<head></head><body>one</body>", Allowed()), encoding="utf-8")
    with serving(tmp_path, handler=type("Answering", (PreviewHandler,), {"news": news})) as server:
        page = browser.new_page()
        troubles = troubles_of(page)
        page.goto(server.home)
        file.write_text(with_policy("<head></head><body>two</body>", Allowed()), encoding="utf-8")
        news.tell("", True)
        expect(page.locator("body")).to_have_text("two")
        news.tell("A fault", False)
        expect(page.get_by_role("alert")).to_have_text("A fault")
        assert [trouble for trouble in troubles if "Content Security Policy" in trouble] == []
        page.close()


def test_a_build_that_ends_while_a_page_is_read_reloads_it(tmp_path: Path) -> None:
    class Read(type(tmp_path)):  # type: ignore[misc]
        def read_bytes(self) -> bytes:
            news.tell("", True)
            return b"<p>"

    news = News()
    handler = PreviewHandler.__new__(PreviewHandler)
    handler.news = news
    assert b'"/__preview.js?0"' in handler.page(Read("a.html"))


class Preview:
    def __init__(self, book: Book) -> None:
        self.book, self.lines, self.stop = book, [], threading.Event()
        run = {"port": 0, "log": self.lines.append, "stop": self.stop}
        self.thread = threading.Thread(target=serve, args=(book.root, lambda: {"images/made.txt"}), kwargs=run)
        self.thread.start()
        self.home = self.wait_for("preview: ").split()[1]

    def wait_for(self, start: str, times: int = 1) -> str:
        end = time.monotonic() + 120
        while time.monotonic() < end and self.thread.is_alive():
            found = [line for line in self.lines if line.startswith(start)]
            if len(found) >= times:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(self.lines)

    def get(self, name: str) -> str:
        with urllib.request.urlopen(self.home + name, timeout=10) as answer:
            return answer.read().decode()

    def event(self, known: int) -> dict:
        with urllib.request.urlopen(f"{self.home}__preview?{known}", timeout=60) as stream:
            line = next(line for line in stream if line.startswith(b"data: "))
        return json.loads(line[6:])


@pytest.fixture
def preview(book: Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[Preview]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    source = "from pathlib import Path\nPath('images/made.txt').write_text('x')\nglue('answer', 42);"
    book.post("2024-01-01-run", code(source), outputs=["images/made.txt"])
    book.post("2024-01-02-draft", "초안입니다.\n", draft=True)
    preview = Preview(book)
    yield preview
    preview.stop.set()
    preview.thread.join(30)
    assert not preview.thread.is_alive()


@pytest.mark.slow
def test_a_save_is_built_and_reloads_the_page(preview: Preview) -> None:
    assert "The first site" in preview.get("")
    preview.wait_for("built")
    assert "초안입니다" in preview.get("posts/2024-01-02-draft.html")
    assert not preview.book.site.exists()  # what is published knows nothing of it
    assert any("done" in line for line in preview.lines)

    preview.lines.clear()
    preview.book.post("2024-01-02-draft", "고친 초안입니다.\n", draft=True)
    assert preview.event(1) == {"reload": True, "fault": ""}
    assert "고친 초안" in preview.get("posts/2024-01-02-draft.html")
    assert not any("executing" in line for line in preview.lines)

    preview.book.post("2024-01-02-draft", "x\n", dates="?")
    event = preview.event(2)
    assert event["reload"] is True
    assert event["fault"].startswith("posts/2024-01-02-draft.md:3: unknown key 'dates'")
    changed = [line for line in preview.lines if line.startswith("changed:")]
    assert changed == ["changed: posts/2024-01-02-draft.md"] * 2  # what a build writes is no change
    assert "unknown key 'dates'" in preview.get("posts/2024-01-02-draft.html")

    # Others are shown: with a fault of their code, and beside a warning of Sphinx.
    preview.book.post("2024-01-03-fails", code("print(x)"), outputs=["images/x.txt"])
    preview.book.post("2024-01-04-warns", "{unknown}`x`\n\nSome words.\n")
    preview.wait_for("posts/2024-01-02-draft.md:3", 2)
    event = preview.event(3)
    assert "posts/2024-01-03-fails.md:8: cell 1: NameError: name 'x' is not defined" in event["fault"]
    assert "2024-01-04-warns.md:5: WARNING: there is no role" in event["fault"]
    assert "NameError" in preview.get("posts/2024-01-03-fails.html")
    assert "Some words." in preview.get("posts/2024-01-04-warns.html")

    preview.book.post("2024-01-02-draft", "x\n", draft=True)
    preview.book.post("2024-01-03-fails", code("x = 1"))
    (preview.book.root / "posts/2024-01-04-warns.md").unlink()
    preview.wait_for("built", 2)
    assert "NameError" not in preview.get("posts/2024-01-03-fails.html")
    assert (preview.book.root / SITE / "index.html").is_file()


def test_what_stops_the_whole_preview_leaves_the_last_one(preview: Preview) -> None:
    preview.wait_for("built")
    preview.book.config(blog_jobs=-1)
    event = preview.event(1)
    assert event["reload"] is False
    assert event["fault"].startswith("_config.yml:")
    assert "초안입니다" in preview.get("posts/2024-01-02-draft.html")
