"""Make the small pictures of the home page from what the posts themselves have drawn. Plain functions."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imagesize
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from ..errors import AuthorError, for_each
from ..execution.renditions import picture_digest
from ..execution.result import ANIMATION, Result, first_frame
from ..files import digest, file_digest, write
from ..language import _
from ..posts.post import Post
from .entry import Entry

THUMBNAILS = "_images/cards"
WIDTH = 1440
"""Pixels: twice the widest card."""
PHOTO_WIDTH = 960
"""Pixels of what does not get small without loss."""
_SMALL = 48_000  # bytes
_COLOURS, _UNSEEN = 128, 8
"""To how many colours a plot comes down, and by how much, of 255, a colour may change then."""
_MADE = (WIDTH, PHOTO_WIDTH, _SMALL, _COLOURS, _UNSEEN)
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_MOST_PIXELS = 80_000_000  # more than a camera makes, and less than Pillow warns of


@dataclass(frozen=True)
class Thumbnail:
    """A picture: its path below the site's root, and its size in pixels."""

    name: str
    width: int
    height: int
    dark: str = ""
    """The path of the one for dark pages; empty: they show this one, too."""

    @property
    def names(self) -> set[str]:
        """The paths of both."""
        return {self.name, self.dark} - {""}


def thumbnails(
    entries: Iterable[Entry], results: Mapping[str, Result], root: Path, pages: Path
) -> dict[str, Thumbnail]:
    """Write the pictures below ``pages``, where they are not there yet; return docname → picture.

    Each is made from the post's ``thumbnail``, or else from the first figure among its outputs. Its name holds a digest
    of what it is made from.
    """
    entries = list(entries)
    dark = {drawn: file for result in results.values() for drawn, file in result.dark.items()}
    found = for_each(lambda entry: _thumbnail(entry.post, results.get(entry.post.docname), dark, root, pages), entries)
    return {entry.post.docname: picture for entry, picture in zip(entries, found, strict=True) if picture}


def _thumbnail(
    post: Post, result: Result | None, dark: Mapping[str, Path], root: Path, pages: Path
) -> Thumbnail | None:
    declared = root / post.thumbnail if post.thumbnail else None
    if declared and not declared.is_file():
        raise _no_picture(post)
    if declared:
        drawn = file_digest(declared)  # not its time: a restored store gives the same pages
        source = digest(drawn, file_digest(dark[drawn]) if drawn in dark else "")
    elif result:
        source = result.digest
    else:
        return None
    light, second = (f"{THUMBNAILS}/{post.slug}-{digest(source, str(_MADE))[:8]}{end}.webp" for end in ("", "-dark"))
    if not (pages / light).exists():
        figure = declared.read_bytes() if declared else _first_figure(result)
        picture = _shrunk(figure)
        if declared and not picture:
            raise _no_picture(post)
        if not picture:
            return None
        if file := dark.get(picture_digest(figure)):
            write(pages / second, _shrunk(file.read_bytes()))
        write(pages / light, picture)
    width, height = imagesize.get(pages / light)
    return Thumbnail(light, width, height, second if (pages / second).exists() else "")


def _no_picture(post: Post) -> AuthorError:
    message = _(
        "thumbnail: {name} is no PNG, JPEG, WebP or GIF that is whole and below 80 megapixels; name another one"
    )
    return AuthorError([post.fault("thumbnail", message.format(name=post.thumbnail))])


def _shrunk(picture: bytes) -> bytes:
    """Return the picture as WebP: a plot as it is, a photo smaller; nothing for what is no picture or too large."""
    if not picture:
        return b""
    try:
        with Image.open(io.BytesIO(picture), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return b""
            upright = ImageOps.exif_transpose(opened)
            image = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            exact = _webp(_few_colours(_fitted(image, WIDTH)), lossless=True)
            return exact if len(exact) <= _SMALL else _webp(_fitted(image, PHOTO_WIDTH), quality=80)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""


def _fitted(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


def _few_colours(image: Image.Image) -> Image.Image:
    """Return a plot in the colours that suffice for it, a third smaller; what the eye would tell apart stays."""
    few = image.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).convert("RGB")
    if image.mode == "RGBA":
        few.putalpha(image.getchannel("A").point(lambda value: round(value / 17) * 17))
    seen = ImageChops.difference(few, image).point(lambda value: 255 * (value > _UNSEEN))
    return image if seen.getbbox(alpha_only=False) else few


def _webp(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", method=4, **options)
    return file.getvalue()


def _first_figure(result: Result | None) -> bytes:
    if not (result and (result.holds('"image/png"') or result.holds(ANIMATION))):
        return b""
    for cell in result.notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if picture := data.get("image/png") or first_frame(data.get("text/html", "")).get("image/png"):
                return base64.b64decode(picture)
    return b""
