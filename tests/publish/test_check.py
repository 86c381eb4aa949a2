"""The site as readers get it: served by GitHub Pages' rules below a sub-path, every address in it answers."""

from __future__ import annotations

import gzip
import json
import os
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import Book, code

from blogkit.publish.check import Crawl, crawl_site
from blogkit.publish.server import answer, serving

BASE = "https://example.github.io/repo/"
PAGE = '<!doctype html><title>{0}</title><link rel=canonical href="{1}">{2}'


def page(body: str = "", title: str = "Page", canonical: str = BASE) -> str:
    return PAGE.format(title, canonical, body)


def write(site: Path, **files: str) -> Path:
    """Write a site; ``__`` in a name stands for ``/`` and ``_`` for the dot."""
    for name, text in {"index_html": page(), "404_html": page("없는 글"), **files}.items():
        path = site / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return site


def crawl(site: Path, body: str = "", **files: str) -> Crawl:
    return crawl_site(write(site, index_html=page(body), **files))


@pytest.mark.parametrize(
    ("target", "status", "name"),
    [
        ("/repo/", 200, "index.html"),
        ("/repo/a.html", 200, "a.html"),
        ("/repo/a", 200, "a.html"),
        ("/repo/a?x=1", 200, "a.html"),
        ("/repo/A.html", 404, "404.html"),
        ("/repo/dir/", 200, "dir/index.html"),
        ("/repo/empty/", 404, "404.html"),
        ("/repo/a.html/", 404, "404.html"),
        ("/repo/%ED%95%9C.html", 200, "한.html"),
        ("/repo/%E1%84%92%E1%85%A1%E1%86%AB.html", 404, "404.html"),
        ("/repo/../secret.html", 404, "404.html"),
        ("/repo/%2e%2e/secret.html", 404, "404.html"),
        ("/repo/..%2fsecret.html", 404, "404.html"),
        ("/repo//secret.html", 404, "404.html"),
        ("/repo/a.html%00", 404, "404.html"),
        ("/repo/link.html", 404, "404.html"),
        ("/repo/link", 404, "404.html"),
        ("/repo/out/", 404, "404.html"),
        ("/repo/out/secret.html", 404, "404.html"),
    ],
)
def test_answers_as_github_pages_does(tmp_path: Path, target: str, status: int, name: str) -> None:
    site = write(tmp_path / "site", a_html="", dir__index_html="", empty__x_txt="", 한_html="")
    (tmp_path / "secret.html").write_text("")
    (tmp_path / "index.html").write_text("")
    (site / "link.html").symlink_to(tmp_path / "secret.html")
    (site / "out").symlink_to(tmp_path)
    found = answer(site, "/repo/", target)
    assert (found.status, found.file) == (status, site / name)


def test_a_file_system_that_ignores_case_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There ``A.html`` opens the file that its folder lists as ``a.html``."""
    site = write(tmp_path, A_html="")
    monkeypatch.setattr(os, "listdir", lambda folder: [e.name.lower() for e in os.scandir(folder)])
    assert answer(site, "/", "/A.html").status == 404
    assert answer(site, "/", "/A").status == 404


@pytest.mark.parametrize(("target", "location"), [("/repo", "/repo/"), ("/repo/dir", "/repo/dir/")])
def test_leads_from_a_folders_name_into_it(tmp_path: Path, target: str, location: str) -> None:
    site = write(tmp_path, dir__index_html="")
    assert answer(site, "/repo/", target).location == location


def test_knows_nothing_outside_the_sub_path(tmp_path: Path) -> None:
    assert answer(write(tmp_path), "/repo/", "/index.html").file is None


def test_sends_the_page_for_unknown_addresses_with_its_status(tmp_path: Path) -> None:
    with serving(write(tmp_path), "/repo/") as server:
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(server.home + "none")
        assert error.value.code == 404
        assert "없는 글" in error.value.read().decode()
        error.value.close()


@pytest.mark.parametrize(
    ("method", "packing", "packed", "body"),
    [
        ("GET", "identity", False, "글" * 99),
        ("GET", "gzip, br", True, "글" * 99),
        ("HEAD", "identity", False, ""),
        ("HEAD", "gzip", True, ""),
    ],
)
def test_packs_for_those_who_unpack_and_sends_a_head_alone(
    tmp_path: Path, method: str, packing: str, packed: bool, body: str
) -> None:
    request = f"{method} /a HTTP/1.1\r\nHost: LocalHost\r\nAccept-Encoding: {packing}\r\nConnection: close\r\n\r\n"
    with (
        serving(write(tmp_path, a_html="글" * 99)) as server,
        socket.create_connection(("127.0.0.1", server.http.server_port)) as connection,
    ):
        connection.sendall(request.encode())
        head, _, found = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert b"Content-Type: text/html; charset=utf-8" in head
    assert (b"Content-Encoding: gzip" in head) == packed
    assert (gzip.decompress(found) if packed and found else found).decode() == body


def ask(port: int, request: str) -> bytes:
    """Send a request as it is; return the first line of the answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{request}\r\nConnection: close\r\n\r\n".encode())
        return connection.makefile("rb").read().partition(b"\r\n")[0]


def test_answers_to_its_own_names_alone(tmp_path: Path) -> None:
    """A stranger's name may lead to this machine: its pages would read what is served here."""
    with serving(write(tmp_path)) as server:
        port = server.http.server_port
        status = {
            host: ask(port, f"GET / HTTP/1.1\r\n{host}").split()[1]
            for host in (
                *(f"Host: {name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]", "LOCALHOST")),
                *(
                    f"Host: {name}:{port}"
                    for name in ("evil.example", "localhost.evil.example", "evil.example@localhost")
                ),
                *(f"Host: {name}" for name in ("localhost", "127.0.0.1:1", "evil.example", "")),
                f"Host: localhost:{port}\r\nHost: evil.example",
                "X: no host at all",
            )
        }
        assert [host for host, code in status.items() if code == b"200"] == [*list(status)[:4], "Host: localhost"]
        assert set(status.values()) == {b"200", b"421"}
        assert ask(port, "GET http://[ HTTP/1.1\r\nHost: localhost").split()[1] == b"404"


def test_a_good_site_has_no_fault_and_every_file_is_found(tmp_path: Path) -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><link href="https://example.github.io/repo/posts/a.html"/>'
        '<entry><content type="html">&lt;img src="https://example.github.io/repo/images/p.png"&gt;</content></entry></feed>'
    )
    found = crawl(
        tmp_path,
        '<link rel=alternate href="feed.xml"><link rel=stylesheet href="s/a.css">'
        '<img srcset="images/q.png 2x, images/p.png"> <a href="#top">d</a>'
        '<a href="posts/a.html#절">a</a> <a href="https://elsewhere.example/">b</a> <a href=dir>c</a>',
        feed_xml=feed,
        s__a_css="@import 'b.css'; /* url(none.png) */ a { background: url(../images/p.png) }",
        s__b_css="",
        images__p_png="",
        images__q_png="",
        dir__index_html=page(),
        posts__a_html=page('<h2 id="절">절</h2><a href="..">home</a>'),
    )
    assert found.faults == []
    assert found.outside == {"https://elsewhere.example/": "index.html"}
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert files - found.answered == {"index.html", "dir/index.html"}
    assert {"", "dir/"} <= found.answered


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="none.html">x</a>', "none.html answers 404"),
        ('<a href="A.html">x</a>', "A.html answers 404"),
        ('<a href="a.html#none">x</a>', "a.html#none: no such place"),
        ('<a href="#none">x</a>', "#none: no such place"),
        ('<a href="/a.html">x</a>', "/a.html leaves the site's folder"),
        ('<a href="https://example.github.io/repo/none">x</a>', "answers 404"),
        ('<a href="http://example.github.io/repo/a.html">x</a>', "is not secure"),
        ('<a href="javascript:x()">x</a>', "a script as an address"),
        ('<a href="http://[host]/x">x</a>', "http://[host]/x is no address: "),
        ("<img src=none.png>", "none.png answers 404"),
        ('<img src=a.html srcset="a.html, none.png 2x">', "none.png answers 404"),
        ("<img src=//cdn.example/x.png>", "loads //cdn.example/x.png from another host"),
        ("<script src=https://cdn.example/x.js></script>", "from another host"),
        ("<link rel=preconnect href=https://fonts.example>", "from another host"),
        ("<iframe src=https://video.example></iframe>", "from another host"),
        ("<style>a { background: url('none.png') }</style>", "none.png answers 404"),
        ('<p style="background: url(none.png)">', "none.png answers 404"),
        ("<svg><use href=none.svg#x /></svg>", "none.svg#x answers 404"),
        ("<meta property=og:image content=https://example.github.io/repo/none.png>", "none.png answers 404"),
        ("<meta http-equiv=refresh content='0; url=none.html'>", "none.html answers 404"),
        ('<script type="application/ld+json">{"image": "https://example.github.io/repo/none.png"}</script>', "404"),
        ('<script type="application/ld+json">{</script>', "cannot be read"),
    ],
)
def test_reports_what_does_not_answer(tmp_path: Path, body: str, fault: str) -> None:
    faults = crawl(tmp_path, body, a_html=page()).faults
    assert len(faults) == 1
    assert faults[0].startswith("index.html: ")
    assert fault in faults[0]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("sitemap_xml", f"<urlset><url><loc>{BASE}none</loc></url></urlset>", "none answers 404"),
        ("robots_txt", f"Sitemap: {BASE}none.xml", "none.xml answers 404"),
        ("404_html", page("<img src=a.png>"), "no/such/page: a.png answers 404"),
    ],
)
def test_reads_what_no_page_links_to(tmp_path: Path, name: str, text: str, fault: str) -> None:
    assert fault in "\n".join(crawl(tmp_path, **{name: text, "a_png": ""}).faults)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<a href='posts/x'>x</a>", "posts/x is relative"),
        ("<a href='http://[host]/x'>x</a>", "http://[host]/x is no address: "),
        ("<img src='https://cdn.example/p.png'>", "from another host"),
        (f"<img src='{BASE}none.png'>", "none.png answers 404"),
    ],
)
def test_reads_the_pages_inside_feeds(tmp_path: Path, content: str, fault: str) -> None:
    escaped = content.replace("<", "&lt;")
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="html">{escaped}</content></entry></feed>'
    links = "<a href=feed.xml>x</a><a href=feed.json>x</a>"
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"content_html": content}]})
    faults = crawl(tmp_path, links, feed_xml=atom, feed_json=feed, posts__x_html="").faults
    assert [line.split(":")[0] for line in faults if fault in line] == ["feed.xml", "feed.json"]


def test_misses_a_page_for_unknown_addresses(tmp_path: Path) -> None:
    site = write(tmp_path)
    (site / "404.html").unlink()
    assert crawl_site(site).faults == ["no/such/page: there is no 404.html"]


def test_the_page_for_unknown_addresses_may_point_into_itself(tmp_path: Path) -> None:
    links = '<a href="#there">x</a><a href="#none">x</a><p id="there">'
    faults = crawl(tmp_path, **{"404_html": page(links)}).faults
    assert faults == ["404.html: #none: no such place on that page", "no/such/page: #none: no such place on that page"]


def test_a_blog_below_a_sub_path_is_sound(book: Book) -> None:
    for day in range(1, 13):
        book.post(f"2024-01-{day:02}-글", f"## 절 {day}\n\n글입니다.\n", tags=["딥 러닝", "C++"], categories=["AI"])
    book.post("2024-02-01-run", code("glue('answer', 42)"), description="답 {answer}", redirect_from=["old/run.html"])
    book.build(BLOG_BASEURL=BASE)
    found = crawl_site(book.site)
    assert found.faults == []
    assert {"posts/2024-01-01-글.html", "posts/2024-02-01-run.json", "sitemap.xml"} <= found.answered
    assert book.soup("index.html").find("link", rel="canonical")["href"] == BASE


def test_the_command_lists_faults_and_fails(book: Book) -> None:
    write(book.root / "site", index_html=page("<a href=none>x</a>"))
    result = book.blogkit("check", "site")
    assert (result.returncode, result.stdout.splitlines()[0]) == (1, "index.html: none answers 404")
    write(book.root / "site")
    assert book.blogkit("check", "site").returncode == 0
    write(book.root / "site", index_html=page("<iframe src=https://a.example/x></iframe><img src=//b.example/x>"))
    book.config(blog_hosts=["a.example"])
    result = book.blogkit("check", "site")
    assert (result.returncode, result.stdout.count("loads ")) == (1, 1)
    assert "index.html: loads //b.example/x from another host" in result.stdout
    write(book.root / "site", index_html=page("<a href=https://new.example/none>x</a>"))
    assert book.blogkit("check", "site").returncode == 0
    result = book.blogkit("check", "site", "--base", "https://new.example/")
    assert "index.html: https://new.example/none answers 404" in result.stdout


def test_a_browser_that_goes_in_the_middle_of_an_answer_is_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "large.bin").write_bytes(bytes(20_000_000))
    before = threading.active_count()
    with serving(tmp_path) as server:
        port = int(server.home.split(":")[2].strip("/"))
        with socket.create_connection(("127.0.0.1", port)) as browser:
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it closes at once
            browser.sendall(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
            browser.recv(1)
        while threading.active_count() > before + 1:
            time.sleep(0.01)
    assert capsys.readouterr().err == ""
