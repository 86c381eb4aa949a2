"""A model that readers try: its place in pages, feeds and notebooks, and what each mistake in it says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from conftest import Book, code
from PIL import Image

from blogkit.files import file_digest
from blogkit.publish.check import crawl_site
from blogkit.text import without_escapes
from blogkit.web.search_text import read_page

pytestmark = pytest.mark.slow
SOURCE = (Path(__file__).parent / "try_digits.md").read_text(encoding="utf-8")
FILES = [f"files/clock/{name}" for name in ("clock.json", "clock.f16", "clock digits.png")]
CLOCK, OTHER = "posts/2024-01-01-clock", "posts/2024-01-02-other"
FAULTY = """
import hashlib, json
from pathlib import Path

Path("files").mkdir(exist_ok=True)
weights = bytes(2 * (16 * 2 + 2))
layers = [
    {"class_name": "InputLayer", "config": {"batch_shape": [None, 4, 4]}},
    {"class_name": "Flatten", "config": {}},
    {"class_name": "Dense", "config": {"units": 2, "activation": "softmax"}},
]
manifest = {"weights": "m.f16", "sha256": hashlib.sha256(weights).hexdigest(), "labels": ["a", "b"]}
Path("files/m.f16").write_bytes(weights)
for name, chain in {"good": layers, "conv": [*layers, {"class_name": "Conv2D", "config": {}}]}.items():
    model = {"class_name": "Sequential", "config": {"layers": chain}}
    Path(f"files/{name}.json").write_text(json.dumps({**manifest, "model": model}))
"""


@pytest.fixture(scope="module")
def book(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    book.post("2024-01-01-clock", SOURCE, lang="en", file_format="mystnb", outputs=FILES)
    book.post("2024-01-02-other", 'No model, but `data-try=` and `<div class="try"`.\n', lang="en")
    book.build(BLOG_BASEURL="https://example.com/blog/")
    return book


@pytest.fixture(scope="module")
def place(book: Book) -> BeautifulSoup:
    found = book.soup(f"{CLOCK}.html").select_one(".try")
    assert found
    return found


def test_any_small_model_is_handed_to_the_script(book: Book, place: BeautifulSoup) -> None:
    told = json.loads(str(place["data-try"]))
    assert told["size"] == [8, 8]
    assert told["layers"] == [{"units": 24, "activation": "tanh"}, {"units": 10, "activation": "softmax"}]
    assert (told["scale"], told["offset"], len(told["samples"]["answers"])) == (2, -1, 24)
    assert told["labels"][7] == '<b>7</b> & "7"\'</script>'
    page = (book.site / f"{CLOCK}.html").read_text(encoding="utf-8")
    assert page.count('<div class="try"') == 1 and "<b>7" not in page


def test_its_weights_say_of_its_samples_what_the_page_says(book: Book, place: BeautifulSoup) -> None:
    told = json.loads(str(place["data-try"]))
    file = book.site / "posts" / told["weights"].partition("?")[0]
    values = np.fromfile(file, "<f2").astype(float)
    one, bias, two, other = np.split(values, np.cumsum([64 * 24, 24, 240]))
    tiles = np.asarray(Image.open(book.site / FILES[2])).reshape(3, 8, 8, 8).swapaxes(1, 2).reshape(24, 64)
    hidden = np.tanh((tiles / 255 * 2 - 1) @ one.reshape(64, 24) + bias)
    guesses = (hidden @ two.reshape(24, 10) + other).argmax(1)
    assert guesses.tolist() == told["samples"]["predictions"]
    assert np.mean(guesses == told["samples"]["answers"]) > 0.8


def test_its_files_are_those_of_this_build(book: Book, place: BeautifulSoup) -> None:
    """Their addresses change with what they hold, so that no browser mixes two builds."""
    told = json.loads(str(place["data-try"]))
    image = place.find("img")
    assert image and image["src"] == told["samples"]["file"]
    for address, name in ((told["weights"], FILES[1]), (told["samples"]["file"], FILES[2])):
        assert address == f"../{name.replace(' ', '%20')}?v={file_digest(book.site / name)[:8]}"
    assert crawl_site(book.site).faults == []


def test_without_the_script_there_are_samples_and_words(place: BeautifulSoup) -> None:
    image, caption = place.select_one("figure > img"), place.select_one("figure > figcaption")
    assert image and (image["width"], image["height"], image["loading"]) == ("64", "24", "lazy")
    assert image["alt"] == "Samples for the model: 24 pictures"
    assert caption and caption.get_text() == "Ours, free & easy"
    assert place.select_one("figcaption a[href='https://example.com/licence']")
    assert (
        place.select_one(".without noscript").get_text() == "With JavaScript, the model answers here to what you draw."
    )  # type: ignore[union-attr]
    sentence = place.find_previous_sibling("p")
    assert sentence and re.fullmatch(r"Draw a digit as a clock shows it, of the \d+%\.", sentence.get_text())


def test_only_pages_with_a_model_load_its_script(book: Book) -> None:
    loading = {name: "_static/try.js?v=" in str(book.soup(f"{name}.html").head) for name in (CLOCK, OTHER, "index")}
    assert loading == {CLOCK: True, OTHER: False, "index": False}


def test_search_finds_the_words_above_it_and_nothing_of_the_rest(book: Book) -> None:
    page = read_page((book.site / f"{CLOCK}.html").read_bytes(), "")
    assert page
    text = " ".join(section.text for section in page.sections)
    assert "Draw a digit as a clock shows it" in text
    assert not re.search("JavaScript|Ours|Try the model", text)


def test_feeds_have_the_words_and_a_link_to_its_place(book: Book) -> None:
    feed = BeautifulSoup((book.site / "feed.xml").read_text(encoding="utf-8"), "xml")
    entry = next(str(each.find("content").text) for each in feed.find_all("entry") if "clock" in each.title.text)
    soup = BeautifulSoup(entry, "lxml")
    assert "Draw a digit as a clock" in soup.get_text() and "JavaScript" not in entry
    link = soup.find("a", string="Try the model on the page")
    assert link and link["href"] == f"https://example.com/blog/{CLOCK}.html#try-0"
    assert "https://example.com/blog/files/clock/clock%20digits.png?v=" in entry
    assert not re.search("data-|class=", entry)


def test_downloaded_notebooks_lead_to_the_page(book: Book) -> None:
    notebook = nbformat.read(book.site / f"{CLOCK}.ipynb", as_version=4)
    text = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "{try-model}" not in text
    assert f"<https://example.com/blog/{CLOCK}.html>" in text


def test_each_mistake_is_told_with_its_line(book: Book, make_book: Callable[[], Book]) -> None:
    faulty = make_book()
    names = ("nothing", "conv", "good")
    models = "".join(f"```{{try-model}} ../files/{name}.json\nDraw.\n```\n\n" for name in names)
    outputs = ["files/good.json", "files/conv.json", "files/m.f16"]
    body = f"{code(FAULTY)}\n{models}```{{try-model}} ../files/good.json\n```\n"
    post = faulty.post("2024-01-01-faulty", body, file_format="mystnb", outputs=outputs)
    lines = post.read_text(encoding="utf-8").splitlines()
    at = {name: lines.index(f"```{{try-model}} ../files/{name}.json") + 1 for name in names}
    told = without_escapes(faulty.fail())
    assert f"faulty.md:{at['nothing']}: WARNING: the model cannot be tried: files/nothing.json is no output" in told
    assert f"faulty.md:{at['conv']}: WARNING: the model cannot be tried: pages know no layer Conv2D; they" in told
    assert f"faulty.md:{at['good'] + 4}: WARNING: the model has no text; say in a sentence" in told
    assert told.count("WARNING") == 3
    assert not faulty.site.exists()


def test_a_page_without_code_has_no_model(make_book: Callable[[], Book]) -> None:
    book = make_book()
    book.write("files/m.json", "{}")
    book.write("about.md", "# About\n\n```{try-model} files/m.json\nDraw.\n```\n")
    told = without_escapes(book.fail())
    assert "about.md:3: WARNING: the model cannot be tried: files/m.json is no output of this post" in told
