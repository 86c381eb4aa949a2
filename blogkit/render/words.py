"""Find the words of a document in its own language, which may not be that of the site."""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sphinx.locale
from docutils import nodes

from ..language import with_territory, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.environment import BuildEnvironment

NUMBERED = {"figure": "Fig. %s", "table": "Table %s", "code-block": "Listing %s"}
"""What Sphinx calls what has a number."""
_NUMBER = re.compile(r"%s|\{(?:number|name)\}")
_HOLDER = "references"
"""The domain that knows the languages of posts."""
_SPHINX = Path(sphinx.locale.__file__).parent
"""The words of Sphinx, in some sixty languages."""


def set_languages(env: BuildEnvironment, languages: Mapping[str, str]) -> None:
    """Note the documents whose language is not that of the site."""
    holder: Any = env.domains[_HOLDER]
    holder.languages = languages


def language_of(env: BuildEnvironment, docname: str) -> str:
    """Return the language of a document."""
    holder: Any = env.domains[_HOLDER]
    return str(holder.languages.get(docname, env.config.language))


def word(env: BuildEnvironment, message: str) -> str:
    """Return one of the blog's words in the language of the document that is read."""
    return words(language_of(env, env.docname)).gettext(message)


@cache
def sphinx_words(language: str) -> gettext.NullTranslations:
    """Return Sphinx's words in a language; English where it has none."""
    return gettext.translation("sphinx", _SPHINX, [with_territory(language)], fallback=True)


def caption_format(env: BuildEnvironment, kind: str, docname: str) -> str:
    """Return ``Fig. %s`` in the language of a document, or what the author of the blog says it is."""
    language = language_of(env, docname)
    written = env.config.numfig_format.get(kind, "%s")
    return str(written if language == env.config.language else sphinx_words(language).gettext(NUMBERED[kind]))


def asks_for_number(node: nodes.Element) -> bool:
    """Tell whether an author's words for a reference have a place for a number, ``%s`` or ``{number}``."""
    # A role's own words are a literal; one within them is code.
    said = (t for t in node.findall(nodes.Text) if t.parent in node.children or not isinstance(t.parent, nodes.literal))
    return bool(node.get("refexplicit") and any(map(_NUMBER.search, said)))


def with_number(words: nodes.Element, number: str) -> nodes.Element:
    """Write a number, or a title, into an author's words for a reference."""
    for text in list(words.findall(nodes.Text)):
        text.parent.replace(text, nodes.Text(_NUMBER.sub(lambda _found: number, text)))
    return words
