"""Where GitHub publishes a blog, and the workflow that does it: a released wheel knows its own."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from blogkit.files import names_below
from blogkit.publish.github import pages_address, site_workflow
from blogkit.version import VERSION

ASK = "from blogkit.publish.github import site_workflow as w; print(w())"
COMMIT = "0123456789abcdef" * 2 + "01234567"


def wheel(folder: Path, **variables: str) -> Path:
    """Build the wheel, and unpack it as an installer does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    call = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder / "dist"]
    subprocess.run(call, cwd=ROOT, env={**environment, **variables}, check=True, capture_output=True)
    [built] = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(built) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


def asked(installed: Path) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", ASK]
    return subprocess.run(call, cwd=installed, capture_output=True, text=True, check=False)


def test_a_wheel_of_anyones_job_knows_none(tmp_path: Path) -> None:
    installed = wheel(tmp_path, GITHUB_REPOSITORY="you/blog", GITHUB_SHA=COMMIT, GITHUB_REF="refs/heads/main")
    assert "give it: OWNER/REPO" in asked(installed).stderr


def test_a_released_wheel_knows_its_workflow_and_has_all_files(tmp_path: Path) -> None:
    tag = f"refs/tags/v{VERSION}"
    installed = wheel(tmp_path, GITHUB_REPOSITORY="me/engine", GITHUB_SHA=COMMIT, GITHUB_REF=tag)
    text = asked(installed).stdout
    version = next(installed.glob("*.dist-info")).name.removeprefix("blogkit-").removesuffix(".dist-info")
    assert f"uses: me/engine/.github/workflows/publish.yml@{COMMIT} # v{version}\n" in text
    assert "{workflow}" not in text
    listed = subprocess.run(["git", "ls-files", "blogkit"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    missing = {name.removeprefix("blogkit/") for name in listed.splitlines()} - {*names_below(installed / "blogkit")}
    assert not missing


def test_a_wheel_built_elsewhere_says_that_the_workflow_must_be_given(tmp_path: Path) -> None:
    said = asked(wheel(tmp_path))
    assert said.returncode
    assert "give it: OWNER/REPO/.github/workflows/publish.yml@COMMIT" in said.stderr
    assert "uses: a/b/c.yml@d\n" in site_workflow("a/b/c.yml@d")


def test_a_new_blog_publishes_as_this_one_does() -> None:
    """But at another hour."""
    own = (ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8")
    ours, new = (yaml.load(text, yaml.BaseLoader) for text in (own, site_workflow("$/.github/workflows/publish.yml")))
    del ours["on"]["schedule"], new["on"]["schedule"]
    assert new == ours


@pytest.mark.parametrize(
    ("script", "address"),
    [
        ("echo https://me.github.io/blog/", "https://me.github.io/blog"),
        ("echo 'gh: Not Found (HTTP 404)' >&2; exit 1", ""),
        ("echo 'gh: Bad Gateway (HTTP 502)' >&2; exit 1", None),
    ],
)
def test_pages_that_are_off_are_told_from_an_outage(
    script: str, address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gh").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    if address is None:
        with pytest.raises(OSError, match="Bad Gateway"):
            pages_address()
    else:
        assert pages_address() == address
