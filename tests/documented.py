"""The gallery of the documentation as posts of a book: what it shows is what the tests build."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import ROOT, Book

FILES = ROOT / "tests/gallery"
OTHER = "From another post"
_DOCS = (ROOT / "docs/gallery.md").read_text(encoding="utf-8")
_SECTIONS = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", _DOCS, re.MULTILINE | re.DOTALL)
BLOCKS = {
    title: "\n".join(re.findall(r"^````md\n(.*?)^````$", text, re.MULTILINE | re.DOTALL)) for title, text in _SECTIONS
}
"""The heading of a section → what it shows."""
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
