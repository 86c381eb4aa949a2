"""A model that readers try, in a real browser: by keyboard, in both schemes, on a phone, without its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import SETTLED, Book, troubles_of
from PIL import Image
from playwright.sync_api import Browser, Page
from trying import best, come_near, draw

from blogkit.publish.server import serving

pytestmark = pytest.mark.slow
SOURCE = (Path(__file__).parent / "try_digits.md").read_text(encoding="utf-8")
FILES = [f"files/clock/{name}" for name in ("clock.json", "clock.f16", "clock digits.png")]
LABEL = '<b>{}</b> & "{}"\'</script>'
STROKE = ((0.2, 0.5), (0.8, 0.5))


@pytest.fixture(scope="module")
def home(make_book: Callable[[], Book]) -> Iterator[str]:
    book = make_book()
    book.config(language="en")
    book.post("2024-01-01-clock", SOURCE, file_format="mystnb", outputs=FILES)
    book.build()
    with serving(book.site, "/blog/") as server:
        yield server.home


@pytest.fixture
def open_page(browser: Browser, home: str) -> Iterator[Callable[..., Page]]:
    pages = []

    def open_page(**options: Any) -> Page:
        page = browser.new_page(reduced_motion="reduce", **options)
        pages.append(page)
        page.troubles = troubles_of(page)  # type: ignore[attr-defined]
        page.goto(f"{home}posts/2024-01-01-clock.html")
        return page

    yield open_page
    for page in pages:
        page.close()


def test_it_answers_to_each_sample_as_the_build_says(open_page: Callable[..., Page]) -> None:
    """Those behind the cells of the table, which are all."""
    page = open_page()
    come_near(page)
    page.locator(".tryout summary").click()
    read = 0
    for cell in page.locator(".confusion td button").all():
        cell.click()
        assert cell.get_attribute("aria-pressed") == "true"
        for tile in page.locator(".mistakes .tile").all():
            tile.click()
            answer, _read, said = tile.get_attribute("aria-label").partition(", read ")  # type: ignore[union-attr]
            shown = page.locator(".tryout .said").inner_text()
            assert best(page) == (answer if said == "right" else said.removeprefix("as "))
            assert answer in shown and best(page) in shown
            read += 1
    assert read == 24
    assert page.troubles == []  # type: ignore[attr-defined]


def test_it_is_used_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page()
    come_near(page)
    page.locator(".samples .tile").first.focus()
    page.keyboard.press("Enter")
    assert LABEL.format(0, 0) in page.locator(".tryout [role=status].said").inner_text()
    page.locator(".tryout summary").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")  # to the table, which scrolls on a phone, or its first cell
    cells = page.locator(".confusion td button")
    if not cells.first.evaluate("(cell) => cell === document.activeElement"):
        page.keyboard.press("Tab")
    assert cells.first.evaluate("(cell) => cell === document.activeElement")
    page.keyboard.press("ArrowDown")
    assert not cells.first.evaluate("(cell) => cell === document.activeElement")
    page.keyboard.press("Enter")
    assert page.locator(".confusion [aria-pressed=true]").count() == 1
    assert page.locator(".confusion td button[tabindex='0']").count() == 1


def test_a_tap_is_a_dot_and_another_finger_draws_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page()
    come_near(page)
    sheet = page.locator(".tryout .paper canvas")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box
    sheet.hover()
    page.mouse.down()
    sheet.dispatch_event("pointermove", {"pointerId": 99, "clientX": box["x"] + 20, "clientY": box["y"] + 20})
    page.mouse.up()
    assert sheet.evaluate("(sheet) => sheet.getContext('2d').getImageData(40, 40, 1, 1).data[3]") == 0
    page.get_by_role("button", name="Clear").click()
    assert page.locator(".tryout .best").count() == 0
    sheet.click()
    assert page.locator(".tryout .best").count() == 1
    assert "sure" in page.locator(".tryout .said").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_drawn_is_seen_in_both_schemes(open_page: Callable[..., Page], scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    come_near(page)
    draw(page, STROKE)
    page.mouse.move(0, 0)
    for part in (".paper canvas", ".side canvas"):
        shot = Image.open(BytesIO(page.locator(f".tryout {part}").screenshot())).convert("L")
        pixels = np.asarray(shot.crop((4, 4, shot.width - 4, shot.height - 4))).astype(int)
        ink, paper = (pixels.max() if scheme == "dark" else pixels.min()), pixels[0, 0]
        assert abs(ink - paper) > 80
        assert (paper > 128) == (scheme == "light")


@pytest.mark.parametrize("width", [360, 1200])
def test_anyone_can_use_it(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(viewport={"width": width, "height": 740})
    come_near(page)
    draw(page, STROKE)
    page.locator(".tryout summary").click()
    page.locator(".confusion td button").first.click()
    page.evaluate(SETTLED)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page).response["violations"]
    assert not [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


def test_without_javascript_there_are_samples_and_a_sentence(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    assert page.locator(".try > .tiles > img").is_visible()
    assert page.locator(".without noscript").is_visible()
    assert not page.locator(".try .scripted").is_visible()


def test_what_does_not_come_is_told(browser: Browser, home: str) -> None:
    page = browser.new_page()
    page.route("**/*.f16*", lambda route: route.abort())
    page.goto(f"{home}posts/2024-01-01-clock.html")
    page.locator(".try").scroll_into_view_if_needed()
    page.get_by_text("The model could not be loaded.").wait_for()
    assert page.locator(".try > .tiles > img").is_visible()
    page.close()


def test_paper_has_the_sentence_and_nothing_that_is_dead(open_page: Callable[..., Page]) -> None:
    page = open_page()
    come_near(page)
    page.emulate_media(media="print")
    assert not page.locator(".tryout").is_visible() and not page.locator(".try > .tiles").is_visible()
    assert page.get_by_text("Draw a digit as a clock shows it").is_visible()
    assert page.get_by_text("Try the model on the page").is_visible()
