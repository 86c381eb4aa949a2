"""Files are written whole or not at all."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blogkit.files import Made, engine_digest, json_digest, write


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Let no file grow above ``room`` bytes, as on a disk that is full."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    assert write(file, "old")
    with full_disk(1000), pytest.raises(OSError, match="too large"):
        write(file, "new" * 1000)
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_same_content_leaves_the_time(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "a.txt"
    assert write(file, "글")
    before = file.stat().st_mtime_ns
    assert not write(file, "글".encode())
    assert file.stat().st_mtime_ns == before
    assert write(file, "말")
    assert file.read_text(encoding="utf-8") == "말"


def test_a_link_to_an_older_site_is_not_written_through(tmp_path: Path) -> None:
    """The published site shares its unchanged files with the pages from which the next one is made."""
    page, published = tmp_path / "page", tmp_path / "published"
    write(published, "old")
    page.hardlink_to(published)
    write(page, "new")
    assert published.read_text(encoding="utf-8") == "old"


def test_what_another_engine_made_does_not_count(tmp_path: Path) -> None:
    first = Made(tmp_path / "made.json")
    assert not first.same("a", "1")
    first.save()
    assert Made(tmp_path / "made.json").same("a", "1")
    text = (tmp_path / "made.json").read_text(encoding="utf-8")
    (tmp_path / "made.json").write_text(text.replace(engine_digest(), "another"), encoding="utf-8")
    assert not Made(tmp_path / "made.json").same("a", "1")
    for damage in ("{", "[]", "{}", '{"engine": 1}'):
        (tmp_path / "made.json").write_text(damage, encoding="utf-8")
        assert not Made(tmp_path / "made.json").same("a", "1")


def test_the_engine_is_known_by_each_of_its_files() -> None:
    whole, one = engine_digest(), engine_digest("palette.css")
    assert len({whole, one, engine_digest("palette.py")}) == 3
    again = [sys.executable, "-c", "from blogkit.files import engine_digest as d; print(d(), d('palette.css'))"]
    assert subprocess.run(again, capture_output=True, text=True, check=True).stdout.split() == [whole, one]


def test_json_is_known_by_what_it_says() -> None:
    assert json_digest({"a": 1, "b": [2, {"c": 3, "d": 4}]}) == json_digest({"b": [2, {"d": 4, "c": 3}], "a": 1})
    assert len({json_digest(value) for value in ({"a": 1}, {"a": 2}, {"b": 1}, ["a", 1], [1, "a"], "a", None)}) == 7
