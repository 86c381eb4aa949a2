"""The author's commands besides ``jupyter-book build .``: ``python -m blogkit COMMAND``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import yaml

from .blog import Blog, Settings
from .errors import AuthorError
from .execute import ExecutionFailed
from .status import states


def main(arguments: list[str] | None = None) -> int:
    """Run one command in the current folder; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m blogkit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    status = commands.add_parser("status", help="say of each post whether its result is fresh, and why not")
    status.add_argument("--json", action="store_true", help="as JSON, for scripts")
    execute = commands.add_parser("execute", help="execute what is stale, without making pages")
    execute.add_argument("posts", nargs="*", metavar="POST", help="a post's name (default: all)")
    execute.add_argument("--force", action="store_true", help="also what is fresh")
    options = parser.parse_args(arguments)
    try:
        return _COMMANDS[options.command](load_blog(Path.cwd()), options)
    except (AuthorError, ExecutionFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def load_blog(root: Path) -> Blog:
    """Return the blog whose ``_config.yml`` stands in ``root``."""
    path = root / "_config.yml"
    if not path.is_file():
        sys.exit("no _config.yml here; change to the folder of the blog")
    config = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    sphinx = (config.get("sphinx") or {}).get("config") or {}
    return Blog(root, Settings.from_config({**sphinx, "author": config.get("author", "")}))


def _status(blog: Blog, options: argparse.Namespace) -> int:
    found = states(blog.read(), blog.root, blog.store)
    if options.json:
        print(json.dumps([state.as_json() for state in found], ensure_ascii=False, indent=1))
    else:
        for state in found:
            print(state)
    return 0


def _execute(blog: Blog, options: argparse.Namespace) -> int:
    with blog.lock():
        blog.execute(names=[Path(name).stem for name in options.posts], force=options.force)
    return 0


_COMMANDS = {"status": _status, "execute": _execute}

if __name__ == "__main__":
    sys.exit(main())
