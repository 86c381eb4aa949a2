"""The notebook that readers download: it holds elsewhere what it holds here."""

from __future__ import annotations

import json

import nbformat
from conftest import Book, code

from blogkit.web.records import VERSION

BODY = (
    "[다른 글](2024-01-02-other.md#a), [바깥](https://example.com/x.md), [여기](#a).\n\n"
    ":::{note}\n값은 {glue:text}`x:.1f`입니다.\n\n둘째.\n:::\n\n"
    "````{admonition} 제목\n:class: tip\n속.\n````\n\n```{math}\n:label: e\nx^2\n```\n\n## a\n"
)


def test_what_only_myst_knows_is_plain_markdown(book: Book) -> None:
    book.post("2024-01-02-other", "## a\n\n글\n")
    inside = ":::{dropdown} 안\n" + code("'inside'") + ":::\n"
    book.post("2024-01-01-one", BODY + code("glue('x', 1)") + inside)
    book.build(BLOG_BASEURL="https://example.github.io/blog/")
    notebook = nbformat.read(book.site / "posts/2024-01-01-one.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "[다른 글](https://example.github.io/blog/posts/2024-01-02-other.html#a)" in text
    assert "[바깥](https://example.com/x.md)" in text
    assert "[여기](#a)" in text
    assert "> **참고**\n>\n> 값은 1.0입니다.\n>\n> 둘째." in text
    assert "> **제목**\n>\n> 속." in text
    assert "$$\nx^2\n$$" in text
    assert "> **안**" in text
    assert "{" not in text
    assert "'inside'" in [cell.source for cell in notebook.cells]
    record = json.loads((book.site / "posts/2024-01-01-one.json").read_text(encoding="utf-8"))
    assert record["version"] == VERSION
    assert notebook.metadata.provenance["key"] == record["key"]


def test_links_follow_the_blog_to_another_address_and_warnings_are_left_out(book: Book) -> None:
    book.post("2024-01-02-other")
    source = "import sys\nprint('heard', file=sys.stderr)\nprint('shown');"
    book.post("2024-01-01-one", "[글](2024-01-02-other.md)\n\n" + code(source))
    for base in ("https://old.example/", "https://new.example/blog/"):
        book.build(BLOG_BASEURL=base)
        notebook = nbformat.read(book.site / "posts/2024-01-01-one.ipynb", as_version=4)
        assert f"[글]({base}posts/2024-01-02-other.html)" in [cell.source for cell in notebook.cells]
        outputs = [output.text for cell in notebook.cells for output in cell.get("outputs", ())]
        assert outputs == ["shown\n"]
