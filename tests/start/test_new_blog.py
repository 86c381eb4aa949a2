"""A new blog, and what a blog has otherwise than a new one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from conftest import ROOT, Book
from jupytext.cli import jupytext

from blogkit.execution.lock import read_lock
from blogkit.posts.reading import read_posts
from blogkit.site.config import read_config
from blogkit.start.locking import write_lock
from blogkit.start.new_blog import differences, new_blog, renew
from blogkit.version import VERSION

NOW = dt.datetime(2026, 3, 4, 5, 6, tzinfo=dt.UTC)
WORKFLOW = f"example/blogkit/.github/workflows/publish.yml@{'0' * 40} # v{VERSION}"
TOP = {
    "_config.yml",
    "_toc.yml",
    "index.md",
    "about.md",
    "posts",
    "images",
    "requirements.in",
    "README.md",
    "jupytext.toml",
}


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Hello, world"), ("ko", "안녕하세요"), ("pt-BR", "Hello, world")]
)
def test_a_new_blog_is_read_without_a_fault(tmp_path: Path, language: str, title: str) -> None:
    folder = tmp_path / "my: blog"
    names = new_blog(folder, language, NOW, WORKFLOW)
    assert {name.partition("/")[0] for name in names} == TOP | {".github", ".gitignore"}
    config = (folder / "_config.yml").read_text(encoding="utf-8")
    assert len(config.splitlines()) <= 10
    settings = read_config(folder).settings
    assert (settings.title, settings.language) == ("my: blog", language)
    (post,) = read_posts(folder, settings.timezone)
    assert post.title == title
    assert post.code
    assert f"uses: {WORKFLOW}\n" in (folder / ".github/workflows/site.yml").read_text(encoding="utf-8")
    assert yaml.safe_load((folder / ".github/dependabot.yml").read_text(encoding="utf-8"))["version"] == 2


def test_jupytext_keeps_a_post_as_it_is(tmp_path: Path) -> None:
    new_blog(tmp_path, "en", NOW, WORKFLOW)
    (before,) = read_posts(tmp_path, "UTC")
    assert (tmp_path / "jupytext.toml").read_bytes() == (ROOT / "jupytext.toml").read_bytes()
    markdown = before.path
    jupytext(["--quiet", "--to", "ipynb", str(markdown)])
    markdown.unlink()
    (notebook,) = read_posts(tmp_path, "UTC")
    jupytext(["--quiet", "--to", "md:myst", str(notebook.path)])
    notebook.path.unlink()
    (after,) = read_posts(tmp_path, "UTC")
    for post in (notebook, after):
        for name in ("title", "date", "description", "outputs", "expect", "code"):
            assert getattr(post, name) == getattr(before, name), name


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    assert "README.md" not in new_blog(tmp_path, "en", NOW, WORKFLOW)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"


def test_a_project_that_is_no_blog_keeps_what_it_locks(tmp_path: Path) -> None:
    (tmp_path / "requirements.in").write_text("flask\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is there already, and not of a blog"):
        new_blog(tmp_path, "en", NOW, WORKFLOW)
    assert [path.name for path in tmp_path.iterdir()] == ["requirements.in"]


def test_a_blog_is_told_what_it_has_otherwise(tmp_path: Path) -> None:
    new_blog(tmp_path, "en", NOW, WORKFLOW)
    assert list(differences(tmp_path, "en", NOW, WORKFLOW)) == ["requirements.txt: there is none; run `blogkit lock`"]
    (tmp_path / "requirements.txt").touch()
    assert list(differences(tmp_path, "en", NOW, WORKFLOW)) == []
    later = WORKFLOW.replace("0" * 40, "1" * 40)
    (tmp_path / "about.md").unlink()
    (tmp_path / "index.md").write_text("# Mine\n", encoding="utf-8")
    (tmp_path / "requirements.in").write_text("blogkit==0.0.1\n", encoding="utf-8")
    said = "\n".join(differences(tmp_path, "en", NOW, later))
    assert "about.md: there is none" in said
    assert f"requirements.in: a new blog has blogkit=={VERSION}" in said
    assert f"-    uses: {WORKFLOW}\n+    uses: {later}" in said
    assert "Mine" not in said
    assert not (tmp_path / "about.md").exists()
    renew(tmp_path, "en", NOW, later)
    assert later in (tmp_path / ".github/workflows/site.yml").read_text(encoding="utf-8")


def test_an_engine_without_a_workflow_asks_for_it(book: Book) -> None:
    result = book.blogkit("init", "new")
    assert result.returncode == 1
    assert "give it: OWNER/REPO/.github/workflows/publish.yml@COMMIT" in result.stdout
    assert not (book.root / "new").exists()
    result = book.blogkit("init", ".", "--workflow", WORKFLOW)
    assert result.returncode == 0
    assert ".github/workflows/site.yml: there is none" in result.stdout
    assert not (book.root / ".github").exists()


def test_a_lock_that_cannot_be_made_changes_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"requirements\.in: there is none"):
        write_lock(tmp_path)
    (tmp_path / "requirements.in").write_text("a==1\na==2\n", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("before", encoding="utf-8")
    with pytest.raises(ValueError, match=r"requirements\.txt could not be made; mend"):
        write_lock(tmp_path, "--offline")
    assert (tmp_path / "requirements.txt").read_text(encoding="utf-8") == "before"


def _wheel(folder: Path, name: str, metadata: str) -> None:
    with ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        info = f"{name}-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


def test_a_package_that_is_wanted_with_an_extra_is_locked_with_it(tmp_path: Path) -> None:
    """Else pip before 23.3 takes the newest version for it, and refuses that as it has no digest."""
    _wheel(tmp_path, "wanting", "Requires-Dist: wanted[more]>=0.5\n")
    _wheel(tmp_path, "wanted", "Provides-Extra: more\n")
    (tmp_path / "requirements.in").write_text("wanting\n", encoding="utf-8")
    write_lock(tmp_path, "--no-index", "--find-links", str(tmp_path))
    assert "\nwanted[more]==1.0 " in (tmp_path / "requirements.txt").read_text(encoding="utf-8")
    assert read_lock(tmp_path)["wanted"].version == "1.0"


def test_options_of_uv_reach_it(book: Book) -> None:
    book.write("requirements.in", "blogkit-that-is-nowhere\n")
    said = book.blogkit("lock", "--upgrade", "--offline").stdout
    assert "blogkit-that-is-nowhere" in said
    assert "unrecognized" not in said
