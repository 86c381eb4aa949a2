"""Runs before the first cell of the posts that import tqdm, only in the blog."""


def _tqdm():
    """Have the bars of notebooks be lines of text, which stand in the log and not on the page, as others do."""
    from importlib.util import find_spec

    if not find_spec("tqdm"):
        return  # as a cell will say
    import tqdm
    import tqdm.notebook

    tqdm.notebook.tqdm = tqdm.notebook.tqdm_notebook = tqdm.tqdm
    tqdm.notebook.trange = tqdm.notebook.tnrange = tqdm.trange


_tqdm()
del _tqdm
