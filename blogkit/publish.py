"""Build the site aside and put it in place only when it is whole. Plain functions of paths, no Sphinx."""

from __future__ import annotations

import shutil
from pathlib import Path


class Staging:
    """The folders of one build: pages are written to ``pages`` and reach ``site`` by one rename when all went well.

    ``pages`` is kept between builds, so that only what changed is written again; a build that was killed leaves
    ``mark`` behind, and the next one starts from clean pages.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        build = site.parent
        self.pages = build / ".pages"
        self.mark = build / ".unfinished"
        self._new, self._old = build / f".{site.name}.new", build / f".{site.name}.old"

    def begin(self) -> bool:
        """Make ready for a build; return whether what an earlier one left must be thrown away."""
        if self._old.is_dir():
            if self.site.is_dir() and any(self.site.iterdir()):
                shutil.rmtree(self._old)
            else:  # killed between the two renames
                self.site.rmdir() if self.site.is_dir() else None
                self._old.rename(self.site)
        shutil.rmtree(self._new, ignore_errors=True)
        broken = self.mark.exists()
        if broken:
            shutil.rmtree(self.pages, ignore_errors=True)
        self.pages.mkdir(parents=True, exist_ok=True)
        return broken

    def start_writing(self) -> None:
        """Note that from here on the pages are not whole."""
        self.mark.touch()

    def publish(self) -> None:
        """Put a copy of the pages where the site stands; readers see the old site or the new one."""
        shutil.copytree(self.pages, self._new)
        if self.site.exists():
            self.site.rename(self._old)
        self._new.rename(self.site)
        shutil.rmtree(self._old, ignore_errors=True)
        self.finish()

    def finish(self) -> None:
        """Say that the pages are whole."""
        self.mark.unlink(missing_ok=True)

    def discard_if_empty(self) -> None:
        """Remove the empty folder that Sphinx makes before the first build of a site succeeds."""
        if self.site.is_dir() and not any(self.site.iterdir()):
            self.site.rmdir()


def remove_strays(pages: Path, keep: set[str]) -> list[str]:
    """Delete the files under ``pages`` that are not kept (names relative to it); return their names.

    The theme's own files (``_static``) and Sphinx's (``.buildinfo``) are left alone.
    """
    names = (f.relative_to(pages).as_posix() for f in sorted(pages.rglob("*")) if f.is_file())
    strays = [n for n in names if n not in keep and not n.startswith(("_static/", "."))]
    for name in strays:
        (pages / name).unlink()
    return strays


def write_if_changed(path: Path, content: str | bytes) -> bool:
    """Write a file unless it holds ``content`` already, so that its time tells when it changed."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True
