"""Read front matter: the YAML at the head of a post, with the line of each key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ..errors import AuthorError, Fault
from .front_matter_keys import IGNORED
from .notebook import load_ipynb, split_front_matter

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C takes a tenth of the time


def read_front_matter(path: Path, text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the keys of a post's front matter and the line of each; raise :class:`AuthorError` where it is none.

    An ``.ipynb`` has it in a raw first cell, or else in its metadata, which have no lines.
    """
    if path.suffix == ".ipynb":
        notebook = load_ipynb(path, text)
        first = notebook.cells[0] if notebook.cells else None
        if first is None or first.cell_type != "raw" or not first.source.startswith("---"):
            return {k: v for k, v in notebook.metadata.items() if k not in IGNORED}, {}
        text = first.source
    source, _ = split_front_matter(text)
    if not source:
        raise AuthorError([Fault(path, 1, "no front matter; start the file with `---`, `title: …`, `---`")])
    try:
        return _construct(path, yaml.compose(source, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark) if error.problem_mark else 1
        message = f"not YAML: {error.problem or error.context}; quote the value"
        raise AuthorError([Fault(path, line, message)]) from error
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, error.position) + 2
        message = f"the character {_character(error)!r} is not allowed; delete it"
        raise AuthorError([Fault(path, line, message)]) from error


def _construct(path: Path, node: yaml.Node | None) -> tuple[dict[str, Any], dict[str, int]]:
    if not isinstance(node, yaml.MappingNode):
        raise AuthorError([Fault(path, 1, "the front matter is no list of `key: value` lines")])
    meta: dict[str, Any] = {}
    lines: dict[str, int] = {}
    faults = []
    loader = yaml.SafeLoader("")
    for key, value in node.value:
        line = _line(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(path, line, "a key must be one word; quote it or delete the line"))
            continue
        if key.value in meta:
            faults.append(Fault(path, line, f"{key.value!r} stands twice; delete one"))
        lines[key.value] = line
        try:
            meta[key.value] = loader.construct_object(value, deep=True)
        except ValueError as error:  # an impossible date, such as 2019-13-45
            faults.append(Fault(path, line, f"{key.value}: {error}"))
    if faults:
        raise AuthorError(faults)
    return meta, lines


def _line(mark: yaml.Mark) -> int:
    return mark.line + 2  # marks count from 0, and from the line below the first `---`


def _character(error: yaml.reader.ReaderError) -> str:
    return error.character if isinstance(error.character, str) else chr(error.character)  # libyaml gives its number
