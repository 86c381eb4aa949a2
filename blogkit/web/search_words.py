"""List the words of a blog, so that the browser finds the one that was meant where what was typed is nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from .search_folding import fold

_LETTER = r"(?![\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])[^\W_]"
_WORD = re.compile(rf"[\uac00-\ud7a3]{{2,}}|(?<!{_LETTER})(?!\d)(?:{_LETTER}){{4,}}")
_LONGEST = 24  # characters; what is longer is a digest or an address
_INITIALS = {code: 0x1100 + (code - 0xAC00) // 588 for code in range(0xAC00, 0xD7A4)}
_SHARD = 5_000  # characters; three are fetched, about 3 KB each as compressed


def words(texts: Iterable[str]) -> set[str]:
    """Return the words of texts, as folded, that a reader may misspell: in Hangul, and long ones of other letters."""
    return {word for text in texts for word in _WORD.findall(fold(text)) if len(word) <= _LONGEST}


def word_shards(pages: Iterable[Iterable[str]]) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield word → how many pages have it, a shard at a time, each with the :func:`initials` that it begins with."""
    counts = Counter(word for page in pages for word in page)
    shard: dict[str, int] = {}
    size = 0
    for word in sorted(counts, key=lambda word: (initials(word), word)):
        if size > _SHARD:
            yield initials(next(iter(shard))), shard
            shard, size = {}, 0
        shard[word] = counts[word]
        size += len(word) + 5
    if shard:
        yield initials(next(iter(shard))), shard


def initials(word: str) -> str:
    """Return where a word stands: with its syllables' first letters only, so that wrong vowels do not take it away."""
    return word.translate(_INITIALS)
