"""What a page shows is one value: whatever changes in it, the page that exists is written again."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import Tag
from conftest import Book
from PIL import Image

from blogkit.posts.post import Post
from blogkit.site.address import Site
from blogkit.site.entry import Entry
from blogkit.site.settings import Settings
from blogkit.web.pages import Pages
from blogkit.web.social_cards import SocialCard
from blogkit.web.views import PostView

BASE = "https://example.github.io/blog/"
ONE = "posts/2024-01-01-one.html"


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (600, 300), colour).save(file, "PNG")
    return file.getvalue()


def card_of(book: Book) -> Path:
    """The picture that a post's page names for other sites."""
    tag = book.soup(ONE).find("meta", property="og:image")
    assert isinstance(tag, Tag)
    return book.site / str(tag["content"]).removeprefix(BASE)


def test_another_thumbnail_changes_the_picture_that_the_page_names(book: Book) -> None:
    book.write("images/a.png", picture("red"))
    book.post("2024-01-01-one", thumbnail="images/a.png")
    book.build(BLOG_BASEURL=BASE)
    before = card_of(book)
    assert before.is_file()
    book.write("images/a.png", picture("blue"))
    book.build(BLOG_BASEURL=BASE)
    assert card_of(book).is_file()
    assert card_of(book) != before


def test_favicons_reach_pages_that_exist(book: Book) -> None:
    book.post("2024-01-01-one")
    book.build()
    assert [link["href"] for link in book.soup(ONE).select("link[rel=icon]")] == ["data:,"]
    for name in ("favicon.svg", "favicon.png"):
        book.write(f"images/{name}", picture("red"))
    book.build()
    for page in (ONE, "about.html", "index.html", "archive.html"):
        assert len(book.soup(page).select("link[rel=icon]")) == 2, page


def test_settings_reach_pages_that_exist(book: Book) -> None:
    book.post("2024-01-01-one")
    book.build()
    book.config(blog_description="새 말. 둘째 말.")
    book.build(GITHUB_REPOSITORY="me/blog")
    for page in (ONE, "about.html", "index.html", "archive.html"):
        assert book.soup(page).select("footer a[href='https://github.com/me/blog']"), page
    assert book.soup("index.html").h1.text == "새 말"


def test_a_page_more_reaches_the_menu_of_all(book: Book) -> None:
    book.post("2024-01-01-one")
    book.build()
    book.write("more.md", "# 더\n\n더 씁니다.\n")
    toc = book.root / "_toc.yml"
    toc.write_text(toc.read_text(encoding="utf-8").replace("- file: about", "- file: about\n  - file: more"), "utf-8")
    book.build()
    for page in (ONE, "about.html", "archive.html"):
        assert "더" in [a.text for a in book.soup(page).select("header nav a")], page


def test_every_page_equals_that_of_a_clean_build(book: Book, make_book: object) -> None:
    """Whatever was built before, with whatever other words, posts and pictures."""
    clean = make_book()  # type: ignore[operator]
    book.write("images/a.png", picture("red"))
    book.post("2024-01-01-one", tags=["하나"], thumbnail="images/a.png")
    book.post("2024-01-02-two", "사라질 글", tags=["하나"])
    book.build(BLOG_BASEURL=BASE)
    (book.root / "posts/2024-01-02-two.md").unlink()
    for each in (book, clean):
        each.write("images/a.png", picture("blue"))
        each.post("2024-01-01-one", tags=["하나"], thumbnail="images/a.png")
        each.post("2024-01-03-three", tags=["하나", "셋"], categories=["AI"])
        each.build(BLOG_BASEURL=BASE)
    pages = {p.relative_to(clean.site).as_posix(): p for p in clean.site.rglob("*.html")}
    assert pages.keys() == {p.relative_to(book.site).as_posix() for p in book.site.rglob("*.html")}
    for name, page in pages.items():
        assert (book.site / name).read_bytes() == page.read_bytes(), name


def test_each_field_of_a_view_is_in_its_digest() -> None:
    from dataclasses import replace

    from blogkit.site.address import Site
    from blogkit.web.head import Head
    from blogkit.web.views import DocumentView, Frame

    frame = Frame("블로그", "ko", (), "© 나", "", "Asia/Seoul")
    view = DocumentView("about", "소개", "소개 · 블로그", Head(Site("블로그"), "about", "소개"), frame, "feed.xml", ())
    others = [replace(view, frame=replace(frame, **{f.name: "다른"})) for f in fields(Frame)]
    others += [replace(view, head=replace(view.head, **{f.name: "다른"})) for f in fields(Head)]
    others += [
        replace(view, head=replace(view.head, site=replace(Site("블로그"), **{f.name: "x"}))) for f in fields(Site)
    ]
    digests = {each.digest("r") for each in (view, *others)} | {view.digest("other renderer")}
    assert len(digests) == len(others) + 2


def test_what_cannot_be_digested_is_an_error() -> None:
    from blogkit.web.views import _plain

    with pytest.raises(TypeError, match="cannot be digested"):
        _plain(object())


def view_of(base: str = BASE, **values: object) -> PostView:
    day = dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC)
    post = Post(Path("posts/글.md"), "posts/글", "---\ntitle: 글\n---\n```{code-cell} python\n1\n```\n", "글", day)
    cards = dict.fromkeys(["index", post.docname], SocialCard("a", "글"))
    (view,) = Pages(Settings(), Site("블로그", base), [Entry(post, **values)], [], {}, cards, [], day).of_documents()  # type: ignore[arg-type]
    assert isinstance(view, PostView)
    return view


def test_colab_opens_the_notebook_that_is_published() -> None:
    address = unquote(view_of().colab_url).partition("#fileId=")[2]
    assert unquote(address) == f"{BASE}posts/글.ipynb"
    assert not view_of(base="").colab_url


def test_a_post_that_was_changed_on_its_day_was_not_updated() -> None:
    day = dt.datetime(2024, 1, 1, 23, tzinfo=dt.UTC)
    assert not view_of(updated=day).updated
    assert view_of(updated=day + dt.timedelta(hours=1)).updated == "2024-01-02T00:00:00+00:00"
