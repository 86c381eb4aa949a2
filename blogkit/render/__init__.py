"""How pages come to be: the only room that knows Sphinx, docutils and MyST-NB, and the theme.

In: a :class:`~blogkit.build.Build`. Out: HTML in its staged pages. Sphinx drives a build, so this room stands above
those that it calls; :mod:`~blogkit.render.extension` lists its hooks in the order in which a build comes to them.
It has rooms itself: ``documents`` are read, with their ``equations``, what is ``scholarly`` in them and the
``outputs`` of their cells; then they become ``pages``, which look as the ``theme`` says.
"""
