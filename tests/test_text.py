"""Texts, spelt in one way."""

from __future__ import annotations

import pytest

from blogkit.text import equation_text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\alpha_1 < \mathbb{R}", "α₁ < ℝ"),
        ("E = mc^2", "E = mc²"),
        (r"\frac{a+b}{2}", "(a+b)/2"),
        (r"\hat{y}_i^{(k)}", "ŷᵢ⁽ᵏ⁾"),
        (r"\theta_{ab}", "θ_ab"),
        (r"e^{-x}", "e⁻ˣ"),
        (r"\sum_{i=1}^n x_i", "∑ᵢ₌₁ⁿxᵢ"),
        (r"10^{-3}\,\sqrt{\sin x}", "10⁻³ √(sin x)"),
        (r"x_1, \ldots, x_n", "x₁, ..., xₙ"),
        (r"p(y \mid x)", "p(y ∣ x)"),
        (r"x^\top y^{*}", "xᵀy^∗"),
        (r"\binom{n}{k}", "(n k)"),
        (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", "(a b; c d)"),
        (r"\lim_{x\to0} f(x)", "lim_(x → 0) f(x)"),
        (r"\nope", r"\nope"),
        ("", ""),
    ],
)
def test_equations_are_lines_of_text(tex: str, text: str) -> None:
    assert equation_text(tex) == text
