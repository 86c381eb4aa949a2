"""What the command line and the build say to authors, in their language."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po
from conftest import ROOT, Book, code

from blogkit.language import LOCALE

KOREAN = {"LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "ko_KR.UTF-8"}
IN_KERNELS = ("execution/seal/guard.py", "execution/seal/start.py", "execution/prelude/")
"""What runs where there is no engine."""
SAYING = {
    "AuthorError",
    "BadValue",
    "Failure",
    "Fault",
    "FileExistsError",
    "OSError",
    "Reason",
    "URLError",
    "ValueError",
}
SAYING |= {"_fail", "at_key", "_fault", "_log", "_stop", "exit", "fail", "fault", "log", "print", "warning"}
GETTEXT = {"_", "N_", "gettext", "ngettext"}
WORDS = re.compile(r"""(?!.*[<"=\\]|.*(pip|git) )(.*[A-Za-z]{2})? [a-z]{2}""", re.DOTALL)
"""Not HTML, patterns, commands."""


def test_a_build_says_faults_in_the_authors_language(book: Book) -> None:
    book.write("posts/2024-01-01-none.md", "no front matter")
    book.post("2024-01-02-odd", dratf=True)
    said = book.fail(**KOREAN)
    assert "posts/2024-01-01-none.md:1: 제목이 없습니다." in said
    assert "알 수 없는 키 'dratf'. 'draft'을(를) 쓰려고 했나요?" in said
    assert "사이트는 바뀌지 않았습니다." in said
    assert "no title; add a line" in book.fail(**{**KOREAN, "LANGUAGE": "en"})


def test_status_speaks_korean_to_authors_and_english_to_scripts(book: Book) -> None:
    book.post("2024-01-02-code", code("1"))
    assert book.blogkit("status", **KOREAN).stdout == "낡음  2024-01-02-code\n       저장된 결과 없음\n"
    (found,) = json.loads(book.blogkit("status", "--json", **KOREAN).stdout)
    assert found["reasons"] == ["no result is stored"]
    said = book.blogkit("--help", **KOREAN).stdout
    assert said.startswith("사용법: python -m blogkit")
    assert "글마다 결과가 최신인지" in said


def test_a_result_does_not_know_the_authors_language(book: Book) -> None:
    book.post("2024-01-01-good", code("glue('a', 1)"), expect={"a": "> 1"})
    book.post("2024-01-02-bad", code("print(open('secret').read())"))
    said = book.blogkit("execute", **KOREAN).stdout
    assert "글 2편 실행: 2024-01-02-bad, 2024-01-01-good" in said
    assert re.search(r"^2024-01-01-good: 완료, \d+\.\d초$", said, re.MULTILINE)
    assert "셀 1: FileNotFoundError: " in said
    assert "약속은 a > 1, 결과는 1" in said
    assert "executing 1 post: 2024-01-02-bad\n" in book.blogkit("execute").stdout
    records = [path.read_text(encoding="utf-8") for path in (book.root / "_build").rglob("result.json")]
    assert records
    assert not re.search("[가-힣]", "".join(records))


def test_translations_have_the_fields_of_their_messages() -> None:
    for path in LOCALE.rglob("*.po"):
        with path.open("rb") as file:
            catalog = read_po(file, path.parts[-3])
        for message in catalog:
            texts = [message.id, message.string]
            one, other = (sorted(_fields(text if isinstance(text, str) else text[-1])) for text in texts)
            assert one == other, message.id


def test_everything_that_is_said_can_be_translated() -> None:
    engine = ROOT / "blogkit"
    files = {path.relative_to(engine).as_posix(): path.read_text(encoding="utf-8") for path in engine.rglob("*.py")}
    found = {name: [*_untranslated(text)] for name, text in files.items() if not name.startswith(IN_KERNELS)}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "print('no post')",
        "print(f'no post {name}')",
        "print(f\"{_('no post')}: {name}\")",  # pybabel does not look into it
        "raise AuthorError([Fault(path, 0, 'no post')])",
        "message = 'no post {}'\nlog(message.format(name))",
        "_NO_POST = _('no post')",
        "parser.add_argument('a', help='name of a post')",
        "def reason(): return 'is hidden; move the file'",
    ],
)
def test_what_cannot_be_translated_is_found(source: str) -> None:
    assert list(_untranslated(source))
    assert not list(_untranslated("print(_('no post {name}').format(name=name), f'{a}: {b} s')"))


def _fields(text: str) -> list[str]:
    return re.findall(r"\{\w*(?:![rs])?(?::[^}]*)?\}|%\(\w+\)[dsr]|%[dsr]", text)


def _untranslated(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of what is said and has words that go through no catalog, or go through it too early."""
    tree = ast.parse(source)
    values: dict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            values[ast.unparse(target)].append(node.value)
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            yield from _calls(statement, {"_", "ngettext"})
    todo = list(_said(tree))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.JoinedStr):
            yield from _calls(node, GETTEXT)
        if isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and _name(node.func) in GETTEXT):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORDS.match(node.value):
            yield node.lineno, node.value
        elif isinstance(node, ast.Name):
            todo += values.pop(node.id, [])
        todo += ast.iter_child_nodes(node)


def _said(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in SAYING:
            yield from (*node.args, *(each.value for each in node.keywords))
        is_help = isinstance(node, ast.keyword) and node.arg in ("help", "description")
        is_answer = isinstance(node, ast.Return | ast.Yield) and isinstance(node.value, ast.Constant | ast.JoinedStr)
        if is_help or is_answer:
            yield node.value  # type: ignore[attr-defined]


def _calls(tree: ast.AST, names: set[str]) -> Iterator[tuple[int, str]]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) in names)
    return ((call.lineno, ast.unparse(call)) for call in calls)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
