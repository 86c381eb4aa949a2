"""Pages as readers get them: their HTML, and how they behave in a real browser."""

from __future__ import annotations

import functools
import io
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from conftest import ROOT, SETTLED, Book, code, troubles_of
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from blogkit import palette
from blogkit.posts.references import LiveText
from blogkit.render.pages import builder
from blogkit.render.pages.filters import live_text

pytestmark = pytest.mark.slow
GALLERY = (Path(__file__).parent / "gallery.md").read_text(encoding="utf-8")
POST = "posts/2024-05-01-모든-것.html"
PAGES = ["index.html", "page/2.html", POST, "archive.html", "categories/index.html", "tags/모든-것.html", "about.html"]
PAGES += ["results.html", "404.html", "authors/jihyun-kim.html", "series/글-모음.html"]
EVIL = "<script>alert(1)</script> & \"quotes\" 'x' {{ 7 * 7 }}"


@pytest.fixture(scope="session")
def gallery(make_book: Callable[[], Book]) -> Book:
    """A blog with every kind of content, and posts enough for two pages."""
    book = make_book()
    book.post(
        "2024-05-01-모든-것",
        GALLERY,
        title="모든 것",
        description="정확도 {accuracy:.2%}입니다.",
        categories=["AI", "수학"],
        tags=["모든 것", "C++"],
        outputs=["images/made.png"],
        thumbnail="images/made.png",
        author="JiHyun Kim",
        series="글 모음",
    )
    for number in range(1, 12):
        book.post(
            f"2023-01-{number:02}-글-{number}",
            title=f"{number}번째 글",
            tags=["C++"],
            author="JiHyun Kim",
            **({"series": "글 모음"} if number > 5 else {}),
        )
    book.post("2022-01-01-evil", title=EVIL, tags=[EVIL], categories=[EVIL], description="<b>& {{", author=EVIL)
    book.config(blog_giscus={"repo": "a/b", "repo_id": "R", "category": "C", "category_id": "D"})
    for name in ("favicon.svg", "favicon.png"):
        book.write(f"images/{name}", (ROOT / "images" / name).read_bytes())
    book.build(BLOG_BASEURL="https://example.com/blog/")
    return book


@pytest.fixture(scope="session")
def server(gallery: Book) -> Iterator[str]:
    """The gallery, served below a path as on GitHub Pages."""

    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return super().translate_path(path.removeprefix("/blog"))

        def log_message(self, *arguments: Any) -> None:
            pass

    handler = functools.partial(Handler, directory=str(gallery.site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, args=[0.05], daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/blog/"
        http.shutdown()


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the gallery; fail on any error in its console and any request to another host."""
    contexts, troubles = [], []

    def open_(name: str, *, width: int = 390, height: int = 800, dark: bool = False, **options: Any) -> Page:
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: troubles.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: troubles.append(str(e)))
        page.on("request", lambda r: None if r.url.startswith((server, "data:")) else troubles.append(r.url))
        page.goto(server + name)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not troubles


# HTML


def test_page_is_korean_has_landmarks_and_one_heading(gallery: Book) -> None:
    for name in PAGES:
        soup = gallery.soup(name)
        assert soup.html["lang"] == "ko"
        assert len(soup.find_all("h1")) == 1, name
        assert len(soup.find_all("main")) == len(soup.find_all("title")) == 1
        assert soup.select_one("a.skip")["href"] == f"#{soup.main['id']}"


def test_page_loads_one_style_sheet_and_little_script(gallery: Book) -> None:
    for name in ("index.html", "about.html", "posts/2023-01-01-글-1.html"):
        soup = gallery.soup(name)
        assert len(soup.select("link[rel=stylesheet]")) == 1
        assert len(soup.select("script[src]")) <= 2
        for link in soup.select("[src], link[rel=stylesheet]"):
            assert "://" not in (link.get("src") or link["href"])


def test_the_address_of_a_script_changes_with_those_that_it_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static = shutil.copytree(builder._STATIC, tmp_path / "static")
    monkeypatch.setattr(builder, "_STATIC", static)
    addresses = []
    for name in ("", "search-index.js", "search-near.js", "search.css", "search.js", "blog.js"):
        if name:
            (static / name).write_text("other", encoding="utf-8")
        builder._digest.cache_clear()
        addresses.append(builder.asset("search.js", "ko"))
    builder._digest.cache_clear()
    assert len(set(addresses)) == 5
    assert addresses[-1] == addresses[-2]


def test_pages_of_design_elements_load_what_they_need(gallery: Book) -> None:
    assert "sphinx-design" in str(gallery.soup(POST).head)


def test_titles_descriptions_and_terms_are_escaped(gallery: Book) -> None:
    for file in gallery.site.rglob("*.html"):
        html = file.read_text(encoding="utf-8")
        assert "<script>alert" not in html, file
        assert "49" not in BeautifulSoup(html, "lxml").title.text
    soup = gallery.soup("posts/2022-01-01-evil.html")
    assert soup.h1.text.strip() == EVIL
    assert soup.select_one(".summary").text == "<b>& {"


def test_summary_marks_its_executed_values(gallery: Book) -> None:
    for name in ("index.html", POST):
        assert gallery.soup(name).select_one(".summary .pasted-text").text == "97.45%"


def test_executed_values_are_text() -> None:
    text = LiveText((("<i>", False), ("<script>", True), ("&", True)))
    value = '<span class="pasted-text">{}</span>'
    assert live_text(text) == "&lt;i&gt;" + value.format("&lt;script&gt;") + value.format("&amp;")


def test_code_in_descriptions_is_code_on_pages_and_words_elsewhere(book: Book) -> None:
    description, plain = "`f(<i>, {answer})` & `a` 5` {answer}", "f(<i>, 42) & a 5` 42"
    book.post("2024-01-01-one", code('glue("answer", 42)'), description=description)
    book.build(BLOG_BASEURL="https://example.com/")
    value = '<span class="pasted-text">42</span>'
    for name in ("index.html", "posts/2024-01-01-one.html"):
        shown = book.soup(name).select_one(".summary").decode_contents()
        assert shown == f"<code>f(&lt;i&gt;, {value})</code> &amp; <code>a</code> 5` {value}"
    head = book.soup("posts/2024-01-01-one.html").head
    said = [head.select_one(f"meta[{name}]")["content"] for name in ("name=description", "property='og:description'")]
    assert said == [plain, plain]
    assert head.select_one("meta[property='og:image:alt']")["content"].endswith(plain)
    assert json.loads(head.select_one("script[type='application/ld+json']").text)["description"] == plain
    assert json.loads((book.site / "feed.json").read_text(encoding="utf-8"))["items"][0]["summary"] == plain
    assert BeautifulSoup((book.site / "feed.xml").read_text(encoding="utf-8"), "xml").entry.summary.text == plain


def test_a_picture_that_is_seen_at_once_comes_first_and_the_others_when_they_are_near(book: Book) -> None:
    book.write("images/a.png", (ROOT / "images/favicon.png").read_bytes())
    picture = "![A](../images/a.png)"
    book.post("2024-01-01-near", f"Text.\n\n{picture}\n\n{picture}\n", thumbnail="images/a.png")
    book.post("2024-01-02-far", f"{'Text. ' * 200}\n\n{picture}\n", thumbnail="images/a.png")
    book.build()
    for name, first in (("index", True), ("posts/2024-01-01-near", True), ("posts/2024-01-02-far", False)):
        pictures = book.soup(f"{name}.html").select("main img")
        assert [img.get("fetchpriority") == "high" for img in pictures] == [first] + [False] * (len(pictures) - 1)
        assert all(bool(img.get("fetchpriority")) != (img.get("loading") == "lazy") for img in pictures)


def test_the_commands_that_run_a_post_again_are_copied_at_once(open_page: Callable[..., Page]) -> None:
    page = open_page(POST, permissions=["clipboard-read", "clipboard-write"])
    page.locator(".provenance > summary").click()
    page.locator(".provenance").get_by_role("button", name="코드 복사").click()
    page.get_by_role("button", name="코드를 복사했습니다").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert lines[-2] == "pip install -r requirements.txt"
    assert lines[-1].startswith("python -m blogkit verify https://example.com/blog/posts/")


def test_post_shows_its_facts_and_links_its_terms(gallery: Book) -> None:
    soup = gallery.soup(POST)
    head = soup.select_one("article > header")
    assert [a.text for a in head.select(".terms a")] == ["AI", "수학"]
    assert head.select_one("time")["datetime"].startswith("2024-05-01")
    assert re.search(r"읽는 데 \d+분", head.text)
    assert [a.text for a in soup.select(".end .terms a")] == ["#모든 것", "#C++"]
    assert soup.select_one("a[rel=prev]").text.endswith("11번째 글")
    assert not soup.select_one("a[rel=next]")
    assert len(soup.select(".related li")) == 3
    assert "Python" in soup.select_one("details.provenance").text


def test_every_link_leads_to_a_file(gallery: Book) -> None:
    for file in gallery.site.rglob("*.html"):
        page = file.relative_to(gallery.site).as_posix()
        if page == "404.html":
            continue
        for element in gallery.soup(page).select("a[href], img[src], link[href], script[src]"):
            address = urlsplit(urljoin(f"http://here/{page}", element.get("href") or element["src"]))
            if address.netloc == "here":
                assert (gallery.site / unquote(address.path).lstrip("/")).is_file(), (page, element)


def test_sections_are_named_by_their_korean_headings(gallery: Book) -> None:
    soup = gallery.soup(POST)
    assert soup.find(id="알림과-목록").name == "section"
    assert [a["href"] for a in soup.select(".toc a")] == ["#출력", "#알림과-목록", "#수식", "#표와-코드"]


def test_titles_are_text_and_links_lead_to_korean_sections(book: Book) -> None:
    title = r"[a](none.md) $\nope$ *b* {c}`d` <e>"
    book.post("2024-01-01-one", "[여기](#한글-절), [](#이름)\n\n## 한글 절\n\n(이름)=\n\n## 한글 절\n", title=title)
    book.post("2024-01-02-two", "[](2024-01-01-one.md), [저기](2024-01-01-one.md#한글-절)\n")
    book.build()
    page, other = (book.soup(f"posts/2024-01-0{name}.html") for name in ("1-one", "2-two"))
    assert page.h1.text.strip() == title
    assert [section["id"] for section in page.select(".prose section section")] == ["한글-절", "한글-절-2"]
    anchors = [unquote(a["href"]) for a in page.select(".prose > section > p a")]
    assert anchors[0] == "#한글-절"
    assert anchors[1] == "#이름"
    assert page.find(id="이름")
    links = other.select(".prose > section > p a")
    assert [(a.text, unquote(a["href"])) for a in links] == [
        (title, "2024-01-01-one.html"),
        ("저기", "2024-01-01-one.html#한글-절"),
    ]


def test_pictures_know_their_size(gallery: Book) -> None:
    soup = gallery.soup(POST)
    sizes = {img["alt"]: (img["width"], img["height"]) for img in soup.select(".prose img")}
    assert sizes == {"오르는 선": ("720", "400"), "저장한 그림": ("720", "400")}
    thumbnail = gallery.soup("index.html").select_one(".card img")
    assert (thumbnail["width"], thumbnail["height"]) == ("1440", "800")
    assert (gallery.site / unquote(thumbnail["src"])).stat().st_size < 60_000


def test_the_font_of_equations_is_loaded_where_there_are_some(open_page: Callable[..., Page]) -> None:
    loaded = "document.fonts.ready.then((fonts) => [...fonts].filter((font) => font.status === 'loaded').length)"
    assert open_page("about.html").evaluate(loaded) == 0
    page = open_page(POST)
    assert page.evaluate(loaded) == 1
    height = page.evaluate("""() => {
        const math = document.querySelector(".equation math");
        math.innerHTML = "<mrow><mo>(</mo><mspace height='60px' depth='60px'/><mo>)</mo></mrow>";
        return math.querySelector("mo").getBoundingClientRect().height;
    }""")
    assert height > 115  # a font without a table of sizes leaves a bracket as small as a letter
    gap = page.evaluate("""() => {
        const math = document.querySelector(".equation math");
        math.innerHTML = "<msqrt><mi>x</mi></msqrt><mo>+</mo>";
        const [root, x] = ["msqrt", "mi"].map((name) => math.querySelector(name).getBoundingClientRect().right);
        return root - x;
    }""")
    assert gap < 2  # the room of the widest root in the font
    brace = page.evaluate_handle("""() => {
        const math = document.querySelector(".equation math");
        math.innerHTML = "<munder><mspace width='300px' height='1px'/><mo>⏟</mo></munder>";
        return math.querySelector("munder");
    }""").as_element()
    drawn = np.asarray(Image.open(io.BytesIO(brace.screenshot())).convert("L"))
    assert (drawn.min(axis=0)[1:-1] < 200).all()  # in each column, also where Chromium's tiles meet


def test_drafts_are_marked_in_a_preview(book: Book) -> None:
    book.post("2024-01-01-one", draft=True)
    book.post("2099-01-01-two")
    book.config(blog_preview=True)
    book.build()
    assert {b.text for b in book.soup("index.html").select(".badge")} == {"초안", "예약"}


def test_empty_blog_has_its_pages(book: Book) -> None:
    book.build()
    assert "아직 글이 없습니다" in book.text("index.html")


def test_lists_are_written_again_only_when_they_would_change(book: Book) -> None:
    for number in range(1, 13):
        book.post(f"2024-01-{number:02}-글-{number}", tags=["하나" if number < 7 else "둘"], description="요약")
    book.build()
    staged = book.root / "_build" / ".pages"
    times = {name: (staged / name).stat().st_mtime_ns for name in ("page/2.html", "tags/하나.html", "tags/둘.html")}
    path = book.root / "posts" / "2024-01-01-글-1.md"
    path.write_text(path.read_text(encoding="utf-8") + "\n더 쓴 글.\n", encoding="utf-8")
    book.build()
    assert times == {name: (staged / name).stat().st_mtime_ns for name in times}
    path.write_text(path.read_text(encoding="utf-8").replace("요약", "새 요약"), encoding="utf-8")
    book.build()
    assert [n for n in times if times[n] != (staged / n).stat().st_mtime_ns] == ["page/2.html", "tags/하나.html"]
    assert "새 요약" in book.text("tags/하나.html")


def test_an_empty_corner_of_a_table_is_no_heading(book: Book) -> None:
    """As pandas writes it; axe names it a fault."""
    table = "<table><thead><tr><th></th><th>a</th></tr></thead></table>"
    book.post("2024-01-01-table", code(f"from IPython.display import HTML\nHTML({table!r})"))
    book.build()
    assert [cell.name for cell in book.soup("posts/2024-01-01-table.html").select("thead tr > *")] == ["td", "th"]


def test_what_controls_or_names_another_element_finds_it(gallery: Book) -> None:
    soup = gallery.soup(POST)
    assert not soup.select("label[aria-controls]")  # a label that is of a button may say no more than that
    for name in ("aria-controls", "aria-labelledby", "aria-describedby", "for"):
        assert all(soup.find(id=element[name]) for element in soup.select(f"[{name}]"))


PARTICLES = """
함수(function)은 [링크(link)](https://example.com)는 `f()`를 “따옴표”가 *기운*의 값은 {glue:text}`answer:.0%`입니다.
식 $x$는 50%는 [표]와

그 밖의 <math><mi>x</mi></math>로
"""


def test_no_particle_begins_a_line(book: Book, browser: Browser) -> None:
    body = PARTICLES + code('glue("answer", 0.42)')
    description = "`f()`는 {answer:.0%}입니다"
    book.post("2024-01-01-one", body, title="하나", description=description)
    book.post("2024-01-02-two", "A (b)는 $x$는\n", title="Two", lang="en")
    book.build(BLOG_BASEURL="https://example.com/")
    page = browser.new_page()
    page.goto((book.site / "posts/2024-01-01-one.html").as_uri())
    page.add_style_tag(content=".prose p { width: 1px; overflow-wrap: normal; letter-spacing: 0 }")
    lines = page.evaluate("""[...document.querySelectorAll(".summary, .prose section > p")].flatMap((p) => {
        const lines = [];
        const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) for (let i = 0; i < walker.currentNode.length; i++) {
            const range = new Range();
            range.setStart(walker.currentNode, i);
            range.setEnd(walker.currentNode, i + 1);
            const { bottom, width } = range.getBoundingClientRect();
            if (!width || walker.currentNode.data[i].trim() === "") continue;
            const last = lines.at(-1);
            if (last && Math.abs(last.bottom - bottom) < 15) last.text += walker.currentNode.data[i];
            else lines.push({ bottom, text: walker.currentNode.data[i] });
        }
        return lines.map((line) => line.text);
    })""")
    assert {"(function)은", "f()를", "42%입니다.", "50%는", "[표]와", "기운의", "f()는", "42%입니다"} <= {*lines}
    assert not {"은", "는", "를", "가", "의", "와", "입니다", "입니다."} & {*lines}
    selected = page.evaluate("(getSelection().selectAllChildren(document.body), getSelection().toString())")
    assert "함수(function)은 링크(link)는 f()를 “따옴표”가" in selected
    feed = (book.site / "feed.xml").read_text(encoding="utf-8")
    assert "함수(function)은 &lt;a" in feed
    assert book.soup("posts/2024-01-01-one.html").find("mi", string="x").parent.find("span") is None
    assert "\u2060" not in selected + feed + book.text("posts/2024-01-01-one.html")
    assert not book.soup("posts/2024-01-02-two.html").select(".joined, .whole")
    page.close()


# In the browser


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(name, is_mobile=True, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")  # what opened is laid out
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(SETTLED)
        found = Axe().run(page, options={"runOnly": tags})
        assert not found.response["violations"], f"{scheme}: {found.generate_report()}"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(name)
    for width in (320, 360, 390, 768, 1024, 1216, 1280, 1376, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_mode_is_kept_and_the_system_followed_otherwise(open_page: Callable[..., Page]) -> None:
    page = open_page("index.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="어두운 화면").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark
    assert page.get_by_role("button", name="어두운 화면").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="어두운 화면").click()
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) == dark


def colour_of_the_bar(page: Page) -> str:
    return page.evaluate("""
        [...document.querySelectorAll("meta[name=theme-color]")].find((m) => matchMedia(m.media).matches).content""")


def test_the_browser_and_other_tabs_follow_the_scheme(open_page: Callable[..., Page]) -> None:
    page = open_page("index.html")
    other = page.context.new_page()
    other.goto(page.url)
    light, dark = (palette.palette()["paper"].light, palette.palette()["paper"].dark)
    assert colour_of_the_bar(page) == light
    page.get_by_role("button", name="어두운 화면").click()
    expect(other.get_by_role("button", name="어두운 화면")).to_have_attribute("aria-pressed", "true")
    assert [colour_of_the_bar(each) for each in (page, other)] == [dark, dark]
    page.route("**/blog.js*", lambda route: route.fulfill(body=""))  # it is so before scripts have come
    page.reload(wait_until="domcontentloaded")
    assert colour_of_the_bar(page) == dark
    other.get_by_role("button", name="어두운 화면").click()
    page.unroute_all()
    page.reload()
    assert [colour_of_the_bar(each) for each in (page, other)] == [light, light]
    page.emulate_media(color_scheme="dark")
    assert colour_of_the_bar(page) == dark


def test_code_is_copied_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page(POST, permissions=["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="코드 복사").first
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="코드를 복사했습니다").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("import sys\nprint(")


def test_what_scrolls_is_reached_by_keyboard_and_what_does_not_is_not(open_page: Callable[..., Page]) -> None:
    page = open_page(POST)
    boxes = page.evaluate("""
        [...document.querySelectorAll("pre, .scroll, .output.text_html")].map((b) =>
            [b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1, b.tabIndex === 0])""")
    assert {tuple(box) for box in boxes} == {(True, True), (False, False)}


def test_long_output_scrolls_on_its_own(open_page: Callable[..., Page]) -> None:
    page = open_page(POST)
    assert page.locator(".cell_output pre").first.evaluate("(e) => e.clientHeight") < 500


def test_contents_are_folded_on_a_phone_and_beside_the_text_on_a_wide_screen(open_page: Callable[..., Page]) -> None:
    assert not open_page(POST, width=390).locator(".toc a").first.is_visible()
    page = open_page(POST, width=1440)
    assert page.locator(".toc a").first.is_visible()
    text, toc = (page.locator(s).bounding_box() for s in (".prose > section p >> nth=0", ".toc"))
    assert toc["x"] > text["x"] + text["width"]


COMMENTS = "댓글 불러오기"
GISCUS = """
    var box = Object.assign(document.createElement("div"), { className: "giscus" });
    box.innerHTML = "<iframe class=giscus-frame title=Comments src='https://giscus.app/widget'></iframe>";
    document.currentScript.after(box)"""
ANSWERS = "<script>parent.postMessage({ giscus: { resizeHeight: 300 } }, '*')</script>"


@pytest.fixture
def commented(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Open a post where giscus.app answers with these bodies, by address; what has none cannot be reached."""
    context = browser.new_context()

    def open_(**bodies: str) -> Page:
        def answer(route: Route) -> None:
            body = bodies.get("widget" if "widget" in route.request.url else "client")
            kind = "text/html" if "widget" in route.request.url else "text/javascript"
            headers = {"Access-Control-Allow-Origin": "*"}
            route.abort() if body is None else route.fulfill(body=body, content_type=kind, headers=headers)

        page = context.new_page()
        page.clock.install()
        page.route("https://giscus.app/**", answer)
        page.goto(server + POST)
        return page

    yield open_
    context.close()


def test_comments_are_loaded_when_asked_for(commented: Callable[..., Page]) -> None:
    page = commented(client=GISCUS, widget=ANSWERS)
    asked: list[str] = []
    page.on("request", lambda request: "giscus" in request.url and asked.append(request.url))
    button = page.get_by_role("button", name=COMMENTS)
    assert not asked
    button.press("Enter")
    button.wait_for(state="detached")
    assert asked == ["https://giscus.app/client.js", "https://giscus.app/widget"]
    script = page.locator("script[data-repo]")
    assert script.get_attribute("data-repo") == "a/b"
    assert script.get_attribute("data-category-id") == "D"
    assert page.locator(".comments p").count() == 0
    assert page.evaluate("document.activeElement.className") == "giscus-frame"


@pytest.mark.parametrize("bodies", [{}, {"client": "throw 1"}, {"client": GISCUS}, {"client": GISCUS, "widget": "?"}])
def test_comments_that_do_not_come_say_so_and_can_be_asked_for_again(
    commented: Callable[..., Page], bodies: dict[str, str]
) -> None:
    page = commented(**bodies)
    button = page.get_by_role("button", name=COMMENTS)
    status = page.locator(".comments").get_by_role("status")
    button.press("Enter")
    if "client" in bodies and "throw" not in bodies["client"]:
        expect(status).to_have_text("댓글을 불러오는 중…")
        page.locator(".giscus").wait_for()
        page.clock.run_for(25_000)
    expect(status).to_contain_text("댓글을 불러오지 못했습니다")
    expect(button).to_be_focused()
    assert page.locator(".comments :is(script, .giscus)").count() == 0
    page.unroute_all()
    page.route(
        "https://giscus.app/client.js",
        lambda route: route.fulfill(body=GISCUS, headers={"Access-Control-Allow-Origin": "*"}),
    )
    page.route("https://giscus.app/widget", lambda route: route.fulfill(body=ANSWERS, content_type="text/html"))
    button.press("Enter")
    button.wait_for(state="detached")


def test_no_page_does_what_its_policy_forbids(gallery: Book, browser: Browser, server: str) -> None:
    page = browser.new_page()
    troubles = troubles_of(page)
    names = [file.relative_to(gallery.site).as_posix() for file in gallery.site.rglob("*.html")]
    for name in names:
        page.goto(server + quote(name))
        assert troubles == [], name
    assert len(names) > 30
    page.close()


def test_skip_link_is_the_first_stop_and_leads_to_the_content(open_page: Callable[..., Page]) -> None:
    page = open_page("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_page_works_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page(POST, java_script_enabled=False)
    page.locator(".toc summary").click()
    assert page.locator(".toc a").first.is_visible()
    assert page.get_by_role("heading", level=1).inner_text() == "모든 것"
    discussions = page.locator(".comments").get_by_role("link", name="GitHub Discussions")
    assert discussions.get_attribute("href") == "https://github.com/a/b/discussions"
    assert "giscus.app" not in page.locator(".comments").inner_text()
    assert "검색" not in open_page("404.html", java_script_enabled=False).locator("main").inner_text()
    assert "검색" in open_page("404.html").locator("main").inner_text()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_looks_alive_without_scripts_that_is_dead(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(name, java_script_enabled=False)
    assert not [button for button in page.get_by_role("button").all() if button.is_visible()]
    assert open_page(name).get_by_role("button", name="검색").first.is_visible()


def test_pictures_have_their_place_before_they_are_loaded(open_page: Callable[..., Page]) -> None:
    page = open_page(POST)
    page.route("**/_images/*", lambda _: None)  # which never come
    page.reload(wait_until="domcontentloaded")
    heights = page.evaluate("[...document.querySelectorAll('.prose img')].map((img) => img.clientHeight)")
    assert len(heights) == 4
    assert min(heights[::2]) > 100, heights
    assert not any(heights[1::2])  # those for dark pages


LARGE = """(size) => {
    document.documentElement.style.fontSize = size + "px";
    dispatchEvent(new Event("resize"));
}"""


@pytest.mark.parametrize("size", [20, 28, 32])
def test_large_text_breaks_no_word_and_scrolls_no_page(open_page: Callable[..., Page], size: int) -> None:
    page = open_page(POST)
    page.evaluate(LARGE, size)
    for width in (360, 400, 600, 768, 1024, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        page.evaluate("document.querySelector('.toc details').open = true")
        broken = page.evaluate("""[...document.querySelectorAll(":is(.top, .toc) a")].filter((a) =>
            a.innerText.split(/\\s+/).some((word) => {
                const range = new Range();
                const text = [...a.childNodes].find((node) => node.data?.includes(word));
                range.setStart(text, text.data.indexOf(word));
                range.setEnd(text, text.data.indexOf(word) + word.length);
                return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
            })).map((a) => a.innerText)""")
        assert not broken, width


def test_heads_of_tables_have_a_line_where_there_is_room_and_three_at_most(open_page: Callable[..., Page]) -> None:
    for width, most in ((1280, 1), (360, 3)):
        heads = open_page(POST, width=width).locator("thead th p")
        lines = heads.evaluate_all("all => all.map((p) => p.clientHeight / parseFloat(getComputedStyle(p).lineHeight))")
        assert len(lines) == 7
        assert max(map(round, lines)) <= most


@pytest.mark.parametrize("width", [360, 1280])
def test_numbers_of_equations_stand_at_the_margin_also_of_those_that_scroll(
    open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(POST, width=width)
    edge = page.locator(".prose > section").first.bounding_box()
    right = edge["x"] + edge["width"]
    numbers = page.locator(".eqno")
    for left in (0, 20, 2000):
        page.evaluate("(left) => document.querySelectorAll('.equation').forEach((e) => (e.scrollLeft = left))", left)
        boxes = numbers.evaluate_all("all => all.map((e) => e.getBoundingClientRect().right)")
        assert len(boxes) == 3
        assert all(abs(each - right) < 1 for each in boxes), (boxes, right)


@pytest.mark.parametrize("dark", [False, True])
def test_what_scrolls_shows_where_it_goes_on(open_page: Callable[..., Page], dark: bool) -> None:
    page = open_page(POST, dark=dark)

    def shaded(selector: str, left: int) -> list[bool]:
        box = page.locator(selector).first
        box.evaluate("(e, left) => (e.scrollLeft = left)", left)
        shot = np.asarray(Image.open(io.BytesIO(box.screenshot())).convert("L"))
        return [bool(abs(np.median(shot[:, x]) - np.median(shot)) > 10) for x in (2, -3)]

    for selector in (".prose section > .highlight-python pre", "pre >> nth=1"):
        assert [shaded(selector, left) for left in (0, 40, 9999)] == [[False, True], [True, True], [True, False]]
    assert shaded(".highlight-bash pre", 0) == [False, True]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert shaded(".highlight-bash pre", 0) == [False, False]


def test_code_is_nearly_as_large_as_the_text(open_page: Callable[..., Page]) -> None:
    size = "(e) => parseFloat(getComputedStyle(e).fontSize)"
    for width in (360, 1280):
        page = open_page(POST, width=width)
        text, inline, block = (page.locator(s).first.evaluate(size) for s in ("section > p", "p > code", "pre"))
        assert 0.84 < inline / text < 0.9
        assert 0.84 < block / text < 0.9


def test_forced_colours_keep_what_a_ground_says(open_page: Callable[..., Page]) -> None:
    page = open_page(POST, width=1280, forced_colors="active", dark=True)
    style = "(e, name) => getComputedStyle(e)[name]"
    assert page.locator(".prose pre").first.evaluate(style, "borderTopWidth") == "1px"
    page.locator(".top a").first.focus()
    assert page.locator(".top a").first.evaluate(style, "outlineStyle") == "solid"
    tabs = page.locator(".sd-tab-set > label")
    assert len({each.evaluate(style, "borderBottomColor") for each in tabs.all()}) == 2
    last = page.locator(".toc a").last
    last.click()
    expect(last).to_have_attribute("aria-current", "location")
    assert last.evaluate(style, "textDecorationLine") == "underline"
    assert page.locator(".prose img").first.evaluate(style, "forcedColorAdjust") == "none"  # it keeps its ground
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert not found.response["violations"], found.generate_report()


def test_print_is_light_and_without_menus(open_page: Callable[..., Page]) -> None:
    page = open_page(POST, dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("header.top").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(36, 41, 47)"
    page = open_page("index.html", width=1000)
    page.emulate_media(media="print")
    edges = [page.locator(name).bounding_box()["x"] for name in (".hero h1", ".card h2 >> nth=-1", ".bottom p")]
    assert len(set(edges)) == 1, edges
