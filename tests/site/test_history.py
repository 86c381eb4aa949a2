"""What moved since the last published build, and what the results page shows of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Book, code

from blogkit.errors import AuthorError
from blogkit.render.pages.filters import Filters
from blogkit.site.history import HISTORY, Published, extend_history, history_file, read_history, value_changes


def history(*values: float) -> str:
    lines = (
        f'{{"executed": "2024-01-0{n}T00:00:00+00:00", "key": "k{n}", "post": "posts/2024-01-01-one", "seconds": 1, '
        f'"values": {{"score": {value}}}}}\n'
        for n, value in enumerate(values, 1)
    )
    return "".join(lines)


def build(book: Book, score: float, previous: str | None = None, **front: Any) -> str:
    cell = f"glue('score', {score}, unit='점')\nglue('table', {{(0, 1): 5}})"
    book.post("2024-01-01-one", code(cell), **front)
    if previous is not None:
        book.write("before/results-history.jsonl", previous)
    return book.build(BLOG_PREVIOUS_SITE=str(book.root / "before") if previous is not None else "")


def table(book: Book, which: int = 0) -> list[list[str]]:
    """What the cells of a table of the results page say."""
    rows = book.soup("results.html").select("table")[which].select("tr")
    return [[" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])] for row in rows]


def test_a_value_that_moved_is_said_once(book: Book) -> None:
    log = build(book, 0.5, history(0.1, 0.9), drift=0.01, expect={"score": ">= 0.2"})
    assert "2024-01-01-one: score moved from 0.9 to 0.5, more than the 0.01 of `drift`" in log
    assert table(book) == [
        ["값", "결과", "약속", "추이"],
        ["score", "0.5점", "✓ ≥ 0.2", ""],
        ["크게 바뀜 0.9 → 0.5 (허용 ±0.01)"],
    ]
    assert book.soup("results.html").select_one("svg.sparkline")["aria-label"] == "3번의 값, 0.1에서 0.9 사이"
    assert book.soup("results.html").select_one("[role=img].kept")["aria-label"] == "지킴"
    assert " moved from " not in book.build()  # published now: nothing has moved since, and nothing else is another
    assert not book.soup("results.html").select(".badge")


def test_what_may_move_and_what_is_not_there(book: Book) -> None:
    assert " moved from " not in build(book, 0.5, history(0.9), drift={"score": 0.5})
    book.post("2024-01-01-one", code("glue('score', 0.5)"), drift={"scoer": 0.1})
    assert "2024-01-01-one.md:3: `drift` names scoer, but no cell glues a number scoer" in book.fail()


def test_values_are_written_as_the_text_writes_them(book: Book) -> None:
    """The text comes before the description; a promise keeps its digits, and a move is never one of nothing."""
    cell = (
        "glue('score', 0.97451, label='<b>정확도</b> & 더')\nglue('n', 60000)\nglue('plain', 0.25)\nglue('unsaid', 7)\n"
        "glue('noted', 8, unit='m')\nglue('off', 0.5)"
    )
    body = "정확도 {glue:text}`score`, {glue:text}`score:.1%`, {glue:text}`n:,d`장, {glue}`plain`\n\n" + code(cell)
    front = {"description": "{score:.3f} {n:d} {off:.0%}", "expect": {"score": ">= 0.965", "n": ">= 0.5"}}
    book.post("2024-01-01-one", body, **front, drift={"score": 0.00005, "noted": 1})
    before = history(0.97459).replace("0.97459", '0.97459, "n": 0.5')
    book.write("before/results-history.jsonl", before)
    book.build(BLOG_PREVIOUS_SITE=str(book.root / "before"))
    main = [
        ["값", "결과", "약속", "추이"],
        ["<b>정확도</b> & 더 score", "97.5%", "✓ ≥ 96.5%", ""],
        ["크게 바뀜 0.97459 → 0.97451 (허용 ±0.005%p)"],
        ["n", "60,000", "✓ ≥ 0.5", ""],
        ["noted", "8 m", "", ""],
    ]
    assert table(book) == main
    helpers = [["plain", "0.25"], ["unsaid", "7"], ["off", "50%"]]
    assert table(book, 1) == [["값", "결과"], *helpers]
    (folded,) = book.soup("results.html").select("main details")
    assert (folded.summary.get_text(), folded.get("open")) == ("값 3개 더", None)
    labels = [svg["aria-label"] for svg in book.soup("results.html").select("svg.sparkline")]
    assert labels == ["2번의 값, 0.97451에서 0.97459 사이", "2번의 값, 0.5에서 60,000 사이"]


def test_where_no_value_is_named_in_words_those_stated_are_no_helpers(book: Book) -> None:
    values = code("glue('helper', 1)\nglue('said', 0.5)\nglue('described', 2)\nglue('kept', 3)")
    book.post("2024-01-01-one", "{glue:text}`said:.0%`\n\n" + values, description="{described}", expect={"kept": "> 2"})
    book.build()
    assert [row[:2] for row in table(book)] == [["값", "결과"], ["said", "50%"], ["described", "2"], ["kept", "3"]]
    assert table(book, 1) == [["값", "결과"], ["helper", "1"]]


def test_a_post_that_says_nothing_of_its_values_shows_all(book: Book) -> None:
    book.post("2024-01-01-one", code("glue('b', 1)\nglue('a', True)"))
    book.build()
    assert table(book) == [["값", "결과"], ["b", "1"], ["a", "예"]]
    assert not book.soup("results.html").select("main details")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (Filters("ko").promise(">= 0.965", ".0%"), "≥ 96.5%"),
        (Filters("ko").promise("<1e-12", ".2%"), "< 1e-10%"),
        (Filters("en").promise("== 60000", ",d"), "= 60,000"),
        (Filters("de").promise("> 0.9655", ""), "> 0,9655"),
        (Filters("en").distance(0.01, ".2%"), "1 percentage point"),
        (Filters("en").distance(0.005, ".2%"), "0.5 percentage points"),
        (Filters("en").move(0.9, 0.95, ".0%"), "90% → 95%"),
        (Filters("ko").value(0.5, "d"), "0.5"),
        (f"5{Filters('ko').unit('장')}, 5{Filters('ko').unit('%')}, 5{Filters('ko').unit('')}", "5장, 5%, 5"),
        (f"5{Filters('ko').unit('°C')}", "5\N{NO-BREAK SPACE}°C"),
    ],
)
def test_numbers_beside_a_value_are_written_as_it_is(written: str, shown: str) -> None:
    assert written == shown


def test_units_and_any_value_are_published(book: Book) -> None:
    import json

    build(book, 0.5)
    record = json.loads((book.site / "posts/2024-01-01-one.json").read_text(encoding="utf-8"))
    assert (record["units"], record["labels"]) == ({"score": "점"}, {})
    assert record["values"] == {"score": 0.5, "table": {"(0, 1)": 5}}


def test_values_that_changed_update_the_post(book: Book) -> None:
    build(book, 0.5, history(0.9, 0.5001), updated="2023-06-01")
    assert "2024-01-02T" not in (book.site / "feed.xml").read_text(encoding="utf-8").split("<entry>")[1]
    book.post("2024-01-01-one", code("glue('score', 0.5)"), updated="2023-06-01", tags=["말"])
    lines = history(0.9, 0.5, 0.50001)
    book.write("before/results-history.jsonl", lines)
    book.build(BLOG_PREVIOUS_SITE=str(book.root / "before"))
    assert "<updated>2024-01-02T09:00:00+09:00</updated>" in (book.site / "feed.xml").read_text(encoding="utf-8")


def test_a_damaged_line_is_left_out_and_the_others_stay(book: Book) -> None:
    good = history(0.1, 0.9).splitlines()
    newer = good[1].replace('"seconds": 1', '"seconds": 1, "of_tomorrow": {}')
    damaged = ["{", "[]", "5", '{"post": 1}', good[0].replace("2024-01-01T", "soon"), "\0", good[0][:-9]]
    log = build(book, 0.5, "\n".join([good[0], *damaged, "", newer]) + "\n")
    for number in range(2, 9):
        assert f"results-history.jsonl:{number}: no line of the history; it is left out" in log
    lines = (book.site / "results-history.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line.split('"score": ')[1].strip("}") for line in lines] == ["0.1", "0.9", "0.5"]


GOOD = (
    '{"executed": "2024-01-01T00:00:00+00:00", "key": "k", "post": "posts/2024-01-01-one", "seconds": 1, "values": {}}'
)


def line(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new).encode()


@pytest.mark.parametrize(
    "damage",
    [
        *(
            GOOD.encode()[:-1],
            GOOD.encode()[9:],
            b"\xff\xfe" * 20,
            b"\0" * 99,
            b"\x1f\x8b\x08",
            b"<html>",
            b"null",
            b"NaN",
            b'""',
        ),
        *(b"[" * 10_000, b'{"a":' * 10_000, b"9" * 5_000, b"{}", GOOD.encode() * 2),
        *(
            line('"k"', "5"),
            line('"k", ', "null, "),
            line('"posts/2024-01-01-one"', "[]"),
            line("2024-01-01-one", "\\ud800"),
        ),
        *(line('"seconds": 1', '"seconds": "1"'), line('"seconds": 1', '"seconds": NaN'), line(": 1,", ": 1e999,")),
        *(
            line(": 1,", f": {10**400},"),
            line(": 1,", ": null,"),
            line("+00:00", ""),
            line('"2024-01-01T00:00:00+00:00"', "1"),
        ),
        *(
            line("2024-01-01T", "9999-12-31T"),
            line("2024-01-01T", "0001-01-01T"),
            line("2024", "soon"),
            line("{}", "[]"),
        ),
        *(line("{}", '{"\\udfff": 1}'), line("{}", "null"), line("one", "one\xff").replace("\xff".encode(), b"\xff")),
    ],
    ids=lambda damage: damage[:60].decode("ascii", "replace"),
)
def test_what_is_no_record_is_left_out_and_said(
    tmp_path: Path, damage: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / HISTORY).write_bytes(b"\n".join([GOOD.encode(), damage, GOOD.encode(), b""]))
    found = read_history(tmp_path)
    assert history_file(found).splitlines() == [GOOD, GOOD]
    (said,) = capsys.readouterr().out.splitlines()
    assert f"{HISTORY}:2: no line of the history; it is left out" in said


@pytest.mark.parametrize(
    "number", ["NaN", "-Infinity", "1e999", "1e307", str(-(10**308)), str(10**400), '"1"', "true", "[1]"]
)
def test_what_is_no_number_that_can_be_compared_is_left_out_of_its_line(tmp_path: Path, number: str) -> None:
    (tmp_path / HISTORY).write_bytes(line("{}", f'{{"odd": {number}, "\u2028": 1}}') + b"\r\n")
    (found,) = read_history(tmp_path)
    assert found.values == {"\u2028": 1}
    (tmp_path / HISTORY).write_text(history_file([found]), encoding="utf-8")
    assert read_history(tmp_path) == [found]
    assert value_changes([found, found]) == {}


def test_a_history_that_cannot_be_read_is_a_fault_and_stays(tmp_path: Path) -> None:
    (tmp_path / HISTORY).mkdir()
    with pytest.raises(AuthorError, match="the history of results cannot be read"):
        read_history(tmp_path)
    assert read_history(tmp_path / "nowhere") == []


def test_the_same_key_with_another_value_adds_a_line() -> None:
    """A post executed again, by force or because it came over the network, may return something else."""
    record = SimpleNamespace(executed="2024-01-02T00:00:00+00:00", seconds=1.0)

    def extended(before: list[Published], **values: Any) -> list[Published]:
        result: Any = SimpleNamespace(key="k", record=record, values=values)
        return extend_history(before, {"posts/2024-01-01-one": result})

    history = extended(extended([], score=0.5), score=0.5)
    assert [each.values for each in extended(history, score=0.6)] == [{"score": 0.5}, {"score": 0.6}]
    assert len(extended(extended([], score=float("nan"), text="a"), score=float("nan"), text="b")) == 1


def test_a_text_has_no_curve(book: Book) -> None:
    book.write("before/results-history.jsonl", history(1, 2))
    book.post("2024-01-01-one", code("glue('score', 'text')"))
    book.build(BLOG_PREVIOUS_SITE=str(book.root / "before"))
    assert not book.soup("results.html").select("svg.sparkline")


def test_the_history_of_a_post_that_is_not_shown_stays() -> None:
    """It may come back: a draft, a post whose file was renamed and renamed back."""
    line = Published("posts/2024-01-01-gone", "k", "2024-01-01T00:00:00+00:00", 1.0, {"score": 0.5})
    assert extend_history([line], {}) == [line]
