"""Take out of pictures what was noted of place, time, camera and owner; pixels, colours and orientation stay.

Nothing is encoded again. piexif is dead, and Pillow would compress a JPEG anew.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from .errors import AuthorError, Fault
from .files import write
from .language import _

_ORIENTATION = 0x0112
_NOTES = {0x02BC, 0x010F, 0x0110, 0x013B, 0x013C, 0x8298, 0x83BB, 0x8649, 0x8769, 0x8825}
"""Tags of TIFF: XMP, maker, model, artist, computer, copyright, IPTC, Photoshop, EXIF, GPS."""
_EXIF = b"Exif\0\0"
# JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")
_SCAN, _END, _APP0, _APP1 = 0xDA, 0xD9, 0xE0, 0xE1
_JPEG_KEPT = {_APP0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
# PNG: https://www.w3.org/TR/png-3/; chunks whose name begins with a capital are needed.
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = b"tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
# WebP: https://developers.google.com/speed/webp/docs/riff_container
_WEBP_KEPT = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_HEIF = b"heic heix heim heis hevc hevx mif1 msf1 avif avis".split()
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def clean(file: Path) -> None:
    """Take out of a file what a camera noted, if it is a picture; raise :class:`AuthorError` where that cannot be."""
    with file.open("rb") as opened:
        if not _cleaner(opened.read(16)):
            return
    try:
        write(file, cleaned(file.read_bytes()))
    except ValueError as error:
        raise AuthorError([Fault(file, 0, str(error))]) from error


def cleaned(data: bytes) -> bytes:
    """Return a picture without notes, and what is no picture as it is; raise :class:`ValueError` where that cannot be.

    Bytes behind a picture's end go, too: phones append films and second pictures, some with a place of their own.
    """
    cleaner = _cleaner(data[:16])
    return cleaner(data) if cleaner else data


def _cleaner(start: bytes) -> Callable[[bytes], bytes] | None:
    if start.startswith(b"\xff\xd8\xff"):
        return _jpeg
    if start.startswith(_PNG):
        return _png
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return _webp
    if start.startswith((b"II*\0", b"MM\0*")):
        return _tiff
    return _heif if start[4:8] == b"ftyp" and start[8:12] in _HEIF else None


def _jpeg(data: bytes) -> bytes:
    kept, at, marker = [data[:2]], 2, 0
    while found := _MARKER.search(data, at):
        if marker == _SCAN:
            kept.append(data[at : found.start()])
        marker, start = found[1][0], found.end()
        if marker == _END:
            return b"".join((*kept, b"\xff\xd9"))
        at = start + max(2, int.from_bytes(data[start : start + 2]))
        segment = data[start + 2 : at]
        if marker == _APP1 and segment.startswith(_EXIF):
            if exif := _orientation(segment[len(_EXIF) :]):
                kept.append(b"\xff\xe1" + (len(exif) + 8).to_bytes(2) + _EXIF + exif)
        elif segment.startswith(_JPEG_KEPT[marker]) if marker in _JPEG_KEPT else marker < _APP0:
            kept.append(b"\xff" + found[1] + data[start:at])
    return b"".join(kept) + (data[at:] if marker == _SCAN else b"")  # it was cut


def _png(data: bytes) -> bytes:
    kept, at = [_PNG], len(_PNG)
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        chunk, at = data[at : at + size + 12], at + size + 12
        if kind == b"eXIf" and (exif := _orientation(chunk[8:-4])):
            kept.append(len(exif).to_bytes(4) + kind + exif + zlib.crc32(kind + exif).to_bytes(4))
        elif kind[:1].isupper() or kind in _PNG_KEPT:
            kept.append(chunk)
        if kind == b"IEND":
            break
    return b"".join(kept)


def _webp(data: bytes) -> bytes:
    chunks = [(kind, content) for kind, content in _riff(data) if kind in (*_WEBP_KEPT, b"EXIF")]
    exif = next((_orientation(content.removeprefix(_EXIF)) for kind, content in chunks if kind == b"EXIF"), b"")
    body = b"WEBP"
    for kind, content in chunks:
        if kind == b"VP8X":
            if not content:
                raise ValueError(_("is a damaged WebP; save it again"))
            content = bytes([content[0] & ~_HAS_XMP & ~_HAS_EXIF | (_HAS_EXIF if exif else 0)]) + content[1:]
        if kind != b"EXIF" or exif:
            content = exif if kind == b"EXIF" else content
            body += kind + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 < end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _tiff(data: bytes) -> bytes:
    if _NOTES & set(_tags(data)):
        raise _refused()
    return data


def _heif(data: bytes) -> bytes:
    if b"Exif" in data[:65536] or b"rdf+xml" in data[:65536]:  # the table of contents stands first
        raise _refused()
    return data


def _refused() -> ValueError:
    return ValueError(
        _("holds what a camera noted, which cannot be taken out of such a file; save it as JPEG, PNG or WebP")
    )


def _orientation(tiff: bytes) -> bytes:
    """Return notes that say only how a picture is turned; nothing for one that stands upright."""
    turned = _tags(tiff).get(_ORIENTATION)
    if not isinstance(turned, int) or not 2 <= turned <= 8:
        return b""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([turned]) + bytes(6)


def _tags(tiff: bytes) -> dict[int, Any]:
    exif = Image.Exif()
    try:
        exif.load(tiff)
        return dict(exif)
    except Exception:  # damaged notes: Pillow's errors have no common class
        return {}
