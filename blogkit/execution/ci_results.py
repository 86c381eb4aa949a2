"""Accept from each runner in CI the results that it was asked for, and nothing else."""

from __future__ import annotations

import json
import shutil
import tarfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import AuthorError, Fault, for_each
from ..files import file_digest
from ..language import _
from .function import Function
from .result import Result
from .status import State
from .store import RESULTS, Store


def accept(plan: Sequence[Mapping[str, Any]], folder: Path, states: Iterable[State], store: Store) -> int:
    """Store the results that the runners of ``plan`` handed on in ``folder``; return how many.

    What runner N handed on is ``results-N.tar.gz``, in a folder of the artifact's name or, where it is the only one,
    without (actions/download-artifact#419). One that holds anything that its runner was not asked for is left out as a
    whole; an :class:`AuthorError` says so in the end.
    """
    functions = {state.function.post.slug: state.function for state in states}
    asked = {f"results-{n}": [functions[p] for p in entry["posts"] if p in functions] for n, entry in enumerate(plan)}

    def one(archive: Path) -> int:
        runner = archive.name.partition(".")[0] if archive.parent == folder else archive.parent.name
        return _accept(archive, {f.key: f for f in asked.get(runner, ())}, store)

    return sum(for_each(one, sorted(path for path in folder.rglob("*") if not path.is_dir())))


def _accept(archive: Path, asked: Mapping[str, Function], store: Store) -> int:
    with store.scratch() as folder:
        try:
            with tarfile.open(archive) as tar:
                keys = {_unpack(tar, member, asked, folder) for member in tar if not member.isdir()}
            results = [_checked(key, asked[key], Store(folder)) for key in sorted(keys)]
        except (ValueError, OSError, EOFError, RecursionError, tarfile.TarError, zlib.error) as error:
            message = _("{reason}; nothing of it is used").format(reason=error)
            raise AuthorError([Fault(archive, 0, message)]) from error
        for result in results:
            store.take(result)
        return len(results)


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, asked: Mapping[str, Function], folder: Path) -> str:
    """Unpack a file of a result that was asked for; return its key, or raise ``ValueError`` for anything else."""
    path = PurePosixPath(member.name)
    within, start, key = (*path.parts, "", "", "")[:3]
    try:  # a link is to what came before it in the archive: results share their scripts
        content = tar.extractfile(member) if member.isreg() or member.islnk() else None
    except KeyError:
        content = None
    if content is None or ".." in path.parts or within != RESULTS or key not in asked or start != key[:2]:
        message = _("holds {name!r}, which its runner was not asked for, or executed on another system")
        raise ValueError(message.format(name=member.name))
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("xb") as file:
        shutil.copyfileobj(content, file)
    return key


def _checked(key: str, function: Function, store: Store) -> Result:
    """Return the result of a function; raise ``ValueError`` if it is damaged or another's."""
    result, post = store.find(key), function.post
    if result is None:
        raise ValueError(_("the result of {post} is damaged").format(post=post.slug))
    record = result.record
    same = json.loads(json.dumps(function.description)) == record.function
    files = {name: file_digest(result.file(name)) for name in post.outputs if result.file(name).is_file()}
    scripts = zip(record.scripts.values(), result.scripts.values(), strict=True)
    if any(file_digest(script) != digest for digest, script in scripts):
        raise ValueError(_("the result of {post} is damaged").format(post=post.slug))
    if not same or record.post != post.docname or record.outputs != files or len(files) != len(post.outputs):
        raise ValueError(_("the result of {post} is one of another post or of other code").format(post=post.slug))
    return result
