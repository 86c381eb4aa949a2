"""Search as readers use it: what it finds, and how the dialog behaves in a real browser."""

from __future__ import annotations

import functools
import gzip
import json
import random
import re
import shutil
import threading
import unicodedata
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Book, wait_until
from playwright.sync_api import Browser, Page, Route, expect
from search_library import FIND, HELD_OUT, QUERIES, first_right, found, write_library

from blogkit.web.search_index import weigh_grams, write_index
from blogkit.web.search_text import read_page

pytestmark = pytest.mark.slow
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
ABOUT, HISTORY = "about.html", "posts/2020-02-11-history.html"
GRAMS = [
    "인공신경망의 층",
    "Dense(128)는",
    "sparse_categorical_crossentropy",
    "28 × 28",
    "60,000장",
    "AI",
    "0.2",
    "C++",
    "ㅋㅋ",
]


@pytest.fixture(scope="module")
def library(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    write_library(book)
    book.post("2024-01-01-draft", "초안에만 있는 낱말, 비밀병기.\n", title="아직 쓰는 글", draft=True)
    book.post("2024-01-03-left-out", "숨은검색어입니다.\n", title="찾지 않는 글", search_exclude=True)
    book.post("2024-01-02-evil", "<b onclick=alert(1)>함정단어</b>\n", title="<img src=x onerror=alert(1)> & 함정")
    book.build()
    return book


class Server(ThreadingHTTPServer):
    """Serves a site below /repo/, as GitHub Pages does, and notes what it is asked for."""

    def __init__(self, site: Path) -> None:
        self.asked: list[str] = []
        self.broken = self.policy = ""
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=str(site)))
        self.root = f"http://127.0.0.1:{self.server_port}/repo/"


class Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if (self.server.broken and self.server.broken in self.path) or not self.path.startswith("/repo/"):
            return self.send_error(204 if self.path == "/favicon.ico" else 503)
        self.path = self.path.removeprefix("/repo")
        super().do_GET()

    def end_headers(self) -> None:
        if self.server.policy:
            self.send_header("Content-Security-Policy", self.server.policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], Server]]:
    servers = []

    def start(site: Path) -> Server:
        server = Server(site)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(library: Book, serve: Callable[[Path], Server]) -> Server:
    return serve(library.site)


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.context.close()


@pytest.fixture
def small(tmp_path: Path, library: Book, serve: Callable[[Path], Server]) -> Callable[[dict[str, str]], Server]:
    """Serves a site of posts, title → text, that are no more than what is searched for."""

    def make(posts: dict[str, str]) -> Server:
        shutil.copytree(library.site / "_static", tmp_path / "_static")
        names = [f"{number}.html" for number in range(len(posts))]
        for name, (title, text) in zip(names, posts.items(), strict=True):
            (tmp_path / name).write_text(
                f"<!doctype html><meta charset=utf-8><script defer src=_static/search.js></script>"
                f"<main data-search-body><h1>{title}</h1><p>{text}</p></main>",
                encoding="utf-8",
            )
        write_index(tmp_path, names)
        return serve(tmp_path)

    return make


@pytest.fixture(scope="module")
def answers(library: Book, serve: Callable[[Path], Server], browser: Browser) -> dict[str, list[dict[str, Any]]]:
    """What each query of the list finds: links in their order."""
    page = browser.new_page()
    page.goto(serve(library.site).root + ABOUT)
    queries = [query["query"] for query in sum((held_out for held_out, _ in HELD_OUT["ko"]), QUERIES["ko"])]
    return dict(zip(queries, page.evaluate(FIND, [queries]), strict=True))


def open_search(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search input")).to_be_focused()


def search(page: Page, query: str) -> None:
    """Open the dialog and look for ``query``, the first one in it."""
    open_search(page)
    expect(page.locator(".search-status")).to_have_text(re.compile("^낱말의"))
    page.locator("#search input").fill(query)
    expect(page.locator(".search-status")).not_to_have_text(re.compile("^찾는 중|^낱말의"))


def status(page: Page) -> str:
    return page.locator(".search-status").inner_text()


# What is found


@pytest.mark.parametrize("query", QUERIES["ko"], ids=[query["query"] for query in QUERIES["ko"]])
def test_query_finds_all_it_must(query: dict[str, Any], answers: dict[str, list[dict[str, Any]]]) -> None:
    links = [(link["page"], link["heading"]) for link in answers[query["query"]]]
    assert found(query, links), links


def test_first_result_is_right(answers: dict[str, list[dict[str, Any]]]) -> None:
    wrong = {}
    for query in QUERIES["ko"]:
        links = [(link["page"], link["heading"]) for link in answers[query["query"]]]
        if not first_right(query, links):
            wrong[query["query"]] = links[:3]
    assert not wrong


@pytest.mark.parametrize(("queries", "floor"), HELD_OUT["ko"])
def test_first_result_is_right_for_most_queries_that_nothing_is_tuned_on(
    queries: list[dict[str, Any]], floor: int, answers: dict[str, list[dict[str, Any]]]
) -> None:
    links = {query: [(link["page"], link["heading"]) for link in links] for query, links in answers.items()}
    assert sum(first_right(query, links[query["query"]]) for query in queries) >= floor


def test_result_shows_the_sentence_with_the_marked_word(answers: dict[str, list[dict[str, Any]]]) -> None:
    link = answers["문턱값"][0]
    assert link["snippet"] == "입력을 더해 문턱값을 넘으면 1을 내놓는 단순한 모형이었습니다."
    assert link["marked"] == ["문턱값"]
    assert link["heading"] == "매컬러와 피츠"


def test_list_is_large_enough() -> None:
    assert len({query["query"] for query in QUERIES["ko"]}) >= 40


def test_every_link_leads_to_an_element(library: Book, answers: dict[str, list[dict[str, Any]]]) -> None:
    anchors = {(link["page"], link["anchor"]) for links in answers.values() for link in links if link["anchor"]}
    assert len(anchors) > 20
    for name, anchor in anchors:
        assert library.soup(name).find(id=anchor), (name, anchor)


def test_decomposed_input_finds_composed_text(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    assert page.evaluate(FIND, [[unicodedata.normalize("NFD", "문턱값")]])[0][0]["heading"] == "매컬러와 피츠"


def test_browser_and_build_cut_the_same_grams(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    cut = page.evaluate(
        """async (texts) => {
            const { fold } = await import("./_static/search-languages.js");
            const { grams } = await import("./_static/search-query.js");
            return texts.map((text) => grams(fold(text)).map(([gram]) => gram));
        }""",
        GRAMS,
    )
    for text, asked in zip(GRAMS, cut, strict=True):
        codes = (weigh_grams([("text", text)]) >> 3).tolist()
        written = {(chr(c >> 32) + chr(c >> 16 & 0xFFFF) + chr(c & 0xFFFF)).rstrip("\0") for c in codes}
        assert asked, text
        assert set(asked) <= written, text


# What is near


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("softmx", "“softmx”(으)로는 찾은 글이 없어 “softmax”(으)로 찾았습니다. 글 2편을 찾았습니다."),
        ("드랍아웃은", "“드랍아웃은”(으)로는 찾은 글이 없어 “드롭아웃”(으)로 찾았습니다. 글 1편을 찾았습니다."),
        ("윈도우 함수", "찾지 못한 낱말: “윈도우”. 글 1편을 찾았습니다."),
        (
            "형테소 큐비트",
            "“형테소”(으)로는 찾은 글이 없어 “형태소”(으)로 찾았습니다. 찾지 못한 낱말: “큐비트”. 글 1편을 찾았습니다.",
        ),
        ("김치 XOR", "모든 낱말이 있는 글은 없습니다. 글 2편을 찾았습니다."),
        ('"softmx"', "찾은 글이 없습니다. 낱말을 줄이거나 바꾸어 보세요."),
        ("softmax", "글 2편을 찾았습니다."),
    ],
)
def test_what_was_read_otherwise_is_said(page: Page, server: Server, query: str, said: str) -> None:
    page.goto(server.root + ABOUT)
    search(page, query)
    assert status(page) == said


def test_words_that_a_post_lacks_are_said_of_it(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "김치 XOR")
    assert page.locator(".search-missing").all_inner_texts() == ["빠진 낱말: XOR", "빠진 낱말: 김치"]


def test_words_are_marked_in_titles_and_headings(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "김치찌개를")
    assert page.locator(".search-title mark").all_inner_texts() == ["김치찌개"]
    page.locator("#search input").fill("문턱값 매컬러")
    expect(page.locator(".search-section mark")).to_have_text(["매컬러"])


def test_what_is_found_asks_for_nothing_that_is_near(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "문턱값")
    assert not [path for path in server.asked if "search-near" in path or "/words/" in path]
    page.locator("#search input").fill("문턱갑")
    expect(page.locator(".search-status")).to_contain_text("“문턱값”")
    assert [path for path in server.asked if "search-near" in path]


def test_a_word_marks_its_synonyms(answers: dict[str, list[dict[str, Any]]]) -> None:
    assert {"딥러닝", "Deep Learning"} <= {word for link in answers["딥 러닝은"] for word in link["headed"]}


def test_the_search_opens_with_little(page: Page, server: Server, library: Book) -> None:
    page.goto(server.root + ABOUT, wait_until="networkidle")
    server.asked.clear()
    with page.expect_response("**/search/index.json"):
        open_search(page)
    files = [library.site / path.removeprefix("/repo/").partition("?")[0] for path in server.asked]
    assert len(files) == len(set(files))
    assert library.site / "search/index.json" in files
    assert sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) <= 15_000


def test_a_misspelt_word_asks_for_little_of_a_large_index(
    page: Page, small: Callable[[dict[str, str]], Server], tmp_path: Path
) -> None:
    rng = random.Random(1)
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4, 11)]
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(40_000)]
    server = small({f"글 {n}": f"{' '.join(words[n * 400 :][:400])} 트랜스포머" for n in range(100)})
    assert len(list((tmp_path / "search/words").iterdir())) > 20
    page.goto(server.root + "0.html")
    search(page, "트렌스포머")
    assert "“트랜스포머”" in status(page)
    asked = [tmp_path / path.removeprefix("/repo/").partition("?")[0] for path in server.asked]
    of_index = [file for file in asked if file.parent.name in ("grams", "words")]
    assert sum(file.parent.name == "words" for file in of_index) <= 3
    assert sum(len(gzip.compress(file.read_bytes(), 6)) for file in of_index) <= 30_000


def test_pages_that_lack_more_of_a_word_than_a_space_hides_are_not_asked_for(
    page: Page, small: Callable[[dict[str, str]], Server]
) -> None:
    server = small({"글": "abc cdef efg", "다른 글": "abcd efgh"})
    page.goto(server.root + "0.html")
    search(page, "abcdefgh")
    assert status(page) == "글 1편을 찾았습니다."
    assert [path.partition("?")[0] for path in server.asked if "/pages/" in path] == ["/repo/search/pages/1.json"]


# What is indexed


def test_only_posts_and_pages_are_indexed(library: Book) -> None:
    index = json.loads((library.site / "search" / "index.json").read_text(encoding="utf-8"))
    names = [url for url, *_ in index["pages"]]
    assert names[0] == "about.html"  # without date; then the oldest post
    assert names[1].endswith("mnist_image_classification.html")
    assert len(names) == 12


def test_drafts_and_what_is_left_out_leave_no_trace(library: Book) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (library.site / "search").rglob("*.json")]
    assert any("함정단어" in text for text in texts)
    assert not any("비밀병기" in text or "숨은검색어" in text for text in texts)
    assert "찾지 않는 글" in (library.site / "index.html").read_text(encoding="utf-8")


def test_executed_output_is_found_and_folded_code_unfolds(
    make_book: Callable[[], Book], browser: Browser, serve: Any
) -> None:
    book = make_book()
    cell = "```{code-cell} ipython3\n:tags: [hide-input]\nprint('출력된' + '낱말', 6 * 7)\n```\n"
    book.post("2024-01-01-runs", f"첫 문단.\n\n## 실행\n\n{cell}", title="실행하는 글")
    book.build()
    page = browser.new_page()
    page.goto(serve(book.site).root + ABOUT)
    (links,) = page.evaluate(FIND, [["출력된낱말"]])
    assert [(link["heading"], link["snippet"]) for link in links] == [("실행", "출력된낱말 42")]
    page.goto(f"{page.url.removesuffix(ABOUT)}{links[0]['page']}?highlight='출력된' %2B '낱말'#{links[0]['anchor']}")
    expect(page.locator("details.hide")).to_have_attribute("open", "")
    page.close()


def test_parts_of_a_page() -> None:
    page = read_page(
        """<!doctype html><meta charset="utf-8"><meta property="article:tag" content="꼬리표"><main>
        <article data-search-body><h1>제목<a class="headerlink">#</a></h1><nav>차례</nav><p>첫 <b>문단</b>,\n두 줄,
        <math><mi>x</mi><mo>></mo></math>.</p><math display="block"><mi>y</mi></math>
        <section id="x"><h2>마디<a class="headerlink">#</a></h2><p>글</p><pre>code  = 1\n</pre>
        <section id="y"><h3>안쪽</h3><ul><li>하나</li><li>둘</li></ul></section><p>뒤</p></section>
        <footer>바닥</footer></article></main>""".encode(),
        "a.html",
    )
    assert page is not None
    assert page.title == "제목"
    assert [(s.anchor, s.heading, s.text, s.code) for s in page.sections] == [
        ("", "꼬리표", "첫 문단, 두 줄, x>.", ""),
        ("x", "마디", "글\n뒤", "code  = 1"),
        ("y", "안쪽", "하나\n둘", ""),
    ]


@pytest.mark.parametrize("text", ["<p>글", "<meta name=robots content=noindex><p data-search-body>글"])
def test_pages_that_are_not_indexed(text: str) -> None:
    assert read_page(text.encode(), "a.html") is None


def test_index_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    contents = []
    for folder, names in (("one", ["a", "b", "c"]), ("two", ["c", "a", "b"])):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / f"{name}.html").write_text(f"<p data-search-body>낱말 {name}</p>", encoding="utf-8")
        written = write_index(tmp_path / folder, [f"{name}.html" for name in names])
        contents.append({name: (tmp_path / folder / name).read_bytes() for name in written})
    assert contents[0] == contents[1]


@pytest.mark.parametrize("damage", [lambda kept: kept, lambda kept: kept[:-30], lambda kept: b"", lambda kept: b"x"])
def test_what_is_kept_gives_the_same_index(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    site, fresh, kept = tmp_path / "site", tmp_path / "fresh", tmp_path / "kept"
    site.mkdir()
    for name in "abc":
        (site / f"{name}.html").write_text(f"<p data-search-body>낱말 {name}</p>", encoding="utf-8")
    write_index(site, ["a.html", "b.html"], kept)
    kept.write_bytes(damage(kept.read_bytes()))
    (site / "b.html").write_text("<p data-search-body>다른 낱말</p>", encoding="utf-8")
    shutil.copytree(site, fresh, ignore=shutil.ignore_patterns("search"))
    names = ["a.html", "b.html", "c.html"]
    written = write_index(site, names, kept)
    assert written == write_index(fresh, names)
    assert {name: (site / name).read_bytes() for name in written} == {n: (fresh / n).read_bytes() for n in written}


def test_the_sections_of_a_page_that_were_lost_are_written_again(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p data-search-body>낱말</p>", encoding="utf-8")
    write_index(tmp_path, ["a.html"], tmp_path / "kept")
    sections = tmp_path / "search/pages/a.json"
    before = sections.read_bytes()
    sections.unlink()
    write_index(tmp_path, ["a.html"], tmp_path / "kept")
    assert sections.read_bytes() == before


def test_empty_site(tmp_path: Path) -> None:
    assert write_index(tmp_path, []) == {"search/index.json"}


# The dialog


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
def test_opens_by_key_and_closes_by_escape(page: Page, server: Server, keys: str) -> None:
    page.goto(server.root + ABOUT)
    page.locator("#search-open").focus()
    page.keyboard.press(keys)
    expect(page.locator("#search input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_be_hidden()
    expect(page.locator("#search-open")).to_be_focused()


def test_opens_by_korean_control_k(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    event = {"key": "ㅏ", "code": "KeyK", "ctrlKey": True, "bubbles": True}
    page.dispatch_event("body", "keydown", event)
    expect(page.locator("#search input")).to_be_focused()


def test_slash_is_typed_in_a_field(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), { id: 'own' }))")
    page.locator("#own").press("/")
    assert page.locator("#own").input_value() == "/"
    expect(page.locator("#search")).to_have_count(0)


def test_nothing_is_loaded_before_the_dialog_opens(page: Page, server: Server) -> None:
    page.goto(server.root + HISTORY, wait_until="networkidle")
    assert not [path for path in server.asked if "/search/" in path or "search-" in path or "search.css" in path]
    search(page, "문턱값")
    assert [path for path in server.asked if "/search/index.json" in path]


def test_a_search_asks_for_little(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "매컬러")
    expect(page.locator(".search-results a").first).to_be_visible()
    asked = [path for path in server.asked if "/search/" in path]
    assert sum("/search/index.json" in path for path in asked) == 1
    assert 1 <= sum("/grams/" in path for path in asked) <= 2
    assert sum("/pages/" in path for path in asked) == 1


def test_enter_opens_the_first_result_at_its_section_with_marks(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "문턱값")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("history"))
    wait_until(page, "CSS.highlights.has('search')")
    assert page.evaluate("[...CSS.highlights.get('search')].map(String)") == ["문턱값"]
    assert page.evaluate("decodeURIComponent(location.hash)") == "#매컬러와-피츠"
    assert page.evaluate("location.search") == ""
    page.keyboard.press("Escape")
    assert not page.evaluate("CSS.highlights.has('search')")


def test_word_of_a_title_is_marked_on_the_page(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "김치찌개를")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/posts/"))
    wait_until(page, "CSS.highlights.has('search')")
    assert "김치찌개" in page.evaluate("[...CSS.highlights.get('search')].map(String)")


ENTER = """const field = document.querySelector("#search input");
    const enter = (more) => field.dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...more }));"""
"""A way to press Enter in the field in the same moment as something else."""


def test_enter_does_not_wait_for_the_pause(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "두부")
    page.evaluate(f"""{{ {ENTER}
        field.value = "문턱값";
        field.dispatchEvent(new InputEvent("input", {{ bubbles: true }}));
        enter();
    }}""")
    page.wait_for_url(re.compile("history"))


def test_enter_waits_for_the_search_that_is_on_its_way(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "두부")
    held: list[Route] | None = []
    page.route("**/search/**", lambda route: route.continue_() if held is None else held.append(route))
    with page.expect_request("**/search/**"):
        page.locator("#search input").fill("문턱값")
    page.keyboard.press("Enter")
    routes, held = held, None
    for route in routes:
        route.continue_()
    page.wait_for_url(re.compile("/posts/"))
    assert "history" in page.url


def test_marks_run_over_coloured_code(page: Page, server: Server) -> None:
    name = "posts/2021-03-14-korean-rnn.html"
    page.goto(f"{server.root}{name}?highlight=keras.layers.LSTM#lstm")
    wait_until(page, "CSS.highlights.has('search')")
    assert page.evaluate("[...CSS.highlights.get('search')].map(String)") == ["keras.layers.LSTM"]


@pytest.mark.parametrize("slow", ["nothing", "**/blog.js*", "**/blog.css*", "**/search.css*"])
def test_marked_word_below_the_fold_comes_into_view(page: Page, server: Server, slow: str) -> None:
    """Also where the browser goes to the section later than the word is marked, as it does while a page is loading."""
    page.set_viewport_size({"width": 400, "height": 300})
    page.route(slow, lambda route: (page.wait_for_timeout(600), route.continue_()))
    page.goto(f"{server.root}{HISTORY}?highlight=시대가#딥러닝의-시대")
    place = "[...CSS.highlights.get('search') ?? []][0]?.getBoundingClientRect().top"
    wait_until(page, f"{place} > 0 && {place} < 300")
    page.unroute_all(behavior="wait")


def test_arrow_keys_walk_through_the_results(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "신경망")
    links = page.locator(".search-results a")
    assert links.count() > 3
    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#search input")).to_be_focused()


def test_half_typed_syllables_keep_results(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    page.keyboard.press("/")
    expect(page.locator("#search input")).to_be_focused()
    page.evaluate("""{
        const status = document.querySelector(".search-status");
        window.said = 0; // how often what was found was said, be it in the same words
        new MutationObserver(() => (window.said += !status.textContent.startsWith("찾는 중")))
            .observe(status, { childList: true });
    }""")
    keyboard = page.context.new_cdp_session(page)
    for text in ["ㅎ", "하", "학", "핛", "학스", "학습"]:  # as a Korean keyboard sends them
        caret = len(text)
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": caret, "selectionEnd": caret})
        wait_until(page, "said > 0 && !(said = 0)")
        if text != "ㅎ":
            expect(page.locator(".search-status")).to_contain_text("찾았")
    assert page.locator("#search input").input_value() == "학습"
    assert page.locator(".search-title").first.inner_text().startswith("경사하강법과 학습률")


def test_enter_while_composing_opens_nothing(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "문턱값")
    clicks = page.evaluate(f"""{{ {ENTER}
        let clicks = 0;
        addEventListener("click", (event) => {{ clicks++; event.preventDefault(); }});
        enter({{ isComposing: true }});
        new Promise((done) => setTimeout(done)).then(() => {{
            const composing = clicks;
            enter();
            return new Promise((done) => setTimeout(done)).then(() => [composing, clicks]);
        }});
    }}""")
    assert clicks == [0, 1]


def test_status_is_announced(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    search(page, "문턱값")
    assert status(page) == "글 1편을 찾았습니다."
    page.locator("#search input").fill("양자컴퓨터")
    expect(page.get_by_role("status")).to_contain_text("찾은 글이 없습니다")
    expect(page.locator(".search-results a")).to_have_count(0)
    page.locator("#search input").fill("")
    expect(page.get_by_role("status")).to_contain_text("일부만")


def test_markup_in_a_post_stays_text(page: Page, server: Server) -> None:
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(server.root + ABOUT)
    search(page, "함정단어")
    title = page.locator(".search-title").inner_text()
    assert "<img src=x onerror=alert(1)> & 함정" in title
    assert page.locator("#search img").count() == 0
    assert not alerts


def test_works_under_a_strict_policy_without_errors(page: Page, server: Server) -> None:
    server.policy = POLICY
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.root + HISTORY)
    errors.clear()  # the theme's own inline script is refused
    search(page, "은닉층")
    assert "찾았" in status(page)
    assert not errors


def test_failed_download_is_told_and_tried_again(page: Page, server: Server) -> None:
    page.goto(server.root + ABOUT)
    server.broken = "/grams/"
    search(page, "문턱값")
    expect(page.locator(".search-status")).to_contain_text("불러오지 못했습니다")
    server.broken = ""
    page.locator("#search input").fill("문턱값을")
    expect(page.locator(".search-results a").first).to_be_visible()


def test_file_address_is_told(page: Page, library: Book) -> None:
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto((library.site / ABOUT).as_uri())
    with page.expect_event("dialog"):
        page.keyboard.press("/")
    assert alerts == ["검색은 웹 서버에서 연 사이트에서만 됩니다."]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialog_is_accessible_and_fits(browser: Browser, server: Server, scheme: Any, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 740})
    page = context.new_page()
    page.goto(server.root + ABOUT)
    search(page, "신경망")
    page.keyboard.press("ArrowDown")
    violations = Axe().run(page, "#search").response["violations"]
    assert not [(v["id"], [node["html"] for node in v["nodes"]]) for v in violations]
    assert page.evaluate("document.querySelector('#search').getBoundingClientRect().right") <= width
    assert page.evaluate("document.querySelector('.search-scroll').scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.querySelector('#search')).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 384) == (scheme == "dark")
    context.close()


def test_more_than_one_batch(page: Page, small: Callable[[dict[str, str]], Server]) -> None:
    """Twenty pages have the word; those that come first have it in their titles."""
    posts = {f"글 {number}": f"여기 낱말이 있습니다. {number}" for number in range(19)}
    page.goto(small({**posts, "낱말 찾기": "여기 낱말이 있습니다."}).root + "0.html")
    search(page, "낱말")
    assert status(page) == "글 8편을 찾았고, 더 있습니다."
    assert page.locator(".search-title").first.inner_text() == "낱말 찾기"
    page.get_by_role("button", name="더 보기").click()
    expect(page.locator(".search-results li")).to_have_count(16)
    expect(page.locator(".search-results li").nth(8).locator("a").first).to_be_focused()
    page.get_by_role("button", name="더 보기").click()
    expect(page.locator(".search-results li")).to_have_count(20)
    expect(page.locator(".search-more")).to_be_hidden()
    assert status(page) == "글 20편을 찾았습니다."
