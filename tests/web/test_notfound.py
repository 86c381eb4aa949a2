"""What readers can do where no page is, at any depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import BASE, Book
from playwright.sync_api import Browser, Page, expect

from blogkit.publish.server import serving

pytestmark = pytest.mark.slow
POST = "posts/2024-01-01-one.html"


@pytest.fixture(scope="module")
def home(make_book: Callable[[], Book]) -> Iterator[str]:
    book = make_book()
    book.post("2024-01-01-one", "손글씨 숫자를 분류합니다.\n", title="손글씨 분류")
    book.build(BLOG_BASEURL=BASE)
    with serving(book.site, urlsplit(BASE).path) as server:
        yield server.home


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.context.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("none", "none"),
        (quote("2019/12/손글씨-분류/"), "손글씨 분류"),
        ("posts/2020-01-01-mnist_image--classification.v2.html?a=b#c", "mnist image classification v2"),
        ("a/b/c/two%20words.HTML", "two words"),
        ("a/%E0%A4", ""),
    ],
)
def test_the_words_of_the_address_are_what_is_searched_for(page: Page, home: str, address: str, words: str) -> None:
    assert page.goto(home + address).status == 404
    expect(page.get_by_role("searchbox")).to_have_value(words)


def test_what_is_typed_is_found(page: Page, home: str) -> None:
    page.goto(f"{home}a/b/")
    page.get_by_role("searchbox").fill("손글씨")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#search input")).to_have_value("손글씨")
    expect(page.locator(".search-results a")).to_contain_text("손글씨 분류")
    page.locator("#search input").press("Enter")
    page.wait_for_url(lambda url: url.startswith(home + POST))


@pytest.mark.parametrize("button", ["main form button", "#search-open"])
def test_each_button_opens_the_search_though_nothing_is_typed(page: Page, home: str, button: str) -> None:
    page.goto(f"{home}a/b/%E0%A4")
    page.locator(button).click()
    expect(page.locator("#search input")).to_be_focused()
    expect(page.locator("#search input")).to_have_value("")


def test_without_scripts_only_what_works_is_shown(browser: Browser, home: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{home}a/b/c")
    expect(page.locator("main form")).to_be_hidden()
    page.get_by_role("main").get_by_role("link", name="모든 글").click()
    assert page.url == f"{home}archive.html"
    page.context.close()


def test_everyone_can_use_it(page: Page, home: str) -> None:
    page.goto(f"{home}a/b/c")
    expect(page.get_by_role("searchbox")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
