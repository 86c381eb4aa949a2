"""Lists of posts: terms, pages, neighbours, related posts."""

from __future__ import annotations

import base64
import datetime as dt
import io
import subprocess
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from PIL import Image, ImageChops

from blogkit.posts.post import Post
from blogkit.site.address import Site
from blogkit.site.entry import Entry, excerpt, make_entry
from blogkit.site.neighbours import neighbours, related
from blogkit.site.revisions import last_changes
from blogkit.site.settings import Settings
from blogkit.site.terms import paged, slug, terms, years
from blogkit.site.thumbnails import _few_colours, thumbnails
from blogkit.web.pages import Pages
from blogkit.web.social_cards import SocialCard

SEOUL = dt.timezone(dt.timedelta(hours=9))


def entry(number: int, **values: object) -> Entry:
    """A post; the higher the number, the newer."""
    date = dt.datetime(2019, 1, 1, tzinfo=SEOUL) + dt.timedelta(days=30 * number)
    docname = f"posts/{date:%Y-%m-%d}-post-{number}"
    text = values.pop("text", "글입니다.")
    post = Post(Path(f"{docname}.md"), docname, f"---\ntitle: t\n---\n\n{text}\n", f"글 {number}", date, **values)
    return Entry(post, minutes=3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AI", "ai"),
        ("Deep Learning", "deep-learning"),
        ("  머신  러닝 ", "머신-러닝"),
        ("C++", "cplusplus"),
        ("C#", "csharp"),
        ("TCP/IP", "tcp-ip"),
        ("왜? 100% 진짜", "왜-100percent-진짜"),
        ("..", None),
        ("../../etc/passwd", "etc-passwd"),
        ("index", "index-"),
        ("CON", "con-"),
        (unicodedata.normalize("NFD", "학습"), "학습"),
        ("a" * 300, None),
        ("🎉", None),
    ],
)
def test_slug_is_safe_in_addresses_and_on_every_system(name: str, expected: str | None) -> None:
    found = slug(name)
    assert expected is None or found == expected
    assert found == unicodedata.normalize("NFC", found) == found.lower()
    assert 0 < len(found.encode()) < 240
    assert not set(found) & set('/\\?#%:*"<>| ')
    assert not found.startswith((".", "-"))


def test_terms_are_counted_and_names_that_differ_in_case_are_one() -> None:
    entries = [entry(3, tags=("Keras", "NLP")), entry(2, tags=("keras",)), entry(1, tags=("Keras", "keras"))]
    found = terms(entries, "tags")
    assert [(t.name, t.slug, len(t)) for t in found] == [("Keras", "keras", 3), ("NLP", "nlp", 1)]
    assert found[0].entries == tuple(entries)


@pytest.mark.parametrize(
    ("counts", "weights"),
    [
        ({}, []),
        ({"a": 1, "b": 1}, [0, 0]),
        ({"a": 2, "b": 1}, [1, 0]),
        ({"a": 5, "b": 3, "c": 2}, [2, 1, 0]),
        ({"a": 27, "b": 18, "c": 10, "d": 8, "e": 3, "f": 2}, [3, 2, 2, 1, 1, 0]),
        ({"a": 1000, "b": 2}, [3, 0]),
    ],
)
def test_terms_of_many_posts_stand_out(counts: dict[str, int], weights: list[int]) -> None:
    entries = [entry(n, tags=tuple(t for t, count in counts.items() if n < count)) for n in range(1000)]
    assert [term.weight for term in terms(entries, "tags")] == weights


def test_each_author_is_a_term() -> None:
    assert [(t.name, t.slug) for t in terms([entry(1, authors=("JiHyun Kim", "Bo")), entry(0)], "authors")] == [
        ("Bo", "bo"),
        ("JiHyun Kim", "jihyun-kim"),
    ]


def test_years_newest_first() -> None:
    found = years([entry(30), entry(13), entry(12), entry(0)])
    assert [(year, len(listed)) for year, listed in found] == [(2021, 1), (2020, 1), (2019, 2)]


def test_pages_of_ten() -> None:
    assert [len(p) for p in paged(list(range(21)))] == [10, 10, 1]
    assert paged([]) == [[]]


def test_neighbours_are_the_posts_before_and_after_in_time() -> None:
    newest, middle, oldest = entries = [entry(3), entry(2), entry(1)]
    found = neighbours(entries)
    assert found[middle.post.docname] == (oldest, newest)
    assert found[newest.post.docname] == (middle, None)
    assert found[oldest.post.docname] == (None, middle)


def test_related_posts_share_the_rarest_terms_and_never_the_post_itself() -> None:
    common = {"categories": ("AI",)}
    entries = [entry(5, **common), entry(4, tags=("MNIST",), **common), entry(3, **common), entry(2), entry(1)]
    entries.append(entry(0, tags=("mnist",), **common))
    found = related(entries)
    assert found[entries[1].post.docname][0] is entries[5]
    assert entries[1] not in found[entries[1].post.docname]
    assert found[entries[3].post.docname] == []


def test_the_other_parts_of_a_series_are_not_related_posts_too() -> None:
    entries = [entry(n, tags=("a",), series="S" if n < 3 else "") for n in range(4, 0, -1)]
    assert related(entries)[entries[3].post.docname] == entries[1::-1]


def test_the_posts_before_and_after_are_not_related_posts_too_where_the_page_leads_to_them() -> None:
    entries = [entry(n, tags=("a",), series="S" if n in (2, 4) else "alone" * (n == 6)) for n in range(7, 0, -1)]
    found, around = related(entries, count=9), neighbours(entries)
    for one in entries:
        parts = [each for each in entries if each.post.series == one.post.series == "S"]
        led_to = parts or [one, *around[one.post.docname]]
        assert {e.post.docname for e in found[one.post.docname]} == {
            e.post.docname for e in entries if e not in led_to
        }, one


def test_of_posts_that_share_as_much_the_nearest_in_time_are_related() -> None:
    entries = [entry(n, tags=("a",)) for n in range(9, 0, -1)]
    assert related(entries, count=2)[entries[6].post.docname] == [entries[4], entries[8]]


def test_the_small_picture_is_the_one_that_the_author_names_or_else_the_first_figure(tmp_path: Path) -> None:
    def picture(colour: str) -> bytes:
        file = io.BytesIO()
        Image.new("RGB", (8, 4), colour).save(file, "PNG")
        return file.getvalue()

    def shown(post: Entry) -> tuple[int, int, int]:
        found = thumbnails([post], {post.post.docname: result}, tmp_path, tmp_path / "pages")  # type: ignore[dict-item]
        with Image.open(tmp_path / "pages" / found[post.post.docname].name) as image:
            return image.convert("RGB").getpixel((0, 0))  # type: ignore[return-value]

    data = {"image/png": base64.b64encode(picture("blue")).decode()}
    output = nbformat.v4.new_output("display_data", data)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    result = SimpleNamespace(digest="1", notebook=notebook, dark={}, holds=lambda text: True)
    (tmp_path / "named.png").write_bytes(picture("red"))
    assert shown(entry(1, thumbnail="named.png")) == (255, 0, 0)
    assert shown(entry(1)) == (0, 0, 255)


def test_a_post_was_updated_when_its_author_says_or_else_git_or_when_its_values_moved() -> None:
    said, edited, measured = (dt.datetime(2020, month, 1, tzinfo=SEOUL) for month in (1, 2, 3))
    silent, own = entry(1).post, entry(1, updated=said).post

    def updated(post: Post, measured: dt.datetime | None = None) -> dt.datetime | None:
        return make_entry(post, None, Settings(), edited, measured).updated

    assert (updated(silent), updated(own)) == (edited, said)
    assert (updated(silent, measured), updated(own, measured)) == (measured, measured)


def test_a_post_is_compared_with_its_neighbours_only() -> None:
    """So that the work grows with the posts, not with their square."""
    entries = [entry(n, categories=("AI",)) for n in range(300)]
    places = {e.post.docname: n for n, e in enumerate(entries)}
    for docname, others in related(entries, count=300).items():
        distances = [abs(places[docname] - places[other.post.docname]) for other in others]
        assert len(distances) >= 39
        assert max(distances) <= 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "## 머리\n\n![그림](x.png)\n\n:::{note}\n알\n:::\n\n- 목\n\n**첫** 문단은 [여기](a.md)[^1]입니다.\n\n둘째.",
            "첫 문단은 여기입니다.",
        ),
        ("```{code-cell} python\nglue('x', 1)\n```\n\n값은 {glue:text}`x:.2f`입니다.", "값은 1.00입니다."),
        ("a < b, <b>H<sub>2</sub>O</b> and <img src='x.png'/> it", "a < b, H2O and it"),
        ("{cite:t}`knuth84` says so.\n\nAs shown {cite}`knuth84`, it {cite:p}`a,b` is so.", "As shown, it is so."),
        ("At $x_t$ {ref}`this <norm>` and `a_b * c`.^[So.] *A* [word]{.b}", "At xₜ this and `a_b * c`. A word"),
        ("With {math}`\\sigma^2` and $c(a)[b]$ it costs $5 or $6.", "With σ² and c(a)[b] it costs $5 or $6."),
        (
            "So \\begin{align}\na_1 &= b \\label{x} \\\\ c &= d\n\\end{align} and \\begin{equation}x^2\\end{equation}.",
            "So a₁ = b; c = d and x².",
        ),
        ("See [Eq. {number}](#e) and [Figure %s](#f).", "See Eq. and Figure."),
        ("__Bold__ names are snake_case.", "Bold names are snake_case."),
        ("# 머리뿐", ""),
        ("가나다 " * 38 + "`코드 코드 코드`", " ".join(["가나다"] * 38) + " `코드 코드…`"),
        ("가나다 " * 60, " ".join(["가나다"] * 39) + "…"),
    ],
)
def test_a_post_without_description_is_described_by_its_first_paragraph(text: str, said: str) -> None:
    assert excerpt(entry(1, text=text).post, {"x": 1}) == said


def test_every_list_has_its_page_and_its_feed() -> None:
    entries = [entry(n, categories=("수학",), tags=("C++",), authors=("JiHyun Kim",)) for n in range(35)]
    cards = dict.fromkeys(["index", *(e.post.docname for e in entries)], SocialCard("a", "글"))
    now = dt.datetime(2030, 1, 1, tzinfo=SEOUL)
    found = {v.name: v for v in Pages(Settings(), Site("블로그"), entries, [], {}, cards, [], now).of_lists()}
    assert {"page/2", "page/4", "archive", "categories/index", "tags/index", "authors/jihyun-kim", "404"} <= set(found)
    assert "page/5" not in found
    assert [link.page for link in found["archive"].frame.menu] == ["archive", "categories/index", "tags/index"]
    assert found["categories/수학"].feed == "categories/수학.xml"
    assert found["tags/cplusplus"].feed == "tags/cplusplus.xml"
    assert len(found["tags/cplusplus/2"].teasers) == 5
    assert (found["page/2"].pager.before, found["page/2"].pager.after) == ("index", "page/3")


def test_the_menu_leads_to_no_empty_list() -> None:
    entries = [entry(1, tags=("a",))]
    cards = dict.fromkeys(["index", entries[0].post.docname], SocialCard("a", "글"))
    now = dt.datetime(2030, 1, 1, tzinfo=SEOUL)
    view = next(Pages(Settings(), Site("블로그"), entries, [], {}, cards, [], now).of_lists())
    assert [link.page for link in view.frame.menu] == ["archive", "tags/index"]


def git(root: Path, *arguments: str, **environment: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, env=environment or None)


def commit(root: Path, name: str, text: str, when: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-qm", name, GIT_COMMITTER_DATE=when, GIT_AUTHOR_DATE=when, PATH="/usr/bin:/bin")


def test_last_changes_come_from_git(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "posts/2020-01-01-글 하나.md", "a", "2020-01-01T09:00:00+09:00")
    commit(tmp_path, "posts/2020-01-02-b.md", "a", "2020-01-02T09:00:00+09:00")
    commit(tmp_path, "posts/2020-01-01-글 하나.md", "b", "2021-05-05T09:00:00+09:00")
    assert {name: time.isoformat() for name, time in last_changes(tmp_path, "posts").items()} == {
        "posts/2020-01-01-글 하나.md": "2021-05-05T09:00:00+09:00",
        "posts/2020-01-02-b.md": "2020-01-02T09:00:00+09:00",
    }


def test_last_changes_of_a_shallow_clone_leave_out_what_it_cannot_know(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q")
    commit(origin, "posts/a.md", "a", "2020-01-01T09:00:00+09:00")
    commit(origin, "posts/b.md", "b", "2020-01-02T09:00:00+09:00")
    git(tmp_path, "clone", "-q", "--depth=1", origin.as_uri(), "shallow")
    assert last_changes(tmp_path / "shallow", "posts") == {}


def test_last_changes_without_git_are_none(tmp_path: Path) -> None:
    assert last_changes(tmp_path, "posts") == {}


def test_a_plot_comes_down_to_few_colours_where_nobody_sees_it() -> None:
    line = Image.linear_gradient("L")
    plot = Image.merge("RGBA", (line, line, line, line.rotate(90)))
    few = _few_colours(plot)
    assert len(few.getcolors(70_000)) < len(plot.getcolors(70_000)) / 9
    assert max(high for _, high in ImageChops.difference(few, plot).getextrema()) <= 8
    rainbow = Image.effect_noise((300, 300), 90).convert("RGB").rotate(30)
    photo = Image.merge("RGB", (*rainbow.split()[:2], rainbow.rotate(90).split()[2]))
    assert _few_colours(photo) is photo
