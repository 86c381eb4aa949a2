"""Notebooks as tools write them, and what of them stands on the page: one small blog for all of it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable

import nbformat
import pytest
from conftest import Book
from PIL import Image

KERNEL = {"name": "conda-root-py", "display_name": "Python [conda root]", "language": "python"}
TEXT = """<a id="Top"></a>
## Skipped *one*

[up](#Top), [there](#A-last-one), [below](#deep),
[other](other.md#part-two), {doc}`the other <other>`, [it](Other.ipynb)

#### Deep

![pasted](attachment:a%20b.png) ![written](data:image/png;base64,PNG)

# A last one

***

[![Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/a)
<a href="https://colab.research.google.com/b"><img
src="https://colab.research.google.com/assets/colab-badge.svg" alt="b"/></a>

[Title](#label)
"""


def png(colour: str) -> str:
    file = io.BytesIO()
    Image.new("RGB", (4, 3), colour).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture(scope="module")
def book(make_book: Callable[[], Book]) -> Book:
    book = make_book()
    top = nbformat.v4.new_markdown_cell("A line above.\n\n(label)=\n# The *title*")
    cells = [top, nbformat.v4.new_markdown_cell(TEXT.replace("PNG", png("red")))]
    cells[1].attachments = {"a b.png": {"image/png": png("blue")}}
    cells.append(nbformat.v4.new_code_cell("%matplotlib inline\n6 * 7"))
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "toc": {}}))
    old = json.loads(text.replace('"nbformat_minor": 5', '"nbformat_minor": 2'))
    for cell in old["cells"]:
        del cell["id"]
    book.write("posts/2024-01-01-pasted.ipynb", json.dumps(old))
    book.write("posts/2024-01-02-other.md", "# Other\n\n## Part two\n\nText.\n\n# Part three\n\nText.\n")
    book.build()
    return book


def test_the_heading_is_the_title_and_stands_once(book: Book) -> None:
    page = book.soup("posts/2024-01-01-pasted.html")
    assert [h.get_text().rstrip("#") for h in page.select("h1")] == ["The title"]
    headings = [(h.name, h.get_text().rstrip("#")) for h in page.select("article :is(h2, h3, h4)")]
    assert headings == [("h2", "Skipped one"), ("h3", "Deep"), ("h2", "A last one")]
    assert page.select("h2 + hr")
    assert "A line above." in page.select_one("article").get_text() and "42" in page.get_text()
    executed = json.loads((book.site / "posts/2024-01-01-pasted.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in executed["cells"]]
    assert sources[0].startswith("# The title") and not any("*title*" in source for source in sources)


def test_pictures_in_the_text_are_files(book: Book) -> None:
    page = book.soup("posts/2024-01-01-pasted.html")
    pictures = {image["alt"]: book.site / "posts" / image["src"] for image in page.select("article img")}
    assert {name: Image.open(file).getpixel((0, 0)) for name, file in pictures.items()} == {
        "pasted": (0, 0, 255),
        "written": (255, 0, 0),
    }


def test_links_lead_to_what_notebooks_name(book: Book) -> None:
    page = book.soup("posts/2024-01-01-pasted.html")
    links = {a.get_text(): a["href"] for a in page.select("article section p a[href]")}
    other = "2024-01-02-other.html"
    assert links == {
        **{"up": "#Top", "there": "#a-last-one", "below": "#deep", "Title": links["Title"]},
        **{"other": f"{other}#part-two", "the other": other, "it": other},
        **{"Colab": "https://colab.research.google.com/a", "b": "https://colab.research.google.com/b"},
    }
    ids = {element["id"] for element in page.select("[id]")}
    assert {href[1:] for href in links.values() if href.startswith("#")} <= ids
    two = book.soup(f"posts/{other}").select("article :is(h1, h2, h3)")
    assert [(h.name, h.get_text().rstrip("#")) for h in two[1:]] == [("h2", "Part two"), ("h2", "Part three")]


def test_what_is_wrong_in_a_notebook_has_its_cell(book: Book) -> None:
    cells = [nbformat.v4.new_raw_cell("---\ntitle: x\n---"), nbformat.v4.new_markdown_cell("# x\n\nText.")]
    texts = {
        "[lost](nowhere.md)": "WARNING: the blog has no page and no file nowhere.md",
        "![](none.png)": "WARNING: posts/none.png",
        '<img src="https://pictures.example/a.png">': "WARNING: loads https://pictures.example/a.png",
    }
    for text, message in texts.items():
        again = nbformat.v4.new_markdown_cell(f"Again {text}")
        notebook = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_markdown_cell(f"Text.\n\n{text}"), again])
        path = book.write("posts/2024-01-03-lost.ipynb", nbformat.writes(notebook))
        told = book.fail()
        assert f"2024-01-03-lost.ipynb: cell 3, line 3: {message}" in told
        path.unlink()
    assert f"2024-01-03-lost.ipynb: cell 4, line 1: {message}" in told
