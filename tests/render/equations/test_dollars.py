"""Dollar signs: which begin an equation, and which stand for money."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from blogkit.render.equations.dollars import plugin

MONEY = [
    "It costs $5 and $10.",
    "From $5–$10, or $5-$10, or $1,000/$2,000.",
    "US$ 5 … $7, and US$ 5 or US$ 7.",
    "A change of -$5 to -$10.",
    "In $5M/$10M rounds, $5 million to $10 million.",
    "It costs $5. A coffee costs $3.",
    "Set $HOME and $PATH.",
    "5$ to 10$ each.",
    "Only $5.",
    r"It costs \$5 and \$10.",
    "가격은 $5에서 $10입니다.",
]
EQUATIONS = {
    "$x$ and $ x $ and $x $ and $ x$.": 4,
    "$5$ and $10$; $ 5 $; $3x$; $0.5$, $1, 2, 3$.": 6,
    r"A 2$\times$3 matrix, 28$\times$28, 3$\sigma$.": 3,
    r"$5 \times 10$ and $1,000$ and $5\%$.": 3,
    "$x$는 $y$보다 큽니다. $ x $는": 3,
    r"$\alpha $beta and $\times $5.": 2,
    "It costs $5 and $10 when $x$ is 3.": 1,
    "It costs $5, if $ x $ is 3.": 1,
    r"It costs $5 and $\alpha$.": 1,
    r"It costs $5, \$6 and US$ 7, if $p(x \mid y)$ is one.": 1,
    r"It costs $5 or \$6, if $x$ is one.": 1,
    "It costs US$ 5, if $x$ is one.": 1,
    "$ 2ab $ and $ 2 $": 2,
    "$n$-th, ($x$), $x$,$y$; $f(x) = 2$.": 5,
}


PARSER = MarkdownIt().use(plugin, double_inline=True)


def _equations(text: str) -> int:
    return sum(token.type == "math_inline" for token in PARSER.parse(text)[1].children or ())


@pytest.mark.parametrize("text", MONEY)
def test_money_is_text(text: str) -> None:
    assert _equations(text) == 0


@pytest.mark.parametrize(("text", "number"), EQUATIONS.items())
def test_equations_are_equations(text: str, number: int) -> None:
    assert _equations(text) == number


@pytest.mark.parametrize("text", ["a \\begin{align}b\\end{align} c", "- a \\begin{equation*}\n  b\n  \\end{equation*}"])
def test_environments_in_a_line_of_text_are_equations(text: str) -> None:
    (inline,) = (token for token in PARSER.parse(text) if token.type == "inline")
    assert [token.type for token in inline.children or ()][:2] == ["text", "math_inline_double"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Text:\n$$\n\\begin{align}\na\n\\end{align}\n$$\nand $x$.", ["inline", "math_block", "inline"]),
        ("Text:\n$$ a $$ (label)\nand", ["inline", "math_block_label", "inline"]),
        ("- Text:\n  $$a$$\n- b", ["inline", "math_block", "inline"]),
        ("Text with $$a$$ in it", ["inline"]),
        ("$$a$$ is less than $$b$$", ["inline"]),
        ("Text:\n$$a$$ is less than $$b$$", ["inline"]),
        ("Text with\n$$a$$ in it", ["inline"]),
        ("Text with\n$$ no end", ["inline"]),
        ("Text with $$\na\n$$ in it\n\n$$ b $$", ["inline", "math_block"]),
    ],
)
def test_an_equation_may_follow_a_line_of_text(text: str, kinds: list[str]) -> None:
    tokens = PARSER.parse(text)
    assert [token.type for token in tokens if token.type.startswith(("inline", "math"))] == kinds
