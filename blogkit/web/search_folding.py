"""Make alike what is to be found alike; ``search-languages.js`` does the same to a query, step by step."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_UNITS = re.compile(
    r"[\u00c0-\u024f\u0370-\u03ff\u0401\u0451\u1e00-\u1fff\u2010\u2011\u2019]|[\u0300-\u036f]"
    r"|[\uff66-\uff9d][\uff9e\uff9f]?|[\uff01-\uff65\ufb00-\ufb06]"
)
_OWN_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "þ": "th"}
    | {"ё": "е", "ς": "σ", "’": "'", "‐": "-", "‑": "-"}
)
_MARKS = re.compile(r"[\u0300-\u036f]")
_LONG = re.compile(r"([\u30a1-\u30fc]{3})\u30fc(?![\u30a1-\u30fc])")
_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_TIMES = re.compile(r"(?<=[0-9])\s*[x×]\s*(?=[0-9])")


def fold(text: str) -> str:
    """Make alike A and a, é and e, ß and ss, データ and ﾃﾞｰﾀ, 60,000 and 60000, 28 × 28 and 28x28.

    All languages alike, since a query has none: the Turkish ı and İ are an i, the German ä is an a. Katakana are
    hiragana, as they are typed, and no word of three kana and more ends in a long sound: サーバー is サーバ.
    """
    if not text.isascii():
        text = _UNITS.sub(lambda match: _letter(match[0]), text)
    text = text.lower()
    if not text.isascii():
        text = _LONG.sub(r"\1", text).translate(_HIRAGANA)
    return _TIMES.sub("x", _COMMA.sub("", text))


@cache
def _letter(unit: str) -> str:
    if unit >= "\ufb00":
        return unicodedata.normalize("NFKC", unit)
    return _MARKS.sub("", unicodedata.normalize("NFD", unit)).lower().translate(_OWN_LETTERS)
