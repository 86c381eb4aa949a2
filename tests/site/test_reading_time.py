"""How long a post takes to read, in each script and in several."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from blogkit.posts.post import Post
from blogkit.site.reading_time import reading_minutes

CODE = "x = 1\n" * 75


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("짧은 글.", 1),
        ("가나다라마 " * 300, 3),
        ("word " * 690, 3),
        ("don't v1.2.3 " * 345, 3),
        ("Größe año ção wiąże öğrenir " * 138, 3),
        ("сеть δίκτυο " * 345, 3),
        ("データを学習する。" * 188, 3),
        ("学习数据的模型。" * 129, 3),
        ("가" * 1000 + "\n\n" + "word " * 230, 3),
        ("学习" * 300 + "\n\n" + "まなぶ学習" * 100 + "\n\n" + "학습" * 250 + "\n\n" + "learn " * 230, 5),
        ("[글](https://example.com/" + "a/" * 900 + ")", 1),
        (f"```{{code-cell}} python\n{CODE}```", 3),
        (f"```{{code-cell}} python\n:tags: [hide-input]\n{CODE}```", 1),
    ],
    ids=[
        "short",
        "korean",
        "english",
        "apostrophes and numbers",
        "other latin",
        "other alphabets",
        "japanese",
        "chinese",
        "korean and english",
        "all",
        "address",
        "code",
        "folded code",
    ],
)
def test_reading_time(text: str, minutes: int) -> None:
    post = Post(Path("a.md"), "a", f"---\ntitle: t\n---\n\n{text}\n", "t", dt.datetime(2019, 1, 1, tzinfo=dt.UTC))
    assert reading_minutes(post) == minutes
