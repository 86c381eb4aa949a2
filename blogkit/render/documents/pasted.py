"""Make files of the pictures that stand in the text itself: attached to a cell, or written out as ``data:``."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from ...files import digest, write
from ...language import _

logger = logging.getLogger(__name__)
_DATA = re.compile(r"data:([\w.+/-]+)((?:;[\w=.-]+)*),(.*)", re.DOTALL)
_ENDINGS = {
    **{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"},
    **{"image/svg+xml": ".svg", "image/avif": ".avif", "image/bmp": ".bmp"},
}


class TakeOutPictures(SphinxTransform):
    """Have pictures that are written out as ``data:`` be files, as all others are."""

    default_priority = 205

    def apply(self, **kwargs: Any) -> None:
        """Write them beside the pictures of outputs, and name them there."""
        folder, made = Path(self.env.doc2path(self.env.docname)).parent, Path(self.env.mystnb_config.output_folder)  # type: ignore[attr-defined]  # MyST-NB keeps it there
        for node in self.document.findall(nodes.image):
            if node["uri"].startswith("data:"):
                kind, content = _written_out(node["uri"])
                node["uri"] = attached_picture({kind: content}, made, folder)
                if not node["uri"]:
                    logger.warning(_("this picture cannot be read; write it into a file"), location=node)


def attached_picture(kinds: Mapping[str, str | list[str]], made: Path, folder: Path) -> str:
    """Write a picture, given as media type → base64, into ``made``; return its path from ``folder``.

    Empty if it is none.
    """
    for kind, ending in _ENDINGS.items():
        if kind in kinds:
            text = "".join(kinds[kind])
            try:
                content = base64.b64decode("".join(text.split()), validate=True)
            except binascii.Error:
                return ""
            file = made / f"{digest(content)}{ending}"
            write(file, content)
            return os.path.relpath(file, folder).replace(os.sep, "/")
    return ""


def _written_out(address: str) -> tuple[str, str]:
    """Return the media type of a ``data:`` address, and its content in base64."""
    match = _DATA.fullmatch(address)
    if not match:
        return "", ""
    return match[1], match[3] if "base64" in match[2] else base64.b64encode(unquote_to_bytes(match[3])).decode()
