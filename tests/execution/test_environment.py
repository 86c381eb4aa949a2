"""What a post's key knows of its surroundings."""

from __future__ import annotations

from pathlib import Path

import pytest

from blogkit.execution.environment import package_versions
from blogkit.execution.imports import imported_modules
from blogkit.execution.machine import default_jobs, gpus


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
    versions = package_versions(frozenset({"matplotlib"}))
    assert {"matplotlib", "numpy", "pillow"} <= versions.keys()
    assert "sphinx" not in versions
    assert package_versions(frozenset({"json", "math"})) == {}


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
