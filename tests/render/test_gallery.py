"""Everything that an author can write, as `docs/gallery.md` shows it: built once, and looked at piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import lxml.etree
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup, Tag
from conftest import SETTLED, Book, troubles_of
from documented import BLOCKS, FILES, write_gallery
from firefox import Firefox
from playwright.sync_api import Browser, Page

from blogkit.publish.server import serving
from blogkit.render.scholarly import diagrams
from blogkit.render.scholarly.boxes import _rows
from blogkit.text import without_escapes

pytestmark = pytest.mark.slow
POST, ANOTHER = "posts/2024-01-01-gallery.html", "posts/2024-01-02-another.html"


@pytest.fixture(scope="module")
def gallery(make_book: Callable[[], Book]) -> Book:
    """The posts of the documentation, and a page with the works that both cite."""
    book = make_book()
    assert write_gallery(book) == (POST, ANOTHER)
    book.write("works.md", "# Works\n\n```{bibliography}\n```\n")
    toc = (book.root / "_toc.yml").read_text(encoding="utf-8")
    book.write("_toc.yml", toc.replace("- file: about", "- file: about\n  - file: works"))
    book.build(BLOG_BASEURL="https://example.org/")
    return book


@pytest.fixture(scope="module")
def post(gallery: Book) -> BeautifulSoup:
    return gallery.soup(POST)


@pytest.fixture(scope="module")
def another(gallery: Book) -> BeautifulSoup:
    return gallery.soup(ANOTHER)


@pytest.fixture(scope="module")
def page(gallery: Book, browser: Browser) -> Iterator[Page]:
    tab = browser.new_page(reduced_motion="reduce")
    tab.troubles = troubles_of(tab)  # type: ignore[attr-defined]
    tab.goto((gallery.site / POST).as_uri())
    tab.evaluate("document.querySelectorAll('img').forEach((img) => (img.loading = 'eager'))")
    yield tab
    tab.close()


def said(element: Tag | None) -> str:
    assert element is not None
    return " ".join(element.text.split())


def section(soup: BeautifulSoup, title: str) -> Tag:
    found = next(h.parent for h in soup.select("h2") if h.text.startswith(title))
    assert isinstance(found, Tag)
    return found


def test_every_section_of_the_documentation_shows_something() -> None:
    assert len(BLOCKS) >= 12
    assert all(BLOCKS.values())


@pytest.mark.parametrize(
    ("title", "selector", "text"),
    [
        ("Headings", "section:has(> #start) > h3, #start > h3", "A section#"),
        ("Headings", "p > em", "Emphasis"),
        ("Headings", "p > s", "struck out"),
        ("Headings", "p > sub", "2"),
        ("Headings", "p > kbd", "Ctrl"),
        ("Headings", "abbr[title='Markedly Structured Text']", "MyST"),
        ("Headings", "a[href='#start']", "A section"),
        ("Headings", "dl dt", "Term"),
        ("Headings", "blockquote .attribution", "—Somebody"),
        ("Headings", "#word.marked", "A word"),
        ("Headings", "p#paragraph.marked", "a paragraph with a class and an address."),
        ("Headings", "input[type=checkbox][checked]", ""),
        ("Figures", "#fig-square .caption-number", "Fig. 1"),
        ("Figures", "#fig-square .legend", "Its sides are of one length."),
        ("Figures", "#fig-two .part:nth-child(2) .subcaption", "Right"),
        ("Figures", "#fig-two .caption-number", "Fig. 2"),
        ("Figures", "section > p a[href='#fig-square']", "Fig. 1"),
        ("Figures", "section > p a[href='#fig-two']", "Figure 2"),
        ("Figures", "img.only-dark[alt=Dark]", ""),
        ("Tables", "#table-two .caption-number", "Table 1"),
        ("Tables", "table:not([id]) ~ *, table caption .caption-text", "Two rows"),
        ("Tables", "#listing-one .caption-number", "Listing 1"),
        ("Tables", "#listing-one .hll", "2y = x + 1"),
        ("Tables", "p a[href='#listing-one']", "Listing 1"),
        ("Tables", "a[download][href*='square.csv']", "The data"),
        ("Equations", "p:has(msqrt)", "An equation in a line, ‖x‖=x⋅x, costs $5 to $10 to set by hand."),
        ("Equations", "#equation-eq-cases mtable mtable mtext:-soup-contains('otherwise')", "otherwise"),
        ("Equations", "p a[href='#equation-eq-cases']", "(2)"),
        ("Equations", "p a[href='#equation-eq-a']", "(3)"),
        ("Notes", ".admonition.note .admonition-title", "Note"),
        ("Notes", "details.admonition.warning > summary.admonition-title", "Warning"),
        ("Notes", ".admonition.tip .admonition-title", "A title of one’s own"),
        ("Notes", ".versionadded", "Added in version 2.0: Since then."),
        ("Notes", "details.toggle > summary", "Show more"),
        ("Notes", "blockquote.epigraph .attribution", "—Somebody"),
        ("Notes", "blockquote.pull-quote", "What matters."),
        ("Cells", "details.hide > summary", "Show code"),
        ("Cells", "figure#fig-disc .caption-text", "A disc."),
        ("Cells", "p .pasted-text", "20"),
        ("Videos", "a.player[href*='watch?v=aircAruvnKk'] span", "A talk"),
        ("Margins", "aside.margin .sidebar-title", "Beside the text"),
        ("Margins", "aside.sidebar:not(.margin) > p + p", "A box that the text flows around."),
        ("Theorems", "#def-right .admonition-title", "Definition 1 (Right triangle)"),
        (
            "Theorems",
            ".theorem .admonition-title",
            "Theorem 1 (Pythagoras)",
        ),
        ("Theorems", ".argument .admonition-title", "Proof"),
        ("Theorems", ".argument a[href='#def-right']", "Definition 1"),
        ("Theorems", ".argument a[href='#equation-eq-pythagoras']", "(1)"),
        ("Theorems", ".remark .admonition-title", "Remark"),
        ("Exercises", "#ex-sum .admonition-title", "Exercise 1 (A sum)"),
        ("Exercises", "details.solution > summary", "Solution to Exercise 1"),
        ("Exercises", "#ex-code > p + p", "Do so in Python."),
        ("Exercises", "#sol-code .cell_output", "5050"),
        ("Exercises", "p > a[href='#sol-code']", "Solution to Exercise 2"),
        ("Diagrams", "#fig-decision .caption-number", "Fig. 4"),
        ("Terms", "dl.glossary #term-Square", "Square#"),
        ("Terms", "dl.glossary #term-Circle + dd", "A line, all of whose points are as far from one."),
        ("Terms", "p a[href='#term-Square']", "Square"),
        ("Terms", "p a.footnote-reference", "[1]"),
        ("Cards", ".sd-card .sd-card-title", "One"),
        ("Cards", ".sd-row > .sd-col > .sd-card.third.sd-w-100 .sd-card-title", "Three"),
        ("Cards", ".sd-tab-set label", "One"),
        ("Cards", "details.sd-dropdown summary", "Folded"),
        ("Cards", "a.sd-btn[href='https://example.org/']", "A button"),
    ],
)
def test_construct(post: BeautifulSoup, title: str, selector: str, text: str) -> None:
    found = section(post, title).select_one(selector)
    assert found is not None
    assert said(found) == text


def test_statements_are_referred_to_by_kind_and_number(post: BeautifulSoup) -> None:
    links = section(post, "Theorems").select(".remark a")
    assert [said(a) for a in links] == [*["Theorem 1"] * 3, "Theorem 1 (Pythagoras)", "so is this link"]
    assert {a["href"] for a in links} == {
        "#theorem-pythagoras",
        "#pythagoras",
        "#of-triangles",
    }  # a label of its own stands before it
    assert len(post.select(".theorem#theorem-pythagoras, #pythagoras")) == 2


def test_numbers_of_another_post_are_named_with_its_title(another: BeautifulSoup) -> None:
    """Each in the language of the post that refers, but for the name that the other one has."""
    names = "Theorem 1 (Gallery), Exercise 1 (Gallery), 그림 1 (Gallery), (1) (Gallery), Gallery"
    assert said(another.select_one(".prose section > p")).startswith(names)
    assert said(another.select_one(".theorem .admonition-title")) == "정리 1"
    for link in another.select(".prose section > p a[href*='gallery']"):
        assert link["href"].startswith("2024-01-01-gallery.html")


def test_each_post_shows_the_works_that_it_cites(gallery: Book, post: BeautifulSoup, another: BeautifulSoup) -> None:
    for soup, title, keys in ((post, "References", ["[Knu84]", "[Tur36]"]), (another, "참고 문헌", ["[Knu84]"])):
        works = section(soup, title)
        assert [said(label) for label in works.select(".citation .label")] == keys
        for link in soup.select(".bibtex-citation a"):
            assert works.find(id=link["href"].removeprefix("#"))
    assert said(section(post, "Citations").p) == "As Knuth [Knu84] says [Knu84, Tur36]."
    assert len(gallery.soup("works.html").select(".citation")) == 2


def test_diagrams_are_pictures_of_both_schemes(gallery: Book, post: BeautifulSoup) -> None:
    first, second = section(post, "Diagrams").select("figure.diagram")
    assert [img["class"] for img in first.select("img")] == [["only-light"], ["only-dark"]]
    assert {img["alt"] for img in first.select("img")} == {"From start by way of a question to the end"}
    assert "Hello" in second.img["alt"]
    files = [(gallery.site / "posts" / img["src"]).resolve().read_text(encoding="utf-8") for img in first.select("img")]
    assert ["#24292f" in files[0], "#dde2e8" in files[1]] == [True, True]
    assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", files[0])


def test_pages_load_nothing_for_it(post: BeautifulSoup) -> None:
    loaded = {link["href"].rpartition("/")[2].partition("?")[0] for link in post.select("link[rel=stylesheet]")}
    assert loaded == {"blog.css", "sphinx-design.min.css"}
    assert not post.select("script[src*=mermaid], script[src*=proof]")


def test_ids_are_not_given_twice(post: BeautifulSoup) -> None:
    ids = [element["id"] for element in post.select("[id]")]
    assert not {name for name in ids if ids.count(name) > 1}


def test_feeds_carry_statements_works_and_diagrams(gallery: Book) -> None:
    feed = BeautifulSoup((gallery.site / "feed.xml").read_text(encoding="utf-8"), "xml")
    entry = next(e for e in feed.select("entry") if e.title.text == "Gallery")
    soup = BeautifulSoup(entry.content.text, "lxml")
    assert said(soup.find("strong", string=re.compile("Definition 1"))) == "Definition 1 (Right triangle)"
    assert any(said(p).startswith("[Knu84] Donald E. Knuth.") for p in soup.select("p"))
    assert len(soup.select("img[src*='_images/diagram-']")) == 2
    assert not soup.select("blockquote > summary")


def test_search_finds_statements_and_what_stands_in_the_margin(gallery: Book) -> None:
    from blogkit.web.search_text import read_page

    page = read_page((gallery.site / POST).read_bytes(), POST)
    assert page
    text = "\n".join(part.text for part in page.sections)
    assert "Theorem 1 (Pythagoras)" in text
    assert "Beside the text" in text


def test_the_page_may_do_all_that_it_has(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert page.troubles == []  # type: ignore[attr-defined]


# Without a build


def test_a_diagram_in_its_own_theme_is_the_same_in_both_schemes() -> None:
    own = "---\nconfig:\n  theme: forest\n---\nflowchart LR\n a-->b\n"
    assert diagrams.draw(own, "light") == diagrams.draw(own, "dark")
    assert diagrams.draw("flowchart LR\n a-->b", "light") != diagrams.draw("flowchart LR\n a-->b", "dark")


@pytest.mark.parametrize(
    "text",
    [
        "sequenceDiagram\n A->>B: 안녕",
        "gantt\n title A\n section B\n C: a1, 2024-01-01, 3d",
        'pie\n "a": 1',
        "gitGraph\n commit",
    ],
)
def test_a_drawing_is_the_same_each_time_and_knows_its_size(text: str) -> None:
    drawing = diagrams.draw(text, "light")
    assert drawing == diagrams.draw(text, "light")
    assert re.match(r'<svg[^>]* width="\d+"[^>]*>', drawing)
    assert re.match(r'<svg[^>]* height="\d+"[^>]*>', drawing)


def test_lines_of_classes_begin_in_their_box_and_words_on_arrows_are_not_struck_through() -> None:
    drawing = diagrams.draw(
        "classDiagram\n class A {\n +int a_long_name\n b()\n }\n class B {\n +int c\n }\n A --> B : has", "light"
    )
    root = lxml.etree.fromstring(drawing.encode())
    lines = [text for text in root.iterfind(".//{*}text") if "s-group " in text.get("data-merman-source-classes", "")]
    begin = {text.text: (text.get("x"), "text-anchor:start" in text.get("style")) for text in lines}
    assert begin["+int a_long_name"] == begin["b()"]
    assert begin["b()"][1]
    (ground,) = root.xpath("//*[contains(@data-merman-source-classes, 'labelBkg')]/*[local-name() = 'rect']")
    assert float(ground.get("width")) > 26  # what "has" takes in 16 px


def test_what_a_diagram_says_of_itself_is_its_text() -> None:
    told = "flowchart LR\n accTitle: A way\n accDescr: From a to b\n a-->b"
    assert diagrams.words_of(diagrams.draw(told, "light")) == "A way, From a to b"


@pytest.mark.parametrize(("layout", "rows"), [("2", ["AB", "C."]), ("AA|BC", ["AA", "BC"]), ("a b", [])])
def test_layouts_of_figures(layout: str, rows: list[str]) -> None:
    assert _rows(layout, 3) == rows


# Faults


def test_mistakes_have_their_line(book: Book) -> None:
    """One post with all of them."""
    (book.root / "references.bib").write_bytes((FILES / "references.bib").read_bytes())
    lines = {
        "{cite}`nothing`": "references.bib has no work nothing; add it there",
        "{cite}`knuth48`": "references.bib has no work knuth48; did you mean knuth84? Or add it there",
        "{ref}`rael-label`": "nothing in the blog has the label rael-label; did you mean real-label? Or write `(rael",
        "{numref}`Fig. %s <Fig-None>`": "nothing in the blog has the label Fig-None; write `(Fig-None)=` above what it",
        "{ref}`None`": "nothing in the blog has the label None; write `(None)=` above what it means, in a page",
        "{ref}`untitled`": "untitled has no title that could be shown; write what the link says: {ref}`… <untitled>`",
        "[](#untitled)": "untitled has no title that could be shown; write what the link says: […](#untitled)",
        "[nowhere]()": "this link has no address; write it between the round brackets, or leave the brackets out",
        "{term}`wrod`": "no glossary of the blog has the word wrod; did you mean word? Or write it into a `{glossary}`",
        "{doc}`2024-01-02-othr`": "the blog has no page and no file 2024-01-02-othr; did you mean 2024-01-02-other? Or",
        "[lost](../abuot.md)": "the blog has no page and no file ../abuot.md; did you mean ../about.md? Or add it",
        "[lost](#a-haeding)": "no heading of this page and no label of the blog is named a-haeding; did you mean "
        "#a-heading? Or lead to one of its headings: #one, #a-heading",
        "[lost](2024-01-02-other.md#prat)": "posts/2024-01-02-other.md has no heading prat; did you mean #part? Or "
        "lead to one of its headings: #other, #part",
        "![gone](../images/gone.png)": "images/gone.png is not there; add the file or mend the name",
        "{download}`gone.csv`": "posts/gone.csv is not there; add the file or mend the name",
        "{cite:p}`a}`": "no works can be read in a}; write their keys, with commas between them",
        "{eval}`n`": "{eval} is not supported; write `glue('n', n)` into a cell, and {glue:text}`n` here",
        "{eval}`len(a)`": "{eval} is not supported; write `glue('value', len(a))` into a cell, and {glue:text}`value`",
        "[lost](inv:python#a)": "links to other sites by name (python:*:*:a) are not supported; write the address",
        "{external:py:class}`a`": "links to other sites by name (external:py:class) are not supported; write",
        "{numreff}`a`": "there is no role numreff; did you mean numref? Or write its text without it",
        "```{note} A\n:colour: x\n\nB\n```": "note has no option colour; delete it, or write one of: class,",
        "```{admonitoin} A\nB\n```": "there is no directive admonitoin; did you mean admonition? Or write its text",
        "{prf:ref}`thm-none`": "nothing has the label thm-none",
        "```{solution} ex-none\n```": "nothing has the label ex-none",
        "```mermaid\nhello\n```": "no diagram can be drawn: No Mermaid diagram type detected",
        "```{mermaid}\n:colour: red\nflowchart LR\n a-->b\n```": "a diagram has no option colour",
        "```{exercise-start}\n```": "`exercise-start` has no end at its level",
        "```{solution-end}\n```": "`solution-end` ends nothing; delete it",
        "```{toctree}\n2024-01-02-other\n```": "a post has no pages below it; write links to posts instead, or `{table",
        "```{subfigure} AB\n![a](../images/a.png)\n```": "the layout has place for 2 pictures, and there are 1",
    }
    there = ["(real-label)=\n## A heading", "(untitled)=\nText.", "```{glossary}\nword\n  What it is.\n```"]
    path = book.post("2024-01-01-one", "\n\n".join([*there, *lines]))
    book.post("2024-01-02-other", "## Part\n\nText.\n", label="Real-Label")
    book.post("2024-01-03-own", "(own)=\n## Part\n", label="own")
    whole = path.read_text(encoding="utf-8")
    log = without_escapes(book.fail())
    for source, message in lines.items():
        line = whole[: whole.index(source)].count("\n") + 1
        assert f"\nposts/2024-01-01-one.md:{line}: WARNING: {message}" in log, log
    taken = "label: Real-Label is what posts/2024-01-01-one.md or a part of it is called; take another one"
    assert f"\nposts/2024-01-02-other.md:3: WARNING: {taken}" in log
    assert "\nposts/2024-01-03-own.md:3: WARNING: label: own is what posts/2024-01-03-own.md or a part of it" in log
    assert "Traceback" not in log and "not readable" not in log and "Splitting" not in log


def test_a_citation_without_a_bibliography_says_where_works_are_written(book: Book) -> None:
    """A list of what is cited may be empty."""
    path = book.post("2024-01-01-one", "Text {cite:t}`a`.\n\n```{bibliography}\n```\n")
    log = book.fail()
    assert len(re.findall(r"2024-01-01-one.md:5: WARNING: there is no bibliography; write its entries", log)) == 1
    path.write_text(path.read_text(encoding="utf-8").replace("{cite:t}`a`", ""), encoding="utf-8")
    book.build()


def test_citations_as_pandoc_writes_them(book: Book) -> None:
    """Their works stand in a file beside the post, as Quarto's front matter says."""
    book.write("posts/refs.bib", (FILES / "references.bib").read_bytes())
    text = "A [@knuth84] [see @knuth84, p. 3; @turing36] [-@turing36; and more] [me@x.org] [@me](https://x.org)."
    text += " [@you]\n\n[@you]: https://y.org\n\nAnd {cite:p}`{see; }knuth84; turing36`.\n\n## References\n\nMine.\n"
    book.post("2024-01-01-one", text, bibliography="refs.bib", csl="a.csl", lang="en")
    book.build()
    soup = book.soup("posts/2024-01-01-one.html")
    shown = "A [Knu84] [see Knu84, p. 3, Tur36] [Tur36, and more] [me@x.org] @me. @you"
    assert said(soup.select_one("article section > p, article .prose > p")) == shown
    assert len(soup.select(".citation")) == 2
    assert "And [see; Knu84, Tur36]." in said(soup.select_one("article"))
    assert soup.select("#references + p, #references > p") and soup.select("#references-2 .citation")
    assert said(book.soup("index.html").select_one("p.summary")) == "A [me@x.org] @me."
    book.post("2024-01-01-one", "A [@knuth48].")
    assert (
        "posts/2024-01-01-one.md:5: WARNING: posts/refs.bib has no work knuth48; did you mean knuth84?" in book.fail()
    )


TITLED = """
:::{tip} A *title* of its own
:class: mine
Text.
:::

```{note}Hard behind
Text.
```

```{note} Only text.
```
"""


def test_boxes_have_the_options_of_mystmd(book: Book) -> None:
    book.post(
        "2024-01-01-one",
        f":::{{hint}}\n:icon: false\n:label: box\n:nonumber:\nText.\n:::\n\n{{ref}}`it <box>`\n\n{TITLED}",
    )
    book.build()
    soup = book.soup("posts/2024-01-01-one.html")
    box = soup.select_one("#box.hint")
    assert said(box).endswith("Text.") and box.attrs.keys() == {"id", "class"}
    titled = [(said(box.select_one(".admonition-title")), box["class"]) for box in soup.select(".admonition:not(#box)")]
    assert titled == [
        ("A title of its own", ["mine", "tip", "admonition"]),
        ("Hard behind", ["note", "admonition"]),
        ("참고", ["admonition", "note"]),
    ]


REFERENCES = """
[](#fig-a), [Figure %s](#fig-a), [that](#fig-a), [](#tab), [Table {number}](#tab), {ref}`In %s <tab>`, [](#eq-a),
[Equation %s](#eq-a), [that](#eq-a), {eq}`Eq. %s <eq-a>`, [Part %s](#part), [](#part), [Theorem %s](#thm), [](#thm)
[what `%s` means](#part), [The {name}](#part), [Top](#)

```{todo}
Not shown.
```
"""
REFERRED = """
$$ x = 1 $$ (eq-a)

:::{figure} ../images/a.svg
:label: fig-a
A long caption of the picture.
:::

:::{table} Title
:label: tab
| a | b |
|---|---|
| 1 | 2 |
:::

(part)=
## Heading

:::{prf:theorem}
:label: thm
A.
:::
"""


def test_a_link_from_a_folder_leads_to_the_page_there_once_there_is_one(book: Book) -> None:
    book.post("2024-01-01-one", "[](../part/other.md)\n")
    book.post("2024-01-02-other")
    book.build()
    link = "article section a"
    assert book.soup("posts/2024-01-01-one.html").select_one(link)["href"] == "2024-01-02-other.html"
    book.write("part/other.md", "# Page\n\nText.\n")
    toc = (book.root / "_toc.yml").read_text(encoding="utf-8")
    book.write("_toc.yml", toc.replace("- file: about", "- file: about\n  - file: part/other"))
    book.build()
    assert book.soup("posts/2024-01-01-one.html").select_one(link)["href"] == "../part/other.html"


def test_a_post_may_list_the_others(book: Book) -> None:
    listing = "```{tableofcontents}\n```\n"
    book.post("2024-01-01-all", listing)
    book.post("2024-01-02-part", listing, series="S")
    book.post("2024-01-03-other", title="Third", series="S")
    book.build()

    def listed(name: str) -> list[str]:
        return [link.get_text() for link in book.soup(f"posts/{name}.html").select("article section > ul a")]

    assert listed("2024-01-01-all") == ["part", "Third"]
    assert listed("2024-01-02-part") == ["Third"]
    book.post("2024-01-04-new", title="New")
    book.build()
    assert listed("2024-01-01-all") == ["part", "Third", "New"]
    assert listed("2024-01-02-part") == ["Third"]


def test_links_say_numbers_as_in_mystmd(book: Book) -> None:
    book.write("images/a.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    book.post("2024-01-01-one", REFERENCES + REFERRED, lang="en")
    book.post("2024-01-02-two", REFERENCES, lang="en")
    book.build()
    said_here = ["Fig. 1", "Figure 1", "that", "Table 1", "Table 1", "In 1", "(1)", "Equation 1", "that", "Eq. 1"]
    said_here += ["Heading", "Heading", "Theorem 1", "Theorem 1"]
    said_here += ["what %s means", "The Heading", "Top"]
    for name in ("one", "two"):
        paragraph = book.soup(f"posts/2024-01-0{1 + (name == 'two')}-{name}.html").select_one("article section > p")
        assert [link.get_text() for link in paragraph.select("a")] == said_here
        assert len(paragraph.select("code")) == 1
        assert paragraph.select("a")[-1]["href"] == "#" and "Not shown" not in paragraph.parent.get_text()


def test_files_of_works(book: Book, tmp_path: Path) -> None:
    (tmp_path / "out.bib").write_text("", encoding="utf-8")
    book.config(bibtex_bibfiles=["none.bib", "../out.bib"])
    log = book.fail()
    assert re.search(r"_config.yml:\d+: bibtex_bibfiles: none.bib is not there", log), log
    book.config(bibtex_bibfiles=["works/a.bib"])
    book.write("works/a.bib", "@article{a,\n  title = {A},\n  year 2000}\n")
    assert re.search(r"a.bib:3: no BibTeX \(.*\); mend it", book.fail())
    named = ("aA", "aA", "bB", "aC", "dD")
    works = [f"@misc{{{key},\n title = {{{title}}},\n year = {{2000}}}}\n" for key, title in named]
    book.write("works/a.bib", "".join(works))
    book.post("2024-01-01-one", "A {cite}`a` and {cite}`d`.\n")
    assert "\nworks/a.bib:10: a is another work above; delete one, or give it a key of its own\n" in book.fail()
    book.write("works/a.bib", "".join(works).replace("{C}", "{A}"))
    book.build()


def test_pages_follow_what_they_say_of_other_pages(book: Book) -> None:
    """The pages that change are written again, and no others."""
    book.write("references.bib", (FILES / "references.bib").read_bytes())
    book.post("2024-01-01-one", "{cite}`knuth84`\n\n```{prf:theorem}\n:label: thm\nX.\n```\n")
    book.post("2024-01-02-two", "{prf:ref}`thm` [](2024-01-01-one.md)\n")
    book.post("2024-01-03-three")
    book.build()
    pages = {name: book.root / f"_build/.pages/posts/2024-01-0{name}.html" for name in ("1-one", "2-two", "3-three")}

    def written() -> list[str]:
        before = {name: path.stat().st_mtime_ns for name, path in pages.items()}
        book.build()
        return [name[2:] for name, path in pages.items() if path.stat().st_mtime_ns != before[name]]

    works = (book.root / "references.bib").read_text(encoding="utf-8")
    book.write("references.bib", works.replace("Literate Programming", "Illiterate Programming"))
    assert written() == ["one"]
    assert "Illiterate" in book.text("posts/2024-01-01-one.html")
    book.post(
        "2024-01-01-one", "{cite}`knuth84`\n\n```{prf:theorem}\nNew.\n```\n\n```{prf:theorem}\n:label: thm\nX.\n```\n"
    )
    assert written() == ["one", "two"]
    assert "정리 2" in book.text("posts/2024-01-02-two.html")
    assert written() == []


# In the browser


def test_axe_finds_nothing(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(SETTLED)
        found = Axe().run(page, options={"runOnly": tags})
        assert not found.response["violations"], f"{scheme}: {found.generate_report()}"


def test_a_long_equation_in_a_line_scrolls_on_a_phone(page: Page) -> None:
    places = {}
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        places[width] = page.locator("span.long").evaluate_all("all => all.map((m) => m.scrollWidth > m.clientWidth)")
    assert places == {390: [True], 1280: [False]}


def test_firefox_shows_and_finds_it_as_well(gallery: Book, firefox: Firefox) -> None:
    with serving(gallery.site) as server:
        firefox.open(f"{server.home}{POST}", width=390)
        long = "document.querySelector('span.long')"
        assert firefox.evaluate(f"{long}.scrollWidth > {long}.clientWidth && {long}.tabIndex === 0")
        assert firefox.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # It draws what is struck out by itself, and each equation has its place.
        assert firefox.evaluate("getComputedStyle(document.querySelector('menclose')).position") == "static"
        heights = firefox.evaluate(
            "[...document.querySelectorAll('math')].map((m) => m.getBoundingClientRect().height)"
        )
        assert heights and min(heights) > 5
        firefox.evaluate("document.querySelector('#search-open').click()")
        found = """new Promise(async (done) => {
            const pause = () => new Promise((on) => setTimeout(on, 20));
            const until = async (look) => { while (!look()) await pause(); return look() };
            const input = await until(() => document.querySelector("dialog[open] input"));
            input.value = "Pythagoras";
            input.dispatchEvent(new InputEvent("input", { bubbles: true }));
            done((await until(() => document.querySelector("dialog .search-results a"))).href);
        })"""
        assert POST in firefox.evaluate(found)
        assert firefox.evaluate("refused") == []
        attack = "document.body.append(Object.assign(document.createElement('script'), { text: 'window.won = 1' }))"
        assert firefox.evaluate(
            f"{attack}, new Promise((done) => setTimeout(() => done([refused, window.won ?? 0])))"
        ) == [
            ["script-src-elem"],
            0,
        ]


def test_paper_shows_all_that_is_folded_struck_out_or_pale(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator(".sd-tab-content").evaluate_all("all => all.map((t) => t.checkVisibility())") == [True, True]
    style = "(e) => getComputedStyle(e)"
    assert page.locator("menclose > [class]").evaluate(f"{style}.printColorAdjust") == "exact"
    assert page.locator(".sd-btn").evaluate(f"{style}.color") == page.locator("body").evaluate(f"{style}.color")
    assert page.locator(".hll").first.evaluate(f"{style}.fontWeight") == "700"
    assert page.locator("pre").first.evaluate("(e) => parseFloat(getComputedStyle(e).paddingLeft)") > 10
    page.emulate_media(media="screen")


def test_nothing_stands_below_the_last_cell_of_a_box(page: Page) -> None:
    gap = "(e) => e.getBoundingClientRect().bottom - e.querySelector('.cell_output pre').getBoundingClientRect().bottom"
    assert page.locator("#sol-code").evaluate(gap) < 30


def test_no_width_scrolls_sideways(page: Page) -> None:
    for width in (320, 390, 768, 1024, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_picture_for_each_scheme(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for other in ("light", "dark"):
            assert page.locator(f"#fig-decision img.only-{other}").is_visible() == (scheme == other)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert page.locator("#fig-decision img.only-light").is_visible()
    page.evaluate("delete document.documentElement.dataset.theme")


def test_a_margin_note_stands_beside_the_text_and_in_it_on_a_phone(page: Page) -> None:
    edges = {}
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        note, text = (page.locator(each).bounding_box() for each in ("aside.margin", "aside.margin + p"))
        edges[width] = note["x"] + note["width"] <= text["x"], note["y"] + note["height"] <= text["y"]
    assert edges == {390: (False, True), 1440: (True, False)}
