"""What stands in `<head>` and beside the pages, for search engines and other sites: right at every address."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Book, code
from lxml import etree
from PIL import Image

from blogkit.errors import AuthorError
from blogkit.posts.post import Post
from blogkit.posts.reading import read_post
from blogkit.posts.references import LiveText
from blogkit.site.address import Site, base_url
from blogkit.site.entry import Entry
from blogkit.text import shorten
from blogkit.web.head import Head, Picture, article, is_indexed, metatags
from blogkit.web.notfound import rooted
from blogkit.web.redirects import write_redirects
from blogkit.web.sitemap import sitemap

BASE = "https://me.example/blog/"
SITE = Site("블로그", BASE, "나", "설명입니다.", icon=True)
DAY = dt.datetime(2024, 1, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=9)))
TITLE = '"</script><b>&'
RICH = "2024-02-01-rich"


@pytest.fixture(scope="module")
def book(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    for name in ("images/favicon.svg", "images/favicon.png"):
        book.write(name, (ROOT / name).read_bytes())
    for number in range(1, 13):
        book.post(f"2024-01-{number:02}-p{number}", tags=["태그"])
    book.post(
        RICH,
        code("glue('answer', 41.5)"),
        title=TITLE,
        description="답 {answer:.2f}",
        categories=["AI"],
        tags=["C++"],
        redirect_from=["/ai/old/", "/2019/%EC%98%9B%EA%B8%80.html", f"/posts/{RICH[:11]}before.html"],
    )
    book.build(BLOG_BASEURL=BASE.rstrip("/"))
    return book


def head(tags: str) -> BeautifulSoup:
    return BeautifulSoup(f"<head>{tags}</head>", "lxml")


def named(soup: BeautifulSoup) -> dict[str, str]:
    return {m.get("name") or m.get("property"): m["content"] for m in soup.find_all("meta", content=True)}


def tags_of(entry: Entry, site: Site, name: str = "posts/a", feed: str = "", picture: Picture | None = None) -> str:
    return metatags(Head(site, name, entry.post.title, str(entry.summary), feed, article(entry), picture))


def links(soup: BeautifulSoup, rel: str) -> list[str]:
    return [link["href"] for link in soup.find_all("link", rel=rel)]


def entry(**values: object) -> Entry:
    post = Post(Path("posts/2024-01-01-a.md"), "posts/2024-01-01-a", "", **{"title": "글", "date": DAY, **values})
    return Entry(post, summary=LiveText((("요약 97.5%", False),)))


def test_post_page(book: Book) -> None:
    soup = book.soup(f"posts/{RICH}.html")
    address = f"{BASE}posts/{RICH}.html"
    tags = named(soup)
    assert links(soup, "canonical") == [address] == [tags["og:url"]]
    assert tags["description"] == tags["og:description"] == "답 41.50"
    assert tags["og:title"] == TITLE
    assert (tags["og:type"], tags["og:locale"], tags["twitter:card"]) == ("article", "ko_KR", "summary_large_image")
    assert tags["article:published_time"] == "2024-02-01T00:00:00+09:00"
    assert tags["article:tag"] == "C++"
    assert "robots" not in tags
    assert f"{BASE}feed.xml" in links(soup, "alternate")
    data = json.loads(soup.find("script", type="application/ld+json").string)
    assert (data["@type"], data["headline"], data["url"]) == ("BlogPosting", TITLE, address)
    assert data["datePublished"] == tags["article:published_time"]
    assert (book.site / data["author"]["url"].removeprefix(BASE)).is_file()


def test_every_author_is_named() -> None:
    soup = BeautifulSoup(tags_of(entry(authors=("A", "B")), Site("블로그", BASE, "나")), "lxml")
    assert [tag["content"] for tag in soup.find_all("meta", attrs={"name": "author"})] == ["A", "B"]
    people = json.loads(soup.find("script").string)["author"]
    assert [(each["name"], each["url"]) for each in people] == [
        ("A", f"{BASE}authors/a.html"),
        ("B", f"{BASE}authors/b.html"),
    ]


def test_picture_of_every_page_is_there(book: Book) -> None:
    for page in (f"posts/{RICH}.html", "index.html", "about.html", "tags/태그.html"):
        tags = named(book.soup(page))
        with Image.open(book.site / unquote(tags["og:image"].removeprefix(BASE))) as picture:
            assert picture.size == (int(tags["og:image:width"]), int(tags["og:image:height"])) == (1200, 630)
        assert tags["og:image:alt"]


def test_lists_name_their_feeds_and_icons(book: Book) -> None:
    soup = book.soup("tags/태그.html")
    for address in links(soup, "alternate"):
        assert (book.site / unquote(address.removeprefix(BASE))).is_file()
    assert f"{BASE}tags/%ED%83%9C%EA%B7%B8.xml" in links(soup, "alternate")
    icons = links(soup, "icon") + links(soup, "apple-touch-icon")
    assert len(icons) == 3
    assert all((book.site / "tags" / icon).is_file() for icon in icons)


def test_pages_that_search_engines_leave_out(book: Book) -> None:
    robots = {p: named(book.soup(f"{p}.html")).get("robots") for p in ("index", "404", "page/2", "about", "tags/태그")}
    assert [page for page, rule in robots.items() if rule] == ["404", "page/2"]
    assert not is_indexed("tags/ai/2")
    assert is_indexed("tags/2024")


def test_pages_describe_themselves(book: Book) -> None:
    assert named(book.soup("about.html"))["description"] == "소개합니다."
    home = book.soup("index.html")
    assert named(home)["og:title"] == "JiHyun Kim"
    assert json.loads(home.find("script", type="application/ld+json").string)["@type"] == "Blog"


def test_sitemap_lists_every_page_after_an_incremental_build(book: Book) -> None:
    def listed() -> dict[str, str]:
        space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
        tree = etree.parse(book.site / "sitemap.xml")
        return {url.findtext(f"{space}loc"): url.findtext(f"{space}lastmod") for url in tree.iter(f"{space}url")}

    first = listed()
    assert {BASE, f"{BASE}about.html", f"{BASE}tags/%ED%83%9C%EA%B7%B8.html"} <= set(first)
    assert first[f"{BASE}posts/{RICH}.html"] == first[BASE] == "2024-02-01T00:00:00+09:00"
    assert not [a for a in first if "404" in a or "page/" in a or "old" in a]
    for address in first:
        name = unquote(address.removeprefix(BASE))
        assert (book.site / (name + "index.html" if not name or name.endswith("/") else name)).is_file()
    assert f"Sitemap: {BASE}sitemap.xml\n" in (book.site / "robots.txt").read_text(encoding="utf-8")
    post = book.root / "posts" / "2024-01-03-p3.md"
    post.write_text(post.read_text(encoding="utf-8") + "\n더.\n", encoding="utf-8")
    book.build(BLOG_BASEURL=BASE)
    assert listed() == first
    before = {p.relative_to(book.site) for p in book.site.rglob("*")}
    book.build(BLOG_BASEURL=BASE)  # nothing to write
    assert {p.relative_to(book.site) for p in book.site.rglob("*")} == before
    assert listed() == first


@pytest.mark.parametrize("old", ["ai/old/index.html", "2019/옛글.html", f"posts/{RICH[:11]}before.html"])
def test_old_addresses_lead_to_the_post(book: Book, old: str) -> None:
    soup = book.soup(old)
    target = soup.find("meta", attrs={"http-equiv": "refresh"})["content"].removeprefix("0; url=")
    assert urljoin(BASE + old, target) == f"{BASE}posts/{RICH}.html" == links(soup, "canonical")[0]
    assert soup.a["href"] == target
    assert named(soup)["robots"] == "noindex"


def test_every_link_of_the_404_page_begins_at_the_root(book: Book) -> None:
    soup = book.soup("404.html")
    found = [tag.get("href") or tag.get("src") for tag in soup.find_all(["a", "link", "script"])]
    found = [link for link in found if link and not link.startswith(("#", "https://creativecommons.org/"))]
    assert len(found) > 5
    for link in found:
        address = urljoin(f"{BASE}no/such/page", link)
        assert address.startswith(BASE)
        name = unquote(address.removeprefix(BASE)).split("?")[0]
        assert (book.site / name).is_file(), link


def test_redirect_over_a_page_is_refused(make_book: Callable[[], Book]) -> None:
    book = make_book()
    book.post("2024-01-01-one", redirect_from=["/about.html"])
    log = book.fail()
    assert "posts/2024-01-01-one.md:3: redirect_from: a page or a file of the site stands at about.html" in log
    assert not book.site.exists()


@pytest.mark.parametrize("address", ["../x", "/a//b", "https://old.example/a", "/", "/a?b", "a#b", "a\\b"])
def test_bad_old_address_is_refused(tmp_path: Path, address: str) -> None:
    path = tmp_path / "posts" / "2024-01-01-a.md"
    path.parent.mkdir()
    path.write_text(f"---\ntitle: a\nredirect_from: [{json.dumps(address)}]\n---\n", encoding="utf-8")
    with pytest.raises(AuthorError, match=r"redirect_from: .* must be a path below the home page"):
        read_post(path, tmp_path, "Asia/Seoul")


def test_redirect_may_take_the_place_of_a_page_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "old.html").write_text("an earlier build's page", encoding="utf-8")
    assert write_redirects(tmp_path, [entry(redirect_from=("old.html",))], SITE, {"index.html"}) == {"old.html"}
    assert "refresh" in (tmp_path / "old.html").read_text(encoding="utf-8")


def test_redirect_over_a_page_is_refused_however_its_name_is_spelled(tmp_path: Path) -> None:
    page = unicodedata.normalize("NFD", "posts/옛글.html")
    with pytest.raises(AuthorError, match=r"a page or a file of the site stands at posts/옛글\.html"):
        write_redirects(tmp_path, [entry(redirect_from=("posts/옛글.html",))], SITE, {page})
    assert not list(tmp_path.iterdir())


def test_without_an_address_nothing_absolute_is_said() -> None:
    picture = Picture("cards/a.png", "글.")
    tags = tags_of(entry(thumbnail="images/a.png"), Site("블로그", icon=True), picture=picture)
    soup = head(tags)
    assert "http" not in tags.replace("https://schema.org", "")
    assert links(soup, "alternate") == ["../feed.xml", "../feed.json"]
    assert named(soup)["og:description"] == "요약 97.5%"
    assert not {"og:image", "og:url"} & set(named(soup))


def test_values_cannot_leave_their_place() -> None:
    evil = '"><script>x</script>\b'
    site = Site(evil, BASE, evil, evil)
    tags = tags_of(entry(title=evil, tags=(evil,)), site, "a", "tags/a.xml", Picture("a.png", evil))
    soup = head(tags)
    assert [script["type"] for script in soup.find_all("script")] == ["application/ld+json"]
    assert json.loads(soup.script.string)["headline"] == named(soup)["og:title"] == evil.rstrip("\b")


def test_draft_is_not_indexed() -> None:
    assert named(head(tags_of(entry(draft=True), SITE)))["robots"] == "noindex, follow"


def test_sitemap_is_valid() -> None:
    root = etree.fromstring(sitemap([entry()], SITE, ["index.html", "tags/한글 & 태그.html"]))
    found = [url[0].text for url in root]
    assert found == [
        BASE,
        f"{BASE}posts/2024-01-01-a.html",
        f"{BASE}tags/%ED%95%9C%EA%B8%80%20&%20%ED%83%9C%EA%B7%B8.html",
    ]
    assert [child.tag.split("}")[1] for child in root[1]] == ["loc", "lastmod"]


def test_sitemap_only_with_an_address(tmp_path: Path) -> None:
    from blogkit.web.sitemap import write_sitemap

    assert write_sitemap(tmp_path, [entry()], Site("블로그")) == {"robots.txt"}
    assert "Sitemap" not in (tmp_path / "robots.txt").read_text(encoding="utf-8")


def test_rooted() -> None:
    html = '<html data-content_root="./"><a href="#c">a</a><a href="x.html">b</a><img src="https://e.example/a.png">'
    assert rooted(html, "/blog/") == html.replace('"./"', '"/blog/"').replace('"x.html"', '"/blog/x.html"')
    assert rooted(rooted(html, "/blog/"), "/blog/") == rooted(html, "/blog/")


@pytest.mark.parametrize(
    ("configured", "variable", "cname", "expected"),
    [
        ("", "", "", ""),
        ("", "", "blog.example\n", "https://blog.example/"),
        ("", "https://me.github.io/repo", "blog.example", "https://me.github.io/repo/"),
        ("https://a.example/b/", "https://me.github.io/repo", "blog.example", "https://a.example/b/"),
        ("", "HTTPS://Me.GitHub.io", "", "https://me.github.io/"),
        ("", "https://me.example/블로그", "", "https://me.example/%EB%B8%94%EB%A1%9C%EA%B7%B8/"),
        ("", "https://한국.example", "", "https://xn--3e0b707e.example/"),
    ],
)
def test_base_url(tmp_path: Path, configured: str, variable: str, cname: str, expected: str) -> None:
    if cname:
        (tmp_path / "CNAME").write_text(cname, encoding="utf-8")
    assert base_url(configured, {"BLOG_BASEURL": variable}, tmp_path) == expected


@pytest.mark.parametrize(
    "address", ["me.example", "ftp://me.example/", "https://me.example/?a", "https://me.example/#a"]
)
def test_bad_address_is_refused_where_it_stands(tmp_path: Path, address: str) -> None:
    with pytest.raises(AuthorError, match=rf"_config.yml: '{re.escape(address)}' is no address of a site"):
        base_url(address, {}, tmp_path)


def test_shorten() -> None:
    assert shorten("가나다 라마") == "가나다 라마"
    assert shorten("가나다 라마바 사", 8) == "가나다…"


def test_a_post_of_lists_and_notes_is_described_by_its_first_words(make_book: Callable[[], Book]) -> None:
    book = make_book()
    book.post("2024-01-01-list", "- 첫째 항목입니다.\n- 둘째\n")
    book.post("2024-01-02-note", ":::{note}\n메모로 시작합니다.\n:::\n")
    book.post("2024-01-03-empty", "첫 문단입니다.\n\n" + code("glue('x', '')"), description="{x}")
    book.build()
    said = [named(book.soup(f"posts/2024-01-0{n}.html"))["description"] for n in ("1-list", "2-note", "3-empty")]
    assert said == ["첫째 항목입니다.", "메모로 시작합니다.", "첫 문단입니다."]


def test_a_bad_address_stops_builds_and_nothing_else(make_book: Callable[[], Book]) -> None:
    book = make_book()
    assert "$BLOG_BASEURL: 'bad' is no address of a site" in book.fail(BLOG_BASEURL="bad")
    assert book.blogkit("status", BLOG_BASEURL="bad").returncode == 0
