"""Find the blog's `.bib` files, and load what cites them only where there are any: it takes a tenth of a second."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.domains import Domain
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ...errors import AuthorError
from ...files import Borders
from ...language import N_, _
from ...posts.post import POSTS
from ...site.config import Config

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FILES = "bibtex_bibfiles"
_MISSING = N_("there is no bibliography; write its entries into `references.bib` beside `_config.yml`")

logger = logging.getLogger(__name__)


def load(app: Sphinx, config: Config) -> None:
    """Load citations; without a bibliography say what is missing where a work is cited."""
    if _files(Path(app.srcdir)) or any(name.startswith("bibtex_") for name in config.sphinx):
        app.setup_extension(f"{__package__}.bibliography")
    else:
        app.add_domain(_Missing)
        app.add_role("cite", _cite_nothing)
        app.add_directive("bibliography", _NoBibliography)


def values(root: Path, config: Config) -> dict[str, Any]:
    """Return Sphinx's values for citations: the files that ``_config.yml`` names, or those beside it and the posts.

    Raise :class:`AuthorError` for files that are not the book's.
    """
    names = config.sphinx.get(FILES)
    if names is None:
        names = _files(root)
    borders, message = Borders(root), _("{file} {reason}")
    reasons = {name: reason for name in names if (reason := borders.objection(root / name))}
    if reasons:
        raise AuthorError([config.fault(FILES, message.format(file=file, reason=reasons[file])) for file in reasons])
    return {FILES: names} if names else {}


def _files(root: Path) -> list[str]:
    below = ("*.bib", f"{POSTS}/**/*.bib")
    return sorted(file.relative_to(root).as_posix() for pattern in below for file in root.glob(pattern))


def read(app: Sphinx) -> None:
    """Read the `.bib` files, if there are any; raise :class:`AuthorError` for what is no BibTeX."""
    if FILES in app.config:
        from . import bibliography

        bibliography.read(app)


class _Missing(Domain):
    """Answers for the roles of citations where there is nothing to cite."""

    name = "cite"
    label = "Citations"
    citations = ()

    def role(self, name: str) -> Any:
        return _cite_nothing


class _NoBibliography(SphinxDirective):
    has_content = True
    optional_arguments = 99
    option_spec = None

    def run(self) -> list[nodes.Node]:  # of what is not cited
        return []


def _cite_nothing(
    name: str, raw: str, text: str, line: int, inliner: Any, *_others: Any
) -> tuple[list[Any], list[Any]]:
    logger.warning(_(_MISSING), location=(inliner.document.settings.env.docname, line))
    return [], []
