"""Stale posts are dealt to runners: a post each, as long as there are runners."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import Book, code

from blogkit.execution.ci_runners import DEFAULT_RUNNER, deal
from blogkit.execution.status import State


def state(name: str, runs_on: str = "", *, fresh: bool = False, key: str = "") -> State:
    post = SimpleNamespace(slug=name, runs_on=runs_on)
    return State(SimpleNamespace(post=post, key=key or name), fresh, ())  # type: ignore[arg-type]


def dealt(states: list[State], limit: int = 20, runners: tuple[str, ...] = ("gpu",)) -> list[tuple[str, str]]:
    return [(entry["runs_on"], " ".join(entry["posts"])) for entry in deal(states, limit, runners)]


def test_a_runner_for_each_stale_post() -> None:
    found = deal([state("a"), state("b", fresh=True), state("c", "gpu")], 20, ["gpu"])
    assert found == [
        {"name": "a", "runs_on": DEFAULT_RUNNER, "posts": ["a"]},
        {"name": "c", "runs_on": "gpu", "posts": ["c"]},
    ]


def test_a_runner_that_is_not_allowed_is_not_given() -> None:
    assert dealt([state("a", "self-hosted")]) == [(DEFAULT_RUNNER, "a")]


def test_posts_share_runners_above_the_limit() -> None:
    posts = [state(str(n)) for n in range(6)] + [state("x", "gpu")]
    assert dealt(posts, limit=3) == [(DEFAULT_RUNNER, "0 2 4"), (DEFAULT_RUNNER, "1 3 5"), ("gpu", "x")]


def test_every_kind_of_runner_is_there_even_above_the_limit() -> None:
    assert len(dealt([state("a"), state("b", "gpu")], limit=1)) == 2


def test_posts_of_the_same_function_run_once() -> None:
    assert dealt([state("a", key="k"), state("b", key="k")]) == [(DEFAULT_RUNNER, "a")]


@pytest.fixture
def two_runners(book: Book) -> Book:
    book.post("2024-01-01-cpu", code("glue('a', 1)"))
    book.post("2024-01-02-gpu", code("glue('b', 2)"), runs_on="gpu")
    return book


def test_results_from_other_machines_are_used_as_they_are(two_runners: Book, tmp_path: Path) -> None:
    """What two runners stored apart makes the site together; the one with a GPU says so in the result."""
    root = two_runners.root
    plan = json.loads(two_runners.blogkit("plan", "--runners", "gpu").stdout)
    assert [entry["runs_on"] for entry in plan] == ["gpu", DEFAULT_RUNNER]
    store = root / "_build/.jupyter_cache/blogkit"
    nvidia = tmp_path / "nvidia-smi"
    nvidia.write_text("#!/bin/sh\necho 0, GPU-0, Tesla T4\n", encoding="utf-8")
    nvidia.chmod(0o755)
    gpu_path = f"{tmp_path}:{os.environ['PATH']}"
    assert "done" in two_runners.blogkit("execute", "2024-01-02-gpu", PATH=gpu_path).stdout
    store.rename(root / "elsewhere")
    assert "done" in two_runners.blogkit("execute", "2024-01-01-cpu").stdout
    shutil.copytree(root / "elsewhere", store, dirs_exist_ok=True)
    assert json.loads(two_runners.blogkit("plan", "--runners", "gpu").stdout) == []
    assert "executing" not in two_runners.build()
    record = json.loads((two_runners.site / "posts/2024-01-02-gpu.json").read_text(encoding="utf-8"))
    assert record["device"] == "Tesla T4"
