"""The room where a blog starts: in comes a folder and a language, out go the files of a new blog and its lock.

`site.yml` and `dependabot.yml` are files of a new blog as they are.
"""
