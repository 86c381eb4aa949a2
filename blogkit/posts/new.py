"""Begin a post: one file with the right name and front matter."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from ..files import LONGEST_NAME
from ..language import _, words
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
description: {description} # {about}
draft: true # {draft}
---

{text}

```{{code-cell}} ipython3
answer = 6 * 7
glue("answer", answer)
```
"""
_MAX_SLUG = 80
_MAX_BYTES = LONGEST_NAME - len("YYYY-MM-DD-")


def new_post(root: Path, title: str, now: dt.datetime, language: str) -> Path:
    """Write a draft titled ``title`` and dated ``now`` (aware), with hints in the blog's language; return its path.

    Leave alone a file that exists.
    """
    title = nfc(" ".join(title.split()))
    slug = slug_of(title)
    if not slug:
        message = _("{title!r} has no letter or digit to make an address of; write another title")
        raise ValueError(message.format(title=title))
    path = root / POSTS / f"{now:%Y-%m-%d}-{slug}.md"
    for suffix in SUFFIXES:
        if path.with_name(path.stem + suffix).exists():
            name = f"{path.stem}{suffix}"
            raise FileExistsError(_("{name} exists already; write another title").format(name=name))
    date = f"{now:%Y-%m-%d %H:%M} {now.isoformat()[-6:]}"
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(_text(title, date, language))
    return path


def _text(title: str, date: str, language: str) -> str:
    say = words(language)
    return _TEMPLATE.format(
        title=json.dumps(title, ensure_ascii=False),
        date=date,
        description=json.dumps(say.gettext("The answer is {answer}."), ensure_ascii=False),
        about=say.gettext("one sentence, for lists and search results"),
        draft=say.gettext("delete this line to publish"),
        text=say.gettext(
            "Write here. Code is executed when the site is built, and values that `glue` names can stand in the text: "
            "{glue:text}`answer`"
        ),
    )


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
