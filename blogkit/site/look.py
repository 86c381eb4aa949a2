"""Read what the author gives the blog of a look of its own: ``_static/``, logo and favicon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import imagesize

from ..errors import AuthorError, Fault
from ..files import Borders, file_digest, names_below
from ..language import _
from ..palette import Colour, colours, palette
from .config import read_config
from .settings import Settings
from .thumbnails import Thumbnail

STATIC = "_static"
PICTURES = {
    ".svg": "svg+xml",
    ".png": "png",
    ".ico": "vnd.microsoft.icon",
    ".webp": "webp",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".gif": "gif",
}
"""Ending → media type below ``image/``."""


@dataclass(frozen=True)
class Look:
    """Files of the book that all pages load, by the names that they have on the site."""

    files: Mapping[str, Path] = field(default_factory=dict)
    logo: str = ""
    favicon: str = ""

    @property
    def styles(self) -> tuple[str, ...]:
        """The addresses of the style sheets, in the order of their names."""
        return tuple(map(self._address, self._top(".css")))

    @property
    def scripts(self) -> tuple[str, ...]:
        """The addresses of the scripts, in the order of their names."""
        return tuple(map(self._address, self._top(".js")))

    @property
    def paper(self) -> Colour:
        """The ground of pages, which browsers take for what surrounds them."""
        texts = (self.files[name].read_text(encoding="utf-8", errors="replace") for name in self._top(".css"))
        return (palette() | colours("\n".join(texts)))["paper"]

    @property
    def picture(self) -> Thumbnail | None:
        """The logo with its address and its size (0: not known)."""
        if not self.logo:
            return None
        try:
            size = imagesize.get(self.files[self.logo])
        except ValueError:  # damaged: browsers may know better
            size = (0, 0)
        width, height = (max(int(side), 0) for side in size)
        return Thumbnail(self._address(self.logo), width, height)

    def _top(self, suffix: str) -> Iterator[str]:
        return (name for name in sorted(self.files) if name.count("/") == 1 and name.endswith(suffix))

    def _address(self, name: str) -> str:
        """Return an address that changes with the content, so that browsers may keep the file."""
        return f"{quote(name)}?v={file_digest(self.files[name])[:8]}"


def read_look(root: Path, settings: Settings) -> Look:
    """Return the look of the book in ``root``; raise :class:`AuthorError` for files that may not be published."""
    borders, faults = Borders(root), []
    files = {
        f"{STATIC}/{within}": root / STATIC / within
        for within in names_below(root / STATIC)
        if "/." not in f"/{within}" and not within.endswith(".md")
    }
    for file in files.values():
        if reason := borders.objection(file):
            faults.append(Fault(file, 0, _("it {reason}").format(reason=reason)))
    named = {}
    for key, name in (("blog_logo", settings.logo), ("blog_favicon", settings.favicon)):
        reason = borders.objection(root / name) if name else ""
        if name and not reason and Path(name).suffix not in PICTURES:
            reason = _("is no picture; name one that ends in .svg or .png")
        if reason:
            faults.append(read_config(root).fault(key, _("{file} {reason}").format(file=name, reason=reason)))
        elif name:
            file = (root / name).resolve()
            named[key] = file.relative_to(root.resolve()).as_posix()
            files[named[key]] = file
    if faults:
        raise AuthorError(faults)
    return Look(files, named.get("blog_logo", ""), named.get("blog_favicon", ""))
