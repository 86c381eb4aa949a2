"""Say how a result came to be: for readers, for machines and in the notebook that readers download."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin

import nbformat

from .execute import prelude_source
from .notebooks import fill_glue
from .posts import Post
from .reader import with_outputs
from .store import Result

_TITLES = {
    **{"note": "참고", "tip": "팁", "hint": "힌트", "seealso": "함께 보기", "important": "중요"},
    **{"warning": "경고", "caution": "주의", "attention": "주의", "danger": "위험", "error": "오류"},
    **{"admonition": "", "dropdown": ""},
}
_NOTE = re.compile(
    r"^(?P<fence>:{3,}|`{3,})\{(?P<kind>" + "|".join(_TITLES) + r")\}(?P<title>.*)\n"
    r"(?P<body>(?:.*\n)*?)(?P=fence)[ \t]*$",
    re.MULTILINE,
)
_MATH = re.compile(r"^```\{math\}.*\n(?::[\w-]+:.*\n)*((?:.*\n)*?)```[ \t]*$", re.MULTILINE)
_LINK = re.compile(r"(\]\()(?!#)([^)\s]+)")
_SOURCE = re.compile(r"\.(?:md|ipynb)(?=$|#)")


def provenance(post: Post, result: Result, repository: str = "") -> dict[str, Any]:
    """Return the facts under a post: times in ISO 8601, durations in seconds, digests in SHA-256."""
    function = result.record["function"]
    environment = function["environment"]
    commit = result.record["commit"]
    return {
        "key": result.key,
        "executed": result.record["executed"],
        "seconds": result.record["seconds"],
        "python": environment["python"],
        "platform": f"{environment['system']} {environment['machine']}",
        "processor": result.record["processor"],
        "device": result.record["device"],
        "packages": result.record["packages"],
        "all_packages": environment["packages"],
        "inputs": function["inputs"],
        "outputs": result.record["outputs"],
        "commit": commit,
        "commands": _commands(post, commit, repository),
        "json_url": f"{post.slug}.json",
    }


def as_json(post: Post, result: Result, facts: dict[str, Any]) -> str:
    """Return the machine-readable record that stands beside the page; ``facts`` are its :func:`provenance`."""
    record = {"title": post.title, "url": post.url, "values": result.values, "units": result.units, **facts}
    del record["json_url"]
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def published_notebook(post: Post, result: Result, summary: str, facts: dict[str, Any], address: str = "") -> str:
    """Return the executed notebook for readers: title and summary first, then what makes it run anywhere.

    ``facts`` are its :func:`provenance`; ``address`` is that of the post, if it is known.
    """
    notebook = with_outputs(post, result)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        elif cell.cell_type == "markdown":
            cell.source = _plain_markdown(fill_glue(cell.source, result.values), address)
    head = [nbformat.v4.new_markdown_cell(f"# {post.title}\n\n{summary}".strip())]
    prelude = prelude_source(post)
    if prelude:
        packages = " ".join(f"{name}=={version}" for name, version in result.record["packages"].items())
        setup = (
            "# 블로그 밖에서 실행할 때 필요한 준비입니다: 한글 글꼴, 그림 스타일, glue().\n"
            f"# 이 글을 실행한 패키지: {packages or '표준 라이브러리'}\n"
            f"%pip install -q koreanize-matplotlib\n\n{prelude}"
        )
        head.append(nbformat.v4.new_code_cell(setup, metadata={"jupyter": {"source_hidden": True}}))
    notebook.cells[:0] = head
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": post.kernel, "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "version": facts["python"]},
            "provenance": {**facts, "values": result.values, "units": result.units},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return nbformat.writes(notebook) + "\n"


def _plain_markdown(text: str, address: str) -> str:
    """Write what only MyST knows as plain Markdown, and links so that they hold anywhere."""
    text = _NOTE.sub(_quotation, text)
    text = _MATH.sub(r"$$\n\1$$", text)
    if not address:
        return text
    return _LINK.sub(lambda m: m[1] + urljoin(address, m[2] if ":" in m[2] else _SOURCE.sub(".html", m[2])), text)


def _quotation(match: re.Match[str]) -> str:
    title = match["title"].strip() or _TITLES[match["kind"]]
    body = re.sub(r"\A(?::[\w-]+:.*\n)+", "", match["body"])
    return "\n".join(f"> {line}".rstrip() for line in (f"**{title}**", "", *body.strip().split("\n")))


def _commands(post: Post, commit: str, repository: str) -> list[str]:
    commit, dirty, _ = commit.partition("-dirty")
    clone = [f"git clone {repository} blog && cd blog"] if repository else []
    checkout = [f"git checkout {commit}" + "  # + 커밋하지 않은 변경" * bool(dirty)] if commit else []
    return [*clone, *checkout, "pip install -r requirements.txt", f"python -m blogkit execute {post.slug}"]
