"""The words of pages and of the command line: English stands in the code, other languages in gettext's catalogs.

``locale/LANGUAGE/LC_MESSAGES/blogkit.po`` holds the words of a language, and ``.ci/catalogs`` keeps them up to date.
How a language writes dates and numbers, and which languages there are, Babel knows.
"""

from __future__ import annotations

import gettext
import itertools
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale  # imported where it is used: most commands write no date

CATALOG = "blogkit"
ENGLISH = "en"
LOCALE = Path(__file__).parent / "locale"


@cache
def words(language: str) -> gettext.NullTranslations:
    """Return the words of pages in a language (``ko``, ``pt-BR``); English where there is no catalog."""
    return gettext.translation(CATALOG, LOCALE, [language.replace("-", "_")], fallback=True)


def language_of(found: gettext.NullTranslations) -> str:
    """Return the code of the language of words."""
    return str(found.info().get("language", ENGLISH)).replace("_", "-")


@cache
def locale(language: str) -> Locale:
    """Return how a language writes dates and numbers; as English does where Babel does not know it."""
    from babel import Locale, UnknownLocaleError

    whole = language.replace("_", "-")
    for code in (whole, whole.partition("-")[0]):
        try:
            return Locale.parse(code, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(ENGLISH)


def language_code(text: str) -> str:
    """Return the code of a language as HTML has it, ``pt-BR`` for ``pt_br``; raise ``ValueError`` for what is none."""
    if text == language_of(words(text)):
        return text  # without Babel, which takes longer to load than many a command to run
    from babel import parse_locale

    code = text.strip().replace("_", "-")
    known = locale(ENGLISH)
    try:
        language, territory, script = parse_locale(code, sep="-")[:3]
    except ValueError:
        language, territory, script = "", None, None
    found = "-".join(filter(None, (language, script, territory)))
    is_known = (
        language in known.languages
        and (not script or script in known.scripts)
        and (not territory or territory in known.territories)
    )
    if found.lower() != code.lower() or not is_known:
        message = _("{value!r} is no code of a language; write one such as en, ko, zh-Hans or pt-BR")
        raise ValueError(message.format(value=text))
    return found


def with_territory(language: str) -> str:
    """Return a language with the territory where most speak it, as Open Graph wants it: ``ko_KR``."""
    from babel.core import get_global, parse_locale

    known = get_global("likely_subtags")
    code = language.replace("-", "_")
    spoken, territory = parse_locale(code)[:2]
    territory = territory or parse_locale(known.get(code) or known.get(spoken) or spoken)[1]
    return "_".join(filter(None, (spoken, territory)))


def _(message: str) -> str:
    """Return a message in the language of the command line: `LANGUAGE`, `LC_ALL`, `LC_MESSAGES` and `LANG` name it.

    Call it where the message is said, not while a module is imported.
    """
    return _console().gettext(message)


def N_(message: str) -> str:  # as everyone calls it
    """Mark a message that :func:`_` translates later."""
    return message


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a message that fits ``number``, in the language of the command line."""
    return _console().ngettext(one, many, number)


@cache
def _console() -> gettext.NullTranslations:
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next(filter(None, map(os.environ.get, names)), "").split(":")
    # English has no catalog: who names it first wants none of what follows.
    before = itertools.takewhile(lambda language: language[:2] not in (ENGLISH, "C", "C."), filter(None, wanted))
    return gettext.translation(CATALOG, LOCALE, [*before], fallback=True)
