"""Be the same blog behind each front: ``jupyter-book build``, ``blogkit build`` and ``sphinx-build``.

Each front brings a configuration of its own; here it is replaced by what ``_config.yml`` and the blog say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.extension import Extension

from ..errors import AuthorError
from ..files import Borders, file_digest, json_digest, names_below, write
from ..language import _
from ..site.config import Config
from ..site.settings import as_yaml, sphinx_name
from .equations.mathml import macros
from .scholarly import boxes, citations, diagrams, lost, references, statements

if TYPE_CHECKING:
    from sphinx.application import Sphinx

EXTENSIONS = ("sphinx_external_toc", "myst_nb", "sphinx_design", "sphinx.ext.todo")
_CONF = "_build/.conf"
_MYST = (
    *("amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "linkify"),
    *("strikethrough", "tasklist"),
)
_DEFAULTS: dict[str, Any] = {
    "exclude_patterns": [],
    "external_toc_exclude_missing": True,
    "html_favicon": None,
    "html_logo": None,
    "html_copy_source": False,  # the posts offer their own sources
    "html_sourcelink_suffix": "",
    "html_theme": "blogkit",
    "html_theme_options": {},
    "myst_dmath_double_inline": True,
    "myst_enable_extensions": [*_MYST],
    "myst_fence_as_directive": ["mermaid"],
    "myst_heading_anchors": 6,
    "myst_url_schemes": ["mailto", "http", "https"],
    "nb_execution_mode": "off",  # the blog executes its posts before Sphinx reads them
    "nb_mime_priority_overrides": [("html", "text/latex", 35)],  # SymPy gives its equations as pictures, too
    "nb_output_stderr": "remove",  # shown in the log of the build, not to readers
    "nb_render_markdown_format": "myst",  # tables in Markdown outputs
    "math_numfig": False,  # each post numbers its own
    "numfig": True,
    "pygments_style": "sphinx",
    "suppress_warnings": [],
    "templates_path": [],
    "use_jupyterbook_latex": False,
    "use_multitoc_numbering": False,
}
_EXCLUDED = ["_build", ".*", "**/.*", "README*.md", "**/README*.md", "**.ipynb_checkpoints", "Thumbs.db"]
# A blog may have no post yet; a strike is HTML only, as the blog is; what Pygments cannot colour is shown without;
# a heading that skips a level is one below the last.
_SUPPRESSED = ["myst.domains", "etoc.glob", "myst.strikethrough", "misc.highlighting_failure", "myst.header"]
# Posts cite the same works, and by one number different ones.
_SUPPRESSED += ["bibtex.duplicate_citation", "bibtex.duplicate_label"]
_SUPPRESSED += ["design.card_legacy"]  # `^^^` and `+++` in cards, which the world writes
_SUPPRESSED += ["image.not_readable", "download.not_readable"]  # files that are not there are told with their mend
_JUPYTER_BOOK = (
    *("sphinx_togglebutton", "sphinx_copybutton", "sphinx_thebe", "sphinx_comments", "sphinx.ext.intersphinx"),
    *("sphinx_book_theme", "pydata_sphinx_theme", "sphinx_jupyterbook_latex", "sphinx_multitoc_numbering"),
)
"""Extensions of Jupyter Book that a blog does without: scripts of other hosts, a book's theme, LaTeX."""
_ASKED = ("comments_config", "use_jupyterbook_latex", "use_multitoc_numbering")
"""Values of such extensions that Jupyter Book sets or asks for all the same."""
_BUILT_IN = (
    *("sphinx_exercise", "sphinx_proof", "sphinx_subfigure", "sphinx_togglebutton"),
    *("sphinxcontrib.bibtex", "sphinxcontrib.mermaid"),
)
"""Extensions whose directives a blog has anyway."""


def load_extensions(app: Sphinx, config: Config) -> None:
    """Load the blog's extensions and those of the author; undo what Jupyter Book loaded besides."""
    sys.path += [str(folder) for folder in config.folders if str(folder) not in sys.path]
    named = [name for name in config.extensions if name not in _BUILT_IN]
    for name in (*EXTENSIONS, *named):
        app.setup_extension(name)
    citations.load(app, config)
    for module in (statements, references, diagrams, boxes, lost):
        module.setup(app)
    unwanted = {*_JUPYTER_BOOK} - {*named}
    for listeners in app.events.listeners.values():
        listeners[:] = [each for each in listeners if not _is_of(each.handler, unwanted)]
    ending = app.events.listeners["build-finished"]
    ending[:] = [each for each in ending if not _is_of(each.handler, {"myst_nb"})]  # copies a style that no page loads
    for name in unwanted:  # some come later
        app.extensions[name] = Extension(name, None)
    for name in _ASKED:
        if name not in app.config:
            app.add_config_value(name, None, "")


def configure(app: Sphinx, config: Config) -> None:
    """Replace the front's configuration by that of the blog; raise :class:`AuthorError` for what Sphinx lacks."""
    own = {sphinx_name(name): as_yaml(value) for name, value in vars(config.settings).items()}
    values = {**_DEFAULTS, "project": config.settings.title, **own, **config.sphinx}
    values |= citations.values(Path(app.srcdir), config)
    if not config.settings.title:
        raise AuthorError([config.fault("title", _("there is none; write the title of the blog"))])
    if told := [name for name, value in _told(app) if value != values.get(name)]:
        message = _("the command gives another value; write it into this file")
        raise AuthorError([config.fault(name, message) for name in told])
    try:
        macros(config.sphinx.get("mathjax3_config"))
    except ValueError as error:
        raise AuthorError([config.fault("mathjax3_config", str(error))]) from error
    values["exclude_patterns"] = sorted({*_EXCLUDED, *values["exclude_patterns"]})
    values["suppress_warnings"] = [*_SUPPRESSED, *values["suppress_warnings"]]
    if unknown := [name for name in config.sphinx if name not in app.config]:
        message = _("Sphinx and its extensions know no such value")
        raise AuthorError([config.fault(name, message) for name in unknown])
    values["templates_path"] = list(_templates(Path(app.srcdir), config, values["templates_path"]))
    for name, value in values.items():
        setattr(app.config, name, value)
    app.confdir = app.srcdir  # paths that `_config.yml` names begin at the book, wherever the front's conf.py lies
    if app.outdir in app.doctreedir.parents:  # where sphinx-build keeps it, and which publishing replaces
        app.doctreedir = app.outdir.parent / ".doctrees"


def templates_digest(app: Sphinx) -> str:
    """Return a digest of the author's own templates."""
    folders = [Path(folder) for folder in app.config.templates_path]
    return json_digest({name: file_digest(folder / name) for folder in folders for name in names_below(folder)})


def make_conf(root: Path, config: Config) -> Path:
    """Make the folder that ``sphinx-build -c`` wants, and return it."""
    language = config.settings.language
    text = f'extensions = ["blogkit"]  # which reads _config.yml\nlanguage = {language!r}\n'
    folder = root / _CONF
    write(folder / "conf.py", text)
    return folder


def build(root: Path, config: Config, site: Path, *arguments: str) -> int:
    """Build the site as ``jupyter-book build`` does, without it; return the exit code."""
    from sphinx.cmd.build import build_main  # `main` fails where LANG names a language that the system lacks

    conf, doctrees = make_conf(root, config), site.with_name(".doctrees")
    return build_main(["-b", "html", "-c", str(conf), "-d", str(doctrees), *arguments, str(root), str(site)])


def _templates(root: Path, config: Config, names: object) -> Iterator[str]:
    """Yield the folders of the author's own templates; Sphinx would look for them beside its ``conf.py``."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise AuthorError([config.fault("templates_path", _("it must be a list of texts"))])
    for name in names:
        folder, is_folder = root / name, (root / name).is_dir()
        reason = (
            Borders(root).objection(folder) if is_folder else _("is no folder of the blog; make it or mend the name")
        )
        if reason:
            raise AuthorError([config.fault("templates_path", _("{file} {reason}").format(file=name, reason=reason))])
        yield str(folder)


def _told(app: Sphinx) -> Iterator[tuple[str, Any]]:
    """Yield what the command gives as the blog's: by ``-D``, or out of another file by Jupyter Book's ``--config``."""
    given = app.config.overrides
    for name, value in given.items():
        if "latex_engine" not in given or name in ("html_title", "language") or name.startswith("blog_"):
            yield name, value


def _is_of(handler: object, packages: set[str]) -> bool:
    module = getattr(handler, "__module__", None) or ""
    return any(f"{module}.".startswith(f"{package}.") for package in packages)
