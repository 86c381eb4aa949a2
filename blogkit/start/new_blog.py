"""Make a new blog, or say what a blog has otherwise than a new one."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..execution.lock import LOCK
from ..files import write
from ..git import git
from ..language import _, words
from ..publish.github import site_workflow
from ..site.settings import CONFIG
from ..version import VERSION

_START = Path(__file__).parent
_WIRING = (".github/workflows/site.yml", ".github/dependabot.yml")
"""What the engine knows better than the author: the others are the author's once they are there."""
_CONFIG = """\
title: {title}
author: {author}
copyright: "{year}"
sphinx:
  config:
    extensions: [blogkit]
    language: {language}
    blog_description: {description}
    blog_timezone: UTC # {timezone}
"""
_TOC = "format: jb-book\nroot: index\noptions:\n  reversed: true\nchapters:\n  - file: about\n  - glob: posts/*\n"
_REQUIREMENTS = "# {hint}\nblogkit=={version}\nmatplotlib\n"
_JUPYTEXT = """\
# Jupytext keeps the front matter of posts, and each cell's options, when it writes them.
notebook_metadata_filter = "all,-language_info,-widgets"
cell_metadata_filter = "all"
"""
_README = """\
# {title}

{intro}

```
pip install -r requirements.txt && blogkit build
blogkit serve
```

{more}
"""
_POST = """\
---
title: {title}
date: {date}
tags: []
description: {description}
outputs: [images/hello.png]
thumbnail: images/hello.png
expect: {{pi: ">= 3.1"}}
---

{intro}

```{{code-cell}} ipython3
import random

import matplotlib.pyplot as plt

random.seed(1)
darts = [(random.random(), random.random()) for _ in range(10_000)]
inside = [x * x + y * y < 1 for x, y in darts]
pi = 4 * sum(inside) / len(darts)
glue("pi", pi)

fig, ax = plt.subplots(figsize=(5, 5))
ax.scatter(*zip(*darts), s=1, c=["C0" if hit else "C1" for hit in inside])
ax.set_aspect("equal")
fig.savefig("images/hello.png")
plt.close(fig)
```

```{{figure}} ../images/hello.png
:alt: {alt}

{caption}
```
"""


def new_blog(folder: Path, language: str, now: dt.datetime, workflow: str = "") -> list[str]:
    """Write the files of a new blog that ``folder`` does not have; return their names.

    Raises ``ValueError`` where the engine does not know its workflow and ``workflow`` does not say it.
    """
    if there := [name for name in ("requirements.in", LOCK) if (folder / name).exists()]:
        message = _("{name} is there already, and not of a blog; begin in another folder, or move it away")
        raise ValueError(message.format(name=", ".join(there)))
    files = _files(folder.resolve().name, language, now, workflow)
    written = [name for name in files if not (folder / name).exists()]
    for name in written:
        write(folder / name, files[name])
    return written


def is_blog(folder: Path) -> bool:
    """Tell whether there is a blog."""
    return (folder / CONFIG).is_file()


def differences(folder: Path, language: str, now: dt.datetime, workflow: str = "") -> Iterator[str]:
    """Say what the blog in ``folder`` lacks, and what it has otherwise than a new one where the engine knows better."""
    for name, text in _files(folder.resolve().name, language, now, workflow).items():
        path = folder / name
        if name in _WIRING and path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines(), text.splitlines()
            yield from difflib.unified_diff(*lines, name, _("{name} of a new blog").format(name=name), lineterm="")
        elif (
            name == "requirements.in"
            and path.is_file()
            and f"blogkit=={VERSION}" not in path.read_text("utf-8").split()
        ):
            yield _("{name}: a new blog has blogkit=={version}").format(name=name, version=VERSION)
        elif not path.exists() and not name.startswith("posts/"):
            yield _("{name}: there is none").format(name=name)
    if not (folder / LOCK).is_file():
        yield _("{name}: there is none; run `blogkit lock`").format(name=LOCK)


def renew(folder: Path, language: str, now: dt.datetime, workflow: str = "") -> list[str]:
    """Write the workflow files of a blog as a new one has them; return their names."""
    files = _files(folder.resolve().name, language, now, workflow)
    for name in _WIRING:
        write(folder / name, files[name])
    return [*_WIRING]


def _files(title: str, language: str, now: dt.datetime, workflow: str) -> Mapping[str, str]:
    say = words(language)
    return {
        CONFIG: _CONFIG.format(
            title=_quoted(title),
            author=_quoted(git(Path.cwd(), "config", "user.name").strip()),
            year=now.year,
            language=_quoted(language),
            description=_quoted(say.gettext("A blog whose numbers and pictures are computed when it is built.")),
            timezone=say.gettext("such as Europe/Lisbon"),
        ),
        "_toc.yml": _TOC,
        "index.md": f"# {title}\n",
        "about.md": f"# {say.gettext('About')}\n\n{say.gettext('Say here who you are.')}\n",
        f"posts/{now:%Y-%m-%d}-hello.md": _first_post(language, now),
        "images/README.md": say.gettext("Pictures of posts, and `favicon.svg` and `favicon.png`.") + "\n",
        "requirements.in": _REQUIREMENTS.format(
            hint=say.gettext("What the blog wants; `blogkit lock` makes requirements.txt of it."), version=VERSION
        ),
        "README.md": _README.format(
            title=title,
            intro=say.gettext(
                "The first line builds the site in `_build/html`, the second one shows it while you write:"
            ),
            more=say.gettext("`blogkit new TITLE` begins a post. A push to `main` publishes, once Pages is on."),
        ),
        "jupytext.toml": _JUPYTEXT,
        ".gitignore": "_build/\n.venv/\n__pycache__/\nimages/hello.png\n",
        _WIRING[0]: site_workflow(workflow),
        _WIRING[1]: (_START / "dependabot.yml").read_text(encoding="utf-8"),
    }


def _first_post(language: str, now: dt.datetime) -> str:
    say = words(language)
    return _POST.format(
        title=_quoted(say.gettext("Hello, world")),
        date=f"{now:%Y-%m-%d %H:%M}",
        description=_quoted(say.gettext("10,000 darts make π ≈ {pi:.2f}")),
        intro=say.gettext(
            "Throw darts at a square: {glue:text}`pi:.3f` is four times the share that meets the circle."
        ),
        alt=say.gettext("Darts on a square, those inside the circle in another colour"),
        caption=say.gettext("10,000 darts, drawn when this page was made."),
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
