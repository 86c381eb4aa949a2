"""Take over the scripts of the libraries that drew a post's figures, each with the notice of its licence."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from ..files import digest, write

_KEPT = ".scripts"
"""Where the code before the first cell put them, in the post's folder."""
_NAME = re.compile(r"(plotly|bokeh|vega)[\w-]*\.min\.js")
_PACKAGES = {"plotly": "plotly", "bokeh": "bokeh", "vega": "vl-convert-python"}


def kept_scripts(folder: Path) -> dict[str, Path]:
    """Return name → script that a post which ran in ``folder`` left there; the notices are put before them."""
    found = (folder / _KEPT).glob("*") if not (folder / _KEPT).is_symlink() else ()
    scripts = {}
    for file in sorted(found):
        if (name := _NAME.fullmatch(file.name)) and file.is_file() and not file.is_symlink():
            content = f"/*!\n{_notice(_PACKAGES[name[1]])}*/\n".encode() + file.read_bytes()
            target = file.with_name(digest(content))
            write(target, content)
            scripts[file.name] = target
    return scripts


def _notice(package: str) -> str:
    """Return the licence of an installed package as a comment can hold it."""
    try:
        files = distribution(package).files or ()
    except PackageNotFoundError:
        return ""
    licence = next((file for file in files if file.name.startswith("LICENSE")), None)
    text = Path(str(licence.locate())).read_text(encoding="utf-8") if licence else ""
    return f"{text.strip()}\n".replace("*/", "* /")
