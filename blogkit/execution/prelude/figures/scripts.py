"""Runs before the other parts here, only in the blog: keeps the scripts of libraries where the build finds them."""


def _keep_script():
    """Return a function that writes a script into the post's folder, once."""
    from pathlib import Path

    folder = Path.home() / ".scripts"  # of the run, wherever in it the code stands

    def keep(name, make):
        if not (folder / name).exists():
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(make(), encoding="utf-8")

    return keep


_keep_script = _keep_script()
