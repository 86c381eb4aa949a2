"""Take over the pictures that a post's figures were drawn as for dark pages."""

from __future__ import annotations

from pathlib import Path

from ..files import digest, write
from ..pictures import cleaned
from .result import DARK

_KEPT = ".dark"
"""Where the code before the first cell put them, in the post's folder: ``NAME.png`` beside ``NAME-dark.png``."""
_KINDS = (".png", ".svg")
_DARK = "-dark"


def dark_renditions(folder: Path) -> dict[str, Path]:
    """Return the pictures for dark pages that a post which ran in ``folder`` drew, by their names in its result.

    Each is named by the digest of the picture that it stands for, as the result holds that.
    """
    if (folder / _KEPT).is_symlink():
        return {}
    found = {}
    for file in sorted((folder / _KEPT).glob(f"*{_DARK}.*")):
        light = file.with_name(file.name.replace(_DARK, ""))
        if file.suffix in _KINDS and all(path.is_file() and not path.is_symlink() for path in (file, light)):
            try:
                write(file, cleaned(file.read_bytes()))
                name = picture_digest(cleaned(light.read_bytes()))
                found[f"{DARK}/{name}{file.suffix}"] = file
            except ValueError:  # whatever a cell wrote there
                continue
    return found


def picture_digest(content: bytes) -> str:
    """Return the digest of a picture; the ends of a drawing's lines, which MyST-NB writes anew, do not count."""
    return digest(b"\n".join(content.splitlines()) if content.lstrip()[:1] == b"<" else content)
