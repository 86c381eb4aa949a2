"""Dollar signs: which begin an equation, and which stand for money."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from blogkit.render.dollars import leave_money

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
    "$n$-th, ($x$), $x$,$y$; $f(x) = 2$.": 5,
}


@pytest.fixture(scope="module")
def parser() -> MarkdownIt:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mdit_py_plugins.dollarmath.index.math_inline_dollar", _original())
        leave_money()
        return MarkdownIt().use(dollarmath_plugin, double_inline=True)


def _original() -> object:
    from mdit_py_plugins.dollarmath import index

    return index.math_inline_dollar


def _equations(parser: MarkdownIt, text: str) -> int:
    return sum(token.type == "math_inline" for token in parser.parse(text)[1].children or ())


@pytest.mark.parametrize("text", MONEY)
def test_money_is_text(parser: MarkdownIt, text: str) -> None:
    assert _equations(parser, text) == 0


@pytest.mark.parametrize(("text", "number"), EQUATIONS.items())
def test_equations_are_equations(parser: MarkdownIt, text: str, number: int) -> None:
    assert _equations(parser, text) == number
