"""Someone else's blog: in English, with pandas and colours of its own, by the wheel, and raised to the next version."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import code, copy_checkout
from playwright.sync_api import Browser
from test_pythons import prepare

from blogkit.files import names_below
from blogkit.publish.server import serving
from blogkit.version import VERSION

NEXT = f"{VERSION}.post1"
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
COLOURS = ":root { --accent: #7a2e0e; } :root[data-theme=dark] { --accent: #f0b090; }\n"
POST = f"""---
title: Tides at Cascais
date: 2026-01-02
tags: [sea]
description: "The mean is {{mean:.2f}} m."
---

{
    code('''
import pandas as pd

tides = pd.DataFrame({"hour": [0, 6, 12, 18], "metres": [0.6, 3.4, 0.7, 3.3]})
glue("mean", float(tides.metres.mean()), unit="m")
tides
''')
}
The mean is {{glue:text}}`mean:.2f` m.
"""


class Blog:
    """A blog in a folder, with an environment that holds what its lock says."""

    def __init__(self, root: Path, wheels: Path) -> None:
        self.root, self.python = root / "blog", root / "environment/bin/python"
        links = " ".join(filter(None, (str(wheels), os.environ.get("PIP_FIND_LINKS"))))
        outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        found = {"PIP_FIND_LINKS": links, "UV_FIND_LINKS": links.replace(" ", ","), "LC_ALL": "C.UTF-8"}
        self.environment = outside | found | {"BLOG_BASEURL": "https://blog.example/"}

    def install(self, *what: str | Path) -> None:
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet", "--no-compile"]
        prepare(*pip, *what, env=self.environment)

    def blogkit(self, *arguments: str, folder: Path | None = None) -> str:
        command = [self.python.with_name("blogkit"), *arguments]
        done = subprocess.run(
            command, cwd=folder or self.root, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def site(self) -> dict[str, bytes]:
        site = self.root / "_build/html"
        return {name: (site / name).read_bytes() for name in names_below(site)}


def wheel(folder: Path, version: str) -> Path:
    """Build the engine's wheel as a release of this version does, out of a copy."""
    copy_checkout(folder, without=("data/", "tests/", "docs/", "posts/"))
    module = folder / "blogkit/version.py"
    module.write_text(module.read_text(encoding="utf-8").replace(VERSION, version), encoding="utf-8")
    release = {"GITHUB_REPOSITORY": "example/engine", "GITHUB_SHA": "0" * 40, "GITHUB_REF": f"refs/tags/v{version}"}
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(build, cwd=folder, env={**os.environ, **release}, check=True, capture_output=True)
    return next(folder.glob("dist/*.whl"))


@pytest.fixture
def blog() -> Iterator[Blog]:
    """The blog that `blogkit init` makes by the wheel, with what its lock says installed."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        wheels = folder / "wheels"
        wheels.mkdir()
        made = wheel(folder / "engine", VERSION)
        made.rename(wheels / made.name)
        prepare(sys.executable, "-m", "venv", "--without-pip", folder / "environment")
        blog = Blog(folder, wheels)
        blog.install(wheels / made.name)
        blog.blogkit("init", "blog", "--language", "en", folder=folder)
        (blog.root / "posts/2026-01-02-tides.md").write_text(POST, encoding="utf-8")
        with (blog.root / "requirements.in").open("a", encoding="utf-8") as file:
            file.write("pandas\n")
        (blog.root / "_static").mkdir()
        (blog.root / "_static/colours.css").write_text(COLOURS, encoding="utf-8")
        blog.blogkit("lock")
        blog.install("--require-hashes", "-r", blog.root / "requirements.txt")
        yield blog


@pytest.mark.installs
def test_another_blog_takes_the_engine_and_its_next_version(blog: Blog, browser: Browser) -> None:
    assert "executing 2 posts" in blog.blogkit("build")
    before = blog.site()
    korean = {name for name, content in before.items() if HANGUL.search(content.decode("utf-8", "ignore"))}
    assert korean <= {
        "_static/search-languages.js",
        "_static/search-near.js",
        *(name for name in before if name.endswith((".png", ".webp", ".woff2"))),
    }
    assert b'The mean is <span class="pasted-text">2.00</span> m.' in before["index.html"]
    assert b'<html lang="en">' in before["posts/2026-01-02-tides.html"]
    assert "0 faults" in blog.blogkit("check")
    assert "this blog is as a new one" in blog.blogkit("init", ".")
    with serving(blog.root / "_build/html") as server:
        page = browser.new_page(base_url=server.home)
        for name in ("", "posts/2026-01-02-tides.html", "results.html"):
            page.goto(name)
            found = Axe().run(page)
            assert not found.response["violations"], found.generate_report()
        accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
        assert page.evaluate(accent) == "#7a2e0e"
        page.close()

    raised = wheel(blog.root.parent / "next", NEXT)
    raised.rename(blog.root.parent / "wheels" / raised.name)
    wanted = blog.root / "requirements.in"
    wanted.write_text(wanted.read_text(encoding="utf-8").replace(f"=={VERSION}", f"=={NEXT}"), encoding="utf-8")
    blog.blogkit("lock")
    blog.install("--require-hashes", "-r", blog.root / "requirements.txt")
    assert blog.blogkit("--version").strip() == NEXT
    assert "executing" not in blog.blogkit("build")
    after = blog.site()
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == set()
