"""What is published is fetched, so that a build can say what changes and carry the history on."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote
from urllib.request import Request

import pytest

from blogkit.cli import main
from blogkit.publish.fetch import Redirects, fetch_site
from blogkit.publish.server import Handler, serving

SITEMAP = "<urlset>{}</urlset>"
RECORD = '{"executed": "2024-01-01T00:00:00+00:00", "key": "k", "post": "posts/a", "seconds": 1, "values": {}}\n'


def loc(base: str, *names: str) -> str:
    return SITEMAP.format("".join(f"<url><loc> {base}{name} </loc></url>" for name in names))


def fetch(base: str, folder: Path) -> tuple[bool, str, set[str]]:
    lines: list[str] = []
    found = fetch_site(base, folder, lines.append, pause=0.01)
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return found, "\n".join(lines), files


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("index.html", "about.html", "posts/글.html", "posts/글.json", "results-history.jsonl", "big.bin"):
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        content = RECORD if name.endswith(".jsonl") else "{}" if name.endswith(".json") else name
        (tmp_path / "site" / name).write_text(content, encoding="utf-8")
    return tmp_path / "site"


def test_fetches_pages_records_and_history(site: Path, tmp_path: Path) -> None:
    names = ("", "about.html", "posts/%EA%B8%80.html", "gone.html", "../secret.html", "big.bin")
    (site / "sitemap.xml").write_text(loc("https://old.example/repo/", *names).replace("https://old.example", ""))
    (tmp_path / "secret.html").write_text("")
    with serving(site, "/repo/") as server:
        found, said, files = fetch(server.home.rstrip("/"), tmp_path / "copy" / "inner")
    assert found
    assert files == {"index.html", "about.html", "posts/글.html", "posts/글.json", "results-history.jsonl"}
    assert "5 files" in said


def test_writes_nothing_outside_its_folder(tmp_path: Path) -> None:
    names = ("../a.html", "x/..%2F../../b.html", "%2E%2E/c.html", "posts//d.html", "/e.html", "..\\f.html")

    class Answering(Handler):
        def do_GET(self) -> None:
            self.reply(404 if self.path.endswith(".jsonl") else 200, loc("/", *names).encode())

    with serving(tmp_path, handler=Answering) as server:
        fetch(server.home, tmp_path / "copy")
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()} == {"copy/index.html"}


def test_nothing_published_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with serving(tmp_path / "empty") as server:
        found, said, _ = fetch(server.home, tmp_path / "copy")
    assert (found, "a new history starts" in said) == (False, True)


def test_no_network_is_no_failure_and_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "results-history.jsonl").write_text("kept")
    found, said, files = fetch("http://127.0.0.1:9/", tmp_path)
    assert (found, "cannot be read" in said, files) == (False, True, {"results-history.jsonl"})


def test_a_server_that_stumbles_is_asked_again(site: Path, tmp_path: Path) -> None:
    stumbled = set()

    class Stumbling(Handler):
        def do_GET(self) -> None:
            if self.path in stumbled:
                super().do_GET()
            else:
                stumbled.add(self.path)
                self.reply(503, b"")

    with serving(site, handler=Stumbling) as server:
        found, _, files = fetch(server.home, tmp_path / "copy")
    assert (found, files) == (True, {"index.html", "results-history.jsonl"})


PAGE = b"<!doctype html><title>Sign in</title>"


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("results-history.jsonl", (RECORD * 25).encode(), "ends in the middle of a file"),
        ("results-history.jsonl", PAGE, "results-history.jsonl: no history of results"),
        ("results-history.jsonl", b"", "results-history.jsonl: no history of results"),
        ("results-history.jsonl", b"\xff\0" * 99, "results-history.jsonl: no history of results"),
        ("posts/%EA%B8%80.json", PAGE, ".json: no JSON"),
        ("about.html", b" ", "about.html: an empty page"),
        ("sitemap.xml", PAGE, "sitemap.xml: no sitemap"),
        ("sitemap.xml", b"<urlset>", "ends in the middle of a file"),
    ],
)
def test_what_is_not_what_was_published_is_refused(
    site: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    answer: bytes,
    said: str,
) -> None:
    """Cut short, or the page of someone in between: the old file stays, and the exit code says so."""
    old = {"results-history.jsonl": RECORD * 50, "posts/글.json": '{"old": 1}', "about.html": "old"}
    for path, text in old.items():
        (tmp_path / "copy" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / path).write_text(text, encoding="utf-8")

    class Answering(Handler):
        def do_GET(self) -> None:
            if self.path != f"/{name}":
                super().do_GET()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(2 * len(answer) if "middle" in said else len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with serving(site, handler=Answering) as server:
        (site / "sitemap.xml").write_text(loc(server.home, "", "about.html", "posts/%EA%B8%80.html"))
        monkeypatch.setattr(time, "sleep", lambda _: None)
        assert main(["fetch", server.home, str(tmp_path / "copy")]) == 1
    errors = capsys.readouterr().err
    assert said in errors
    assert "what was fetched before stays" in errors
    path = unquote(name)
    assert path not in old or (tmp_path / "copy" / path).read_text(encoding="utf-8") == old[path]


@pytest.mark.parametrize(("status", "whole"), [(404, True), (410, True), (403, False), (500, False)])
def test_a_page_that_is_gone_is_no_failure_and_one_that_is_refused_is(
    site: Path, tmp_path: Path, status: int, whole: bool
) -> None:
    class Answering(Handler):
        def do_GET(self) -> None:
            if self.path == "/about.html":
                self.reply(status, b"")
            else:
                super().do_GET()

    with serving(site, handler=Answering) as server:
        (site / "sitemap.xml").write_text(loc(server.home, "", "about.html"))
        found, said, files = fetch(server.home, tmp_path / "copy")
    assert (found, "cannot be read" in said) == (whole, not whole)
    assert "about.html" not in files


def test_is_not_led_to_an_insecure_place(tmp_path: Path) -> None:
    class Leading(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://elsewhere.example/")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Leading) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found, said, files = fetch(f"http://127.0.0.1:{server.server_port}/", tmp_path)
        server.shutdown()
    assert (found, files) == (False, set())
    assert "not secure" in said


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("https://user.github.io/repo/a", "https://blog.example/a", ""),
        ("https://blog.example/a", "https://blog.example/b", ""),
        ("https://blog.example/a", "https://elsewhere.example/a", "another host"),
        ("https://github.io.example/a", "https://elsewhere.example/a", "another host"),
        ("http://127.0.0.1/a", "http://localhost/a", "another host"),
        ("https://user.github.io/repo/a", "http://blog.example/a", "not secure"),
    ],
)
def test_leaves_its_host_only_for_a_custom_domain(old: str, new: str, why: str) -> None:
    with pytest.raises(URLError, match=why) if why else nullcontext():
        Redirects().redirect_request(Request(old), None, 301, "", {}, new)


def test_follows_a_site_to_where_it_stands_now(site: Path, tmp_path: Path) -> None:
    class Moved(Handler):
        def do_GET(self) -> None:
            if self.path.startswith("/repo/"):
                self.reply(301, b"", location=self.path.removeprefix("/repo"))
            else:
                super().do_GET()

    (site / "sitemap.xml").write_text(loc("https://blog.example/", "", "about.html"))
    with serving(site, handler=Moved) as server:
        _, _, files = fetch(f"{server.home}repo/", tmp_path / "copy")
    assert files == {"index.html", "about.html", "results-history.jsonl"}


@pytest.mark.parametrize("address", ["", "/etc", "file:///etc/", "ftp://example.com/"])
def test_refuses_what_is_no_address(tmp_path: Path, address: str) -> None:
    with pytest.raises(ValueError, match="no address of a site"):
        fetch_site(address, tmp_path)
