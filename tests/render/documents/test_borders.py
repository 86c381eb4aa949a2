"""Pages are made of the book's own files: what lies outside or is hidden is a fault, whichever way it is named."""

from __future__ import annotations

import shutil

import pytest
from conftest import ROOT, Book, code

OUTSIDE = "lies outside the book"
PAGE = """
![](../../out.png)

```{{figure}} ../../figure.png
:alt: x
```

[x](../../link.txt)

{{download}}`x <../../download.txt>`

{{download}}`x </.env>`

```{{literalinclude}} ../../literal.txt
```

```{{literalinclude}} ../.git/config
```

```{{literalinclude}} symbolic.txt
```

```{{literalinclude}} ../folder/deep.txt
```

```{{include}} ../../included.txt
```

```{{include}} ../../literally.txt
:literal:
```

```{{include}} {outside}/absolute.txt
```

```{{csv-table}}
:file: ../../table.csv
```

```{{csv-table}}
:file: {outside}/absolute.csv
```

```{{raw}} html
:file: ../../raw.html
```

````{{card}} 제목
:img-top: ../../card.png
글
````

```{{eval-rst}}
.. include:: ../../rst.txt

.. include:: <isonum.txt>

.. raw:: html
   :file: {outside}/absolute.html
```

![](/etc/passwd)
"""
NAMES = [
    *("../out.png", "../figure.png", "../link.txt", "../download.txt", "../literal.txt", "posts/symbolic.txt"),
    *("folder/deep.txt", "../included.txt", "../literally.txt", "../table.csv", "../raw.html", "../card.png"),
    *("../rst.txt", "../absolute.html"),
]
ADDRESSES = """
```{raw} html
:url: file:///etc/passwd
```

```{csv-table}
:url: https://example.com/a.csv
```

```{literalinclude} same.txt
:diff: ../../literal.txt
```

```{eval-rst}
.. image:: file:///etc/picture.png
   :loading: embed
```

{download}`x <FILE:///etc/passwd>`
"""


@pytest.fixture
def outside(book: Book) -> Book:
    """A book with files beside it, hidden ones in it, and links that lead out."""
    for name in [*NAMES, "../absolute.txt", "../absolute.csv", ".env", ".git/config"]:
        if name.startswith(".."):
            picture = name.endswith("png")
            shutil.copy(ROOT / "images/favicon.png", book.root / name) if picture else book.write(name, "verborgen")
        elif name.startswith("."):
            book.write(name, "verborgen")
    book.write("../beside/deep.txt", "verborgen")
    (book.root / "posts/symbolic.txt").symlink_to("../../link.txt")
    (book.root / "folder").symlink_to("../beside")
    return book


def test_no_file_outside_or_hidden_comes_into_a_page(outside: Book) -> None:
    outside.post("2024-01-01-good")
    outside.build()
    body = PAGE.format(outside=outside.root.parent)
    post = outside.post("2024-01-02-one", body)
    lines = post.read_text(encoding="utf-8").splitlines()
    said = outside.fail()
    for name in NAMES:
        line = next(n for n, text in enumerate(lines, 1) if name.rpartition("/")[2] in text)
        assert f"posts/2024-01-02-one.md:{line}: {name} {OUTSIDE}" in said
    assert ".env is hidden" in said
    assert ".git/config is hidden" in said
    assert ": WARNING: etc/passwd is not there" in said
    assert "isonum" not in said
    assert "Traceback" not in said
    assert not (outside.site / "posts/2024-01-02-one.html").exists()
    pages = (outside.root / "_build/.pages").rglob("*.*")
    assert not any(b"verborgen" in page.read_bytes() for page in pages if page.is_file())


def test_addresses_are_not_asked(outside: Book) -> None:
    outside.write("posts/same.txt", "x")
    outside.post("2024-01-02-one", ADDRESSES)
    said = outside.fail()
    for line, name in ((6, "raw"), (10, "csv-table"), (14, "literalinclude")):
        assert f".md:{line}: WARNING: '{name}': Invalid option" in said
    assert said.count("no build asks an address or compares two files") == 3
    assert "file:///etc/picture.png is known on this machine only" in said
    assert "FILE:///etc/passwd is known on this machine only" in said
    assert "verborgen" not in said
    assert not outside.site.exists()


def test_nothing_that_leads_out_is_a_document_a_picture_or_code(outside: Book) -> None:
    outside.write("../post.md", "---\ntitle: x\n---\n\n글\n")
    (outside.root / "posts/2024-01-01-linked.md").symlink_to("../../post.md")
    outside.post("2024-01-02-loads", "```{code-cell} python\n:load: ../../code.py\n```\n")
    outside.write("../code.py", "print('verborgen')")
    said = outside.fail()
    assert "posts/2024-01-01-linked.md: posts/2024-01-01-linked.md lies outside the book" in said
    assert "posts/2024-01-02-loads.md:6: ../code.py lies outside the book" in said
    for post in outside.root.glob("posts/*.md"):
        post.unlink()

    (outside.root / "images").mkdir()
    (outside.root / "images/out.png").symlink_to("../../out.png")
    outside.write("images/.private/x.png", "x")
    assert "images/out.png: it lies outside the book" in outside.fail()
    for name, thumbnail in {"2024-01-03-small": "images/out.png", "2024-01-04-small": ".env"}.items():
        outside.post(name, thumbnail=thumbnail)
    said = outside.fail()
    assert "posts/2024-01-03-small.md:3: images/out.png lies outside the book" in said
    assert "posts/2024-01-04-small.md:3: .env is hidden" in said
    for path in [*outside.root.glob("posts/*.md"), outside.root / "images/out.png"]:
        path.unlink()

    outside.write("../other.md", "# 밖\n")
    toc = outside.root / "_toc.yml"
    before = toc.read_text(encoding="utf-8")
    toc.write_text(before.replace("- file: about", "- file: about\n  - file: ../other"), encoding="utf-8")
    assert "../other" in outside.fail()
    toc.write_text(before, encoding="utf-8")
    outside.config(html_extra_path=["../beside", "."], html_static_path=["../beside"])
    said = outside.fail()
    assert "sphinx.config.html_extra_path: write `images/` instead" in said
    assert "sphinx.config.html_static_path: write `_static/` instead" in said
    assert not [path for path in outside.site.rglob("*") if path.name in ("deep.txt", ".env", "x.png")]


def test_a_cell_cannot_hand_out_a_file_through_a_link(book: Book) -> None:
    """The build would copy what the seal hides."""
    secret = book.write("../secret.txt", "verborgen")
    source = f"import os\nos.symlink({str(secret)!r}, 'images/a.txt')"
    book.post("2024-01-01-one", code(source), outputs=["images/a.txt"])
    source = f"import os\nos.rmdir('files')\nos.symlink({str(secret.parent)!r}, 'files')"
    book.post("2024-01-02-two", code(source), outputs=["files/secret.txt"])
    said = book.blogkit("execute").stdout
    assert "2024-01-01-one.md:3: declares images/a.txt in `outputs` but no cell wrote it" in said
    assert "2024-01-02-two.md:3: declares files/secret.txt in `outputs` but no cell wrote it" in said
    assert not list(book.root.rglob("result.json"))


@pytest.mark.parametrize("way", ["page", "post"])
def test_nothing_runs_while_pages_are_made(book: Book, way: str) -> None:
    """Whatever a front matter asks of MyST-NB: code runs in the seal, and there only."""
    trace = book.root / "trace"
    asked = "mystnb: {execution_mode: force}\nkernelspec: {name: python3}\nfile_format: mystnb\n"
    cell = code(f"try:\n    open({str(trace)!r}, 'w')\nexcept OSError:\n    pass")
    title = "title: a\n" if way == "post" else ""
    book.write("posts/2024-01-01-a.md" if way == "post" else "about.md", f"---\n{title}{asked}---\n\n# a\n\n{cell}")
    book.fork().wait()
    assert not trace.exists()


@pytest.mark.parametrize("name", ["about.md", "posts/2024-01-01-a.md"])
def test_jinja_is_refused_wherever_it_is_turned_on(book: Book, name: str) -> None:
    front = "title: a\nmyst: {enable_extensions: [substitution]}\n"
    book.write(name, f"---\n{front}---\n\n# a\n\nIt is {{{{ 6 * 7 }}}}.\n")
    said = book.fail()
    assert "would run while the site is built, outside the seal" in said
    assert f"{name.removesuffix('.md')}.md:" in said
