"""Tables that code writes: in the look of the page, in boxes that scroll; those of the libraries, built once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from conftest import Book
from playwright.sync_api import Browser

from blogkit.render.outputs.tables import dressed

POST = "posts/2024-01-01-tables.html"
SETTLED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"


@pytest.fixture(scope="module")
def book(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    text = (Path(__file__).parent / "tables.md").read_text(encoding="utf-8")
    book.post("2024-01-01-tables", text, title="표", requirements=["jinja2", "matplotlib"])
    book.build(BLOG_BASEURL="https://example.com/")
    return book


def outputs(book: Book) -> list[BeautifulSoup]:
    return book.soup(POST).select(".output.text_html")


def test_libraries_bring_no_look_of_their_own(book: Book) -> None:
    assert len(outputs(book)) == 9
    for output in outputs(book):
        assert len(output.select(".scroll > table")) == 1
        assert not output.select("[border], [style*='padding'], [valign], [halign], th:empty")
        for style in output.select("style"):
            assert set(re.findall(r"^([^{\n]+) \{", style.get_text(), re.MULTILINE)) and "#T_" in style.get_text()
            assert ".dataframe" not in style.get_text() and ".gt_table" not in style.get_text()
    ids = [element["id"] for output in outputs(book) for element in output.select("[id]")]
    assert len(ids) == len(set(ids))


def test_numbers_stand_right_and_texts_left(book: Book) -> None:
    frame, _wide, many, polars, *_others = outputs(book)
    kinds = [[" ".join(cell.get("class", [])) for cell in row.select("th, td")] for row in frame.select("tr")]
    assert kinds == 4 * [["label number", "", "number", "number", "date", "long"]]
    assert [cell.get_text() for cell in many.select("th.label")] == ["도시", "서울", "부산"]
    assert [cell.get_text() for cell in many.select("tbody .number")] == re.findall(
        r"\S+", "2023 1 0.1 2024 2 0.2 2023 3 0.3 2024 4 0.4"
    )
    assert [cell.get_text() for cell in polars.select(".number")] == ["n", "x", "i64", "f64", "1", "0.5", "20", "null"]


def test_the_size_of_a_table_is_a_line_of_its_own(book: Book) -> None:
    sizes = [line.get_text() for line in book.soup(POST).select("p.dimensions")]
    assert sizes == ["80 rows × 25 columns", "shape: (2, 3)"]


def test_what_authors_coloured_stays(book: Book) -> None:
    coloured = [bool(output.select(".coloured")) for output in outputs(book)]
    assert coloured == [False, False, False, False, True, True, False, False, True]
    text = str(book.soup(POST))
    assert "linear-gradient" in text and "background-color: yellow" in text and "background-color: #000080" in text


@pytest.mark.slow
def test_tables_are_legible_and_reached_by_the_keyboard(book: Book, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((book.site / POST).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
        assert not found.response["violations"], f"{scheme}: {found.generate_report()}"
    wide = page.locator(".scroll[tabindex]").nth(1)
    assert wide.evaluate("(box) => box.scrollWidth > 2 * box.clientWidth")
    wide.evaluate("(box) => (box.scrollLeft = 500)")
    for corner_and_name in ("thead tr > *", "tbody th"):
        left = wide.locator(corner_and_name).first.evaluate("(cell) => cell.getBoundingClientRect().left")
        assert 0 <= left <= 30
    name = page.locator("tbody td", has_text="대구광역시").first
    assert name.evaluate("(cell) => cell.getBoundingClientRect().height") < 40  # in one line
    page.close()


def test_feeds_have_tables_with_their_alignment(book: Book) -> None:
    feed = BeautifulSoup((book.site / "feed.xml").read_text(encoding="utf-8"), "xml")
    table = BeautifulSoup(feed.find("content").get_text(), "lxml").table
    assert [cell["align"] for cell in table.find_all("td", string=["1", "0.50"])] == ["right", "right"]
    assert not table.find("td", string="부산").get("align") and not table.get("border")


@pytest.mark.parametrize(
    "html",
    [
        "<p>no table</p>",
        "<script>x = '<table><tr><td>1</td></tr></table>'</script>",
        "<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>",
        "<table><tr><td>1</td></tr>",
    ],
)
def test_what_is_no_plain_table_stays_as_it_is(html: str) -> None:
    assert dressed(html) == html


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (["1", "-2.5", "NaN"], "number"),
        (["$1,234.50", "(3)", "12%", "1e-05"], "number"),
        (["2024-01-01", "2024-01-02 10:00:00"], "date"),
        (["1", "one"], ""),
        (["NaN", ""], ""),
        (["010-1234-5678"], ""),
        (["a text that is longer than others"], "long"),
    ],
)
def test_a_column_is_what_all_its_cells_are(column: list[str], kind: str) -> None:
    rows = "".join(f"<tr><td>x</td><td>{text}</td></tr>" for text in column)
    cell = BeautifulSoup(dressed(f"<table>{rows}</table>"), "lxml").select_one("tr td:last-child")
    assert " ".join(cell.get("class", [])) == kind


def test_spans_that_are_none_are_one() -> None:
    assert "<td" in dressed(
        "<table><tr><td colspan='x' rowspan='99999999'>1</td><td colspan='99999999'>2</td></tr></table>"
    )
