"""What running a post gives.

In: posts. Out: a :class:`~blogkit.execution.result.Result` for each post with code, from the store or by executing it
now, or every failure with cell and line. Knows nothing of pages.
"""
