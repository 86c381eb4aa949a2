"""What there is to show.

In: posts and results. Out: an :class:`~blogkit.site.entry.Entry` for each post, and what stands between them: terms,
neighbours, the history of their values. Plain values; knows nothing of HTML.
"""
