"""Draw a card: the largest title that leaves room for the whole summary, broken between words."""

from __future__ import annotations

import importlib.util
import io
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from ..palette import palette
from ..posts.references import LiveText
from ..text import nfc
from .social_cards import HEIGHT, SIZE, WIDTH, SocialCard

_PAPER, _INK, _SOFT, _LINE, _ACCENT, _LIVE = (
    palette()[name].light for name in ("paper", "strong", "muted", "line", "accent", "live")
)
_MARGIN, _THUMB, _GAP, _TOP, _FOOT = 72, 380, 48, 40, HEIGHT - 98
_TITLE_SIZES = (68, 60, 54, 48)
_FONT_PACKAGE = "koreanize_matplotlib"  # only its font files: the module itself needs distutils
_Word = list[tuple[str, bool]]
"""Parts of a word, each with whether it is a live value: a word may be partly live, as in ``97.6%,``."""
_Block = tuple[list[list[_Word]], "_Style", str]


def draw(card: SocialCard) -> bytes:
    """Return a card as PNG."""
    image = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 12), fill=_ACCENT)
    picture = _picture(card.thumbnail)
    width = WIDTH - 2 * _MARGIN
    if picture:
        _frame(image, pen, picture)
        width -= _THUMB + _GAP
    block = _block(card, width)
    top = _TOP + (_FOOT - _TOP - sum(len(lines) * style.leading for lines, style, _ in block)) // 2
    for lines, style, colour in block:
        top = _write(pen, lines, style, top, colour)
    _foot(image, pen, card)
    out = io.BytesIO()
    # Few colours: written five times as fast as full colour, a third of the size, and no other to the eye.
    image.quantize(palette=_palette(picture), dither=Image.Dither.NONE).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _block(card: SocialCard, width: int) -> list[_Block]:
    """Lay out label, title and summary with the largest title that leaves room for the whole summary."""
    label, small = _Style(27, "Bold", 2.1), _Style(30, "Regular", 1.5)
    title, summary = _plain_words(card.title), _words(card.summary)
    head = _wrap(_plain_words(card.label), label, width, 1)
    for size in _TITLE_SIZES:
        style = _Style(size, "ExtraBold")
        lines = _wrap(title, style, _balanced(title, style, width, 3), 3)
        room = (_FOOT - _TOP - len(head) * label.leading - len(lines) * style.leading - 40) // small.leading
        most = min(room, 5)
        body = _wrap(summary, small, _balanced(summary, small, width, most), most)
        if len(_wrap(title, style, width, 9)) <= 3 and len(_wrap(summary, small, width, 9)) <= len(body):
            break
    return [
        (head, label, _ACCENT),
        (lines, style, _INK),
        ([[]] if body else [], _Style(16, "Regular"), _INK),
        (body, small, _SOFT),
    ]


class _Style:
    """A size and weight of text; live values are bold."""

    def __init__(self, size: int, weight: str, leading: float = 1.3) -> None:
        self.size = size
        self.leading = round(size * leading)
        self.fonts = {False: _font(weight, size), True: _font("Bold" if weight == "Regular" else weight, size)}
        self.space = _length(self.fonts[False], " ")

    def width(self, words: list[_Word]) -> float:
        """Return the width of words in pixels."""
        runs = sum(_length(self.fonts[live], text) for word in words for text, live in word)
        return runs + self.space * max(len(words) - 1, 0)


def _plain_words(text: str) -> list[_Word]:
    return _words(LiveText(((text, False),)))


def _words(text: LiveText) -> list[_Word]:
    """Split a text at spaces."""
    words: list[_Word] = [[]]
    for part, live in text.parts:
        drawable = "".join(c for c in nfc(part) if _known(c))
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


def _foot(image: Image.Image, pen: ImageDraw.ImageDraw, card: SocialCard) -> None:
    pen.line((_MARGIN, _FOOT, WIDTH - _MARGIN, _FOOT), fill=_LINE, width=2)
    mark = _mark(44)
    image.paste(mark, (_MARGIN, _FOOT + 24), mark)
    style = _Style(28, "Bold")
    date = _length(style.fonts[False], card.date)
    left = _MARGIN + 60
    line = _wrap(_plain_words(card.foot), style, WIDTH - left - _MARGIN - date - _GAP, 1)
    _write(pen, line, style, _FOOT + 30, _INK, left)
    pen.text((WIDTH - _MARGIN - date, _FOOT + 30), card.date, font=_font("Regular", 28), fill=_SOFT)


@cache
def _mark(size: int) -> Image.Image:
    """Draw the blog's mark, as ``images/favicon.svg`` has it (in a box of 32)."""
    scale = size * 4 / 32
    mark = Image.new("RGBA", (size * 4, size * 4))
    pen = ImageDraw.Draw(mark)
    pen.rounded_rectangle((0, 0, size * 4 - 1, size * 4 - 1), 7 * scale, fill=_ACCENT)
    pen.polygon([(x * scale, y * scale) for x, y in ((12, 9), (23, 16), (12, 23))], fill="white")
    return mark.resize((size, size), Image.Resampling.LANCZOS)


def _picture(data: bytes) -> Image.Image | None:
    """Return a post's picture in the size of the frame, or nothing when it is none that can be drawn (an SVG, say)."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            opened.thumbnail((_THUMB - 28, _THUMB - 28), Image.Resampling.LANCZOS, reducing_gap=2)
            picture = opened.convert("RGBA")
    except OSError:
        return None
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def _frame(image: Image.Image, pen: ImageDraw.ImageDraw, picture: Image.Image) -> None:
    height = picture.height + 28
    left, top = WIDTH - _MARGIN - _THUMB, _TOP + (_FOOT - _TOP - height) // 2
    pen.rounded_rectangle((left, top, left + _THUMB, top + height), 20, fill="white", outline=_LINE, width=2)
    image.paste(picture, (left + (_THUMB - picture.width) // 2, top + 14))


def _palette(picture: Image.Image | None) -> Image.Image:
    """Return the palette of a card: the shades of its texts and, if there is a picture, the picture's colours."""
    colours = _shades()
    if picture:
        few = picture.quantize(256 - len(colours), Image.Quantize.FASTOCTREE)
        found = few.getpalette() or []
        colours = colours + [tuple(found[i : i + 3]) for i in range(0, len(found), 3)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours[:256] for value in colour])
    return palette


@cache
def _shades() -> list[tuple[int, ...]]:
    """Return every text colour in the steps from the paper that smooth letters have, and white for the mark."""
    shades: list[tuple[int, ...]] = [ImageColor.getrgb(c) for c in ("white", _LINE)]
    texts = [(_PAPER, ink, 20) for ink in (_INK, _SOFT, _ACCENT, _LIVE)]
    for ground, ink, steps in (*texts, ("white", _ACCENT, 8)):
        ends = list(zip(ImageColor.getrgb(ground), ImageColor.getrgb(ink), strict=True))
        shades += [tuple(round(a + (b - a) * n / (steps - 1)) for a, b in ends) for n in range(steps)]
    return shades


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    package = importlib.util.find_spec(_FONT_PACKAGE)
    assert package and package.submodule_search_locations  # the lock has it
    folder = Path(package.submodule_search_locations[0]) / "fonts"
    name = f"NanumGothic{weight if weight != 'Regular' else ''}.ttf"
    return ImageFont.truetype(folder / name, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=10_000)
def _length(font: ImageFont.FreeTypeFont, text: str) -> float:
    return font.getlength(text)


@cache
def _known(character: str) -> bool:
    """Tell whether the font has a character; what it lacks would be drawn as an empty box."""
    font = _font("Regular", 20)
    return character.isspace() or bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
