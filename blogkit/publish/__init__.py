"""What goes out.

In: built pages. Out: the site in its place, whole or not at all; what is published already, how the two differ, and
whether every address in them answers.
"""
