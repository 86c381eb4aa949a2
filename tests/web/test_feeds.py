"""Feeds: valid to the letter, whole, and without a trace of the pages that they come from."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag

import feedparser
import lxml.html
import pytest
from bs4 import BeautifulSoup
from conftest import Book, code
from lxml import etree

from blogkit.posts.post import Post
from blogkit.site.address import LOCAL, Site
from blogkit.site.entry import Entry
from blogkit.text import xml_text
from blogkit.web.content import cached_content, content
from blogkit.web.feeds import atom_feed, feeds

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://me.example/blog/"
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
RICH = f"""
글입니다. [아래](#part)와 [소개](../about.md)와 [원본](../data/a.csv)을 보세요.
값은 {{glue:text}}`answer`이고 식은 $x^2$입니다.

{code("import matplotlib.pyplot as plt; plt.plot([1, 2]); glue('answer', 41.5)")}
{code("print('ab' + chr(8) + 'c' + chr(27) + '[' + '31mred' + chr(27) + '[' + '0m <b> & ' + chr(0xFFFE))")}
```{{code-cell}} python
:tags: [hide-input]
print('접은 코드의 출력')
```

:::{{note}}
알림 **굵게**
:::

(part)=
## 마디 하나

| a | b |
|---|---|
| 1 | 2 |
"""


@pytest.fixture(scope="module")
def book(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    book.write("data/a.csv", "1,2\n")
    tags = [unicodedata.normalize("NFD", "한글 태그"), "C++"]
    front = {"title": "값 & <글>", "description": "답 {answer:.2f} & <b>", "categories": ["AI"], "tags": tags}
    book.post("2024-02-01-rich", RICH, date="2024-02-01 09:30 +09:00", updated="2024-03-01", **front)
    book.post("2024-01-01-old", "옛글입니다.\n", categories=["AI", "일상"], author=["다른 이", "Bo"])
    book.build(BLOG_BASEURL=BASE)
    return book


@pytest.fixture
def body(book: Book) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(rich(book).content[0].value, create_parent="main")


def rich(book: Book) -> feedparser.FeedParserDict:
    return feedparser.parse(book.site / "feed.xml", sanitize_html=False, resolve_relative_uris=False).entries[0]


def entry(number: int, **values: object) -> Entry:
    day = dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)
    name = f"posts/{day:%Y-%m-%d}-n{number}"
    return Entry(Post(Path(f"{name}.md"), name, "", f"글 {number}", **{"date": day, **values}))


def test_every_feed_is_valid(book: Book) -> None:
    found = sorted(p.relative_to(book.site).as_posix() for p in book.site.rglob("*.xml") if p.name != "sitemap.xml")
    assert {name for name in found if name.startswith("authors/")} == {
        *("authors/bo.xml", "authors/jihyun-kim.xml", "authors/다른-이.xml")
    }
    assert [name for name in found if not name.startswith("authors/")] == [
        *("categories/ai.xml", "categories/일상.xml", "feed.xml", "tags/cplusplus.xml", "tags/한글-태그.xml")
    ]
    for name in found:
        feed = etree.parse(book.site / name)
        assert SCHEMA.validate(feed), SCHEMA.error_log
        assert not feedparser.parse(book.site / name).bozo
        ids = [e.text for e in feed.iter(f"{ATOM}id")]
        assert len(ids) == len(set(ids))
        assert feed.find(f"{ATOM}link[@rel='self']").get("href") == BASE + quote(name)
        page = unquote(feed.find(f"{ATOM}link[@rel='alternate']").get("href").removeprefix(BASE)) or "index.html"
        assert (book.site / page).is_file()


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (rb"<updated>.*?</updated>", b""),
        (rb"<id>.*?</id>", b""),
        (rb'href="https://', b'href="'),
        (rb"\+09:00</published>", b"</published>"),
        (rb"</feed>", b"<script/></feed>"),
    ],
)
def test_schema_refuses(book: Book, good: bytes, bad: bytes) -> None:
    text = (book.site / "feed.xml").read_bytes()
    broken, count = re.subn(good, bad, text, count=1)
    assert count
    assert not SCHEMA.validate(etree.fromstring(broken))


def test_entry_says_what_the_post_says(book: Book) -> None:
    found = rich(book)
    assert found.title == "값 & <글>"
    assert found.summary == "답 41.50 & <b>"
    assert found.link == found.id == f"{BASE}posts/2024-02-01-rich.html"
    assert found.published == "2024-02-01T09:30:00+09:00"
    assert found.updated == "2024-03-01T00:00:00+09:00"
    assert [t.term for t in found.tags] == ["AI", "한글 태그", "C++"]
    old = feedparser.parse(book.site / "categories" / "일상.xml").entries[0]
    assert [author.name for author in old.authors] == ["다른 이", "Bo"]


def test_content_is_whole(body: lxml.html.HtmlElement) -> None:
    text = body.text_content()
    for part in (
        "글입니다.",
        "plt.plot([1, 2])",
        "acred <b> & ",
        "접은 코드의 출력",
        "마디 하나",
        "41.5",
        "알림 굵게",
    ):
        assert part in text
    assert body.find(".//math//msup") is not None
    assert [cell.text_content() for cell in body.iter("td")] == ["1", "2"]
    assert len(body.findall(".//img")) == 1


def test_content_has_no_machinery(body: lxml.html.HtmlElement) -> None:
    debris = ["script", "style", "button", "nav", "header", "footer", "form", "input", "template", "h1", "span[@class]"]
    assert [tag for tag in debris if body.find(f".//{tag}") is not None] == []
    plain = [e for e in body.iter(etree.Element) if not any(a.tag == "math" for a in [e, *e.iterancestors()])]
    assert {name for e in plain for name in e.attrib} <= {"href", "src", "alt", "width", "height"}
    text = body.text_content()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\ufffe]|\[31m|¶|실행해서 얻었습니다|값 & <글>", text)
    assert "#" not in [a.text_content() for a in body.iter("a")]


def test_addresses_in_content_are_absolute_and_answer(book: Book, body: lxml.html.HtmlElement) -> None:
    links = [value for _, _, value, _ in body.iterlinks()]
    assert f"{BASE}posts/2024-02-01-rich.html#part" in links
    assert any(link.startswith(f"{BASE}_images/") for link in links)
    for link in links:
        assert link.startswith(BASE)
        address, anchor = urldefrag(unquote(link.removeprefix(BASE)))
        assert (book.site / address).is_file()
        assert not anchor or BeautifulSoup((book.site / address).read_bytes(), "lxml").find(id=anchor)


def test_json_feed(book: Book) -> None:
    feed = json.loads((book.site / "feed.json").read_text(encoding="utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{BASE}feed.json"
    assert feed["home_page_url"] == BASE
    first, second = feed["items"]
    assert first["content_html"] == rich(book).content[0].value
    assert first["tags"] == ["AI", "한글 태그", "C++"]
    assert first["date_modified"] == "2024-03-01T00:00:00+09:00"
    assert second["authors"] == [{"name": "다른 이"}, {"name": "Bo"}]


def test_edited_post_changes_its_feeds_only(make_book: Callable[[], Book]) -> None:
    book = make_book()
    post = book.post("2024-01-02-two", "처음.\n", tags=["하나"])
    book.post("2024-01-01-one", "그대로.\n", tags=["둘"])
    book.build(BLOG_BASEURL=BASE)
    times = {p.name: p.stat().st_mtime_ns for p in book.site.rglob("*.xml")}
    post.write_text(post.read_text(encoding="utf-8").replace("처음", "다음"), encoding="utf-8")
    book.build(BLOG_BASEURL=BASE)
    changed = {p.name for p in book.site.rglob("*.xml") if p.stat().st_mtime_ns != times[p.name]}
    assert changed == {"feed.xml", "하나.xml", "jihyun-kim.xml"}
    assert "다음." in (book.site / "feed.xml").read_text(encoding="utf-8")
    post.write_text(post.read_text(encoding="utf-8").replace("하나", "셋"), encoding="utf-8")
    book.build(BLOG_BASEURL=BASE)
    assert sorted(p.name for p in (book.site / "tags").glob("*.xml")) == ["둘.xml", "셋.xml"]
    assert len(list((book.root / "_build" / ".contents").iterdir())) == 2


def test_local_build_has_valid_feeds(make_book: Callable[[], Book]) -> None:
    book = make_book()
    book.post("2024-01-01-one")
    book.build()
    feed = etree.parse(book.site / "feed.xml")
    assert SCHEMA.validate(feed), SCHEMA.error_log
    assert feed.find(f"{ATOM}id").text == f"{LOCAL}feed.xml"


def test_empty_blog_has_a_valid_feed() -> None:
    feed = feeds([], Site("블로그"))[0]
    assert SCHEMA.validate(etree.fromstring(atom_feed(feed, Site("블로그"), [])))


def test_feeds_hold_the_newest() -> None:
    entries = [entry(n, tags=("t",)) for n in range(30, 0, -1)]
    for feed in feeds(entries, Site("블로그", feed_entries=7)):
        assert list(feed.entries) == entries[:7]


def test_ids_outlive_a_move() -> None:
    before, after = Site("블로그", BASE), Site("블로그", "https://new.example/", origin=BASE)
    assert before.id("posts/a.html") == after.id("posts/a.html")
    assert after.url("posts/a.html") == "https://new.example/posts/a.html"


def test_updated_is_the_last_change_of_the_text() -> None:
    later, latest = (dt.datetime(2025, month, 1, tzinfo=dt.UTC) for month in (1, 2))
    assert entry(1).modified == entry(1).post.date
    assert entry(1, updated=later).modified == later
    assert Entry(entry(1, updated=later).post, updated=latest).modified == latest


def test_feed_does_not_depend_on_the_time_of_the_build() -> None:
    site = Site("블로그", BASE)
    assert b"<updated>2024-01-04T00:00:00+00:00</updated>" in atom_feed(feeds([entry(3), entry(2)], site)[0], site, [])


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p><a href="javascript:x()">a</a></p>', "<p>a</p>"),
        ('<p><a href="JAVA\nSCRIPT:x()">a</a></p>', "<p>a</p>"),
        ('<p><a href="vbscript:x()">a</a></p>', "<p>a</p>"),
        ('<p><a href="data:text/html,x">a</a></p>', "<p>a</p>"),
        ('<a href="data/x.csv">a</a>', '<a href="HERE/data/x.csv">a</a>'),
        ('<a href="?q=1#x">a</a>', '<a href="HERE/a.html?q=1#x">a</a>'),
        ('<a href="mailto:a@b.c">a</a>', '<a href="mailto:a@b.c">a</a>'),
        ('<img src="data:image/png;base64,AA==">', '<img src="data:image/png;base64,AA==">'),
        ('<img srcset="a.png 1x, b.png 2x">', '<img srcset="HERE/a.png 1x, HERE/b.png 2x">'),
        ('<img srcset="data:image/png;base64,AA== 1x">', '<img srcset="data:image/png;base64,AA== 1x">'),
        ('<img src="a.png" alt="a.png">', '<img src="HERE/a.png" alt="">'),
        ('<p onclick="x()" style="y" class="z" id="w" data-a="b">a</p>', "<p>a</p>"),
        ('<svg width="9" onload="x()"><use href="#g"></use></svg>', '<svg width="9"><use href="#g"></use></svg>'),
        ('<p>a<span class="expanded">접기</span></p>', "<p>a</p>"),
        ('<h2>절<a class="headerlink" href="#s">#</a></h2>', "<h2>절</h2>"),
        ("<!-- a --><div><div><p>b</p></div></div>", "<p>b</p>"),
        ("<pre><span class='k'>import</span> <span>a</span>\n</pre>", "<pre>import a\n</pre>"),
        ("<p>a</p><h1>b</h1>", "<p>a</p><h1>b</h1>"),
    ],
)
def test_content(html: str, expected: str) -> None:
    page = f"<!doctype html><body><nav>x</nav><article><header><h1>t</h1></header>{html}</article></body>"
    assert content(page.encode(), f"{BASE}posts/a.html") == expected.replace("HERE", f"{BASE}posts")


def test_kept_content_is_that_of_its_page_and_its_address(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    for text, base in (("a", BASE), ("a", "https://new.example/"), ("b", BASE), ("a", BASE)):
        page.write_text(f'<article><a href="x">{text}</a></article>', encoding="utf-8")
        found, key = cached_content(page, base, tmp_path / "kept")
        assert found == f'<a href="{base}x">{text}</a>'
        assert (tmp_path / f"kept/{key}.html").read_text(encoding="utf-8") == found


def test_content_is_what_the_theme_marks() -> None:
    page = "<article>a<div data-search-body><p>b</p></div></article>"
    assert content(page.encode(), BASE) == "<p>b</p>"


def test_xml_text() -> None:
    assert xml_text("a\b\x1b[1;31mb\x1b[0m\x00\ud800\ufffe\tc\n가😀") == "ab\tc\n가😀"
