"""The pictures that other sites show with a link to a page: title, live summary, thumbnail.

sphinxext-opengraph 0.13.0 (August 2025) was tried. Its cards have one font size and cut a title at 75 characters, find
no Hangul without a font given by configuration, know no number from another word and no thumbnail of the post, and cost
0.06 s each through a matplotlib figure; its texts are a page's first lines, not the live summary.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..files import digest, engine_digest, write
from ..language import locale
from ..posts.references import LiveText
from ..site.address import Site
from ..site.entry import Entry

SIZE = WIDTH, HEIGHT = 1200, 630
"""Pixels."""
CARDS = "cards"
_DRAWN_BY = ("palette.css", "text.py", "web/card_drawing.py", "web/social_cards.py")


@dataclass(frozen=True)
class SocialCard:
    """What a card shows."""

    name: str
    title: str
    summary: LiveText = field(default_factory=LiveText)
    label: str = ""
    foot: str = ""
    date: str = ""
    thumbnail: bytes = b""
    mark: bytes = b""
    """The blog's icon."""

    @cached_property
    def digest(self) -> str:
        """The digest of all that decides the picture."""
        parts = (engine_digest(*_DRAWN_BY), self.title, repr(self.summary), self.label, self.foot, self.date)
        return digest(*parts, self.thumbnail, self.mark)

    @property
    def path(self) -> str:
        """The picture's path in the site; another picture has another one, so that no site shows an old one."""
        return f"{CARDS}/{self.name}-{self.digest[:8]}.png"

    @property
    def alt(self) -> str:
        """The picture in words."""
        return " ".join(filter(None, (self.title + ".", str(self.summary))))


def post_card(entry: Entry, site: Site, thumbnail: Path | None = None) -> SocialCard:
    """Return the card of a post."""
    from babel.dates import format_date  # imported late, as most commands draw no card

    post = entry.post
    return SocialCard(
        name=post.slug,
        title=post.title,
        summary=entry.summary,
        label=" · ".join(post.categories),
        foot=" · ".join(dict.fromkeys(filter(None, (", ".join(post.authors) or site.author, site.title)))),
        date=format_date(post.date, "medium", locale(post.language or site.language)),
        thumbnail=thumbnail.read_bytes() if thumbnail else b"",
        mark=site.mark,
    )


def site_card(site: Site) -> SocialCard:
    """Return the card of the pages that are no posts."""
    summary = LiveText(((site.description, False),))
    return SocialCard("site", site.title, summary, foot=site.base.split("://")[-1].strip("/"), mark=site.mark)


def write_cards(outdir: Path, cards: Sequence[SocialCard], kept: Path) -> set[str]:
    """Put the cards into the site; return their names.

    ``kept`` is a folder that stores what was drawn, so that a card is drawn again only when it shows something else.
    """
    missing = [card for card in cards if not (kept / f"{card.digest}.png").is_file()]
    if missing:
        from .card_drawing import draw  # it is slow to import, and most builds draw nothing

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for card, png in zip(missing, pool.map(draw, missing), strict=True):
                write(kept / f"{card.digest}.png", png)
    for card in cards:
        if not (outdir / card.path).is_file():
            write(outdir / card.path, (kept / f"{card.digest}.png").read_bytes())
    used = {f"{card.digest}.png" for card in cards}
    for file in kept.glob("*.png"):
        if file.name not in used:
            file.unlink()
    return {card.path for card in cards}
