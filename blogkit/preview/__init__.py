"""The author's view while writing: build, serve, and on each save build again and reload the open pages.

Drafts and posts of the future are shown, too, so the pages go to a folder of their own and never to the published site.
"""

SITE = "_build/preview/html"
