"""Draw a card: a large title, broken between words, and the whole summary; a figure as large as can be beside it."""

from __future__ import annotations

import importlib.util
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from ..palette import palette
from ..text import nfc
from .social_cards import HEIGHT, SIZE, WIDTH, SocialCard

_PAPER, _INK, _SOFT, _LINE, _ACCENT, _LIVE = (
    palette()[name].light for name in ("paper", "strong", "muted", "line", "accent", "live")
)
_MARGIN, _GAP, _TOP, _FOOT = 72, 40, 40, HEIGHT - 98
_TITLE_SIZES, _OVER_FIGURE = (68, 60, 54, 48), (56, 50, 45, 40)
_FIGURE, _FRAME = 640, 14
"""The greatest width of a figure, and from its edge to its frame."""
_FONTS = {
    # Only its font files: the module itself needs distutils.
    "Nanum": ("koreanize_matplotlib", "fonts/NanumGothic{}.ttf", {"Regular": ""}),
    # More Latin letters, Greek and Cyrillic; it has two weights.
    "DejaVu": (
        "matplotlib",
        "mpl-data/fonts/ttf/DejaVuSans{}.ttf",
        {"Regular": "", "Bold": "-Bold", "ExtraBold": "-Bold"},
    ),
}
"""Family → package, file, and what a weight is called there."""
_MARK = 44
"""Pixels."""
_Word = list[tuple[str, bool]]
"""Parts of a word, each with whether it is a live value: a word may be partly live, as in ``97.6%,``."""
_Block = tuple[list[list[_Word]], "_Style", str]


def draw(card: SocialCard) -> bytes:
    """Return a card as PNG."""
    image = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 12), fill=_ACCENT)
    family = _family(card)
    picture, mark = _picture(card.thumbnail, (_FIGURE, _FOOT)), _picture(card.mark, (_MARK, _MARK))
    if picture:
        _beside(image, pen, card, picture, family)
    else:
        block = _block(card, family)
        top = _TOP + (_FOOT - _TOP - sum(len(lines) * style.leading for lines, style, _ in block)) // 2
        for lines, style, colour in block:
            top = _write(pen, lines, style, top, colour)
    foot = " · ".join(filter(None, (card.foot, card.label if picture else "")))
    _foot(image, pen, replace(card, foot=foot), family, mark)
    out = io.BytesIO()
    # Few colours: written five times as fast as full colour, a third of the size, and no other to the eye.
    image.quantize(palette=_palette(mark, picture), dither=Image.Dither.NONE).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _family(card: SocialCard) -> str:
    """Return the fonts that have most of a card's letters, the first if there is no difference."""
    letters = {*nfc(f"{card.title}{card.summary}{card.label}{card.foot}{card.date}")}
    return max(_FONTS, key=lambda family: sum(_known(letter, family) for letter in letters))


def _beside(image: Image.Image, pen: ImageDraw.ImageDraw, card: SocialCard, picture: Image.Image, family: str) -> None:
    """Draw a figure, as large as the title above leaves room for, and the summary beside it."""
    title, width = _plain_words(card.title, family), WIDTH - 2 * _MARGIN
    for size in _OVER_FIGURE:
        style = _Style(size, "ExtraBold", family)
        if len(_wrap(title, style, width, 9)) <= 2:
            break
    top = _write(pen, _wrap(title, style, _balanced(title, style, width, 2), 2), style, _TOP + 10, _INK) + 20
    picture.thumbnail((_FIGURE, _FOOT - top - 2 * _FRAME - 24), Image.Resampling.LANCZOS)
    left, small = WIDTH - _MARGIN - picture.width - 2 * _FRAME, _Style(28, "Regular", family, 1.5)
    edges = (left, top, WIDTH - _MARGIN, top + picture.height + 2 * _FRAME)
    pen.rounded_rectangle(edges, 20, fill="white", outline=_LINE, width=2)
    image.paste(picture, (left + _FRAME, top + _FRAME))
    summary = _wrap(
        _words(card.summary.runs, family), small, left - _GAP - _MARGIN, (_FOOT - top - 24) // small.leading
    )
    _write(pen, summary, small, top, _SOFT)


def _block(card: SocialCard, family: str) -> list[_Block]:
    """Lay out label, title and summary with the largest title that leaves room for the whole summary."""
    width = WIDTH - 2 * _MARGIN
    label, small = _Style(27, "Bold", family, 2.1), _Style(30, "Regular", family, 1.5)
    title = _plain_words(card.title, family)
    summary = _words(card.summary.runs, family)
    head = _wrap(_plain_words(card.label, family), label, width, 1)
    for size in _TITLE_SIZES:
        style = _Style(size, "ExtraBold", family)
        lines = _wrap(title, style, _balanced(title, style, width, 3), 3)
        room = (_FOOT - _TOP - len(head) * label.leading - len(lines) * style.leading - 40) // small.leading
        most = min(room, 5)
        body = _wrap(summary, small, _balanced(summary, small, width, most), most)
        if len(_wrap(title, style, width, 9)) <= 3 and len(_wrap(summary, small, width, 9)) <= len(body):
            break
    return [
        (head, label, _ACCENT),
        (lines, style, _INK),
        ([[]] if body else [], _Style(16, "Regular", family), _INK),
        (body, small, _SOFT),
    ]


class _Style:
    """A size and weight of text; live values are bold."""

    def __init__(self, size: int, weight: str, family: str, leading: float = 1.3) -> None:
        self.size = size
        self.leading = round(size * leading)
        bold = "Bold" if weight == "Regular" else weight
        self.fonts = {False: _font(weight, size, family), True: _font(bold, size, family)}
        self.space = _length(self.fonts[False], " ")

    def width(self, words: list[_Word]) -> float:
        """Return the width of words in pixels."""
        runs = sum(_length(self.fonts[live], text) for word in words for text, live in word)
        return runs + self.space * max(len(words) - 1, 0)


def _plain_words(text: str, family: str) -> list[_Word]:
    return _words([(text, False, False)], family)


def _words(text: Iterable[tuple[str, bool, bool]], family: str) -> list[_Word]:
    """Split a text at spaces."""
    words: list[_Word] = [[]]
    for part, live, _is_code in text:
        drawable = "".join(c for c in nfc(part) if _known(c, family))
        for number, piece in enumerate(re.split(r"\s+", drawable)):
            if number:
                words.append([])
            if piece:
                words[-1].append((piece, live))
    return [word for word in words if word]


def _wrap(words: list[_Word], style: _Style, width: float, most: int) -> list[list[_Word]]:
    """Break lines between words, as Korean is read best; inside a word only when it is wider than a line."""
    lines: list[list[_Word]] = []
    for word in chain.from_iterable(_pieces(word, style, width) for word in words):
        if lines and style.width([*lines[-1], word]) <= width:
            lines[-1].append(word)
        else:
            lines.append([word])
    if len(lines) > most:
        del lines[most:]
        if lines:
            lines[-1] = _shorten(lines[-1], style, width)
    return lines


def _pieces(word: _Word, style: _Style, width: float) -> Iterator[_Word]:
    if style.width([word]) <= width:
        yield word
        return
    piece: _Word = []
    for letter in _letters(word):
        if piece and style.width([[*piece, letter]]) > width:
            yield piece
            piece = []
        piece.append(letter)
    yield piece


def _letters(word: _Word) -> _Word:
    return [(letter, live) for text, live in word for letter in text]


def _shorten(line: list[_Word], style: _Style, width: float) -> list[_Word]:
    """End a line with an ellipsis."""
    letters = [_letters(word) for word in line]
    while style.width([*letters[:-1], [*letters[-1], ("…", False)]]) > width:
        letters[-1].pop()
        if not letters[-1]:
            letters.pop()
    return [*letters[:-1], [*letters[-1], ("…", False)]]


def _balanced(words: list[_Word], style: _Style, width: float, most: int) -> float:
    """Return the least width that needs no more lines, so that no word stands alone on the last."""
    lines = len(_wrap(words, style, width, 99))
    if lines > most:
        return width
    narrow = width
    while narrow > width * 0.7 and len(_wrap(words, style, narrow - 20, 99)) <= lines:
        narrow -= 20
    return narrow


def _write(
    pen: ImageDraw.ImageDraw, lines: list[list[_Word]], style: _Style, top: int, colour: str, start: int = _MARGIN
) -> int:
    """Write lines and return where the next would stand."""
    for line in lines:
        left = float(start)
        for word in line:
            for text, live in word:
                pen.text((left, top), text, font=style.fonts[live], fill=_LIVE if live else colour)
                left += _length(style.fonts[live], text)
            left += style.space
        top += style.leading
    return top


def _foot(
    image: Image.Image, pen: ImageDraw.ImageDraw, card: SocialCard, family: str, mark: Image.Image | None
) -> None:
    pen.line((_MARGIN, _FOOT, WIDTH - _MARGIN, _FOOT), fill=_LINE, width=2)
    left = _MARGIN
    if mark:
        image.paste(mark, (left, _FOOT + 24))
        left += _MARK + 16
    style = _Style(28, "Bold", family)
    date = _length(style.fonts[False], card.date)
    line = _wrap(_plain_words(card.foot, family), style, WIDTH - left - _MARGIN - date - _GAP, 1)
    _write(pen, line, style, _FOOT + 30, _INK, left)
    pen.text((WIDTH - _MARGIN - date, _FOOT + 30), card.date, font=_font("Regular", 28, family), fill=_SOFT)


def _picture(data: bytes, size: tuple[int, int]) -> Image.Image | None:
    """Return a picture of at most ``size`` pixels, or nothing when it cannot be drawn (an SVG, say)."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            opened.thumbnail(size, Image.Resampling.LANCZOS, reducing_gap=2)
            picture = opened.convert("RGBA")
    except OSError:
        return None
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def _palette(*pictures: Image.Image | None) -> Image.Image:
    """Return the palette of a card: the shades of its texts, and the colours of its pictures: 32 of the first one."""
    colours, most = _shades(), 32
    for picture in filter(None, pictures):
        few = picture.quantize(min(most, 256 - len(colours)), Image.Quantize.FASTOCTREE)
        found = few.getpalette() or []
        colours = colours + [tuple(found[i : i + 3]) for i in range(0, len(found), 3)]
        most = 256
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours[:256] for value in colour])
    return palette


@cache
def _shades() -> list[tuple[int, ...]]:
    """Return every text colour in the steps from the paper that smooth letters have."""
    shades: list[tuple[int, ...]] = [ImageColor.getrgb(c) for c in ("white", _LINE)]
    texts = [(_PAPER, ink, 20) for ink in (_INK, _SOFT, _ACCENT, _LIVE)]
    for ground, ink, steps in texts:
        ends = list(zip(ImageColor.getrgb(ground), ImageColor.getrgb(ink), strict=True))
        shades += [tuple(round(a + (b - a) * n / (steps - 1)) for a, b in ends) for n in range(steps)]
    return shades


@cache
def _font(weight: str, size: int, family: str) -> ImageFont.FreeTypeFont:
    name, file, weights = _FONTS[family]
    package = importlib.util.find_spec(name)
    assert package and package.submodule_search_locations  # the lock has it
    path = Path(package.submodule_search_locations[0], file.format(weights.get(weight, weight)))
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=10_000)
def _length(font: ImageFont.FreeTypeFont, text: str) -> float:
    return font.getlength(text)


@cache
def _known(character: str, family: str) -> bool:
    """Tell whether the font has a character; what it lacks would be drawn as an empty box."""
    font = _font("Regular", 20, family)
    return character.isspace() or bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
