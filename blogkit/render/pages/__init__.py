"""How a document becomes a page.

In: documents, and the views of :mod:`blogkit.web`. Out: HTML by the templates of ``theme/``, with the scripts and
styles that it loads and their licences.
"""
