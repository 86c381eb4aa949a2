"""Bad input, all of it: one fault with file, line and mend, no traceback, and the site stands."""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import unicodedata
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Book, code
from test_build import files

from blogkit.errors import shown

RAW = {"cell_type": "raw", "metadata": {}, "source": "---\ntitle: x\n---"}
CODE = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [], "execution_count": None}
TEXT = {"cell_type": "markdown", "metadata": {}, "source": "Text."}
BOMB = "\n".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(9))
GLUED = code("glue('x', 1)\nglue('t', 'text')\nglue('c', 0xd800)")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def notebook(**parts: Any) -> str:
    whole = {"cells": [RAW, CODE], "metadata": {}, "nbformat": 4, "nbformat_minor": 4, **parts}
    return json.dumps({key: value for key, value in whole.items() if value is not ...})


def cell(**parts: Any) -> str:
    return notebook(cells=[RAW, {key: value for key, value in {**CODE, **parts}.items() if value is not ...}])


NOTEBOOKS = {
    "cells": (
        notebook(cells=...),
        "no Jupyter notebook: The notebook is invalid and is missing an expected key: cells",
    ),
    "no-metadata": (notebook(metadata=...), "is missing an expected key: metadata"),
    "metadata": (notebook(metadata=[]), "no Jupyter notebook: "),
    "kernelspec": (notebook(metadata={"kernelspec": "python3"}), "metadata kernelspec 'python3' is not of type"),
    "kernel": (notebook(metadata={"kernelspec": {}}), "metadata kernelspec 'name' is a required property"),
    "mystnb": (notebook(metadata={"mystnb": "x"}), "mystnb: must be `key: value` lines"),
    "tags": (cell(metadata={"tags": 5}), "cells 2 metadata tags 5 is not of type 'array'"),
    "tag": (cell(metadata={"tags": [[1]]}), "cells 2 metadata tags 1 [1] is not of type 'string'"),
    "text-cell": (notebook(cells=["x"]), "no Jupyter notebook"),
    "number-cell": (notebook(cells=[5]), "no Jupyter notebook"),
    "fence": (notebook(cells=[RAW, {**TEXT, "source": "a\n```[1,\n2]```"}]), "cell 2, line 2: ```[1, is never closed"),
    "cell-type": (cell(cell_type="x"), "cells 2 "),
    "source": (cell(source=5), "cells 2 source 5 is not valid"),
    "no-source": (cell(source=...), "cells 2 'source' is a required property"),
    "raw": (notebook(cells=[{**RAW, "source": 5}]), "cells 1 source 5 is not valid"),
    "half": (notebook(cells=[RAW, {**CODE, "source": "'\ud800'"}]), "surrogates not allowed"),
    "title": (notebook(cells=[], metadata={"title": "a\0b"}), "title: 'a\\x00b' has a character that nobody sees"),
    "endless": (notebook(cells=[], metadata={"title": "x", "timeout": float("inf")}), "timeout: must be a number"),
    "json": ("hello", "no Jupyter notebook"),
    "empty": ("", "no Jupyter notebook"),
    "list": ("[]", "no Jupyter notebook"),
    "version": (notebook(nbformat=99), "no Jupyter notebook: Unsupported nbformat version 99"),
    "deep": ("[" * 100_000, "no Jupyter notebook: maximum recursion depth"),
}
FRONTS = {
    "bool": ("draft: !!bool abc", "3: draft: cannot be read ('abc')"),
    "stamp": ("date: !!timestamp abc", "3: date: cannot be read"),
    "python": ("tags: !!python/object/apply:os.system [id]", "3: tags: cannot be read (could not determine"),
    "nan": ("timeout: .nan", "3: timeout: must be a number above 0"),
    "inf": ("timeout: .inf", "3: timeout: must be a number above 0"),
    "digits": (f"timeout: {'9' * 400}", "3: timeout: must be a number above 0"),
    "more-digits": (f"timeout: {'9' * 5000}", "3: timeout: cannot be read (Exceeds the limit"),
    "age": ("max_age: 1.0e+300", "3: max_age: must be a number above 0"),
    "year-1": ("date: 0001-01-01 00:00 +14:00", "3: date: 0001-01-01 00:00 +14:00 is too far away"),
    "year-9999": ("updated: 9999-12-31 23:59 -12:00", "3: updated: 9999-12-31"),
    "zone": ("date: 2024-01-01T10:00:00+25:00", "3: date: cannot be read"),
    "list-key": ("? [a]\n: b", "3: a key must be one word"),
    "hidden-key": ("unlisted: 1", "3: unlisted: what is published is in lists and can be found"),
    "twice": ("expect: {a: '>1', a: '>2'}", "3: expect: cannot be read ('a' stands twice)"),
    "brackets": (f"tags: {'[' * 100_000}", "3: too many brackets or lines inside others"),
    "lines": ("tags:\n" + "- " * 20_000 + "a", "4: too many brackets or lines inside others"),
    "bomb": (f"kernelspec:\n  name: python3\n{BOMB}", "6: `*a0`: a text that begins with `*`"),
    "circle": ("mystnb: &a {x: *a}", "3: `*a`: a text that begins"),
    "control": ('author: "a\\e[31mb"', "3: author: 'a\\x1b[31mb' has a character that nobody sees; delete it"),
    "myst": ("myst: x", "3: myst: must be `key: value` lines"),
    "out": ("redirect_from: ../x", "3: redirect_from: '../x' must be a path below the home page"),
    "own": ("redirect_from: _static/x.html", "3: redirect_from: '_static/x.html' must be a path"),
    "long": (f"redirect_from: {'a' * 250}", "3: redirect_from: 'aaa"),
    "absolute": ("outputs: [/tmp/x]", "3: outputs: '/tmp/x' must be a path inside the blog's folder"),
    "long-output": (f"outputs: [images/{'가' * 100}]", "must be a path inside the blog's folder"),
    "inside": ("outputs: [files/d, files/d/x]", "3: files/d is a file that 2024-02-02-inside.md writes; rename one"),
    "input": ("inputs: [/etc/passwd]", "3: inputs: '/etc/passwd' must be a path inside the blog's folder"),
}
BODIES = {
    "options": (
        "```{code-cell} python\n---\ntags: 5\n---\n1\n```\n",
        "7: the options of this cell cannot be read (tags: 5",
    ),
    "no-yaml": ("```{code-cell} python\n:tags: [a\n1\n```\n", "6: the options of this cell cannot be read"),
    "options-bomb": (f"```{{code-cell}} python\n---\n{BOMB}\n---\n1\n```\n", "8: `*a0`: a text that begins"),
    "fence": ("```{code-cell} python\n1\n```\n\n```python\n2\n", "9: ```python is never closed"),
    "fence-only": (":::{note}\nText.\n", "5: :::{note} is never closed"),
    "cell-fence": ("```{code-cell} python\n1\n\nText.\n", "5: ```{code-cell} python is never closed"),
}
WHOLE: dict[str, tuple[bytes, str]] = {
    "latin": (b"---\ntitle: caf\xe9\n---\n", "not UTF-8 ("),
    "utf-16": ("---\ntitle: x\n---\n".encode("utf-16"), "not UTF-8 ("),
    "nul": (b"---\ntitle: a\0b\n---\n", "2: the character '\\x00' is not allowed; delete it"),
    "nul-below": ("---\ntitle: x\n---\n\n글\0\n".encode(), "5: the character '\\x00' is not allowed; delete it"),
    "tag": (b"---\n!foo\ntitle: x\n---\n", "1: this is no list of `key: value` lines"),
    "noise": (bytes(range(256)), "not UTF-8 ("),
}
NAMES = {
    "2024-02-02-a\x01b.md": "the name must be a date and words",
    "2024-02-02-a\nb.md": "the name must be a date and words",
    "2024-02-02-a%41.md": "the name must be a date and words",
    "2024-02-02-a#b.md": "the name must be a date and words",
    "2024-02-02-a?b.md": "the name must be a date and words",
    "2024-02-02-\udcff.md": "the name must be a date and words",
    "0999-12-31-a.md": "0999-12-31 is too far away; mend the year; rename the file",
    f"2024-02-02-{'가' * 80}.md": "the name is too long: 240 bytes",
    f"2024-02-02-{'a' * 241}.md": "the name is too long: 240 bytes",
    unicodedata.normalize("NFD", "2024-02-02-한글.md"): "the name is spelt with letters in parts (NFD)",
}


def no_files(posts: Path) -> list[str]:
    """Make what has the name of a post and is no file; return the names."""
    os.mkfifo(posts / "2024-02-03-pipe.md")
    os.mkfifo(posts / "2024-02-03-pipe-2.ipynb")
    (posts / "2024-02-03-nowhere.md").symlink_to("nowhere")
    (posts / "2024-02-03-loop.md").symlink_to("2024-02-03-loop.md")
    (posts / "2024-02-03-endless.md").symlink_to("/dev/zero")
    (posts / "2024-02-03-folder.md").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        short = Path(os.path.relpath(posts))  # paths of sockets are short
        listener.bind(str(short / "2024-02-03-socket.md"))
    return [path.name for path in posts.glob("2024-02-03-*")]


@pytest.fixture
def whole(book: Book) -> Callable[[], str]:
    """A book with a site; fails to build it anew, tells what was said, and sees that the site is as it was."""
    book.post("2024-01-01-good", "좋은 글입니다.\n")
    book.build()
    before = files(book)

    def fail() -> str:
        said = book.fail()
        assert "Traceback" not in said and "threw an exception" not in said, said
        assert files(book) == before
        return said

    return fail


def test_all_faults_of_what_authors_write_are_told_at_once(book: Book, whole: Callable[[], str]) -> None:
    expected = []
    for name, (text, message) in NOTEBOOKS.items():
        expected.append((book.write(f"posts/2024-02-01-{name}.ipynb", text), message))
    for name, (front, message) in FRONTS.items():
        body = f"---\ntitle: x\n{front}\n---\n\n{code('1')}"
        expected.append((book.write(f"posts/2024-02-02-{name}.md", body), message))
    for name, (text, message) in BODIES.items():
        expected.append((book.write(f"posts/2024-02-02-{name}.md", f"---\ntitle: x\n---\n\n{text}"), message))
    for name, (data, message) in WHOLE.items():
        expected.append((book.write(f"posts/2024-02-02-{name}.md", data), message))
    for name, message in NAMES.items():
        expected.append((book.write(f"posts/{name}", "---\ntitle: x\n---\n"), message))
    expected += [(book.root / "posts" / name, "no file, but a folder") for name in no_files(book.root / "posts")]
    lines = whole().splitlines()
    wrong = []
    for path, message in expected:
        place = shown(Path("posts") / path.name) + ":"
        told = [line.removeprefix(place) for line in lines if line.startswith(place)]
        if len(told) != 1 or message not in told[0]:
            wrong.append((path.name, message, told))
    assert not wrong, "\n".join(map(repr, wrong))


def test_what_is_odd_and_right_is_built(book: Book) -> None:
    text = "---\ntitle: 글\ninputs: ['data/*.csv']\n---\n\n" + code("print(open('data/한글.csv').read())")
    book.write("posts/2024-02-02-mark.md", "\ufeff" + text)
    book.write("posts/2024-02-02-lines.md", text.replace("\n", "\r\n"))
    book.write("posts/2024-02-02-empty.md", "---\ntitle: 글\n---\n")
    book.write(unicodedata.normalize("NFD", "data/한글.csv"), "자료입니다")
    book.build()
    for name in ("mark", "lines"):
        assert "자료입니다" in book.text(f"posts/2024-02-02-{name}.html")
    assert book.soup("posts/2024-02-02-empty.html").h1.text == "글"


def test_values_that_no_format_fits(book: Book, whole: Callable[[], str]) -> None:
    wrong = ["x:.1q", "t:.2f", "x:{x}", "x:900000000d", "c:c"]
    for number, reference in enumerate(wrong):
        book.post(f"2024-02-02-body-{number}", f"{GLUED}\n값은 {{glue:text}}`{reference}`.\n")
        book.post(f"2024-02-02-front-{number}", GLUED, description=f"{{{reference}}}")
    said = whole()
    for number, reference in enumerate(wrong):
        assert f"body-{number}.md:11: {{{reference}}} cannot format" in said
        assert f"front-{number}.md:3: description: {{{reference}}} cannot format" in said


def test_outputs_that_would_write_over_something_else(book: Book, whole: Callable[[], str], tmp_path: Path) -> None:
    book.write("images/kept.png", "x")
    book.write("images/folder/x.txt", "x")
    (book.root / "images/out").symlink_to(tmp_path)
    git = ("git", "-C", str(book.root))
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "images/kept.png"], check=True)
    for name in ("images/kept.png", "images/folder", "images/out/x.txt"):
        book.post(f"2024-02-02-{Path(name).stem}{len(name)}", code("1"), outputs=[name])
    said = whole()
    for message in ("kept.png is committed", "images/folder is a folder", "images/out/x.txt leads out of the book"):
        assert f":3: outputs: images/{message.removeprefix('images/')}" in said


def test_inputs_that_lie_elsewhere(book: Book, whole: Callable[[], str]) -> None:
    book.write("data/x.csv", "x")
    (book.root / "data/out").symlink_to("/etc/passwd")
    os.mkfifo(book.root / "data/pipe")
    for name, inputs in {"link": "data/*", "pipe": "data/pipe", "folder": "data"}.items():
        book.post(f"2024-02-02-{name}", code("1"), inputs=[inputs])
    said = whole()
    assert "link.md:3: out leads out of the book; copy the file to the book" in said
    assert "pipe.md:3: the input data/pipe does not exist" in said
    assert "folder.md:3: the input data is a folder" in said


def png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_thumbnails_that_are_none(book: Book, whole: Callable[[], str]) -> None:
    picture = (ROOT / "images/favicon.png").read_bytes()
    for name, data in {
        "text.png": b"hello",
        "half.png": picture[: len(picture) // 2],
        "bomb.png": png(60_000, 60_000, bytes(60_001)),
        "large.png": png(10_000, 9_000, bytes(10_001)),
        "script.svg": SVG,
    }.items():
        book.write(f"images/{name}", data)
    os.mkfifo(book.root / "images/pipe.png")
    for path in (book.root / "images").iterdir():
        book.post(f"2024-02-02-{path.stem}", thumbnail=f"images/{path.name}")
    said = whole()
    for name in ("text.png", "half.png", "bomb.png", "large.png", "script.svg", "pipe.png"):
        assert f"{name.partition('.')[0]}.md:3: thumbnail: images/{name} is no PNG, JPEG, WebP or GIF" in said


def test_redirects_from_what_the_site_has_itself(book: Book, whole: Callable[[], str]) -> None:
    book.write("images/x.html", "x")
    addresses = (
        "feed.xml",
        "index.html",
        "archive.html",
        "posts/2024-01-01-good.html/x",
        "images/x.html",
        "robots.txt",
    )
    for number, address in enumerate(addresses):
        book.post(f"2024-02-02-{number}", redirect_from=[address])
    book.post("2024-02-03-a", redirect_from=["old.html"])
    book.post("2024-02-04-a", redirect_from=["old.html/x"])
    said = whole()
    for number in range(len(addresses)):
        assert f"2024-02-02-{number}.md:3: redirect_from: a page or a file of the site stands at" in said
    assert "2024-02-03-a.md:3: redirect_from: a page or a file of the site stands at old.html" in said


@pytest.mark.parametrize("name", ["_build/.pages", "_build/.notebooks", "_build/.cards", "images", "posts"])
def test_a_file_where_a_folder_belongs(book: Book, whole: Callable[[], str], name: str) -> None:
    """As in a folder that cannot be written, which root can always."""
    book.post("2024-02-02-a", code("open('images/x.txt', 'w').write('x');"), outputs=["images/x.txt"])
    if (book.root / name).is_dir():
        shutil.rmtree(book.root / name)
    book.write(name, "x")
    said = whole()
    assert f"\n{name}" in said


def test_settings_that_do_not_exist_or_hold(book: Book, whole: Callable[[], str]) -> None:
    right = (book.root / "_config.yml").read_bytes()
    book.config(blog_feed_entires=5, blog_timezone="Asia/Seoull", blog_jobs=-1)
    said = whole()
    lines = (book.root / "_config.yml").read_text(encoding="utf-8").splitlines()
    for name, why in (
        ("blog_feed_entires", " is no setting; did you mean blog_feed_entries?"),
        ("blog_timezone", ": 'Asia/Seoull' is no time zone"),
        ("blog_jobs", ": -1 must be a number from 0"),
    ):
        (line,) = (number for number, text in enumerate(lines, 1) if text.strip().startswith(name))
        assert f"_config.yml:{line}: {name}{why}" in said
    book.write("_config.yml", right)
    for host in (b"a.com\nb.com", b"not a host", b"\xe9"):
        book.write("CNAME", host)
        assert "CNAME: 'https://" in whole()
    for text, line in (("a: b: c", 1), ("- a", 1), ("author: me\ntitle: !!bool abc", 2), ("sphinx: 3", 1), ("", 1)):
        book.write("_config.yml", text)
        for command in ("status", "build"):
            result = book.blogkit(command)
            assert result.returncode == 1
            assert f"_config.yml:{line}: " in result.stdout
            assert "Traceback" not in result.stdout
