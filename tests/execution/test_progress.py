"""What an author sees while posts run."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest

from blogkit import language
from blogkit.execution.progress import Progress, is_progress


def run(log: list[str]) -> None:
    with Progress(["one", "two"], log.append) as progress:
        for name in ("one", "two"):
            progress.start(name, 3)
            progress.cell(name, 2)
            progress.end(name, language._("done"))


def test_plain_lines_where_there_is_no_terminal() -> None:
    log: list[str] = []
    run(log)
    assert log[0] == "executing 2 posts: one, two"
    assert [re.sub(r"\d+\.\d s", "… s", line) for line in log[1:3]] == ["one: cell 2/3, … s", "one: done, … s"]


@pytest.fixture(params=["en", "ko"])
def _speaking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANGUAGE", request.param)
    language._console.cache_clear()
    yield
    language._console.cache_clear()


@pytest.mark.usefixtures("_speaking")
def test_the_preview_knows_these_lines_in_every_language() -> None:
    log: list[str] = []
    run(log)
    assert len(log) == 5
    assert all(map(is_progress, log))
    others = ["", "building [html]: targets for 3 source files", "one: failed to import", "posts/one.md:3: 글: done"]
    assert not any(map(is_progress, others))


def test_one_live_line_a_post_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    log: list[str] = []
    run(log)
    assert log == ["executing 2 posts: one, two"]
    shown = capsys.readouterr().out
    assert shown.count("done") >= 2
    assert "one" in shown
