"""The table of contents marks the section that is read, wherever its reader comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from conftest import Book
from playwright.sync_api import Browser, Page, expect

from blogkit.publish.server import serving

pytestmark = pytest.mark.slow
POST = "posts/2024-01-01-one.html"
SECTIONS = ("처음", "깊이", "긴 절", "짧은 하나", "짧은 둘", "끝")
IDS = [name.replace(" ", "-") for name in SECTIONS]
AT_REST = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def server(make_book: Callable[[], Book]) -> Iterator[str]:
    book = make_book()
    words = "글을 길게 씁니다. " * 60 + "\n\n"
    lengths = (6, 3, 40, 0, 0, 0)
    body = "".join(
        f"{'###' if name == '깊이' else '##'} {name}\n\n{words * length}짧은 글입니다.\n\n"
        for name, length in zip(SECTIONS, lengths, strict=True)
    )
    book.post("2024-01-01-one", body + "(inside)=\n\n더 깊습니다.\n")
    book.post("2024-01-02-many", "".join(f"## 절 {n}\n\n{words}" for n in range(60)))
    book.post("2024-01-03-short", "".join(f"## {name}\n\n짧습니다.\n\n" for name in "가나다"))
    book.build()
    with serving(book.site) as found:
        yield found.home


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    context = browser.new_context(viewport={"width": 1440, "height": 800}, reduced_motion="reduce")

    def open_(path: str = POST) -> Page:
        page = context.new_page()
        page.goto(server + path)
        page.evaluate(AT_REST)
        return page

    yield open_
    context.close()


def marked(page: Page) -> str:
    page.evaluate(AT_REST)
    (link,) = page.locator(".toc [aria-current=location]").all()
    return str(link.text_content())


def scroll(page: Page, to: str) -> str:
    page.evaluate(f"scrollTo(0, {to})")
    return marked(page)


def top_of(name: str) -> str:
    return f"document.getElementById('{name.replace(' ', '-')}').getBoundingClientRect().top + scrollY"


def test_down_the_page_and_up_again_each_section_is_marked_in_turn(open_page: Callable[..., Page]) -> None:
    page = open_page()
    assert marked(page) == "처음"
    height = page.evaluate("document.documentElement.scrollHeight - innerHeight")
    down = [scroll(page, str(y)) for y in range(0, height + 40, 40)]
    assert list(dict.fromkeys(down)) == list(SECTIONS)
    assert [SECTIONS.index(name) for name in down] == sorted(SECTIONS.index(name) for name in down)
    up = [scroll(page, str(y)) for y in range(height, -40, -40)]
    assert list(dict.fromkeys(up)) == list(reversed(SECTIONS))
    assert scroll(page, f"{top_of('긴 절')} + 2000") == "긴 절"


@pytest.mark.parametrize("name", SECTIONS)
def test_what_was_jumped_to_is_marked_until_the_reader_moves_on(open_page: Callable[..., Page], name: str) -> None:
    page = open_page()
    page.locator(".toc").get_by_text(name, exact=True).click()
    assert marked(page) == name
    assert scroll(page, "0") == "처음"
    page.locator(".toc").get_by_text(name, exact=True).click()  # its address is there already
    assert marked(page) == name
    assert scroll(page, "document.documentElement.scrollHeight") == (name if name in SECTIONS[4:] else "끝")
    assert scroll(page, f"{top_of('긴 절')} + 2000") == "긴 절"
    assert marked(open_page(f"{POST}#{name.replace(' ', '-')}")) == name


def test_a_page_that_hardly_scrolls_has_a_top_and_an_end(open_page: Callable[..., Page]) -> None:
    page = open_page("posts/2024-01-03-short.html")
    page.set_viewport_size({"width": 1440, "height": page.evaluate("document.documentElement.scrollHeight") - 100})
    assert [scroll(page, y) for y in ("0", "9999", "0")] == ["가", "다", "가"]


def test_a_jump_into_a_section_marks_it_and_going_back_the_one_before(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{POST}#{IDS[3]}")
    page.evaluate("location.hash = 'inside'")
    expect(page).to_have_url(re.compile("#inside$"))
    assert marked(page) == "끝"
    page.go_back()
    assert marked(page) == "짧은 하나"


def test_a_smooth_jump_ends_where_it_leads(browser: Browser, server: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 800}, reduced_motion="no-preference")
    page.goto(server + POST)
    page.evaluate("addEventListener('scrollend', () => (document.title = 'rest'))")
    page.locator(".toc").get_by_text("짧은 하나", exact=True).click()
    expect(page).to_have_title("rest")
    assert marked(page) == "짧은 하나"
    page.mouse.wheel(0, -400)
    expect(page.locator(".toc [aria-current]")).to_have_text("긴 절")
    page.close()


def test_a_long_list_scrolls_by_itself_to_what_is_marked(open_page: Callable[..., Page]) -> None:
    page = open_page("posts/2024-01-02-many.html")
    inside = """() => {
        const [list, entry] = [".toc details", ".toc [aria-current]"].map((name) =>
            document.querySelector(name).getBoundingClientRect());
        return list.top <= entry.top && entry.bottom <= list.bottom;
    }"""
    assert not page.evaluate("document.querySelector('.toc details').scrollTop")
    for name in ("절 40", "절 59", "절 3"):
        place = page.evaluate(f"Math.round({top_of(name)})")
        assert (scroll(page, str(place)), page.evaluate("Math.round(scrollY)")) == (name, place)
        assert page.evaluate(inside)
