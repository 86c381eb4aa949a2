"""Make the scripts of pages what readers load: short, and in the language of the blog, ``_("Copy")``."""

from __future__ import annotations

import json
import re
from gettext import NullTranslations

from ...language import language_of, locale

_COMMENT = re.compile(r"^ *(//.*|/\*\*.*\*/)\n|^ +| // [^\"'`\n]*$", re.MULTILINE)
_IMPORT = re.compile(rb'"(\./[\w-]+\.js)"')
_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_WORD = re.compile(rf"\b_\(({_TEXT})\)")
_PLURAL = re.compile(rf"\bngettext\(({_TEXT}), ({_TEXT}), ([\w.]+)\)")
_MOST = 200
"""Of the numbers up to it, each form of a word fits one."""


def minify(script: str) -> str:
    """Return a script without comments and indents, a fifth of it; no text in ours goes over several lines."""
    return _COMMENT.sub("", script)


def with_version(script: bytes, version: str) -> bytes:
    """Return a script whose imports have the version that its own address has, so that a browser never mixes two."""
    return _IMPORT.sub(rb'"\1?v=' + version.encode() + b'"', script)


def in_language(script: str, words: NullTranslations) -> str:
    """Return a script with its words in another language; the script need not be read again to say them."""
    script = _WORD.sub(lambda match: _literal(words.gettext(json.loads(match[1]))), script)
    return _PLURAL.sub(lambda match: _chosen(json.loads(match[1]), json.loads(match[2]), match[3], words), script)


def _chosen(one: str, many: str, number: str, words: NullTranslations) -> str:
    """Return an expression for the form that fits a number."""
    language = language_of(words)
    rule = locale(language).plural_form
    forms = {rule(n): words.ngettext(one, many, n) for n in range(_MOST)}
    return f"({_literal(forms)})[new Intl.PluralRules({_literal(language)}).select({number})]"


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
