"""A post as this build publishes it: its words filled with the values that its code returned."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import AuthorError, Fault
from ..execution.result import Result
from ..posts.cells import cells
from ..posts.post import Post
from ..posts.references import LiveText, Value, fill_glue, fill_template, wrong_glue
from ..text import ENVIRONMENT, equation_text, shorten
from .provenance import Provenance, provenance
from .reading_time import reading_minutes
from .settings import Settings

_TAG = r"</?[A-Za-z][\w-]*(?=[\s/>])[^<>]*>"
_ASIDE = re.compile(r"\[\^\w+\]|\^\[[^\]]*\]|\s*\{cite(?::\w+)?\}`[^`]*`|\s*\[(?:[^][`]*\s)?-?@\w[^][`]*\](?!\()")
"""Footnotes and citations."""
_MARKUP = re.compile(
    r"\$(?=[^\s\d])([^$\n]*(?<!\s))\$|\{math\}`([^`]*)`|\{[\w:]+\}`([^`<]*?)\s*(?:<[^>]*>)?`|`([^`]+)`"
    rf"|(?P<environment>{ENVIRONMENT.pattern})|{_TAG}|[*`]+|(?<!\w)_+|_+(?!\w)",
    re.DOTALL,
)
"""What is taken off a text, but for its groups: two for equations, then what roles and code say."""
_NO_PARAGRAPH = re.compile(r"$|[#>|:!`~+(<$%\-=]|\* |\d+[.)] |\[\^?\w+\]:")


@dataclass(frozen=True, repr=False)
class Entry:
    """A post as this build publishes it."""

    post: Post
    values: Mapping[str, Value] = field(default_factory=dict)
    summary: LiveText = field(default_factory=LiveText)
    provenance: Provenance | None = None
    minutes: int = 1
    """How long it takes to read."""
    updated: dt.datetime | None = None
    """When its words or its values last changed, if that is known."""

    def __repr__(self) -> str:
        return f"<{self.post.docname}>"  # short: Sphinx writes the arguments of each event to its debugging log

    @property
    def modified(self) -> dt.datetime:
        """When it last changed for its readers.

        Not when it was last executed: a store that was lost executes all posts again, and nothing changed.
        """
        return max(time for time in (self.post.date, self.post.updated, self.updated) if time)


def make_entry(
    post: Post,
    result: Result | None,
    settings: Settings,
    edited: dt.datetime | None,
    measured: dt.datetime | None,
    address: str = "",
) -> Entry:
    """Join a post with its result; raise :class:`AuthorError` where its description asks for what no cell glued.

    ``edited`` is when git says that it was last changed, ``measured`` when its values last became others; ``address``
    is that of its page, if it is known.
    """
    values = result.values if result else {}
    _check_glue(post, values)
    facts = provenance(post, result, settings.language, settings.repository, address) if result else None
    updated = max((time for time in (post.updated or edited, measured) if time), default=None)
    if updated:
        updated = updated.astimezone(settings.zone)
    return Entry(post, values, summary(post, values), facts, reading_minutes(post), updated)


def summary(post: Post, values: Mapping[str, Value]) -> LiveText:
    """Return the post's description with its glued values, or else its first paragraph."""
    try:
        return fill_template(post.description, values) or LiveText(((excerpt(post, values), False),))
    except ValueError as error:
        raise AuthorError([post.fault("description", f"description: {error}")]) from error


def excerpt(post: Post, values: Mapping[str, Value]) -> str:
    """Return the post's first paragraph, plain but for code in backticks, for a post without a description."""
    for is_code, source, _ in cells(post):
        for block in () if is_code else re.split(r"\n\s*\n", fill_glue(source, values)):
            if not _NO_PARAGRAPH.match(block.strip()) and "{cite:t" not in block:  # no sentence without that name
                block = re.sub(
                    r"\s*(?:%s|\{number\}|\{name\})(?=[^\[\]]*\]\(#)", "", block
                )  # known when it is rendered
                text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\]|\{[^}]*\})", r"\1", _ASIDE.sub("", block))
                text = shorten(_MARKUP.sub(_words, text))
                return text + "`" * (text.count("`") % 2)  # where code was cut
    return ""


def _words(markup: re.Match[str]) -> str:
    tex = markup[1] or markup[2] or markup["environment"]
    return equation_text(tex) if tex else markup[3] or (f"`{markup[4]}`" if markup[4] else "")


def _check_glue(post: Post, values: Mapping[str, Value]) -> None:
    if "{glue" not in post.text:
        return
    lines = post.path.suffix == ".md"
    texts = [post.text] if lines else [source for is_code, source, _ in cells(post) if not is_code]
    wrong = [fault for text in texts for fault in wrong_glue(text, values)]
    if wrong:
        raise AuthorError([Fault(post.path, line if lines else 0, why) for line, why in wrong])
