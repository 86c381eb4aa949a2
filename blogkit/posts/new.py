"""Begin a post: one file with the right name and front matter."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from ..files import LONGEST_NAME
from ..language import ENGLISH, words
from ..text import hyphenated, nfc
from .post import POSTS, SUFFIXES

_TEMPLATE = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
title: {title}
date: {date}
categories: []
tags: []
description: {description} # {of_description}
draft: true # {of_draft}
---

{text} {{glue:text}}`answer`

```{{code-cell}} ipython3
answer = 6 * 7
glue("answer", answer)
```
"""
_MAX_SLUG = 80
_MAX_BYTES = LONGEST_NAME - len("YYYY-MM-DD-")


def new_post(root: Path, title: str, now: dt.datetime, language: str = ENGLISH) -> Path:
    """Write a draft titled ``title`` and dated ``now`` (aware), with hints in a language; return its path.

    A file that exists is left alone.
    """
    title = nfc(" ".join(title.split()))
    slug = slug_of(title)
    if not slug:
        raise ValueError(f"{title!r} has no letter or digit to make an address of; write another title")
    path = root / POSTS / f"{now:%Y-%m-%d}-{slug}.md"
    for suffix in SUFFIXES:
        if path.with_name(path.stem + suffix).exists():
            raise FileExistsError(f"{path.stem}{suffix} exists already; write another title")
    date = f"{now:%Y-%m-%d %H:%M} {now.isoformat()[-6:]}"
    path.parent.mkdir(exist_ok=True)
    _ = words(language).gettext
    text = _TEMPLATE.format(
        title=_quoted(title),
        date=date,
        description=_quoted(_("The answer is {answer}.")),
        of_description=_("one sentence, shown in lists and search results"),
        of_draft=_("delete this line to publish the post"),
        text=_("Write here. The code is executed when the site is built, and what `glue` names can stand in the text:"),
    )
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


def slug_of(title: str) -> str:
    """Return the last part of a title's address: as many of its words as there is room for."""
    words = hyphenated(title, "^\\W_").split("-")
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:_MAX_SLUG].encode()[:_MAX_BYTES].decode(errors="ignore")
        if len(longer) > _MAX_SLUG or len(longer.encode()) > _MAX_BYTES:
            break
        slug = longer
    return slug


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
