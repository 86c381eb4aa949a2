"""A reader of a page on which a model is tried."""

from __future__ import annotations

from collections.abc import Iterable

from playwright.sync_api import Page

WEIGHT = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((entry) => entry.initiatorType !== "img").reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
"""Bytes that have come over the wire, without pictures."""
SHIFTS = """new Promise((done) => new PerformanceObserver((list, observer) => {
    observer.disconnect();
    done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0));
}).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 500))"""
SEVEN = ((0.25, 0.25), (0.8, 0.22), (0.45, 0.85))
ONE = ((0.12, 0.1), (0.1, 0.4))
"""Small, and in a corner."""


def come_near(page: Page) -> None:
    """Jump to the model, and wait until it is there."""
    page.locator(".try").scroll_into_view_if_needed()
    page.wait_for_selector(".try.ready .tryout")


def draw(page: Page, points: Iterable[tuple[float, float]]) -> None:
    """Draw a stroke with the mouse; points are shares of the sheet."""
    sheet = page.locator(".tryout .paper canvas")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box
    first, *others = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*first)
    page.mouse.down()
    for x, y in others:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def best(page: Page) -> str:
    """Return the label of the longest bar."""
    return page.locator(".tryout .bars .best b").inner_text()
