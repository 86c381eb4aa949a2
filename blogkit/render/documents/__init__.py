"""How Sphinx reads what authors wrote.

In: a post with its result, or a page. Out: its document (docutils' tree) with the blog's own sections, links and files,
or a warning with file and line. Knows no HTML but what authors write themselves.
"""
