"""Runs after the other parts here, only in the blog."""

del _keep_script  # of scripts.py
