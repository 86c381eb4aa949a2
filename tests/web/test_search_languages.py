"""Search in English, Japanese and other languages: what it finds, and that browser and build spell alike."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Book
from playwright.sync_api import Browser, Page
from search_library import FIND, HELD_OUT, HERE, QUERIES, first_right, found, write_library

from blogkit.publish.server import serving
from blogkit.web.search_folding import fold
from blogkit.web.search_index import weigh_grams, write_index
from blogkit.web.search_text import read_page
from blogkit.web.search_words import initials, words

pytestmark = pytest.mark.slow
STATIC = ROOT / "blogkit/render/theme/static"
TEXTS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "search_texts.yml").read_text(encoding="utf-8"))
ASKED = [(language, query) for language in ("en", "ja") for query in QUERIES[language]]
OTHERS = [(language, query) for language, of in TEXTS.items() for query in of["queries"]]
SPELLED = [
    "Crème Brûlée, Straße, STRAẞE, Łódź, smørrebrød, ﬁne Œuvre",
    "İstanbul ISPARTA ısı",
    "ﾃﾞｰﾀﾍﾞｰｽ サーバーを ユーザーインターフェース キー",
    "Ｐｙｔｈｏｎ３．１１　２８×２８ 28 × 28 1,234,567",
    "Ёлка, йод, ΝΕΥΡΩΝΙΚΆ δίκτυα ς",
    "인공신경망의 60,000장 ㅋㅋ",
    "人々の𠮷野家 卷积神经网络",
    "e\u0301 x\u0304 か\u3099",
]
SPELL = """async (texts) => {
    const { fold } = await import("./_static/search-languages.js");
    const { grams } = await import("./_static/search-query.js");
    return texts.map((text) => [fold(text), grams(fold(text)).map(([gram]) => gram)]);
}"""
FOLD = """async (texts) => {
    const { fold } = await import("./_static/search-languages.js");
    return texts.split("\\n").map(fold).join("\\n");
}"""
MARK = """async ([texts, query, language]) => {
    const { Text } = await import("./_static/search-languages.js");
    const { cutQuery, readings } = await import("./_static/search-query.js");
    const { matches } = await import("./_static/search-rank.js");
    const [term] = readings(cutQuery(query), [language])[0];
    return texts.map((text) => matches(new Text(text), term, language).map(([start, end]) => text.slice(start, end)));
}"""
Links = list[tuple[str, str]]


@contextmanager
def opened(browser: Browser, site: Path, name: str) -> Iterator[Page]:
    page = browser.new_page()
    with serving(site) as server:
        page.goto(server.home + name)
        yield page
    page.close()


def find(browser: Browser, site: Path, name: str, queries: list[str]) -> list[list[dict[str, Any]]]:
    """Search from a page of the site; return the links for each query."""
    with opened(browser, site, name) as page:
        return page.evaluate(FIND, [queries])


@pytest.fixture(scope="module")
def answers(make_book: Callable[[], Book], browser: Browser) -> dict[tuple[str, str], Links]:
    """What is found in a real book of each language: (language, query) → links in their order."""
    answers: dict[tuple[str, str], Links] = {}
    for language in ("en", "ja"):
        book = make_book()
        write_library(book, language)
        book.build()
        queries = [query["query"] for query in QUERIES[language] + HELD_OUT[language][0][0]]
        for query, links in zip(queries, find(browser, book.site, "about.html", queries), strict=True):
            answers[language, query] = [(link["page"], link["heading"]) for link in links]
    return answers


@pytest.fixture(scope="module")
def pages_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose pages are in many languages, each as its own ``lang`` says."""
    site = tmp_path_factory.mktemp("texts")
    shutil.copytree(STATIC, site / "_static")
    for language, of in TEXTS.items():
        for number, text in enumerate(of["texts"]):
            (site / f"{language}-{number}.html").write_text(
                f'<!doctype html><meta charset=utf-8><html lang=en><script defer src="_static/search.js"></script>'
                f"<main lang={language}-XX><article data-search-body><p>{escape(text)}</p></article></main>",
                encoding="utf-8",
            )
    write_index(site, [path.name for path in site.glob("*.html")])
    return site


@pytest.fixture(scope="module")
def others(pages_of_all: Path, browser: Browser) -> dict[tuple[str, str], set[str]]:
    links = find(browser, pages_of_all, "de-0.html", [query for _, query in OTHERS])
    return {asked: {link["page"] for link in found} for asked, found in zip(OTHERS, links, strict=True)}


@pytest.fixture(scope="module")
def script(pages_of_all: Path, browser: Browser) -> Iterator[Page]:
    with opened(browser, pages_of_all, "de-0.html") as page:
        yield page


@pytest.mark.parametrize(("language", "query"), ASKED, ids=[f"{lang}-{query['query']}" for lang, query in ASKED])
def test_query_finds_all_it_must_and_the_best_first(
    language: str, query: dict[str, Any], answers: dict[tuple[str, str], Links]
) -> None:
    links = answers[language, query["query"]]
    assert found(query, links), links
    assert first_right(query, links), links


@pytest.mark.parametrize("language", ["en", "ja"])
def test_first_result_is_right_for_most_queries_that_nothing_is_tuned_on(
    language: str, answers: dict[tuple[str, str], Links]
) -> None:
    ((queries, floor),) = HELD_OUT[language]
    assert sum(first_right(query, answers[language, query["query"]]) for query in queries) >= floor


@pytest.mark.parametrize("language", ["en", "ja"])
def test_list_is_large_enough(language: str) -> None:
    assert len({query["query"] for query in QUERIES[language]}) >= 42


@pytest.mark.parametrize(("language", "query"), OTHERS, ids=[f"{language}-{query}" for language, query in OTHERS])
def test_query_finds_its_pages(language: str, query: str, others: dict[tuple[str, str], set[str]]) -> None:
    pages = {page for page in others[language, query] if page.startswith(language)}
    assert pages == {f"{language}-{number}.html" for number in TEXTS[language]["queries"][query]}


# Browser and build spell alike


def test_browser_and_build_put_words_in_the_same_places(script: Page) -> None:
    texts = ["트랜스포머", "가힣나", "softmax", "naïve-가", "ёлка"]
    asked = "async (texts) => texts.map((await import('./_static/search-near.js')).initials)"
    assert script.evaluate(asked, texts) == [initials(text) for text in texts]


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("트랜스포머", ["트렌스포머", "트랜스퍼머", "트랜스포마", "트랜스폼머"], ["트램펄린", "포머"]),
        ("왠지", ["웬지", "왼지"], ["먼지", "완지"]),
        ("찌개", ["찌게", "치개"], ["지갑", "씨앗"]),
        ("softmax", ["softmx", "sotfmax", "softtmax", "siftmax"], ["softener", "max", "sotfmx"]),
        ("transformer", ["tranformer", "transfromer", "trnsfomer"], ["transfer", "former"]),
        ("adam", ["adma"], ["adom", "dam", "edam"]),
        ("모델의", ["모댈"], ["모발"]),
        ("자주", [], ["제주도"]),
        ("gan", [], ["gna", "gam"]),
    ],
)
def test_which_spellings_are_near(script: Page, word: str, near: list[str], far: list[str]) -> None:
    asked = """async ([word, typed]) => {
        const { nearestWord } = await import("./_static/search-near.js");
        const index = { lists: ["a"], load: async () => ({ [word]: 1 }) };
        const found = await Promise.all(typed.map((one) => nearestWord(index, one, false)));
        return found.map((one, i) => one && one !== typed[i]);
    }"""
    typed = near + far
    found = dict(zip(typed, script.evaluate(asked, [word, typed]), strict=True))
    assert [one for one in near if not found[one]] == []
    assert [one for one in far if found[one]] == []


def test_browser_and_build_fold_every_character_alike(script: Page) -> None:
    codes = [code for code in range(0x20, 0x10000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")]
    texts = [unicodedata.normalize("NFC", f"a{chr(code)}b") for code in codes]
    folded = script.evaluate(FOLD, "\n".join(texts)).split("\n")  # one text crosses sooner than 60,000
    differing = [pair for pair in zip(map(fold, texts), folded, strict=True) if pair[0] != pair[1]]
    assert not differing


@pytest.mark.parametrize("text", SPELLED)
def test_browser_and_build_fold_texts_alike_and_cut_the_same_grams(script: Page, text: str) -> None:
    ((folded, asked),) = script.evaluate(SPELL, [text])
    text = unicodedata.normalize("NFC", text)
    codes = (weigh_grams([("text", text)]) >> 3).tolist()
    written = {(chr(c >> 32) + chr(c >> 16 & 0xFFFF) + chr(c & 0xFFFF)).rstrip("\0") for c in codes}
    assert folded == fold(text)
    assert asked
    assert set(asked) <= written


@pytest.mark.parametrize(
    ("query", "texts", "marked"),
    [
        ("strasse", ["Die Straße hier", "STRASSE"], [["Straße"], ["STRASSE"]]),
        ("データ", ["このﾃﾞｰﾀを", "でーた"], [["ﾃﾞｰﾀ"], ["でーた"]]),
        ("サーバ", ["サーバーを"], [["サーバー"]]),
        ("60000", ["von 60,000 bis"], [["60,000"]]),
        ("28x28", ["ﬁn 28 × 28 ﬁn"], [["28 × 28"]]),
        ("creme", ["ﬁne Crème"], [["Crème"]]),
        ("training", ["constrained, trained; Trainings", "It rains"], [["trained", "Trainings"], []]),
    ],
)
def test_marks_stand_where_the_text_was_folded(script: Page, query: str, texts: list[str], marked: Any) -> None:
    assert script.evaluate(MARK, [texts, query, "en"]) == marked


@pytest.mark.parametrize(
    ("language", "query", "alike", "others"),
    [
        ("en", "training", ["train", "trains", "trained", "trainings"], ["trainer", "trail", "constrained"]),
        ("en", "fitted", ["fit", "fits", "fitting"], ["fitness", "profits"]),
        ("en", "coding", ["code", "codes", "coded"], ["cod", "codec"]),
        ("en", "rates", ["rate", "rating"], ["rat", "rats"]),
        ("en", "cars", ["car"], ["care", "caring", "scar"]),
        ("en", "parts", ["part", "parting"], ["party", "parties"]),
        ("en", "counted", ["count", "counts", "counting"], ["county", "country"]),
        ("en", "studies", ["study", "studied", "studying"], ["studio", "stud"]),
        ("en", "classes", ["class", "classed"], ["clasp"]),
        ("en", "indices", ["index", "indexes"], ["indigo"]),
        ("en", "using", ["use", "used", "uses"], ["us", "bus", "user"]),
        ("en", "strings", ["string"], ["str", "stred"]),
        ("en", "models", ["model", "modelling", "modeled"], ["mode", "modes"]),
        ("de", "Häuser", ["Haus", "Hause", "Haeuser"], ["Maus", "Hauch"]),
        ("de", "training", ["Trainings"], ["Trainerin", "trained"]),
        ("ja", "書いた", ["書く", "書きます", "書いて"], ["書を", "書籍"]),
        ("ja", "読んで", ["読む", "読みました"], ["読書", "読を"]),
        ("ja", "食べる", ["食べた", "食べない"], ["食事", "食を"]),
        ("ja", "損失が", ["損失を", "損失関数"], ["失敗"]),
        ("ja", "학습을", ["학습을"], ["학습은"]),
        ("zh", "网络的", ["网络", "网络层"], ["网"]),
        ("ja", "効果的", ["効果的な"], ["効果"]),
        ("ko", "の", ["の"], ["に"]),
    ],
)
def test_forms_of_a_word(script: Page, language: str, query: str, alike: list[str], others: list[str]) -> None:
    marked = dict(zip(alike + others, script.evaluate(MARK, [alike + others, query, language]), strict=True))
    assert [word for word in alike if not marked[word]] == []
    assert [word for word in others if marked[word]] == []


def test_words_that_may_be_misspelt() -> None:
    texts = ["MNIST의 손글씨와 x_train, sparse_categorical 28x28 und Straße", "データ 학 ab 88eaf78b " + "x" * 30]
    assert words(texts) == {"mnist", "손글씨와", "train", "sparse", "categorical", "strasse"}


def test_a_sentence_without_spaces_behind_it_is_shown_alone(script: Page) -> None:
    ranked = """async () => {
        const { Text } = await import("./_static/search-languages.js");
        const { cutQuery, readings } = await import("./_static/search-query.js");
        const { rank } = await import("./_static/search-rank.js");
        const fields = ["", "一つ目の文。検証データの損失。三つ目。", ""].map((field) => new Text(field));
        const [terms] = readings(cutQuery("損失は"), ["ja"]);
        return rank(new Text("題"), [["", ...fields]], terms, "ja").sections[0].snippet;
    }"""
    assert script.evaluate(ranked) == "検証データの損失。"


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang=ko><p data-search-body>x", "ko"),
        ("<html lang=ko><main lang=pt-BR><p data-search-body>x", "pt"),
        ("<html lang=ko><p lang=pt_BR data-search-body>x", "pt"),
        ("<p data-search-body>x", ""),
    ],
)
def test_language_of_a_page_is_the_nearest(html: str, language: str) -> None:
    page = read_page(html.encode(), "a.html")
    assert page is not None
    assert page.language == language
