"""Compare Sphinx's own search, Pagefind and ours on the list of queries; measure our index as the blog grows.

Needs what the tests need and ``pagefind[extended]``. ``python benchmarks/web_search.py`` prints its tables.
"""

from __future__ import annotations

import functools
import gzip
import itertools
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "web")]

from conftest import Book  # noqa: E402
from search_library import FIND, QUERIES, first_right, found, write_library  # noqa: E402

from blogkit.web.search_index import write_index  # noqa: E402

SPHINX = """async () => {
    const said = () => document.querySelector(".search-summary")?.textContent;
    for (let i = 0; i < 250 && !said(); i++) await new Promise((done) => setTimeout(done, 20)); // some fail
    const links = () => [...document.querySelectorAll("ul.search > li > a:first-of-type")];
    for (let before = -1; links().length !== before; await new Promise((done) => setTimeout(done, 150))) {
        before = links().length;
    }
    return links().map((link) => [new URL(link.href).pathname.slice(1), ""]);
}"""
PAGEFIND = """async (queries) => {
    const pagefind = await import("/pagefind/pagefind.js");
    await pagefind.init();
    const all = [];
    for (const query of queries) {
        const { results } = await pagefind.search(query);
        all.push((await Promise.all(results.map((result) => result.data()))).map((data) => [data.url.slice(1), ""]));
    }
    return all;
}"""
Answers = list[list[tuple[str, str]]]


def build_library(folder: Path, language: str) -> Path:
    """Build the tests' blog in a language and return its site."""
    folder.mkdir()
    book = Book(folder)
    for name in ("_config.yml", "_toc.yml", "index.md", "about.md"):
        shutil.copyfile(ROOT / name, folder / name)
    config = yaml.safe_load((folder / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["local_extensions"]["blogkit"] = str(ROOT)
    book.write("_config.yml", yaml.safe_dump(config, allow_unicode=True))
    (folder / "posts").mkdir()
    write_library(book, language)
    book.build()
    return book.site


def build_sphinx(library: Path, folder: Path, language: str) -> Path:
    """Build the same posts with Sphinx's search."""
    shutil.copytree(library / "posts", folder / "posts")
    (folder / "index.md").write_text("# 글\n\n```{toctree}\n:glob:\nposts/*\n```\n", encoding="utf-8")
    settings = f"extensions = ['myst_parser']\nlanguage = {language!r}\nmyst_title_to_header = True\n"
    (folder / "conf.py").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(folder), str(folder / "site")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return folder / "site"


def ask_sphinx(page: Page, root: str, queries: list[str]) -> Answers:
    """Return what Sphinx's search page links to."""
    answers = []
    for query in queries:
        page.goto(f"{root}search.html")
        page.evaluate("(query) => { location.search = '?' + new URLSearchParams({ q: query }) }", query)
        page.wait_for_url("**/search.html?q=*")
        answers.append([tuple(link) for link in page.evaluate(SPHINX)])
    return answers


def ask_pagefind(page: Page, root: str, queries: list[str]) -> Answers:
    """Return what Pagefind finds."""
    page.goto(f"{root}about.html")
    return [[tuple(link) for link in links] for links in page.evaluate(PAGEFIND, queries)]


def ask_ours(page: Page, root: str, queries: list[str]) -> Answers:
    """Return what our search finds."""
    page.goto(f"{root}about.html")
    return [[(link["page"], link["heading"]) for link in links] for links in page.evaluate(FIND, [queries])]


def compare(folder: Path, language: str) -> None:
    """Print how much of a language's list each search finds."""
    folder.mkdir()
    ours = build_library(folder / "library", language)
    sphinx = build_sphinx(folder / "library", folder / "sphinx", language)
    pagefind = [sys.executable, "-m", "pagefind", "--site", str(ours), "--root-selector", "[data-search-body]"]
    subprocess.run(pagefind, check=True, stdout=subprocess.DEVNULL)
    queries = [query["query"] for query in QUERIES[language]]
    print(f"\n| {len(queries)} queries in {language} | found | first page right | first section right |")
    print("| :-- | --: | --: | --: |")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        engines = {"Sphinx": (sphinx, ask_sphinx), "Pagefind": (ours, ask_pagefind), "ours": (ours, ask_ours)}
        for name, (site, ask) in engines.items():
            with serve(site) as root:
                page = browser.new_page()
                answers = list(zip(QUERIES[language], ask(page, root, queries), strict=True))
                page.close()
            shares = [sum(found(*answer) for answer in answers)]
            for sections in (False, True):
                shares.append(sum(found(*answer) and first_right(*answer, sections) for answer in answers))
            cells = [f"{share / len(queries):.0%}" for share in shares]
            print(f"| {name} | {cells[0]} | {cells[1]} | {cells[2] if name == 'ours' else '–'} |")
        browser.close()


def measure(folder: Path, count: int) -> None:
    """Print the size of the index of ``count`` long posts and the time that writing it takes."""
    folder.mkdir()
    names = [f"{number}.html" for number in range(count)]
    for name, text in zip(names, long_posts(), strict=False):
        (folder / name).write_text(text, encoding="utf-8")
    start = time.perf_counter()
    write_index(folder, names)
    seconds = time.perf_counter() - start
    sizes = []
    for pattern in ("index.json", "grams/*.json", "words/*.json", "pages/*.json"):
        files = [len(gzip.compress(file.read_bytes())) / 1000 for file in (folder / "search").glob(pattern)]
        sizes.append(f"{len(files)} × {sum(files) / len(files):.1f} KB")
    print(f"| {count} | {seconds:.1f} s | {' | '.join(sizes)} |", flush=True)


def long_posts() -> Iterator[str]:
    """Yield made-up posts of 12,000 characters whose words are as unevenly common as those of a language."""
    rng = random.Random(1)
    syllables = rng.sample([chr(code) for code in range(0xAC00, 0xD7A4)], 900)
    nouns = ["".join(_pick(rng, syllables, rng.choice([2, 2, 2, 3, 4]))) for _ in range(30_000)]
    names = ["".join(rng.choices("etaoinshrdlcumwfgyp", k=rng.randint(2, 10))) for _ in range(20_000)]
    endings = ["을", "를", "이", "가", "은", "는", "의", "에서", "으로", "와", "도", "하는", "합니다", "된", ""]

    def prose(words: int) -> str:
        return " ".join(noun + rng.choice(endings) for noun in _pick(rng, nouns, words)) + "."

    def line() -> str:
        one, two, three, four = _pick(rng, names, 4)
        return f"<span>{one}</span>_{two} = {three}.{four}({rng.random():.4f})"

    for number in itertools.count():
        sections = "".join(
            f"<section id=s{section}><h2>{prose(3)}</h2><p>{' '.join(prose(10) for _ in range(12))}</p>"
            f"<pre>{chr(10).join(line() for _ in range(8))}</pre></section>"
            for section in range(15)
        )
        time = f"<time datetime=2020-01-01T{number // 60:02}:{number % 60:02}:00></time>"
        yield f"<!doctype html><meta charset=utf-8><main data-search-body><h1>{prose(5)}</h1>{time}{sections}</main>"


def _pick(rng: random.Random, words: list[str], count: int) -> list[str]:
    return [words[int(len(words) ** rng.random()) - 1] for _ in range(count)]


@contextmanager
def serve(site: Path) -> Iterator[str]:
    """Serve a site and yield its address."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Print a table for each language, and the one of sizes."""
    with tempfile.TemporaryDirectory() as name:
        for language in QUERIES:
            compare(Path(name, language), language)
        print(
            "\n| long posts | writing | list of pages | grams | words | pages |\n| --: | --: | --: | --: | --: | --: |"
        )
        for count in (10, 100, 1000):
            measure(Path(name, str(count)), count)


if __name__ == "__main__":
    main()
