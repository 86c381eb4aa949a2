"""What front matter may say, key by key, and what authors are told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import front_matter_values as values


@dataclass(frozen=True)
class Key:
    """A key of the front matter: what reads its value, and what authors are told of it."""

    read: Callable[[Any], Any]
    """Returns the value as a post holds it; raises ``ValueError`` where it is wrong."""
    kind: str
    example: str
    """As it stands in YAML."""
    about: str
    default: str = ""
    """What holds without the key, in words; empty: the default of :class:`Post` holds."""
    also: tuple[str, ...] = ()
    """What other tools call it."""


KEYS = {
    "title": Key(values.text, "text", "A line through 100 points", "The title.", "the first heading"),
    "date": Key(
        values.date,
        "date",
        "2026-01-31 09:00 +01:00",
        "When it is published; until then it is hidden.",
        "that of the file's name",
    ),
    "slug": Key(
        values.slug,
        "a word",
        "a-line",
        "The last part of its address, `posts/a-line.html`.",
        "the name of its file",
        also=("output-file",),
    ),
    "label": Key(
        values.text,
        "text",
        "line",
        "What texts call it, ``{ref}`line` `` and `[](#line)`, as they call what has `(line)=` above it.",
    ),
    "updated": Key(
        values.date,
        "date",
        "2026-02-14",
        "When its text changed.",
        "when git last saw its text change",
        ("lastmod", "last_modified_at", "modified", "date-modified"),
    ),
    "author": Key(
        values.people,
        "texts, or one",
        "[Ana Sousa, Bo Li]",
        "Who wrote it; authors have pages of their own.",
        "that of the blog",
        ("authors",),
    ),
    "lang": Key(
        values.language,
        "code of a language",
        "pt-PT",
        "The language of the post.",
        "that of the blog",
        also=("language",),
    ),
    "categories": Key(
        values.terms,
        "texts, or one",
        "[Statistics]",
        "What it is about, in a few words for the whole blog.",
        also=("category",),
    ),
    "tags": Key(
        values.terms,
        "texts, or one",
        "[regression, pandas]",
        "What it is about, more closely.",
        also=("tag", "keywords"),
    ),
    "series": Key(values.series, "text", "Linear models", "Posts of one series lead to each other, in order of date."),
    "description": Key(
        values.template,
        "text with glued values",
        '"The error is {error:.3f}."',
        "One sentence, for lists, feeds, search engines and cards; `code` in backticks.",
        "the first paragraph",
        ("summary", "excerpt", "subtitle"),
    ),
    "toc": Key(values.toc, "true or false", "false", "Whether the page has a table of contents."),
    "search_exclude": Key(values.flag, "true or false", "true", "Whether the blog's own search leaves it out."),
    "draft": Key(values.flag, "true or false", "true", "Only the preview shows it."),
    "published": Key(values.flag, "true or false", "false", "Jekyll's word: `false` is a draft.", "true"),
    "status": Key(
        values.status, "text", "draft", "Pelican's and Nikola's word: all but `published` is a draft.", "published"
    ),
    "thumbnail": Key(
        values.path,
        "file of the book",
        "images/line.png",
        "The picture of lists and cards.",
        "its first figure",
        ("image",),
    ),
    "redirect_from": Key(
        values.old_addresses,
        "addresses, or one",
        "[/2019/old-name/]",
        "Old addresses that lead to the post.",
        also=("aliases", "permalink", "url"),
    ),
    "inputs": Key(
        values.paths,
        "files or patterns, or one",
        "[data/*.csv]",
        "Files of the book that its code can see besides those that it names in so many words.",
    ),
    "outputs": Key(
        values.files,
        "files in images/ or files/, or one",
        "[images/line.png]",
        "Files that its code writes; they are stored with the result.",
    ),
    "expect": Key(
        values.promises,
        "lines `name: promise`",
        '{error: "< 0.5"}',
        "What glued values must be; else nothing is published.",
    ),
    "drift": Key(
        values.drift,
        "number, or lines `name: number`",
        "{error: 0.01}",
        "A value that moved further since the last publication is reported.",
        "nothing is reported",
    ),
    "timeout": Key(values.limit, "seconds", "1800", "How long the whole post may run."),
    "cell_timeout": Key(values.limit, "seconds", "60", "How long each cell may run.", "as the whole post"),
    "output_limit": Key(values.limit, "MB", "20", "How much it may print and draw."),
    "whole_machine": Key(values.flag, "true or false", "true", "No other post runs beside it."),
    "runs_on": Key(
        values.text, "label of a runner", "gpu-runner", "Which machine executes it on GitHub.", "an ordinary runner"
    ),
    "requirements": Key(
        values.names, "packages, or one", "[openpyxl]", "Packages that it can load besides those that its code imports."
    ),
    "env": Key(values.variables, "variables, or one", "[API_KEY]", "Variables of the environment that it can read."),
    "network": Key(values.flag, "true or false", "true", "Its code may ask other machines."),
    "max_age": Key(values.limit, "days", "1", "How long a result that came over the network is used."),
}
"""What a post may say of itself; docs/writing.md lists it."""
SPELLINGS = {spelling: name for name, key in KEYS.items() for spelling in key.also}
"""What other tools call a key → the key."""
