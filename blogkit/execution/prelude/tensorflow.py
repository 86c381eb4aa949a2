"""Runs before the first cell of the posts that import tensorflow."""


def _quiet():
    """Import TensorFlow without the messages that its libraries write on loading; errors still come as exceptions."""
    import os

    # Not enough by itself: some messages are written before TensorFlow reads it.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)


_quiet()
del _quiet
