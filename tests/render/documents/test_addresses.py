"""Posts at addresses of their own, in series, with and without a table of contents: one small blog for all of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from urllib.parse import unquote

import feedparser
import pytest
from conftest import Book, code

BASE = "https://example.com/blog/"
FIRST, SECOND, THIRD = "posts/first-steps.html", "posts/2024-01-02-second.html", "posts/2024-01-03-third.html"
SERIES = "선형 모델"


@pytest.fixture(scope="module")
def book(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    heading = "## 마디\n\n글입니다.\n\n"
    link = "[처음](2024-01-01-first.md)과 [마디](2024-01-01-first.md#마디)\n\n"
    book.write("images/a.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    front = {"slug": "first-steps", "title": "처음", "redirect_from": ["/old/"], "author": ["가", "나"]}
    book.post(
        "2024-01-01-first", heading + "![그림](../images/a.svg)\n\n" + code("glue('x', 1)"), series=SERIES, **front
    )
    book.post("2024-01-02-second", heading + link + code("1"), series=[SERIES], title="둘째", toc=False)
    book.post("2024-01-03-third", heading + "(third)=\n## Below\n", series=SERIES, title="Third", lang="en")
    book.post("2024-01-04-other", "글.\n\n## 절\n\n글.\n", title="다른 글", label="Another")
    book.post(
        "2024-01-05-alone",
        "[](other.md), [](2024-01-04-other.md#절), [](other), [](other#절), [셋](third), [](../part/other.md#절), "
        "{doc}`/part/other`, [](#another), {ref}`Another` and {numref}`Part %s <another>`. "
        f"![]({BASE}images/a.svg)\n",
        title="홀로",
        series="홀로",
    )
    book.build(BLOG_BASEURL=BASE)
    return book


def test_a_slug_is_the_address_of_all_that_is_made_of_a_post(book: Book) -> None:
    files = {path.relative_to(book.site).as_posix() for path in book.site.rglob("*") if path.is_file()}
    assert {f"posts/first-steps{suffix}" for suffix in (".html", ".json", ".ipynb", ".md")} <= files
    assert not [name for name in files if "2024-01-01-first" in name]
    assert any(name.startswith("cards/first-steps-") for name in files)
    for name in ("sitemap.xml", "feed.xml", "feed.json", "index.html", "archive.html", "old/index.html"):
        assert "posts/first-steps" in (book.site / name).read_text(encoding="utf-8"), name
    assert any("first-steps" in path.read_text(encoding="utf-8") for path in (book.site / "search").rglob("*.json*"))
    assert book.soup(FIRST).select_one("link[rel=canonical]")["href"] == f"{BASE}{FIRST}"


def test_links_to_the_file_lead_to_the_address(book: Book) -> None:
    links = [a["href"] for a in book.soup(SECOND).select("article p a")]
    assert {"first-steps.html", "first-steps.html#마디"} <= set(links)
    notebook = json.loads((book.site / "posts/2024-01-02-second.ipynb").read_text(encoding="utf-8"))
    text = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert f"[처음]({BASE}posts/first-steps.html)" in text and f"({BASE}posts/first-steps.html#마디)" in text
    said = book.blogkit("check").stdout
    assert "0 faults" in said, said


def test_a_bare_name_is_that_of_a_label_or_else_of_a_post(book: Book) -> None:
    page = book.soup("posts/2024-01-05-alone.html")
    links = [unquote(a["href"]) for a in page.select("article p a:is([href*=other], [href*=third])")]
    other = "2024-01-04-other.html"
    assert links == [
        other,
        f"{other}#절",
        other,
        f"{other}#절",
        "2024-01-03-third.html#third-2",  # as its title is "Third", too
        f"{other}#절",  # in a folder before
        *[other] * 4,
    ]
    assert [a.get_text() for a in page.select("article p a[href*=other]")][-3:] == [
        "다른 글",
        "다른 글",
        "다른 글",
    ]


def test_commands_know_a_post_by_its_address_and_by_its_file(book: Book) -> None:
    for name in ("first-steps", "2024-01-01-first", "posts/2024-01-01-first.md"):
        assert book.blogkit("execute", name).returncode == 0
    assert "first-steps" in book.blogkit("status").stdout


def test_parts_of_a_series_lead_to_each_other_in_order_of_date(book: Book) -> None:
    box = book.soup(SECOND).select_one("nav.series")
    assert " ".join(box.p.get_text().split()) == f"전체 3편 중 2편: {SERIES}"
    assert [a["href"] for a in box.select("ol a")] == ["first-steps.html", "#", "2024-01-03-third.html"]
    assert [a.get_text() for a in box.select("[aria-current]")] == ["둘째"]
    near = book.soup(SECOND).select_one("nav.near")
    assert [(a["rel"], a["href"]) for a in near.select("a")] == [
        (["prev"], "first-steps.html"),
        (["next"], "2024-01-03-third.html"),
    ]
    assert "이전 편" in near.get_text() and "다음 편" in near.get_text()
    assert [a["href"] for a in book.soup(THIRD).select("nav.near a")] == ["2024-01-02-second.html"]
    assert not book.soup("posts/2024-01-04-other.html").select("nav.series")
    assert "이전 글" in book.soup("posts/2024-01-05-alone.html").select_one("nav.near").get_text()


def test_a_series_has_a_page_and_a_feed(book: Book) -> None:
    page = book.soup("series/선형-모델.html")
    assert [a.get_text() for a in page.select(".card h2 a")] == ["처음", "둘째", "Third"]
    assert [p.find("span").get_text() for p in page.select(".card .facts")] == ["1편", "2편", "3편"]
    assert page.select_one(".kind a")["href"] == "index.html"
    assert [a.get_text() for a in book.soup("series/index.html").select(".index a")] == [SERIES, "홀로"]
    entries = feedparser.parse(book.site / "series/선형-모델.xml").entries
    assert [entry.title for entry in entries] == ["Third", "둘째", "처음"]
    assert "전체 3편" not in (book.site / "feed.xml").read_text(encoding="utf-8")


def test_every_author_is_named_and_has_a_page(book: Book) -> None:
    links = book.soup(FIRST).select("a[rel=author]")
    assert [(a.get_text(), unquote(a["href"])) for a in links] == [
        ("가", "../authors/가.html"),
        ("나", "../authors/나.html"),
    ]
    assert book.soup("authors/나.html").select(".card")


def test_a_post_may_have_no_table_of_contents(book: Book) -> None:
    assert book.soup(FIRST).select("nav.toc") and not book.soup(SECOND).select("nav.toc")


def test_another_file_in_the_place_of_a_post_is_read_however_old_it_is(book: Book) -> None:
    """Sphinx would go by its time: ``mv`` keeps it."""
    other = book.root / "posts/2024-01-04-other.md"
    moved = other.with_name("moved")
    text = other.read_text(encoding="utf-8").replace("## 절", "## 절!")
    moved.write_text(text + "\nMoved words.\n", encoding="utf-8")
    os.utime(moved, (0, other.stat().st_mtime - 60))
    moved.replace(other)
    book.build(BLOG_BASEURL=BASE)
    assert "Moved words." in book.soup("posts/2024-01-04-other.html").article.get_text()
    links = book.soup("posts/2024-01-05-alone.html").select("article p a[href*=other]")
    # What a page says of another is told anew.
    assert [a.get_text() for a in links] == [*["다른 글", "절!"] * 2, "절!", *["다른 글"] * 4]
    assert warning_of_a_second(book).startswith("the blog has no page and no file other.md")


def warning_of_a_second(book: Book) -> str:
    """What is said where two posts have the name that a link gives without a date."""
    second = book.post("2024-01-06-other", "글.\n", title="둘")
    said = book.fail(BLOG_BASEURL=BASE)
    second.unlink()
    return said.partition("alone.md:6: WARNING: ")[2]


def test_another_slug_moves_the_post_and_what_leads_to_it(book: Book) -> None:
    path = book.root / "posts/2024-01-01-first.md"
    path.write_text(path.read_text(encoding="utf-8").replace("slug: first-steps", "slug: 새-주소"), encoding="utf-8")
    book.build(BLOG_BASEURL=BASE)
    assert not list(book.site.rglob("*first-steps*"))
    assert "새-주소.html" in [unquote(a["href"]) for a in book.soup(SECOND).select("article p a")]
    assert next(unquote(a["href"]) for a in book.soup(THIRD).select("nav.series ol a")) == "새-주소.html"
    assert f"alone.md:6: WARNING: loads {BASE}images/a.svg from another host" in book.fail()  # where it has no address
