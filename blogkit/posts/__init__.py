"""What authors write.

In: the files of ``posts/``. Out: a :class:`~blogkit.posts.post.Post` for each, or every fault with file, line and mend.
Knows nothing of what follows: not of kernels, not of pages.
"""
