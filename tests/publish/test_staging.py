"""The site is there, whole, whatever ended the build before."""

from __future__ import annotations

from pathlib import Path

import pytest

from blogkit.publish.staging import Staging, remove_strays


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    staging = Staging(tmp_path / "html")
    assert not staging.begin()
    return staging


def test_pages_reach_the_site_by_one_rename(staging: Staging) -> None:
    staging.start_writing()
    write(staging.pages, a_html="1", deep__b_html="2")
    assert not staging.site.exists()
    staging.publish()
    assert (staging.site / "deep/b.html").read_text(encoding="utf-8") == "2"
    assert not staging.begin()


def test_a_build_that_does_not_end_leaves_its_mark_and_the_site(staging: Staging) -> None:
    write(staging.pages, a_html="1")
    staging.publish()
    staging.start_writing()
    write(staging.pages, a_html="half")
    assert staging.begin()
    assert not list(staging.pages.iterdir())
    assert (staging.site / "a.html").read_text(encoding="utf-8") == "1"


@pytest.mark.parametrize("made_by_sphinx", [True, False])
def test_killed_between_the_two_renames_the_old_site_comes_back(staging: Staging, made_by_sphinx: bool) -> None:
    write(staging.site.with_name(".html.old"), a_html="old")
    write(staging.site.with_name(".html.new"), a_html="new")
    if made_by_sphinx:
        staging.site.mkdir()
    staging.begin()
    assert (staging.site / "a.html").read_text(encoding="utf-8") == "old"
    assert not list(staging.site.parent.glob(".html.*"))


def test_killed_after_the_renames_the_new_site_stays(staging: Staging) -> None:
    write(staging.site, a_html="new")
    write(staging.site.with_name(".html.old"), a_html="old")
    staging.begin()
    assert (staging.site / "a.html").read_text(encoding="utf-8") == "new"
    assert not staging.site.with_name(".html.old").exists()


def test_an_empty_site_is_not_left(staging: Staging) -> None:
    staging.site.mkdir()
    staging.discard_if_empty()
    assert not staging.site.exists()
    write(staging.site, a_html="1")
    staging.discard_if_empty()
    assert staging.site.exists()


def test_what_no_build_made_goes(staging: Staging) -> None:
    write(staging.pages, a_html="1", old__b_html="2", _static__x="3")
    assert remove_strays(staging.pages, {"a.html", "_static/x"}) == ["old/b.html"]
    assert (staging.pages / "_static/x").exists()
