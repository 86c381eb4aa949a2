"""The words of pages and of the command line: English stands in the code, other languages in gettext's catalogs.

``locale/LANGUAGE/LC_MESSAGES/blogkit.po`` holds the words of a language, and ``.ci/catalogs`` keeps them up to date.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

CATALOG = "blogkit"
LOCALE = Path(__file__).parent / "locale"


@cache
def words(language: str) -> gettext.NullTranslations:
    """Return the words of pages in a language (``ko``, ``pt_BR``); English where there is no catalog."""
    return gettext.translation(CATALOG, LOCALE, [language], fallback=True)


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
    return gettext.translation(CATALOG, LOCALE, fallback=True)
