"""Read front matter: the YAML at the head of a post, with the line of each key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ..errors import AuthorError, Fault
from ..language import _
from .front_matter_keys import IGNORED
from .notebook import LOADER, check_yaml, load_ipynb, split_front_matter


class _Loader(yaml.SafeLoader):
    """Reads a key that stands twice in a value as the mistake that it is."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(_("{name!r} stands twice").format(name=twice))
        return super().construct_mapping(node, deep)


def read_front_matter(path: Path, text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the keys of a post's front matter and the line of each; raise :class:`AuthorError` where it is none.

    An ``.ipynb`` has it in a raw first cell, or else in its metadata, which have no lines.
    """
    kept: dict[str, Any] = {}
    if path.suffix == ".ipynb":
        notebook = load_ipynb(path, text)
        first = notebook.cells[0] if notebook.cells else None
        if first is None or first.cell_type != "raw" or not first.source.startswith("---"):
            return dict(notebook.metadata), {}
        text = first.source
        kept = {name: value for name, value in notebook.metadata.items() if name in IGNORED}
    source = split_front_matter(text)[0]
    if not source:
        raise AuthorError([Fault(path, 1, _("no front matter; start the file with `---`, `title: …`, `---`"))])
    try:
        check_yaml(path, source, 2)
        meta, lines = _construct(path, yaml.compose(source, Loader=LOADER))
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        message = _("not YAML: {reason}; quote the value").format(reason=error.problem or error.context)
        raise AuthorError([Fault(path, line, message)]) from error
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, error.position) + 2
        message = _("the character {character!r} is not allowed; delete it").format(character=_character(error))
        raise AuthorError([Fault(path, line, message)]) from error
    return meta | kept, lines


def _construct(path: Path, node: yaml.Node | None) -> tuple[dict[str, Any], dict[str, int]]:
    if not isinstance(node, yaml.MappingNode) or not node.tag.startswith("tag:yaml.org,"):
        raise AuthorError([Fault(path, 1, _("the front matter is no list of `key: value` lines"))])
    meta: dict[str, Any] = {}
    lines: dict[str, int] = {}
    faults = []
    loader = _Loader("")
    for key, value in node.value:
        line = _line(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(path, line, _("a key must be one word; quote it or delete the line")))
            continue
        if key.value in meta:
            faults.append(Fault(path, line, _("{name!r} stands twice; delete one").format(name=key.value)))
        lines[key.value] = line
        try:
            meta[key.value] = loader.construct_object(value, deep=True)
        except Exception as error:  # an impossible date, such as 2019-13-45; PyYAML raises many kinds
            why = getattr(error, "problem", None) or str(error)
            message = _("{key}: cannot be read ({reason}); mend or quote the value").format(key=key.value, reason=why)
            faults.append(Fault(path, line, message))
    if faults:
        raise AuthorError(faults)
    return meta, lines


def _line(mark: Any) -> int:
    return mark.line + 2 if mark else 1  # marks count from 0, and from the line below the first `---`


def _character(error: yaml.reader.ReaderError) -> str:
    return error.character if isinstance(error.character, str) else chr(error.character)  # libyaml gives its number
