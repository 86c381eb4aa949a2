"""Nothing of the machine or its owner goes out: no path, no user, no value of a variable, no camera's notes."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Book, code
from test_pictures import photo

from blogkit.execution.seal import can_seal
from blogkit.execution.variables import values_of

TELLS = """
import getpass, json, os, sys, tempfile, warnings
from pathlib import Path
print(os.getcwd(), sys.executable, sys.prefix, sys.base_prefix, *sys.path, tempfile.gettempdir(), Path.home(), sep="|")
print(*(value for name, value in os.environ.items() if name != "JPY_PARENT_PID"), sep="|")
print(json, __import__("IPython"), Path.cwd() / "a" / "b.txt", f"file://{os.getcwd()}/x", getpass.getuser())
warnings.warn("warned")
glue("folder", os.getcwd())
from IPython.display import HTML, Image, display
display({"application/json": {os.getcwd(): Path.cwd().as_posix()}}, raw=True)
display(HTML(f"<p title='{os.getcwd()}'>{json.__file__}</p>"))
display(Image(open("data/photo.jpg", "rb").read()))
open("images/a.jpg", "wb").write(open("data/photo.jpg", "rb").read())
"""
PHOTO = photo("JPEG")
RAISES = "```{code-cell} python\n:tags: [raises-exception]\nimport tools\ntools.fail()\n```\n"
TOOLS = "import json\ndef fail():\n    json.loads('{')\n"
HIDDEN = [
    rb"/site-packages(?<!\xe2\x80\xa6/site-packages)",
    rb"kernel-\w",
    rb"ipykernel_\d",
    rb"\b[0-9a-f]{32}\b",
    b"Canon",
]


def outputs(book: Book, **environment: str) -> bytes:
    """What the one post of a book gives, as it is stored."""
    book.write("data/photo.jpg", PHOTO)
    book.write("tools.py", TOOLS)
    body = code(TELLS) + "\n" + RAISES
    book.post("2024-01-01-one", body, inputs=["data/photo.jpg", "tools.py"], outputs=["images/a.jpg"])
    result = book.blogkit("execute", **environment)
    assert result.returncode == 0, result.stdout
    (notebook,) = book.root.rglob("notebook.ipynb")
    assert b"Canon" not in (notebook.parent / "files/images/a.jpg").read_bytes()
    stored = json.loads(notebook.read_bytes())
    data = [output for cell in stored["cells"] for output in cell["outputs"]]
    (picture,) = (o["data"]["image/jpeg"] for o in data if "image/jpeg" in o.get("data", {}))
    assert b"Canon" not in base64.b64decode(picture)
    return json.dumps(data, ensure_ascii=False).encode()


def test_outputs_are_those_of_any_machine(make_book: Callable[[], Book]) -> None:
    books = [make_book(), make_book()]
    homes = [str(book.root.parent) for book in books]
    first, second = (
        outputs(book, HOME=home, LOGNAME=f"kim{book.root.name}") for book, home in zip(books, homes, strict=True)
    )
    for private in [re.escape(str(path).encode()) for path in (*homes, sys.prefix)] + HIDDEN:
        assert not re.search(private, first), private
    assert first == second
    text = first.decode()
    for shown in ("~|…/bin/python", "~/a/b.txt", "file://~/x", "/json/__init__.py", "<p title='~'>", "JSONDecodeError"):
        assert shown in text
    assert not can_seal() or "file://~/x blog" in text
    (record,) = books[0].root.rglob("result.json")
    assert json.loads(record.read_text(encoding="utf-8"))["values"] == {"folder": "~"}


def test_outside_a_seal_nothing_else_is_told(book: Book) -> None:
    book.write("without/landlockpy.py", "raise ImportError")
    environment = {"PYTHONPATH": str(book.root / "without"), "HOME": str(book.root.parent)}
    found = outputs(book, **environment, LOGNAME="kim")
    for private in (re.escape(str(book.root.parent).encode()), re.escape(sys.prefix.encode()), *HIDDEN[1:3]):
        assert not re.search(private, found), private


SECRET = "s3cr<t> \"글'\\9"
ENV = {"SECRET": SECRET, "SHORT": "hush", "FLAG": "True", "YEAR": "2024", "EMPTY": ""}


def test_a_value_of_a_variable_is_a_fault_wherever_it_is_told(book: Book, tmp_path: Path) -> None:
    cells = [
        "import base64, html, json, os\nsecret, short = os.environ['SECRET'], os.environ['SHORT']\nprint(len(secret))",
        "print('token=' + secret + '!')",
        "glue('x', {secret: ['a']})",
        "from IPython.display import HTML\nHTML('<p>' + html.escape(secret))",
        "print(base64.b64encode(secret.encode()).decode())",
        "print(os.environ['FLAG'], os.environ['YEAR'], os.environ['EMPTY'], short + 'ed', 'x' + short)",
        "print(short)",
        "open('files/a.txt', 'w').write(secret)",
        "os.mkdir('.scripts'); open('.scripts/plotly.min.js', 'w').write(secret)",
        f"open('files/b.bin', 'wb').write({str(tmp_path / 'x')!r}.encode())\nopen('files/c.txt', 'w').write('~/x')",
    ]
    body = "\n".join(map(code, cells))
    book.post("2024-01-01-one", body, env=list(ENV), outputs=["files/a.txt", "files/b.bin", "files/c.txt"])
    book.post("2024-01-02-two", code("import os\n{}[os.environ['SHORT'] + ' ' + os.environ['SECRET']]"), env=list(ENV))
    result = book.blogkit("execute", **ENV, HOME=str(tmp_path))
    said = result.stdout
    assert result.returncode == 1
    cell = r"2024-01-01-one.md:\d+: cell (\d): shows the value of the variable (\w+)"
    assert re.findall(cell, said) == [(n, "SECRET") for n in "2345"] + [("7", "SHORT")]
    assert "files/a.txt holds the value of the variable SECRET" in said
    assert "plotly.min.js holds the value of the variable SECRET" in said
    assert "files/b.bin holds a path of this machine" in said
    assert "c.txt" not in said
    assert "2024-01-02-two.md:13: cell 1: KeyError: '<SHORT> <SECRET>'" in said
    kept = b"".join(path.read_bytes() for path in (book.root / "_build").rglob("*.*") if path.is_file())
    for told in ("s3cr", "hush", "글"):
        assert told not in said
        assert told.encode() not in kept


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [
        *(("abcdefgh", text, True) for text in ("xabcdefghx", "YWJjZGVmZ2g=", "6162636465666768")),
        *(("abcdefgh", base64.b64encode(b"12345"[:n] + b"abcdefgh,").decode(), True) for n in range(5)),
        ("??>>??>>", base64.urlsafe_b64encode(b"me:??>>??>>").decode(), True),
        ("a b/c%d=e", "a%20b%2Fc%25d%3De", True),
        ("line one\nline two", '"line one\\nline two"', True),
        ("prod", "a product", False),
        ("prod", "prod-1", True),
        ("TRUE", "TRUE", False),
        ("-1.5e3", "-1.5e3", True),
        ("3.1415", "3.1415", False),
        ("12345678", "12345678", True),
        ("abc", "abc", False),
    ],
)
def test_what_counts_as_a_value(monkeypatch: pytest.MonkeyPatch, value: str, text: str, found: bool) -> None:
    monkeypatch.setenv("VALUE", value)
    post = type("Post", (), {"env": ("VALUE",)})
    assert any(pattern.search(text.encode()) for pattern in values_of(post).values()) == found  # type: ignore[arg-type]
