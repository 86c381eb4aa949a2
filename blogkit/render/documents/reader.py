"""Hand posts to MyST-NB: their words of today together with the outputs that their code returned."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import quote

import nbformat
from myst_nb.core.config import NbParserConfig
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from ...errors import Fault
from ...execution.result import Result, with_outputs
from ...language import N_, _
from ...posts.headings import take_title
from ...posts.notebook import executed_cells
from ...posts.post import Post
from ..outputs.shown import CONTROLS, FIGURE, GLUED, NotShown, shown
from .pasted import attached_picture

logger = logging.getLogger(__name__)

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#$|~!&])")


_NO_SCRIPT = {
    "plotly": N_("no script of Plotly came with the figure; write `import plotly` into a cell of the post"),
    "bokeh": N_("no script of Bokeh came with the figure; write `import bokeh` into a cell of the post"),
    "vega": N_("Altair's charts want vl-convert: add vl-convert-python to requirements.in, lock and install it"),
}
_UNSEEN = {"remove-cell", "remove-output", "remove_cell", "remove_output"}


def hand_over(
    env: BuildEnvironment, post: Post | None, result: Result | None = None, hosts: Collection[str] = ()
) -> None:
    """Have MyST-NB read the next document as ``post``; ``None``: as what it is. Pages may ask ``hosts``."""
    config: NbParserConfig = env.mystnb_config  # type: ignore[attr-defined]  # MyST-NB keeps it there
    formats = config.custom_formats
    formats.clear()
    if post:
        options = {"post": post, "result": result, "hosts": hosts, "made": Path(config.output_folder)}
        formats[post.path.suffix] = (executed_notebook, options, False)


def output_of(env: BuildEnvironment, name: str) -> Path | None:
    """Return the stored copy of what the post that is read wrote as ``name``; ``None`` if it wrote no such file."""
    config: NbParserConfig = env.mystnb_config  # type: ignore[attr-defined]
    for _reader, options, _is_commonmark in config.custom_formats.values():
        post, result = options["post"], options["result"]
        return result.file(name) if result and name in post.outputs else None
    return None


def executed_notebook(
    text: str, *, post: Post, result: Result | None, hosts: Collection[str], made: Path
) -> nbformat.NotebookNode:
    """Return the post as a notebook that begins with its title and holds the stored outputs.

    Pictures that are attached to its cells become files in ``made``. The signature is that of MyST-NB's custom readers:
    ``text`` is the source, as Sphinx read it.
    """
    notebook = with_outputs(post, result)
    if result:
        for fault in _fit_for_pages(notebook, post, result, hosts):
            logger.warning("%s", fault.message, location=f"{fault.path}:{fault.line}")
        notebook.metadata["language_info"] = result.notebook.metadata.get("language_info", {})
    for cell in notebook.cells:
        for name, kinds in cell.get("attachments", {}).items():
            address = attached_picture(kinds, made, post.path.parent)
            for spelling in {f"attachment:{name}", f"attachment:{quote(name)}"} if address else ():
                cell.source = cell.source.replace(spelling, address)
    labels = take_title(notebook.cells, post.title)
    heading = "# " + _MARKUP.sub(r"\\\1", post.title)
    title = nbformat.v4.new_markdown_cell("\n".join(filter(None, (labels, heading))), id="title")
    notebook.cells.insert(0, title)
    if "source_map" in notebook.metadata:
        notebook.metadata["source_map"] = [0, *notebook.metadata["source_map"]]
    return notebook


def _fit_for_pages(
    notebook: nbformat.NotebookNode, post: Post, result: Result, hosts: Collection[str]
) -> Iterator[Fault]:
    """Turn the outputs of the cells into what pages show; yield what they cannot show."""
    for number, index, cell in executed_cells(notebook):
        if not _UNSEEN.isdisjoint(cell.metadata.get("tags", ())):
            continue
        for reason in _fit_outputs(cell.outputs, result, hosts):
            told = _("cell {number}: {reason}").format(number=number, reason=reason)
            yield Fault(post.path, post.cell_line(index), told)


def _fit_outputs(outputs: list[nbformat.NotebookNode], result: Result, hosts: Collection[str]) -> Iterator[str]:
    for output in (output for output in outputs if "data" in output):
        try:
            output.data = shown(output.data, hosts)
            _address_scripts(output.data, result)
        except NotShown as error:
            output.data = {}
            yield str(error)
    seen = [output for output in outputs if _is_seen(output)]
    controls = [output for output in seen if CONTROLS in output.get("data", {})]
    if controls and len(controls) == len(seen):
        yield _("a widget needs a running kernel, which no page has; show what it controls")
    for output in controls[1:]:  # one note is enough
        output.data = {}


def _is_seen(output: nbformat.NotebookNode) -> bool:
    return output.get("name") == "stdout" or any(not kind.startswith(GLUED) for kind in output.get("data", {}))


def _address_scripts(data: nbformat.NotebookNode, result: Result) -> None:
    """Put the addresses of a figure's scripts in place of their names; raise :class:`NotShown` if one was not kept."""
    addresses = dict(zip(result.record.scripts, result.scripts, strict=True))
    for figure in (content for kind, content in data.items() if kind.endswith(FIGURE)):
        if figure.scripts and not addresses.keys() >= {*figure.scripts}:
            raise NotShown(_(_NO_SCRIPT[figure.library]))
        # All parts of a library come at once: BokehJS finds none that comes later.
        own = sorted(name for name in addresses if name.startswith(figure.library))
        figure.scripts = [addresses[name] for name in sorted(own, key=lambda name: "-" in name)]
