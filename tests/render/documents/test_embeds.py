"""What pages load from other hosts, and the files that raw HTML names: taken along, waiting, or a fault with line."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import Book, code, troubles_of
from docutils import nodes
from PIL import Image
from playwright.sync_api import Browser

from blogkit.publish.check import crawl_site
from blogkit.render.documents.embeds import _SIDES, _TAG, page_of_video, strangers
from blogkit.render.pages.translator import _shown_size
from blogkit.web.content import content
from blogkit.web.markup import candidates

HOSTS = ["www.youtube.com", "maps.example", "pictures.example"]
POST = "posts/2024-01-01-all.html"
ALL = """\
<iframe width="560" src="https://www.youtube.com/embed/F3st8X0L1Ys?start=3" title="A <talk>" allowfullscreen>
</iframe>

In a line <iframe src="https://player.vimeo.com/video/1"></iframe> of text.

<iframe src="//www.youtube.com/embed/abc" title="With a still" poster="still.png"></iframe>

<iframe width="1000" height="500" src="https://maps.example/x?a=1&amp;b=2" title="A map"></iframe>

:::{iframe} https://maps.example/z
:label: a-map
:align: center
:width: 80%
A *map* with a caption.
:::

![remote](https://pictures.example/a.png)

<video id="raw" src="clip.mp4" controls poster=still.png width="1000"></video>

<p id="sounds"><audio controls><source src="/posts/clip.mp3"></audio> <img srcset="still.png 1x, still.png 2x"></p>

<!-- <img src="commented.png"> --> <script>"<img src='in-a-script.png'>"</script>

![film](clip.mp4)

<script id="own" src="own.js"></script>
<link id="look" rel="stylesheet" href="own.css">

A line with <a id="rows" href="rows.csv">data</a>, <a id="other" href="2024-01-02-other.md#part">a post</a>,
<a id="list" href="../archive.html">a list</a> and <script id="inline" src="own.js"></script>.

<p id="b">Text <b>bold</b></p>

```{image} still.png
:width: 60%
```

```{image} still.png
:height: 50
```

```{image} still.png
:scale: 50
```

```{figure} still.png
:width: 30%
:align: left
Beside the text.
```

"""
CELLS = """\
from IPython.display import IFrame, Video, VimeoVideo, YouTubeVideo
open("images/made.mp4", "w").write("x")
display(YouTubeVideo("F3st8X0L1Ys"), VimeoVideo("7"))
display(IFrame("https://maps.example/y", width=1000, height=600), Video("images/made.mp4"))
"""


def fill(book: Book) -> None:
    book.root.joinpath("posts").mkdir(exist_ok=True)
    Image.new("RGB", (400, 200)).save(book.root / "posts/still.png")
    for name in ("clip.mp4", "clip.mp3", "own.js", "own.css", "rows.csv"):
        book.write(f"posts/{name}", name)


@pytest.fixture(scope="module")
def page(make_book: Callable[[], Book]) -> Iterator[tuple[Book, BeautifulSoup]]:
    book = make_book()
    fill(book)
    book.post("2024-01-01-all", ALL + code(CELLS), outputs=["images/made.mp4"])
    book.post("2024-01-02-other", "## Part\n")
    book.config(blog_hosts=HOSTS)
    book.build(BLOG_BASEURL="https://ana.example/")
    return book, book.soup(POST).select_one("[data-search-body]")


@pytest.mark.parametrize(
    ("number", "link", "plays", "title"),
    [
        (0, "https://www.youtube.com/watch?v=F3st8X0L1Ys&start=3", True, "A <talk>"),
        (1, "https://vimeo.com/1", False, "vimeo.com/1"),
        (2, "https://www.youtube.com/watch?v=abc", True, "With a still"),
        (3, "https://www.youtube.com/watch?v=F3st8X0L1Ys", True, "www.youtube.com/watch?v=F3st8X0L1Ys"),
        (4, "https://vimeo.com/7", False, "vimeo.com/7"),
    ],
)
def test_a_video_is_a_link_that_plays_where_its_host_is_allowed(
    page: tuple[Book, BeautifulSoup], number: int, link: str, plays: bool, title: str
) -> None:
    player = page[1].select("a.player")[number]
    assert (player["href"], player.has_attr("data-embed"), player.span.text) == (link, plays, title)
    assert page[0].soup(POST).select("script[src*='player.js?v=']")


@pytest.mark.parametrize(
    ("selector", "attributes"),
    [
        ("iframe[title='A map']", {"loading": "lazy", "style": "aspect-ratio: 1000 / 500"}),
        ("iframe[title='A map']", {"src": "https://maps.example/x?a=1&b=2"}),
        (".cell_output iframe", {"loading": "lazy", "style": "aspect-ratio: 1000 / 600"}),
        ("figure > iframe", {"loading": "lazy", "style": f"width: 80%; aspect-ratio: 16 / 9{_SIDES['center']}"}),
        ("figure#a-map", {"id": "a-map"}),
        ("figure > iframe", {"src": "https://maps.example/z", "title": "A map with a caption."}),
        ("img[alt=remote]", {"src": "https://pictures.example/a.png", "fetchpriority": "high"}),
        ("video[title=film]", {"controls": ""}),
        (".cell_output video", {"src": "../images/made.mp4"}),
        ("img[style='width: 60%']", {"width": "400", "height": "200"}),
        ("img[height='50']", {"width": "100"}),
        ("img[width='200']", {"height": "100"}),
        ("figure.align-left", {"style": "width: 30%"}),
        ("figure.align-left img", {"style": "width: 100%"}),
    ],
)
def test_what_a_page_shows_has_its_size_and_waits(
    page: tuple[Book, BeautifulSoup], selector: str, attributes: dict[str, str]
) -> None:
    found = page[1].select_one(selector)
    assert {name: found.get(name) for name in attributes} == attributes


@pytest.mark.parametrize(
    "selector",
    [
        *("video#raw", "#sounds source", "video[title=film]", ".player img", ".cell_output video"),
        *("#own", "#inline", "#look", "#rows", "#other", "#list"),
    ],
)
def test_files_that_html_names_come_along(page: tuple[Book, BeautifulSoup], selector: str) -> None:
    book, body = page
    found: Tag = body.select_one(selector)
    for name in {"src", "poster", "href"} & found.attrs.keys():
        assert (book.site / "posts" / found[name].removesuffix("#part")).resolve().is_file()


def test_nothing_else_of_raw_html_is_touched(page: tuple[Book, BeautifulSoup]) -> None:
    text = (page[0].site / POST).read_text(encoding="utf-8")
    for untouched in ('<img src="commented.png">', "<img src='in-a-script.png'>", '<p id="b">Text <b>bold</b></p>'):
        assert untouched in text
    assert crawl_site(page[0].site, hosts=HOSTS).faults == []
    assert {fault.split()[2] for fault in crawl_site(page[0].site).faults} == {
        "https://maps.example/x?a=1&b=2",
        "https://maps.example/y",
        "https://maps.example/z",
        "https://pictures.example/a.png",
    }


def test_feeds_have_links_in_place_of_frames(page: tuple[Book, BeautifulSoup]) -> None:
    html = content((page[0].site / POST).read_bytes(), "https://ana.example/posts/x.html")
    assert "<iframe" not in html
    assert 'href="https://maps.example/x?a=1&amp;b=2">A map</a>' in html
    assert '<a href="https://www.youtube.com/watch?v=abc">' in html


@pytest.mark.slow
def test_a_video_asks_its_host_when_it_is_pressed(page: tuple[Book, BeautifulSoup], browser: Browser) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            pass

    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(page[0].site))) as http:
        threading.Thread(target=http.serve_forever, args=[0.05], daemon=True).start()
        context = browser.new_context(viewport={"width": 390, "height": 800})
        tab = context.new_page()
        troubles = troubles_of(tab)
        tab.on("request", lambda request: asked.append(request.url))
        context.route(re.compile("https://"), lambda route: route.fulfill(body="<p>", content_type="text/html"))
        tab.goto(f"http://127.0.0.1:{http.server_port}/{POST}")
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
        tab.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        assert not [url for url in asked if "youtube" in url]
        tab.get_by_role("button", name="A <talk>").press("Enter")
        player = tab.locator("iframe.player")
        assert player.get_attribute("title") == "A <talk>"
        assert [url for url in asked if "youtube" in url] == [
            "https://www.youtube.com/embed/F3st8X0L1Ys?start=3&autoplay=1"
        ]
        box = player.bounding_box()
        assert box and abs(box["width"] / box["height"] - 16 / 9) < 0.05
        assert tab.locator("a.player").count() == 2  # of the host that is not allowed
        assert not [trouble for trouble in troubles if "Content Security Policy" in trouble]
        context.close()
        http.shutdown()


def test_what_is_not_allowed_or_not_there_is_said_with_its_line(book: Book) -> None:
    body = [
        '<iframe src="https://maps.example/x"></iframe>',
        "",
        "A paragraph",
        "with ![a picture](https://pictures.example/a.png) in it, and <img src=gone.png>.",
        "",
        '<video src="clip.mp4"></video>',
        "",
        '<object data="/files/gone.pdf"></object>',
        "",
        '<iframe src="own.html"></iframe>',
        "",
        "<script>d3.csv('clip.csv'); const a = `<img src=\"../images/there.csv\">`</script>",
        "",
        "<p style='background: url(clip.csv)'>",
        "",
        "In a paragraph <style>p {background: url(//cdn.example/p.png)} i {background: url(clip.csv)}</style>",
        "",
        code("from IPython.display import HTML\nHTML('<img src=//cdn.example/b.png>')"),
    ]
    path = book.post("2024-01-01-all", "\n".join(body))
    book.write("posts/clip.csv", "")
    book.write("images/there.csv", "")
    book.write("posts/own.html", '<script src="https://cdn.example/x.js"></script>')
    first = path.read_text(encoding="utf-8").splitlines().index(body[0]) + 1
    said = book.fail()
    host = "from another host; copy it into the book, link to it, or allow it with"
    for line, message in {
        0: f"loads https://maps.example/x {host} `blog_hosts: [maps.example]`",
        3: f"loads https://pictures.example/a.png {host} `blog_hosts: [pictures.example]`",
        5: "clip.mp4 is not there; add the file or mend the name",
        7: "/files/gone.pdf is not there",
        9: f"own.html loads https://cdn.example/x.js {host} `blog_hosts: [cdn.example]`",
        11: "clip.csv is named by a script or a style and does not come along; move it to images/",
        13: "clip.csv is named by a script or a style",
        15: f"loads //cdn.example/p.png {host} `blog_hosts: [cdn.example]`",
    }.items():
        assert f"2024-01-01-all.md:{first + line}: WARNING: {message}" in said
    assert said.count("clip.csv is named") == 3 and "there.csv" not in said
    assert f"2024-01-01-all.md:{first + 3}: WARNING: gone.png is not there" in said
    assert f"2024-01-01-all.md:{first + 17}: WARNING: loads //cdn.example/b.png {host}" in said


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ("https://www.youtube-nocookie.com/embed/a-b_c", "https://www.youtube.com/watch?v=a-b_c"),
        ("https://www.youtube.com/embed/videoseries?list=PL1", "https://www.youtube.com/playlist?list=PL1"),
        ("https://player.vimeo.com/video/7?h=1", "https://vimeo.com/7"),
        ("https://www.youtube.com/about", ""),
        ("https://evil.example/embed/a", ""),
        ("", ""),
    ],
)
def test_the_page_of_a_video(source: str, link: str) -> None:
    assert page_of_video(source) == link


def test_an_address_may_have_commas_and_an_element_a_longer_name() -> None:
    assert candidates("data:image/png;base64,AA== 1x,\n b.png 2x, c,d.png") == [
        ("data:image/png;base64,AA==", "1x"),
        ("b.png", "2x"),
        ("c,d.png", ""),
    ]
    assert [tag["other"] for tag in _TAG.finditer("<img-slider src=a.png></img-slider><img src=a.png>")] == ["img"]


def test_only_what_loads_by_itself_asks_a_host() -> None:
    html = b"<a href=https://a.example>x</a><form action=https://a.example></form><img src=x.png><p style='color: red'>"
    assert list(strangers("text/html", html, ())) == []
    assert [a for a, _ in strangers("text/html", b"<p style='background: url(//a.example/x.png)'>", ())] == [
        "//a.example/x.png"
    ]
    assert list(strangers("text/html", b"<img src=https://a.example/x.png>", ("a.example",))) == []


@pytest.mark.parametrize(
    "html",
    [
        "<base href='https://a.example/'>",
        "<meta http-equiv=refresh content='0; url=https://a.example/'>",
        "<link rel=prefetch href=https://a.example/x>",
        "<table background=https://a.example/x.png></table>",
        "<svg><script xlink:href=https://a.example/x></script></svg>",
        "<svg><feImage href=https://a.example/x.png /></svg>",
        "<script type=module>import * as d from 'https://a.example/d'</script>",
        "<script>import('https://a.example/d.js')</script>",
        "<iframe src='data:text/html,%3Cimg src=https://a.example/x.png>'></iframe>",
        "<iframe src='data:text/html;charset=utf-8;base64,PGltZyBzcmM9aHR0cHM6Ly9hLmV4YW1wbGUveD4='></iframe>",
        "<a href='http://[x'>no address</a><img src='http://[x'><img src=https://a.example/x.png>",
    ],
)
def test_all_that_asks_a_host_is_found(html: str) -> None:
    ((address, _said),) = strangers("text/html", html.encode(), ())
    assert address.startswith("https://a.example/")


@pytest.mark.parametrize(
    ("given", "size", "attributes"),
    [
        ({}, (400, 200), {"width": "400", "height": "200"}),
        ({}, None, {}),
        ({"width": "300px"}, (400, 200), {"width": "300", "height": "150"}),
        ({"width": "300", "height": "100"}, (400, 200), {"width": "300", "height": "100"}),
        ({"width": "300", "scale": 50}, (400, 200), {"width": "150", "height": "75"}),
        ({"width": "300"}, None, {"width": "300"}),
        ({"height": "20"}, None, {"style": "width: auto; height: 20.0px"}),
        ({"height": "2em"}, (400, 200), {"width": "400", "height": "200", "style": "width: auto; height: 2em"}),
    ],
)
def test_sizes_that_authors_give(
    given: dict[str, Any], size: tuple[int, int] | None, attributes: dict[str, str]
) -> None:
    assert _shown_size(nodes.image(**given), size) == attributes
