"""What cells print: joined as a terminal shows it, in linear time, and no more than a post may print."""

from __future__ import annotations

from itertools import accumulate

import nbformat
import pytest
from conftest import Book, code
from nbclient import client as nbclient
from nbformat import NotebookNode
from nbformat.v4 import new_output

from blogkit.execution.client import join_streams

STORE = "_build/.jupyter_cache/blogkit/results"


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def joined(*texts: str) -> str:
    return "".join(output.text for output in join_streams(map(stream, texts)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\nb\n",
        "a\r\nb\r\n",
        "1%\r2%\r3%\n",
        "1%\r2%\r3%\r",
        "\r1%\r2%\r   \r",
        "a\n1%\r2%\nb\r\n\rc",
        "\x1b[1m1/9\x1b[0m\r\x1b[1m9/9\x1b[0m\n",
        "1/9\b\b\b\r9/9\b\b\b\r",
    ],
)
def test_ordinary_outputs_are_what_nbclient_makes_of_them(text: str) -> None:
    assert joined(text) == nbclient._RGX_CARRIAGERETURN.sub("", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("50%\b\b\b60%\n", "60%\n"),
        ("-\b/\b|\bdone\n", "done\n"),
        ("\x1b[31m-\x1b[0m\b\x1b[31m/\x1b[0m", "\x1b[31m\x1b[0m\x1b[31m/\x1b[0m"),
        ("a\n\b\bb", "a\nb"),
        ("a\r\r\n", "a\r\r\n"),
    ],
)
def test_backspaces_take_back(text: str, shown: str) -> None:
    assert joined(text) == shown


def test_joined_bit_by_bit_is_joined_at_once() -> None:
    text = "a\r\nb\r\r\n1%\r2%\rx\b\by\b\nend\b\r"
    steps = accumulate(text, lambda before, letter: joined(before, letter))
    assert list(steps)[-1] == joined(text)


def test_each_stream_stands_once_where_it_began_and_stdout_before_stderr() -> None:
    picture = new_output("display_data", {"text/plain": "p"})
    outputs = [stream("e1", "stderr"), stream("o1"), picture, stream("o2"), stream("e2", "stderr")]
    assert [o.get("text", "p") for o in join_streams(outputs)] == ["o1o2", "e1e2", "p"]


@pytest.mark.parametrize(
    "text", ["x" * 5_000_000, "x\r" * 2_000_000, "x\b" * 500_000, "\x1b[m" * 200_000 + "\b" * 10**6]
)
def test_a_long_line_takes_no_time(text: str) -> None:
    assert joined(text, text)  # nbclient's own joining takes hours


GOOD = """\
print('x' * 400_000)
shown = display('old', display_id=True)
for n in range(600):
    print(end='\\r' + str(n).rjust(20_000), flush=True)
"""


@pytest.mark.slow
def test_a_post_prints_without_hanging_and_no_more_than_it_may(book: Book) -> None:
    """What is redrawn counts once, nothing is lost, and a flood ends its post while it comes."""
    book.post("2024-01-01-good", code(GOOD) + "\n" + code("shown.update('new')\nfor n in range(2100): display(n)"))
    book.post("2024-01-02-flood", code("1") + "\n" + code("while True: print('x' * 1000)"), output_limit=2)
    book.post("2024-01-03-once", code("print('글' * 4_000_000)"))
    book.post("2024-01-04-child", code("import os\nos.system('yes')"), output_limit=0.5)
    book.post("2024-01-05-error", code("raise ValueError('x' * 100_000)"))
    book.config(blog_jobs=2)
    result = book.blogkit("execute")
    assert result.returncode == 1
    said = "MB; print less, or raise `output_limit`"
    assert "posts/2024-01-02-flood.md:10: cell 2: the post has printed " in result.stdout
    assert f"more than 2 {said}" in result.stdout
    assert f"2024-01-03-once.md:5: cell 1: the post has printed 12.0 MB, more than 10 {said}" in result.stdout
    assert "2024-01-04-child.md:6: cell 1: the post has printed" in result.stdout
    assert "2024-01-05-error.md:6: cell 1: ValueError: xxx" in result.stdout
    assert len(result.stdout) < 20_000
    (notebook,) = book.root.glob(f"{STORE}/*/*/notebook.ipynb")
    cells = nbformat.read(notebook, as_version=4).cells
    first, second = (cell.outputs for cell in cells if cell.cell_type == "code")
    assert first[0].text.split("\n") == ["x" * 400_000, "599".rjust(20_000)]
    assert [output.data["text/plain"] for output in first[1:]] == ["'new'"]
    assert [output.data["text/plain"] for output in second] == [str(n) for n in range(2100)]
