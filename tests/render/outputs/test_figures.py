"""Interactive figures, in a real browser: drawn by the script of the package that ran, with no other host asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from conftest import Book, code, troubles_of
from documented import blocks
from playwright.sync_api import Browser, Page

from blogkit.publish.check import crawl_site
from blogkit.publish.server import serving

pytestmark = pytest.mark.slow
SOURCE = (Path(__file__).parent / "figures.md").read_text(encoding="utf-8")
POST = "posts/2024-01-01-figures"
LIBRARIES = ["plotly", "plotly", "plotly", "bokeh", "bokeh", "vega", "html"]
CANVASES = """function deep(node) {
    const inner = [...(node.shadowRoot?.children ?? []), ...node.children];
    return inner.reduce((sum, each) => sum + deep(each), 0) + (node.matches("canvas.bk-layer") ? 1 : 0);
}"""
FAULTS = {
    "display({'application/vnd.of.nobody+json': {}, 'text/plain': 'x'}, raw=True)": "a page cannot show application/",
    "print('of another kind')": "",
    "from ipywidgets import IntSlider; glue('n', 1); IntSlider()": "a widget needs a running kernel",
    "display(HTML('<script src=https://cdn.example/d3.js></script>'))": "loads https://cdn.example/d3.js from",
    "display(HTML('<iframe srcdoc=\"<link rel=stylesheet href=//a.io/x.css>\"></iframe>'))": "loads //a.io/x.css",
    "display(HTML('<script type=module>import d3 from \"https://b.io/d3/+esm\"</script>'))": "loads https://b.io/d3/+esm",
    "display({'application/javascript': 's.src = \"//c.example/x.js\"'}, raw=True)": "loads //c.example/x.js",
    "display({'application/vnd.plotly.v1+json': {'data': []}}, raw=True)": "write `import plotly` into a cell",
    "display({'application/vnd.vegalite.v6+json': {'data': {'url': '//d.io/a.csv'}}}, raw=True)": "it asks d.io",
}


@pytest.fixture(scope="module")
def book(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    book.post("2024-01-01-figures", SOURCE, lang="en")
    again = "\n".join(blocks("figures.md").values())
    book.post("2024-01-02-again", again, lang="en", file_format="mystnb", requirements=["jinja2"])
    book.build(BLOG_BASEURL="https://example.com/blog/")
    return book


@pytest.fixture(scope="module")
def page(book: Book, browser: Browser) -> Iterator[Page]:
    """The page on a phone, read to its end; ``page.asked`` are the addresses that it asked, ``page.early`` at first."""
    with serving(book.site, "/blog/") as server:
        page = browser.new_page(viewport={"width": 390, "height": 700}, color_scheme="dark")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.troubles = troubles_of(page)  # type: ignore[attr-defined]
        page.goto(f"{server.home}{POST}.html")
        page.evaluate("document.fonts.ready")
        page.early, page.host = [*asked], urlsplit(server.home).netloc  # type: ignore[attr-defined]
        page.before = page.evaluate("document.documentElement.scrollHeight")  # type: ignore[attr-defined]
        for figure in page.query_selector_all(".live"):
            figure.scroll_into_view_if_needed()
            figure.wait_for_selector("xpath=self::*[contains(@class, 'drawn')]", timeout=30_000)
        page.asked = asked  # type: ignore[attr-defined]
        yield page
        page.close()


def figures(page: Page, library: str, wanted: str) -> list[Any]:
    return page.eval_on_selector_all(f".live[data-library={library}]", f"figures => figures.map((f) => {wanted})")


def test_each_library_draws_what_it_was_told(page: Page) -> None:
    assert page.eval_on_selector_all(".live.drawn", "all => all.map((f) => f.dataset.library)") == LIBRARIES
    assert figures(page, "plotly", "f.querySelectorAll('.bars .point').length") == [3, 3, 0]
    assert figures(page, "plotly", "f.querySelectorAll('.scatterlayer .point').length") == [0, 0, 3]
    assert page.evaluate("Bokeh.documents.map((d) => d.roots().length)") == [1, 1]
    assert page.evaluate("Bokeh.documents[0].roots()[0].renderers[0].data_source.data.top.length") == 3
    assert figures(page, "bokeh", f"({CANVASES})(f)") == [2, 4]
    assert figures(page, "vega", "f.querySelectorAll('svg .mark-rect path').length") == [2]
    assert figures(page, "vega", "f.querySelector('.still, img')?.checkVisibility()") == [False]
    (frame,) = figures(page, "html", "f.querySelector('.animation img').src")
    page.click("[title='Next frame']")
    assert figures(page, "html", "f.querySelector('.animation img').src") != [frame]
    assert page.troubles == []  # type: ignore[attr-defined]


def test_the_documentation_shows_each_library(book: Book) -> None:
    soup = book.soup("posts/2024-01-02-again.html")
    assert [figure["data-library"] for figure in soup.select(".live")] == ["html", "plotly", "bokeh", "vega"]
    assert len(soup.select(".output .scroll > table")) == 4
    assert soup.select_one("figure#fig-line img[alt='A line that rises']")
    assert soup.select_one(".cell_output > img[src$='.svg']")
    assert "twice is 8" in soup.get_text()


def test_no_other_host_is_asked_and_nothing_before_it_comes_into_view(page: Page) -> None:
    asked = [address for address in page.asked if not address.startswith(("data:", "blob:"))]  # type: ignore[attr-defined]
    assert {urlsplit(address).netloc for address in asked} == {page.host}  # type: ignore[attr-defined]
    assert not [address for address in page.early if re.search("bokeh|vega", address)]  # type: ignore[attr-defined]
    assert len([address for address in asked if "plotly.min" in address]) == 1


def test_a_phone_s_page_does_not_get_wider_nor_jump(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    after = page.evaluate("document.documentElement.scrollHeight")
    assert abs(after - page.before) < 150  # type: ignore[attr-defined]
    assert figures(page, "plotly", "f.scrollWidth <= f.clientWidth") == [True, True, True]
    assert figures(page, "html", "f.scrollWidth <= f.clientWidth") == [True]
    for drawing in (".cell_output > .drawing img", ".live > .wide svg"):  # in which words can be read
        assert page.locator(drawing).bounding_box()["width"] > 600


def test_anyone_can_use_the_page(page: Page) -> None:
    found = Axe().run(page, {"exclude": [["[data-library=plotly]"], ["[data-library=bokeh]"]]}).response["violations"]
    assert not [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


def test_the_page_says_what_stands_there_without_a_script(book: Book) -> None:
    soup = book.soup(f"{POST}.html")
    told = [figure["aria-label"] for figure in soup.select(".live")]
    assert told[0] == "Interactive figure: Sales of tea & </script>" or told[0].startswith("Interactive figure: Sales")
    assert told[2] == "Interactive figure: A line that falls"
    assert told[3] == "Interactive figure: Bars of Bokeh"
    stills = [
        figure.select_one(":scope > img[width], :scope > .drawing > img[width]") for figure in soup.select(".live")
    ]
    assert list(map(bool, stills)) == [False] * 5 + [True] * 2
    assert soup.select_one(".still noscript").text == f"{told[0]}. Without JavaScript it is not drawn."  # type: ignore[union-attr]
    assert all("scripted" in link["class"] for link in soup.select(".still a"))
    assert [re.findall(r"\d+px", figure.get("style", "")) for figure in soup.select(".live")[:5]] == [
        ["450px"],
        ["300px"],
        ["450px"],
        ["250px"],
        ["280px"],
    ]
    assert soup.select_one("figure#falling > .live + figcaption")
    assert "twice is 10" in soup.get_text()
    assert soup.select_one(".controls")
    assert not soup.find(string=re.compile(r"interactive\(|alt\.Chart\(\.\.\.\)|Trust"))
    still = soup.find("img", src=re.compile(r"\.svg$"))
    assert still and not still.find_parent(class_="live")


def test_data_cannot_leave_its_element(book: Book) -> None:
    soup = book.soup(f"{POST}.html")
    first = json.loads(soup.select_one(".live script").string)  # type: ignore[union-attr,arg-type]
    assert first["data"][0]["x"][2] == "</script><b>"


def test_a_script_is_there_once_with_its_licence(book: Book) -> None:
    names = sorted(path.name.partition(".")[0] for path in (book.site / "_static").glob("*.min-*.js"))
    assert names == ["bokeh", "bokeh-widgets", "plotly", "vega"]
    (script,) = (book.site / "_static").glob("plotly*")
    assert re.match(r"/\*!\nMIT License\n\nCopyright \(c\) [\d-]+ Plotly", script.read_text(encoding="utf-8"))
    store = book.root / "_build/.jupyter_cache/blogkit"
    (kept,) = (path for path in (store / "scripts").iterdir() if path.stat().st_size == script.stat().st_size)
    assert kept.stat().st_nlink == 3
    pages = [book.soup(f"posts/{name}.html") for name in ("2024-01-01-figures", "2024-01-02-again")]
    assert len({figure["data-scripts"] for page in pages for figure in page.select("[data-library=plotly]")}) == 1
    together = {figure["data-scripts"] for figure in pages[0].select("[data-library=bokeh]")}
    assert [re.findall(r"bokeh[a-z-]*(?=\.min)", scripts) for scripts in together] == [["bokeh", "bokeh-widgets"]]
    assert all(page.select_one("script[src*='figures.js']") for page in pages)
    assert not book.soup("index.html").select_one("script[src*='figures.js']")


def test_the_site_is_whole(book: Book) -> None:
    assert crawl_site(book.site, "https://example.com/blog/").faults == []


def test_feeds_have_what_every_reader_can_show(book: Book) -> None:
    feed = BeautifulSoup((book.site / "feed.xml").read_text(encoding="utf-8"), "xml")
    (content,) = [entry.content.text for entry in feed.select("entry") if "figures" in entry.id.text]
    shown = BeautifulSoup(content, "lxml")
    link = shown.find("a", string=re.compile("Bars of Bokeh"))
    assert link and link["href"] == f"https://example.com/blog/{POST}.html#figure-5-0"
    assert len(shown.select("img[src^='https://example.com/blog/_images/']")) == 3
    assert "bdata" not in content and "docs_json" not in content and not shown.select("script")


def test_search_finds_titles_and_nothing_of_the_data(book: Book) -> None:
    index = "".join(path.read_text(encoding="utf-8") for path in (book.site / "search").rglob("*.json"))
    assert "Bars of Bokeh" in index
    assert not [word for word in ("hovertemplate", "_anim_img", 'vbar\\"') if word in index]


def test_readers_notebooks_hold_the_figures_and_show_them_by_themselves(book: Book) -> None:
    notebook = nbformat.read(book.site / f"{POST}.ipynb", as_version=4)
    kinds = {kind for cell in notebook.cells for output in cell.get("outputs", ()) for kind in output.get("data", {})}
    assert {"application/vnd.plotly.v1+json", "application/vnd.vegalite.v6+json", "image/png"} <= kinds
    assert "_keep_script" not in (book.site / f"{POST}.ipynb").read_text(encoding="utf-8")


def test_what_cannot_work_is_told_with_its_cell(make_book: Callable[[], Book]) -> None:
    book = make_book()
    start = "from IPython.display import HTML, display"
    file = book.post("2024-01-01-bad", "\n".join(map(code, (start, *FAULTS))))
    lines = file.read_text(encoding="utf-8").splitlines()
    said = book.fail()
    for source, fault in FAULTS.items():
        line = lines.index(source)  # of the fence, or that of the code
        found = re.search(rf"2024-01-01-bad\.md:(?:{line}|{line + 1}): WARNING: (.*)", said)
        assert fault in (found[1] if found else ""), (source, said)
        assert bool(found) == bool(fault)
    assert "cell 4: a widget" in said
