"""Cards: every letter drawn, nothing outside, nothing drawn twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from blogkit.posts.post import Post
from blogkit.posts.references import LiveText, fill_template
from blogkit.site.address import Site
from blogkit.site.entry import Entry
from blogkit.web import card_drawing as cards
from blogkit.web.social_cards import SocialCard, post_card, write_cards

CARD = SocialCard(
    "2019-12-20-mnist",
    "손글씨 숫자를 읽는 첫 신경망: TensorFlow로 MNIST 분류하기",
    fill_template("처음 보는 {n:,}장으로 시험했습니다. 정확도 {acc:.2%}.", {"n": 10_000, "acc": 0.9758}),
    "AI · Deep Learning",
    "JiHyun Kim",
    "2019. 12. 20.",
)
LONG = dataclasses.replace(
    CARD,
    title="띄어쓰기가없어서아무데서나끊을수밖에없는제목" * 6,
    summary=LiveText((("아주 긴 요약입니다. " * 60, False),)),
    label="분류 " * 60,
    foot="이름 " * 60,
)


def pixels(card: SocialCard) -> np.ndarray:
    with Image.open(io.BytesIO(cards.draw(card))) as image:
        assert image.size == (1200, 630)
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def near(image: np.ndarray, colour: str) -> int:
    """How many pixels have a colour."""
    return int((abs(image - np.array(ImageColor.getrgb(colour))).sum(axis=2) < 12).sum())


def picture(size: tuple[int, int], colour: str, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def entry(**values: object) -> Entry:
    day = dt.datetime(2019, 12, 20, tzinfo=dt.UTC)
    post = Post(Path("posts/a.md"), "posts/2019-12-20-a", "", **{"title": "글", "date": day, **values})
    glued = {"n": 1234, "acc": 0.97581}
    return Entry(post, glued, fill_template(post.description, glued))


def test_korean_is_drawn_and_not_as_boxes() -> None:
    letters = {bytes(cards._font("ExtraBold", 40, "Nanum").getmask(letter)) for letter in "가각뷁힣ㄱAa1…·漢"}
    assert len(letters) == 11
    assert all(cards._known(letter, "Nanum") for letter in "가각뷁힣ㄱAa1…·漢")


def test_what_the_font_lacks_is_left_out() -> None:
    assert not cards._known("😀", "Nanum")
    assert cards.draw(dataclasses.replace(CARD, title="글 😀제목")) == cards.draw(
        dataclasses.replace(CARD, title="글 제목")
    )


def test_letters_that_one_font_lacks_are_drawn_with_another() -> None:
    plain, marked = SocialCard("a", "Licoes e numeros"), SocialCard("a", "Lições e números")
    assert cards._family(marked) == "DejaVu"
    assert cards.draw(plain) != cards.draw(marked)
    assert cards._family(CARD) == "Nanum"


def test_the_mark_is_the_icon_of_the_blog() -> None:
    image = pixels(dataclasses.replace(CARD, mark=picture((180, 180), "#aa2244")))
    assert near(image, "#aa2244") == 44 * 44
    svg = dataclasses.replace(CARD, mark=b"<svg/>")
    assert cards.draw(svg) == cards.draw(CARD)


def test_decomposed_hangul_is_composed() -> None:
    import unicodedata

    assert cards.draw(dataclasses.replace(CARD, title=unicodedata.normalize("NFD", CARD.title))) == cards.draw(CARD)


@pytest.mark.parametrize(
    "card", [CARD, LONG, SocialCard("a", "글"), dataclasses.replace(LONG, thumbnail=picture((9, 900), "red"))]
)
def test_margins_stay_empty(card: SocialCard) -> None:
    image = pixels(card)
    ground = image[20:, :70], image[20:, 1140:], image[612:], image[20:44]
    paper = np.array(ImageColor.getrgb(cards._PAPER))
    for part in ground:
        assert abs(part - paper).max() <= 1


def test_live_values_have_their_colour() -> None:
    typed = dataclasses.replace(CARD, summary=LiveText(((str(CARD.summary), False),)))
    assert near(pixels(CARD), cards._LIVE) > 500
    assert near(pixels(typed), cards._LIVE) == 0


def test_lines_break_between_words_and_end_with_an_ellipsis() -> None:
    style = cards._Style(30, "Regular", "Nanum")
    words = cards._plain_words("정확도는 아흔일곱 퍼센트입니다 그리고 손실은 낮습니다", "Nanum")
    lines = cards._wrap(words, style, 300, 9)
    assert [word for line in lines for word in line] == words
    assert len(lines) > 2
    assert all(style.width(line) <= 300 for line in lines)
    cut = cards._wrap(words, style, 300, 2)
    assert len(cut) == 2
    assert "".join(text for word in cut[-1] for text, _ in word).endswith("…")
    assert style.width(cut[-1]) <= 300
    assert len(cards._wrap(cards._plain_words("가" * 100, "Nanum"), style, 300, 99)) > 5


def test_title_fills_its_lines_evenly() -> None:
    style = cards._Style(60, "ExtraBold", "Nanum")
    words = cards._plain_words("한 줄을 거의 다 채우는 제목 끝", "Nanum")
    full = style.width(words) - 10
    widths = [style.width(line) for line in cards._wrap(words, style, cards._balanced(words, style, full, 3), 3)]
    assert len(widths) == 2
    assert min(widths) > 0.4 * max(widths)


def test_a_figure_is_legible_and_in_its_colours() -> None:
    image = pixels(dataclasses.replace(CARD, thumbnail=picture((800, 400), "#22aa44")))
    assert near(image, "#22aa44") > 500 * 250
    assert near(pixels(CARD), "#22aa44") == 0


def test_thumbnail_that_is_no_picture_is_left_out() -> None:
    assert cards.draw(dataclasses.replace(CARD, thumbnail=b"<svg/>")) == cards.draw(CARD)


def test_card_of_a_post(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"png")
    found = entry(description="모두 {n:,}장, 정확도 {acc:.2%}.", categories=("AI", "글"))
    card = post_card(found, Site("블로그", author="나", language="ko"), tmp_path / "a.png")
    assert (card.label, card.foot, card.date, card.thumbnail) == ("AI · 글", "나 · 블로그", "2019. 12. 20.", b"png")
    assert [text for text, live in card.summary.parts if live] == ["1,234", "97.58%"]
    assert card.alt == "글. 모두 1,234장, 정확도 97.58%."


def test_card_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(cards, "draw", lambda card: drawn.append(card.name) or card.name.encode())
    out, kept = tmp_path / "out", tmp_path / "kept"
    one, two = SocialCard("one", "하나"), SocialCard("two", "둘")
    assert write_cards(out, [one, two], kept) == {one.path, two.path}
    write_cards(tmp_path / "other", [one, two], kept)
    assert sorted(drawn) == ["one", "two"]
    assert (tmp_path / "other" / two.path).read_bytes() == b"two"
    write_cards(out, [one], kept)
    assert [p.name for p in kept.iterdir()] == [f"{one.digest}.png"]


@pytest.mark.parametrize(
    "change",
    [
        *({"title": "다른"}, {"summary": LiveText((("97.59%", True),))}, {"thumbnail": b"x"}, {"date": "1"}),
        *({"label": "다른"}, {"foot": "다른"}),
    ],
)
def test_other_content_has_another_address(change: dict[str, object]) -> None:
    assert dataclasses.replace(CARD, **change).path != CARD.path
    assert dataclasses.replace(CARD).path == CARD.path
