"""The repository itself: its lock files say what their sources want, and its code is in order."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MODULE_LINES, FUNCTION_LINES, README_LINES = 300, 40, 80
LOCKS = ("requirements", "tests/requirements", "tests/newest")
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)")


def wanted(name: str) -> dict[str, Requirement]:
    """The requirements of a ``.in`` file, by name, and where they count those of the engine."""
    lines = (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
    if name != "tests/requirements":
        lines += tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def locked(name: str) -> tuple[dict[str, list[str]], set[str]]:
    """The pinned versions of a ``.txt`` file, by name, and the names that it has from its ``.in`` file."""
    versions: dict[str, list[str]] = {}
    direct, current = set(), ""
    for line in (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if pin := PIN.match(line):
            current = canonicalize_name(pin[1])
            versions.setdefault(current, []).append(pin[2])
        elif line.strip().startswith("#") and line.endswith((f"-r {name}.in", "blogkit (pyproject.toml)")):
            direct.add(current)
    return versions, direct


@pytest.mark.parametrize("name", LOCKS)
def test_lock_is_made_from_its_source(name: str) -> None:
    sources, (versions, direct) = wanted(name), locked(name)
    assert direct == set(sources), "run .ci/lock"
    for key, requirement in sources.items():
        assert all(requirement.specifier.contains(version) for version in versions[key]), requirement


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") > sum(map(len, locked(name)[0].values()))
    assert "://" not in text.replace("https://docs.astral.sh", "")


@pytest.mark.parametrize(
    "command",
    [
        "ruff check --no-cache .",
        "ruff format --check --no-cache .",
        "mypy",
        "lint-imports --no-cache",
    ],
    ids=lambda command: command.partition(" --")[0],
)
def test_code_is_in_order(command: str) -> None:
    name, *arguments = command.split()
    tool = Path(sys.executable).with_name(name)
    result = subprocess.run([tool, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_function_and_no_module_is_long() -> None:
    long = []
    for file in (ROOT / "blogkit").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        name = file.relative_to(ROOT).as_posix()
        if len(text.splitlines()) > MODULE_LINES:
            long.append(name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                long += [f"{name}: {node.name} has {lines} lines"] * (lines > FUNCTION_LINES)
    assert not long


def test_architecture_names_every_module() -> None:
    """So that who looks for the place of a change finds it there."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    names = {f.relative_to(ROOT / "blogkit").as_posix() for f in (ROOT / "blogkit").rglob("*.py")}
    modules = {name for name in names if not name.startswith(("__", "execution/prelude/")) and "/__" not in name}
    named = set(re.findall(r"`([\w/]+\.py)`", page))
    assert named == modules


def test_readme_is_short_and_leads_to_every_page_of_the_docs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= README_LINES
    assert not {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} - set(re.findall(r"\]\(([^)]+)\)", text))


def test_tests_have_the_rooms_of_the_engine() -> None:
    rooms = {path.parent.name for path in (ROOT / "blogkit").glob("*/__init__.py")}
    assert rooms == {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
