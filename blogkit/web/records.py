"""Write what machines and other tools read of a post: its source, its record as JSON, its executed notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import nbformat

from ..execution.prelude import prelude_source
from ..execution.result import Result, with_outputs
from ..files import Made, json_digest
from ..language import N_, words
from ..posts.headings import take_title
from ..posts.nested import PLACE
from ..posts.post import Post
from ..posts.references import fill_glue
from ..site.address import Site
from ..site.entry import Entry
from ..site.provenance import Provenance
from ..text import nfc

VERSION = 2
"""Of the record's form: 1 had no number, nor ``sealed`` and ``network``; what is added later changes no number."""
_NOTES = (
    *("note", "tip", "hint", "seealso", "important", "warning", "caution", "attention", "danger", "error"),
    *("admonition", "dropdown"),
)
_NOTE = re.compile(
    r"^(?P<fence>:{3,}|`{3,})\{(?P<kind>" + "|".join(_NOTES) + r")\}(?P<title>.*)\n"
    r"(?P<body>(?:.*\n)*?)(?P=fence)[ \t]*$",
    re.MULTILINE,
)
_MATH = re.compile(r"^```\{math\}.*\n(?::[\w-]+:.*\n)*((?:.*\n)*?)```[ \t]*$", re.MULTILINE)
_TRIED = re.compile(r"^(?P<fence>:{3,}|`{3,})\{try-model\}.*\n(?P<body>(?:.*\n)*?)(?P=fence)[ \t]*$", re.MULTILINE)
"""A model that answers on the page."""
_PLACE = re.compile(
    rf"^[ \t]*(`{{3,}}|~{{3,}}|:{{3,}})\{{{PLACE}\}}.*\n(?:[ \t]*\n)*[ \t]*\1[ \t]*(?:\n|\Z)", re.MULTILINE
)
"""Where a cell stands inside a directive; in a notebook it follows the text."""
_LINK = re.compile(r"(\]\()(?!#)([^)\s]+)")
_SOURCE = re.compile(r"([^/#]*)\.(?:md|ipynb)(?=$|#)")


def write_records(
    pages: Path, entries: Collection[Entry], results: Mapping[str, Result], site: Site, made: Made
) -> set[str]:
    """Write the source of each post, and of each executed one its record and notebook; return their names.

    ``made`` knows what was made before from the same: making a notebook takes long.
    """
    written = set()
    pages_of = {e.post.path.name: f"{e.post.slug}.html" for e in entries if e.post.slug != nfc(e.post.path.stem)}
    for entry in entries:
        post, result, facts = entry.post, results.get(entry.post.docname), entry.provenance
        contents = {post.path.suffix: partial(str, post.text)}
        address, language = site.url(post.url) if site.base else "", post.language or site.language
        if result and facts:
            contents[".ipynb"] = partial(published_notebook, entry, result, facts, language, address, pages_of)
            contents[".json"] = partial(as_json, entry, result, facts)
        source = json_digest(
            [post.text, post.title, str(entry.summary), address, language, result and result.digest, facts, pages_of],
            vars,
        )
        for suffix, content in contents.items():
            made.write(pages / f"{post.docname}{suffix}", source, content)
            written.add(f"{post.docname}{suffix}")
    return written


def downloads(post: Post) -> dict[str, str]:
    """Return the files that readers can take away: path → what it is."""
    files = {f"{post.docname}.ipynb": N_("Executed notebook (.ipynb)")} if post.code else {}
    return files | ({f"{post.docname}.md": N_("Source (.md)")} if post.path.suffix == ".md" else {})


def colab_address(post: Post, site: Site) -> str:
    """Return where Colab opens the published notebook; it does by its address, so not before the site has one."""
    if not (site.base and post.code):
        return ""
    address = f"{site.base}{quote(post.docname)}.ipynb"
    return f"https://colab.research.google.com/#fileId={quote(address, safe='')}"


def as_json(entry: Entry, result: Result, facts: Provenance) -> str:
    """Return the machine-readable record that stands beside the page."""
    own = {
        "version": VERSION,
        "title": entry.post.title,
        "url": entry.post.url,
        **_values(result),
    }
    record = {**own, **asdict(facts)}
    del record["json_url"]
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _values(result: Result) -> dict[str, Any]:
    return {"values": result.values, "units": result.record.units, "labels": result.record.labels}


def published_notebook(
    entry: Entry,
    result: Result,
    facts: Provenance,
    language: str,
    address: str,
    pages_of: Mapping[str, str],
) -> str:
    """Return the executed notebook for readers: title and summary first, then what makes it run anywhere.

    ``language`` is that of what no author wrote; ``address`` is that of the post, if it is known; ``pages_of``
    names the pages of posts that are not named as their files.
    """
    post = entry.post
    notebook = with_outputs(post, result)
    titles = _titles(language)
    take_title(notebook.cells, post.title)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        elif cell.cell_type == "markdown":
            cell.source = _plain_markdown(fill_glue(cell.source.strip("\n"), result.values), titles, address, pages_of)
    notebook.cells[:0] = _head(entry, facts, language)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": post.kernel, "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "version": facts.python},
            "provenance": {**asdict(facts), **_values(result)},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return f"{nbformat.writes(notebook)}\n"


def _head(entry: Entry, facts: Provenance, language: str) -> list[nbformat.NotebookNode]:
    """Return the cells that stand first: what it is, and what it needs outside the blog."""
    cells = [nbformat.v4.new_markdown_cell(f"# {entry.post.title}\n\n{entry.summary}".strip())]
    if prelude := prelude_source(entry.post, published=True):
        packages = " ".join(f"{name}=={version}" for name, version in facts.packages.items())
        _ = words(language).gettext
        what = _("Needed outside the blog: a font with Hangul, the style of figures, glue().")
        made_with = _("Packages that this post was executed with: {packages}")
        made_with = made_with.format(packages=packages or _("the standard library"))
        setup = f"# {what}\n# {made_with}\n%pip install -q koreanize-matplotlib\n\n{prelude}"
        cells.append(nbformat.v4.new_code_cell(setup, metadata={"jupyter": {"source_hidden": True}}))
    return cells


def _titles(language: str) -> dict[str, str]:
    """Return what stands above the kinds of notes."""
    _ = words(language).gettext
    return {
        **{
            "note": _("Note"),
            "tip": _("Tip"),
            "hint": _("Hint"),
            "seealso": _("See also"),
            "important": _("Important"),
        },
        **{"warning": _("Warning"), "caution": _("Caution"), "attention": _("Attention"), "danger": _("Danger")},
        "error": _("Error"),
    }


def _plain_markdown(text: str, titles: Mapping[str, str], address: str, pages_of: Mapping[str, str]) -> str:
    """Write what only MyST knows as plain Markdown, and links so that they hold anywhere."""
    text = _PLACE.sub("", text)
    text = _NOTE.sub(partial(_quotation, titles), text)
    text = _MATH.sub(r"$$\n\1$$", text)
    text = _TRIED.sub(lambda found: found["body"] + (f"\n<{address}>" if address else ""), text)
    if not address:
        return text

    def page(link: re.Match[str]) -> str:
        return pages_of.get(link[0]) or f"{link[1]}.html"

    return _LINK.sub(lambda m: m[1] + urljoin(address, m[2] if ":" in m[2] else _SOURCE.sub(page, m[2])), text)


def _quotation(titles: Mapping[str, str], match: re.Match[str]) -> str:
    title = match["title"].strip() or titles.get(match["kind"], "")
    body = re.sub(r"\A(?::[\w-]+:.*\n)+", "", match["body"])
    return "\n".join(f"> {line}".rstrip() for line in (f"**{title}**", "", *body.strip().split("\n")))
