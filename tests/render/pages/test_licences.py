"""The notices of licences: for each file that a site ships, and for icons."""

from __future__ import annotations

import re
from pathlib import Path

import sphinx_design
from conftest import ROOT, Book

CODE_AND_FONTS = {".js", ".mjs", ".css", ".ttf", ".otf", ".woff", ".woff2", ".eot"}


def test_every_file_that_a_site_ships_has_its_notice(book: Book) -> None:
    book.post(
        "2024-01-01-icons",
        "{octicon}`heart` and {material-regular}`home`\n\n::::{tab-set}\n:::{tab-item} A\nText.\n:::\n::::\n",
    )
    book.build()
    told = (book.site / "_static/LICENSES.txt").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"(?:^|-{79}\n\n)([^\n]+):\n\n(.*?)(?=\n-{79}\n\n|\Z)", told, re.DOTALL))
    shipped = {path.name for path in (book.site / "_static").rglob("*")} - {"LICENSES.txt"}
    icons = {name for name in blocks if name.endswith("(icons in pages)")}
    assert shipped == {name for names in blocks.keys() - icons for name in names.split(", ")}
    assert icons == {"octicon (icons in pages)", "material-icons (icons in pages)"}
    own, design, *rest = sorted(blocks, key=lambda name: (name in icons, "maths" in name, "blog.css" not in name))
    assert blocks[own].startswith("MIT License\n\nCopyright (c) 2019-2026 JiHyun Kim")
    assert "Chris Sewell" in blocks[design] and "this permission notice" in blocks[design]
    fonts = rest.pop(0)
    assert "STIX Fonts Project Authors" in blocks[fonts] and "SIL OPEN FONT LICENSE" in blocks[fonts]
    folder = Path(sphinx_design.__file__).parent / "compiled"
    for name in rest:
        licence = (folder / f"{name.partition(' ')[0]}_LICENSE").read_text(encoding="utf-8")
        assert licence.strip() in blocks[name]
    elsewhere = [path for path in book.site.rglob("*") if path.parent.name != "_static"]
    assert not [path for path in elsewhere if path.suffix in CODE_AND_FONTS]


def test_the_engine_carries_its_licence() -> None:
    own = (ROOT / "blogkit/LICENSE").read_text(encoding="utf-8")
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith(own)
