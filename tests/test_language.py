"""The words of readers: catalogs that are whole and fresh, no other language in the code, codes of languages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from conftest import ROOT

from blogkit.language import language_code, language_of, locale, with_territory, words

CATALOGS = sorted((ROOT / "blogkit/locale").glob("*/LC_MESSAGES/blogkit.po"))
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
LETTERS = {f"blogkit/render/theme/static/search-{name}.js" for name in ("languages", "near")}
"""Where Hangul is no word, but what the search reckons with."""


def test_catalogs_are_up_to_date(tmp_path: Path) -> None:
    for folder in (".ci", "blogkit"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    subprocess.run([tmp_path / ".ci/catalogs"], check=True, env={**os.environ, "PATH": path})
    for catalog in CATALOGS:
        for file in (catalog, catalog.with_suffix(".mo")):
            assert (tmp_path / file.relative_to(ROOT)).read_bytes() == file.read_bytes(), "run .ci/catalogs"


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.parts[-3])
def test_catalogs_have_all_words(catalog: Path) -> None:
    with catalog.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    assert len(messages) > 90
    for message in messages:
        assert all(message.string if message.pluralizable else [message.string]), message.id
        assert not message.fuzzy, message.id


def test_code_templates_and_scripts_say_nothing_in_korean() -> None:
    texts = {".py", ".html", ".js", ".css", ".toml"}
    files = [path for path in (ROOT / "blogkit").rglob("*") if path.suffix in texts]
    assert len(files) > 100
    korean = {path.relative_to(ROOT).as_posix() for path in files if HANGUL.search(path.read_text(encoding="utf-8"))}
    assert korean == LETTERS


def test_words_are_english_where_there_is_no_catalog() -> None:
    assert words("ko-KR").gettext("All posts") == "모든 글"
    assert words("pt-BR").gettext("All posts") == "All posts"
    assert (language_of(words("ko")), language_of(words("pt-BR"))) == ("ko", "en")


@pytest.mark.parametrize(
    ("text", "code"), [("ko", "ko"), ("EN", "en"), ("pt_br", "pt-BR"), ("zh-hans", "zh-Hans"), ("es-419", "es-419")]
)
def test_codes_of_languages_have_one_spelling(text: str, code: str) -> None:
    assert language_code(text) == code


@pytest.mark.parametrize("text", ["", "..", "k\0o", "jp", "korean", "en-UK", "zh-Hanx", "en.UTF-8", "en-", "False"])
def test_what_is_no_language_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no code of a language"):
        language_code(text)


def test_commands_do_without_babel() -> None:
    asked = "import sys, blogkit.cli as c; c.read_config(c.Path()); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "babel" not in done.stdout.split() and "blogkit.language" in done.stdout.split()


def test_languages_that_babel_does_not_know_so_closely() -> None:
    assert [str(locale(code)) for code in ("pt-BR", "en-KR", "xx")] == ["pt_BR", "en", "en"]
    codes = ("ko", "en-GB", "zh-Hans", "zh-Hant", "xx")
    assert list(map(with_territory, codes)) == ["ko_KR", "en_GB", "zh_CN", "zh_TW", "xx"]
