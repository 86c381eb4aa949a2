"""Index the built pages, so that the browser finds any part of any word without a server.

``search/index.json``
    the pages, oldest first; with what each shard begins, and the version of all; synonyms, if the blog names some;
``search/grams/N.json``
    gram → the pages that have it, as differences of page numbers × 8 + weight (0 to 7);
``search/words/N.json``
    word → how many pages have it, fetched only where nothing is found: what may have been meant;
``search/pages/NAME.json``
    the sections of a page, fetched only when it may be shown: anchor, heading, words, code.

A gram is one or two syllables (CJK) or three letters, ``^`` standing for the start of a word; ``search-index.js`` cuts
a query into the same grams. Korean has no spaces between a word and its particles nor inside compounds, Japanese and
Chinese have none at all, and European words change their endings, so an index of words would miss all these.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from ..files import digest, engine_digest, write
from .search_folding import fold
from .search_text import read_page
from .search_words import word_shards, words

SEARCH = "search"
_SHARD = 8_000  # characters; two or three are fetched for a word, about 3 KB each as compressed
_POINTS = {"title": 32, "heading": 8, "text": 2, "code": 1}
_CJK = ((0x3005, 0x3007), (0x3040, 0x30FF), (0x3130, 0x318F), (0x3400, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF))
_DOT, _START = ord("."), ord("^")
_SYLLABLE, _LETTER = 1, 2
_KINDS = np.array([_LETTER * (chr(code).isalnum() or chr(code) == "_") for code in range(1 << 16)], dtype=np.int8)
for _first, _last in _CJK:
    _KINDS[_first : _last + 1] = _SYLLABLE


@dataclass(frozen=True)
class Indexed:
    """What the index holds of a page."""

    url: str
    title: str
    date: str
    language: str
    version: str
    """A digest of its sections."""
    words: list[str]
    grams: npt.NDArray[np.int64]
    """As of :func:`weigh_grams`."""

    @property
    def file(self) -> str:
        """The file of its sections."""
        return f"pages/{self.url.removesuffix('.html')}.json"


def write_index(
    site: Path, pages: Iterable[str], kept: Path | None = None, synonyms: Sequence[Sequence[str]] = ()
) -> set[str]:
    """Index the ``pages`` (names of built HTML files below ``site``) and return the names of the files written.

    Only pages with an element marked ``data-search-body`` are indexed, and none that asks robots to stay away. ``kept``
    is a file that keeps what was read of each page between builds.
    """
    before = _load(kept)
    found = _read_pages(site, pages, before)
    if kept and found.keys() != before.keys():
        _save(kept, found)
    listed = sorted(found.values(), key=lambda page: (page.date, page.url))  # a new post changes no other's number
    grams = ((next(iter(postings)), postings) for postings in _shards(listed))
    files: dict[str, str] = {}
    index: dict[str, object] = {
        "pages": [[page.url, page.title, page.date, page.version, page.language] for page in listed],
        "shards": _add(files, "grams", grams),
        "words": _add(files, "words", word_shards(page.words for page in listed)),
    }
    index["version"] = _version("".join(files.values()))
    files["index.json"] = _json(index | {"synonyms": synonyms} if synonyms else index)
    for name, content in files.items():
        write(site / SEARCH / name, content)
    return {f"{SEARCH}/{name}" for name in (*files, *(page.file for page in listed))}


def _read_pages(site: Path, pages: Iterable[str], before: dict[str, Indexed]) -> dict[str, Indexed]:
    """Write the sections of each page, and return digest → what the index holds of it."""
    found = {}
    for name in sorted(pages):
        source = (site / name).read_bytes()
        key = digest(engine_digest(), name, source)
        old = before.get(key)
        if old and (site / SEARCH / old.file).is_file():
            found[key] = old
        elif page := read_page(source, name):
            content = _json([[s.anchor, s.heading, s.text, s.code] for s in page.sections])
            facts = (page.url, page.title, page.date, page.language, _version(content))
            found[key] = Indexed(*facts, sorted(words(text for _, text in page.fields())), weigh_grams(page.fields()))
            write(site / SEARCH / found[key].file, content)
    return found


def _add(files: dict[str, str], folder: str, shards: Iterable[tuple[str, object]]) -> list[str]:
    """Add the shards to the files, and return with what each begins."""
    firsts = []
    for number, (first, shard) in enumerate(shards):
        files[f"{folder}/{number}.json"] = _json(shard)
        firsts.append(first)
    return firsts


def weigh_grams(fields: Iterable[tuple[str, str]]) -> npt.NDArray[np.int64]:
    """Return the grams of a page in order, each × 8 + weight: the logarithm of where and how often it stands.

    A gram is a number of three characters with 16 bits each; what is shorter is filled with zeros at its end.
    """
    texts = [(fold(text) + "\n", _POINTS[name]) for name, text in fields]
    characters = np.frombuffer("".join(text for text, _ in texts).encode("utf-16-le"), "<u2").astype(np.int64)
    points = np.repeat([value for _, value in texts], [len(text.encode("utf-16-le")) // 2 for text, _ in texts])
    kind = _KINDS[characters]
    syllable, letter = kind == _SYLLABLE, kind == _LETTER
    inner = (characters == _DOT)[1:-1] & letter[:-2] & letter[2:]
    word = letter & (characters != ord("_"))
    letter[1:-1] |= inner
    start = word & ~np.concatenate(([False], word[:-1]))
    one, two, three = characters, characters[1:], characters[2:]
    masks_and_keys = [
        (syllable, one << 32),
        (syllable[:-1] & syllable[1:], one[:-1] << 32 | two << 16),
        (letter[:-2] & letter[1:-1] & letter[2:], one[:-2] << 32 | two[:-1] << 16 | three),
        (start, _START << 32 | one << 16),
        (start[:-1] & word[1:], _START << 32 | one[:-1] << 16 | two),
    ]
    keys = np.concatenate([keys[mask] for mask, keys in masks_and_keys])
    values = np.concatenate([points[: len(mask)][mask] for mask, _ in masks_and_keys])
    grams, where = np.unique(keys, return_inverse=True)
    weights = np.log2(np.bincount(where, values, len(grams))).astype(np.int64).clip(0, 7)
    weighed: npt.NDArray[np.int64] = grams << 3 | weights
    return weighed


_KEPT = ("url", "title", "date", "language", "version", "words")


def _load(kept: Path | None) -> dict[str, Indexed]:
    if not (kept and kept.is_file()):
        return {}
    try:
        with np.load(io.BytesIO(kept.read_bytes())) as arrays:
            records, grams = json.loads(arrays["records"].tobytes()), arrays["grams"]
        parts = np.split(grams, np.cumsum([length for *_, length in records.values()]))
        return {
            key: Indexed(**dict(zip(_KEPT, facts, strict=False)), grams=part)
            for (key, facts), part in zip(records.items(), parts[:-1], strict=True)
        }
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):  # damaged, or of another engine
        return {}


def _save(kept: Path, found: dict[str, Indexed]) -> None:
    records = {key: [*(getattr(page, name) for name in _KEPT), len(page.grams)] for key, page in found.items()}
    file = io.BytesIO()
    grams = np.concatenate([np.empty(0, np.int64), *(page.grams for page in found.values())])
    np.savez(file, records=np.frombuffer(_json(records).encode(), np.uint8), grams=grams)
    write(kept, file.getvalue())


def _shards(pages: list[Indexed]) -> Iterator[dict[str, list[int]]]:
    if not pages:
        return
    both = np.concatenate([page.grams for page in pages])
    numbers = np.repeat(np.arange(len(pages)), [len(page.grams) for page in pages])
    grams, weights = both >> 3, both & 7
    order = np.argsort(grams, kind="stable")
    grams, numbers, weights = grams[order], numbers[order], weights[order]
    starts = np.flatnonzero(np.diff(grams, prepend=-1))
    differences = np.diff(numbers, prepend=0)
    differences[starts] = numbers[starts]
    postings = (differences * 8 + weights).tolist()
    shard: dict[str, list[int]] = {}
    size = 0
    ends = [*starts[1:].tolist(), len(grams)]
    for gram, start, end in zip(grams[starts].tolist(), starts.tolist(), ends, strict=True):
        if size > _SHARD:
            yield shard
            shard, size = {}, 0
        shard[(chr(gram >> 32) + chr(gram >> 16 & 0xFFFF) + chr(gram & 0xFFFF)).rstrip("\0")] = postings[start:end]
        size += 8 + 3 * (end - start)
    yield shard


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _version(text: str) -> str:
    return digest(text)[:8]
