"""Let pages be made of the book's own files, and of no others; let nothing run while they are made.

Sphinx and docutils note each file that a document takes in, whichever directive or link names it: that is looked at
when all is read and nothing is written yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import myst_nb.ext.eval
import myst_nb.sphinx_
from docutils import nodes
from docutils.parsers.rst.directives.misc import Include, Raw
from docutils.parsers.rst.directives.tables import CSVTable
from markdown_it.tree import SyntaxTreeNode
from myst_nb.core.config import NbParserConfig
from myst_nb.core.execute import NotebookClientBase, create_client
from myst_nb.core.variables import RetrievalError
from myst_parser.mdit_to_docutils.base import DocutilsRenderer, token_line
from myst_parser.warnings_ import MystWarnings
from sphinx.directives.code import LiteralInclude
from sphinx.util import logging
from sphinx.util.osutil import relpath

from ...errors import Fault
from ...files import Borders
from ...language import _
from ...posts.notebook import LOADED
from ..places import line_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)
_SCHEME = "file:"
_STANDARD_TEXTS = Path(Include.standard_include_path).resolve()
"""Of docutils, such as ``<isonum.txt>``."""


def close_side_doors() -> None:
    """Take away the options of directives that read what is noted nowhere: addresses, and the other file of a diff."""
    for directive, option in ((Raw, "url"), (CSVTable, "url"), (LiteralInclude, "diff")):
        assert directive.option_spec
        directive.option_spec[option] = _refuse
    myst_nb.sphinx_.create_client = _execute_nothing  # whatever a page's front matter says
    vars(myst_nb.ext.eval)["retrieve_eval_data"] = _evaluate_nothing
    DocutilsRenderer.render_substitution = _fill_in_nothing  # type: ignore[method-assign,assignment]


def note_loaded(env: BuildEnvironment, docname: str, source: str) -> None:
    """Note the files from which cells take their code, as MyST-NB does not."""
    for name in LOADED.findall(source):
        relative, file = env.relfn2path(name, docname)
        if Path(file).is_file():
            env.dependencies[docname].add(relative)


def check_addresses(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of addresses that only this machine knows."""
    for node in doctree.findall(nodes.Element):
        address = next((a for key in ("uri", "refuri", "reftarget") if (a := node.get(key))), "")
        if str(address).lower().startswith(_SCHEME):
            message = _("%s is known on this machine only; copy the file into the book and write its path there")
            logger.warning(message, address, location=node)


def foreign_files(env: BuildEnvironment, made: Path) -> Iterator[Fault]:
    """Yield a fault for each file that a document takes in, or is, and that is not the book's to publish.

    One that is not there is a warning.
    ``made`` is the folder of the pictures that outputs hold.
    """
    source, others = Path(env.srcdir), (made.resolve(), _STANDARD_TEXTS)
    borders = Borders(source)
    for docname in sorted(env.all_docs):
        document = source / env.doc2path(docname, base=False)
        for file in (document, *sorted(source / name for name in env.dependencies.get(docname, ()))):
            reason = borders.objection(file)
            if reason and not any(file.resolve().is_relative_to(folder) for folder in others):
                line = 0 if file == document else line_of(document, file.name)
                message = _("{file} {reason}").format(file=relpath(file, source), reason=reason)
                if os.path.lexists(file):
                    yield Fault(document, line, message)
                else:  # nothing can be published of it: what is wrong elsewhere is told, too
                    logger.warning("%s", message, location=f"{document}:{line}" if line else str(document))


def _execute_nothing(notebook: Any, source: str, config: NbParserConfig, *others: Any) -> NotebookClientBase:
    """Have MyST-NB show what is stored: code runs in the seal, and there only."""
    still = copy(config)
    still.execution_mode = "off"
    return create_client(notebook, source, still, *others)


def _fill_in_nothing(renderer: DocutilsRenderer, token: SyntaxTreeNode, inline: bool) -> None:
    """Refuse ``{{ … }}``, which MyST would run as Jinja, outside the seal."""
    message = _("`{{ … }}` would run while the site is built, outside the seal; delete it")
    renderer.create_warning(message, MystWarnings.SUBSTITUTION, line=token_line(token, default=0))


def _evaluate_nothing(__: nodes.document, expression: str) -> NoReturn:
    """Refuse ``{eval}``, which wants a kernel where there is none."""
    name = expression if expression.isidentifier() else "value"
    message = _("{{eval}} is not supported; write `glue({name!r}, {expression})` into a cell, and {mend} here")
    raise RetrievalError(message.format(name=name, expression=expression, mend=f"{{glue:text}}`{name}`"))


def _refuse(__: str | None) -> str:
    raise ValueError(_("no build asks an address or compares two files; copy what is there into the book"))
