"""The repository itself: its lock files say what their sources want, and its code is in order."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)")


def wanted(name: str) -> dict[str, Requirement]:
    """The requirements of a ``.in`` file, by name."""
    lines = (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
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
        elif line.strip().startswith("#") and line.endswith(f"-r {name}.in"):
            direct.add(current)
    return versions, direct


@pytest.mark.parametrize("name", ["requirements", "tests/requirements"])
def test_lock_is_made_from_its_source(name: str) -> None:
    sources, (versions, direct) = wanted(name), locked(name)
    assert direct == set(sources), "run .ci/lock"
    for key, requirement in sources.items():
        assert all(requirement.specifier.contains(version) for version in versions[key]), requirement


@pytest.mark.parametrize("name", ["requirements", "tests/requirements"])
def test_lock_has_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") > sum(map(len, locked(name)[0].values()))
    assert "://" not in text.replace("https://docs.astral.sh", "")


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]])
def test_code_is_in_order(arguments: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout
