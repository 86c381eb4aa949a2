"""Runs before the first cell of every post, and stands first in each published notebook."""


def glue(name, value, display=False, unit="", label=""):
    """Store ``value`` as ``name``, for ``{glue:text}`` in the prose and ``{name}`` in the front matter.

    With ``display=True`` the value is shown below the cell as well. ``unit`` is published with it, and ``label``,
    which says in words what it is.
    """
    from IPython.core.formatters import format_display_data
    from IPython.display import display as show

    if hasattr(value, "numpy"):
        value = value.numpy()
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        if value.dtype.kind in "mM":
            value = value.astype(str)  # or nanoseconds would be a number
        elif value.dtype.char == "g":
            value = value.astype(float)
        value = value.tolist()  # a plain number or list: its text can be read back
    data, metadata = format_display_data(value)
    prefix = "" if display else "application/papermill.record/"  # as in MyST-NB: published, but not shown
    words = {key: text for key, text in (("unit", unit), ("label", label)) if text}
    metadata["scrapbook"] = {"name": name, "mime_prefix": prefix} | words
    show({prefix + key: content for key, content in data.items()}, raw=True, metadata=metadata)
