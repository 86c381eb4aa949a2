"""What a post's key knows of its surroundings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blogkit.execution import function
from blogkit.execution.environment import _distribution, _owners, closure
from blogkit.execution.function import Function, describe
from blogkit.execution.imports import imported_modules
from blogkit.execution.machine import default_jobs, gpus
from blogkit.posts.reading import read_post


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import numpy as np, json", {"numpy", "json"}),
        ("def f():\n    from a.b import c", {"a"}),
        ("import importlib\nimportlib.import_module('x.y')", {"importlib", "x"}),
        ("%%time\nimport tensorflow as tf", {"tensorflow"}),
        ("%%timeit -n 1\n%time import numpy", {"numpy"}),
        ("import numpy as np\nfiles = !ls", {"numpy"}),
        ("x = %time __import__('a')", {"a"}),
        ("import numpy\nnumpy.array?", {"numpy"}),
        ("import numpy as np\ns = ('%d'\n     % 3)", {"numpy"}),
        ("import numpy\nthis is no Python", {"numpy"}),
        ("%%bash\nls", set()),
        ("print('import x')", set()),
    ],
)
def test_imports_of_a_cell(source: str, modules: set[str]) -> None:
    assert imported_modules((source,)) == modules


def test_packages_are_those_that_are_required() -> None:
    versions = closure(frozenset({"matplotlib"})).versions
    assert {"matplotlib", "numpy", "pillow"} <= versions.keys()
    assert "sphinx" not in versions
    assert closure(frozenset({"json", "math"})) == ({}, frozenset())


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages."""
    monkeypatch.syspath_prepend(tmp_path / "installed")
    yield tmp_path / "installed"
    for cached in (_owners, _distribution, closure):
        cached.cache_clear()


def test_packages_of_the_extras_that_are_asked_for_are_required(installed: Path) -> None:
    requires = {"a": ["fake-b[more]"], "b": ["fake-c; extra == 'more'", "fake-d; extra == 'less'"], "c": [], "d": []}
    for name, others in requires.items():
        folder = installed / f"fake_{name}-1.dist-info"
        folder.mkdir(parents=True)
        lines = [f"Name: fake-{name}", "Version: 1", *(f"Requires-Dist: {other}" for other in others)]
        (folder / "METADATA").write_text("Metadata-Version: 2.1\n" + "\n".join(lines) + "\n", encoding="utf-8")
        (folder / "top_level.txt").write_text(f"fake_{name}\n", encoding="utf-8")
    _owners.cache_clear()
    assert closure(frozenset({"fake_a"})).versions == {"fake-a": "1", "fake-b": "1", "fake-c": "1"}


def described(root: Path, front: str = "", source: str = "1") -> Function:
    path = root / "posts/2024-01-01-a.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\ntitle: x\n{front}---\n```{{code-cell}} python\n{source}\n```\n", encoding="utf-8")
    return describe(read_post(path, root, "Asia/Seoul"), root)


def test_what_else_a_result_depends_on_is_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    fronts = ("", "outputs: [files/a.txt]\n", "outputs: [files/b.txt]\n", "runs_on: gpu\n", "inputs: [a.txt]\n")
    keys = [described(tmp_path, front).key for front in fronts]
    (tmp_path / "a.txt").write_text("b", encoding="utf-8")
    keys.append(described(tmp_path, fronts[-1]).key)
    monkeypatch.setattr(function, "prelude_digests", lambda post: {"glue": "another"})
    keys.append(described(tmp_path).key)
    assert len(set(keys)) == len(keys)


def test_the_package_of_the_letters_in_figures_is_in_the_key(tmp_path: Path) -> None:
    packages = described(tmp_path, source="import matplotlib").description["environment"]["packages"]
    assert {"matplotlib", "koreanize-matplotlib"} <= packages.keys()
    assert (
        "koreanize-matplotlib" not in described(tmp_path, source="import numpy").description["environment"]["packages"]
    )


@pytest.mark.parametrize(
    ("visible", "names"),
    [(None, ("T4", "A100")), ("1", ("A100",)), ("1,0", ("A100", "T4")), ("GPU-b", ("A100",)), ("-1", ()), ("", ())],
)
def test_gpus_are_those_that_a_kernel_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visible: str | None, names: tuple[str, ...]
) -> None:
    command = tmp_path / "nvidia-smi"
    command.write_text("#!/bin/sh\necho '0, GPU-aa, T4'\necho '1, GPU-bb, A100'\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    gpus.cache_clear()
    try:
        assert gpus() == names
        command.write_text("#!/bin/sh\nexit 9\n", encoding="utf-8")
        gpus.cache_clear()
        assert gpus() == ()
    finally:
        gpus.cache_clear()


def test_jobs_do_not_depend_on_what_else_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    before = default_jobs()
    memory = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory._replace(available=0))
    assert default_jobs() == before
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory._replace(total=1 << 30))
    assert default_jobs() == 1
