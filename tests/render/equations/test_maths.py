"""Equations: what authors write, their numbers and references, and faults with their lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from conftest import Book
from lxml import etree

from blogkit.render.equations.mathml import Maths, macros

FORMS = [
    (r"\begin{align*}a&=b\\c&=d\end{align*}", "<mtable"),
    (r"\begin{eqnarray}a&=&b\\c&=&d\end{eqnarray}", "<mo>=</mo><mrow></mrow><mi>b</mi>"),
    (r"\begin{alignat}{2}a&=b&c&=d\end{alignat}", "<mtable"),
    (r"\begin{split}a&=b\\&=c\end{split}", "<mtable"),
    (r"\begin{gather}a\\b\end{gather}", "<mtable"),
    (r"\begin{equation*}a\end{equation*}", "<mi>a</mi>"),
    (r"f=\begin{cases}1&x>0\cr 0&\text{otherwise}\end{cases}", "<mtext>otherwise</mtext>"),
    (r"\begin{array}{@{}c|c}a&b\\\hline c&d\end{array}", "border-top"),
    (r"\begin{pmatrix*}[r]1\\-2\end{pmatrix*}", "text-align: right"),
    (r"\begin{smallmatrix}a&b\end{smallmatrix}", 'scriptlevel="1"'),
    (r"\sum_{\substack{i\\j}} x", 'scriptlevel="1"'),
    (r"a = b \\[1em] c = d", "<mtr>"),
    (r"a \\* c", "<mtr>"),
    (r"\argmin_w L", "<munder>"),
    (r"\operatorname*{arg\,max}_{x \in \mathbb{R}^{n}} f", "<munder>"),
    (r"\mathop{\rm argmax}\limits_x f", "<munder>"),
    (r"\DeclareMathOperator*{\best}{best}\best_x f", "<munder>"),
    (r"\underbrace{a+b}_{n}", "<munder><munder"),
    (r"\eqalign{a &= b \cr c &= d}", "<mtable"),
    (r"\cancel{x}", "menclose-updiagonalstrike"),
    (r"\mbox{for $x_1$, 50\% of}", "<mtext>for </mtext><msub><mi>x</mi><mn>1</mn></msub><mtext>, 50% of<"),
    (r'\text{가 "나" a_b}', '<mtext>가 "나" a_b</mtext>'),
    (r"\color{red}{x} + y", '<mrow style="color:#FF0000;"><mi>x</mi></mrow><mo>+'),
    (r"{\color{#00aa00} x} + y", "color:#00AA00"),
    (r"\bm{1}\boldsymbol{\theta}", "<mi>𝟏</mi><mi>𝜽</mi>"),
    (r"\require{cancel}\vspace{1em} x", "<mi>x</mi>"),
    (r"\E[x] + \R", "<mi>𝔼</mi>"),
    (r"x < y % a comment with $ and \undefined", "&lt;"),
    (r"\ce{2 H2 + O2 ->[\Delta] 2 H2O}", "<msub>"),
    (r"\ce{SO4^2-}", "<mn>2</mn><mo"),
    (r"\ce{^{227}_{90}Th}", "<msubsup>"),
    (r"\unicode{x263a}", "☺"),
    (r"\beta*x \dotsc \hspace*{1em}", "<mi>β</mi><mo"),
    (r"\left< x \right> \left. y \right|", "<mo>⟨</mo>"),
    (r"\verb!a_b! + z_\rm{exact}", "<msub><mi>z</mi>"),
    (r"\begin{equation} a \left( b \\ c \right) \end{equation}", "<mi>c</mi>"),
    (r"X ⊥ Y^⊤ √2 ∅", "<mo>⟂</mo><msup><mi>Y</mi><mi>⊤</mi></msup><msqrt><mn>2</mn></msqrt>"),
    (r"\bigg{|}_0^1 \big< x \big>", "⟨"),
]


@pytest.mark.parametrize(("tex", "part"), FORMS)
def test_what_authors_write_is_understood(tex: str, part: str) -> None:
    found = Maths().block(tex).replace("\xa0", " ")
    assert part in found
    etree.fromstring(found)


def test_definitions_hold_for_the_rest_of_the_page() -> None:
    maths = Maths({"N": r"\mathbb{N}", "set": [r"\{#1\}", 1], "power": ["{#2}^{#1}", 2, "2"]})
    assert maths.inline(r"\newcommand{\half}[1]{\frac{#1}{2}} \def\x#1{\mathbf{#1}}") == ""
    assert maths.inline(r"\half{a}\x{b}") == "<math><mfrac><mi>a</mi><mn>2</mn></mfrac><mi>𝐛</mi></math>"
    maths.block(r"\begin{align} \newcommand{\vec}[2][3]{#1#2} a \end{align}")
    assert maths.inline(r"\vec{x}\vec[4]{y}") == "<math><mn>3</mn><mi>x</mi><mn>4</mn><mi>y</mi></math>"
    assert maths.inline(r"\N\set{a}") == Maths().inline(r"\mathbb{N}\{a\}")
    assert maths.inline(r"\power{x}\power[n]{x}") == Maths().inline("{x}^{2}{x}^{n}")


@pytest.mark.parametrize(
    ("tex", "told"),
    [
        (r"\nope x", r"\nope is no known command"),
        (r"\begin{nope}x\end{nope}", "no environment is called nope"),
        (r"\left( x", r'Expected closing token "\right"'),
        (r"\frac{a", 'Expected closing token "}"'),
        (r"\text{a", "a brace is not closed: {a"),
        (r"\begin{eqnarray}a", "an environment is not ended: eqnarray"),
        ("x_a_b", "Duplicate subscript"),
        (r"\ce{A ~~ B}", r"\ce does not know '~~ B'"),
        (r"\def\x{\x\x}\x", "expan"),
    ],
)
def test_what_is_wrong_is_said(tex: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        Maths().block(tex)


POST = r"""
The first $x^2 \tag{1}$; see \eqref{two}, $\eqref{two}$, (\ref{one}), {eq}`plain`, {eq}`한글` and {eq}`elsewhere`.

$$\newcommand{\half}[1]{\frac{#1}{2}}$$

$$ \half{x} \\ y $$ (plain)

\begin{align}
a &= b \label{one} \\
c &= d \nonumber \\
e &= f \label{two} \tag{가}\\
g &= h \tag{$\dagger$}
\end{align}

$$ \begin{align} no &= number \end{align} $$

\begin{equation} E \stackrel{\eqref{one}}{=} m \end{equation}

$$x$$ (한글)
"""

HTML = "<div class='alert'>\nWith $x_1 < 2$ <code>$a$</code>, <b>costs $5 to $10</b> or A$ and B$: $$y$$\n</div>\n"


@pytest.fixture(scope="module")
def site(make_book: Callable[[], Book]) -> Book:
    """Two posts that refer to one another, and a site with macros."""
    book = make_book()
    book.config(mathjax3_config={"tex": {"macros": {"site": r"\mathbb{S}"}}})
    book.post("2024-01-01-one", POST)
    book.post("2024-01-02-two", f"$$a$$ (before)\n\n$$\\site$$ (elsewhere)\n\n{{eq}}`two`\n\n{HTML}")
    book.build()
    return book


def _numbers(page: BeautifulSoup) -> list[str]:
    return [number.text for number in page.select(".equation .eqno")]


def test_equations_are_mathml_and_have_the_numbers_of_latex(site: Book) -> None:
    page = site.soup("posts/2024-01-01-one.html")
    assert _numbers(page) == ["(1)", "(2)", "(가)", "(†)", "(3)", "(4)"]
    assert "MathJax" not in str(page) and "newcommand" not in page.text
    assert page.select_one("#equation-plain").text.strip() == "x2y(1)"
    assert len(page.select(".equation")) == 5


def test_references_show_the_numbers_of_all_posts(site: Book) -> None:
    page = site.soup("posts/2024-01-01-one.html")
    links = [(link.text, link["href"]) for link in page.select("article section p a")]
    two = ("(가)", "#equation-two")
    here = [two, two, ("2", "#equation-one"), ("(1)", "#equation-plain"), ("(4)", "#equation-한글")]
    assert links == [*here, ("(2)", "2024-01-02-two.html#equation-elsewhere")]
    assert all(page.find(id=address.removeprefix("#")) for _, address in here)
    assert "(2)" in page.select(".equation")[3].text
    other = site.soup("posts/2024-01-02-two.html").select_one("article section p a")
    assert (other.text, other["href"]) == ("(가)", "2024-01-01-one.html#equation-two")


def test_equations_stand_in_raw_html_too(site: Book) -> None:
    box = site.soup("posts/2024-01-02-two.html").select_one(".alert")
    assert [said.text for said in box.select("math")] == ["x1<2", "y"]
    assert [said.text for said in box.select("code, b")] == ["$a$", "costs $5 to $10"]
    assert "$" not in box.text.replace("$a$", "").replace("costs $5 to $10", "").replace("A$ and B$", "")


REFERENCES = "{ref}`sec`, {ref}`tab`, {numref}`sec`, {numref}`Part %s <sec>`\n"


def test_titles_with_equations_are_lines_of_text_elsewhere(book: Book) -> None:
    """In the table of contents, and in references of both posts."""
    table = "```{list-table} Table of $\\sqrt{x}$\n:name: tab\n* - a\n```\n\n"
    book.post("2024-01-01-one", f"(sec)=\n## The $\\alpha_1$ section\n\n{table}## Other\n\n{REFERENCES}")
    book.post("2024-01-02-two", REFERENCES)
    book.build()
    for name in ("2024-01-01-one", "2024-01-02-two"):
        links = book.soup(f"posts/{name}.html").select("article section p a")
        part = "The α₁ section"
        assert [link.text for link in links] == [part, "Table of √x", part, part]
    assert "The α₁ section" in [link.text for link in book.soup("posts/2024-01-01-one.html").select("nav a")]


def test_numbers_stay_right_where_another_post_changes(site: Book) -> None:
    site.post("2024-01-02-two", "$$\\site$$ (elsewhere)\n")
    site.build()
    link = site.soup("posts/2024-01-01-one.html").select("article section p a")[-1]
    assert link.text == "(1)"


def test_all_wrong_equations_are_told_with_their_lines(book: Book) -> None:
    book.post(
        "2024-01-01-one",
        "A line\nand $\\nope x$ here.\n\n$$\n\\left( y\n$$\n\n{eq}`lost` $\\eqref{gone} + 1$\n\n"
        "<p>\n$\\nein x$</p>\n\n$$a$$ (a)\n\n$$b$$ (a)\n",
    )
    cells = [
        {"cell_type": "raw", "id": "a", "metadata": {}, "source": "---\ntitle: Notebook\n---\n"},
        {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "Text\n\nand $\\frac{a}$."},
        {"cell_type": "markdown", "id": "c", "metadata": {}, "source": "Again $\\frac{a}$."},
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    book.write("posts/2024-01-02-two.ipynb", json.dumps(notebook))
    log = book.fail()
    assert r"2024-01-01-one.md:6: WARNING: the equation is wrong: \nope is no known command" in log
    assert "2024-01-01-one.md:9: WARNING: the equation is wrong: Expected closing token" in log
    assert r"2024-01-01-one.md:15: WARNING: the equation is wrong: \nein is no" in log
    assert "2024-01-01-one.md:17: WARNING: a: an equation of posts/2024-01-01-one has the same label" in log
    assert "no equation has the label lost" in log and "no equation has the label gone" in log
    assert "2024-01-02-two.ipynb: cell 2, line 3: WARNING: the equation is wrong" in log
    assert "2024-01-02-two.ipynb: cell 3, line 1: WARNING: the equation is wrong" in log
    assert not book.site.exists()


@pytest.mark.parametrize(
    ("mathjax", "told"),
    [
        ({"tex": {"macros": {"a": "x", "b": r"\frac{"}}}, "b: Expected closing token"),
        ({"tex": {"macros": {"a": [r"x#1", 1, "d", 3], "b": ["x"]}}}, ""),
        ({"tex": {"packages": ["physics"]}}, "only `tex"),
        ({"loader": {}}, "only `tex"),
        ("macros", "only `tex"),
        ({"tex": {"macros": "a"}}, "only `tex"),
        ({"tex": {"macros": {"a": [None, "x"]}}}, "a: "),
    ],
)
def test_macros_of_a_site_are_looked_at(mathjax: object, told: str) -> None:
    if told:
        with pytest.raises(ValueError, match=re.escape(told)):
            macros(mathjax)
    else:
        assert macros(mathjax)
