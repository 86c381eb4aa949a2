"""`jupyter-book build .`: all or nothing, and never twice what need not be."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import JUPYTER_BOOK, Book, code

ANSWER = code("x = 6 * 7\nglue('answer', x)") + "\n답은 {glue:text}`answer`입니다.\n"
PICTURE = code(
    "import struct, zlib\n"
    "def chunk(kind, data):\n"
    "    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))\n"
    "header = struct.pack('>IIBBBBB', 2, 2, 8, 0, 0, 0, 0)\n"
    "png = b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', header)\n"
    "png += chunk(b'IDAT', zlib.compress(b'\\0\\1\\2\\0\\3\\4')) + chunk(b'IEND', b'')\n"
    "open('images/made.png', 'wb').write(png);"
)


def files(book: Book) -> dict[str, bytes]:
    """The published site, byte for byte."""
    return {p.relative_to(book.site).as_posix(): p.read_bytes() for p in sorted(book.site.rglob("*")) if p.is_file()}


def prose(book: Book, name: str) -> str:
    """What a post says, without the facts of its execution."""
    page = book.soup(name)
    page.select_one("details.provenance").decompose()
    return page.select_one("article").get_text()


def built_anew(book: Book) -> Book:
    """The same book, built from nothing but its sources, its results and its history."""
    new = Book(book.root.with_name(f"{book.root.name}-anew"))
    shutil.copytree(book.root, new.root, ignore=shutil.ignore_patterns("_build", "made.png"))
    shutil.copytree(book.root / "_build/.jupyter_cache", new.root / "_build/.jupyter_cache")
    assert "executing" not in new.build(BLOG_PREVIOUS_SITE=str(book.site))
    return new


def test_prose_is_rendered_again_and_nothing_executed(book: Book) -> None:
    post = book.post("2024-01-01-one", ANSWER, description="답 {answer:.1f}", date="2024-01-01")
    assert "executing 1 post" in book.build()
    assert "답은 42입니다" in book.text("posts/2024-01-01-one.html")
    post.write_text(post.read_text(encoding="utf-8") + "\n새 문장.\n", encoding="utf-8")
    assert "executing" not in book.build()
    assert "새 문장" in book.text("posts/2024-01-01-one.html")
    assert "답은 42입니다" in book.text("posts/2024-01-01-one.html")


def test_unquoted_date_works(book: Book) -> None:
    path = book.post("2024-01-01-one", ANSWER)
    path.write_text(path.read_text(encoding="utf-8").replace("---\n", "---\ndate: 2024-01-01\n", 1), encoding="utf-8")
    book.build()
    book.build()


def test_changed_input_renders_the_page_again(book: Book) -> None:
    book.write("data/a.txt", "alpha")
    book.post("2024-01-01-one", code("print(open('data/a.txt').read())"), inputs=["data/a.txt"])
    book.build()
    assert "alpha" in book.text("posts/2024-01-01-one.html")
    book.write("data/a.txt", "omega")
    book.build()
    assert "omega" in book.text("posts/2024-01-01-one.html")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("raises", "---\ntitle: x\n---\n" + code("1/0"), "posts/2024-01-02-raises.md:5: cell 1: ZeroDivisionError"),
        ("key", "---\ntitle: x\nkategory: y\n---\n", "posts/2024-01-02-key.md:3: unknown key 'kategory'"),
        ("date", "---\ntitle: x\ndate: 2024-13-01\n---\n", "posts/2024-01-02-date.md:3: date: "),
        ("yaml", "---\ntitle: a: b\n---\n", "posts/2024-01-02-yaml.md:2: this line cannot be read"),
        ("title", "---\ntags: [a]\n---\n", "posts/2024-01-02-title.md:1: no title"),
        ("none", "글\n", "posts/2024-01-02-none.md:1: no title"),
        ("input", "---\ntitle: x\ninputs: [data/x]\n---\n" + code("1"), "input.md:3: the input data/x does not exist"),
        ("image", "---\ntitle: x\n---\n\n![x](../images/none.png)\n", "posts/2024-01-02-image.md:5"),
        ("glue", "---\ntitle: x\ndescription: '{y}'\n---\n" + code("1"), "glue.md:3: description: {y}: no cell hands"),
    ],
)
def test_bad_input_says_where_and_leaves_the_site(book: Book, name: str, text: str, message: str) -> None:
    book.post("2024-01-01-one", "좋은 글입니다.\n")
    book.build()
    before = files(book)
    book.write(f"posts/2024-01-02-{name}.md", text)
    for _ in range(2):  # a fault does not go away by building again
        output = book.fail()
        assert message in output
        assert "Traceback" not in output
    assert files(book) == before
    (book.root / f"posts/2024-01-02-{name}.md").unlink()
    book.build()
    assert set(files(book)) == set(before)


def test_failed_first_build_leaves_no_site(book: Book) -> None:
    book.post("2024-01-01-one", code("1/0"))
    book.fail()
    assert not book.site.exists()


def test_clean_after_a_failed_build(book: Book) -> None:
    path = book.post("2024-01-01-one", "![x](../images/none.png)")
    book.fail()
    assert (book.root / "_build/.unfinished").is_file()  # pages were written, so the next build begins anew
    assert book.run(JUPYTER_BOOK[0], "clean", ".").returncode == 0
    path.write_text("---\ntitle: x\n---\n\n글\n", encoding="utf-8")
    book.build()
    assert not (book.root / "_build/.unfinished").exists()


def test_removed_draft_and_future_posts_are_nowhere(book: Book) -> None:
    book.post("2024-01-01-gone", "사라질글")
    book.post("2024-01-02-stays", "남을글")
    book.post("2024-01-03-draft", "초안글" + "\n\n" + code("1/0"), draft=True, outputs=["images/03-draft.png"])
    book.write("images/03-draft.png", "made in a preview")
    book.post("2024-01-04-hidden", "숨긴글", published=False)
    book.post("2999-01-01-future", "미래글")
    book.write("posts/_notes.md", "---\ntitle: x\n---\n\n쪽지글\n")
    book.build()
    assert (book.site / "posts/2024-01-01-gone.html").exists()
    (book.root / "posts/2024-01-01-gone.md").unlink()
    book.build()
    names = " ".join(files(book))
    assert "2024-01-02-stays.html" in names
    content = b"".join(files(book).values()).decode("utf-8", "ignore")
    for word, slug in {
        "사라질글": "01-gone",
        "초안글": "03-draft",
        "숨긴글": "04-hidden",
        "미래글": "01-future",
        "쪽지글": "_notes",
    }.items():
        assert slug not in names
        assert word not in content
        assert slug not in content


def test_preview_shows_drafts(book: Book) -> None:
    book.post("2024-01-03-draft", "초안글", draft=True)
    book.config(blog_preview=True)
    book.build()
    assert "초안글" in book.text("posts/2024-01-03-draft.html")


def test_restored_store_on_a_fresh_checkout_gives_the_same_bytes(make_book: Callable[[], Book]) -> None:
    first, second = make_book(), make_book()
    for book in (first, second):
        body = PICTURE + "\n![그림](../images/made.png)\n\n" + ANSWER
        book.post("2024-01-01-one", body, outputs=["images/made.png"], description="{answer}")
    first.build()
    assert (first.site / "images/made.png").is_file()
    shutil.copytree(first.root / "_build/.jupyter_cache", second.root / "_build/.jupyter_cache")
    assert "executing" not in second.build()
    assert (second.root / "images/made.png").is_file()
    assert files(first) == files(second)


def test_pages_of_any_depth_and_no_menu_have_their_page(book: Book) -> None:
    book.write("more.md", "# 더\n\n더 씁니다.\n")
    toc = book.root / "_toc.yml"
    nested = "- file: about\n    sections:\n    - file: more"
    toc.write_text(toc.read_text(encoding="utf-8").replace("- file: about", nested), encoding="utf-8")
    book.post("2024-01-01-one")
    book.build()
    assert "더 씁니다" in book.text("more.html")
    assert "더" not in [a.text for a in book.soup("index.html").select("header nav a")]


def test_what_is_hidden_or_no_file_in_images_is_left_alone(book: Book) -> None:
    book.write("images/.DS_Store", "x")
    book.write("images/deep/.gitkeep", "x")
    book.write("images/README.md", "x")
    book.write("images/deep/a.txt", "x")
    (book.root / "images/gone.png").symlink_to("nowhere")
    book.build()
    assert {name for name in files(book) if name.startswith("images/")} == {"images/deep/a.txt"}


def test_a_preview_is_compared_with_what_is_published(book: Book) -> None:
    for value in (42, 52):
        book.post("2024-01-01-one", code(f"glue('x', {value})"), drift=1)
        log = book.build() if value == 42 else ""
    for _ in range(2):
        preview = book.fork("jupyter-book", "build", "-W", ".", "--path-output", "_build/preview", BLOG_PREVIEW="1")
        log = preview.wait().stdout
        assert "moved from 42 to 52" in log


def test_only_html_is_made(book: Book) -> None:
    book.post("2024-01-01-one")
    book.post("2024-01-02-draft", draft=True)
    book.build()
    before = files(book)
    result = book.fork("jupyter-book", "build", ".", "--builder", "linkcheck").wait()
    assert result.returncode == 1
    assert "a blog is made of HTML pages, not by 'linkcheck'" in result.stdout
    assert files(book) == before
    assert "no targets are out of date" in book.build()


def test_a_post_that_the_configuration_leaves_out_is_a_fault(book: Book) -> None:
    book.post("2024-01-01-one")
    book.build()
    text = (book.root / "_config.yml").read_text(encoding="utf-8")
    book.write("_config.yml", f"exclude_patterns: [posts/*one.md]\n{text}")
    assert "`exclude_patterns` leaves out a post; write `draft: true`" in book.fail()


def test_a_site_elsewhere_is_staged_beside_it(book: Book) -> None:
    book.post("2024-01-01-one")
    precious = book.write("_build/.pages/precious.html", "x")
    book.write("_build/.unfinished", "")
    site = book.root / "_build" / "public"
    assert book.fork("jupyter-book", "config", "sphinx", ".").wait().returncode == 0
    result = book.run(sys.executable, "-m", "sphinx", "-q", ".", str(site))
    assert result.returncode == 0, result.stdout
    assert (site / "posts/2024-01-01-one.html").is_file()
    assert precious.is_file()


def test_a_staged_page_that_was_lost_is_written_again(book: Book) -> None:
    book.post("2024-01-01-one", tags=["하나"])
    book.build()
    before = files(book)
    for name in ("archive.html", "tags/하나.html", "posts/2024-01-01-one.html", "feed.xml"):
        (book.root / "_build/.pages" / name).unlink()
    book.build()
    assert files(book) == before


@pytest.mark.slow
def test_two_builds_at_once_do_no_harm(book: Book) -> None:
    book.post("2024-01-01-one", code("import time; time.sleep(2)") + ANSWER)
    with ThreadPoolExecutor(2) as pool:
        outputs = list(pool.map(lambda _: book.run(), range(2)))
    assert [result.returncode for result in outputs] == [0, 0], [result.stdout for result in outputs]
    assert sum("executing 1 post" in result.stdout for result in outputs) == 1
    assert "답은 42입니다" in book.text("posts/2024-01-01-one.html")


@pytest.mark.slow
@pytest.mark.parametrize("kills", [range(10), range(10, 20)], ids=str)
def test_killed_at_random_moments_the_next_build_is_right(book: Book, kills: range) -> None:
    """Of builds that execute and of builds that only render."""

    def change(text: str, *, execute: bool) -> None:
        book.write("posts/2024-02-01-plain.md", f"---\ntitle: plain\n---\n\n{text}\n")
        if execute:
            shutil.rmtree(book.root / "_build/.jupyter_cache", ignore_errors=True)

    book.post("2024-01-01-one", PICTURE + ANSWER, outputs=["images/made.png"])
    for number in range(1, 4):
        book.post(f"2024-02-0{number + 1}-plain", f"글 {number}\n\n" * 50)
    whole = {}
    for execute in (True, False):
        change(f"처음 {execute}", execute=execute)
        started = time.monotonic()
        book.build()
        whole[execute] = time.monotonic() - started
    expected = prose(book, "posts/2024-01-01-one.html")
    assert "답은 42입니다" in expected
    chance, ends = random.Random(kills.start), []
    for kill in kills:
        execute = kill % 5 == 0
        change(f"판 {kill}", execute=execute)
        process = book.fork()
        time.sleep(chance.uniform(0, whole[execute]))
        process.kill()
        ends.append(process.wait().returncode)
        assert (book.site / "index.html").is_file() or list((book.root / "_build").glob(".html.*"))
        book.build()
        assert f"판 {kill}" in book.text("posts/2024-02-01-plain.html")
        assert prose(book, "posts/2024-01-01-one.html") == expected
        assert (book.site / "images/made.png").is_file()
        assert not list((book.root / "_build").glob(".html.*"))
    assert -signal.SIGKILL in ends
    assert files(book) == files(built_anew(book))


def test_executed_again_by_force_is_shown_again(book: Book) -> None:
    """The same code gave something else: page, notebook and record say the same of it."""
    book.post("2024-01-01-one", code("import os\nx = os.urandom(8).hex()\nglue('x', x)") + "\n값은 {glue:text}`x`.\n")
    book.build()
    assert book.blogkit("execute", "--force").returncode == 0
    book.build()
    record = json.loads((book.site / "posts/2024-01-01-one.json").read_text(encoding="utf-8"))
    assert record["values"]["x"] in book.text("posts/2024-01-01-one.html")
    assert files(book) == files(built_anew(book))


def test_history_and_drift(book: Book) -> None:
    def publish(accuracy: float) -> str:
        book.post("2024-01-01-one", code(f"glue('acc', {accuracy})"), expect={"acc": ">= 0.5"}, drift=0.01)
        return book.build()

    assert "a new one starts" in publish(0.90)
    assert "moved from" not in publish(0.905)
    assert "acc moved from 0.905 to 0.95, more than the 0.01" in publish(0.95)
    lines = (book.site / "results-history.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    book.build()
    assert (book.site / "results-history.jsonl").read_text(encoding="utf-8").splitlines() == lines
