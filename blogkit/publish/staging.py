"""Build the site aside and put it in place only when it is whole. Plain functions of paths, no Sphinx."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..files import names_below
from ..pictures import clean


class Staging:
    """The folders of one build: pages are written to ``pages`` and reach ``site`` by one rename when all went well.

    ``pages`` is kept between builds, so that only what changed is written again; a build that was killed leaves
    ``mark`` behind, and the next one starts from clean pages.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        self.pages, self.mark = self.kept("pages"), self.kept("unfinished")
        self._new, self._old = (site.with_name(f".{site.name}.{age}") for age in ("new", "old"))

    def kept(self, name: str) -> Path:
        """Return what is kept beside the site from one build to the next."""
        return self.site.with_name(f".{name}" if self.site.name == "html" else f".{self.site.name}.{name}")

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
        """Put a copy of the pages where the site stands; readers see the old site or the new one.

        Raises :class:`~blogkit.errors.AuthorError` for a picture out of which cannot be taken what its camera noted.
        """
        self._new.mkdir()
        folders = {""}
        for name in names_below(self.pages):
            if name.startswith("."):  # Sphinx's own notes
                continue
            if (folder := name.rpartition("/")[0]) not in folders:
                folders.add(folder)
                (self._new / folder).mkdir(parents=True, exist_ok=True)
            self._copy(f"{self.pages}/{name}", f"{self.site}/{name}", f"{self._new}/{name}")
        if self.site.exists():
            self.site.rename(self._old)
        self._new.rename(self.site)
        shutil.rmtree(self._old, ignore_errors=True)
        self.finish()

    def finish(self) -> None:
        """Say that the pages are whole."""
        self.mark.unlink(missing_ok=True)

    @staticmethod
    def _copy(source: str, before: str, target: str) -> None:
        """Copy a file, a picture without what its camera noted.

        One that is as it was is clean, and linked to the site of before, where nothing is ever written.
        """
        try:
            a, b = os.stat(source), os.lstat(before)  # noqa: PTH116  # a tenth of pathlib's time
            if (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns):
                os.link(before, target)
                return
        except OSError:  # it is new, or the file system has no links
            pass
        clean(Path(source))
        shutil.copy2(source, target)

    def discard_if_empty(self) -> None:
        """Remove the empty folder that Sphinx makes before the first build of a site succeeds."""
        if self.site.is_dir() and not any(self.site.iterdir()):
            self.site.rmdir()


def remove_strays(pages: Path, keep: set[str]) -> list[str]:
    """Delete the files under ``pages`` that are not kept (names relative to it); return their names.

    Sphinx's own (``.buildinfo``) are left alone.
    """
    strays = [n for n in sorted(names_below(pages)) if n not in keep and not n.startswith(".")]
    for name in strays:
        (pages / name).unlink()
    return strays
