"""What an author sees while posts run."""

from __future__ import annotations

import re
import sys

import pytest

from blogkit.execution.progress import Progress


def run(log: list[str]) -> None:
    with Progress(["one", "two"], log.append) as progress:
        for name in ("one", "two"):
            progress.start(name, 3)
            progress.cell(name, 2)
            progress.end(name, "done")


def test_plain_lines_where_there_is_no_terminal() -> None:
    log: list[str] = []
    run(log)
    assert log[0] == "executing 2 posts: one, two"
    assert [re.sub(r"\d+\.\d s", "… s", line) for line in log[1:3]] == ["one: cell 2/3, … s", "one: done, … s"]


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
