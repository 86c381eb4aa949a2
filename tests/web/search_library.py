"""Blogs to search in: in Korean the real first post, not executed, among posts that compete with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT, Book

HERE = Path(__file__).parent
LANGUAGES = {"ko": "", "en": "_en", "ja": "_ja"}
"""How the names of a language's posts and queries end."""
QUERIES: dict[str, list[dict[str, Any]]] = {
    language: yaml.safe_load((HERE / f"search_queries{end}.yml").read_text(encoding="utf-8"))
    for language, end in LANGUAGES.items()
}
_HELD_OUT, _LATER, _UNSEEN = (
    yaml.safe_load((HERE / f"search_queries_{name}.yml").read_text(encoding="utf-8"))
    for name in ("held_out", "held_out_later", "unseen")
)
HELD_OUT = {
    "ko": [(_HELD_OUT, 38), (_LATER, 39), (_UNSEEN["ko"], 25)],
    "en": [(_UNSEEN["en"], 24)],
    "ja": [(_UNSEEN["ja"], 20)],
}
"""Lists that nothing is tuned on, and of how many of their queries the first link must be right."""
SYNONYMS = [
    ["딥러닝", "deep learning"],
    ["순환 신경망", "RNN", "recurrent neural network"],
    ["과적합", "과대적합", "overfitting"],
    ["경사하강법", "그래디언트 디센트", "gradient descent"],
    ["소프트맥스", "softmax"],
    ["렐루", "ReLU"],
    ["넘파이", "NumPy"],
    ["판다스", "pandas"],
    ["케라스", "Keras"],
    ["텐서플로", "TensorFlow"],
]
FIND = """async ([queries]) => {
    const root = new URL("..", document.querySelector('script[src*="search.js"]').src);
    const { Index } = await import(new URL("_static/search-index.js", root).href);
    const address = (name) => new URL("search/" + name.split("/").map(encodeURIComponent).join("/"), root);
    const index = new Index(async (name) => (await fetch(address(name))).json());
    await index.open();
    const cut = (text, marks) => marks.map((mark) => text.slice(...mark));
    const all = [];
    for (const query of queries) {
        const found = await index.search(query);
        while (found.more) await found.next();
        all.push(found.results.flatMap(({ page, sections }) => sections.map((section) => {
            const { anchor, heading, snippet } = section;
            const [headed, marked] = [cut(heading, section.headed), cut(snippet, section.marks)];
            return { page: page.url, anchor, heading, snippet, headed, marked };
        })));
    }
    return all;
}"""
"""Searches in a page of a site for each query; returns what the dialog would show."""
_KEYS = ("title", "date", "categories", "tags")
_OPTIONS = re.compile(r"^---\n.*?^---\n|^:.*\n", re.MULTILINE | re.DOTALL)


def write_library(book: Book, language: str = "ko") -> None:
    """Write the posts; code cells become plain blocks of code, and glued values a number."""
    for path in sorted((HERE / f"search_posts{LANGUAGES[language]}").glob("*.md")):
        book.write(f"posts/{path.name}", path.read_text(encoding="utf-8"))
    book.config(language=language, blog_search_synonyms=SYNONYMS if language == "ko" else [])
    if language != "ko":
        return
    (path,) = (ROOT / "posts").glob("*-mnist_image_classification.md")
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    front = {key: value for key, value in yaml.safe_load(front).items() if key in _KEYS}
    body = re.sub(r"```\{code-cell\} ipython3\n(.*?)```", _as_plain_code, body, flags=re.DOTALL)
    body = re.sub(r"\{glue:text\}`n_(train|test)\S*`", "60,000", body)
    body = re.sub(r"\{glue:text\}`[^`]*`", "7", body)
    body = re.sub(r"```\{try-model\} \S+\n(.*?)```", r"\1", body, flags=re.DOTALL)
    body = re.sub(r"(?m)^:::\{figure\}.*?^:::$", "", body, flags=re.DOTALL)
    book.post(path.stem, body, **front)


def found(query: dict[str, Any], links: list[tuple[str, str]]) -> bool:
    """Tell whether all pages that a query must find are among the links (page, heading), or none if none must be."""
    names = {_name(page) for page, _ in links}
    return set(query["finds"]) <= names if query["finds"] else not links


def first_right(query: dict[str, Any], links: list[tuple[str, str]], sections: bool = True) -> bool:
    """Tell whether the first link is one that the query asks for; without ``sections``, only its page counts."""
    wanted = query["first"] if "first" in query else query["finds"]
    if not wanted or not links:
        return not wanted and not links
    page, heading = links[0]
    targets = [name.partition("#") for name in ([wanted] if isinstance(wanted, str) else wanted)]
    return any(_name(page) == name and (not sections or of in ("", heading)) for name, _, of in targets)


def _name(page: str) -> str:
    name = page.rsplit("/", 1)[-1].removesuffix(".html")
    return re.sub(r"^\d{4}-\d\d-\d\d-", "", name)


def _as_plain_code(match: re.Match[str]) -> str:
    if "remove-cell" in match[1]:
        return ""
    return f"```python\n{_OPTIONS.sub('', match[1], count=1)}```"
