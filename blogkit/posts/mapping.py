"""Read a mapping of YAML with the line of each key: a post's front matter, the book's settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ..errors import AuthorError, Fault
from ..language import _

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C takes a tenth of the time
_DEEPEST = 20


class _Loader(yaml.SafeLoader):
    """Reads a key that stands twice in a value as the mistake that it is."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(_("{name!r} stands twice").format(name=twice))
        return super().construct_mapping(node, deep)


def read_mapping(path: Path, text: str, first: int = 1) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the keys and the line of each, those below another one as ``key.below``; raise :class:`AuthorError`.

    ``first`` is the line of the file at which the text begins.
    """
    try:
        check_yaml(path, text, first)
        return _construct(path, yaml.compose(text, Loader=LOADER), first)
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark, first)
        message = _("this line cannot be read ({reason}); put its value in quotes").format(
            reason=error.problem or error.context
        )
        raise AuthorError([Fault(path, line, message)]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + first
        message = _("the character {character!r} is not allowed; delete it").format(character=_character(error))
        raise AuthorError([Fault(path, line, message)]) from error


def check_yaml(path: Path, source: str, line: int) -> None:
    """Refuse YAML that takes for ever to read: values deep in others, and aliases, which may stand for millions.

    ``line`` is its first one, for the :class:`AuthorError`.
    """
    depth = 0
    for event in yaml.parse(source, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            message = _("`*{name}`: a text that begins with `*` must stand in quotes").format(name=event.anchor)
        elif depth > _DEEPEST:
            message = _("too many brackets or lines inside others; quote the value or write it flat")
        else:
            continue
        raise AuthorError([Fault(path, line + (event.start_mark.line if event.start_mark else 0), message)])


def _construct(path: Path, node: yaml.Node | None, first: int) -> tuple[dict[str, Any], dict[str, int]]:
    if not isinstance(node, yaml.MappingNode) or not node.tag.startswith("tag:yaml.org,"):
        raise AuthorError([Fault(path, max(first - 1, 1), _("this is no list of `key: value` lines"))])
    meta: dict[str, Any] = {}
    lines: dict[str, int] = {}
    faults = []
    loader = _Loader("")
    for key, value in node.value:
        line = _line(key.start_mark, first)
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(path, line, _("a key must be one word; quote it or delete the line")))
            continue
        if key.value in meta:
            faults.append(Fault(path, line, _("{name!r} stands twice; delete one").format(name=key.value)))
        lines |= {key.value: line, **dict(_below(key.value, value, first))}
        try:
            meta[key.value] = loader.construct_object(value, deep=True)
        except Exception as error:  # an impossible date, such as 2019-13-45; PyYAML raises many kinds
            why = getattr(error, "problem", None) or str(error)
            message = _("{key}: cannot be read ({reason}); mend or quote the value").format(key=key.value, reason=why)
            faults.append(Fault(path, line, message))
    if faults:
        raise AuthorError(faults)
    return meta, lines


def _below(name: str, node: yaml.Node, first: int) -> Iterator[tuple[str, int]]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode):
            yield f"{name}.{key.value}", _line(key.start_mark, first)
            yield from _below(f"{name}.{key.value}", value, first)


def _line(mark: Any, first: int) -> int:
    return mark.line + first if mark else max(first - 1, 1)  # marks count from 0


def _character(error: yaml.reader.ReaderError) -> str:
    return error.character if isinstance(error.character, str) else chr(error.character)  # libyaml gives its number
