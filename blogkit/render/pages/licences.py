"""Say which licences the scripts, styles, icons and fonts of a site have: their notices go with each copy.

The only fonts are those of equations: pages name others of the reader's machine, and cards and figures are drawn with
Nanum Gothic, whose licence (SIL OFL 1.1) asks nothing of what is drawn with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib.metadata import distribution
from pathlib import Path

NOTICES = "LICENSES.txt"
_OWN = Path(__file__).parents[2] / "LICENSE"
_FONTS = Path(__file__).parents[1] / "theme/OFL.txt"
_RULE = "-" * 79


def notices(own: Collection[str], design: Iterable[str]) -> str:
    """Return the text of ``_static/LICENSES.txt``, for the names of the blog's own files and of sphinx-design's."""
    fonts = {name for name in own if name.endswith(".woff2")}
    told = {
        ", ".join(sorted({*own} - fonts)): _OWN.read_text(encoding="utf-8"),
        ", ".join(sorted(fonts)): _FONTS.read_text(encoding="utf-8"),
    }
    package = distribution("sphinx-design")
    for file in (path for path in package.files or () if "LICENSE" in path.name):
        about = f"{file.name.partition('_')[0]} (icons in pages)" if "_" in file.name else ", ".join(sorted(design))
        told[about] = Path(str(package.locate_file(file))).read_text(encoding="utf-8")
    return f"\n{_RULE}\n\n".join(f"{about}:\n\n{text.strip()}\n" for about, text in told.items())
