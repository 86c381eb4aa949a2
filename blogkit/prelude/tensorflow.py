def _quiet():
    """Keep TensorFlow's start-up messages off the page; errors still come as exceptions."""
    import os

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("ABSL_MIN_LOG_LEVEL", "3")


_quiet()
del _quiet
