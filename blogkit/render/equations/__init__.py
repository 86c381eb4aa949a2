"""Equations, from LaTeX to MathML.

In: the LaTeX of a document. Out: MathML with the numbers that LaTeX gives, links to them, or what is wrong and where.
:mod:`~blogkit.render.equations.numbering` is what Sphinx sees of it; most of the rest are plain functions of text.
"""
