"""The real blog, executed and built once: what readers get is what the code returned."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from conftest import BASE, Book, Checkout, troubles_of
from PIL import Image
from playwright.sync_api import Browser
from try_network import answers
from trying import ONE, SEVEN, SHIFTS, WEIGHT, best, come_near, draw

from blogkit.publish.check import crawl_site
from blogkit.publish.server import serving

pytestmark = pytest.mark.slow
POST = "posts/2019-12-20-mnist_image_classification"
SOURCE = f"{POST}.md"
PICTURE = "images/mnist_train.png"
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


@pytest.fixture(scope="session")
def record(blog: Book) -> dict[str, Any]:
    return json.loads((blog.site / f"{POST}.json").read_text(encoding="utf-8"))


def shown(values: dict[str, Any]) -> tuple[str, str]:
    """Accuracy and loss as the post's summary writes them."""
    return f"{values['test_accuracy']:.2%}", f"{values['test_loss']:.4f}"


def places(book: Book) -> dict[str, str]:
    """The four places that state the result."""
    post, home = book.soup(f"{POST}.html"), book.soup("index.html")
    article = post.find("article")
    summary = article.find(class_="summary").get_text()
    return {
        "prose": article.get_text().replace(summary, ""),
        "summary": summary,
        "home": home.find("main").get_text(),
        "description": post.find("meta", attrs={"name": "description"})["content"],
    }


def test_accuracy_is_stated_everywhere_as_measured(blog: Book, record: dict[str, Any]) -> None:
    values = record["values"]
    matrix = np.array(values["confusion_matrix"])
    assert matrix.sum() == 10_000
    assert values["test_accuracy"] == pytest.approx(matrix.trace() / matrix.sum(), abs=1e-6)
    assert values["test_accuracy"] >= 0.965
    accuracy, loss = shown(values)
    for name, text in places(blog).items():
        assert accuracy in text, name
        assert loss in text, name
    notebook = nbformat.read(blog.site / f"{POST}.ipynb", as_version=4)
    printed = "".join(
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream"
    )
    assert accuracy in printed


def test_no_result_is_typed_by_hand(record: dict[str, Any]) -> None:
    source = (Path(__file__).parents[1] / SOURCE).read_text(encoding="utf-8")
    for text in shown(record["values"]):
        assert text not in source


def test_picture_is_of_this_build(blog: Book, record: dict[str, Any]) -> None:
    picture = blog.root / PICTURE
    assert picture.stat().st_mtime > (blog.root / "_config.yml").stat().st_mtime
    assert np.asarray(Image.open(picture).convert("L")).std() > 5
    assert (blog.site / PICTURE).read_bytes() == picture.read_bytes()
    image = blog.soup(f"{POST}.html").find("img", src=re.compile("mnist_train"))
    assert image["alt"]
    assert (blog.site / "posts" / image["src"]).resolve().read_bytes() == picture.read_bytes()


def test_layers_are_counted(blog: Book, record: dict[str, Any]) -> None:
    assert record["values"]["params_total"] == 101_770
    assert "101,770" in blog.text(f"{POST}.html")


def test_the_exported_network_is_as_good_as_the_post_says(blog: Book, record: dict[str, Any]) -> None:
    values = record["values"]
    manifest = json.loads((blog.site / "files/mnist.json").read_text(encoding="utf-8"))
    counts = np.array(manifest["confusion"])
    assert counts.sum() == 10_000
    assert values["exported_accuracy"] == pytest.approx(counts.trace() / 10_000)
    assert abs(values["exported_accuracy"] - values["test_accuracy"]) <= 0.001
    assert f"테스트 정확도는 {values['exported_accuracy']:.2%}입니다" in blog.text(f"{POST}.html")
    answers, predictions = (np.array(manifest["samples"][name]) for name in ("answers", "predictions"))
    shown = np.zeros((10, 10), dtype=int)
    np.add.at(shown, (answers, predictions), 1)
    assert (shown - np.diag(shown.diagonal()) == counts - np.diag(counts.diagonal())).all()  # all mistakes
    assert (shown.diagonal() == 3).all()
    assert (blog.site / "files/mnist.f16").stat().st_size == 2 * values["params_total"] <= 250_000
    assert (blog.site / "files/mnist_digits.png").stat().st_size <= 150_000


def test_browsers_answer_as_tensorflow_does(blog: Book, tmp_path: Path) -> None:
    """For all test images, with the weights that the post exported."""
    import tensorflow as tf

    told = json.loads(blog.soup(f"{POST}.html").select_one(".try")["data-try"])
    content = (blog.site / "files/mnist.f16").read_bytes()
    model = tf.keras.models.model_from_json(
        json.dumps(json.loads((blog.site / "files/mnist.json").read_text(encoding="utf-8"))["model"])
    )
    shapes = [weight.shape for weight in model.get_weights()]
    parts = np.split(np.frombuffer(content, "<f2").astype("float32"), np.cumsum([np.prod(s) for s in shapes])[:-1])
    model.set_weights([part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)])
    with np.load(blog.root / "data/mnist.npz") as data:
        images = data["x_test"]
    theirs = model.predict(images.astype("float32") / 255 - 0.5, verbose=0)
    ours = answers(tmp_path, told, content, images)
    assert (ours.argmax(1) == theirs.argmax(1)).all()
    assert np.abs(ours - theirs).max() < 1e-3


def test_a_reader_draws_a_digit_and_the_network_answers(blog: Book, browser: Browser) -> None:
    """Under a sub-path; when all has come, the network may go."""
    with serving(blog.site, "/blog/") as server:
        page = browser.new_page()
        troubles, asked = troubles_of(page), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{server.home}{POST}.html", wait_until="networkidle")
        assert page.evaluate(WEIGHT) <= 70_000
        assert not [address for address in asked if re.search("try-|mnist.f16", address)]
        come_near(page)
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        for stroke, digit in ((SEVEN, "7"), (ONE, "1")):
            draw(page, stroke)
            assert (best(page), digit in page.locator(".tryout .said").inner_text()) == (digit, True)
            page.get_by_role("button", name="지우기").click()
            assert page.locator(".tryout .best").count() == 0
        assert page.evaluate(SHIFTS) == 0
        assert all(address.startswith((server.home, "data:")) for address in asked)
        assert page.locator(".try figcaption a[href*='by-sa']").is_visible()
        page.close()
    assert troubles == []


def test_pages_are_clean(blog: Book) -> None:
    assert "WARNING" not in blog.log
    pages = list(blog.site.rglob("*.html"))
    assert len(pages) >= 4
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "\x1b" not in text, path
        assert "Traceback (most recent call last)" not in text, path
        assert not ADDRESS.search(text), path
        assert "WARNING" not in text, path
        soup = blog.soup(path.relative_to(blog.site).as_posix())
        assert soup.html["lang"] == "ko", path
        assert not soup.select(".stderr, .system-message, .problematic"), path


def test_every_address_answers(blog: Book) -> None:
    assert crawl_site(blog.site).faults == []
    assert blog.soup("404.html").find("a", class_="brand")["href"] == "/blog/index.html"


def test_figures_have_size_text_and_caption(blog: Book) -> None:
    images = blog.soup(f"{POST}.html").find("article").find_all("img")
    assert len(images) >= 4
    for image in images:
        assert image.get("alt"), image
        assert int(image["width"]) > 0, image
        assert int(image["height"]) > 0, image
    assert all(caption.get_text(strip=True) for caption in blog.soup(f"{POST}.html").find_all("figcaption"))


def test_the_post_prints_as_an_article(blog: Book, browser: Browser) -> None:
    """On few pages, with its address and date at the head and its key at the end."""
    with serving(blog.site) as server:
        page = browser.new_page(color_scheme="dark")
        page.goto(f"{server.home}{POST}.html")
        for image in page.locator("article img").all():
            image.evaluate("(image) => (image.loading = 'eager')")
        page.wait_for_load_state("networkidle")
        printed = page.pdf(format="A4", prefer_css_page_size=True)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        head, end = page.locator("header.head").inner_text(), page.locator(".provenance").inner_text()
        summaries = page.locator("details.hide > summary").evaluate_all("(all) => all.map((s) => s.checkVisibility())")
        page.close()
    assert 5 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 9
    assert f"{BASE}{POST}.html" in head and "2019년 12월 20일" in head
    assert json.loads((blog.site / f"{POST}.json").read_text(encoding="utf-8"))["key"] in end
    assert summaries and not any(summaries)


def test_downloads(blog: Book, record: dict[str, Any]) -> None:
    notebook = nbformat.read(blog.site / f"{POST}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.provenance["key"] == record["key"]
    assert "{glue:" not in "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert (blog.site / SOURCE).read_text(encoding="utf-8") == (blog.root / SOURCE).read_text(encoding="utf-8")
    links = {a["href"] for a in blog.soup(f"{POST}.html").find_all("a", href=True)}
    name = POST.removeprefix("posts/")
    assert {f"{name}.ipynb", f"{name}.md", f"{name}.json"} <= links


def test_downloaded_notebook_runs_by_itself(blog: Book, tmp_path: Path) -> None:
    """As on Colab, but with one epoch: no file of the blog beside it except the data."""
    from nbclient import NotebookClient

    notebook = nbformat.read(blog.site / f"{POST}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("epochs = 10", "epochs = 1").replace("%pip", "# %pip")
    (tmp_path / "data").mkdir()
    shutil.copyfile(blog.root / "data/mnist.npz", tmp_path / "data/mnist.npz")
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert (tmp_path / PICTURE).is_file()


@pytest.fixture
def copy(blog: Book, tmp_path: Path) -> Checkout:
    """A checkout of the blog without anything built."""
    root = tmp_path / "blog"
    shutil.copytree(blog.root, root, ignore=shutil.ignore_patterns("_build", "mnist_train.png", "files"))
    return Checkout(root)


def test_other_training_changes_all_four_places(blog: Book, copy: Checkout, record: dict[str, Any]) -> None:
    path = copy.root / SOURCE
    text = path.read_text(encoding="utf-8")
    assert text.count("epochs = 10") == 1
    path.write_text(text.replace("epochs = 10", "epochs = 1").replace(">= 0.965", ">= 0.5"), encoding="utf-8")
    copy.build()
    values = json.loads((copy.site / f"{POST}.json").read_text(encoding="utf-8"))["values"]
    assert values["test_accuracy"] != record["values"]["test_accuracy"]
    for name, text in places(copy).items():
        for new, old in zip(shown(values), shown(record["values"]), strict=True):
            assert new in text, name
            assert old not in text, name


def differing(one: Path, other: Path) -> list[str]:
    """The names of the files that are not the same in both folders."""
    contents = [
        {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        for root in (one, other)
    ]
    return sorted(
        name for name in contents[0].keys() | contents[1].keys() if contents[0].get(name) != contents[1].get(name)
    )


def test_restored_cache_shows_the_picture_without_executing(blog: Book, copy: Checkout) -> None:
    shutil.copytree(blog.root / "_build/.jupyter_cache", copy.root / "_build/.jupyter_cache")
    assert "executing" not in copy.build(BLOG_BASEURL=BASE)
    assert (copy.root / PICTURE).read_bytes() == (blog.root / PICTURE).read_bytes()
    assert differing(blog.site, copy.site) == []


def test_damaged_data_stops_the_build(copy: Checkout) -> None:
    data = copy.root / "data/mnist.npz"
    content = bytearray(data.read_bytes())
    content[1_000_000] ^= 1
    data.write_bytes(content)
    output = copy.fail()
    assert "data/mnist.npz" in output
    assert "SHA-256" in output
    assert f"{SOURCE}:" in output
    assert not copy.site.exists()


def test_missing_data_stops_the_build(copy: Checkout) -> None:
    (copy.root / "data/mnist.npz").unlink()
    assert f"{SOURCE}:11: the input data/mnist.npz does not exist" in copy.fail()
