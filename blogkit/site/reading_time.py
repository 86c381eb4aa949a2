"""Estimate how long a post takes to read, by the scripts that it is written in."""

from __future__ import annotations

import re

from ..posts.cells import cells
from ..posts.post import Post

SYLLABLES_PER_MINUTE = 500
JAPANESE_PER_MINUTE = 500
CHINESE_PER_MINUTE = 300
WORDS_PER_MINUTE = 230
CODE_LINES_PER_MINUTE = 25
_MARKUP = re.compile(r"^:{3,}.*$|^`{3,}.*$|\{[\w:]+\}|\]\([^)]*\)|https?://\S+|<[^>]+>", re.MULTILINE)
_PARAGRAPHS = re.compile(r"\n\s*\n")
_HANGUL = r"\u3130-\u318f\uac00-\ud7a3"
_KANA = r"\u3040-\u30ff\uff66-\uff9f"
_HAN = r"\u3005-\u3007\u3400-\u9fff\uf900-\ufaff"
_SYLLABLES, _KANAS, _CHARACTERS = (re.compile(f"[{script}]+") for script in (_HANGUL, _KANA, _HAN))
_LETTERS = rf"[^\W{_HANGUL}{_KANA}{_HAN}]+"
_WORDS = re.compile(rf"{_LETTERS}(?:['’.,]{_LETTERS})*")


def reading_minutes(post: Post) -> int:
    """Estimate how long a post takes to read, in whole minutes from 1; code that is folded away is not counted."""
    minutes = 0.0
    for is_code, source, folded in cells(post):
        if not is_code:
            minutes += sum(map(_minutes, _PARAGRAPHS.split(_MARKUP.sub(" ", source))))
        elif not folded:
            minutes += sum(1 for line in source.splitlines() if line.strip()) / CODE_LINES_PER_MINUTE
    return max(1, round(minutes))


def _minutes(paragraph: str) -> float:
    """Add up what is written in each script; Chinese characters are Japanese where kana stand in the paragraph.

    English takes 238 words a minute (Brysbaert 2019, doi:10.1016/j.jml.2019.104047, silently; 228 aloud), and other
    languages with spaces 161 to 218; Chinese 255 characters and Japanese 357, both aloud, thus more in silence
    (Trauzettel-Klosinski & Dietz 2012, doi:10.1167/iovs.11-8284). Korean is about as dense as Japanese.
    """
    words = len(_WORDS.findall(paragraph)) / WORDS_PER_MINUTE
    if paragraph.isascii():
        return words
    hangul, kana, han = (sum(map(len, script.findall(paragraph))) for script in (_SYLLABLES, _KANAS, _CHARACTERS))
    rate = JAPANESE_PER_MINUTE if kana else CHINESE_PER_MINUTE
    return words + hangul / SYLLABLES_PER_MINUTE + kana / JAPANESE_PER_MINUTE + han / rate
