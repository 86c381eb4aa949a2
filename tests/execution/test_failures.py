"""A failure names the author's own line, folds those of libraries, and says the mend where it is known."""

from __future__ import annotations

import nbformat
import pytest
from conftest import Book, code

FAILING = {
    "2024-01-01-library": (
        code(":tags: [hide-input]\n\nimport json\n\n\ndef read(text):\n    return json.loads(text)\n\n\nread('{')"),
        ".md:12: cell 1: JSONDecodeError: ",
        "tag the cell `raises-exception`",
    ),
    "2024-01-02-python-2": (code("x = 1\nprint x"), ".md:7: cell 1: SyntaxError: ", "this is Python 2"),
    "2024-01-03-hidden": (
        code("open('da' + 'ta/a.csv')"),
        ".md:6: cell 1: FileNotFoundError: ",
        "add data/a.csv to `inputs`",
    ),
    "2024-01-04-absent": (code("open('data/b.csv')"), ".md:6: cell 1: FileNotFoundError: ", "put it into `data/`"),
    "2024-01-05-network": (
        code("from urllib.request import urlopen\nurlopen('http://nowhere.invalid/')"),
        ".md:7: cell 1: URLError: ",
        "put what it asks for into `data/`, or allow it with `network: true`",
    ),
    "2024-01-07-above": (
        code("import glob\nglob.glob('../*/*.md')"),
        ".md:7: cell 1: RuntimeError: ",
        "; a post sees only its `inputs` and",
    ),
}


@pytest.fixture(scope="module")
def said(make_book) -> str:  # type: ignore[no-untyped-def]
    book: Book = make_book()
    book.write("data/a.csv", "x")
    for name, (body, *_) in FAILING.items():
        book.post(name, body)
    raw, text = nbformat.v4.new_raw_cell("---\ntitle: x\n---"), nbformat.v4.new_markdown_cell("Text.")
    cells = [nbformat.v4.new_code_cell(source) for source in ("def f(x):\n    return 1 / x", "y = 2\nf(0)")]
    notebook = nbformat.v4.new_notebook(cells=[raw, text, *cells])
    book.write("posts/2024-01-06-notebook.ipynb", nbformat.writes(notebook))
    return str(book.blogkit("execute").stdout)


@pytest.mark.parametrize("name", FAILING)
def test_a_failure_says_where_and_what_to_do(said: str, name: str) -> None:
    _, place, mend = FAILING[name]
    line = next(line for line in said.splitlines() if line.startswith(f"posts/{name}.md"))
    assert line.startswith(f"posts/{name}{place}") and mend in line


def test_libraries_are_folded(said: str) -> None:
    detail = said.partition("2024-01-01-library.md")[2].partition("posts/")[0]
    assert "… in json" in detail and "return json.loads(text)" in detail and "read('{')" in detail
    assert "raw_decode" not in detail


def test_a_notebook_has_cells_and_lines(said: str) -> None:
    assert "posts/2024-01-06-notebook.ipynb: cell 4, line 2: ZeroDivisionError: division by zero" in said
