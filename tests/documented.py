"""The gallery of the documentation as posts of a book: what it shows is what the tests build."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import ROOT, Book

FILES = ROOT / "tests/gallery"
OTHER = "From another post"


def blocks(page: str) -> dict[str, str]:
    """The heading of a section of a page of the documentation → what it shows."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    shown = re.compile(r"^````md\n(.*?)^````$", re.MULTILINE | re.DOTALL)
    return {title: "\n".join(shown.findall(text)) for title, text in sections}


BLOCKS = blocks("gallery.md")
_FOLDERS = {".png": "images", ".csv": "data", ".bib": "."}


def write_gallery(book: Book) -> tuple[str, str]:
    """Write a post of all blocks, in English, and one that refers to it, in Korean; return the names of their pages."""
    for file in FILES.iterdir():
        book.write(f"{_FOLDERS[file.suffix]}/{file.name}", file.read_bytes())
    text = "\n".join(f"## {title}\n\n{block}" for title, block in BLOCKS.items() if title != OTHER)
    posts = (
        book.post("2024-01-01-gallery", text, title="Gallery", lang="en", file_format="mystnb"),
        book.post("2024-01-02-another", BLOCKS[OTHER], title="다른 글"),
    )
    one, other = (f"posts/{Path(post).stem}.html" for post in posts)
    return one, other
