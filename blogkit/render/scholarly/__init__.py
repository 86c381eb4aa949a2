"""What a scholarly text has besides words and equations.

In: directives and roles for theorems, exercises, notes in the margin, sub-figures, diagrams and citations. Out: their
nodes, with numbers that each post has by itself, and what refers to them from everywhere.
"""
