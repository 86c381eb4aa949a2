"""Figures belong to both colour schemes, without a word from their author."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import Book, code, wait_until
from PIL import Image, ImageColor
from playwright.sync_api import Browser, Page, Route

from blogkit.palette import palette
from blogkit.publish.server import serving

pytestmark = pytest.mark.slow
POST = "posts/2024-01-01-figures"
LINE = code("""---
mystnb: {image: {alt: A line}}
---
import matplotlib.pyplot as plt
fig, ax = plt.subplots(figsize=(4, 2))
ax.axhline(0.5, color="black", linewidth=40)
ax.axhspan(0, 0.1, color="white", linewidth=0)
ax.set(xlim=(0, 1), ylim=(0, 1))
plt.show()
""")
PICTURE = code("""
fig, ax = plt.subplots(figsize=(4, 2))
ax.imshow([[0, 1], [1, 0]], cmap="Reds", aspect="auto")
ax.text(0, 0, "■", color="black", size=40, ha="center", va="center")
ax.set_title("■", color="black", size=40)
plt.show()
""")
SAVED = code("""
import pandas as pd
axes = pd.Series([1, 2]).plot.bar(color="navy", figsize=(4, 2))
axes.figure.savefig("images/bars.png")
plt.close()
""")
DRAWING = code("""
%config InlineBackend.figure_formats = ["svg"]
fig, ax = plt.subplots(figsize=(4, 2))
ax.plot([1, 2])
plt.show()
""")
OF_ITS_OWN = code("""
%config InlineBackend.figure_formats = ["png"]
with plt.style.context("dark_background"):
    plt.subplots(figsize=(4, 2))
    plt.show()
""")
PLOTTED = code("""
import pandas as pd
pd.Series([1, 2]).plot();
""")
PICTURES = """
![A](../images/wide.png)

Text ![B](../images/wide.png)

[![C](../images/wide.png)](https://a.example/)

![](../images/wide.png)

:::{figure} ../images/wide.png
:alt: D
:target: https://a.example/
:::
"""
IMPORTED = code("import matplotlib.pyplot as plt")
KEPT = code("""
fig, points = plt.subplots(figsize=(4, 2))
points.scatter([0, 1], [0, 1], c=[0, 1], cmap="Blues", s=900)
points.text(0.5, 0.5, "■", color="black", size=40, ha="center", va="center")
points.set_title("■", color="black", size=30)
plt.show()
fig, (seen, unseen) = plt.subplots(1, 2, figsize=(4, 2))
fig.colorbar(seen.scatter([0, 1], [0, 1], c=[0, 1]))
unseen.set_visible(False)
plt.show()
""")
LINES = code("""
fig, ax = plt.subplots(figsize=(4, 2))
ax.contour([[0, 1, 0], [1, 2, 1], [0, 1, 0]], colors="black", linewidths=9)
plt.show()
""")
STATE = code("""
import os, numpy as np
drawn = []
fig, ax = plt.subplots(figsize=(4, 2))
ax.plot([1, 2])
fig.canvas.mpl_connect("draw_event", lambda event: drawn.append(event))
fig.savefig("a.png")
fig.savefig("b.png", facecolor="#111111")
glue("drawn", len(drawn))
nested = fig.canvas.mpl_connect("draw_event", lambda event: (fig.canvas.mpl_disconnect(nested), fig.canvas.draw()))
fig.savefig("c.png")
glue("left", [name for name in vars(fig.canvas.renderer) if name.startswith("open")])
glue("corner", np.asarray(fig.canvas.buffer_rgba())[0, 0].tolist())
glue("listed", sorted(str(name) for name in __import__("pathlib").Path().rglob("*.png")))
os.remove("a.png")
plt.close()
""")
SHOWN = ":::{figure} ../images/bars.png\n:alt: Bars\n\nTwo bars.\n:::\n"


@pytest.fixture(scope="module")
def book(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    body = "## A\n\n" + "\n\n".join([LINE, PICTURE, "## B", SAVED, SHOWN, DRAWING, "## C", OF_ITS_OWN, "End.\n\n" * 40])
    book.post(Path(POST).name, body, lang="en", outputs=["images/bars.png"])
    Image.new("RGB", (400, 9)).save(book.write("images/wide.png", b""))
    book.post("2024-01-04-pictures", PICTURES)
    book.post("2024-01-06-line", "In ![Bars](../images/bars.png){width=80px} line.")
    book.post("2024-01-03-pandas", PLOTTED, lang="en", requirements=["matplotlib"])
    book.post("2024-01-05-maps", "\n\n".join([IMPORTED, KEPT, LINES, STATE]), lang="en")
    book.post("2024-01-02-other", "![Bars](../images/bars.png)", thumbnail="images/bars.png")
    book.build()
    return book


@pytest.fixture
def open_page(book: Book, browser: Browser) -> Iterator[Callable[..., Page]]:
    with serving(book.site) as server:
        opened: list[Page] = []

        def make(name: str = f"{POST}.html", **options: object) -> Page:
            page = browser.new_page(viewport={"width": 900, "height": 700}, reduced_motion="reduce", **options)
            opened.append(page)
            page.goto(server.home + name)
            return page

        yield make
        for page in opened:
            page.close()


def pictures(book: Book, name: str = f"{POST}.html") -> list[tuple[str, str]]:
    """Return light and dark address of each figure."""
    found = [(image["src"], " ".join(image.get("class", ()))) for image in book.soup(name).select("article img")]
    return [(a, b) for (a, light), (b, dark) in pairwise(found) if (light, dark) == ("only-light", "only-dark")]


def drawn(book: Book, address: str) -> np.ndarray:
    """Return the pixels of a picture: (height, width, 4)."""
    with Image.open(book.site / "posts" / address) as opened:
        return np.array(opened.convert("RGBA"), int)


def test_each_figure_has_a_picture_for_each_scheme(book):
    line, picture, bars, drawing = pictures(book)
    assert bars[0].endswith("bars.png")
    light, dark = (drawn(book, address) for address in line)
    middle, corner = (light.shape[0] // 2, light.shape[1] // 2), (0, 0)
    assert (*light[middle], *light[corner]) == (0, 0, 0, 255, 255, 255, 255, 255)
    assert (*dark[middle], dark[corner][3]) == (255, 255, 255, 255, 0)  # its ground is the page's
    ground = (*ImageColor.getrgb(palette()["paper"].dark), 255)
    assert (abs(dark - ground).max(axis=2) <= 1).sum() > 1000  # what is white, too
    assert drawing[0].endswith(".svg")
    texts = [(book.site / "posts" / address).read_text(encoding="utf-8") for address in drawing]
    assert ["#57606a" in text for text in texts] == [True, False]
    assert picture


def test_a_picture_in_a_figure_and_what_stands_on_it_stay_as_they_are(book):
    light, dark = (drawn(book, address) for address in pictures(book)[1])
    reds = (abs(light - (103, 0, 13, 255)) < 2).all(axis=2)  # the map's last
    assert reds.sum() > 1000
    assert (light[reds] == dark[reds]).all(axis=1).mean() > 0.99  # the frame goes over its edge
    black = [(each[..., :3].max(axis=2) < 9) & (each[..., 3] == 255) for each in (light, dark)]
    white = (dark[..., :3].min(axis=2) > 246) & (dark[..., 3] == 255)
    assert white.sum() > 100  # the title
    assert black[0].sum() - white.sum() == pytest.approx(black[1].sum(), rel=0.1)  # the text in the picture


def test_a_saved_figure_fits_both_wherever_it_is_shown(book):
    light, dark = (drawn(book, address) for address in pictures(book)[2])
    assert light[..., 3].min() == 255
    assert (light[..., 2] > 120).any() and (dark[..., 3] == 0).any()
    assert pictures(book, "posts/2024-01-02-other.html")[0][1] == pictures(book)[2][1]
    assert (book.site / "images/bars.png").read_bytes() == (book.root / "images/bars.png").read_bytes()
    cards = [image.get("class") for image in book.soup("index.html").select(".picture img")]
    assert cards[:2] == [["only-light"], ["only-dark"]]


def test_a_library_that_loads_matplotlib_draws_so_too(book):
    assert len(pictures(book, "posts/2024-01-03-pandas.html")) == 1


def test_what_a_map_colours_has_its_light_ground_and_lines_of_one_colour_have_none(book):
    (_, mapped), (_, half), (_, lines) = pictures(book, "posts/2024-01-05-maps.html")
    assert drawn(book, half)[100, -100:, 3].max() == 0  # of axes that nobody sees
    colours, lines = drawn(book, mapped), drawn(book, lines)
    height, width, _ = colours.shape
    assert (colours[int(height * 0.8), int(width * 0.2)] == 255).all()  # beside the points
    black = (colours[..., :3].max(axis=2) < 9) & (colours[..., 3] == 255)
    white = (colours[: height // 5, :, :3].min(axis=2) > 246) & (colours[: height // 5, :, 3] == 255)
    assert black.sum() > 100 and white.sum() > 100  # the text inside; the title
    assert (lines[..., :3].min(axis=2) > 246).sum() > 1000
    assert lines[5, 5, 3] == 0


def test_nothing_of_the_author_s_runs_twice_and_nothing_else_is_kept(book):
    values = json.loads((book.site / "posts/2024-01-05-maps.json").read_text(encoding="utf-8"))["values"]
    assert values["drawn"] == 4  # each twice, for its layout
    assert values["corner"] == [255, 255, 255, 255]
    assert values["listed"] == ["a.png", "b.png", "c.png"]
    assert values["left"] == []
    posts = (
        POST,
        "posts/2024-01-02-other",
        "posts/2024-01-06-line",
        "posts/2024-01-03-pandas",
        "posts/2024-01-05-maps",
    )
    shown = {Path(dark).name for name in posts for _, dark in pictures(book, f"{name}.html")}
    assert {file.name for file in (book.site / "_images").glob("*-dark.*")} == shown


def test_a_page_follows_its_figures(make_book):
    book = make_book()
    post = "\n\n".join([IMPORTED, SAVED, SHOWN])
    plain = post.replace('axes.figure.savefig("images/bars.png")', 'axes.figure.savefig(open("images/bars.png", "wb"))')
    for source, count in ((post, 1), (plain, 0), (post, 1)):
        book.post("2024-01-01-a", source, lang="en", outputs=["images/bars.png"])
        book.post("2024-01-02-b", "![Bars](../images/bars.png)")
        book.build()
        for name in ("posts/2024-01-01-a.html", "posts/2024-01-02-b.html"):
            assert len(pictures(book, name)) == count
        assert all((book.site / "posts" / dark).is_file() for _, dark in pictures(book, "posts/2024-01-02-b.html"))


def test_secrets_and_paths_do_not_come_in_by_the_back_door(make_book, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "s3cr3t-t0ken-value")
    book = make_book()
    titled = "import os\nplt.title(os.environ['API_TOKEN'])\nplt.savefig('tmp.svg')\nplt.close()"
    placed = DRAWING.replace("ax.plot([1, 2])", "ax.set_title(__import__('os').getcwd(), size=4)")
    book.post("2024-01-01-a", "\n\n".join([IMPORTED, code(titled), placed]), env=["API_TOKEN"], lang="en")
    book.build()
    assert len(pictures(book, "posts/2024-01-01-a.html")) == 1
    for file in (book.site / "_images").glob("*.svg"):
        text = file.read_text(encoding="utf-8")
        assert "s3cr3t" not in text and str(book.root) not in text


def test_a_picture_in_a_line_stays_there(book):
    found = book.soup("posts/2024-01-06-line.html").select("article p > img")
    assert [image["class"] for image in found] == [["only-light", "in-line"], ["only-dark", "in-line"]]


def test_a_dark_figure_is_the_author_s_own(book):
    assert len(pictures(book)) == 4
    assert len(book.soup(f"{POST}.html").select("article img")) == 9


def test_feeds_have_the_light_one(book):
    feed = (book.site / "feed.xml").read_text(encoding="utf-8")
    assert "bars.png" in feed and "-dark." not in feed


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_has_no_ground_of_its_own(open_page, scheme):
    page = open_page(color_scheme=scheme)
    figure = page.locator(f"article img.only-{scheme}").first
    figure.scroll_into_view_if_needed()
    wait_until(page, "[...document.images].every((i) => !i.checkVisibility() || !i.complete || i.naturalWidth)")
    box = figure.bounding_box()
    figure.evaluate("(image) => image.decode()")
    clip = {"x": box["x"] - 3, "y": box["y"] + 3, "width": 6, "height": 6}
    with Image.open(io.BytesIO(page.screenshot(clip=clip))) as shot:
        colours = shot.convert("RGB").getcolors()
    paper = getattr(palette()["paper"], scheme)
    assert [f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in colours] == [paper]


def test_only_the_scheme_that_is_shown_is_loaded(open_page):
    page = open_page(color_scheme="dark")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(300)
    assert any("-dark." in address for address in asked)
    assert not any("bars.png" in address for address in asked)
    asked.clear()
    page.locator("#theme-toggle").click()
    page.locator("article img.only-light").first.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert any("-dark" not in address for address in asked)


def test_paper_is_light(open_page):
    page = open_page(color_scheme="dark")
    page.locator("#theme-toggle").click()  # light …
    page.locator("#theme-toggle").click()  # … and dark by choice
    page.emulate_media(media="print")
    seen = page.evaluate("[...document.querySelectorAll('article img')].filter((i) => i.checkVisibility()).length")
    assert seen == 5
    assert not page.locator("article img.only-dark").first.is_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_pictures_that_come_late_move_nothing(open_page, width):
    """On a slow line each link leads where it should, and nothing moves."""

    def late(route: Route) -> None:
        route.request.frame.page.wait_for_timeout(100)
        route.continue_()

    page = open_page("about.html")
    page.set_viewport_size({"width": width, "height": 700})
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach((e) => (moved += e.value)))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    page.route("**/*.{png,svg,webp}", late)
    page.goto(page.url.replace("about.html", f"{POST}.html"), wait_until="domcontentloaded")
    for anchor in ("c", "a", "b"):
        page.evaluate("(anchor) => (location.hash = anchor)", anchor)
        page.wait_for_timeout(400)
        assert page.evaluate("(anchor) => document.getElementById(anchor).getBoundingClientRect().top", anchor) < 60
    page.evaluate("scrollTo(0, 0)")
    for _ in range(8):
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(30)
    page.wait_for_timeout(500)
    assert page.evaluate("moved") == 0


def test_a_picture_is_enlarged_in_place(open_page):
    page = open_page(color_scheme="dark")
    link = page.get_by_role("link", name="A line")
    link.press("Enter")
    picture = page.locator("dialog img")
    assert picture.get_attribute("src").endswith(link.get_attribute("href").removeprefix(".."))
    assert picture.bounding_box()["width"] == 800  # its pixels
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    box = picture.bounding_box()
    assert box["width"] == 1600
    assert box["x"] + box["width"] / 2 == pytest.approx(450, abs=1)  # its middle stays
    picture.click(position={"x": 900, "y": 200})
    assert picture.bounding_box()["width"] == 800
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert link.evaluate("(link) => link === document.activeElement")
    assert page.url.endswith(f"{POST}.html")


def test_a_picture_in_a_wide_window_fits_and_grows_where_it_is_pressed(open_page):
    page = open_page()
    page.set_viewport_size({"width": 400, "height": 600})
    link = page.get_by_role("link", name="Bars")
    link.click()
    picture = page.locator("dialog img")
    assert picture.bounding_box()["width"] == 400
    before = picture.bounding_box()
    page.mouse.click(300, before["y"] + 50)
    after = picture.bounding_box()
    assert after["width"] == 800
    assert (300 - after["x"]) / (300 - before["x"]) == 2
    assert page.evaluate("scrollX") == 0
    page.get_by_role("button", name="닫기").click()
    page.locator("dialog").wait_for(state="detached")
    with page.context.expect_page() as opened:
        link.click(modifiers=["ControlOrMeta"])
    assert opened.value.url.endswith(".png")


def test_only_a_picture_that_stands_alone_is_enlarged(book):
    found = book.soup("posts/2024-01-04-pictures.html").select("a.enlarge")
    assert [link.get("aria-label") or link.img["alt"] for link in found] == ["A", "그림 크게 보기"]
