"""A blog's own look: style sheets, templates, pictures, menu, foot and home page, without a change to the engine."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, Book
from playwright.sync_api import Browser

from blogkit import palette
from blogkit.render.pages.builder import _STATIC

PAGES = ("index.html", "about.html", "archive.html", "posts/2024-01-01-one.html")
DOCS = (ROOT / "docs/theming.md").read_text(encoding="utf-8")
THEME = re.search(r"```css\n(.*?)```", DOCS, re.DOTALL)[1]  # type: ignore[index]
GROUND = "getComputedStyle(document.body).backgroundColor"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>'


def keys(book: Book, **values: object) -> None:
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    book.write("_config.yml", yaml.safe_dump(config | values, allow_unicode=True))


def hrefs(book: Book, page: str, selector: str) -> dict[str, str]:
    return {a.text: a["href"] for a in book.soup(page).select(f"{selector} a")}


def test_own_style_sheets_and_scripts_are_on_every_page(book: Book) -> None:
    book.post("2024-01-01-one")
    book.build()
    book.write("_static/b.css", "@import 'more/c.css';")
    book.write("_static/a.css", ":root { --paper: light-dark(#ffeedd, #112233) }")
    book.write("_static/own.js", "document.title")
    book.write("_static/more/c.css", "p {}")
    book.write("_static/.hidden.css", "p {}")
    book.build()
    for page in PAGES:
        soup = book.soup(page)
        sheets = [link["href"].rpartition("_static/")[2] for link in soup.select("link[rel=stylesheet]")]
        assert [name.partition("?")[0] for name in sheets] == ["blog.css", "a.css", "b.css"], page
        assert soup.select_one('script[defer][src*="_static/own.js?v="]'), page
        assert [meta["content"] for meta in soup.select("meta[name=theme-color]")] == ["#ffeedd", "#112233"]
    assert (book.site / "_static/more/c.css").is_file()
    assert not (book.site / "_static/.hidden.css").exists()
    before = str(book.soup("about.html").head)
    book.write("_static/a.css", ":root { --paper: light-dark(#ffffff, #000000) }")
    (book.root / "_static/own.js").unlink()
    book.build()
    after = str(book.soup("about.html").head)
    assert before != after
    assert "#ffeedd" not in after
    assert "own.js" not in after
    assert not (book.site / "_static/own.js").exists()
    assert (book.site / "_static/blog.css").is_file()


def test_static_files_that_may_not_be_published(book: Book, tmp_path: Path) -> None:
    (tmp_path / "secret.css").write_text("p {}", encoding="utf-8")
    (book.root / "_static").mkdir()
    (book.root / "_static/link.css").symlink_to(tmp_path / "secret.css")
    assert "link.css: it lies outside the book" in book.fail()
    (book.root / "_static/link.css").unlink()
    book.write("_static/blog.css", "p {}")
    assert "blog.css: the theme has a file of this name; take another name" in book.fail()


def test_what_the_look_loads_from_another_host_is_a_fault(book: Book) -> None:
    book.write("_static/own.css", 'p {}\n@import "https://fonts.example/a.css";')
    keys(book, html={"announcement": "<img src=https://a.example/b.png>"})
    said = book.fail()
    assert "_static/own.css:2: loads https://fonts.example/a.css from another host" in said
    assert re.search(r"_config.yml:\d+: blog_announcement: loads https://a.example/b.png from another host", said)
    book.config(blog_hosts=["fonts.example", "a.example"])
    book.build()


def test_own_templates(book: Book) -> None:
    book.post("2024-01-01-one")
    book.build()
    template = book.write(
        "_templates/layout.html",
        '{% extends "!layout.html" %}{% block head %}<meta name="x" content="1">{% endblock %}',
    )
    book.config(templates_path=["_templates"])
    book.build()
    for page in PAGES:
        assert book.soup(page).select("meta[name=x]"), page
    template.write_text(template.read_text(encoding="utf-8").replace('"1"', '"2"'), encoding="utf-8")
    book.build()
    for page in PAGES:
        assert book.soup(page).select("meta[name=x][content='2']"), page
    for mistake in ("{% extends", '\n{% extends "!layout.html" %}\n{% block head %}{{ a.b.c }}{% endblock %}'):
        template.write_text(mistake, encoding="utf-8")
        log = book.fail()
        assert re.search(r"_templates/layout.html:[13]: the template cannot be filled: .*; mend it", log), log
        assert "Traceback" not in log
    book.config(templates_path=["nowhere"])
    assert re.search(r"_config.yml:\d+: templates_path: nowhere is no folder of the blog", book.fail())


def test_pictures_foot_and_banner(book: Book) -> None:
    book.write("art/logo.svg", SVG)
    book.write("art/icon.svg", SVG)
    book.post("2024-01-01-one")
    html = {"favicon": "art/icon.svg", "announcement": "<p>News</p>", "extra_footer": "<p>Imprint</p>"}
    html |= {"use_edit_page_button": True, "use_issues_button": True, "use_repository_button": False}
    repository = {"url": "https://github.com/me/blog/", "branch": "next", "path_to_book": "site"}
    keys(book, logo="art/logo.svg", html=html, repository=repository)
    book.build(BLOG_BASEURL="https://example.com/")
    for page in PAGES:
        soup = book.soup(page)
        logo = soup.select_one(".brand img")
        assert (logo["alt"], logo["width"], logo["height"]) == ("", "40", "20")
        assert (book.site / page).parent.joinpath(logo["src"].partition("?")[0]).is_file()
        assert [link["href"].lstrip("./") for link in soup.select("link[rel=icon]")] == ["art/icon.svg"]
        assert soup.select_one("aside.announcement p").text == "News"
        assert soup.select_one("footer .extra p").text == "Imprint"
        assert "https://github.com/me/blog/" not in hrefs(book, page, "footer").values()
    assert {
        "https://github.com/me/blog/edit/next/site/posts/2024-01-01-one.md",
        "https://github.com/me/blog/issues/new?title=one",
    } <= {*hrefs(book, PAGES[3], "footer").values()}
    assert "https://github.com/me/blog/edit/next/site/about.md" in hrefs(book, "about.html", "footer").values()
    assert not any("/edit/" in address for address in hrefs(book, "archive.html", "footer").values())
    assert "https://example.com/art/icon.svg" in (book.site / "feed.xml").read_text(encoding="utf-8")


def test_menu_links_licence_and_cards(book: Book) -> None:
    book.post("2024-01-01-one")
    book.config(
        blog_navigation={"글": "archive", "Elsewhere": "https://example.org/"},
        blog_links={"Imprint": "about"},
        blog_licence="CC BY-SA 4.0",
        blog_home="cards",
    )
    book.build()
    page = PAGES[3]
    assert hrefs(book, page, "header nav") == {"글": "../archive.html", "Elsewhere": "https://example.org/"}
    assert hrefs(book, page, "footer")["Imprint"] == "../about.html"
    address = "https://creativecommons.org/licenses/by-sa/4.0/"
    assert book.soup(page).select_one("footer a[rel=license]")["href"] == address
    assert json.loads(book.soup(page).select_one("script[type='application/ld+json']").text)["license"] == address
    assert f"<rights>CC BY-SA 4.0 {address}</rights>" in (book.site / "feed.xml").read_text(encoding="utf-8")
    assert book.soup("index.html").select(".cards.grid > .card")


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"blog_hosts": "a.example"}, "blog_hosts: 'a.example' must be a list of texts"),
        ({"blog_hosts": ["https://a.example/"]}, "blog_hosts: 'https://a.example/' is no host; write one such as"),
        ({"blog_search_synonyms": "NN"}, "blog_search_synonyms: 'NN' must be a list for each meaning"),
        ({"blog_search_synonyms": ["NN"]}, "blog_search_synonyms: 'NN' must be a list of two texts or more"),
        ({"blog_search_synonyms": [["NN", 2]]}, "blog_search_synonyms: ['NN', 2] must be a list of two texts or more"),
        ({"blog_search_synonyms": [["NN", "A"], ["a", "b"]]}, "blog_search_synonyms: 'a' stands twice"),
        ({"blog_home": "grid"}, "blog_home: 'grid' must be list / cards"),
        ({"blog_navigation": {"a": 5}}, "blog_navigation.a: 5 must be the name of a page"),
        ({"blog_links": {"a": "javascript:x"}}, "blog_links.a: 'javascript:x' must be the name of a page"),
        (
            {"blog_links": {"a": "nowhere"}},
            "blog_links.a: there is no page 'nowhere'; write one such as about, archive",
        ),
        ({"blog_edit_link": True}, "blog_edit_link: it needs the address of the repository"),
        ({"blog_logo": "nowhere.svg"}, "blog_logo: nowhere.svg is not there"),
        ({"blog_favicon": "about.md"}, "blog_favicon: about.md is no picture"),
        ({"html_css_files": ["a.css"]}, "sphinx.config.html_css_files: write `_static/` instead"),
    ],
)
def test_wrong_values_are_one_fault_with_their_line(book: Book, values: dict[str, object], fault: str) -> None:
    book.config(**values)
    log = book.fail()
    assert re.search(r"_config.yml:\d+: " + re.escape(fault), log), log
    assert "Traceback" not in log


def test_the_documented_properties_are_those_of_the_theme() -> None:
    css = palette.css() + (_STATIC / "blog.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root[^{]*\{(.*?)\}", css, re.DOTALL)
    defined = {name for block in blocks for name in re.findall(r"(--[\w-]+):", block) if not name.startswith("--plot-")}
    table = {
        name for row in re.findall(r"^\| (`--[^|]*)\|", DOCS, re.MULTILINE) for name in re.findall(r"--[\w-]+", row)
    }
    assert table == defined
    assert all(f"var({name})" in css for name in table)
    assert {*re.findall(r"(--[\w-]+):", THEME)} <= table
    assert len(THEME.splitlines()) <= 30


@pytest.mark.slow
@pytest.mark.parametrize("page", ["index.html", "posts/2024-01-01-one.html"])
def test_the_second_theme_of_the_documentation(themed: Book, browser: Browser, page: str) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        tab = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
        tab.goto((themed.site / page).as_uri())
        grounds[scheme] = tab.evaluate(GROUND)
        assert tab.evaluate("getComputedStyle(document.querySelector('main')).fontFamily").startswith("Charter")
        assert tab.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith("system-ui")
        tab.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert not found.response["violations"], f"{scheme}: {found.generate_report()}"
        for width in (320, 390, 768, 1280):
            tab.set_viewport_size({"width": width, "height": 800})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.close()
    assert grounds == {"light": "rgb(251, 246, 234)", "dark": "rgb(28, 26, 23)"}


@pytest.mark.slow
def test_cards_stand_in_a_grid_and_below_each_other_on_a_phone(themed: Book, browser: Browser) -> None:
    tab = browser.new_page()
    tab.goto((themed.site / "index.html").as_uri())
    for width, columns in ((390, 1), (760, 2), (1280, 3)):
        tab.set_viewport_size({"width": width, "height": 900})
        edges = [card.bounding_box()["x"] for card in tab.locator(".card").all()]  # type: ignore[index]
        assert len(set(edges)) == columns, width
        picture, text = (tab.locator(f".card:first-child {name}").bounding_box() for name in (".picture", ".text"))
        assert picture["y"] + picture["height"] <= text["y"] + 1  # type: ignore[index]
    tab.emulate_media(media="print")
    brand, head = (tab.locator(name).bounding_box()["x"] for name in (".hero h1", ".bottom .bar > p"))  # type: ignore[index]
    assert abs(brand - head) < 1
    tab.close()


@pytest.fixture(scope="module")
def themed(make_book: Callable[[], Book]) -> Book:
    """A blog in the second theme, with cards and with all that stands at head and foot."""
    book = make_book()
    book.write("_static/theme.css", THEME)
    for name in ("logo.svg", "made.png"):
        shutil.copy(ROOT / "images" / name.replace("logo", "favicon").replace("made", "favicon"), book.root / name)
    book.write("images/made.png", (book.root / "made.png").read_bytes())
    gallery = (Path(__file__).parent / "gallery.md").read_text(encoding="utf-8")
    book.post(
        "2024-01-01-one",
        gallery,
        title="모든 것",
        description="정확도 {accuracy:.2%}입니다.",
        tags=["하나"],
        outputs=["images/made.png"],
        thumbnail="images/made.png",
    )
    for number in range(1, 6):
        book.post(f"2023-01-{number:02}-글-{number}", title=f"{number}번째 글", description="요약입니다. " * number)
    html = {
        "announcement": "<p>새 <a href='https://example.com/'>소식</a></p>",
        "extra_footer": "<p><a href='https://example.com/'>연락</a></p>",
    }
    html |= {"use_edit_page_button": True, "use_issues_button": True}
    keys(book, logo="logo.svg", html=html, repository={"url": "https://github.com/me/blog"})
    book.config(blog_home="cards", blog_licence="CC BY 4.0", blog_links={"RSS": "https://example.com/"})
    book.build()
    return book
