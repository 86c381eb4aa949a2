"""A new post begins with the right name and front matter."""

from __future__ import annotations

import datetime as dt
import unicodedata
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import Book

from blogkit.posts.new import new_post, slug_of
from blogkit.posts.reading import read_post

NOW = dt.datetime(2026, 3, 4, 9, 30, tzinfo=ZoneInfo("Asia/Seoul"))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("손글씨 숫자를 읽는 첫 신경망: TensorFlow로", "손글씨-숫자를-읽는-첫-신경망-tensorflow로"),
        (unicodedata.normalize("NFD", "한글 제목"), "한글-제목"),
        ("  C++ & Rust / Go?  ", "c-rust-go"),
        ("../../etc/passwd", "etc-passwd"),
        ("_init_ x", "init-x"),
        ("!?", ""),
        ("가" * 200, "가" * 76),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_makes_an_address_of_a_title(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@pytest.mark.parametrize(("language", "hint"), [("ko", "여기에 씁니다."), ("en", "Write here.")])
def test_writes_a_draft_that_is_read_without_a_fault(tmp_path: Path, language: str, hint: str) -> None:
    path = new_post(tmp_path, ' A  "quoted": title # with signs', NOW, language)
    post = read_post(path, tmp_path, "Asia/Seoul")
    assert path.name == "2026-03-04-a-quoted-title-with-signs.md"
    assert (post.title, post.date, post.draft) == ('A "quoted": title # with signs', NOW, True)
    assert post.code
    assert hint in post.text


def test_leaves_a_post_alone_that_exists(tmp_path: Path) -> None:
    new_post(tmp_path, "제목", NOW, "ko").rename(tmp_path / "posts/2026-03-04-제목.ipynb")
    with pytest.raises(FileExistsError, match="exists already"):
        new_post(tmp_path, "제목!", NOW, "ko")
    assert len(list((tmp_path / "posts").iterdir())) == 1


def test_the_command_names_the_file(book: Book) -> None:
    result = book.blogkit("new", "새 글")
    assert (book.root / result.stdout.strip()).is_file()
    assert book.blogkit("new", "새 글").returncode == 1
    assert "no letter" in book.blogkit("new", "?!").stdout


def test_what_it_writes_executes(book: Book) -> None:
    book.blogkit("new", "새 글")
    assert "done" in book.blogkit("execute", BLOG_PREVIEW="1").stdout
    assert "executing" not in book.blogkit("execute", "--force").stdout
    book.build(BLOG_PREVIEW="1")
    assert "새 글" in book.text("index.html")
