"""A blog in English, and a post in English in a blog in Korean."""

from __future__ import annotations

import gettext
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import Book, code
from lxml import etree
from playwright.sync_api import Browser
from test_language import HANGUL, LETTERS

from blogkit.language import words
from blogkit.render.pages.filters import Filters
from blogkit.render.pages.scripts import in_language, minify, with_version

pytestmark = pytest.mark.slow
PLOT = code(
    "import matplotlib.pyplot as plt\nglue('accuracy', 0.97631)\nglue('images', 60000)\n_ = plt.plot([1, 2, 3])"
)
BODY = f"""\
Right in {{glue:text}}`accuracy`.

## A section

:::{{note}}
Mind this.
:::

- [x] written
- [ ] read

```{{code-cell}} python
:tags: [hide-input]
print("hello")
```

{PLOT}
"""


@pytest.fixture(scope="session")
def english(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    book.config(language="en", blog_giscus={"repo": "a/b"}, blog_search_synonyms=[["NN", "neural network"]])
    book.config(blog_description="An executed blog. It computes its numbers.")
    book.write("index.md", "# Home\n")
    book.write("about.md", "# About\n\nAbout me.\n")
    front = {"title": "First post", "author": "Ada", "categories": ["AI"], "tags": ["plots", "one"]}
    book.post("2026-01-31-first", BODY, **front, description="Right in {accuracy:.1%}.", expect={"accuracy": "> 0.9"})
    book.post("2026-01-30-second", "Words.\n", title="Second post", tags=["plots"], author="Ada", updated="2026-02-01")
    book.post("2025-01-01-draft", "Words.\n", title="Not finished", draft=True)
    for number in range(1, 10):
        book.post(f"2024-01-{number:02}-post", "Words.\n", title=f"Post {number}")
    book.build(BLOG_PREVIEW="1", BLOG_BASEURL="https://example.com/blog/")
    return book


@pytest.fixture(scope="session")
def mixed(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    book.post("2026-01-03-last", title="나중 글", tags=["둘"])
    book.post("2026-01-02-english", BODY, title="An English post", lang="en", tags=["둘"], description="In English.")
    book.post("2026-01-01-korean", title="한국어 글", lang="ko", tags=["둘"])
    book.build(BLOG_BASEURL="https://example.com/blog/")
    return book


def one(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    found = soup.select_one(selector)
    assert found is not None, selector
    return found


def test_no_file_of_an_english_blog_has_korean_words(english: Book) -> None:
    files = [
        path for path in english.site.rglob("*") if path.suffix not in (".png", ".webp", ".woff2") and path.is_file()
    ]
    assert {".html", ".xml", ".json", ".jsonl", ".ipynb", ".js", ".md", ".txt"} <= {path.suffix for path in files}
    names = {Path(name).name for name in LETTERS}
    korean = {path.name for path in files if HANGUL.search(path.read_text(encoding="utf-8"))}
    assert korean == names


def test_an_english_blog_writes_dates_and_plurals(english: Book) -> None:
    post = " ".join(english.text("posts/2026-01-30-second.html").split())
    assert "January 30, 2026 Updated February 1, 2026 1 min read" in post
    archive = english.text("archive.html")
    assert "12 posts" in archive and "2025 1 post\n" in archive and "2026 2 posts\n" in archive
    assert "Jan 31\n" in archive and "Draft" in archive
    assert one(english.soup("archive.html"), "html")["lang"] == "en"
    description = one(english.soup("tags/one.html"), "meta[name=description]")["content"]
    assert description == "Tags: one. 1 post: First post"
    results = english.text("results.html")
    assert "60,000" in results and " sec" in results


def test_what_sphinx_and_the_blog_say_within_a_post_is_english(english: Book) -> None:
    page = english.soup("posts/2026-01-31-first.html")
    assert one(page, ".admonition-title").get_text() == "Note"
    assert one(page, "details.hide summary").get_text() == "Show code"
    assert [box["aria-label"] for box in page.select("input")] == ["Done", "To do"]
    assert one(page, "a.headerlink")["aria-label"] == "Link to this part"
    assert json.loads(str(one(page, "[data-giscus]")["data-giscus"])) == {"lang": "en", "repo": "a/b"}
    assert one(page, "meta[property='og:locale']")["content"] == "en_US"
    assert not page.select("body [lang]")


def test_languages_without_a_catalog_have_english_words_and_their_own_dates(book: Book) -> None:
    book.config(language="pt_BR")
    book.post("2026-01-31-post", "Palavras.\n", title="Um texto")
    book.build()
    page = book.soup("posts/2026-01-31-post.html")
    assert one(page, "html")["lang"] == "pt-BR"
    assert "31 de janeiro de 2026" in page.get_text() and "1 min read" in page.get_text()


def test_a_blog_needs_a_language_that_there_is(book: Book) -> None:
    book.config(language="korean")
    assert "language: 'korean' is no code of a language" in book.fail()


def test_a_post_in_another_language_says_so(mixed: Book) -> None:
    page = mixed.soup("posts/2026-01-02-english.html")
    assert one(page, "html")["lang"] == "ko"
    assert one(page, "article")["lang"] == "en"
    assert json.loads(one(page, "script[type='application/ld+json']").get_text())["inLanguage"] == "en"
    assert one(page, "meta[property='og:locale']")["content"] == "en_US"
    feed = json.loads((mixed.site / "feed.json").read_text(encoding="utf-8"))
    assert [item.get("language") for item in feed["items"]] == [None, "en", "ko"]
    atom = etree.parse(mixed.site / "feed.xml")
    languages = [element.get("{http://www.w3.org/XML/1998/namespace}lang") for element in atom.getroot()[-3:]]
    assert languages == [None, "en", "ko"]


def test_the_notebook_of_a_post_in_another_language_is_all_in_that(mixed: Book) -> None:
    notebook = (mixed.site / "posts/2026-01-02-english.ipynb").read_text(encoding="utf-8")
    assert "> **Note**" in notebook and "# Needed outside the blog" in notebook
    assert not HANGUL.search(notebook)


def test_what_the_blog_says_around_a_post_in_another_language_keeps_its_own(mixed: Book) -> None:
    page = mixed.soup("posts/2026-01-02-english.html")
    for element in page.select("article [aria-label], article summary, article .facts, article .downloads a, aside h2"):
        if HANGUL.search(str(element.get("aria-label") or element.get_text())):
            assert nearest(element) == "ko", element
    for text in ("An English post", "In English.", "A section", "Note", "Show code"):
        assert all(nearest(element.parent) == "en" for element in one(page, "article").find_all(string=text)), text


@pytest.mark.parametrize(
    "name", ["index.html", "archive.html", "tags/둘.html", "posts/2026-01-03-last.html", "results.html"]
)
def test_lists_say_which_posts_are_in_another_language(mixed: Book, name: str) -> None:
    page = mixed.soup(name)
    titles = [text for text in page.body.find_all(string=True) if text.strip() in ("An English post", "In English.")]
    assert titles and all(nearest(text.parent) == "en" for text in titles)
    assert {nearest(text.parent) for text in page.body.find_all(string="한국어 글")} <= {"ko"}


def nearest(element: Tag | None) -> str:
    """Return the language of an element."""
    assert element is not None
    return str(next(each["lang"] for each in (element, *element.parents) if each.get("lang")))


def test_pages_of_one_language_name_it_once(mixed: Book) -> None:
    named = mixed.soup("posts/2026-01-01-korean.html").select("[lang]")
    assert {element.name for element in named if element.find_parent("aside") is None} == {"html"}


def test_each_language_is_broken_into_lines_by_its_own_rules(mixed: Book, browser: Browser) -> None:
    page = browser.new_page()
    styles = {}
    for name in ("english", "korean"):
        page.goto(next(mixed.site.glob(f"posts/*{name}.html")).as_uri())
        style = "getComputedStyle(document.querySelector('.prose p:not([class])'))"
        styles[name] = page.evaluate(f"[{style}.hyphens, {style}.wordBreak]")
    page.close()
    assert styles == {"english": ["auto", "normal"], "korean": ["manual", "keep-all"]}


def test_buttons_on_a_post_in_another_language_are_in_that_of_the_blog(mixed: Book, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(next(mixed.site.glob("posts/*english.html")).as_uri())
    button = page.locator("button.copy").first
    assert (button.text_content(), button.get_attribute("lang")) == ("복사", "ko")
    page.close()


class Slavic(gettext.NullTranslations):
    """A language with three forms, and quotes in its words."""

    def info(self) -> dict[str, str]:
        return {"language": "pl"}

    def gettext(self, message: str) -> str:
        return f'"{message}" </script> \\'

    def ngettext(self, one: str, many: str, number: int) -> str:
        return {1: "jeden", 2: "kilka"}.get(number if number == 1 else 2 if number % 10 in (2, 3, 4) else 0, "wiele")


def test_scripts_get_words_as_literals() -> None:
    script = in_language('say(_("Copy"), ngettext("%s post", "%s posts", found.length));', Slavic())
    literal = json.dumps('"Copy" </script> \\')
    assert script.startswith(f"say({literal}, ({{")
    assert script.endswith('[new Intl.PluralRules("pl").select(found.length)]);')
    assert set(json.loads(script[script.index("({") + 1 : script.index("})") + 1])) >= {"one", "few", "many"}
    assert in_language('_("Copy")', words("ko")) == '"복사"'


@pytest.mark.parametrize(
    ("language", "seconds", "shown"),
    [("ko", 0.01, "0.1초"), ("ko", 185, "3분 5초"), ("ko", 3600, "1시간 0분"), ("en", 185, "3 min, 5 sec")],
)
def test_durations(language: str, seconds: float, shown: str) -> None:
    assert Filters(language).duration(seconds) == shown


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("ko", True, "예"),
        ("en", True, "Yes"),
        ("en", 60000, "60,000"),
        ("pt", 60000, "60.000"),
        ("pt", 0.97631, "0,97631"),
        ("ko", 123456.0, "123456"),
        ("en", 1e-7, "1e-07"),
        ("en", float("nan"), "nan"),
        ("en", "text", "text"),
    ],
)
def test_values(language: str, value: bool | int | float | str, shown: str) -> None:
    assert Filters(language).value(value) == shown


def test_times() -> None:
    midnight = "2026-01-30T15:05:00+00:00"
    assert Filters("ko").time(midnight, "Asia/Seoul") == "2026년 1월 31일 00:05"
    assert Filters("en").time(midnight, "Europe/Lisbon") == "January 30, 2026, 15:05"
    assert (Filters("ko").day(midnight), Filters("ko").year(2026)) == ("1월 30일", "2026년")


def test_readers_load_scripts_without_comments_and_indents() -> None:
    script = '// What it does.\nconst a = "//b"; // why\n  /** Say it. */\n  say(`/* c */`);\n'
    assert minify(script) == 'const a = "//b";\nsay(`/* c */`);\n'


def test_imports_of_scripts_have_their_version() -> None:
    assert with_version(b'import { a } from "./search-a.js";', "1f") == b'import { a } from "./search-a.js?v=1f";'
