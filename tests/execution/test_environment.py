"""What a post's key knows of its surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from blogkit.execution import function
from blogkit.execution import installed as packages
from blogkit.execution.environment import closure
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
        ("%matplotlib inline", {"matplotlib"}),
        ("import pandas as pd\npd.Series([1]).plot.bar()", {"pandas", "matplotlib"}),
        ("import own\nown.plot()", {"own"}),
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
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The interpreter's folder of packages."""
    caches = (packages.installed, packages.path_owners, packages.module_owners, closure)
    monkeypatch.setattr(packages, "packages_folder", lambda: tmp_path)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    for cached in caches:
        cached.cache_clear()


def install(folder: Path, name: str, files: Iterable[str], requires: Iterable[str] = ()) -> None:
    """Note a package as installers do."""
    info = folder / f"{name}-1.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1", *(f"Requires-Dist: {other}" for other in requires)]
    (info / "METADATA").write_text("\n".join(lines) + "\n\nVersion: of the text\n", encoding="utf-8")
    (info / "RECORD").write_text("".join(f"{file},sha256=x,1\n" for file in files), encoding="utf-8")


def test_packages_of_the_extras_that_are_asked_for_are_required(folder: Path) -> None:
    requires = {
        "a": ["Fake.B[more]", "!"],
        "b": ["fake-c; extra == 'more'", "fake-d; extra == 'less'"],
        "c": [],
        "d": [],
    }
    for name, others in requires.items():
        install(folder, f"fake_{name}", [f"fake_{name}/__init__.py"], others)
    assert closure(frozenset({"fake_a"})).versions == {"fake-a": "1", "fake-b": "1", "fake-c": "1"}


def test_modules_are_known_by_the_files_of_packages(folder: Path) -> None:
    install(folder, "one", ["space/one/a.py", "single.py", "../../bin/one", '"odd,name.py"', "one-1.dist-info/RECORD"])
    install(
        folder,
        "two",
        ["space/two.py", "fast.abi3.so", "two.libs/x.so", "__pycache__/single.cpython-311.pyc", "two.pth"],
    )
    both = frozenset({"one", "two"})
    assert packages.path_owners()["space"] == both
    assert packages.path_owners()["space/one"] == {"one"}
    assert "space/one/a.py" not in packages.path_owners()
    modules = {name: owners for name, owners in packages.module_owners().items() if name != "__pycache__"}
    assert modules == {"space": both, "single": {"one"}, "fast": {"two"}}


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


def test_a_package_that_was_installed_since_is_in_the_key(folder: Path, tmp_path: Path) -> None:
    """Though the post imports a module of its own, which is no package."""
    book = tmp_path / "book"
    (book / "posts").mkdir(parents=True)
    before = described(book, source="import own\ntry:\n    import late\nexcept ImportError:\n    pass")
    install(folder, "late", ["late.py"])
    for cached in (packages.installed, packages.path_owners, packages.module_owners, closure):
        cached.cache_clear()
    after = describe(before.post, book, last=lambda: before.description)
    known, now = (each.description["environment"]["packages"].keys() for each in (before, after))
    assert now - known == {"late"}
